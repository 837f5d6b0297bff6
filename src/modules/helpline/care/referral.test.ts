import { describe, expect, it } from 'vitest';
import { CARE_REFERRAL_STATES } from '../schema.ts';
import { afterCare, CARE_EVENTS, carePossible, firstState } from './referral.ts';

describe('bringing a child to a service', () => {
  it('is exactly this table', () => {
    const seen = CARE_REFERRAL_STATES.flatMap((s) =>
      CARE_EVENTS.filter((e) => carePossible(s, e)).map((e) => `${s} -${e}-> ${afterCare(s, e)}`),
    );
    expect(seen).toEqual([
      'awaits-second -agree-> agreed',
      'awaits-second -refuse-> refused',
      'agreed -pass-on-> passed-on',
      'passed-on -accepted-> accepted',
      'passed-on -declined-> declined',
    ]);
  });

  it('passes nothing on over a child’s no before a second person has agreed', () => {
    const state = firstState('best-interests');
    expect(() => afterCare(state, 'pass-on')).toThrow('HELPLINE_TRANSITION');
    expect(afterCare(afterCare(state, 'agree'), 'pass-on')).toBe('passed-on');
    expect(firstState('consent')).toBe('agreed');
  });
});
