import { TOO_MANY_TRIES } from './errors.ts';

export interface ThrottleLimits {
  /** Tries without any delay. */
  free: number;
  /** Milliseconds to wait after the first try beyond; doubled for each further one. */
  baseMs: number;
  /** The longest wait in milliseconds: whoever tries from outside must not lock somebody out for long. */
  capMs: number;
  /** One try is forgiven every so many milliseconds. */
  forgiveMs: number;
}

interface Entry {
  level: number;
  at: number;
  until: number;
}

/** Names kept at most; the one not tried for longest goes first. */
const MAX_ENTRIES = 10_000;

/**
 * Growing delays for guessing, in memory and by name (an account, never an address of the network). A try counts before
 * it is checked, so that parallel guesses do not slip through; tries during a delay are refused and do not lengthen it.
 */
export class Throttle {
  readonly #entries = new Map<string, Entry>();
  readonly #limits: ThrottleLimits;

  constructor(limits: ThrottleLimits) {
    this.#limits = limits;
  }

  /** Counts a try. Returns 0 when it may go on, else the milliseconds to wait. */
  attempt(name: string, now: Date): number {
    const t = now.getTime();
    const { free, baseMs, capMs, forgiveMs } = this.#limits;
    const before = this.#entries.get(name) ?? { level: 0, at: t, until: 0 };
    if (before.until > t) return before.until - t;
    const level = Math.max(0, before.level - (t - before.at) / forgiveMs) + 1;
    const beyond = Math.ceil(level) - free;
    const wait = beyond >= 0 ? Math.min(capMs, baseMs * 2 ** Math.min(beyond, 30)) : 0;
    this.#entries.delete(name);
    this.#entries.set(name, { level, at: t, until: t + wait });
    if (this.#entries.size > MAX_ENTRIES) this.#entries.delete(this.#entries.keys().next().value as string);
    return 0;
  }

  /** The right answer was given: past tries are forgotten. */
  succeed(name: string): void {
    this.#entries.delete(name);
  }
}

/** Throws IDENTITY_TOO_MANY_TRIES when there is a wait. */
export function slow(waitMs: number): void {
  if (waitMs > 0) throw TOO_MANY_TRIES({ seconds: Math.ceil(waitMs / 1000) });
}

/** Tokens that refill steadily; for machines, whose tries are not guesses. */
export class Buckets {
  readonly #buckets = new Map<string, { tokens: number; at: number }>();

  /** Takes one of `perMinute` tokens (a full minute may come at once). Returns 0, or the milliseconds to wait. */
  take(name: string, perMinute: number, now: Date): number {
    const t = now.getTime();
    const before = this.#buckets.get(name) ?? { tokens: perMinute, at: t };
    const tokens = Math.min(perMinute, before.tokens + ((t - before.at) * perMinute) / 60_000);
    if (tokens < 1) return Math.ceil(((1 - tokens) * 60_000) / perMinute);
    this.#buckets.set(name, { tokens: tokens - 1, at: t });
    return 0;
  }
}
