import { randomBytes } from 'node:crypto';

const SLOTS = 1 << 16;

export interface RateSettings {
  /** Answers in a second to one network (/24, /56) over UDP without a valid cookie; 0 = no limit. Default 1000. */
  readonly perNetwork?: number;
  /** How many at once after a quiet while. Default twice that. */
  readonly burst?: number;
  /** Every so many of those over the limit get a truncated answer, so that an honest client comes over TCP. Default 2. */
  readonly slip?: number;
  /** One count for all threads that are given the same; each has its own without. */
  readonly shared?: SharedRate;
}

/** Memory that threads count in together, and the secret by which they all number networks. */
export interface SharedRate {
  readonly memory: SharedArrayBuffer;
  readonly seed: number;
}

/** For `RateSettings.shared`: some 800 kB. */
export function sharedRate(): SharedRate {
  return { memory: new SharedArrayBuffer(SLOTS * 12), seed: randomBytes(4).readUInt32LE() };
}

export const PASS = 0;
export const SLIP = 1;
export const SILENCE = 2;

/**
 * Response rate limits, so that nobody can make us flood an address that is not theirs. A fixed table: networks whose numbers meet
 * share a limit, and which ones do nobody outside can know. In memory that threads share nothing is locked: two that take at the same
 * moment may take one for both, which is no more than a limit needs.
 */
export class RateLimit {
  #perMs: number;
  #burst: number;
  #slip: number;
  /** Gone from a full burst, so that fresh memory is a quiet while. */
  #taken: Float32Array;
  #at: Float64Array;
  #over = 0;

  constructor(settings: RateSettings) {
    const perSecond = settings.perNetwork ?? 1000;
    this.#perMs = perSecond / 1000;
    this.#burst = settings.burst ?? 2 * perSecond;
    this.#slip = settings.slip ?? 2;
    const memory = settings.shared?.memory ?? new ArrayBuffer(SLOTS * 12);
    this.#at = new Float64Array(memory, 0, SLOTS);
    this.#taken = new Float32Array(memory, SLOTS * 8, SLOTS);
  }

  get off(): boolean {
    return this.#perMs === 0;
  }

  /** @param network see `networkOf`  @param now milliseconds, may go backwards */
  take(network: number, now: number): number {
    if (this.#perMs === 0) return PASS;
    const slot = network & (SLOTS - 1);
    const gained = Math.max(0, now - (this.#at[slot] as number)) * this.#perMs;
    const taken = Math.max(0, (this.#taken[slot] as number) - gained);
    this.#at[slot] = now;
    if (this.#burst - taken >= 1) {
      this.#taken[slot] = taken + 1;
      return PASS;
    }
    this.#taken[slot] = taken;
    this.#over += 1;
    return this.#slip > 0 && this.#over % this.#slip === 0 ? SLIP : SILENCE;
  }
}
