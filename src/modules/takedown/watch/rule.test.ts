import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { afterClosing, CHECK_STATES, DEFAULT_CHECK_RULE, decideClosing, STANDING } from '../check/index.ts';
import { turned } from './checks.ts';
import { deniable } from './outcomes.ts';
import { demonstrationRule, meaningAfterClosing, nextAfterClosing, unreachableRule } from './rule.ts';

const T = new Date('2026-11-24T09:00:00Z');
const at = (ms: number) => new Date(T.getTime() + ms);

describe('the rule', () => {
  it('of the demonstration closes three looks within 90 s, whatever chance adds', () => {
    for (const vantages of [1, 2, 3, 5]) {
      const rule = demonstrationRule(vantages);
      expect(unreachableRule(rule, vantages)).toBe(false);
      const longest = rule.intervalMs * (1 + rule.jitter);
      expect(2 * longest).toBeLessThanOrEqual(90_000);
      const names = Array.from({ length: vantages }, (_, i) => `v${i}`) as [string, ...string[]];
      const looks = (gap: number) =>
        [0, 1, 2].map((n) => ({ at: at(n * gap), state: 'gone-http' as const, vantage: turned(names, n)[0] }));
      expect(decideClosing(looks(rule.intervalMs), rule)).toBe('gone');
      expect(decideClosing(looks(longest), rule)).toBe('gone');
      expect(decideClosing(looks(rule.intervalMs).slice(1), rule)).toBe('open');
    }
  });

  it('of the house needs two vantages, and says so where there is one', () => {
    expect(unreachableRule(DEFAULT_CHECK_RULE, 1)).toBe(true);
    expect(unreachableRule(DEFAULT_CHECK_RULE, 2)).toBe(false);
  });

  it('turns the vantages so that each is first in its turn and none is lost', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.string(), { minLength: 1, maxLength: 6 }), fc.nat(1000), (names, start) => {
        const all = names as [string, ...string[]];
        const first = new Set(all.map((_, i) => turned(all, start + i)[0]));
        expect(first).toEqual(new Set(all));
        expect(turned(all, start).toSorted()).toEqual(all.toSorted());
      }),
    );
  });
});

describe('after a closing', () => {
  it('looks 1, 7, 30 and 90 days later, then no more', () => {
    const day = 86_400_000;
    const due = [0, 1, 2, 3, 4].map((done) => nextAfterClosing(T, done, DEFAULT_CHECK_RULE, T));
    expect(due).toEqual([at(day), at(7 * day), at(30 * day), at(90 * day), null]);
  });

  it('never plans a look into the past', () => {
    expect(nextAfterClosing(T, 0, DEFAULT_CHECK_RULE, at(10 * 86_400_000))).toEqual(at(10 * 86_400_000));
  });

  it('takes the same content for a return, another page at its address for a question', () => {
    const meaning = (state: 'up-same' | 'up-changed' | 'gone-http', baseline: boolean) =>
      meaningAfterClosing(afterClosing(state), { at: T, state, vantage: 'a' }, baseline);
    expect(meaning('up-same', true)).toBe('reappeared');
    expect(meaning('up-changed', true)).toBe('unclear');
    expect(meaning('gone-http', true)).toBe('still-gone');
  });
});

describe('a person', () => {
  it('may say "gone" over everything but the content itself', () => {
    const refused = CHECK_STATES.filter((s) => !deniable(s));
    expect(refused).toEqual(['up-same', 'moved-host', 'geo-blocked']);
    for (const state of refused) expect(STANDING[state]).toBe('up');
  });
});
