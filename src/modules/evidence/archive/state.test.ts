import { describe, expect, it } from 'vitest';
import { afterCapture, CAPTURE_EVENTS, CAPTURE_STATES } from './state.ts';

describe('states of a capture', () => {
  const allowed: Record<string, string> = {
    'requested begun': 'capturing',
    'requested failed': 'failed',
    'capturing begun': 'capturing',
    'capturing sealed': 'sealed',
    'capturing sealed-untimed': 'sealed-untimed',
    'capturing failed': 'failed',
    'sealed-untimed stamped': 'sealed',
  };
  for (const state of CAPTURE_STATES)
    for (const event of CAPTURE_EVENTS)
      it(`${state} ${event}`, () => {
        expect(afterCapture(state, event)).toBe(allowed[`${state} ${event}`]);
      });
});
