import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../platform/random.ts';
import { completeness, PART_IDS, PARTS, type Part } from './completeness.ts';
import {
  after,
  allowance,
  isLate,
  OUT,
  OVER,
  possible,
  REFERRAL_EVENTS,
  REFERRAL_STATES,
  TRANSITIONS,
} from './referral.ts';
import { newCode, readCode } from './tracking-code.ts';

const state = fc.constantFrom(...REFERRAL_STATES);
const event = fc.constantFrom(...REFERRAL_EVENTS);

describe('the machine of a referral', () => {
  it('throws exactly where nothing is possible', () => {
    fc.assert(
      fc.property(state, event, fc.boolean(), (s, e, review) => {
        if (possible(s, e, review)) expect(REFERRAL_STATES).toContain(after(s, e, review));
        else expect(() => after(s, e, review)).toThrow(/^REFERRAL_(TRANSITION|REVIEW_NEEDED)$/);
      }),
    );
  });

  it('sends nothing unread that counsel must read, by whatever way', () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 40 }), (events) => {
        let now: (typeof REFERRAL_STATES)[number] = 'draft';
        let read = false;
        for (const e of events) {
          if (!possible(now, e, true)) continue;
          if (e === 'review-passed') read = true;
          if (e === 'changed') read = false;
          now = after(now, e, true);
          if (now === 'sealing' || now === 'sent') expect(read).toBe(true);
        }
      }),
    );
  });

  it('lets a body decide only on what it received, and us take back only what it has not', () => {
    for (const s of REFERRAL_STATES) {
      for (const e of ['accepted', 'declined', 'returned'] as const)
        if (possible(s, e)) expect(['received', 'accepted']).toContain(s);
      if (possible(s, 'withdrawn')) expect(['received', 'accepted', 'answered', ...OVER]).not.toContain(s);
    }
  });

  it('has ends that nothing leaves, and a way to an end from everywhere', () => {
    for (const s of REFERRAL_STATES) {
      const next = Object.values(TRANSITIONS[s]);
      expect(next.length === 0).toBe(OVER.includes(s));
      const seen = new Set([s]);
      for (const t of seen) for (const n of Object.values(TRANSITIONS[t])) seen.add(n);
      expect([...seen].some((t) => OVER.includes(t))).toBe(true);
    }
  });

  it('counts who owes what', () => {
    const times = { receiptHours: 1, decisionHours: 4, outcomeHours: 72 };
    expect(allowance('sent', times)).toBe(3_600_000);
    expect(allowance('accepted', times)).toBe(72 * 3_600_000);
    for (const s of OVER) expect(allowance(s, times)).toBeUndefined();
    const due = new Date(1000);
    expect(isLate({ state: 'sent', due_at: due }, due)).toBe(true);
    expect(isLate({ state: 'sent', due_at: due }, new Date(999))).toBe(false);
    expect(isLate({ state: 'closed', due_at: due }, new Date(5000))).toBe(false);
    expect(OUT).not.toContain('sealing');
  });
});

describe('tracking codes', () => {
  const codes = Array.from({ length: 200 }, (_, i) => newCode('2026', seededRandom(i)));

  it('are read however they are typed', () => {
    expect(codes[0]).toMatch(/^ES-2026-[2-9A-Z]{4}-[2-9A-Z]{4}$/);
    for (const code of codes) {
      expect(readCode(code)).toBe(code);
      expect(readCode(` ${code.toLowerCase().replaceAll('-', ' ')} `)).toBe(code);
    }
    expect(new Set(codes).size).toBe(codes.length);
  });

  it('find every single wrong sign and every swap of neighbours', () => {
    const signs = '23456789ABCDEFGHJKMNPQRSTUVWXYZ';
    for (const code of codes.slice(0, 40)) {
      const bare = code.replaceAll('-', '');
      for (let i = 6; i < bare.length; i++) {
        for (const c of signs)
          if (c !== bare[i]) expect(readCode(bare.slice(0, i) + c + bare.slice(i + 1))).toBeUndefined();
        const swapped = bare.slice(0, i) + (bare[i + 1] ?? '') + bare[i] + bare.slice(i + 2);
        if (i + 1 < bare.length && bare[i] !== bare[i + 1]) expect(readCode(swapped)).toBeUndefined();
      }
    }
  });
});

describe('completeness', () => {
  it('is 100 when nothing is missing, and names what is', () => {
    expect(Object.values(PARTS).reduce((a, b) => a + b, 0)).toBe(100);
    fc.assert(
      fc.property(fc.subarray(PART_IDS), (there) => {
        const have = Object.fromEntries(PART_IDS.map((p) => [p, there.includes(p)])) as Record<Part, boolean>;
        const { score, missing } = completeness(have);
        expect([...missing, ...there].sort()).toEqual([...PART_IDS].sort());
        expect(score).toBe(there.reduce((sum, p) => sum + PARTS[p], 0));
      }),
    );
  });
});
