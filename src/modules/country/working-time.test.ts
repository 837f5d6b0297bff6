import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { holidayOn, isRamadan } from './intervals.ts';
import { moroccanPack, simpleCalendar } from './test-pack.ts';
import { addWorkingTime, isWorkingTime, workingTimeBetween } from './working-time.ts';

const HOUR = 3_600_000;
const at = (text: string) => new Date(`${text}:00Z`);
const utc = simpleCalendar({ zone: 'UTC' });
const morocco = moroccanPack().pack.calendar;

describe('isWorkingTime', () => {
  it.each([
    ['a Tuesday morning', '2026-11-24T09:00', true],
    ['before work', '2026-11-24T08:29', false],
    ['the first minute', '2026-11-24T08:30', true],
    ['the last minute', '2026-11-24T16:29', true],
    ['closing time', '2026-11-24T16:30', false],
    ['Friday before prayer', '2026-11-27T11:59', true],
    ['Friday prayer', '2026-11-27T12:30', false],
    ['Friday afternoon', '2026-11-27T13:30', true],
    ['a Saturday', '2026-11-28T10:00', false],
    ['Independence Day', '2026-11-18T10:00', false],
    ['Unity Day, from 2026 on', '2028-10-31T10:00', false],
    ['the second day of Eid al-Adha 2027', '2027-05-18T10:00', false],
    ['the day after', '2027-05-19T10:00', true],
    // 19 February 2026, first day of Ramadan, with the country on UTC: 09:00-15:00.
    ['Ramadan, before nine', '2026-02-19T08:45', false],
    ['Ramadan, at nine', '2026-02-19T09:00', true],
    ['Ramadan, after three', '2026-02-19T15:00', false],
    ['Ramadan on a Friday at noon', '2026-02-20T12:30', true],
    // 1 April 2026 is on UTC+1 again: 08:30 on the wall is 07:30 UTC.
    ['after Ramadan, on summer clock', '2026-04-01T07:30', true],
    ['Ramadan 2027 has no clock change any more', '2027-02-10T09:00', true],
  ])('in Morocco: %s', (_, now, expected) => {
    expect(isWorkingTime(morocco, at(now))).toBe(expected);
  });
});

describe('holidays', () => {
  it('knows fixed and dated ones, and from which year', () => {
    expect(holidayOn(morocco, '2026-01-14')?.en).toBe('Amazigh New Year');
    expect(holidayOn(morocco, '2023-01-14')).toBeUndefined();
    expect(holidayOn(morocco, '2025-10-31')).toBeUndefined();
    expect(holidayOn(morocco, '2026-10-31')?.fr).toBe('Fête de l’Unité');
    expect(holidayOn(morocco, '2027-03-11')?.en).toBe('Eid al-Fitr');
    expect(holidayOn(morocco, '2027-03-12')).toBeUndefined();
  });

  it('ends Ramadan on the eve of Eid al-Fitr, each year', () => {
    for (const eid of morocco.religiousHolidays.filter((h) => h.kind === 'eid-al-fitr')) {
      const eve = new Date(Date.parse(`${eid.date}T00:00:00Z`) - 24 * HOUR).toISOString().slice(0, 10);
      expect([isRamadan(morocco, eve), isRamadan(morocco, eid.date)]).toEqual([true, false]);
    }
  });

  it('has every religious holiday in every year it claims to know', () => {
    for (const year of ['2026', '2027', '2028'])
      for (const kind of Object.keys(morocco.religiousHolidayNames))
        expect(
          morocco.religiousHolidays.filter((h) => h.kind === kind && h.date.startsWith(year)),
          `${kind} ${year}`,
        ).toHaveLength(1);
  });
});

describe('addWorkingTime', () => {
  it.each([
    ['within a morning', '2026-11-23T09:00', 1, '2026-11-23T10:00'],
    ['over lunch', '2026-11-23T11:30', 1, '2026-11-23T14:30'],
    ['over night', '2026-11-23T17:30', 1, '2026-11-24T09:30'],
    ['over a weekend, from Friday noon', '2026-11-27T11:00', 2, '2026-11-30T10:00'],
    ['from a Sunday', '2026-11-29T10:00', 1, '2026-11-30T10:00'],
    ['over New Year', '2026-12-31T17:00', 2, '2027-01-04T10:00'],
    ['ending exactly at closing time', '2026-11-23T17:00', 1, '2026-11-23T18:00'],
    ['nothing, in working time', '2026-11-23T09:15', 0, '2026-11-23T09:15'],
    ['nothing, at night: the next beginning', '2026-11-23T22:00', 0, '2026-11-24T09:00'],
    ['a week of work', '2026-11-23T09:00', 31, '2026-11-27T12:00'],
    ['into Ramadan', '2026-02-17T17:00', 2, '2026-02-18T11:00'],
    ['over the feast after Ramadan', '2026-03-19T13:30', 1, '2026-03-23T09:30'],
  ])('%s', (_, from, hours, expected) => {
    expect(addWorkingTime(utc, at(from), hours * HOUR)).toEqual(at(expected));
  });

  it('counts hours on the wall through the change of the Moroccan clock', () => {
    // Friday 18 September 2026 16:00 on the wall (UTC+1), half an hour left; Monday 08:30 is UTC.
    expect(addWorkingTime(morocco, at('2026-09-18T15:00'), HOUR)).toEqual(at('2026-09-21T09:00'));
  });

  it('refuses lengths that are none, and calendars without work', () => {
    expect(() => addWorkingTime(utc, at('2026-11-23T09:00'), -1)).toThrow(RangeError);
    expect(() => addWorkingTime(utc, at('2026-11-23T09:00'), Number.NaN)).toThrow(RangeError);
    const idle = simpleCalendar({ workingHours: { ordinary: {}, ramadan: {} } });
    expect(() => addWorkingTime(idle, at('2026-11-23T09:00'), HOUR)).toThrow(/no working time/);
  });

  const start = fc.integer({ min: Date.UTC(2026, 0, 1), max: Date.UTC(2028, 10, 1) }).map((t) => new Date(t));
  const length = fc.integer({ min: 1, max: 80 * HOUR });

  it('has workingTimeBetween as its inverse', () => {
    fc.assert(
      fc.property(start, length, fc.constantFrom(utc, morocco), (from, ms, calendar) => {
        expect(workingTimeBetween(calendar, from, addWorkingTime(calendar, from, ms))).toBe(ms);
      }),
      { numRuns: 60 },
    );
  });

  it('adds up: first a, then b, is a and b', () => {
    fc.assert(
      fc.property(start, length, length, (from, a, b) => {
        const twice = addWorkingTime(morocco, addWorkingTime(morocco, from, a), b);
        expect(twice).toEqual(addWorkingTime(morocco, from, a + b));
      }),
      { numRuns: 60 },
    );
  });

  it('agrees with a count of single minutes', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 200 * 24 * 60 }), fc.integer({ min: 1, max: 300 }), (offset, minutes) => {
        const from = new Date(Date.UTC(2026, 1, 1) + offset * 60_000);
        let left = minutes;
        let t = from.getTime();
        for (; left > 0; t += 60_000) if (isWorkingTime(morocco, new Date(t))) left -= 1;
        expect(addWorkingTime(morocco, from, minutes * 60_000)).toEqual(new Date(t));
      }),
      { numRuns: 3 },
    );
  });
});
