import { CONTACT_STATE } from '../errors.ts';

export const CONTACT_STATES = [
  /** Nobody has said that it is the right one. */
  'unverified',
  /** Said so by whoever reads it, or recorded by one of us; for a year. */
  'verified',
  /** The mail server says that there is no such mailbox. */
  'bounced',
  /** Takes what we send and never reacts. */
  'silent',
  /** Whoever reads it says that it is not them. */
  'wrong',
] as const;
export type ContactState = (typeof CONTACT_STATES)[number];

export const CONTACT_EVENTS = [
  /** Its reader says yes, by the signed link. */
  'confirmed',
  /** One of us says so, with a reason. */
  'recorded',
  'expired',
  'bounced',
  'not-us',
  /** Our question was not answered. */
  'no-answer',
  /** Several notices without any reaction. */
  'no-reaction',
  'reacted',
] as const;
export type ContactEvent = (typeof CONTACT_EVENTS)[number];

const ANYTIME = { recorded: 'verified', bounced: 'bounced', 'not-us': 'wrong' } as const;

/** The one table of what is known of an address. After "not us" only a person brings it back. */
export const CONTACT_TRANSITIONS: Readonly<
  Record<ContactState, Readonly<Partial<Record<ContactEvent, ContactState>>>>
> = {
  unverified: { ...ANYTIME, confirmed: 'verified', 'no-answer': 'silent', 'no-reaction': 'silent' },
  verified: { ...ANYTIME, confirmed: 'verified', expired: 'unverified', 'no-reaction': 'silent' },
  bounced: { recorded: 'verified', confirmed: 'verified', 'not-us': 'wrong' },
  silent: { ...ANYTIME, confirmed: 'verified', reacted: 'unverified' },
  wrong: { recorded: 'verified' },
};

export const contactMay = (state: ContactState, event: ContactEvent): boolean =>
  CONTACT_TRANSITIONS[state][event] !== undefined;

/** The state after `event`. Pure. @throws TAKEDOWN_CONTACT_STATE when it can't happen there */
export function contactAfter(state: ContactState, event: ContactEvent): ContactState {
  const next = CONTACT_TRANSITIONS[state][event];
  if (next === undefined) throw CONTACT_STATE({ state });
  return next;
}

/** Nobody is written to there any more until a person says otherwise. */
export const UNUSABLE: readonly ContactState[] = ['wrong', 'bounced'];

/** One form for one address: mail without regard to case (the local part's case is never used in practice). */
export const addressKey = (address: string): string =>
  address.includes('://') ? address.trim() : address.trim().toLowerCase();

/**
 * Whether a mail server's last word is about the mailbox, and not about us: 5.1.x, or 550, 551 or 553 without an
 * enhanced code (RFC 3463); 5.7.x is policy, often towards our own server.
 */
export function isBadAddress(error: string): boolean {
  const enhanced = /\b5\.(\d{1,3})\.\d{1,3}\b/.exec(error);
  return enhanced ? enhanced[1] === '1' : /\b55[013]\b/.test(error);
}
