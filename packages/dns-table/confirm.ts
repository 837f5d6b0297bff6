import { crc32 } from 'node:zlib';
import { DnsTableError } from './error.ts';
import { BLOCK_SHIFT, type Sections } from './layout.ts';
import { nameLength, sameName } from './name.ts';
import { readAll } from './snapshot.ts';

/**
 * The exact names of a base table, on disk: a hit of the hash is believed only when the name at its position is the one
 * asked for. One `pread` of about a kilobyte, and none while the block is among those used last.
 */
export class NamesFile {
  private readonly file: number;
  private readonly begin: number;
  private readonly blocks: Uint32Array;
  private readonly rules: number;
  private readonly kept = new Map<number, Uint8Array>();
  private readonly keep: number;
  /** Reads from disk so far. */
  reads = 0;

  constructor(file: number, begin: number, s: Sections, keep: number) {
    this.file = file;
    this.begin = begin;
    this.blocks = s.blocks;
    this.rules = s.lane2.length;
    this.keep = keep;
  }

  /**
   * Whether the wire name at `offset` is the name of the rule at `position`.
   * @throws DnsTableError `torn`, `corrupt`, or a system error: the file was changed or cannot be read any more
   */
  confirm(wire: Uint8Array, offset: number, position: number): boolean {
    const block = this.block(position >> BLOCK_SHIFT);
    let at = 4;
    for (let skip = position & (2 ** BLOCK_SHIFT - 1); skip > 0; skip--) {
      for (let length = block[at] as number; length !== 0; length = block[at] as number) at += length + 1;
      at++;
    }
    return sameName(block, at, wire, offset);
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

  private block(number: number): Uint8Array {
    let block = this.kept.get(number);
    if (block) {
      this.kept.delete(number);
    } else {
      block = this.read(number);
      if (this.kept.size >= this.keep) this.kept.delete(this.kept.keys().next().value as number);
    }
    this.kept.set(number, block);
    return block;
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
