import { DnsTableError } from './error.ts';
import { FOLD, MAX_LABEL, MAX_LABELS, MAX_NAME } from './name.ts';

/** Offsets of the labels of the name in work, first label first. One a thread: nothing here waits. */
const labelAt = new Uint16Array(MAX_LABELS + 1);

/** Where the hashes of a name's suffixes go. */
export interface SuffixHashes {
  /** Two lanes for the suffix of `d` labels, at `2 * d`. */
  readonly lanes: Uint32Array;
  /** Where in the wire name, counted from its first byte, the suffix of `d` labels begins. */
  readonly starts: Uint16Array;
}

export function suffixHashes(): SuffixHashes {
  return { lanes: new Uint32Array(2 * (MAX_LABELS + 1)), starts: new Uint16Array(MAX_LABELS + 1) };
}

/**
 * Hashes the suffixes of a wire name, root first, in one pass over its bytes from the last label to the first, folding
 * case on the way.
 *
 * The function is HalfSipHash-1-3 (Aumasson and Bernstein, 2012), a keyed hash made for short input and 32-bit arithmetic,
 * so that nobody who does not know the key can make names that collide. A label goes in as words of four bytes, the last of
 * which carries the label's length in its top byte: read from the end, that splits in one way only, so that `a.b` and a
 * label with a dot in it differ. After each label a copy of the state is finished; its two halves are the lanes.
 *
 * @param from the first depth (number of labels) whose lanes are wanted; a builder wants only the whole name
 * @returns the number of labels
 * @throws DnsTableError `name`: cut short, too long, or a compression pointer
 */
export function hashSuffixes(
  wire: Uint8Array,
  offset: number,
  key0: number,
  key1: number,
  out: SuffixHashes,
  from: number,
): number {
  let labels = 0;
  let end = offset;
  for (;;) {
    const length = wire[end];
    if (length === undefined) throw new DnsTableError('name', 'the name is cut short');
    if (length === 0) break;
    if (length > MAX_LABEL)
      throw new DnsTableError('name', 'a label is longer than 63 bytes, or a compression pointer');
    if (end + length + 2 - offset > MAX_NAME) throw new DnsTableError('name', 'the name is longer than 255 bytes');
    labelAt[labels++] = end - offset;
    end += length + 1;
  }
  const first = from < 0 ? labels : from;
  const { lanes, starts } = out;
  starts[0] = end - offset;
  let v0 = key0 | 0;
  let v1 = key1 | 0;
  let v2 = key0 ^ 0x6c796765;
  let v3 = key1 ^ 0x74656462;
  for (let depth = 0; ; depth++) {
    if (depth >= first) {
      let f0 = v0;
      let f1 = v1;
      let f2 = v2 ^ 0xff;
      let f3 = v3;
      for (let round = 0; round < 3; round++) {
        f0 = (f0 + f1) | 0;
        f1 = ((f1 << 5) | (f1 >>> 27)) ^ f0;
        f0 = (f0 << 16) | (f0 >>> 16);
        f2 = (f2 + f3) | 0;
        f3 = ((f3 << 8) | (f3 >>> 24)) ^ f2;
        f0 = (f0 + f3) | 0;
        f3 = ((f3 << 7) | (f3 >>> 25)) ^ f0;
        f2 = (f2 + f1) | 0;
        f1 = ((f1 << 13) | (f1 >>> 19)) ^ f2;
        f2 = (f2 << 16) | (f2 >>> 16);
      }
      lanes[2 * depth] = f1 ^ f3;
      lanes[2 * depth + 1] = f0 ^ f2;
    }
    if (depth === labels) return labels;
    const start = labelAt[labels - 1 - depth] as number;
    starts[depth + 1] = start;
    let at = offset + start;
    const length = wire[at++] as number;
    let left = length;
    for (;;) {
      let word: number;
      if (left >= 4) {
        word =
          (FOLD[wire[at] as number] as number) |
          ((FOLD[wire[at + 1] as number] as number) << 8) |
          ((FOLD[wire[at + 2] as number] as number) << 16) |
          ((FOLD[wire[at + 3] as number] as number) << 24);
      } else {
        word = length << 24;
        for (let i = 0; i < left; i++) word |= (FOLD[wire[at + i] as number] as number) << (8 * i);
      }
      v3 ^= word;
      v0 = (v0 + v1) | 0;
      v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0;
      v0 = (v0 << 16) | (v0 >>> 16);
      v2 = (v2 + v3) | 0;
      v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2;
      v0 = (v0 + v3) | 0;
      v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0;
      v2 = (v2 + v1) | 0;
      v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2;
      v2 = (v2 << 16) | (v2 >>> 16);
      v0 ^= word;
      if (left < 4) break;
      at += 4;
      left -= 4;
    }
  }
}
