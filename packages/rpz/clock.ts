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

/** A clock that stands still until it is moved; what was asked for meanwhile happens in order. For tests. */
export class ManualClock implements Clock {
  #now: number;
  #waiting = new Set<{ at: number; call: () => void }>();

  constructor(now: number) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  after(ms: number, call: () => void): () => void {
    const entry = { at: this.#now + ms, call };
    this.#waiting.add(entry);
    return () => this.#waiting.delete(entry);
  }

  /** How many calls are still to come. */
  get pending(): number {
    return this.#waiting.size;
  }

  advance(ms: number): void {
    const until = this.#now + ms;
    for (;;) {
      let next: { at: number; call: () => void } | undefined;
      for (const entry of this.#waiting) if (entry.at <= until && (!next || entry.at < next.at)) next = entry;
      if (!next) break;
      this.#waiting.delete(next);
      this.#now = Math.max(this.#now, next.at);
      next.call();
    }
    this.#now = until;
  }
}
