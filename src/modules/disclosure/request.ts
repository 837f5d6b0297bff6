import { TRANSITION } from './errors.ts';

export const STATES = ['asked', 'approved', 'refused', 'withdrawn', 'revoked'] as const;
export type RequestState = (typeof STATES)[number];
export const EVENTS = ['approve', 'refuse', 'withdraw', 'revoke'] as const;
export type RequestEvent = (typeof EVENTS)[number];

/** The one table of a request to open who reported; missing means: not allowed there. */
const TABLE: Record<RequestState, Partial<Record<RequestEvent, RequestState>>> = {
  asked: { approve: 'approved', refuse: 'refused', withdraw: 'withdrawn' },
  approved: { withdraw: 'withdrawn', revoke: 'revoked' },
  refused: {},
  withdrawn: {},
  revoked: {},
};

/** The state after `event`. Pure. @throws DISCLOSURE_TRANSITION when it can't happen there */
export function after(state: RequestState, event: RequestEvent): RequestState {
  const next = TABLE[state][event];
  if (next === undefined) throw TRANSITION({ state, event });
  return next;
}
export const possible = (state: RequestState, event: RequestEvent): boolean => TABLE[state][event] !== undefined;

/** Whether what was approved may be opened at `now`; the end of its time needs nobody's hand. */
export const openAt = (r: { state: RequestState; expires_at: Date | null }, now: Date): boolean =>
  r.state === 'approved' && r.expires_at !== null && now < r.expires_at;

/** What of a reporter's identity can be asked for. */
export const FIELDS = ['contact', 'call-rules', 'whereabouts'] as const;
export type IdentityField = (typeof FIELDS)[number];
/** For how long a custodian may open it, in hours. */
export const HOURS = [1, 8, 24, 72] as const;
