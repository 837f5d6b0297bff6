import { REVIEW_NEEDED, TRANSITION } from './errors.ts';

export const REFERRAL_STATES = [
  'draft',
  /** Counsel reads it first. */
  'review',
  /** Counsel has read it. */
  'cleared',
  /** The package is being made. */
  'sealing',
  'sent',
  /** Somebody there has opened it, or said that it came. */
  'received',
  'accepted',
  'declined',
  /** Given back for more. */
  'returned',
  /** The body said what came of it; more may follow. */
  'answered',
  /** The body's last word. */
  'closed',
  'withdrawn',
] as const;
export type ReferralState = (typeof REFERRAL_STATES)[number];

export const REFERRAL_EVENTS = [
  'changed',
  'review-asked',
  'review-passed',
  'review-refused',
  'send',
  'sealed',
  'received',
  'accepted',
  'declined',
  'returned',
  'outcome',
  'last-outcome',
  'withdrawn',
] as const;
export type ReferralEvent = (typeof REFERRAL_EVENTS)[number];

/**
 * The one table of a referral's life. Missing means: not allowed there.
 * A body decides only on what it received, and only what it has not received can be taken back; what it gave back for
 * more is ours again: it is completed and goes once more, or we give up.
 */
export const TRANSITIONS: Readonly<Record<ReferralState, Readonly<Partial<Record<ReferralEvent, ReferralState>>>>> = {
  draft: { changed: 'draft', 'review-asked': 'review', send: 'sealing', withdrawn: 'withdrawn' },
  review: { 'review-passed': 'cleared', 'review-refused': 'draft', withdrawn: 'withdrawn' },
  // What counsel read is not what would go out after a change.
  cleared: { changed: 'draft', send: 'sealing', withdrawn: 'withdrawn' },
  sealing: { sealed: 'sent', withdrawn: 'withdrawn' },
  sent: { received: 'received', withdrawn: 'withdrawn' },
  received: { accepted: 'accepted', declined: 'declined', returned: 'returned' },
  accepted: { returned: 'returned', outcome: 'answered', 'last-outcome': 'closed' },
  // More than was read before: it is a draft again, with the same tracking code.
  returned: { changed: 'draft', withdrawn: 'withdrawn' },
  answered: { outcome: 'answered', 'last-outcome': 'closed' },
  declined: {},
  closed: {},
  withdrawn: {},
};

/**
 * The state after `event`. Pure. `needsReview`: counsel must read it before it goes.
 * @throws REFERRAL_TRANSITION, REFERRAL_REVIEW_NEEDED
 */
export function after(state: ReferralState, event: ReferralEvent, needsReview = false): ReferralState {
  const next = TRANSITIONS[state][event];
  if (next === undefined) throw TRANSITION({ state, event });
  if (event === 'send' && state === 'draft' && needsReview) throw REVIEW_NEEDED();
  return next;
}

export const possible = (state: ReferralState, event: ReferralEvent, needsReview = false): boolean =>
  TRANSITIONS[state][event] !== undefined && !(event === 'send' && state === 'draft' && needsReview);

/** A package is with the body, or was. */
/** States in which what goes is still decided. */
export const EDITABLE: readonly ReferralState[] = ['draft', 'cleared', 'returned'];
/** The same, and while counsel reads. */
export const BEFORE_GOING: readonly ReferralState[] = [...EDITABLE, 'review'];
export const OUT: readonly ReferralState[] = [
  'sent',
  'received',
  'accepted',
  'declined',
  'returned',
  'answered',
  'closed',
];
/** Nothing more is to come. */
export const OVER: readonly ReferralState[] = ['declined', 'closed', 'withdrawn'];
/** The body's move; a reminder goes to the body. In all other open states it is ours. */
export const THEIR_MOVE: readonly ReferralState[] = ['sent', 'received', 'accepted'];

export const URGENCY_LEVELS = ['danger', 'urgent', 'normal'] as const;
export type UrgencyLevel = (typeof URGENCY_LEVELS)[number];
/** A child at risk now is counted by the clock, nights and holidays included. */
export const byTheClock = (level: UrgencyLevel): boolean => level !== 'normal';

interface Times {
  receiptHours: number;
  decisionHours: number;
  outcomeHours: number;
}

/** How long, in milliseconds, may pass in a state before it is late; undefined where nobody owes anything. */
export function allowance(state: ReferralState, times: Times): number | undefined {
  const HOUR = 3_600_000;
  switch (state) {
    // Minutes at most; longer, and something is broken that somebody should see.
    case 'sealing':
      return 0.25 * HOUR;
    case 'sent':
      return times.receiptHours * HOUR;
    case 'review':
    case 'received':
    case 'returned':
      return times.decisionHours * HOUR;
    case 'accepted':
    case 'answered':
      return times.outcomeHours * HOUR;
    default:
      return undefined;
  }
}

/** Pure: whether somebody owes an answer since `due`. */
export const isLate = (row: { state: ReferralState; due_at: Date | null }, now: Date): boolean =>
  row.due_at !== null && row.due_at <= now && !OVER.includes(row.state);
