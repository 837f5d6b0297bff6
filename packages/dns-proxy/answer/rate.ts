const SLOTS = 1 << 16;

export interface RateSettings {
  /** Answers in a second to one network (/24, /56) over UDP without a valid cookie; 0 = no limit. Default 1000. */
  readonly perNetwork?: number;
  /** How many at once after a quiet while. Default twice that. */
  readonly burst?: number;
  /** Every so many of those over the limit get a truncated answer, so that an honest client comes over TCP. Default 2. */
  readonly slip?: number;
}

export const PASS = 0;
export const SLIP = 1;
export const SILENCE = 2;

/**
 * Response rate limits, so that nobody can make us flood an address that is not theirs. A fixed table: networks whose numbers meet
 * share a limit, and which ones do nobody outside can know.
 */
export class RateLimit {
  #perMs: number;
  #burst: number;
  #slip: number;
  #tokens = new Float32Array(SLOTS);
  #at = new Float64Array(SLOTS);
  #over = 0;

  constructor(settings: RateSettings) {
    const perSecond = settings.perNetwork ?? 1000;
    this.#perMs = perSecond / 1000;
    this.#burst = settings.burst ?? 2 * perSecond;
    this.#slip = settings.slip ?? 2;
    this.#tokens.fill(this.#burst);
  }

  get off(): boolean {
    return this.#perMs === 0;
  }

  /** @param network see `networkOf`  @param now milliseconds, may go backwards */
  take(network: number, now: number): number {
    if (this.#perMs === 0) return PASS;
    const slot = network & (SLOTS - 1);
    const gained = Math.max(0, now - (this.#at[slot] as number)) * this.#perMs;
    const tokens = Math.min(this.#burst, (this.#tokens[slot] as number) + gained);
    this.#at[slot] = now;
    if (tokens >= 1) {
      this.#tokens[slot] = tokens - 1;
      return PASS;
    }
    this.#tokens[slot] = tokens;
    this.#over += 1;
    return this.#slip > 0 && this.#over % this.#slip === 0 ? SLIP : SILENCE;
  }
}
