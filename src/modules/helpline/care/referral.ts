import { TRANSITION } from '../errors.ts';
import type { CareReferralState } from '../schema.ts';

export const CARE_EVENTS = ['agree', 'refuse', 'pass-on', 'accepted', 'declined'] as const;
export type CareEvent = (typeof CARE_EVENTS)[number];

/**
 * The one table of bringing a child to a service. With the child's consent it begins `agreed`; over the child's no it
 * begins `awaits-second`, and a second person says whether the child's best interests weigh more.
 */
const TABLE: Record<CareReferralState, Partial<Record<CareEvent, CareReferralState>>> = {
  'awaits-second': { agree: 'agreed', refuse: 'refused' },
  refused: {},
  agreed: { 'pass-on': 'passed-on' },
  'passed-on': { accepted: 'accepted', declined: 'declined' },
  accepted: {},
  declined: {},
};

export const firstState = (basis: 'consent' | 'best-interests'): CareReferralState =>
  basis === 'consent' ? 'agreed' : 'awaits-second';

/** The state after `event`. Pure. @throws HELPLINE_TRANSITION when it can't happen there */
export function afterCare(state: CareReferralState, event: CareEvent): CareReferralState {
  const next = TABLE[state][event];
  if (next === undefined) throw TRANSITION({ state, event });
  return next;
}

export const carePossible = (state: CareReferralState, event: CareEvent): boolean => TABLE[state][event] !== undefined;
