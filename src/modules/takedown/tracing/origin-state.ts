import { ORIGIN_ENDED } from '../errors.ts';

export const ORIGIN_STATES = [
  /** The notice to the proxy asked for the host behind it. */
  'asked',
  /** Somebody with the notice's link named one, who may be the proxy's customer: it waits for one of us. */
  'named',
  /** Accepted, or typed in, by one of us: traced, and in the ladder. */
  'answered',
  /** The proxy can't say. */
  'refused',
  /** One of us did not take what was named. */
  'declined',
] as const;
export type OriginState = (typeof ORIGIN_STATES)[number];

/** `names`, `cannot-say`: whoever has the link. `accepted`, `declined`, `typed`: one of us. */
export const ORIGIN_EVENTS = ['names', 'cannot-say', 'accepted', 'declined', 'typed'] as const;
export type OriginEvent = (typeof ORIGIN_EVENTS)[number];

/** The one table of a question for the origin. Nobody outside leads to `answered`; there only we change it. */
export const ORIGIN_TRANSITIONS: Readonly<Record<OriginState, Readonly<Partial<Record<OriginEvent, OriginState>>>>> = {
  asked: { names: 'named', 'cannot-say': 'refused', typed: 'answered' },
  named: { names: 'named', accepted: 'answered', declined: 'declined', typed: 'answered' },
  refused: { names: 'named', typed: 'answered' },
  declined: { names: 'named', typed: 'answered' },
  answered: { typed: 'answered' },
};

export const originMay = (state: OriginState, event: OriginEvent): boolean =>
  ORIGIN_TRANSITIONS[state][event] !== undefined;

/** The state after `event`. Pure. @throws TAKEDOWN_ORIGIN_ENDED when it can't happen there */
export function originAfter(state: OriginState, event: OriginEvent): OriginState {
  const next = ORIGIN_TRANSITIONS[state][event];
  if (next === undefined) throw ORIGIN_ENDED();
  return next;
}

/**
 * Whether a mailbox is at the reported site's own name, or at a name above or below it: whoever runs the site would read
 * who complains, and where. Pure.
 */
export function isAtSite(mailbox: string | null, host: string | null): boolean {
  const domain = mailbox?.split('@').at(-1)?.toLowerCase();
  const site = host?.toLowerCase();
  if (!domain || !site) return false;
  return domain === site || site.endsWith(`.${domain}`) || domain.endsWith(`.${site}`);
}
