import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../platform/random.ts';
import {
  afterClosing,
  type CheckRecord,
  type ClosingRule,
  DEFAULT_CHECK_RULE,
  DEFAULT_CLOSING_RULE,
  decideClosing,
  nextCheckDelay,
} from './closing.ts';
import { CHECK_STATES, type CheckState, STANDING } from './state.ts';

const HOUR = 3_600_000;
const start = Date.parse('2026-11-24T09:00:00Z');
const check = (hours: number, state: CheckState, vantage = 'a'): CheckRecord => ({
  at: new Date(start + hours * HOUR),
  state,
  vantage,
});
const rule = DEFAULT_CLOSING_RULE;
const gone = [check(0, 'gone-http'), check(12, 'gone-http', 'b'), check(24, 'gone-dns')];

const state = fc.constantFrom(...CHECK_STATES);
const record = fc.record({
  at: fc.integer({ min: 0, max: 200 * HOUR }).map((ms) => new Date(start + ms)),
  state: fc.oneof(
    { weight: 2, arbitrary: fc.constantFrom<CheckState>('gone-http', 'gone-dns') },
    { weight: 1, arbitrary: state },
  ),
  vantage: fc.constantFrom('a', 'b', 'c'),
});
const history = fc.array(record, { maxLength: 14 });
const anyRule: fc.Arbitrary<ClosingRule> = fc.record({
  minChecks: fc.integer({ min: 1, max: 5 }),
  minSpanMs: fc.integer({ min: 0, max: 48 * HOUR }),
  minVantages: fc.integer({ min: 1, max: 3 }),
});
const times = (checks: CheckRecord[]) => checks.map((c) => c.at.getTime());

describe('decideClosing', () => {
  it('closes after three denials over a day from two vantages', () => {
    expect(decideClosing(gone, rule)).toBe('gone');
  });

  it.each<[string, CheckRecord[]]>([
    ['no look', []],
    ['too few', gone.slice(0, 2)],
    ['too short', [check(0, 'gone-http'), check(1, 'gone-http', 'b'), check(23, 'gone-dns')]],
    ['one vantage', [check(0, 'gone-http'), check(12, 'gone-http'), check(24, 'gone-dns')]],
    [
      'seen in between',
      [check(0, 'gone-http'), check(6, 'up-same'), check(12, 'gone-http', 'b'), check(24, 'gone-dns')],
    ],
    ['a parking page last', [...gone, check(25, 'parked')]],
    [
      'only walls',
      [check(0, 'bot-wall'), check(12, 'unreachable', 'b'), check(24, 'bot-wall'), check(36, 'tls-error')],
    ],
  ])('stays open: %s', (_name, checks) => {
    expect(decideClosing(checks, rule)).toBe('open');
  });

  it('passes over walls and time-outs', () => {
    const [first, second, third] = gone as [CheckRecord, CheckRecord, CheckRecord];
    expect(
      decideClosing(
        [first, check(3, 'unreachable'), second, check(13, 'bot-wall', 'b'), third, check(25, 'tls-error')],
        rule,
      ),
    ).toBe('gone');
  });

  it('never closes with fewer checks, less time or fewer vantages than the rule wants', () => {
    fc.assert(
      fc.property(history, anyRule, (checks, r) => {
        if (decideClosing(checks, r) === 'open') return true;
        const denials = checks.filter((c) => STANDING[c.state] === 'gone');
        return (
          denials.length >= r.minChecks &&
          Math.max(...times(denials)) - Math.min(...times(denials)) >= r.minSpanMs &&
          new Set(denials.map((c) => c.vantage)).size >= r.minVantages
        );
      }),
      { numRuns: 2_000 },
    );
  });

  it('opens whenever something answers last', () => {
    fc.assert(
      fc.property(history, anyRule, state, (checks, r, last) => {
        if (!['up', 'doubt'].includes(STANDING[last])) return true;
        const at = new Date(Math.max(start, ...times(checks)));
        return decideClosing([...checks, { at, state: last, vantage: 'a' }], r) === 'open';
      }),
      { numRuns: 2_000 },
    );
  });

  it('is not moved by silent looks nor by the order of records', () => {
    const strictOrder = fc.uniqueArray(record, { maxLength: 12, selector: (c) => c.at.getTime() });
    fc.assert(
      fc.property(strictOrder, anyRule, (checks, r) => {
        const heard = checks.filter((c) => STANDING[c.state] !== 'silent');
        const decided = decideClosing(checks, r);
        return decided === decideClosing(heard, r) && decided === decideClosing(checks.toReversed(), r);
      }),
      { numRuns: 2_000 },
    );
  });

  it('closes whatever history ends in enough denials (it is not simply always open)', () => {
    fc.assert(
      fc.property(history, (checks) => {
        const end = Math.max(start, ...times(checks));
        const tail = gone.map((c) => ({ ...c, at: new Date(c.at.getTime() - start + end + 1) }));
        return decideClosing([...checks, ...tail], rule) === 'gone';
      }),
    );
  });
});

describe('afterClosing', () => {
  it('reopens for what is up again, asks a person about what answers in its place', () => {
    expect(CHECK_STATES.filter((s) => afterClosing(s) === 'reappeared')).toEqual([
      'up-same',
      'up-changed',
      'moved-host',
      'geo-blocked',
    ]);
    expect(afterClosing('parked')).toBe('unclear');
    expect(afterClosing('gone-http')).toBe('still-gone');
    expect(afterClosing('unreachable')).toBe('still-gone');
  });
});

describe('nextCheckDelay', () => {
  const random = seededRandom(7);
  const calm = { ...DEFAULT_CHECK_RULE, jitter: 0 };
  const day = 24 * HOUR;

  it('keeps the interval while open, and doubles it in silence up to the limit', () => {
    expect(nextCheckDelay([], calm, random)).toBe(calm.intervalMs);
    expect(nextCheckDelay([check(0, 'up-same')], calm, random)).toBe(calm.intervalMs);
    expect(nextCheckDelay([check(0, 'up-same'), check(2, 'unreachable')], calm, random)).toBe(2 * calm.intervalMs);
    const silence = Array.from({ length: 50 }, (_, i) => check(i, 'bot-wall'));
    expect(nextCheckDelay(silence, calm, random)).toBe(calm.maxIntervalMs);
  });

  it('looks 1, 7, 30 and 90 days after closing, then no more', () => {
    const at = (days: number) => check(24 + days * 24, 'gone-http');
    expect(nextCheckDelay(gone, calm, random)).toBe(day);
    expect(nextCheckDelay([...gone, at(1)], calm, random)).toBe(6 * day);
    expect(nextCheckDelay([...gone, at(1), at(7)], calm, random)).toBe(23 * day);
    expect(nextCheckDelay([...gone, at(1), at(7), at(30)], calm, random)).toBe(60 * day);
    expect(nextCheckDelay([...gone, at(1), at(7), at(30), at(90)], calm, random)).toBeNull();
  });

  it('goes back to the interval when it reappears, and starts the looks anew when it is gone again', () => {
    const back = [...gone, check(48, 'up-same')];
    expect(nextCheckDelay(back, calm, random)).toBe(calm.intervalMs);
    const again = [check(60, 'gone-http'), check(72, 'gone-http', 'b'), check(90, 'gone-http')];
    expect(nextCheckDelay([...back, ...again], calm, random)).toBe(day);
  });

  it('only lengthens by chance, within the limit, and not always by the same', () => {
    const delays = Array.from({ length: 200 }, () => nextCheckDelay([], DEFAULT_CHECK_RULE, random) ?? -1);
    const { intervalMs, jitter } = DEFAULT_CHECK_RULE;
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(intervalMs);
    expect(Math.max(...delays)).toBeLessThanOrEqual(intervalMs * (1 + jitter));
    expect(new Set(delays).size).toBeGreaterThan(100);
  });
});
