import { crc32, deflateSync } from 'node:zlib';
import { seeded } from '../random.ts';

const SIDE = 160;
const INK: readonly (readonly [number, number, number])[] = [
  [11, 93, 82],
  [67, 56, 202],
  [242, 177, 52],
  [179, 38, 30],
  [28, 36, 48],
];

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const out = Buffer.alloc(body.length + 8);
  out.writeUInt32BE(data.length, 0);
  body.copy(out, 4);
  out.writeUInt32BE(crc32(body), body.length + 4);
  return out;
}

/** An 8-bit RGB PNG (ISO/IEC 15948) from rows of pixels. */
export function encodePng(width: number, height: number, rgb: Buffer): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const rows = Buffer.alloc((width * 3 + 1) * height);
  for (let y = 0; y < height; y++) rgb.copy(rows, y * (width * 3 + 1) + 1, y * width * 3, (y + 1) * width * 3);
  return Buffer.concat([
    Buffer.from('89504e470d0a1a0a', 'hex'),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/** Coloured discs on sand: a harmless picture, the same for the same seed and another for another. */
export function drawShapes(seed: number): Buffer {
  const random = seeded(seed);
  const discs = Array.from({ length: 7 }, () => ({
    x: random() * SIDE,
    y: random() * SIDE,
    r: 10 + random() * 34,
    ink: INK[Math.floor(random() * INK.length)] ?? [0, 0, 0],
  }));
  const rgb = Buffer.alloc(SIDE * SIDE * 3);
  for (let y = 0; y < SIDE; y++) {
    for (let x = 0; x < SIDE; x++) {
      const top = discs.findLast((d) => (x - d.x) ** 2 + (y - d.y) ** 2 < d.r ** 2);
      rgb.set(top?.ink ?? [251, 248, 242], (y * SIDE + x) * 3);
    }
  }
  return encodePng(SIDE, SIDE, rgb);
}
