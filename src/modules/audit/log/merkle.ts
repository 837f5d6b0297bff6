import { hash } from 'node:crypto';

/*
 * The Merkle tree of RFC 9162 §2.1 (the same as RFC 6962's) over SHA-256. Everything here is arithmetic on sizes and
 * hashes; where the hashes are kept is the caller's business (NodeSource).
 *
 * Stored are the leaves and the roots of full subtrees of 256, 65,536, ... leaves only: any other node is computed from
 * at most 256 stored ones when a proof is asked for. So sealing an entry writes 1.004 hashes instead of 2.
 */

const LEAF = Buffer.of(0);
const NODE = Buffer.of(1);
/** Levels between two stored ones: 2^8 nodes make one. */
const STRIDE = 8;

export const EMPTY_ROOT = sha256(Buffer.alloc(0));

export function sha256(data: Buffer | string): Buffer {
  return hash('sha256', data, 'buffer');
}

export function hashLeaf(data: Buffer): Buffer {
  return sha256(Buffer.concat([LEAF, data]));
}

export function hashNode(left: Buffer, right: Buffer): Buffer {
  return sha256(Buffer.concat([NODE, left, right]));
}

/** A full subtree: the `index`-th one of 2^level leaves. */
export interface Subtree {
  level: number;
  index: number;
}

export interface StoredNode extends Subtree {
  hash: Buffer;
}

/** Leaves from `start` up to, not including, `end`. */
export interface Range {
  start: number;
  end: number;
}

/**
 * The right edge of a growing tree: the roots of its full subtrees, largest first. It is all that is needed to append and
 * to tell the root.
 */
export class Frontier {
  readonly #roots: { level: number; hash: Buffer }[] = [];
  #size: number;

  private constructor(size: number) {
    this.#size = size;
  }

  static empty(): Frontier {
    return new Frontier(0);
  }

  /** @param roots of {@link subtreesOf} `{ start: 0, end: size }`, in that order */
  static resume(size: number, roots: readonly Buffer[]): Frontier {
    const frontier = new Frontier(size);
    subtreesOf({ start: 0, end: size }).forEach(({ level }, i) => {
      frontier.#roots.push({ level, hash: roots[i] as Buffer });
    });
    return frontier;
  }

  get size(): number {
    return this.#size;
  }

  /** Adds a leaf and returns the nodes to store that it completed. */
  append(leafHash: Buffer): StoredNode[] {
    const stored: StoredNode[] = [];
    let node = { level: 0, hash: leafHash };
    this.#size += 1;
    for (let left = this.#roots.at(-1); left?.level === node.level; left = this.#roots.at(-1)) {
      this.#roots.pop();
      node = { level: node.level + 1, hash: hashNode(left.hash, node.hash) };
      if (node.level % STRIDE === 0) stored.push({ ...node, index: this.#size / 2 ** node.level - 1 });
    }
    this.#roots.push(node);
    return stored;
  }

  root(): Buffer {
    return foldRight(this.#roots.map((it) => it.hash));
  }
}

function foldRight(hashes: readonly Buffer[]): Buffer {
  return hashes.length === 0 ? EMPTY_ROOT : hashes.reduceRight((right, left) => hashNode(left, right));
}

/** The full subtrees that make up a range that begins where a subtree of its size may begin, largest first. */
export function subtreesOf({ start, end }: Range): Subtree[] {
  const found: Subtree[] = [];
  for (let at = start; at < end; ) {
    const level = Math.floor(Math.log2(end - at));
    found.push({ level, index: at / 2 ** level });
    at += 2 ** level;
  }
  return found;
}

/** Stored hashes: `count` of them on a level that is a multiple of 8, from index `from`. */
export interface StoredRun {
  level: number;
  from: number;
  count: number;
}

/** Loads runs of stored hashes, in the order asked; a run may come back short if the store is damaged. */
export type NodeSource = (runs: readonly StoredRun[]) => Promise<Buffer[][]>;

/** The roots of full subtrees, from what is stored. */
export async function subtreeRoots(source: NodeSource, subtrees: readonly Subtree[]): Promise<Buffer[]> {
  const runs = subtrees.map(({ level, index }) => {
    const base = level - (level % STRIDE);
    const count = 2 ** (level - base);
    return { level: base, from: index * count, count };
  });
  const loaded = await source(runs);
  return runs.map((run, i) => {
    const hashes = loaded[i] ?? [];
    if (hashes.length !== run.count)
      throw new Error(`the tree lacks nodes ${run.from} to ${run.from + run.count - 1} of level ${run.level}`);
    return fullRoot(hashes);
  });
}

function fullRoot(hashes: readonly Buffer[]): Buffer {
  let row = hashes;
  while (row.length > 1) {
    const above: Buffer[] = [];
    for (let i = 0; i < row.length; i += 2) above.push(hashNode(row[i] as Buffer, row[i + 1] as Buffer));
    row = above;
  }
  return row[0] as Buffer;
}

/** The hashes of any ranges that RFC 9162's proofs consist of; one request to the source for all of them. */
export async function rangeHashes(source: NodeSource, ranges: readonly Range[]): Promise<Buffer[]> {
  const parts = ranges.map(subtreesOf);
  const roots = await subtreeRoots(source, parts.flat());
  let at = 0;
  return parts.map((part) => {
    at += part.length;
    return foldRight(roots.slice(at - part.length, at));
  });
}

/** The largest power of two smaller than `n` (n > 1). */
function split(n: number): number {
  return 2 ** Math.ceil(Math.log2(n) - 1);
}

/** PATH(index, D[size]) of RFC 9162 §2.1.3.1 as ranges, from the leaf upwards. */
export function inclusionPath(index: number, size: number): Range[] {
  const path = (start: number, end: number): Range[] => {
    if (end - start === 1) return [];
    const middle = start + split(end - start);
    return index < middle
      ? [...path(start, middle), { start: middle, end }]
      : [...path(middle, end), { start, end: middle }];
  };
  return path(0, size);
}

/** PROOF(first, D[second]) of RFC 9162 §2.1.4.1 as ranges. For an empty first tree there is nothing to prove. */
export function consistencyPath(first: number, second: number): Range[] {
  const path = (start: number, end: number, whole: boolean): Range[] => {
    if (first === end) return whole ? [] : [{ start, end }];
    const middle = start + split(end - start);
    return first <= middle
      ? [...path(start, middle, whole), { start: middle, end }]
      : [...path(middle, end, false), { start, end: middle }];
  };
  return first === 0 ? [] : path(0, second, true);
}

/** RFC 9162 §2.1.3.2: whether `leafHash` is the leaf `index` of the tree of `size` leaves with this root. */
export function verifyInclusion(
  leafHash: Buffer,
  index: number,
  size: number,
  path: readonly Buffer[],
  root: Buffer,
): boolean {
  if (!isCount(index) || !isCount(size) || index >= size) return false;
  let fn = index;
  let sn = size - 1;
  let r = leafHash;
  for (const p of path) {
    if (sn === 0) return false;
    if (odd(fn) || fn === sn) {
      r = hashNode(p, r);
      while (!odd(fn) && fn !== 0) {
        fn = half(fn);
        sn = half(sn);
      }
    } else r = hashNode(r, p);
    fn = half(fn);
    sn = half(sn);
  }
  return sn === 0 && r.equals(root);
}

/** RFC 9162 §2.1.4.2: whether the tree of `first` leaves is the beginning of the tree of `second` leaves. */
export function verifyConsistency(
  first: { size: number; root: Buffer },
  second: { size: number; root: Buffer },
  path: readonly Buffer[],
): boolean {
  if (!isCount(first.size) || !isCount(second.size) || first.size > second.size) return false;
  if (first.size === 0) return path.length === 0 && first.root.equals(EMPTY_ROOT);
  if (first.size === second.size) return path.length === 0 && first.root.equals(second.root);
  const [start, ...rest] = isPowerOfTwo(first.size) ? [first.root, ...path] : path;
  if (!start || path.length === 0) return false;
  let fn = first.size - 1;
  let sn = second.size - 1;
  while (odd(fn)) {
    fn = half(fn);
    sn = half(sn);
  }
  let fr = start;
  let sr = start;
  for (const c of rest) {
    if (sn === 0) return false;
    if (odd(fn) || fn === sn) {
      fr = hashNode(c, fr);
      sr = hashNode(c, sr);
      while (!odd(fn) && fn !== 0) {
        fn = half(fn);
        sn = half(sn);
      }
    } else sr = hashNode(sr, c);
    fn = half(fn);
    sn = half(sn);
  }
  return sn === 0 && fr.equals(first.root) && sr.equals(second.root);
}

// Not the bitwise operators: they end at 2^31. Logarithms of doubles are exact enough up to 2^44 leaves.
const half = (n: number) => Math.floor(n / 2);
const odd = (n: number) => n % 2 === 1;
const isCount = (n: number) => Number.isSafeInteger(n) && n >= 0;
const isPowerOfTwo = (n: number) => 2 ** Math.round(Math.log2(n)) === n;
