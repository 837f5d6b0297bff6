import { createHash } from 'node:crypto';
import { inflateSync } from 'node:zlib';

/** Bytes that image data may unpack to; more is not looked at. */
const MAX_PIXELS = 32 * 1024 * 1024;

/** SHA-256 in hex of a PNG's unpacked image data (IDAT, RFC 2083); undefined for all else and for broken ones. */
export function pngPixels(body: Buffer): string | undefined {
  if (body.length < 26 || body.toString('latin1', 1, 4) !== 'PNG') return undefined;
  const data: Buffer[] = [];
  for (let at = 8; at + 12 <= body.length; at += 12 + body.readUInt32BE(at))
    if (body.toString('latin1', at + 4, at + 8) === 'IDAT')
      data.push(body.subarray(at + 8, at + 8 + body.readUInt32BE(at)));
  try {
    return createHash('sha256')
      .update(inflateSync(Buffer.concat(data), { maxOutputLength: MAX_PIXELS }))
      .digest('hex');
  } catch {
    return undefined;
  }
}

/** Width and height of a picture in pixels, read off its header: PNG, JPEG, GIF and WebP. Undefined for all else. */
export function pictureSize(body: Buffer): [width: number, height: number] | undefined {
  if (body.length < 26) return undefined;
  if (body.toString('latin1', 1, 4) === 'PNG') return [body.readUInt32BE(16), body.readUInt32BE(20)];
  if (body.toString('latin1', 0, 4) === 'GIF8') return [body.readUInt16LE(6), body.readUInt16LE(8)];
  if (body.toString('latin1', 0, 4) === 'RIFF' && body.toString('latin1', 8, 12) === 'WEBP') return webp(body);
  return body.readUInt16BE(0) === 0xffd8 ? jpeg(body) : undefined;
}

/** RFC 9649: one of three kinds of first chunk. */
function webp(body: Buffer): [number, number] | undefined {
  if (body.length < 30) return undefined;
  switch (body.toString('latin1', 12, 16)) {
    case 'VP8 ':
      return [body.readUInt16LE(26) & 0x3fff, body.readUInt16LE(28) & 0x3fff];
    case 'VP8L': {
      const bits = body.readUInt32LE(21);
      return [(bits & 0x3fff) + 1, ((bits >>> 14) & 0x3fff) + 1];
    }
    case 'VP8X':
      return [body.readUIntLE(24, 3) + 1, body.readUIntLE(27, 3) + 1];
    default:
      return undefined;
  }
}

/** The first start-of-frame segment (ITU T.81, B.2.2). */
function jpeg(body: Buffer): [number, number] | undefined {
  let at = 2;
  while (at + 9 < body.length) {
    if (body[at] !== 0xff) return undefined;
    const marker = body[at + 1] ?? 0;
    if (marker === 0xff) {
      at++;
      continue;
    }
    const frame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (frame) return [body.readUInt16BE(at + 7), body.readUInt16BE(at + 5)];
    at += 2 + body.readUInt16BE(at + 2);
  }
  return undefined;
}
