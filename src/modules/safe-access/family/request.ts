import { REQUEST_STATE } from '../errors.ts';

export const REQUEST_STATES = ['asked', 'granted-for-a-time', 'granted-for-good', 'refused', 'expired'] as const;
export type RequestState = (typeof REQUEST_STATES)[number];
export const REQUEST_EVENTS = ['grant-for-a-time', 'grant-for-good', 'refuse', 'expire'] as const;
export type RequestEvent = (typeof REQUEST_EVENTS)[number];

/** What a parent says with a no: never an empty one. */
export const REFUSAL_REASONS = [
  'not-for-your-age',
  'after-homework',
  'let-us-talk',
  'another-site',
  'not-now',
] as const;
export type RefusalReason = (typeof REFUSAL_REASONS)[number];

/**
 * The one table. A parent may change an answer: a refusal can become a yes, and what is open for a time can be opened for
 * good. What ran out without an answer can be asked again, as a new request.
 */
const TABLE: Record<RequestState, Partial<Record<RequestEvent, RequestState>>> = {
  asked: {
    'grant-for-a-time': 'granted-for-a-time',
    'grant-for-good': 'granted-for-good',
    refuse: 'refused',
    expire: 'expired',
  },
  'granted-for-a-time': { 'grant-for-good': 'granted-for-good' },
  'granted-for-good': {},
  refused: { 'grant-for-a-time': 'granted-for-a-time', 'grant-for-good': 'granted-for-good' },
  expired: {},
};

/** The state after `event`. Pure. @throws SAFE_ACCESS_REQUEST_STATE when it can't happen there */
export function after(state: RequestState, event: RequestEvent): RequestState {
  const next = TABLE[state][event];
  if (next === undefined) throw REQUEST_STATE({ state });
  return next;
}
