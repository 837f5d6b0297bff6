import { offsetAt } from '../../platform/zone-offset.ts';
import { WEEKDAYS, type Weekday } from './pack-schema.ts';

export { offsetAt };

const MINUTE = 60_000;
const DAY = 86_400_000;

/** What the clock on the wall shows: `date` is YYYY-MM-DD, `minute` counts from local midnight (0-1439). */
export interface LocalTime {
  date: string;
  minute: number;
  weekday: Weekday;
}

/** The local date, time of day and weekday of an instant. */
export function localTime(instant: Date, zone: string): LocalTime {
  const wall = instant.getTime() + offsetAt(instant, zone);
  const date = new Date(wall).toISOString().slice(0, 10);
  return { date, minute: Math.floor((wall - dayNumber(date) * DAY) / MINUTE), weekday: weekdayOf(date) };
}

/** Days since 1970-01-01 of a YYYY-MM-DD date. */
export function dayNumber(date: string): number {
  return Math.round(Date.parse(`${date}T00:00:00Z`) / DAY);
}

export function addDays(date: string, days: number): string {
  return new Date((dayNumber(date) + days) * DAY).toISOString().slice(0, 10);
}

export function weekdayOf(date: string): Weekday {
  // 1970-01-01 was a Thursday; WEEKDAYS begins on Monday.
  return WEEKDAYS[(((dayNumber(date) + 3) % 7) + 7) % 7] as Weekday;
}

/** Minutes from midnight of 'HH:MM' ('24:00' is 1440). */
export function minutesOf(time: string): number {
  return Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5));
}

/**
 * The instant at which the local clock shows `minute` of `date` (1440 is the next midnight). When the clock shows it
 * twice, the first time; when it is jumped over, the instant of the jump plus what was left, as clocks do (03:30 for a
 * missing 02:30).
 */
export function instantOf(date: string, minute: number, zone: string): Date {
  const wall = dayNumber(date) * DAY + minute * MINUTE;
  const before = offsetAt(new Date(wall - DAY), zone);
  const after = offsetAt(new Date(wall + DAY), zone);
  for (const offset of before >= after ? [before, after] : [after, before]) {
    const guess = new Date(wall - offset);
    if (offsetAt(guess, zone) === offset) return guess;
  }
  return new Date(wall - before);
}
