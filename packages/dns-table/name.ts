import { domainToASCII } from 'node:url';
import { DnsTableError } from './error.ts';

/** Longest name on the wire in bytes, root label included; longest label in bytes (RFC 1035, 2.3.4). */
export const MAX_NAME = 255;
export const MAX_LABEL = 63;
/** 127 labels of one byte and the root fill a name. */
export const MAX_LABELS = 127;

/** Lower case of ASCII letters; every other byte stands for itself (RFC 4343). */
export const FOLD: Uint8Array = Uint8Array.from({ length: 256 }, (_, b) => (b >= 0x41 && b <= 0x5a ? b + 32 : b));

/**
 * Length in bytes of the uncompressed wire name at `offset`, root label included.
 * @throws DnsTableError `name`: cut short, too long, or with a compression pointer (a query's name has none)
 */
export function nameLength(wire: Uint8Array, offset = 0): number {
  let at = offset;
  for (;;) {
    const length = wire[at];
    if (length === undefined) throw new DnsTableError('name', 'the name is cut short');
    if (length > MAX_LABEL)
      throw new DnsTableError('name', 'a label is longer than 63 bytes, or a compression pointer');
    at += length + 1;
    if (at - offset > MAX_NAME) throw new DnsTableError('name', 'the name is longer than 255 bytes');
    if (length === 0) return at - offset;
  }
}

/** Whether two wire names are the same name, whatever the case of their letters. Both must be well formed. */
export function sameName(a: Uint8Array, aOffset: number, b: Uint8Array, bOffset: number): boolean {
  let i = aOffset;
  let j = bOffset;
  for (;;) {
    const length = a[i] as number;
    if (length !== b[j]) return false;
    if (length === 0) return true;
    for (let k = 1; k <= length; k++) {
      if (FOLD[a[i + k] as number] !== FOLD[b[j + k] as number]) return false;
    }
    i += length + 1;
    j += length + 1;
  }
}

const DOT = /^[.\u3002\uff0e\uff61]$/;

/**
 * Wire form, in lower case, of a name as people write it: `example.ma`, `.` for the root, a dot at the end or none,
 * `\.` and `\ddd` escapes of zone files, labels in any script (turned into their `xn--` form by UTS 46, as browsers do).
 * @throws DnsTableError `name`: empty label, label over 63 bytes, name over 255 bytes, bad escape, label that IDNA refuses
 */
export function nameFromText(text: string): Uint8Array {
  const refuse = (why: string): never => {
    throw new DnsTableError('name', `${JSON.stringify(text)}: ${why}`);
  };
  if (text === '.') return Uint8Array.of(0);
  const out: number[] = [];
  let label: (number | string)[] = [];
  const finish = () => {
    const bytes = labelBytes(label) ?? refuse('a label that IDNA does not allow');
    if (bytes.length === 0) refuse('an empty label');
    if (bytes.length > MAX_LABEL) refuse('a label longer than 63 bytes');
    out.push(bytes.length, ...bytes);
    label = [];
  };
  const characters = [...text];
  for (let i = 0; i < characters.length; i++) {
    const c = characters[i] as string;
    if (c === '\\') {
      const digits = characters.slice(i + 1, i + 4).join('');
      if (/^\d{3}$/.test(digits)) {
        if (Number(digits) > 255) refuse('an escape over 255');
        label.push(Number(digits));
        i += 3;
      } else {
        const next = characters[++i];
        if (next === undefined || /\d/.test(next) || (next.codePointAt(0) as number) > 0x7e) refuse('a bad escape');
        label.push((next as string).charCodeAt(0));
      }
    } else if (DOT.test(c)) finish();
    else label.push(c);
  }
  if (label.length > 0 || out.length === 0) finish();
  out.push(0);
  if (out.length > MAX_NAME) refuse('longer than 255 bytes');
  return Uint8Array.from(out);
}

/** A label of literal bytes (escapes) and characters; undefined where IDNA says no. */
function labelBytes(label: (number | string)[]): number[] | undefined {
  const ascii = label.every((c) => typeof c === 'number' || (c.codePointAt(0) as number) < 0x80);
  if (ascii) return label.map((c) => FOLD[typeof c === 'number' ? c : c.charCodeAt(0)] as number);
  if (label.some((c) => typeof c === 'number')) return undefined;
  const mapped = domainToASCII(label.join(''));
  return mapped === '' || mapped.includes('.') ? undefined : [...mapped].map((c) => c.charCodeAt(0));
}

/** A wire name as zone files write it, with `\ddd` for what is not printable and a dot at the end. */
export function nameToText(wire: Uint8Array, offset = 0): string {
  const end = offset + nameLength(wire, offset) - 1;
  if (end === offset) return '.';
  let text = '';
  for (let at = offset; at < end; at += (wire[at] as number) + 1) {
    for (const byte of wire.subarray(at + 1, at + 1 + (wire[at] as number))) {
      if (byte <= 0x20 || byte >= 0x7f) text += `\\${String(byte).padStart(3, '0')}`;
      else if ('."\\;()@$'.includes(String.fromCharCode(byte))) text += `\\${String.fromCharCode(byte)}`;
      else text += String.fromCharCode(byte);
    }
    text += '.';
  }
  return text;
}
