import { holidayOn, isRamadan, type Span, spansOfDay } from './intervals.ts';
import { addDays, localTime } from './local-time.ts';
import type { Calendar } from './pack-schema.ts';

const DAY = 86_400_000;
/** YYYY-MM-DD of a day since 1970-01-01. */
const dateOf = (day: number): string => new Date(day * DAY).toISOString().slice(0, 10);

/** Days of one calendar that are remembered. */
const KNOWN_DAYS = 1000;

/** After so many days without one working hour the calendar is wrong, and a loop without end would hide it. */
const MAX_IDLE_DAYS = 60;

/** The working spans that begin on a local date: none at weekends and on holidays, shorter days in Ramadan. */
export function workingSpans(calendar: Calendar, date: string): Span[] {
  const { ordinary, ramadan } = calendar.workingHours;
  if (holidayOn(calendar, date)) return [];
  return spansOfDay(isRamadan(calendar, date) ? ramadan : ordinary, date, calendar.zone).filter(
    (s) => !calendar.weekend.includes(localTime(s.from, calendar.zone).weekday),
  );
}

export function isWorkingTime(calendar: Calendar, now: Date): boolean {
  return spansFrom(calendar, now).next().value.from.getTime() === now.getTime();
}

/** A calendar never changes (an overlay makes another one), so neither do its days. */
const knownDays = new WeakMap<Calendar, Map<number, readonly Readonly<Span>[]>>();

/**
 * {@link workingSpans} of a day since 1970-01-01, remembered: each item that comes in asks for the same few days, and one
 * costs about 0.1 ms.
 */
function knownSpans(calendar: Calendar, day: number): readonly Readonly<Span>[] {
  let days = knownDays.get(calendar);
  if (!days) {
    days = new Map();
    knownDays.set(calendar, days);
  }
  let spans = days.get(day);
  if (!spans) {
    if (days.size >= KNOWN_DAYS) days.clear();
    spans = workingSpans(calendar, dateOf(day));
    days.set(day, spans);
  }
  return spans;
}

/** Working spans from an instant on, the first one cut at its beginning. Throws RangeError when there are none. */
function* spansFrom(calendar: Calendar, from: Date): Generator<Readonly<Span>, never> {
  // Nowhere is the local date before yesterday's of UTC, and what begins the day before may still last. That spares the
  // question what the local date is, which costs more than the answer needs.
  let day = Math.floor(from.getTime() / DAY) - 2;
  let idle = 0;
  for (;;) {
    const spans = knownSpans(calendar, day).filter((s) => s.to > from);
    idle = spans.length > 0 ? 0 : idle + 1;
    if (idle > MAX_IDLE_DAYS)
      throw new RangeError(`the calendar has no working time in ${MAX_IDLE_DAYS} days after ${dateOf(day)}`);
    for (const s of spans) yield s.from < from ? { from, to: s.to } : s;
    day += 1;
  }
}

/**
 * The instant by which `ms` milliseconds of working time have passed since `from`. With 0 it is `from` itself in working
 * time, else the next beginning of work. A length that ends with the working day ends at its close, not the next morning.
 * Throws RangeError for a negative or non-finite length.
 */
export function addWorkingTime(calendar: Calendar, from: Date, ms: number): Date {
  if (!Number.isFinite(ms) || ms < 0)
    throw new RangeError('a length of working time is a number of milliseconds from 0 up');
  const spans = spansFrom(calendar, from);
  for (let left = ms; ; ) {
    const span = spans.next().value;
    const length = span.to.getTime() - span.from.getTime();
    if (left <= length) return new Date(span.from.getTime() + left);
    left -= length;
  }
}

/** Working time between two instants, in milliseconds; 0 when `to` is not after `from`. */
export function workingTimeBetween(calendar: Calendar, from: Date, to: Date): number {
  let sum = 0;
  if (to <= from) return 0;
  const last = localTime(to, calendar.zone).date;
  for (let date = addDays(localTime(from, calendar.zone).date, -1); date <= last; date = addDays(date, 1)) {
    for (const s of workingSpans(calendar, date)) {
      const start = Math.max(s.from.getTime(), from.getTime());
      const end = Math.min(s.to.getTime(), to.getTime());
      if (end > start) sum += end - start;
    }
  }
  return sum;
}
