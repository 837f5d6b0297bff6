export const MAX_NAME = 255;

/** Lower case of ASCII letters; every other byte stands for itself (RFC 4343). */
export const FOLD: Uint8Array = Uint8Array.from({ length: 256 }, (_, b) => (b >= 0x41 && b <= 0x5a ? b + 32 : b));

/** First byte behind the uncompressed name at `at`, or -1: cut short, too long, or compressed (a question's name never is). */
export function nameEnd(packet: Uint8Array, at: number, length: number): number {
  const start = at;
  while (at < length) {
    const label = packet[at] as number;
    if (label === 0) return at + 1 - start > MAX_NAME ? -1 : at + 1;
    if (label > 63) return -1;
    at += label + 1;
  }
  return -1;
}

/** First byte behind the name at `at`, compressed or not, without following it; -1 when it runs past the end. */
export function skipName(packet: Uint8Array, at: number, length: number): number {
  while (at < length) {
    const label = packet[at] as number;
    if (label === 0) return at + 1;
    if (label >= 0xc0) return at + 2 <= length ? at + 2 : -1;
    if (label > 63) return -1;
    at += label + 1;
  }
  return -1;
}

/** The whole name at `at` in lower case, pointers followed (only backwards, so it ends); undefined when it is none. */
export function expandName(packet: Uint8Array, at: number, length: number): Uint8Array | undefined {
  const out = new Uint8Array(MAX_NAME);
  let size = 0;
  let before = at;
  while (at < length) {
    const label = packet[at] as number;
    if (label >= 0xc0) {
      if (at + 1 >= length) return undefined;
      const to = ((label & 0x3f) << 8) | (packet[at + 1] as number);
      if (to >= before) return undefined;
      at = to;
      before = to;
      continue;
    }
    if (label > 63 || at + 1 + label > length || size + 1 + label > MAX_NAME) return undefined;
    for (let i = 0; i <= label; i++) out[size + i] = FOLD[packet[at + i] as number] as number;
    size += label + 1;
    at += label + 1;
    if (label === 0) return out.slice(0, size);
  }
  return undefined;
}

/** Whether the `length` bytes of two uncompressed names are the same name, whatever the case of their letters. */
export function sameName(a: Uint8Array, aAt: number, b: Uint8Array, bAt: number, length: number): boolean {
  for (let i = 0; i < length; i++) {
    // Lengths of labels are below 64, where nothing is folded.
    if (FOLD[a[aAt + i] as number] !== FOLD[b[bAt + i] as number]) return false;
  }
  return true;
}

/** Wire form in lower case of an ASCII name from a configuration (`dns.example`, with or without the last dot; `.` is the root). */
export function nameFromText(text: string): Uint8Array {
  const labels = text === '.' || text === '' ? [] : text.replace(/\.$/, '').split('.');
  const out: number[] = [];
  for (const label of labels) {
    if (!/^[\x21-\x7e]{1,63}$/.test(label)) throw new RangeError(`no DNS name: ${JSON.stringify(text)}`);
    out.push(label.length, ...Buffer.from(label.toLowerCase(), 'latin1'));
  }
  out.push(0);
  if (out.length > MAX_NAME) throw new RangeError(`a DNS name longer than 255 bytes: ${text.slice(0, 40)}…`);
  return Uint8Array.from(out);
}
