import { nameFromText, sameName } from '../../../../packages/dns-table/index.ts';

/** Lower case of ASCII letters; every other byte stands for itself (RFC 4343). */
const FOLD = Uint8Array.from({ length: 256 }, (_, b) => (b >= 0x41 && b <= 0x5a ? b + 32 : b));
const MAX_LABELS = 127;
const MAX_NAME = 255;

/** All endings of the name in a packet, with a hash of each: read once for a question, asked of several small tables. */
export class Suffixes {
  wire: Uint8Array = new Uint8Array(1);
  /** Labels of the name; ending `i` is the name without its first `i` labels. */
  count = 0;
  readonly starts = new Uint16Array(MAX_LABELS + 1);
  readonly hashes = new Uint32Array(MAX_LABELS + 1);

  /** Reads the uncompressed name at `offset`. False when it is none: cut short, too long, with a pointer. */
  read(wire: Uint8Array, offset: number): boolean {
    this.wire = wire;
    this.count = 0;
    let at = offset;
    for (;;) {
      const length = wire[at];
      if (length === undefined || length > 63 || at - offset >= MAX_NAME) return false;
      if (length === 0) break;
      if (this.count === MAX_LABELS || at + length >= wire.length) return false;
      this.starts[this.count++] = at;
      at += length + 1;
    }
    let hash = 0x811c9dc5;
    for (let i = this.count - 1; i >= 0; i--) {
      const start = this.starts[i] as number;
      const length = wire[start] as number;
      // The length goes in, so that a dot inside of a label is no border.
      hash = Math.imul(hash ^ length, 0x01000193);
      for (let k = 1; k <= length; k++)
        hash = Math.imul(hash ^ (FOLD[wire[start + k] as number] as number), 0x01000193);
      this.hashes[i] = hash >>> 0;
    }
    return true;
  }
}

/** For names that are added; one is enough for all tables of a thread. */
const reader = new Suffixes();

interface Entry<T> {
  readonly wire: Uint8Array;
  readonly exact: boolean;
  readonly value: T;
}

/**
 * A small table of names, each for itself (`exact`) or for all below it too. For lists that a family or the country keeps;
 * millions of names belong in packages/dns-table.
 */
export class SuffixMap<T> {
  readonly #entries = new Map<number, Entry<T>[]>();
  /** Most endings are in no table: a bit by the hash says so without asking the map. */
  readonly #filter = new Uint32Array(64);
  size = 0;

  /** For one name and scope the first one added counts. @throws DnsTableError for what is no name */
  add(name: string, value: T, scope: 'exact' | 'subtree' = 'subtree'): void {
    const wire = nameFromText(name);
    if (!reader.read(wire, 0) || reader.count === 0) return;
    const hash = reader.hashes[0] as number;
    const entry = { wire, exact: scope === 'exact', value };
    const others = this.#entries.get(hash);
    if (others) others.push(entry);
    else this.#entries.set(hash, [entry]);
    const bit = hash >>> 21;
    this.#filter[bit >> 5] = (this.#filter[bit >> 5] as number) | (1 << (bit & 31));
    this.size++;
  }

  /** The value of the longest name that covers what was read; for one name `exact` before all below it. */
  longest(suffixes: Suffixes): T | undefined {
    if (this.size === 0) return undefined;
    for (let i = 0; i < suffixes.count; i++) {
      const hash = suffixes.hashes[i] as number;
      const bit = hash >>> 21;
      if ((((this.#filter[bit >> 5] as number) >>> (bit & 31)) & 1) === 0) continue;
      const entries = this.#entries.get(hash);
      if (entries === undefined) continue;
      let below: Entry<T> | undefined;
      for (const entry of entries) {
        if (entry.exact && i > 0) continue;
        if (!sameName(entry.wire, 0, suffixes.wire, suffixes.starts[i] as number)) continue;
        if (entry.exact) return entry.value;
        below ??= entry;
      }
      if (below) return below.value;
    }
    return undefined;
  }
}
