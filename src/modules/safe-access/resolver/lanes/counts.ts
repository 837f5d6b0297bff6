import type { Category } from '../../profile/kinds.ts';
import { MINUTE } from '../../profile/wall-clock.ts';
import { MAX_LINES } from '../counter.ts';
import type { Noting } from '../policy.ts';
import type { CountedHere, LaneWord } from './orders.ts';

/** Zones differ by quarters of an hour: within one, a device that was seen today was seen. */
const QUARTER = 15 * MINUTE;

/** Counts in a thread, for seconds, and sends it home. */
export class LaneCounts implements Noting {
  readonly #send: (word: LaneWord) => void;
  #lines = new Map<string, CountedHere>();
  #seen: string[] = [];
  /** Devices told of already in this quarter. */
  #told = new Set<string>();
  #quarter = 0;
  #minute = 0;

  constructor(send: (word: LaneWord) => void) {
    this.#send = send;
  }

  /** Days begin with a minute: what is sent together is of one. */
  #turn(now: number): void {
    const minute = Math.floor(now / MINUTE);
    if (minute === this.#minute) return;
    this.flush();
    this.#minute = minute;
    const quarter = Math.floor(now / QUARTER);
    if (quarter !== this.#quarter) this.#told = new Set();
    this.#quarter = quarter;
  }

  blocked(profile: string, what: Category | 'deny', name: string | undefined, now: number): void {
    this.#turn(now);
    const key = `${profile} ${what} ${name ?? ''}`;
    const line = this.#lines.get(key);
    if (line) line.n++;
    else if (this.#lines.size < MAX_LINES) this.#lines.set(key, { profile, what, name, n: 1 });
  }

  seen(device: string, now: number): void {
    this.#turn(now);
    if (this.#told.has(device)) return;
    this.#told.add(device);
    this.#seen.push(device);
  }

  flush(): void {
    const at = this.#minute * MINUTE;
    if (this.#lines.size > 0) this.#send({ kind: 'blocked', at, lines: [...this.#lines.values()] });
    if (this.#seen.length > 0) this.#send({ kind: 'seen', at, devices: this.#seen });
    this.#lines = new Map();
    this.#seen = [];
  }
}
