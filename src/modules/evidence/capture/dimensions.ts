/** Width and height in pixels, as the file itself says. */
export interface Dimensions {
  width: number;
  height: number;
}

const ascii = (data: Buffer, from: number, to: number) => data.toString('latin1', from, to);

/** JPEG (ITU-T T.81 §B.2.2): walks the segments to the first frame header. */
function jpeg(data: Buffer): Dimensions | undefined {
  let at = 2;
  while (at + 9 < data.length) {
    if (data[at] !== 0xff) return undefined;
    const marker = data[at + 1] as number;
    const frame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (frame) return { height: data.readUInt16BE(at + 5), width: data.readUInt16BE(at + 7) };
    at += marker === 0xff ? 1 : marker >= 0xd0 && marker <= 0xd8 ? 2 : 2 + data.readUInt16BE(at + 2);
  }
  return undefined;
}

/** WebP (RFC 9649 §2.5-2.7): lossy, lossless and extended. */
function webp(data: Buffer): Dimensions | undefined {
  switch (ascii(data, 12, 16)) {
    case 'VP8 ':
      return { width: data.readUInt16LE(26) & 0x3fff, height: data.readUInt16LE(28) & 0x3fff };
    case 'VP8L': {
      const bits = data.readUInt32LE(21);
      return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
    }
    case 'VP8X':
      return { width: data.readUIntLE(24, 3) + 1, height: data.readUIntLE(27, 3) + 1 };
    default:
      return undefined;
  }
}

/** AVIF, HEIC, MP4 and their kin (ISO/IEC 14496-12): the largest "ispe" or track header says how large. */
function isoMedia(data: Buffer): Dimensions | undefined {
  let best: Dimensions | undefined;
  const take = (width: number, height: number) => {
    if (width > 0 && height > 0 && width * height > (best ? best.width * best.height : 0)) best = { width, height };
  };
  for (let at = data.indexOf('ispe'); at !== -1 && at + 16 <= data.length; at = data.indexOf('ispe', at + 4))
    take(data.readUInt32BE(at + 8), data.readUInt32BE(at + 12));
  for (let at = data.indexOf('tkhd'); at > 3 && at + 4 <= data.length; at = data.indexOf('tkhd', at + 4)) {
    // Version 1 has 64-bit times; width and height are the last two words, in 16.16 fixed point.
    const end = at + 4 + (data[at + 4] === 1 ? 96 : 84) - 4;
    if (end + 4 <= data.length) take(data.readUInt32BE(end - 4) >>> 16, data.readUInt32BE(end) >>> 16);
  }
  return best;
}

/** What kind of picture, film or sound the bytes themselves say they are; never what a header says. */
export function sniff(data: Buffer): { kind: string; size: Dimensions | undefined } | undefined {
  if (data.length < 12) return undefined;
  try {
    if (data.readUInt32BE(0) === 0x89504e47 && data.length >= 24)
      return { kind: 'image/png', size: { width: data.readUInt32BE(16), height: data.readUInt32BE(20) } };
    if (data.readUInt16BE(0) === 0xffd8) return { kind: 'image/jpeg', size: jpeg(data) };
    if (/^GIF8[79]a/.test(ascii(data, 0, 6)))
      return { kind: 'image/gif', size: { width: data.readUInt16LE(6), height: data.readUInt16LE(8) } };
    if (ascii(data, 0, 4) === 'RIFF' && ascii(data, 8, 12) === 'WEBP') return { kind: 'image/webp', size: webp(data) };
    if (ascii(data, 0, 2) === 'BM' && data.length >= 26 && data.readUInt32LE(14) >= 40)
      return { kind: 'image/bmp', size: { width: data.readInt32LE(18), height: Math.abs(data.readInt32LE(22)) } };
    if (ascii(data, 4, 8) === 'ftyp') {
      const still = /^(avif|avis|heic|heix|mif1|msf1)/.test(ascii(data, 8, 12));
      return { kind: still ? 'image/avif' : 'video/mp4', size: isoMedia(data) };
    }
    if (data.readUInt32BE(0) === 0x1a45dfa3) return { kind: 'video/webm', size: undefined };
  } catch {
    // Cut short: it says what it is, and no more.
    return { kind: 'image/unknown', size: undefined };
  }
  return undefined;
}
