import { open } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { pipeline, type Readable, Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';

export interface Body {
  bytes: Buffer;
  /** The answer went on, or broke off, after these bytes. */
  truncated: boolean;
  /** Decoded bytes that were written to the file that was asked for. */
  saved?: number;
}

/** Encodings we ask for and can undo. */
export const ACCEPT_ENCODING = 'gzip, deflate, br';

function decoder(encoding: string): Transform | undefined {
  switch (encoding.trim().toLowerCase()) {
    case 'gzip':
    case 'x-gzip':
      return createGunzip();
    case 'deflate':
      return createInflate();
    case 'br':
      return createBrotliDecompress();
    default:
      return undefined;
  }
}

/** Ends the stream quietly after `limit` raw bytes, so that a body that decodes to nothing can't be endless. */
function limiter(limit: number): Transform {
  let seen = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      seen += chunk.length;
      if (seen > limit) done(new Error('raw body too long'));
      else done(null, chunk);
    },
  });
}

function decoded(response: IncomingMessage, maxBytes: number): AsyncIterable<Buffer> {
  const decode = decoder(response.headers['content-encoding'] ?? '');
  const stages: Transform[] = [limiter(maxBytes + 65_536), ...(decode ? [decode] : [])];
  // Errors surface where the last stage is read.
  const stream: Readable = pipeline([response, ...stages], () => {}) as Transform;
  return stream as AsyncIterable<Buffer>;
}

/**
 * Writes at most `maxBytes` decoded bytes to a file, as they come: what is large is never in memory as a whole.
 * Rejects when the file cannot be written; what the other side does wrong is `truncated`.
 */
export async function saveBody(response: IncomingMessage, maxBytes: number, path: string): Promise<Body> {
  const file = await open(path, 'w', 0o600);
  let saved = 0;
  let truncated = false;
  const stream = decoded(response, maxBytes)[Symbol.asyncIterator]();
  /** What comes next; what breaks off is the other side's doing, unlike a disk that is full. */
  const next = () => stream.next().catch(() => undefined);
  try {
    for (let step = await next(); !step?.done; step = await next()) {
      truncated = step === undefined || saved + step.value.length > maxBytes;
      if (step === undefined) break;
      const part = step.value.subarray(0, maxBytes - saved);
      await file.writeFile(part);
      saved += part.length;
      if (truncated) break;
    }
  } finally {
    response.destroy();
    await file.close();
  }
  return { bytes: Buffer.alloc(0), truncated, saved };
}

/**
 * Reads at most `maxBytes` decoded bytes. A compression bomb costs one decoder window: decoding stops at the cap.
 * An encoding we did not ask for is left as it came.
 */
export async function readBody(response: IncomingMessage, maxBytes: number): Promise<Body> {
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of decoded(response, maxBytes)) {
      chunks.push(chunk);
      length += chunk.length;
      if (length > maxBytes) break;
    }
  } catch {
    return { bytes: Buffer.concat(chunks).subarray(0, maxBytes), truncated: true };
  } finally {
    response.destroy();
  }
  return { bytes: Buffer.concat(chunks).subarray(0, maxBytes), truncated: length > maxBytes };
}
