import { StringDecoder } from 'node:string_decoder';
import { createGunzip } from 'node:zlib';

/** Characters of one line; a name has 253, a line of a hosts file a handful of names. */
export const MAX_LINE = 4096;

/** A file that unpacks to more than it may; reading stops there. */
export class TooLarge extends Error {}
/** An archive that breaks off or is none. */
export class Broken extends Error {}

/** Bytes as they come, counted: more than `limit` is {@link TooLarge}. */
async function* counted(chunks: AsyncIterable<Uint8Array>, limit: number): AsyncGenerator<Uint8Array> {
  let seen = 0;
  for await (const chunk of chunks) {
    seen += chunk.length;
    if (seen > limit) throw new TooLarge(`more than ${limit} bytes`);
    yield chunk;
  }
}

async function* after(first: Uint8Array, rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  if (first.length > 0) yield first;
  for (let step = await rest.next(); !step.done; step = await rest.next()) yield step.value;
}

/**
 * What a file contains, unpacked if it is gzip (by its first two bytes: servers tell a type, or another one, or none).
 * @param limit bytes after unpacking @throws TooLarge, Broken
 */
export async function* unpacked(chunks: AsyncIterable<Uint8Array>, limit: number): AsyncGenerator<Uint8Array> {
  const rest = chunks[Symbol.asyncIterator]();
  let first: Uint8Array = new Uint8Array(0);
  while (first.length < 2) {
    const step = await rest.next();
    if (step.done) break;
    first = first.length === 0 ? step.value : Buffer.concat([first, step.value]);
  }
  const whole = after(first, rest);
  if (first[0] !== 0x1f || first[1] !== 0x8b) return yield* counted(whole, limit);
  const gunzip = createGunzip();
  let failed: unknown;
  const feeding = (async () => {
    try {
      for await (const chunk of whole) {
        if (gunzip.destroyed) return;
        if (!gunzip.write(chunk)) await new Promise<void>((go) => gunzip.once('drain', go).once('close', go));
      }
      gunzip.end();
    } catch (error) {
      failed = error;
      gunzip.destroy();
    }
  })();
  try {
    yield* counted(gunzip, limit);
  } catch (error) {
    if (failed !== undefined) throw failed;
    if (error instanceof TooLarge) throw error;
    throw new Broken('the compressed file is damaged', { cause: error });
  } finally {
    gunzip.destroy();
    await feeding;
  }
}

/**
 * Lines of UTF-8 text without their ends; undefined for one longer than {@link MAX_LINE}, which is never held in memory.
 * What is not UTF-8 becomes U+FFFD, which is in no name. An iterable of lists: one for each chunk, so that a caller may
 * rest in between.
 */
export async function* linesOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<readonly (string | undefined)[]> {
  const decoder = new StringDecoder('utf8');
  let open = '';
  let overlong = false;
  let first = true;
  const take = (text: string): (string | undefined)[] => {
    const parts = text.split('\n');
    const lines: (string | undefined)[] = [];
    for (const [i, part] of parts.entries()) {
      if (!overlong) open += part;
      if (open.length > MAX_LINE + 1) [open, overlong] = ['', true];
      if (i === parts.length - 1) break;
      lines.push(overlong ? undefined : open.endsWith('\r') ? open.slice(0, -1) : open);
      [open, overlong] = ['', false];
    }
    return lines;
  };
  for await (const chunk of chunks) {
    let text = decoder.write(chunk as Buffer);
    if (first && text !== '') {
      text = text.replace(/^\uFEFF/, '');
      first = false;
    }
    const lines = take(text);
    if (lines.length > 0) yield lines;
  }
  const last = take(`${decoder.end()}\n`);
  if (last[0] !== '') yield last;
}
