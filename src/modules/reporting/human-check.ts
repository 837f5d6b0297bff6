import { createChallenge, type Payload, verifySolution } from 'altcha-lib';
import { deriveKey } from 'altcha-lib/algorithms/pbkdf2';
import type { Clock } from '../../platform/clock.ts';
import type { Keyring } from '../../platform/keys.ts';
import { TokenBucket } from './throttle.ts';

/** About half a second on an old phone: PBKDF2 with few iterations and an 8-bit prefix. */
const COST = 500;
const LIFETIME_MS = 30 * 60_000;
/** Nobody reads and answers ten pages faster than this. */
export const FASTEST_MS = 4000;
const MAX_SEEN = 10_000;

type Verdict = 'passes' | 'quick' | 'busy';

/**
 * Keeps machines from flooding the desk without ever standing between a child and help: proof of work when JavaScript is
 * there (ALTCHA), otherwise time and a common rate. Danger passes unchecked.
 */
export class HumanCheck {
  readonly #clock: Clock;
  readonly #keys: Keyring;
  readonly #withoutScript: TokenBucket;
  readonly #seen = new Set<string>();

  constructor(clock: Clock, keys: Keyring) {
    this.#clock = clock;
    this.#keys = keys;
    this.#withoutScript = new TokenBucket(clock, 60, 60);
  }

  challenge() {
    return createChallenge({
      algorithm: 'PBKDF2/SHA-256',
      deriveKey,
      cost: COST,
      keyPrefix: '00',
      expiresAt: new Date(this.#clock.now().getTime() + LIFETIME_MS),
      hmacSignatureSecret: this.#keys.token('altcha', 'secret'),
    });
  }

  /** `startedAt`: when the first page was answered. Says what to wait for: that somebody was quick, or that many are here. */
  async check(input: { danger: boolean; altcha: string | undefined; startedAt: Date }): Promise<Verdict> {
    if (input.danger) return 'passes';
    if (input.altcha && (await this.#solved(input.altcha))) return 'passes';
    if (this.#clock.now().getTime() - input.startedAt.getTime() < FASTEST_MS) return 'quick';
    return this.#withoutScript.take() ? 'passes' : 'busy';
  }

  async #solved(payload: string): Promise<boolean> {
    if (payload.length > 4000) return false;
    try {
      const { challenge, solution } = JSON.parse(Buffer.from(payload, 'base64').toString('utf8')) as Payload;
      const id = challenge.signature ?? '';
      if (!id || this.#seen.has(id)) return false;
      const result = await verifySolution({
        challenge,
        solution,
        deriveKey,
        hmacSignatureSecret: this.#keys.token('altcha', 'secret'),
      });
      if (!result.verified || result.expired) return false;
      this.#seen.add(id);
      if (this.#seen.size > MAX_SEEN) this.#seen.delete(this.#seen.values().next().value as string);
      return true;
    } catch {
      return false;
    }
  }
}
