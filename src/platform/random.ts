import { createHash, randomBytes, randomInt } from 'node:crypto';

/** The only source of chance: the system's in production, a seeded one where a run must repeat. */
export interface Random {
  bytes(n: number): Buffer;
  /** A uniform integer in [0, maxExclusive). */
  int(maxExclusive: number): number;
}

export const systemRandom: Random = { bytes: (n) => randomBytes(n), int: (max) => randomInt(max) };

/** Deterministic stream (SHA-256 in counter mode). Never for keys outside tests. */
export function seededRandom(seed: number): Random {
  let counter = 0;
  const block = () => createHash('sha256').update(`${seed}:${counter++}`).digest();
  const bytes = (n: number) => {
    const parts: Buffer[] = [];
    for (let have = 0; have < n; have += 32) parts.push(block());
    return Buffer.concat(parts).subarray(0, n);
  };
  return {
    bytes,
    int: (max) => {
      if (!Number.isSafeInteger(max) || max <= 0) throw new RangeError('int() needs a positive safe integer');
      // 48 bits against at most 2^32 choices: the bias is below 2^-16, enough for tests.
      return bytes(6).readUIntBE(0, 6) % max;
    },
  };
}
