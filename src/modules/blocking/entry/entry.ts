import { INVOLVED, TRANSITION } from '../errors.ts';

export const ENTRY_STATES = ['proposed', 'approved', 'released', 'suspended', 'removed', 'rejected'] as const;
export type EntryState = (typeof ENTRY_STATES)[number];
/** Entries that may still be blocked, or are. One target has at most one of them for each legal basis. */
export const OPEN_STATES: readonly EntryState[] = ['proposed', 'approved', 'released', 'suspended'];

export const ENTRY_EVENTS = [
  'approve',
  'withdraw-approval',
  'reject',
  'release',
  'review',
  'suspend',
  'remove',
] as const;
export type EntryEvent = (typeof ENTRY_EVENTS)[number];

/**
 * The one table. Nothing but `release` leads to `released`, and only from `approved`: so whatever was suspended needs
 * both people again.
 */
const TABLE: Record<EntryState, Partial<Record<EntryEvent, EntryState>>> = {
  proposed: { approve: 'approved', reject: 'rejected', remove: 'removed' },
  approved: { release: 'released', 'withdraw-approval': 'proposed', reject: 'rejected', remove: 'removed' },
  released: { review: 'released', suspend: 'suspended', remove: 'removed' },
  suspended: { approve: 'approved', remove: 'removed' },
  removed: {},
  rejected: {},
};

export const possible = (state: EntryState, event: EntryEvent): boolean => TABLE[state][event] !== undefined;

/** The state after `event`. Pure. @throws BLOCKING_TRANSITION when it can't happen there */
export function after(state: EntryState, event: EntryEvent): EntryState {
  const next = TABLE[state][event];
  if (next === undefined) throw TRANSITION({ state, event });
  return next;
}

/** Why an entry left the list, or never came on it. */
export const END_REASONS = [
  'gone',
  'expired',
  'appeal',
  'mistake',
  'review',
  'protected',
  'rejected',
  'judged-anew',
] as const;
export type EndReason = (typeof END_REASONS)[number];
/** What a person may give as the reason of a removal; the others are the machine's or an appeal's. */
export const PERSONS_REASONS = ['gone', 'mistake', 'review'] as const satisfies readonly EndReason[];
export const SUSPEND_REASONS = ['appeal', 'review-overdue', 'doubt'] as const;
export type SuspendReason = (typeof SUSPEND_REASONS)[number];

/** Who had a hand in it so far; null is the machine, or nobody yet. */
export interface People {
  proposedBy: string | null;
  approvedBy: string | null;
  releasedBy: string | null;
  /** Whoever judged an item that stands behind the entry. */
  judges: readonly string[];
  /** Whoever decided anything about it before, also in an earlier round. */
  decided: readonly string[];
}

/**
 * Whose hand must not do it again. Taking something off the list is open to all who may: speed is on the side of whoever
 * is blocked by mistake.
 *
 * - approve: not whoever proposed it;
 * - release: not whoever proposed or approved it, and nobody who judged an item behind it: the second person looks at
 *   the decision with eyes that have no stake in it;
 * - review: not whoever released it;
 * - appeal: nobody of all these.
 */
export function barred(people: People, deed: 'approve' | 'release' | 'review' | 'appeal'): string[] {
  const { proposedBy, approvedBy, releasedBy, judges, decided } = people;
  const of = {
    approve: [proposedBy],
    release: [proposedBy, approvedBy, ...judges],
    review: [releasedBy],
    appeal: [proposedBy, approvedBy, releasedBy, ...judges, ...decided],
  }[deed];
  return [...new Set(of.filter((a) => a !== null))];
}

/** @throws BLOCKING_INVOLVED when `account` had a hand in what it is to judge */
export function requireUninvolved(
  people: People,
  deed: 'approve' | 'release' | 'review' | 'appeal',
  account: string,
): void {
  if (barred(people, deed).includes(account)) throw INVOLVED();
}
