import { defineError } from '../../../platform/errors.ts';

export const CASE_UNKNOWN = defineError('casework', 'CASE_UNKNOWN', 404);
export const CASE_TRANSITION = defineError('casework', 'CASE_TRANSITION', 409);
export const CASE_INVALID = defineError('casework', 'CASE_INVALID', 400);

export const CASE_STATES = ['open', 'closed', 'merged'] as const;
export type CaseState = (typeof CASE_STATES)[number];
export const MEMBER_KINDS = ['item', 'report', 'person'] as const;
export type MemberKind = (typeof MEMBER_KINDS)[number];
export const PERSON_ROLES = ['child', 'suspect', 'witness', 'other'] as const;
export type PersonRole = (typeof PERSON_ROLES)[number];

export const CASE_EVENTS = ['add', 'remove', 'merge-in', 'merge-away', 'split', 'close', 'reopen'] as const;
export type CaseEvent = (typeof CASE_EVENTS)[number];

/**
 * The one table of a case's life. Missing means: not allowed. What was merged stays as it was, for ever: whoever thinks
 * that it was wrong splits the other case.
 */
const TRANSITIONS: Record<CaseState, Partial<Record<CaseEvent, CaseState>>> = {
  open: {
    add: 'open',
    remove: 'open',
    'merge-in': 'open',
    'merge-away': 'merged',
    split: 'open',
    close: 'closed',
  },
  closed: { reopen: 'open' },
  merged: {},
};

/** The state after `event`. Pure. @throws CASEWORK_CASE_TRANSITION */
export function afterCase(state: CaseState, event: CaseEvent): CaseState {
  const next = TRANSITIONS[state][event];
  if (!next) throw CASE_TRANSITION({ state, event });
  return next;
}

export const casePossible = (state: CaseState, event: CaseEvent): boolean => TRANSITIONS[state][event] !== undefined;
