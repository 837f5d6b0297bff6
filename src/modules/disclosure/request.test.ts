import { describe, expect, it } from 'vitest';
import { after, EVENTS, openAt, possible, STATES } from './request.ts';

describe('a request for an identity', () => {
  it('is exactly this table', () => {
    const seen = STATES.flatMap((s) => EVENTS.filter((e) => possible(s, e)).map((e) => `${s} -${e}-> ${after(s, e)}`));
    expect(seen).toEqual([
      'asked -approve-> approved',
      'asked -refuse-> refused',
      'asked -withdraw-> withdrawn',
      'approved -withdraw-> withdrawn',
      'approved -revoke-> revoked',
    ]);
    expect(() => after('refused', 'approve')).toThrow('DISCLOSURE_TRANSITION');
  });

  it('opens only what is approved, and only in its time', () => {
    const end = new Date(1000);
    for (const state of STATES) expect(openAt({ state, expires_at: end }, new Date(999))).toBe(state === 'approved');
    expect(openAt({ state: 'approved', expires_at: end }, end)).toBe(false);
    expect(openAt({ state: 'approved', expires_at: null }, end)).toBe(false);
  });
});
