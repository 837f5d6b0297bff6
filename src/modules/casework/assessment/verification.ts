import { defineError } from '../../../platform/errors.ts';

export const VERIFICATION_STATES = ['proposed', 'verified', 'disagreed', 'decided', 'withdrawn'] as const;
export type VerificationState = (typeof VERIFICATION_STATES)[number];
/** `four-eyes`: nothing leaves before it; `sample`: drawn by chance after the decision took effect; `same-content`: a hash. */
export const VERIFICATION_KINDS = ['four-eyes', 'sample', 'same-content'] as const;
export type VerificationKind = (typeof VERIFICATION_KINDS)[number];

export const VERIFICATION_UNKNOWN = defineError('casework', 'VERIFICATION_UNKNOWN', 404);
export const VERIFICATION_DONE = defineError('casework', 'VERIFICATION_DONE', 409);
export const VERIFICATION_OWN = defineError('casework', 'VERIFICATION_OWN', 403);
export const VERIFICATION_BLIND = defineError('casework', 'VERIFICATION_BLIND', 409);
export const ASSESSMENT_PROPOSED = defineError('casework', 'ASSESSMENT_PROPOSED', 409);
export const ASSESSMENT_DISPUTED = defineError('casework', 'ASSESSMENT_DISPUTED', 409);

/** What can happen to a second look. `withdraw`: the item was judged anew before anybody took the second look. */
export const VERIFICATION_EVENTS = ['agree', 'disagree', 'decide', 'withdraw'] as const;
export type VerificationEvent = (typeof VERIFICATION_EVENTS)[number];

/** The one table. Missing means: not allowed there. A disagreement ends by a third person only. */
const TRANSITIONS: Record<VerificationState, Partial<Record<VerificationEvent, VerificationState>>> = {
  proposed: { agree: 'verified', disagree: 'disagreed', withdraw: 'withdrawn' },
  verified: {},
  disagreed: { decide: 'decided' },
  decided: {},
  withdrawn: {},
};

export interface Look {
  state: VerificationState;
  /** Who judged so far: the first person, then the second, then the one who decided between them. */
  doneBy: readonly string[];
}

/**
 * The second look after `event` by `account`. Pure.
 * @throws CASEWORK_VERIFICATION_DONE when it can't happen there; CASEWORK_VERIFICATION_OWN when that person judged it already
 */
export function afterLook(look: Look, event: VerificationEvent, account: string): Look {
  const state = TRANSITIONS[look.state][event];
  if (!state) throw VERIFICATION_DONE({ state: look.state, event });
  // Whoever judged the item anew may withdraw what they proposed themselves; to judge it a second time is another thing.
  if (event === 'withdraw') return { ...look, state };
  if (look.doneBy.includes(account)) throw VERIFICATION_OWN();
  return { state, doneBy: [...look.doneBy, account] };
}

export const lookPossible = (state: VerificationState, event: VerificationEvent): boolean =>
  TRANSITIONS[state][event] !== undefined;

/** Whether what was proposed may now leave the house. */
export const isSettled = (state: VerificationState): boolean => state === 'verified' || state === 'decided';
