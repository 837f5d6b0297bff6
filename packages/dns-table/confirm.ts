import { crc32 } from 'node:zlib';
import { DnsTableError } from './error.ts';
import { BLOCK_SHIFT, type Names, ROW, type Sections } from './layout.ts';
import { nameLength, sameName } from './name.ts';
import { readAll } from './snapshot.ts';

/** Where the name of a position begins, in a block whose first name begins at `at`. */
function startOf(bytes: Uint8Array, at: number, position: number): number {
  for (let skip = position & (2 ** BLOCK_SHIFT - 1); skip > 0; skip--) {
    for (let length = bytes[at] as number; length !== 0; length = bytes[at] as number) at += length + 1;
    at++;
  }
  return at;
}

/**
 * The exact names of a base table, on disk: a hit of the hash is believed only when the name at its position is the one
 * asked for. One `pread` of about a kilobyte, and none for names asked for lately.
 * Neighbours are random, so it is the name that is kept, not its block.
 */
export class NamesFile {
  private readonly file: number;
  private readonly begin: number;
  private readonly blocks: Uint32Array;
  private readonly rules: number;
  /** Names by position, used since the last turn and before it: nearly what a list by last use keeps, and cheaper to run. */
  private fresh = new Map<number, Uint8Array>();
  private stale = new Map<number, Uint8Array>();
  private readonly keep: number;
  private readonly memory: Uint8Array | undefined;
  private readonly rows: Uint32Array | undefined;
  /** Reads from disk so far. */
  reads = 0;

  constructor(file: number, begin: number, s: Sections, keep: number, names?: Names) {
    this.file = file;
    this.begin = begin;
    this.blocks = s.blocks;
    this.rules = s.lane2.length;
    this.keep = keep;
    this.memory = names && new Uint8Array(names.bytes);
    this.rows = names && new Uint32Array(names.rows);
  }

  /**
   * Whether the wire name at `offset` is the name of the rule at `position`.
   * @throws DnsTableError `torn`, `corrupt`, or a system error: the file was changed or cannot be read any more
   */
  confirm(wire: Uint8Array, offset: number, position: number): boolean {
    const { memory, rows } = this;
    if (!memory || !rows) return sameName(this.nameAt(position), 0, wire, offset);
    return sameName(memory, rows[ROW * position + 2] as number, wire, offset);
  }

  private nameAt(position: number): Uint8Array {
    const fresh = this.fresh.get(position);
    if (fresh) return fresh;
    const name = this.stale.get(position) ?? this.readName(position);
    if (this.fresh.size >= this.keep) {
      this.stale = this.fresh;
      this.fresh = new Map();
    }
    this.fresh.set(position, name);
    return name;
  }

  private readName(position: number): Uint8Array {
    const block = this.read(position >> BLOCK_SHIFT);
    const at = startOf(block, 4, position);
    return block.slice(at, at + nameLength(block, at));
  }

  /** All names in the order of their positions. */
  *names(): Generator<Uint8Array> {
    for (let position = 0; position < this.rules; ) {
      const block = this.read(position >> BLOCK_SHIFT);
      for (let at = 4; at < block.length; position++) {
        const length = nameLength(block, at);
        yield block.subarray(at, at + length);
        at += length;
      }
    }
  }

  private read(number: number): Uint8Array {
    const begin = this.blocks[number] as number;
    const block = new Uint8Array((this.blocks[number + 1] as number) - begin);
    this.reads++;
    readAll(this.file, block, this.begin + begin);
    if (crc32(block.subarray(4)) !== new DataView(block.buffer).getUint32(0, true)) {
      throw new DnsTableError('corrupt', `block ${number} of the names has a wrong checksum`);
    }
    return block;
  }
}
