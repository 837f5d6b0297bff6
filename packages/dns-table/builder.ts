import { getRandomValues } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { DnsTableError } from './error.ts';
import { hashSuffixes, suffixHashes } from './hash.ts';
import {
  BLOCK_SHIFT,
  bucketBitsFor,
  HEADER_BYTES,
  type Sections,
  sections,
  tableBytes,
  writeHeader,
} from './layout.ts';
import { FOLD, nameFromText, nameLength, sameName } from './name.ts';
import { ALLOW, EXACT, flagsOf, type Rule } from './rule.ts';

/** A table in memory, and what is needed to write its names. */
export interface BuiltTable {
  readonly memory: SharedArrayBuffer;
  readonly rules: number;
  /** The names in the order of their positions, as blocks with their checksums; about a megabyte at a time. */
  names(): Generator<Uint8Array>;
}

export interface BuildOptions {
  /** Two words of 32 bits that nobody outside may know. Default: from the system's random source. */
  readonly key?: readonly [number, number];
  /** The caller's number of this state (a safe integer), kept in the file. */
  readonly serial?: number;
  /** Compare only these bits of the two lanes: for tests that want collisions. */
  readonly keep?: readonly [number, number];
}

/**
 * Collects rules and lays out an immutable table of them. Synchronous: a million rules take about a second, so a server
 * builds in a worker thread.
 */
export class DnsTableBuilder {
  private arena: Uint8Array;
  private offsets: Uint32Array;
  private meta: Uint16Array;
  private count = 0;
  private used = 0;

  /** @param expected about how many rules will come; only saves copying */
  constructor(expected = 1024) {
    this.arena = new Uint8Array(expected * 20);
    this.offsets = new Uint32Array(expected + 1);
    this.meta = new Uint16Array(expected);
  }

  /** Adds a rule for a name as people write it. @throws DnsTableError `name`, `rule` */
  add(name: string, rule: Rule): void {
    this.addWire(nameFromText(name), 0, rule);
  }

  /** Adds a rule for the wire name at `offset`. @throws DnsTableError `name`, `rule`, `size` */
  addWire(wire: Uint8Array, offset: number, rule: Rule): void {
    const length = nameLength(wire, offset);
    const meta = rule.category | (flagsOf(rule) << 8);
    if (this.used + length > this.arena.length) {
      if (this.used + length > 0xffff_0000) throw new DnsTableError('size', 'the names are longer than 4 GB in all');
      const grown = new Uint8Array(Math.min(0xffff_ffff, Math.max(4096, 2 * this.arena.length)));
      grown.set(this.arena);
      this.arena = grown;
    }
    if (this.count === this.meta.length) {
      const size = Math.max(1024, 2 * this.count);
      const offsets = new Uint32Array(size + 1);
      offsets.set(this.offsets);
      const metas = new Uint16Array(size);
      metas.set(this.meta);
      [this.offsets, this.meta] = [offsets, metas];
    }
    const { arena } = this;
    let at = this.used;
    for (let i = 0; i < length; i++) arena[at++] = FOLD[wire[offset + i] as number] as number;
    this.used = at;
    this.meta[this.count++] = meta;
    this.offsets[this.count] = at;
  }

  /** The table of all rules added so far. The builder can go on afterwards. */
  build(options: BuildOptions = {}): BuiltTable {
    const key = options.key ?? (getRandomValues(new Uint32Array(2)) as ArrayLike<number>);
    const [key0, key1] = [(key[0] as number) >>> 0, (key[1] as number) >>> 0];
    const keep = options.keep ?? [0xffff_ffff, 0xffff];
    const placed = this.place(key0, key1, keep);
    const rules = placed.order.length;
    const { bucketBits } = placed;
    const memory = new SharedArrayBuffer(tableBytes(rules, bucketBits));
    const s = sections(memory, rules, bucketBits);
    s.starts.set(placed.starts);
    s.lane2.set(placed.lane2);
    s.lane1.set(placed.lane1);
    const namesBytes = this.describe(s, placed.order);
    const names = () => this.blocks(s.blocks, placed.order);
    writeHeader(memory, {
      rules,
      bucketBits,
      key: [key0, key1],
      keep,
      serial: options.serial ?? 0,
      namesBytes,
      tableCrc: crc32(new Uint8Array(memory, HEADER_BYTES)),
      namesCrc: 0,
    });
    return { memory, rules, names };
  }

  /** Sorts the rules into buckets by hash, and leaves out those that a later one replaces. */
  private place(key0: number, key1: number, keep: readonly [number, number]) {
    const { count, arena, offsets } = this;
    const bucketBits = bucketBitsFor(count);
    const shift = 32 - bucketBits;
    const bucketOf = (lane: number) => (bucketBits === 0 ? 0 : lane >>> shift);
    const first = new Uint32Array(count);
    const second = new Uint32Array(count);
    const starts = new Uint32Array(2 ** bucketBits + 1);
    const hashes = suffixHashes();
    for (let i = 0; i < count; i++) {
      const depth = hashSuffixes(arena, offsets[i] as number, key0, key1, hashes, -1);
      const lane = hashes.lanes[2 * depth] as number;
      first[i] = lane;
      second[i] = (hashes.lanes[2 * depth + 1] as number) & keep[0];
      (starts[bucketOf(lane) + 1] as number)++;
    }
    for (let b = 0; b < starts.length - 1; b++) (starts[b + 1] as number) += starts[b] as number;
    const cursor = starts.slice(0, -1);
    const order = new Uint32Array(count);
    const lane2 = new Uint32Array(count);
    const lane1 = new Uint16Array(count);
    // Straight insertion while scattering: buckets are short, and equal hashes stay in the order they came in.
    for (let i = 0; i < count; i++) {
      const bucket = bucketOf(first[i] as number);
      const begin = starts[bucket] as number;
      const high = second[i] as number;
      const low = (first[i] as number) & keep[1];
      let at = cursor[bucket] as number;
      cursor[bucket] = at + 1;
      while (
        at > begin &&
        ((lane2[at - 1] as number) > high || (lane2[at - 1] === high && (lane1[at - 1] as number) > low))
      ) {
        lane2[at] = lane2[at - 1] as number;
        lane1[at] = lane1[at - 1] as number;
        order[at] = order[at - 1] as number;
        at--;
      }
      lane2[at] = high;
      lane1[at] = low;
      order[at] = i;
    }
    return { bucketBits, ...this.withoutReplaced(starts, lane2, lane1, order) };
  }

  private withoutReplaced(starts: Uint32Array, lane2: Uint32Array, lane1: Uint16Array, order: Uint32Array) {
    let kept = 0;
    for (let b = 0; b < starts.length - 1; b++) {
      const begin = starts[b] as number;
      const end = starts[b + 1] as number;
      starts[b] = kept;
      for (let i = begin; i < end; i++) {
        let replaced = false;
        for (let j = i + 1; j < end && lane2[j] === lane2[i] && lane1[j] === lane1[i] && !replaced; j++) {
          replaced = this.sameRule(order[i] as number, order[j] as number);
        }
        if (replaced) continue;
        lane2[kept] = lane2[i] as number;
        lane1[kept] = lane1[i] as number;
        order[kept++] = order[i] as number;
      }
    }
    starts[starts.length - 1] = kept;
    return { starts, lane2: lane2.subarray(0, kept), lane1: lane1.subarray(0, kept), order: order.subarray(0, kept) };
  }

  private sameRule(i: number, j: number): boolean {
    const identity = 0xff | (EXACT << 8);
    if (((this.meta[i] as number) & identity) !== ((this.meta[j] as number) & identity)) return false;
    return sameName(this.arena, this.offsets[i] as number, this.arena, this.offsets[j] as number);
  }

  /** Fills categories, flags and the places of the blocks of names; returns the bytes that the names take. */
  private describe(s: Sections, order: Uint32Array): number {
    let bytes = 0;
    for (let at = 0; at < order.length; at++) {
      if ((at & (2 ** BLOCK_SHIFT - 1)) === 0) {
        s.blocks[at >> BLOCK_SHIFT] = bytes;
        bytes += 4;
      }
      const i = order[at] as number;
      const meta = this.meta[i] as number;
      s.categories[at] = meta & 0xff;
      (s.flags[at >> 2] as number) |= ((meta >> 8) & (EXACT | ALLOW)) << (2 * (at & 3));
      bytes += (this.offsets[i + 1] as number) - (this.offsets[i] as number);
    }
    if (bytes > 0xffff_ffff) throw new DnsTableError('size', 'the names are longer than 4 GB in all');
    s.blocks[s.blocks.length - 1] = bytes;
    return bytes;
  }

  private *blocks(blocks: Uint32Array, order: Uint32Array): Generator<Uint8Array> {
    const batch = 512;
    for (let from = 0; from < blocks.length - 1; from += batch) {
      const to = Math.min(blocks.length - 1, from + batch);
      const base = blocks[from] as number;
      const out = new Uint8Array((blocks[to] as number) - base);
      const view = new DataView(out.buffer);
      for (let b = from; b < to; b++) {
        const begin = (blocks[b] as number) - base;
        let at = begin + 4;
        const last = Math.min(order.length, (b + 1) << BLOCK_SHIFT);
        for (let p = b << BLOCK_SHIFT; p < last; p++) {
          const i = order[p] as number;
          const end = this.offsets[i + 1] as number;
          for (let from = this.offsets[i] as number; from < end; from++) out[at++] = this.arena[from] as number;
        }
        view.setUint32(begin, crc32(out.subarray(begin + 4, at)), true);
      }
      yield out;
    }
  }
}
