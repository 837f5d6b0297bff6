import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  afterLook,
  isSettled,
  type Look,
  lookPossible,
  VERIFICATION_EVENTS,
  VERIFICATION_STATES,
  type VerificationEvent,
  type VerificationState,
} from './verification.ts';

/** The machine, written down a second time: `-` is refused. */
const LIFE: Record<VerificationState, Record<VerificationEvent, VerificationState | '-'>> = {
  proposed: { agree: 'verified', disagree: 'disagreed', decide: '-', withdraw: 'withdrawn' },
  verified: { agree: '-', disagree: '-', decide: '-', withdraw: '-' },
  disagreed: { agree: '-', disagree: '-', decide: 'decided', withdraw: '-' },
  decided: { agree: '-', disagree: '-', decide: '-', withdraw: '-' },
  withdrawn: { agree: '-', disagree: '-', decide: '-', withdraw: '-' },
};
const cells = VERIFICATION_STATES.flatMap((state) =>
  VERIFICATION_EVENTS.map((event) => ({ state, event, to: LIFE[state][event] })),
);

describe('a second look', () => {
  it.each(cells)('$state + $event = $to', ({ state, event, to }) => {
    expect(lookPossible(state, event)).toBe(to !== '-');
    const go = () => afterLook({ state, doneBy: ['first'] }, event, 'other').state;
    if (to === '-') expect(go).toThrow(expect.objectContaining({ code: 'CASEWORK_VERIFICATION_DONE' }));
    else expect(go()).toBe(to);
  });

  it('is never taken by somebody who judged it, nor decided twice, in whatever order', () => {
    let settled = 0;
    let decided = 0;
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom(...VERIFICATION_EVENTS), fc.constantFrom('a', 'b', 'c', 'd')), {
          maxLength: 12,
        }),
        (steps) => {
          let look: Look = { state: 'proposed', doneBy: ['a'] };
          let ends = 0;
          for (const [event, who] of steps) {
            const before = look;
            try {
              look = afterLook(look, event, who);
            } catch {
              expect(look).toBe(before);
              continue;
            }
            if (event !== 'withdraw') expect(before.doneBy).not.toContain(who);
            if (isSettled(look.state)) ends += 1;
          }
          expect(new Set(look.doneBy).size).toBe(look.doneBy.length);
          expect(ends).toBeLessThanOrEqual(1);
          // Nothing leaves on one pair of eyes; a decided disagreement had three people.
          if (isSettled(look.state)) settled += 1;
          if (isSettled(look.state)) expect(look.doneBy.length).toBeGreaterThanOrEqual(2);
          if (look.state === 'decided') decided += 1;
          if (look.state === 'decided') expect(look.doneBy).toHaveLength(3);
        },
      ),
      { numRuns: 3000, seed: 11 },
    );
    // The property says something only if the states are reached.
    expect(settled).toBeGreaterThan(300);
    expect(decided).toBeGreaterThan(100);
  });
});
