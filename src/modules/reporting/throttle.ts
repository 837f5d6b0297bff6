import type { Clock } from '../../platform/clock.ts';

/** A token bucket in memory: no address, no name, only how much happens. */
export class TokenBucket {
  readonly #capacity: number;
  readonly #perMs: number;
  readonly #clock: Clock;
  #tokens: number;
  #at: number;

  /** @param perMinute tokens that come back each minute @param capacity tokens that can be saved up */
  constructor(clock: Clock, perMinute: number, capacity: number) {
    this.#clock = clock;
    this.#perMs = perMinute / 60_000;
    this.#capacity = capacity;
    this.#tokens = capacity;
    this.#at = clock.now().getTime();
  }

  take(): boolean {
    const now = this.#clock.now().getTime();
    this.#tokens = Math.min(this.#capacity, this.#tokens + Math.max(0, now - this.#at) * this.#perMs);
    this.#at = now;
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }
}

/** Forgets who tried after this long. */
const MEMORY_MS = 15 * 60_000;
const MAX_REMEMBERED = 20_000;
const FREE_TRIES = 3;

/**
 * Wrong follow-up numbers slow down: by browser (its random cookie), and for everybody when wrong tries rain from browsers
 * that keep no cookie. Answers the delay in milliseconds before the next try is looked at; 0 = at once.
 */
export class WrongTries {
  readonly #clock: Clock;
  readonly #tries = new Map<string, { count: number; at: number }>();
  readonly #all: TokenBucket;
  #strained = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#all = new TokenBucket(clock, 60, 60);
  }

  delay(visitor: string): number {
    const known = this.#tries.get(visitor);
    const now = this.#clock.now().getTime();
    const own =
      known && now - known.at < MEMORY_MS && known.count >= FREE_TRIES
        ? Math.min(30_000, 1000 * 2 ** (known.count - FREE_TRIES))
        : 0;
    return Math.max(own - (known ? now - known.at : 0), this.#strained > now ? 1500 : 0, 0);
  }

  wrong(visitor: string): void {
    const now = this.#clock.now().getTime();
    if (!this.#all.take()) this.#strained = now + 60_000;
    const known = this.#tries.get(visitor);
    this.#tries.delete(visitor);
    this.#tries.set(visitor, { count: known && now - known.at < MEMORY_MS ? known.count + 1 : 1, at: now });
    if (this.#tries.size > MAX_REMEMBERED) this.#tries.delete(this.#tries.keys().next().value as string);
  }

  right(visitor: string): void {
    this.#tries.delete(visitor);
  }
}
