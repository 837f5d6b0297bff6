import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { holidayOn, isRamadan } from './intervals.ts';
import { localTime, minutesOf } from './local-time.ts';
import type { CountryPack } from './pack-schema.ts';
import { sendingTime } from './sending-time.ts';
import { moroccanPack } from './test-pack.ts';

const { pack } = moroccanPack();
const { calendar } = pack;
const HOUR = 3_600_000;
const at = (iso: string) => new Date(iso);

describe('when a letter may go', () => {
  it('holds through a year: working hours of the day, no weekend, no holiday, the hours of Ramadan', () => {
    let moved = 0;
    let ramadanDays = 0;
    let last = 0;
    for (let t = at('2026-11-28T00:00:00Z').getTime(); t < at('2027-12-05T00:00:00Z').getTime(); t += HOUR / 2) {
      const ready = new Date(t);
      const goes = sendingTime(pack, ready, null);
      expect(goes.getTime()).toBeGreaterThanOrEqual(t);
      // Later is never earlier, and nothing waits longer than the longest row of free days.
      expect(goes.getTime()).toBeGreaterThanOrEqual(last);
      expect(goes.getTime() - t).toBeLessThan(7 * 24 * HOUR);
      last = goes.getTime();
      const { date, minute, weekday } = localTime(goes, calendar.zone);
      expect(['sat', 'sun']).not.toContain(weekday);
      expect(holidayOn(calendar, date)).toBeUndefined();
      const fasting = isRamadan(calendar, date);
      if (fasting) ramadanDays++;
      const hours = calendar.workingHours[fasting ? 'ramadan' : 'ordinary'][weekday] ?? [];
      expect(hours.some(([from, to]) => minutesOf(from) <= minute && minute < minutesOf(to))).toBe(true);
      expect(sendingTime(pack, goes, null)).toEqual(goes);
      if (goes.getTime() !== t) moved++;
    }
    expect(moved).toBeGreaterThan(5_000);
    expect(ramadanDays).toBeGreaterThan(100);
  });

  it('waits for Monday, for the end of a feast, and for the later morning of Ramadan', () => {
    expect(sendingTime(pack, at('2026-11-28T10:00:00Z'), null)).toEqual(at('2026-11-30T08:30:00Z'));
    // Eid al-Fitr 2027: Wednesday 10 and Thursday 11 March.
    expect(sendingTime(pack, at('2027-03-09T20:00:00Z'), null)).toEqual(at('2027-03-12T08:30:00Z'));
    expect(sendingTime(pack, at('2027-02-15T08:31:00Z'), null)).toEqual(at('2027-02-15T09:00:00Z'));
    expect(sendingTime(pack, at('2027-02-15T15:30:00Z'), null)).toEqual(at('2027-02-16T09:00:00Z'));
    // The break on Fridays.
    expect(sendingTime(pack, at('2026-12-04T12:30:00Z'), 'MA')).toEqual(at('2026-12-04T13:30:00Z'));
  });

  it('goes by the hours of the receiver’s country where the pack knows them, else by our own', () => {
    // Unity Day in Morocco is an ordinary Saturday elsewhere; Green March is a Friday.
    expect(sendingTime(pack, at('2026-11-06T10:00:00Z'), 'FR')).toEqual(at('2026-11-06T10:00:00Z'));
    expect(sendingTime(pack, at('2026-11-06T10:00:00Z'), null)).toEqual(at('2026-11-09T08:30:00Z'));
    // 11 November is a holiday in France only; in California the day begins in our evening.
    expect(sendingTime(pack, at('2026-11-11T10:00:00Z'), 'FR')).toEqual(at('2026-11-12T08:00:00Z'));
    expect(sendingTime(pack, at('2026-12-01T10:00:00Z'), 'US')).toEqual(at('2026-12-01T17:00:00Z'));
    expect(sendingTime(pack, at('2026-12-01T10:00:00Z'), 'ZZ')).toEqual(at('2026-12-01T10:00:00Z'));
  });

  it('never goes before it is ready, whatever the hours', () => {
    const countries = fc.constantFrom(null, ...pack.notices.elsewhere.map((o) => o.code));
    const instants = fc.date({ min: at('2026-01-01T00:00:00Z'), max: at('2028-11-01T00:00:00Z'), noInvalidDate: true });
    fc.assert(
      fc.property(instants, countries, (ready, country) => {
        const goes = sendingTime(pack as CountryPack, ready, country);
        return goes >= ready && sendingTime(pack, goes, country).getTime() === goes.getTime();
      }),
      { seed: 42 },
    );
  });
});
