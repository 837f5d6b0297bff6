import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  isUrgent,
  knowsHours,
  LETTER_EVENTS,
  LETTER_STATES,
  LETTER_TRANSITIONS,
  type LetterRule,
  type LetterState,
  letterAfter,
  waitSeconds,
} from './letter.ts';

const rule: LetterRule = {
  urgent: ['danger', 'urgent'],
  window: 'working-time',
  grouping: { urgent: 0, newContact: 3600, knownContact: 86_400, takenBack: 3600, api: 0, maxNotices: 50 },
};

describe('a letter', () => {
  it('does at each stage what the table says, and nothing else', () => {
    for (const state of LETTER_STATES)
      for (const event of LETTER_EVENTS) {
        const next = LETTER_TRANSITIONS[state][event];
        if (next) expect(letterAfter(state, event)).toBe(next);
        else expect(() => letterAfter(state, event)).toThrow(/LETTER_TRANSITION/);
      }
  });

  it('comes to "sent" only by a try, and stays there', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...LETTER_EVENTS), { maxLength: 30 }), (events) => {
        let state: LetterState = 'gathering';
        let tried = false;
        for (const event of events) {
          const next: LetterState | undefined = LETTER_TRANSITIONS[state][event];
          if (!next) continue;
          if (state === 'sent') expect(next).toBe('sent');
          if (event === 'tried') tried = true;
          state = next;
          // From `closed` it can be proved to have arrived, though nothing was ever tried: guarded by its empty list.
          if (state === 'sent' && !tried) expect(events).toContain('emptied');
        }
      }),
      { seed: 42 },
    );
  });

  it('takes no new try once it is sent', () => {
    expect(() => letterAfter('sent', 'tried')).toThrow();
    expect(() => letterAfter('sent', 'resumed')).toThrow();
    expect(() => letterAfter('closed', 'tried')).toThrow();
  });

  it('waits a day for a contact that knows us, an hour for a new one, not at all for danger or a machine', () => {
    const mail = { kind: 'request', channel: 'mail', urgent: false } as const;
    expect(waitSeconds(mail, true, rule)).toBe(86_400);
    expect(waitSeconds(mail, false, rule)).toBe(3600);
    expect(waitSeconds({ ...mail, urgent: true }, true, rule)).toBe(0);
    expect(waitSeconds({ ...mail, channel: 'api' }, true, rule)).toBe(0);
    expect(waitSeconds({ ...mail, kind: 'taken-back' }, true, rule)).toBe(3600);
  });

  it('keeps to hours only where people read it and nothing is urgent', () => {
    expect(knowsHours({ channel: 'mail', urgent: false }, rule)).toBe(true);
    expect(knowsHours({ channel: 'mail', urgent: true }, rule)).toBe(false);
    expect(knowsHours({ channel: 'api', urgent: false }, rule)).toBe(false);
    expect(knowsHours({ channel: 'mail', urgent: false }, { ...rule, window: 'always' })).toBe(false);
  });

  it('is urgent by the country’s word, or where the police had to release it', () => {
    expect(isUrgent({ urgency: 'danger', policeHold: false }, rule)).toBe(true);
    expect(isUrgent({ urgency: 'low', policeHold: true }, rule)).toBe(true);
    expect(isUrgent({ urgency: 'normal', policeHold: false }, rule)).toBe(false);
  });
});
