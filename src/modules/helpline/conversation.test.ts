import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { after, type ConversationState, EVENTS, possible, STATES, waitsForUs } from './conversation.ts';

describe('the life of a conversation', () => {
  it('is exactly this table', () => {
    const table = Object.fromEntries(
      STATES.map((s) => [s, Object.fromEntries(EVENTS.filter((e) => possible(s, e)).map((e) => [e, after(s, e)]))]),
    );
    expect(table).toMatchInlineSnapshot(`
      {
        "closed": {
          "answer": "waiting-for-reporter",
          "answer-partly": "waiting-for-us",
          "message": "waiting-for-us",
        },
        "closing": {
          "answer": "waiting-for-reporter",
          "answer-partly": "waiting-for-us",
          "close": "closed",
          "keep-open": "taken",
          "message": "waiting-for-us",
        },
        "new": {
          "answer": "waiting-for-reporter",
          "answer-partly": "waiting-for-us",
          "hand-over": "taken",
          "message": "new",
          "take": "taken",
        },
        "taken": {
          "answer": "waiting-for-reporter",
          "answer-partly": "waiting-for-us",
          "begin-closing": "closing",
          "hand-over": "taken",
          "message": "waiting-for-us",
          "pass-back": "waiting-for-us",
          "take": "taken",
        },
        "waiting-for-reporter": {
          "answer": "waiting-for-reporter",
          "answer-partly": "waiting-for-us",
          "begin-closing": "closing",
          "hand-over": "waiting-for-reporter",
          "message": "waiting-for-us",
          "pass-back": "waiting-for-reporter",
          "take": "waiting-for-reporter",
        },
        "waiting-for-us": {
          "answer": "waiting-for-reporter",
          "answer-partly": "waiting-for-us",
          "begin-closing": "closing",
          "hand-over": "taken",
          "message": "waiting-for-us",
          "pass-back": "waiting-for-us",
          "take": "taken",
        },
      }
    `);
  });

  it('refuses everything else by name', () => {
    expect(() => after('closed', 'close')).toThrow('HELPLINE_TRANSITION');
    expect(() => after('new', 'begin-closing')).toThrow('HELPLINE_TRANSITION');
  });

  it('lets a message in everywhere, and then always waits for us', () => {
    for (const state of STATES) expect(waitsForUs(after(state, 'message'))).toBe(true);
  });

  it('never leaves the reporter waiting unseen: only a full answer or a closing letter ends the waiting', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...EVENTS), { maxLength: 40 }), (events) => {
        let state: ConversationState = 'new';
        // What the reporter wrote and nobody has answered; the machine must not forget it.
        let owed = true;
        for (const event of events) {
          if (!possible(state, event)) continue;
          const next = after(state, event);
          if (event === 'message' || event === 'answer-partly') owed = true;
          // Closing says it: the letter is an answer.
          if (event === 'answer' || event === 'close') owed = false;
          if (owed) expect(waitsForUs(next) || next === 'closing').toBe(true);
          else expect(waitsForUs(next) && event !== 'keep-open' && !waitsForUs(state)).toBe(false);
          if (event === 'keep-open') owed = true;
          state = next;
        }
      }),
    );
  });
});
