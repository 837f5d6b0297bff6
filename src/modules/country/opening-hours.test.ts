import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { closesAt, nextOpening, openNow } from './opening-hours.ts';
import type { OpeningHours } from './pack-schema.ts';
import { simpleCalendar } from './test-pack.ts';

const calendar = simpleCalendar({ zone: 'UTC' });
const at = (text: string) => new Date(`${text}:00Z`);
const weekly = (over: Partial<Extract<OpeningHours, { kind: 'weekly' }>>): OpeningHours => ({
  kind: 'weekly',
  week: {},
  holidays: 'open',
  ...over,
});
const office = weekly({
  week: {
    mon: [['08:30', '18:00']],
    tue: [['08:30', '18:00']],
    fri: [
      ['08:30', '12:00'],
      ['13:30', '18:00'],
    ],
  },
});
const night = weekly({ week: { fri: [['22:00', '02:00']], sat: [['22:00', '02:00']] } });

describe('openNow', () => {
  it.each([
    ['before the door opens', office, '2026-11-23T08:29', false],
    ['at the first minute', office, '2026-11-23T08:30', true],
    ['in the last minute', office, '2026-11-23T17:59', true],
    ['at closing', office, '2026-11-23T18:00', false],
    ['in the Friday break', office, '2026-11-27T12:30', false],
    ['after the Friday break', office, '2026-11-27T13:30', true],
    ['on a day without hours', office, '2026-11-25T10:00', false],
    ['in the evening of a night shift', night, '2026-11-27T23:00', true],
    ['after midnight of a night shift', night, '2026-11-28T01:59', true],
    ['when the night shift ended', night, '2026-11-28T02:00', false],
    ['in the small hours of Friday: the shift begins in the evening', night, '2026-11-27T01:00', false],
    ['in the night from Saturday to Sunday', night, '2026-11-29T00:30', true],
  ])('%s', (_, hours, now, open) => {
    expect(openNow(hours, calendar, at(now))).toBe(open);
  });

  it('never says open or closed when the hours are unknown', () => {
    expect(openNow(null, calendar, at('2026-11-23T10:00'))).toBeNull();
    expect(nextOpening(null, calendar, at('2026-11-23T10:00'))).toBeNull();
    expect(closesAt(null, calendar, at('2026-11-23T10:00'))).toBeNull();
  });

  it('closes on holidays only where the line does', () => {
    const everyDay = { thu: [['08:00', '20:00']] as [string, string][] };
    const newYear = at('2026-01-01T10:00');
    expect(openNow(weekly({ week: everyDay, holidays: 'closed' }), calendar, newYear)).toBe(false);
    expect(openNow(weekly({ week: everyDay }), calendar, newYear)).toBe(true);
  });

  it('lets the shift that began on the eve of a holiday finish', () => {
    const shift = weekly({ week: { wed: [['22:00', '06:00']], thu: [['22:00', '06:00']] }, holidays: 'closed' });
    expect(openNow(shift, calendar, at('2026-01-01T05:00'))).toBe(true);
    expect(openNow(shift, calendar, at('2026-01-01T23:00'))).toBe(false);
  });

  it('uses the Ramadan hours on Ramadan days only', () => {
    const hours = weekly({ week: { thu: [['08:00', '18:00']] }, ramadanWeek: { thu: [['10:00', '15:00']] } });
    expect(openNow(hours, calendar, at('2026-02-12T09:00'))).toBe(true);
    expect(openNow(hours, calendar, at('2026-02-19T09:00'))).toBe(false);
    expect(openNow(hours, calendar, at('2026-02-19T14:59'))).toBe(true);
    expect(openNow(hours, calendar, at('2026-03-26T09:00'))).toBe(true);
  });

  it('follows the clock on the wall through a change of the clock', () => {
    const morning = weekly({
      week: { sat: [['08:30', '18:00']], sun: [['08:30', '18:00']], mon: [['08:30', '18:00']] },
    });
    const country = simpleCalendar();
    // Saturday 19 September 2026 is on UTC+1, Monday 21 September on UTC.
    expect(openNow(morning, country, at('2026-09-19T07:30'))).toBe(true);
    expect(openNow(morning, country, at('2026-09-21T07:30'))).toBe(false);
    expect(openNow(morning, country, at('2026-09-21T08:30'))).toBe(true);
  });
});

describe('nextOpening and closesAt', () => {
  it.each([
    ['2026-11-23T07:00', '2026-11-23T08:30'],
    ['2026-11-23T18:00', '2026-11-24T08:30'],
    ['2026-11-24T18:00', '2026-11-27T08:30'],
    ['2026-11-27T12:00', '2026-11-27T13:30'],
  ])('closed at %s, opens at %s', (now, next) => {
    expect(nextOpening(office, calendar, at(now))).toEqual(at(next));
    expect(closesAt(office, calendar, at(now))).toBeNull();
  });

  it('tells when an open line closes, also across midnight', () => {
    expect(closesAt(office, calendar, at('2026-11-27T09:00'))).toEqual(at('2026-11-27T12:00'));
    expect(closesAt(night, calendar, at('2026-11-27T23:00'))).toEqual(at('2026-11-28T02:00'));
    expect(nextOpening(office, calendar, at('2026-11-27T09:00'))).toBeNull();
  });

  it('joins shifts that touch, and a table that never closes has no end', () => {
    const joined = weekly({ week: { mon: [['08:00', '24:00']], tue: [['00:00', '09:00']] } });
    expect(closesAt(joined, calendar, at('2026-11-23T20:00'))).toEqual(at('2026-11-24T09:00'));
    const day: [string, string][] = [['00:00', '24:00']];
    const nonstop = weekly({ week: { mon: day, tue: day, wed: day, thu: day, fri: day, sat: day, sun: day } });
    expect(openNow(nonstop, calendar, at('2026-11-23T23:59'))).toBe(true);
    expect(closesAt(nonstop, calendar, at('2026-11-23T10:00'))).toBeNull();
  });

  it('has no next opening when there are no hours at all', () => {
    expect(nextOpening(weekly({}), calendar, at('2026-11-23T10:00'))).toBeNull();
    expect(nextOpening({ kind: 'always' }, calendar, at('2026-11-23T10:00'))).toBeNull();
  });

  it('agrees with openNow at every minute', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 14 * 1440 }), fc.constantFrom(office, night), (minute, hours) => {
        const now = new Date(at('2026-12-20T00:00').getTime() + minute * 60_000);
        const open = openNow(hours, calendar, now);
        const next = nextOpening(hours, calendar, now);
        const end = closesAt(hours, calendar, now);
        expect([next === null, end !== null]).toEqual([open, open]);
        if (next) {
          expect(openNow(hours, calendar, next)).toBe(true);
          expect(openNow(hours, calendar, new Date(next.getTime() - 1))).toBe(false);
        }
        if (end) {
          expect(openNow(hours, calendar, end)).toBe(false);
          expect(openNow(hours, calendar, new Date(end.getTime() - 1))).toBe(true);
        }
      }),
    );
  });
});
