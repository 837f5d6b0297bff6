import { Broken } from './lines.ts';

const BLOCK = 512;
/** Bytes of a header's extension (long names); more is no archive of lists. */
const MAX_EXTENSION = 64 * 1024;

export interface TarEntry {
  /** As in the archive. Never used as a path here. */
  readonly name: string;
  readonly size: number;
  /** Its bytes, to be read before the next entry is asked for; what is left unread is passed over. */
  readonly content: AsyncIterable<Uint8Array>;
}

const text = (bytes: Uint8Array) => {
  const end = bytes.indexOf(0);
  return Buffer.from(end < 0 ? bytes : bytes.subarray(0, end)).toString('utf8');
};

function sizeOf(header: Uint8Array): number {
  const field = header.subarray(124, 136);
  // GNU's binary form for what is over 8 GB: we would not read that anyway.
  if ((field[0] as number) & 0x80) throw new Broken('an entry is too large');
  const octal = text(field).trim();
  if (!/^[0-7]*$/.test(octal)) throw new Broken('a size is no number');
  return octal === '' ? 0 : Number.parseInt(octal, 8);
}

function checked(header: Uint8Array): void {
  const said = Number.parseInt(text(header.subarray(148, 156)).trim(), 8);
  let sum = 0;
  for (let i = 0; i < BLOCK; i++) sum += i >= 148 && i < 156 ? 0x20 : (header[i] as number);
  if (said !== sum) throw new Broken('a header’s checksum is wrong');
}

/** `path=` of a pax extension. */
function paxPath(bytes: Uint8Array): string | undefined {
  return /(?:^|\n)\d+ path=([^\n]*)\n/.exec(Buffer.from(bytes).toString('utf8'))?.[1];
}

/**
 * Files of a tar archive (ustar, pax and GNU long names) in order, without unpacking anything to anywhere; other kinds of
 * entries (folders, links, devices) are passed over. @throws Broken: not an archive, or cut short
 */
export async function* tarEntries(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<TarEntry> {
  const source = chunks[Symbol.asyncIterator]();
  let rest: Uint8Array = new Uint8Array(0);

  /** Up to `most` bytes; empty at the end. */
  async function some(most: number): Promise<Uint8Array> {
    while (rest.length === 0) {
      const step = await source.next();
      if (step.done) return rest;
      rest = step.value;
    }
    const part = rest.subarray(0, most);
    rest = rest.subarray(part.length);
    return part;
  }
  async function exactly(length: number, mayEnd = false): Promise<Uint8Array | undefined> {
    const out = new Uint8Array(length);
    for (let at = 0; at < length; ) {
      const part = await some(length - at);
      if (part.length === 0) {
        if (at === 0 && mayEnd) return undefined;
        throw new Broken('the archive is cut short');
      }
      out.set(part, at);
      at += part.length;
    }
    return out;
  }

  let longName: string | undefined;
  for (;;) {
    const header = await exactly(BLOCK, true);
    if (header === undefined || header.every((b) => b === 0)) return;
    checked(header);
    const size = sizeOf(header);
    const padding = (BLOCK - (size % BLOCK)) % BLOCK;
    const type = String.fromCharCode(header[156] as number);
    if (type === 'L' || type === 'x') {
      if (size > MAX_EXTENSION) throw new Broken('a name is too long');
      const body = (await exactly(size)) as Uint8Array;
      await exactly(padding);
      longName = type === 'L' ? text(body) : (paxPath(body) ?? longName);
      continue;
    }
    let left = size;
    async function* content(): AsyncGenerator<Uint8Array> {
      while (left > 0) {
        const part = await some(left);
        if (part.length === 0) throw new Broken('the archive is cut short');
        left -= part.length;
        yield part;
      }
    }
    if (type === '0' || type === '\0') {
      const prefix = text(header.subarray(257, 262)) === 'ustar' ? text(header.subarray(345, 500)) : '';
      const short = text(header.subarray(0, 100));
      yield { name: longName ?? (prefix === '' ? short : `${prefix}/${short}`), size, content: content() };
    }
    longName = undefined;
    for await (const _ of content());
    await exactly(padding);
  }
}
