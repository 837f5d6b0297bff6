import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addressKey,
  CONTACT_EVENTS,
  CONTACT_STATES,
  CONTACT_TRANSITIONS,
  type ContactEvent,
  type ContactState,
  contactAfter,
  contactMay,
  isBadAddress,
} from './contact-state.ts';

describe('what is known of an address', () => {
  it('becomes verified only by its reader or by one of us', () => {
    for (const state of CONTACT_STATES)
      for (const event of CONTACT_EVENTS)
        if (CONTACT_TRANSITIONS[state][event] === 'verified') expect(['confirmed', 'recorded']).toContain(event);
  });

  it('comes back from "not us" only by a person, whatever happens', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...CONTACT_STATES),
        fc.array(fc.constantFrom(...CONTACT_EVENTS), { maxLength: 30 }),
        (start, events) => {
          let state: ContactState = start;
          for (const event of events) {
            const before = state;
            if (!contactMay(state, event)) {
              expect(() => contactAfter(before, event)).toThrow();
              continue;
            }
            state = contactAfter(state, event);
            if (before === 'wrong') expect(event satisfies ContactEvent).toBe('recorded');
          }
        },
      ),
    );
  });

  it.each([
    ['Can’t send mail - all recipients were rejected: 550 5.1.1 No such mailbox', true],
    ['550 no such user here', true],
    ['553 mailbox name not allowed', true],
    ['550 5.7.1 Relaying denied', false],
    ['554 5.7.1 blocked by policy', false],
    ['451 4.3.0 Mailbox busy', false],
    ['connect ECONNREFUSED 10.0.0.1:5500', false],
  ])('%s: about the mailbox: %s', (words, bad) => {
    expect(isBadAddress(words)).toBe(bad);
  });

  it('is kept once per mailbox and per form', () => {
    expect(addressKey(' Abuse@Host.Example ')).toBe('abuse@host.example');
    expect(addressKey('https://host.example/Form?A=B')).toBe('https://host.example/Form?A=B');
  });
});
