import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { URGENCIES } from '../../country/index.ts';
import { DANGER_KINDS } from '../../reporting/index.ts';
import { URGENCY_RANK } from '../schema.ts';
import {
  FACT_VALUES,
  factsOfOld,
  firstPriority,
  joinFacts,
  judgeUrgency,
  REASONS,
  recencyOf,
  type UrgencyFacts,
  withFacts,
} from './urgency.ts';

const CALM: UrgencyFacts = {
  declared: false,
  kinds: [],
  category: 'normal',
  ageBand: '15-17',
  audience: 'few',
  recency: 'earlier',
  back: false,
};

const facts: fc.Arbitrary<UrgencyFacts> = fc.record({
  declared: fc.boolean(),
  kinds: fc.subarray([...DANGER_KINDS]),
  category: fc.constantFrom(...URGENCIES),
  ageBand: fc.constantFrom(...FACT_VALUES.ageBand),
  audience: fc.constantFrom(...FACT_VALUES.audience),
  recency: fc.constantFrom(...FACT_VALUES.recency),
  back: fc.boolean(),
});

describe('what makes an item urgent', () => {
  it.each([
    [{}, 'normal', ['category-normal']],
    [{ declared: true }, 'danger', ['declared', 'category-normal']],
    [{ kinds: ['meeting'] }, 'danger', ['kind-meeting', 'category-normal']],
    [{ category: 'danger' }, 'danger', ['category-danger']],
    [{ ageBand: '6-8' }, 'urgent', ['category-normal', 'young']],
    [{ ageBand: '12-14' }, 'normal', ['category-normal']],
    [{ recency: 'now' }, 'urgent', ['category-normal', 'now']],
    [{ recency: 'today' }, 'normal', ['category-normal', 'today']],
    [{ recency: 'today', audience: 'public' }, 'urgent', ['category-normal', 'today', 'public']],
    [{ audience: 'public' }, 'normal', ['category-normal', 'public']],
    [{ audience: 'many', category: 'low', recency: 'today' }, 'normal', ['category-low', 'today', 'many']],
    [{ back: true }, 'urgent', ['category-normal', 'back']],
    [
      { category: 'urgent', ageBand: '0-5', recency: 'now', back: true, audience: 'public' },
      'urgent',
      ['category-urgent', 'young', 'now', 'back', 'public'],
    ],
  ] as [Partial<UrgencyFacts>, string, string[]][])('%o is %s', (over, urgency, reasons) => {
    expect(judgeUrgency({ ...CALM, ...over })).toEqual({ urgency, reasons });
  });

  it('reads how near it was from what was said, or from the time', () => {
    const receivedAt = new Date('2026-11-24T12:00:00Z');
    const at = (h: number) => ({
      occurred: 'exact',
      occurredAt: new Date(receivedAt.getTime() - h * 3_600_000),
      receivedAt,
    });
    expect([recencyOf(at(0.5)), recencyOf(at(5)), recencyOf(at(30))]).toEqual(['now', 'today', 'earlier']);
    const said = (occurred: string) => recencyOf({ occurred, occurredAt: null, receivedAt });
    expect([said('now'), said('today'), said('week'), said('unknown')]).toEqual(['now', 'today', 'earlier', 'earlier']);
  });

  it('always has a reason, and danger only with one that says danger', () => {
    fc.assert(
      fc.property(facts, (f) => {
        const { urgency, reasons } = judgeUrgency(f);
        expect(reasons.length).toBeGreaterThan(0);
        expect(new Set(reasons).size).toBe(reasons.length);
        for (const r of reasons) expect(REASONS).toContain(r);
        expect(urgency === 'danger').toBe(reasons.some((r) => /^(declared|kind-|category-danger)/.test(r)));
      }),
    );
  });

  it('never grows with the number of reports: a thousand that say the same are one', () => {
    fc.assert(
      fc.property(facts, fc.integer({ min: 1, max: 1000 }), (f, n) => {
        const one = firstPriority(f);
        expect(
          withFacts(
            one,
            Array.from({ length: n }, () => f),
          ),
        ).toEqual(one);
      }),
      { numRuns: 50 },
    );
  });

  it('does not depend on the order of reports, and one more fact never lowers', () => {
    fc.assert(
      fc.property(facts, facts, facts, (a, b, c) => {
        expect(joinFacts(a, b)).toEqual(joinFacts(b, a));
        expect(joinFacts(joinFacts(a, b), c)).toEqual(joinFacts(a, joinFacts(b, c)));
        const rank = (f: UrgencyFacts) => URGENCY_RANK[judgeUrgency(f).urgency];
        expect(rank(joinFacts(a, b))).toBeLessThanOrEqual(Math.min(rank(a), rank(b)));
      }),
    );
  });
});

describe('what a person set', () => {
  const lowered = { ...firstPriority({ ...CALM, declared: true }), urgency: 3, set_urgency: 3 };

  it('holds while further reports say nothing new', () => {
    expect(withFacts(lowered, [CALM, { ...CALM, declared: true }])).toMatchObject({ urgency: 3, set_urgency: 3 });
  });

  it('falls when words say more danger than the person knew', () => {
    expect(withFacts(lowered, [{ ...CALM, kinds: ['threat'] }])).toMatchObject({ urgency: 0, set_urgency: null });
    const calm = { ...firstPriority(CALM), urgency: 3, set_urgency: 3 };
    expect(withFacts(calm, [{ ...CALM, category: 'urgent' }])).toMatchObject({ urgency: 1, set_urgency: null });
  });

  it('an item of before facts were kept keeps its rank', () => {
    for (const urgency of [0, 1, 2, 3])
      for (const danger of [false, true]) {
        const rank = URGENCY_RANK[judgeUrgency(factsOfOld({ urgency, danger })).urgency];
        expect(rank).toBe(danger ? 0 : urgency);
      }
  });
});
