import type { Counted } from '../family/blocked.ts';
import type { Category } from '../profile/rules.ts';
import { MINUTE, type WallClock } from '../profile/wall-clock.ts';
import type { Noting } from './policy.ts';

export interface CounterSink {
  add(counted: readonly Counted[]): Promise<void>;
  seen(devices: ReadonlyMap<string, string>): Promise<void>;
}

/** More different lines than this between two writes are not counted: memory is not a log of a flood. */
export const MAX_LINES = 50_000;

/** Counts in memory, and writes them at most once a minute: no question leaves a trace of its own. */
export class Counter implements Noting {
  readonly #sink: CounterSink;
  readonly #clock: WallClock;
  readonly #onTrouble: (error: unknown) => void;
  #lines = new Map<
    string,
    { profile: string; day: string; what: Category | 'deny'; name: string | undefined; n: number }
  >();
  #seen = new Map<string, string>();
  /** What the database has already, so that a device is written once a day. */
  #written = new Map<string, string>();
  #day = '';
  #dayUntil = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(sink: CounterSink, clock: WallClock, onTrouble: (error: unknown) => void) {
    this.#sink = sink;
    this.#clock = clock;
    this.#onTrouble = onTrouble;
  }

  start(): void {
    this.#timer ??= setInterval(() => void this.flush(), MINUTE).unref();
  }

  /** The country's day. */
  #today(now: number): string {
    if (now >= this.#dayUntil || now < this.#dayUntil - MINUTE) {
      this.#day = new Date(now + this.#clock.offset(now)).toISOString().slice(0, 10);
      this.#dayUntil = Math.floor(now / MINUTE) * MINUTE + MINUTE;
    }
    return this.#day;
  }

  /** @param n how often, for what a thread of its own counted */
  blocked(profile: string, what: Category | 'deny', name: string | undefined, now: number, n = 1): void {
    const day = this.#today(now);
    const key = `${profile} ${day} ${what} ${name ?? ''}`;
    const line = this.#lines.get(key);
    if (line) line.n += n;
    else if (this.#lines.size < MAX_LINES) this.#lines.set(key, { profile, day, what, name, n });
  }

  seen(device: string, now: number): void {
    const day = this.#today(now);
    if (this.#written.get(device) !== day) this.#seen.set(device, day);
  }

  /** Writes what was counted. What could not be written is tried again with the next. */
  async flush(): Promise<void> {
    const [lines, seen] = [this.#lines, this.#seen];
    this.#lines = new Map();
    this.#seen = new Map();
    try {
      if (seen.size > 0) await this.#sink.seen(seen);
      for (const [device, day] of seen) this.#written.set(device, day);
      if (this.#written.size > 1_000_000) this.#written = new Map();
      seen.clear();
      if (lines.size > 0) await this.#sink.add([...lines.values()]);
    } catch (error) {
      this.#onTrouble(error);
      // Twice counted is better avoided than once lost: lines go back only when nothing of them can have been written.
      for (const [device, day] of seen) this.#seen.set(device, day);
      if (seen.size > 0) for (const [key, line] of lines) if (!this.#lines.has(key)) this.#lines.set(key, line);
    }
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#timer = undefined;
    await this.flush();
  }
}
