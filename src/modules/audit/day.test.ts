import { describe, expect, it } from 'vitest';
import { endOfDay, startOfDay } from './day.ts';

describe('startOfDay', () => {
  it.each([
    // In Ramadan the clocks of Morocco stood one hour back.
    ['2025-03-10', 'Africa/Casablanca', '2025-03-10T00:00:00.000Z'],
    ['2025-11-24', 'Africa/Casablanca', '2025-11-23T23:00:00.000Z'],
    ['2026-11-24', 'Asia/Kathmandu', '2026-11-23T18:15:00.000Z'],
    ['2026-11-24', 'America/New_York', '2026-11-24T05:00:00.000Z'],
    ['2026-03-29', 'Europe/Paris', '2026-03-28T23:00:00.000Z'],
  ])('%s in %s is %s', (date, zone, want) => {
    expect(startOfDay(date, zone)?.toISOString()).toBe(want);
  });

  it.each(['', 'yesterday', '2026-13-01', '2026-1-1', '2026-11-24T00:00'])('knows that %j is no date', (text) => {
    expect(startOfDay(text, 'Africa/Casablanca')).toBeUndefined();
    expect(endOfDay(text, 'Africa/Casablanca')).toBeUndefined();
  });
});

describe('endOfDay', () => {
  it('is where the next day begins, also when the clocks change that night or the year ends', () => {
    expect(endOfDay('2026-03-29', 'Europe/Paris')?.toISOString()).toBe('2026-03-29T22:00:00.000Z');
    expect(endOfDay('2026-12-31', 'Europe/Paris')?.toISOString()).toBe('2026-12-31T23:00:00.000Z');
  });
});
