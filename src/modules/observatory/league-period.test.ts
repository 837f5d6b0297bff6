import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { daysAfter, type MonthSpan, runningPeriod, settledPeriod } from './league-period.ts';

const quarter = { period: 'quarter', settlingDays: 31 } as const;
const year = { period: 'year', settlingDays: 31 } as const;

describe('the periods of the public table of providers', () => {
  it('are calendar quarters or years that were over for the whole margin', () => {
    expect(settledPeriod('2026-11-28', quarter)).toEqual({ from: '2026-07', to: '2026-09' });
    // 31 days after 30 September is 31 October: still within the margin.
    expect(settledPeriod('2026-10-31', quarter)).toEqual({ from: '2026-04', to: '2026-06' });
    expect(settledPeriod('2026-11-01', quarter)).toEqual({ from: '2026-07', to: '2026-09' });
    expect(settledPeriod('2027-01-31', year)).toEqual({ from: '2025-01', to: '2025-12' });
    expect(settledPeriod('2027-02-01', year)).toEqual({ from: '2026-01', to: '2026-12' });
    expect(settledPeriod('2027-02-01', { period: 'quarter', settlingDays: 366 })).toEqual({
      from: '2025-10',
      to: '2025-12',
    });
    expect(runningPeriod('2026-11-28', quarter)).toEqual({ from: '2026-10', to: '2026-12' });
  });

  it('never overlap: of two days each has the same period or one that is wholly before', () => {
    const day = fc.integer({ min: 0, max: 3000 }).map((n) => daysAfter('2025-01-01', n));
    const rule = fc.record({
      period: fc.constantFrom('quarter' as const, 'year' as const),
      settlingDays: fc.integer({ min: 7, max: 366 }),
    });
    fc.assert(
      fc.property(day, day, rule, (a, b, r) => {
        const [one, two] = [settledPeriod(a, r), settledPeriod(b, r)];
        const before = (x: MonthSpan, y: MonthSpan) => x.to < y.from;
        expect(one.from === two.from ? one.to === two.to : before(one, two) || before(two, one)).toBe(true);
        // Over for the margin.
        expect(daysAfter(`${one.to}-01`, r.settlingDays) < a).toBe(true);
      }),
    );
  });
});
