import { createHash, randomBytes, randomFillSync, randomInt } from 'node:crypto';

/** The only source of chance: the system's in production, a seeded one where a run must repeat. */
export interface Random {
  bytes(n: number): Buffer;
  /** A uniform integer in [0, maxExclusive). */
  int(maxExclusive: number): number;
}

const pool = Buffer.allocUnsafeSlow(4096);
let used = pool.length;

/** Small amounts come from a pool, as crypto.randomUUID does it: a call of the generator costs the same for 4 KB. */
function systemBytes(n: number): Buffer {
  if (n > 64) return randomBytes(n);
  if (used + n > pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  const drawn = Buffer.from(pool.subarray(used, used + n));
  // What was handed out is not kept.
  pool.fill(0, used, used + n);
  used += n;
  return drawn;
}

export const systemRandom: Random = { bytes: systemBytes, int: (max) => randomInt(max) };

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
