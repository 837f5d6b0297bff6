import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { instantOf, localOf } from './local-time.ts';

const MOROCCO = 'Africa/Casablanca';

describe('local times', () => {
  it('reads the wall clock of the zone, in summer and in Ramadan', () => {
    expect(instantOf('2025-07-24T10:00', MOROCCO)?.toISOString()).toBe('2025-07-24T09:00:00.000Z');
    // Ramadan of 2025 was in March: the clock went back to UTC.
    expect(instantOf('2025-03-10T10:00', MOROCCO)?.toISOString()).toBe('2025-03-10T10:00:00.000Z');
  });

  it('takes a skipped hour as after the change and a repeated one as the first', () => {
    expect(instantOf('2026-03-29T02:30', 'Europe/Paris')?.toISOString()).toBe('2026-03-29T01:30:00.000Z');
    expect(instantOf('2026-10-25T02:30', 'Europe/Paris')?.toISOString()).toBe('2026-10-25T00:30:00.000Z');
  });

  it('refuses what is no time', () => {
    for (const bad of ['', '2026-02-30T10:00', '2026-11-24', '2026-11-24T25:00', '2026-11-24T10:00:00'])
      expect(instantOf(bad, MOROCCO)).toBeUndefined();
  });

  it('leads back to the same instant', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 20_000_000 }),
        fc.constantFrom(MOROCCO, 'Europe/Paris', 'UTC'),
        (minute, zone) => {
          const at = new Date(Date.UTC(2020, 0, 1) + minute * 60_000);
          const back = instantOf(localOf(at, zone), zone) as Date;
          // Only the second of two equal wall-clock times comes back as the first, an hour before.
          expect([0, 3_600_000]).toContain(at.getTime() - back.getTime());
          expect(localOf(back, zone)).toBe(localOf(at, zone));
        },
      ),
    );
  });
});
