import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  consistencyPath,
  EMPTY_ROOT,
  Frontier,
  hashLeaf,
  hashNode,
  inclusionPath,
  type NodeSource,
  rangeHashes,
  subtreeRoots,
  subtreesOf,
  verifyConsistency,
  verifyInclusion,
} from './merkle.ts';

const hex = (text: string) => Buffer.from(text, 'hex');

// The leaves, roots and proofs that the implementations of RFC 6962 test with (certificate-transparency, merkletree_test).
const LEAVES = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f'].map(
  (leaf) => hashLeaf(hex(leaf)),
);
const ROOTS = [
  'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];
const A = '96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7';
const B = '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e';
const C = '6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4';
const D = 'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b';
const E = 'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0';
const F = '0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a';

/** The definition in RFC 9162 §2.1.1, word for word, as the yardstick. */
function definition(leaves: readonly Buffer[]): Buffer {
  if (leaves.length === 0) return EMPTY_ROOT;
  if (leaves.length === 1) return leaves[0] as Buffer;
  let k = 1;
  while (k * 2 < leaves.length) k *= 2;
  return hashNode(definition(leaves.slice(0, k)), definition(leaves.slice(k)));
}

/** A store in memory with exactly what the sealer would store. */
function grow(leaves: readonly Buffer[]): { frontier: Frontier; source: NodeSource } {
  const levels = new Map<number, Buffer[]>([[0, [...leaves]]]);
  const frontier = Frontier.empty();
  for (const leaf of leaves)
    for (const { level, index, hash } of frontier.append(leaf)) {
      const row = levels.get(level) ?? [];
      expect(row.length).toBe(index);
      row.push(hash);
      levels.set(level, row);
    }
  const source: NodeSource = async (runs) =>
    runs.map(({ level, from, count }) => (levels.get(level) ?? []).slice(from, from + count));
  return { frontier, source };
}

const someLeaves = (n: number) => Array.from({ length: n }, (_, i) => hashLeaf(Buffer.from(`leaf ${i}`)));
const MANY = someLeaves(1500);
const size = fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 250, max: 1500 }));

describe('tree', () => {
  it.each(ROOTS.map((root, n) => ({ n, root })))('has the known root with $n leaves', ({ n, root }) => {
    const { frontier } = grow(LEAVES.slice(0, n));
    expect(frontier.root().toString('hex')).toBe(root);
    expect(frontier.size).toBe(n);
  });

  it.each([
    { index: 0, size: 1, want: [] },
    { index: 0, size: 8, want: [A, B, C] },
    { index: 5, size: 8, want: [D, E, ROOTS[4]] },
    { index: 2, size: 3, want: [ROOTS[2]] },
    { index: 1, size: 5, want: [ROOTS[1], B, D] },
  ])('has the known proof for leaf $index of $size', async ({ index, size: n, want }) => {
    const { source } = grow(LEAVES.slice(0, n));
    const path = await rangeHashes(source, inclusionPath(index, n));
    expect(path.map((it) => it.toString('hex'))).toEqual(want);
  });

  it.each([
    { first: 1, second: 1, want: [] },
    { first: 1, second: 8, want: [A, B, C] },
    { first: 6, second: 8, want: [F, E, ROOTS[4]] },
    { first: 2, second: 5, want: [B, D] },
  ])('has the known consistency proof from $first to $second', async ({ first, second, want }) => {
    const { source } = grow(LEAVES.slice(0, second));
    const path = await rangeHashes(source, consistencyPath(first, second));
    expect(path.map((it) => it.toString('hex'))).toEqual(want);
  });

  it('keeps to the definition for every size, and can be resumed at any', async () => {
    const { source } = grow(MANY);
    await fc.assert(
      fc.asyncProperty(size, fc.nat(300), async (n, more) => {
        const resumed = Frontier.resume(n, await subtreeRoots(source, subtreesOf({ start: 0, end: n })));
        expect(resumed.root()).toEqual(definition(MANY.slice(0, n)));
        const extended = MANY.slice(n, n + more);
        for (const leaf of extended) resumed.append(leaf);
        expect(resumed.root()).toEqual(definition(MANY.slice(0, n + extended.length)));
      }),
      { numRuns: 60 },
    );
  });

  it('says which nodes a damaged store lacks', async () => {
    await expect(subtreeRoots(async () => [[]], [{ level: 9, index: 1 }])).rejects.toThrow(
      'lacks nodes 2 to 3 of level 8',
    );
  });
});

describe('verifyInclusion', () => {
  it('accepts every leaf of every tree', async () => {
    for (let n = 1; n <= 40; n += 1) {
      const { source, frontier } = grow(MANY.slice(0, n));
      for (let i = 0; i < n; i += 1) {
        const path = await rangeHashes(source, inclusionPath(i, n));
        expect(verifyInclusion(MANY[i] as Buffer, i, n, path, frontier.root())).toBe(true);
      }
    }
  });

  it('refuses any flipped bit, other index, other size, longer or shorter path', async () => {
    await fc.assert(
      fc.asyncProperty(size, fc.nat(), fc.nat(), fc.nat(7), async (n, pick, where, bit) => {
        const { source, frontier } = grow(MANY.slice(0, n));
        const index = pick % n;
        const leaf = MANY[index] as Buffer;
        const root = frontier.root();
        const path = await rangeHashes(source, inclusionPath(index, n));
        expect(verifyInclusion(leaf, index, n, path, root)).toBe(true);

        const parts = [leaf, root, ...path].map((it) => Buffer.from(it));
        const at = where % (parts.length * 32);
        const part = parts[Math.floor(at / 32)] as Buffer;
        part[at % 32] = (part[at % 32] as number) ^ (1 << bit);
        const [leafX, rootX, ...pathX] = parts as [Buffer, Buffer, ...Buffer[]];
        expect(verifyInclusion(leafX, index, n, pathX, rootX)).toBe(false);

        const other = (index + 1 + (where % n)) % n;
        if (other !== index) expect(verifyInclusion(leaf, other, n, path, root)).toBe(false);
        expect(verifyInclusion(leaf, index, n, [...path, leaf], root)).toBe(false);
        if (path.length > 0) expect(verifyInclusion(leaf, index, n, path.slice(0, -1), root)).toBe(false);
        expect(verifyInclusion(leaf, n, n, path, root)).toBe(false);
        expect(verifyInclusion(leaf, -1, n, path, root)).toBe(false);
      }),
      { numRuns: 80 },
    );
  });
});

describe('verifyConsistency', () => {
  it('accepts every beginning of every tree', async () => {
    for (let second = 0; second <= 40; second += 1) {
      const { source, frontier } = grow(MANY.slice(0, second));
      for (let first = 0; first <= second; first += 1) {
        const path = await rangeHashes(source, consistencyPath(first, second));
        const before = { size: first, root: definition(MANY.slice(0, first)) };
        expect(verifyConsistency(before, { size: second, root: frontier.root() }, path)).toBe(true);
      }
    }
  });

  it('refuses a rewritten past, flipped bits and other sizes', async () => {
    await fc.assert(
      fc.asyncProperty(size, fc.nat(), fc.nat(), fc.nat(7), async (second, pick, where, bit) => {
        const first = 1 + (pick % second);
        const honest = { size: first, root: definition(MANY.slice(0, first)) };
        const rewritten = MANY.slice(0, second);
        rewritten[where % first] = hashLeaf(Buffer.from('rewritten'));
        const forged = grow(rewritten);
        const forgedPath = await rangeHashes(forged.source, consistencyPath(first, second));
        expect(verifyConsistency(honest, { size: second, root: forged.frontier.root() }, forgedPath)).toBe(false);

        const { source, frontier } = grow(MANY.slice(0, second));
        const path = await rangeHashes(source, consistencyPath(first, second));
        const head = { size: second, root: frontier.root() };
        expect(verifyConsistency(honest, head, path)).toBe(true);
        const flipped = path.map((it) => Buffer.from(it));
        const part = flipped[where % Math.max(1, flipped.length)];
        if (part) {
          part[bit] = (part[bit] as number) ^ (1 << bit);
          expect(verifyConsistency(honest, head, flipped)).toBe(false);
        }
        expect(verifyConsistency(honest, head, [...path, head.root])).toBe(false);
        expect(verifyConsistency(head, honest, path)).toBe(first === second);
      }),
      { numRuns: 80 },
    );
  });
});
