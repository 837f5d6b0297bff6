import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { offsetAt } from '../../country/index.ts';
import { type Category, DAYS, type Passing, type Rules, type Window } from './rules.ts';
import { WallClock } from './wall-clock.ts';
import { categoriesOf, HORIZON_DAYS, kindsOf, nextChangeAt, stateAt, weekOf } from './windows.ts';

const ZONE = 'Africa/Casablanca';
const MINUTE = 60_000;
const DAY = 1440 * MINUTE;
const long = process.env.SALAMA_LONG === '1';
const clock = new WallClock((instant) => offsetAt(instant, ZONE));

const plain: Rules = {
  band: '9-12',
  closed: ['adult'],
  allow: [],
  deny: [],
  safeSearch: false,
  youtube: 'open',
  noWaysAround: false,
  windows: [],
  keeps: 'nothing',
};
const window = (over: Partial<Window>): Window => ({
  days: [...DAYS],
  from: '21:00',
  to: '07:00',
  closes: 'everything',
  ...over,
});
const at = (iso: string) => new Date(iso);

/** What the clock on the wall shows, asked of the zone data minute by minute and in no other way. */
const format = new Intl.DateTimeFormat('en-u-ca-gregory-nu-latn-hc-h23', {
  timeZone: ZONE,
  weekday: 'short',
  hour: '2-digit',
  minute: '2-digit',
});
const wall = (instant: number) => {
  const [, day = '', time = ''] = /^(\w{3})\W+(\d\d:\d\d)$/.exec(format.format(instant)) ?? [];
  return { day: DAYS.indexOf(day.toLowerCase() as (typeof DAYS)[number]), time };
};

/** The same as windows.ts, as a person would say it: look at the clock, go through the windows one by one. */
function naive(rules: Rules, passing: Passing, instant: number, seen = wall(instant)): string {
  const today = DAYS[seen.day] as (typeof DAYS)[number];
  const yesterday = DAYS[(seen.day + 6) % 7] as (typeof DAYS)[number];
  const closed = new Set<Category>(rules.closed);
  if (rules.safeSearch) closed.add('unsafe-search');
  if (rules.noWaysAround) closed.add('ways-around');
  let everything = false;
  const bonus = passing.bonus && instant < passing.bonus.until.getTime() ? passing.bonus.opens : undefined;
  for (const w of rules.windows) {
    const within =
      w.from < w.to
        ? w.days.includes(today) && seen.time >= w.from && seen.time < w.to
        : (w.days.includes(today) && seen.time >= w.from) || (w.days.includes(yesterday) && seen.time < w.to);
    if (!within || bonus === 'everything') continue;
    if (w.closes === 'everything') everything = true;
    else for (const c of w.closes) closed.add(c);
  }
  const open = Array.isArray(bonus) ? (bonus as Category[]) : [];
  for (const c of open) closed.delete(c);
  const paused = passing.pausedUntil !== undefined && instant < passing.pausedUntil.getTime();
  const opened = (passing.opened ?? []).filter((o) => instant < o.until.getTime()).length;
  return JSON.stringify([paused, everything, [...closed].sort(), [...new Set(open)].sort(), opened]);
}
function ours(rules: Rules, passing: Passing, instant: number): string {
  const s = stateAt(rules, passing, new Date(instant), clock);
  return JSON.stringify([
    s.paused,
    s.everything,
    categoriesOf(s.closed).sort(),
    categoriesOf(s.bonus).sort(),
    s.opened,
  ]);
}

// The year of Morocco's two last Ramadan changes and of the change of 20 September (zone data 2026c).
const YEAR = Date.UTC(2026, 0, 1);
const MINUTES = 365 * 1440;
const time = fc
  .tuple(fc.nat(23), fc.constantFrom(0, 0, 15, 30, 59, 7))
  .map(([h, m]) => `${String(h).padStart(2, '0')}:${String(m).padStart(2, '0')}`);
const kinds = fc.subarray<Category>(['games', 'video', 'social', 'chat', 'adult'], { minLength: 1 });
const anyWindow: fc.Arbitrary<Window> = fc.record({
  days: fc.subarray([...DAYS], { minLength: 1 }),
  from: time,
  to: time,
  closes: fc.oneof(fc.constant('everything' as const), kinds),
});
const anyRules = fc.record({
  ...Object.fromEntries(Object.entries(plain).map(([k, v]) => [k, fc.constant(v)])),
  windows: fc.array(anyWindow, { maxLength: 6 }),
  closed: fc.subarray<Category>(['adult', 'gambling', 'games']),
  safeSearch: fc.boolean(),
  noWaysAround: fc.boolean(),
}) as unknown as fc.Arbitrary<Rules>;
const moment = fc.oneof(
  fc.nat(MINUTES - 1).map((m) => YEAR + m * MINUTE),
  // Nights in which the clock is changed.
  fc
    .tuple(
      fc.constantFrom('2026-02-15T02:00:00Z', '2026-03-22T02:00:00Z', '2026-09-20T01:00:00Z'),
      fc.integer({ min: -1500, max: 1500 }),
    )
    .map(([iso, m]) => at(iso).getTime() + m * MINUTE),
);
const until = moment.map((m) => new Date(m + 17_000));
const anyPassing = fc.record(
  {
    bonus: fc.record({ until, opens: fc.oneof(fc.constant('everything' as const), kinds) }),
    pausedUntil: until,
    opened: fc.array(fc.record({ name: fc.constant('a.example'), until }), { maxLength: 3 }),
  },
  { requiredKeys: [] },
) as fc.Arbitrary<Passing>;

describe('windows', () => {
  it('close across midnight, and not a minute longer', () => {
    const rules = { ...plain, windows: [window({ days: ['fri'] })] };
    const state = (iso: string) => stateAt(rules, {}, at(iso), clock).everything;
    // 27 November 2026 is a Friday; the clock is at UTC.
    expect(state('2026-11-27T20:59:59Z')).toBe(false);
    expect(state('2026-11-27T21:00:00Z')).toBe(true);
    expect(state('2026-11-28T06:59:59Z')).toBe(true);
    expect(state('2026-11-28T07:00:00Z')).toBe(false);
    expect(nextChangeAt(rules, {}, at('2026-11-27T23:00:00Z'), clock)).toEqual(at('2026-11-28T07:00:00Z'));
    expect(nextChangeAt(rules, {}, at('2026-11-28T07:00:00Z'), clock)).toEqual(at('2026-12-04T21:00:00Z'));
  });

  it('may be several a day, and 24 hours when both times are the same', () => {
    const rules = {
      ...plain,
      windows: [
        window({ days: ['sun'], from: '00:00', to: '00:00' }),
        window({ from: '12:00', to: '13:00', closes: ['games'] }),
        window({ from: '12:30', to: '14:00', closes: ['video'] }),
      ],
    };
    expect(stateAt(rules, {}, at('2026-11-29T12:45:00Z'), clock)).toMatchObject({
      everything: true,
      closed: kindsOf(['adult', 'games', 'video']),
    });
    expect(stateAt(rules, {}, at('2026-11-30T12:45:00Z'), clock).everything).toBe(false);
    expect(weekOf([])).toEqual([{ from: 0, everything: false, closed: 0 }]);
  });

  it('follow the clock when Ramadan begins and ends', () => {
    const rules = { ...plain, windows: [window({ from: '21:00', to: '07:00' })] };
    // 14 February: UTC+1, so 21:00 is 20:00 UTC; from 15 February 03:00 (02:00) on UTC+0, so it opens at 07:00 UTC.
    expect(stateAt(rules, {}, at('2026-02-14T20:00:00Z'), clock).everything).toBe(true);
    expect(nextChangeAt(rules, {}, at('2026-02-14T20:00:00Z'), clock)).toEqual(at('2026-02-15T07:00:00Z'));
    expect(nextChangeAt(rules, {}, at('2026-03-21T21:00:00Z'), clock)).toEqual(at('2026-03-22T06:00:00Z'));
  });

  it('change at the very moment the clock is put back into one', () => {
    // 15 February 2026, 03:00 becomes 02:00: who closes 02:15 to 02:45 closes it twice.
    const rules = { ...plain, windows: [window({ from: '02:15', to: '02:45' })] };
    const changes: string[] = [];
    for (let t: Date | undefined = at('2026-02-15T00:00:00Z'); changes.length < 4; ) {
      t = nextChangeAt(rules, {}, t, clock) as Date;
      changes.push(t.toISOString().slice(11, 16));
    }
    expect(changes).toEqual(['01:15', '01:45', '02:15', '02:45']);
    // 22 March, 02:00 becomes 03:00: that night it never closes.
    expect(nextChangeAt(rules, {}, at('2026-03-21T12:00:00Z'), clock)).toEqual(at('2026-03-23T01:15:00Z'));
  });

  it('bonus and pause end by themselves; the pause is stronger', () => {
    const rules = { ...plain, closed: ['games' as const], windows: [window({})] };
    const night = at('2026-11-27T22:00:00Z');
    const bonus = { bonus: { until: at('2026-11-27T22:30:00Z'), opens: 'everything' as const } };
    expect(stateAt(rules, bonus, night, clock)).toMatchObject({ everything: false, closed: kindsOf(['games']) });
    expect(nextChangeAt(rules, bonus, night, clock)).toEqual(bonus.bonus.until);
    expect(stateAt(rules, bonus, bonus.bonus.until, clock).everything).toBe(true);
    const games = { bonus: { until: bonus.bonus.until, opens: ['games' as const] } };
    expect(stateAt(rules, games, night, clock)).toMatchObject({
      everything: true,
      closed: 0,
      bonus: kindsOf(['games']),
    });
    const paused = { ...bonus, pausedUntil: at('2026-11-27T22:10:00Z') };
    expect(stateAt(rules, paused, night, clock).paused).toBe(true);
    expect(nextChangeAt(rules, paused, night, clock)).toEqual(paused.pausedUntil);
  });

  it('says nothing when nothing ever changes', () => {
    expect(nextChangeAt(plain, {}, at('2026-11-27T22:00:00Z'), clock)).toBeUndefined();
    const always = { ...plain, windows: [window({ from: '00:00', to: '00:00' })] };
    expect(nextChangeAt(always, {}, at('2026-02-01T00:00:00Z'), clock)).toBeUndefined();
    expect(HORIZON_DAYS).toBeGreaterThan(366);
  });

  it('agree with somebody who looks at the clock, at any minute', () => {
    fc.assert(
      fc.property(anyRules, anyPassing, moment, (rules, passing, t) => {
        expect(ours(rules, passing, t)).toBe(naive(rules, passing, t));
      }),
      { numRuns: long ? 100_000 : 4_000 },
    );
  });

  it('change first when it is said, at any minute', () => {
    fc.assert(
      fc.property(
        anyRules,
        anyPassing,
        moment,
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 8 }),
        (rules, passing, t, probes) => {
          const now = naive(rules, passing, t);
          const change = nextChangeAt(rules, passing, new Date(t), clock)?.getTime();
          const end = change ?? t + 20 * DAY;
          if (change !== undefined) {
            expect(naive(rules, passing, change)).not.toBe(now);
            expect(naive(rules, passing, change - 1)).toBe(now);
          }
          for (const p of probes) expect(naive(rules, passing, t + Math.floor(p * (end - 1 - t)))).toBe(now);
        },
      ),
      { numRuns: long ? 30_000 : 1_500 },
    );
  });

  // One family's rules at every minute of the year; in the short form the others only in the weeks around the clock's changes.
  it('agree with the clock at every minute of a year', () => {
    const families = fc.sample(anyRules, { numRuns: long ? 6 : 1, seed: 7 });
    families.push({
      ...plain,
      windows: [
        window({ days: ['mon', 'tue', 'wed', 'thu', 'sun'], from: '20:30', to: '06:45' }),
        window({ days: ['fri', 'sat'], from: '22:00', to: '08:00' }),
        window({ days: ['mon', 'wed'], from: '16:00', to: '18:00', closes: ['games', 'video'] }),
        window({ days: ['sun'], from: '02:10', to: '02:50', closes: ['social'] }),
      ],
    });
    const changes = ['2026-02-15T02:00:00Z', '2026-03-22T02:00:00Z', '2026-09-20T01:00:00Z'].map((c) =>
      at(c).getTime(),
    );
    const near = (t: number) => changes.some((change) => Math.abs(t - change) < 4 * DAY);
    const upcoming = families.map(() => ({ at: -1, state: '' }));
    for (let m = 0; m < MINUTES; m++) {
      const t = YEAR + m * MINUTE;
      const seen = wall(t);
      const all = long || near(t);
      families.forEach((rules, i) => {
        if (!all && i < families.length - 1) {
          (upcoming[i] as { at: number }).at = -1;
          return;
        }
        const state = ours(rules, {}, t);
        if (state !== naive(rules, {}, t, seen)) expect(state).toBe(naive(rules, {}, t, seen));
        // The walk from change to change meets every change and no other.
        const next = upcoming[i] as { at: number; state: string };
        if (next.at < 0 || t >= next.at) {
          if (next.at >= 0 && state === next.state) throw new Error(`nothing changed at ${new Date(t).toISOString()}`);
          next.at = nextChangeAt(rules, {}, new Date(t), clock)?.getTime() ?? Number.POSITIVE_INFINITY;
          next.state = state;
        } else if (state !== next.state) throw new Error(`a change nobody announced at ${new Date(t).toISOString()}`);
      });
    }
  }, 600_000);
});
