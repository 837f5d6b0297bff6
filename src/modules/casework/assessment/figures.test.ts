import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { agreementOf, type Pair } from './agreement.ts';
import { busiest, crowdIn, groupsOf } from './crowd.ts';

const pairs = (text: string): Pair[] => text.split(' ').map((p) => ({ first: p[0] as string, second: p[1] as string }));

describe('agreement', () => {
  it('is what the textbook says', () => {
    // 20 yes-yes, 5 yes-no, 10 no-yes, 15 no-no: observed 0.7, chance 0.5, kappa 0.4.
    const table = pairs(
      [...Array(20).fill('yy'), ...Array(5).fill('yn'), ...Array(10).fill('ny'), ...Array(15).fill('nn')].join(' '),
    );
    expect(agreementOf(table).observed).toBeCloseTo(0.7, 10);
    expect(agreementOf(table).kappa).toBeCloseTo(0.4, 10);
  });

  it('says nothing where there is nothing to say', () => {
    expect(agreementOf([])).toEqual({ pairs: 0, observed: undefined, kappa: undefined });
    expect(agreementOf(pairs('yy yy'))).toEqual({ pairs: 2, observed: 1, kappa: undefined });
  });

  it('does not depend on order, and stays within its bounds', () => {
    const label = fc.constantFrom('illegal', 'harmful', 'not-actionable');
    fc.assert(
      fc.property(fc.array(fc.record({ first: label, second: label }), { minLength: 1, maxLength: 40 }), (list) => {
        const { observed, kappa } = agreementOf(list);
        expect(agreementOf([...list].reverse())).toEqual({ pairs: list.length, observed, kappa });
        const turned = agreementOf(list.map((p) => ({ first: p.second, second: p.first })));
        expect(turned.observed).toBe(observed);
        if (kappa !== undefined) {
          expect(turned.kappa).toBeCloseTo(kappa, 9);
          expect(kappa).toBeLessThanOrEqual(1);
          expect(kappa).toBeGreaterThanOrEqual(-1 - 1e-9);
        }
      }),
      { seed: 5 },
    );
  });
});

describe('a crowd', () => {
  const minute = (n: number) => new Date(Date.UTC(2026, 10, 28, 9, n));
  const rule = { reports: 3, minutes: 10 };

  it('is so many reports in so short a time, with the busiest window said', () => {
    expect(busiest([minute(0), minute(11), minute(22)], rule)).toBeUndefined();
    expect(busiest([minute(0), minute(40), minute(30), minute(35)], rule)).toEqual({
      reports: 3,
      from: minute(30),
      to: minute(40),
    });
    expect(busiest([], rule)).toBeUndefined();
  });

  it('agrees with counting every window', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 60 }), { maxLength: 30 }), (minutes) => {
        const most = Math.max(0, ...minutes.map((from) => minutes.filter((m) => m >= from && m <= from + 10).length));
        expect(busiest(minutes.map(minute), rule)?.reports ?? 0).toBe(most >= 3 ? most : 0);
      }),
      { seed: 3 },
    );
  });

  it('is a group that tells alike, in its own time, with both reasons said when there are both', () => {
    const whole = { ...rule, alike: { reports: 2, minutes: 30 } };
    const came = [0, 20, 50, 51, 52].map((n, i) => ({ report: `r${i}`, at: minute(n) }));
    const marks = [
      { report: 'r0', mark: 'a' },
      { report: 'r1', mark: 'a' },
      { report: 'r1', mark: 'b' },
      { report: 'r2', mark: 'b' },
      { report: 'r3', mark: 'c' },
    ];
    expect(groupsOf(marks)).toEqual([['r0', 'r1', 'r2'], ['r3']]);
    expect(crowdIn(came, marks, whole)).toEqual({
      many: { reports: 3, from: minute(50), to: minute(52) },
      alike: { reports: 2, from: minute(0), to: minute(20) },
    });
    expect(crowdIn(came.slice(0, 2), [], whole)).toBeUndefined();
    expect(crowdIn(came.slice(0, 2), marks, whole)).toMatchObject({ many: undefined, alike: { reports: 2 } });
  });
});
