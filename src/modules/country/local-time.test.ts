import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addDays, instantOf, localTime, offsetAt, weekdayOf } from './local-time.ts';

const CASABLANCA = 'Africa/Casablanca';
const PARIS = 'Europe/Paris';

describe('localTime', () => {
  it.each([
    ['2026-01-15T12:00:00Z', CASABLANCA, '2026-01-15', 13 * 60, 'thu'],
    // The Ramadan clock of 2026: from 15 February 03:00 the country is on UTC.
    ['2026-02-15T01:59:00Z', CASABLANCA, '2026-02-15', 2 * 60 + 59, 'sun'],
    ['2026-02-15T02:00:00Z', CASABLANCA, '2026-02-15', 2 * 60, 'sun'],
    ['2026-03-22T02:00:00Z', CASABLANCA, '2026-03-22', 3 * 60, 'sun'],
    // Permanent UTC from 20 September 2026.
    ['2026-09-20T00:59:00Z', CASABLANCA, '2026-09-20', 60 + 59, 'sun'],
    ['2026-09-20T01:00:00Z', CASABLANCA, '2026-09-20', 60, 'sun'],
    ['2026-07-31T23:30:00Z', CASABLANCA, '2026-08-01', 30, 'sat'],
    ['1969-12-31T23:59:59.999Z', 'UTC', '1969-12-31', 23 * 60 + 59, 'wed'],
  ])('%s in %s is %s minute %i (%s)', (instant, zone, date, minute, weekday) => {
    expect(localTime(new Date(instant), zone)).toEqual({ date, minute, weekday });
  });
});

describe('instantOf', () => {
  it('is the inverse of localTime, except for an hour the clock jumps over', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: Date.UTC(2025, 0, 1) / 60_000, max: Date.UTC(2029, 0, 1) / 60_000 }),
        fc.constantFrom(CASABLANCA, PARIS, 'Asia/Kathmandu', 'America/St_Johns'),
        (minutes, zone) => {
          const local = localTime(new Date(minutes * 60_000), zone);
          const back = instantOf(local.date, local.minute, zone);
          expect(localTime(back, zone)).toEqual(local);
          // The same instant, or the first of the two at which the clock shows this.
          expect(back.getTime()).toBeLessThanOrEqual(minutes * 60_000);
          expect(minutes * 60_000 - back.getTime()).toBeLessThanOrEqual(3_600_000);
        },
      ),
    );
  });

  it('takes the first of two moments that look alike', () => {
    expect(instantOf('2026-10-25', 150, PARIS).toISOString()).toBe('2026-10-25T00:30:00.000Z');
    expect(instantOf('2026-02-15', 150, CASABLANCA).toISOString()).toBe('2026-02-15T01:30:00.000Z');
  });

  it('moves a moment that does not exist behind the jump', () => {
    expect(instantOf('2026-03-29', 150, PARIS).toISOString()).toBe('2026-03-29T01:30:00.000Z');
    expect(localTime(instantOf('2026-03-29', 150, PARIS), PARIS).minute).toBe(210);
  });

  it('reads minute 1440 as the next midnight', () => {
    expect(instantOf('2026-05-04', 1440, PARIS)).toEqual(instantOf('2026-05-05', 0, PARIS));
  });
});

describe('dates', () => {
  it('knows weekdays before and after 1970', () => {
    expect([weekdayOf('1969-12-28'), weekdayOf('1970-01-01'), weekdayOf('2026-11-24')]).toEqual(['sun', 'thu', 'tue']);
  });

  it('adds days over months and leap years', () => {
    expect(addDays('2028-02-28', 2)).toBe('2028-03-01');
    expect(addDays('2026-01-01', -1)).toBe('2025-12-31');
  });

  it('gives offsets in milliseconds, also off the whole hour', () => {
    expect(offsetAt(new Date('2026-11-24T09:00:00.250Z'), 'Asia/Kathmandu')).toBe(345 * 60_000);
  });
});
