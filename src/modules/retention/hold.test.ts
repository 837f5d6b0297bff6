import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { after, dueBefore, HOLD_EVENTS, HOLD_STATES, stops, TRANSITIONS } from './hold.ts';

describe('the life of a hold', () => {
  it('is this table', () => {
    expect(TRANSITIONS).toEqual({
      open: { extended: 'open', released: 'released', 'ran-out': 'expired' },
      released: {},
      expired: {},
    });
  });

  it('refuses everything else with a code', () => {
    for (const state of HOLD_STATES)
      for (const event of HOLD_EVENTS)
        if (!TRANSITIONS[state][event]) expect(() => after(state, event)).toThrow('RETENTION_HOLD_TRANSITION');
  });

  it('stops the clock only while it is open and has not run out, swept or not', () => {
    const now = new Date('2026-11-28T12:00:00Z');
    const later = new Date(now.getTime() + 1);
    expect(stops({ state: 'open', until: null }, now)).toBe(true);
    expect(stops({ state: 'open', until: later }, now)).toBe(true);
    expect(stops({ state: 'open', until: now }, now)).toBe(false);
    for (const state of ['released', 'expired'] as const) expect(stops({ state, until: later }, now)).toBe(false);
  });
});

describe('months back', () => {
  it.each([
    ['2026-11-28T10:20:30.400Z', 12, '2025-11-28T10:20:30.400Z'],
    ['2026-03-31T00:00:00.000Z', 1, '2026-02-28T00:00:00.000Z'],
    ['2028-03-31T00:00:00.000Z', 1, '2028-02-29T00:00:00.000Z'],
    ['2026-01-15T23:59:59.999Z', 13, '2024-12-15T23:59:59.999Z'],
  ])('%s less %i months is %s', (now, months, then) => {
    expect(dueBefore(new Date(now), months).toISOString()).toBe(then);
  });

  it('goes forward with time and back with months', () => {
    const instant = fc.date({ min: new Date('2020-01-01'), max: new Date('2060-01-01'), noInvalidDate: true });
    fc.assert(
      fc.property(instant, fc.nat(86_400_000 * 40), fc.integer({ min: 1, max: 120 }), (now, more, months) => {
        const later = new Date(now.getTime() + more);
        expect(dueBefore(later, months).getTime()).toBeGreaterThanOrEqual(dueBefore(now, months).getTime());
        expect(dueBefore(now, months).getTime()).toBeLessThan(now.getTime());
        expect(dueBefore(now, months + 1).getTime()).toBeLessThan(dueBefore(now, months).getTime());
      }),
    );
  });
});
