import { endianness } from 'node:os';
import { crc32 } from 'node:zlib';
import { DnsTableError } from './error.ts';

/**
 * The file, and the memory, of a base table (little endian; README.md has the picture). Memory is the file without its
 * names, so that loading is one read.
 */
export const HEADER_BYTES = 128;
const MAGIC = Buffer.from('esdnstbl').readBigUInt64LE();
const VERSION = 1;
/** Positions a block of names holds: one read confirms a hit, and the memory to find a block is a sixteenth of a byte a rule. */
export const BLOCK_SHIFT = 6;

export interface Header {
  readonly rules: number;
  readonly bucketBits: number;
  readonly key: readonly [number, number];
  /** Which bits of the second lane and of the first lane's low half are compared; all, except in tests that want collisions. */
  readonly keep: readonly [number, number];
  /** The caller's number of this state, e.g. of the feed log. A safe integer. */
  readonly serial: number;
  readonly namesBytes: number;
  readonly tableCrc: number;
  readonly namesCrc: number;
}

/** Buckets of 6 to 12 rules, as a power of two: at most 2/3 byte a rule for where they begin. */
export function bucketBitsFor(rules: number): number {
  return rules < 12 ? 0 : Math.min(24, Math.floor(Math.log2(rules / 6)));
}

export interface Sections {
  readonly starts: Uint32Array;
  readonly lane2: Uint32Array;
  readonly blocks: Uint32Array;
  readonly lane1: Uint16Array;
  readonly categories: Uint8Array;
  readonly flags: Uint8Array;
}

/** Bytes of a table with its header. */
export function tableBytes(rules: number, bucketBits: number): number {
  return plan(rules, bucketBits).end;
}

function plan(rules: number, bucketBits: number) {
  const starts = HEADER_BYTES;
  const lane2 = starts + 4 * (2 ** bucketBits + 1);
  const blocks = lane2 + 4 * rules;
  const lane1 = blocks + 4 * (Math.ceil(rules / 2 ** BLOCK_SHIFT) + 1);
  const categories = lane1 + 2 * rules;
  const flags = categories + rules;
  return { starts, lane2, blocks, lane1, categories, flags, end: flags + Math.ceil(rules / 4) };
}

export function sections(memory: SharedArrayBuffer, rules: number, bucketBits: number): Sections {
  const at = plan(rules, bucketBits);
  return {
    starts: new Uint32Array(memory, at.starts, 2 ** bucketBits + 1),
    lane2: new Uint32Array(memory, at.lane2, rules),
    blocks: new Uint32Array(memory, at.blocks, Math.ceil(rules / 2 ** BLOCK_SHIFT) + 1),
    lane1: new Uint16Array(memory, at.lane1, rules),
    categories: new Uint8Array(memory, at.categories, rules),
    flags: new Uint8Array(memory, at.flags, Math.ceil(rules / 4)),
  };
}

/** All names of a table in memory, shared between threads. */
export interface Names {
  /** As in the file: blocks, each behind its checksum. */
  readonly bytes: SharedArrayBuffer;
  /** By position: second lane; low half of the first, category (from bit 16) and flags (from bit 24); where the name begins. */
  readonly rows: SharedArrayBuffer;
}

/** Words of a row. */
export const ROW = 3;

/**
 * Everything that a look-up reads of a rule side by side. In the sections it is spread over six places, each of them a wait for
 * memory when the table is larger than the processor's caches; here a bucket is one or two lines and a name another.
 */
export function rows(memory: SharedArrayBuffer, header: Header, names: SharedArrayBuffer): SharedArrayBuffer {
  const { lane1, lane2, categories, flags, blocks } = sections(memory, header.rules, header.bucketBits);
  const out = new SharedArrayBuffer(4 * ROW * header.rules);
  const words = new Uint32Array(out);
  const bytes = new Uint8Array(names);
  let at = 0;
  for (let position = 0; position < header.rules; position++) {
    if ((position & (2 ** BLOCK_SHIFT - 1)) === 0) at = (blocks[position >> BLOCK_SHIFT] as number) + 4;
    const flag = ((flags[position >> 2] as number) >> (2 * (position & 3))) & 3;
    words[ROW * position] = lane2[position] as number;
    words[ROW * position + 1] = (lane1[position] as number) | ((categories[position] as number) << 16) | (flag << 24);
    words[ROW * position + 2] = at;
    for (let length = bytes[at] as number; length !== 0; length = bytes[at] as number) at += length + 1;
    at++;
  }
  return out;
}

export function writeHeader(memory: ArrayBufferLike, h: Header): void {
  if (endianness() !== 'LE') throw new DnsTableError('foreign', 'tables need a little-endian machine');
  const view = new DataView(memory, 0, HEADER_BYTES);
  view.setBigUint64(0, MAGIC, true);
  view.setUint32(8, VERSION, true);
  view.setUint32(12, HEADER_BYTES, true);
  view.setUint32(16, h.rules, true);
  view.setUint32(20, h.bucketBits, true);
  view.setUint32(24, h.key[0], true);
  view.setUint32(28, h.key[1], true);
  view.setUint32(32, BLOCK_SHIFT, true);
  view.setUint32(36, h.keep[0], true);
  view.setUint32(40, h.keep[1], true);
  view.setUint32(44, h.namesBytes, true);
  view.setUint32(48, h.tableCrc, true);
  view.setUint32(52, h.namesCrc, true);
  view.setBigUint64(56, BigInt(h.serial), true);
  view.setUint32(124, crc32(new Uint8Array(memory, 0, 124)), true);
}

/** @throws DnsTableError `foreign`: not such a file, or of another version; `corrupt`: its checksum is wrong */
export function readHeader(memory: ArrayBufferLike, what: string): Header {
  if (endianness() !== 'LE') throw new DnsTableError('foreign', 'tables need a little-endian machine');
  const view = new DataView(memory, 0, HEADER_BYTES);
  if (view.getBigUint64(0, true) !== MAGIC) throw new DnsTableError('foreign', `${what} is not a DNS table`);
  if (view.getUint32(124, true) !== crc32(new Uint8Array(memory, 0, 124))) {
    throw new DnsTableError('corrupt', `${what}: the header's checksum is wrong`);
  }
  const version = view.getUint32(8, true);
  if (version !== VERSION || view.getUint32(12, true) !== HEADER_BYTES || view.getUint32(32, true) !== BLOCK_SHIFT) {
    throw new DnsTableError('foreign', `${what} is a DNS table of version ${version}; this program reads ${VERSION}`);
  }
  return {
    rules: view.getUint32(16, true),
    bucketBits: view.getUint32(20, true),
    key: [view.getUint32(24, true), view.getUint32(28, true)],
    keep: [view.getUint32(36, true), view.getUint32(40, true)],
    namesBytes: view.getUint32(44, true),
    tableCrc: view.getUint32(48, true),
    namesCrc: view.getUint32(52, true),
    serial: Number(view.getBigUint64(56, true)),
  };
}
