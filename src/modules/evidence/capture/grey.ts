import { crc32, deflateSync } from 'node:zlib';

/** Larger ones than any page shows: a header that lies about its size must not cost memory. */
const MAX_SIDE = 8_192;

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const out = Buffer.alloc(body.length + 8);
  out.writeUInt32BE(data.length, 0);
  body.copy(out, 4);
  out.writeUInt32BE(crc32(body), body.length + 4);
  return out;
}

/**
 * A PNG (ISO/IEC 15948) of one grey, as large as the picture that it stands for, so that a page keeps its shape. One bit a
 * pixel over a palette of one colour. A PNG and no SVG: where the address itself is a picture, Chromium makes a page around
 * a PNG, while an SVG would be the page, and pictures of such a page never come.
 */
export function greyPng(width: number, height: number): Buffer {
  const side = (n: number) => Math.min(Math.max(Math.trunc(n) || 1, 1), MAX_SIDE);
  const [w, h] = [side(width), side(height)];
  const header = Buffer.alloc(13);
  header.writeUInt32BE(w, 0);
  header.writeUInt32BE(h, 4);
  // Bit depth 1, colour type 3 (palette); compression, filter and interlace methods 0.
  header.set([1, 3, 0, 0, 0], 8);
  const rows = Buffer.alloc((1 + Math.ceil(w / 8)) * h);
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header),
    chunk('PLTE', Buffer.from([0x80, 0x80, 0x80])),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}
