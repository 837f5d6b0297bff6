import { randomBytes } from 'node:crypto';

/** Where time comes from: the system's, or a test's. */
export interface Clock {
  /** Milliseconds since 1970, UTC. */
  now(): number;
  /** Calls once after so many milliseconds; the answer cancels it. Must not keep a process alive by itself. */
  after(ms: number, call: () => void): () => void;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  after(ms, call) {
    const timer = setTimeout(call, ms);
    timer.unref();
    return () => clearTimeout(timer);
  },
};

/** So many bytes that nobody can guess. */
export type RandomBytes = (size: number) => Uint8Array;

/** Numbers out of a stock of random bytes: asking the system for each would cost more than the rest of a question. */
export class Chance {
  #source: RandomBytes;
  #stock: Uint8Array;
  #at: number;

  constructor(source: RandomBytes = randomBytes) {
    this.#source = source;
    this.#stock = new Uint8Array(0);
    this.#at = 0;
  }

  byte(): number {
    if (this.#at >= this.#stock.length) {
      this.#stock = this.#source(4096);
      this.#at = 0;
    }
    return this.#stock[this.#at++] as number;
  }

  u16(): number {
    return (this.byte() << 8) | this.byte();
  }

  /** From 0 to `bound` - 1, `bound` up to 65,536. */
  below(bound: number): number {
    // Without the remainder's preference for small numbers.
    const top = 65_536 - (65_536 % bound);
    for (;;) {
      const n = this.u16();
      if (n < top) return n % bound;
    }
  }
}
