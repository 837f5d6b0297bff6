/** The only source of time. Domain code never calls `Date.now()`, so a year of takedown runs in seconds in a test. */
export interface Clock {
  now(): Date;
}

export const systemClock: Clock = { now: () => new Date() };

/** A clock that stands still until it is moved; for tests and model-based runs. */
export class ManualClock implements Clock {
  #now: Date;

  constructor(start: Date) {
    this.#now = start;
  }

  now(): Date {
    return new Date(this.#now);
  }

  /** @param ms milliseconds to move forward */
  advance(ms: number): void {
    this.#now = new Date(this.#now.getTime() + ms);
  }

  set(at: Date): void {
    this.#now = at;
  }
}
