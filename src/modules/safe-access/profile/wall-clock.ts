export const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
export const WEEK_MINUTES = 7 * 24 * 60;
/** 1970-01-01 was a Thursday, the fourth day of a week that begins on Monday. */
const EPOCH_DAY = 3;

interface Change {
  readonly at: number;
  readonly offset: number;
}

/**
 * The clock on the wall: how far it is ahead of UTC, and when that changes next. Zone data is asked a few hundred times a
 * year of the calendar and kept, so that a resolver can ask for every question. Times are milliseconds.
 */
export class WallClock {
  readonly #offsetAt: (instant: Date) => number;
  /** By year (UTC): what holds at its beginning, then the changes within. */
  readonly #years = new Map<number, readonly Change[]>();

  /** @param offsetAt milliseconds that the clock is ahead of UTC, changing at full minutes (country's `offsetAt`) */
  constructor(offsetAt: (instant: Date) => number) {
    this.#offsetAt = offsetAt;
  }

  /** Milliseconds ahead of UTC. */
  offset(at: number): number {
    const changes = this.#year(new Date(at).getUTCFullYear());
    let offset = (changes[0] as Change).offset;
    for (const change of changes) if (change.at <= at) offset = change.offset;
    return offset;
  }

  /** The minute of the week on the wall, from Monday 00:00. */
  weekMinute(at: number): number {
    const minutes = Math.floor((at + this.offset(at)) / MINUTE) + EPOCH_DAY * 24 * 60;
    return ((minutes % WEEK_MINUTES) + WEEK_MINUTES) % WEEK_MINUTES;
  }

  /** When the clock is next put forward or back, strictly after `at` and before `limit`; undefined when it is not. */
  nextChange(at: number, limit: number): number | undefined {
    const last = new Date(limit).getUTCFullYear();
    for (let year = new Date(at).getUTCFullYear(); year <= last; year++) {
      const changes = this.#year(year);
      for (let i = 1; i < changes.length; i++) {
        const change = changes[i] as Change;
        if (change.at > at) return change.at < limit ? change.at : undefined;
      }
      // A change at the very turn of the year is in the next year's first row.
      const turn = Date.UTC(year + 1, 0, 1);
      if (turn > at && turn < limit && this.offset(turn) !== this.offset(turn - 1)) return turn;
    }
    return undefined;
  }

  #year(year: number): readonly Change[] {
    const known = this.#years.get(year);
    if (known) return known;
    const begin = Date.UTC(year, 0, 1);
    const end = Date.UTC(year + 1, 0, 1);
    const changes: Change[] = [{ at: begin, offset: this.#offsetAt(new Date(begin)) }];
    for (let from = begin; from < end; from += 12 * HOUR) {
      const to = Math.min(end - MINUTE, from + 12 * HOUR);
      const before = (changes.at(-1) as Change).offset;
      if (this.#offsetAt(new Date(to)) === before) continue;
      // The first minute with another offset; no zone changes its clock twice in twelve hours.
      let [low, high] = [from / MINUTE, to / MINUTE];
      while (high - low > 1) {
        const middle = Math.floor((low + high) / 2);
        if (this.#offsetAt(new Date(middle * MINUTE)) === before) low = middle;
        else high = middle;
      }
      changes.push({ at: high * MINUTE, offset: this.#offsetAt(new Date(high * MINUTE)) });
    }
    this.#years.set(year, changes);
    return changes;
  }
}
