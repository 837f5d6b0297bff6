import { CATEGORIES, type Category, DAYS } from './kinds.ts';
import type { Passing, Rules, Window } from './rules.ts';
import { DAY, MINUTE, type WallClock, WEEK_MINUTES } from './wall-clock.ts';

/*
 * When what is closed. What the clock on the wall shows decides, and nothing else: a window "21:00 to 07:00" is closed
 * whenever the clock says so, also in the night in which it is put back (then for an hour longer) or forward.
 */

/** Kinds of content as bits by their number in {@link CATEGORIES}. */
export type Kinds = number;

export function kindsOf(categories: Iterable<Category>): Kinds {
  let kinds = 0;
  for (const category of categories) kinds |= 1 << CATEGORIES[category];
  return kinds;
}

export function categoriesOf(kinds: Kinds): Category[] {
  return (Object.keys(CATEGORIES) as Category[]).filter((c) => (kinds & (1 << CATEGORIES[c])) !== 0);
}

/** What holds at a moment. */
export interface State {
  readonly paused: boolean;
  /** A window closes everything (but help and what bonus opens). */
  readonly everything: boolean;
  /** Kinds closed, by the rules or by a window, without those that bonus opens. */
  readonly closed: Kinds;
  /** Kinds that bonus opens, also while a window closes everything. */
  readonly bonus: Kinds;
  /** Sites opened for a while that still are. */
  readonly opened: number;
}

/** The week of a set of windows: from each minute on, what they close. Neighbours differ. */
export type Week = readonly { readonly from: number; readonly everything: boolean; readonly closed: Kinds }[];

const minutesOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5));
const DAY_MINUTES = 24 * 60;

/** Lays the windows on one week, Monday 00:00 first. Pure. */
export function weekOf(windows: readonly Window[]): Week {
  const spans = windows.flatMap((w) => {
    const from = minutesOf(w.from);
    const length = (minutesOf(w.to) - from + DAY_MINUTES) % DAY_MINUTES || DAY_MINUTES;
    return w.days.map((day) => ({ from: DAYS.indexOf(day) * DAY_MINUTES + from, length, closes: w.closes }));
  });
  // Sunday's window may reach into Monday: the end wraps around.
  const edges = new Set([0]);
  for (const s of spans) edges.add(s.from).add((s.from + s.length) % WEEK_MINUTES);
  const week: { from: number; everything: boolean; closed: Kinds }[] = [];
  for (const from of [...edges].sort((a, b) => a - b)) {
    let everything = false;
    let closed = 0;
    for (const s of spans) {
      if ((from - s.from + WEEK_MINUTES) % WEEK_MINUTES >= s.length) continue;
      if (s.closes === 'everything') everything = true;
      else closed |= kindsOf(s.closes);
    }
    const last = week.at(-1);
    if (!last || last.everything !== everything || last.closed !== closed) week.push({ from, everything, closed });
  }
  return week;
}

function segmentAt(week: Week, minute: number): Week[number] {
  let found = week[0] as Week[number];
  for (const segment of week) if (segment.from <= minute) found = segment;
  return found;
}

/** Kinds that the rules close at any hour: the chosen ones, and what would lead around the rules. */
export function alwaysClosed(rules: Rules): Kinds {
  const extra: Category[] = [];
  if (rules.noWaysAround) extra.push('ways-around');
  if (rules.safeSearch) extra.push('unsafe-search');
  return kindsOf([...rules.closed, ...extra]);
}

function compute(rules: Rules, week: Week, passing: Passing, at: number, clock: WallClock): State {
  const segment = segmentAt(week, clock.weekMinute(at));
  const { bonus } = passing;
  const running = bonus !== undefined && bonus.until.getTime() > at ? bonus.opens : undefined;
  const free = running === 'everything';
  const opens = running === undefined || running === 'everything' ? 0 : kindsOf(running);
  return {
    paused: passing.pausedUntil !== undefined && passing.pausedUntil.getTime() > at,
    everything: segment.everything && !free,
    closed: (alwaysClosed(rules) | (free ? 0 : segment.closed)) & ~opens,
    bonus: opens,
    opened: (passing.opened ?? []).filter((o) => o.until.getTime() > at).length,
  };
}

/** What holds at that moment. Pure. */
export function stateAt(rules: Rules, passing: Passing, instant: Date, clock: WallClock): State {
  return compute(rules, weekOf(rules.windows), passing, instant.getTime(), clock);
}

/** So far we look ahead: longer than a year, so that a change by the calendar is always found. */
export const HORIZON_DAYS = 400;

/** The next moment after `at` at which the week's windows or the clock itself may change something. */
function nextEdge(week: Week, at: number, limit: number, clock: WallClock): number | undefined {
  if (week.length === 1) return undefined;
  const minute = clock.weekMinute(at);
  const next = week.find((s) => s.from > minute)?.from ?? WEEK_MINUTES + (week[0] as Week[number]).from;
  const edge = Math.floor(at / MINUTE) * MINUTE + (next - minute) * MINUTE;
  const change = clock.nextChange(at, Math.min(limit, edge + 1));
  return change ?? edge;
}

/** When what holds at that moment ends by itself; undefined when it does not within {@link HORIZON_DAYS}. Pure. */
export function nextChangeAt(rules: Rules, passing: Passing, instant: Date, clock: WallClock): Date | undefined {
  const week = weekOf(rules.windows);
  const now = instant.getTime();
  const limit = now + HORIZON_DAYS * DAY;
  const ends = [passing.bonus?.until, passing.pausedUntil, ...(passing.opened ?? []).map((o) => o.until)]
    .flatMap((end) => (end ? [end.getTime()] : []))
    .sort((a, b) => a - b);
  const before = compute(rules, week, passing, now, clock);
  for (let at = now; ; ) {
    const edge = nextEdge(week, at, limit, clock) ?? Number.POSITIVE_INFINITY;
    const end = ends.find((e) => e > at) ?? Number.POSITIVE_INFINITY;
    at = Math.min(edge, end);
    if (at > limit) return undefined;
    if (!sameState(before, compute(rules, week, passing, at, clock))) return new Date(at);
  }
}

function sameState(a: State, b: State): boolean {
  return (
    a.paused === b.paused &&
    a.everything === b.everything &&
    a.closed === b.closed &&
    a.bonus === b.bonus &&
    a.opened === b.opened
  );
}
