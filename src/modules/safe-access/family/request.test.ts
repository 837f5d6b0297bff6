import { describe, expect, it } from 'vitest';
import { after, REQUEST_EVENTS, REQUEST_STATES, type RequestEvent, type RequestState } from './request.ts';

describe('a request', () => {
  /** The whole table as it is meant; what is not in it can't happen. */
  const MEANT: [RequestState, RequestEvent, RequestState][] = [
    ['asked', 'grant-for-a-time', 'granted-for-a-time'],
    ['asked', 'grant-for-good', 'granted-for-good'],
    ['asked', 'refuse', 'refused'],
    ['asked', 'expire', 'expired'],
    ['granted-for-a-time', 'grant-for-good', 'granted-for-good'],
    ['refused', 'grant-for-a-time', 'granted-for-a-time'],
    ['refused', 'grant-for-good', 'granted-for-good'],
  ];

  for (const state of REQUEST_STATES)
    for (const event of REQUEST_EVENTS) {
      const next = MEANT.find(([s, e]) => s === state && e === event)?.[2];
      it(`${state}, ${event}: ${next ?? 'refused'}`, () => {
        if (next) expect(after(state, event)).toBe(next);
        else expect(() => after(state, event)).toThrow('SAFE_ACCESS_REQUEST_STATE');
      });
    }
});
