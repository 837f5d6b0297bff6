import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isAtSite, ORIGIN_EVENTS, ORIGIN_STATES, originAfter, originMay } from './origin-state.ts';

const OUTSIDE = ['names', 'cannot-say'] as const;

describe('a question for the origin', () => {
  it('is never answered by whoever has the link alone, nor is an answer changed by them', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...OUTSIDE), { maxLength: 10 }), (events) => {
        let state: (typeof ORIGIN_STATES)[number] = 'asked';
        for (const event of events) if (originMay(state, event)) state = originAfter(state, event);
        expect(['asked', 'named', 'refused']).toContain(state);
      }),
    );
    for (const event of OUTSIDE) expect(() => originAfter('answered', event)).toThrow('TAKEDOWN_ORIGIN_ENDED');
  });

  it('is accepted or declined only while something waits; we may type in or correct at any time', () => {
    for (const state of ORIGIN_STATES) {
      expect(originMay(state, 'accepted')).toBe(state === 'named');
      expect(originMay(state, 'declined')).toBe(state === 'named');
      expect(originAfter(state, 'typed')).toBe('answered');
    }
    expect(ORIGIN_EVENTS).toHaveLength(5);
  });

  it.each([
    ['abuse@photos.example', 'photos.example', true],
    ['me@mail.photos.example', 'photos.example', true],
    ['abuse@Sample-Host.example', 'photos.sample-host.example', true],
    ['abuse@other-host.example', 'photos.example', false],
    ['abuse@notphotos.example', 'photos.example', false],
    [null, 'photos.example', false],
    ['abuse@photos.example', null, false],
  ])('says that %s is at the site %s: %s', (mailbox, host, at) => {
    expect(isAtSite(mailbox, host)).toBe(at);
  });
});
