import type { IncomingMessage } from 'node:http';
import { pipeline, type Readable, Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';

export interface Body {
  bytes: Buffer;
  /** The answer went on, or broke off, after these bytes. */
  truncated: boolean;
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

/**
 * Reads at most `maxBytes` decoded bytes. A compression bomb costs one decoder window: decoding stops at the cap.
 * An encoding we did not ask for is left as it came.
 */
export async function readBody(response: IncomingMessage, maxBytes: number): Promise<Body> {
  const decode = decoder(response.headers['content-encoding'] ?? '');
  const stages: Transform[] = [limiter(maxBytes + 65_536), ...(decode ? [decode] : [])];
  // Errors surface in the loop below, which reads the last stage.
  const stream: Readable = pipeline([response, ...stages], () => {}) as Transform;
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
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
