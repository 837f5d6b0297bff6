import type { Db } from '../../platform/db.ts';
import type { BodyKind, CategoryId } from '../country/index.ts';
import type { ReferralState, UrgencyLevel } from './referral.ts';

export type ReferralRow = {
  id: string;
  code: string;
  state: ReferralState;
  kind: BodyKind;
  body: string;
  /** The body's organisation here when the package went; its accounts see the referral, and nobody else's. */
  organisation: string | null;
  territory: string[] | null;
  item: string;
  danger_page: string | null;
  category: CategoryId;
  urgency: UrgencyLevel;
  /** Touches a child's consent or orientation. */
  sensitive: boolean;
  needs_review: boolean;
  hold: boolean;
  hold_until: Date | null;
  proceed_at: Date | null;
  proceed_by: string | null;
  tell_reporter: boolean;
  with_words: boolean;
  with_accounts: boolean;
  with_place: boolean;
  score: number;
  missing: string[];
  round: number;
  due_at: Date | null;
  next_reminder_at: Date | null;
  reminders: number;
  hold_reminded: boolean;
  reason_code: string | null;
  outcome: string | null;
  created_at: Date;
  created_by: string;
  changed_at: Date;
  sent_at: Date | null;
  received_at: Date | null;
  data_key: Buffer | null;
  urgency_reason: Buffer | null;
  /** What we say to the body in our own words. */
  note: Buffer | null;
  /** Made by the programme; a person completes it before it can go. */
  proposed: boolean;
};

/** Who can open a package: the body's key and the recovery key, or, without a key, this server for a signed-in receiver. */
export type SealedFor = 'keys' | 'session';

export type PackageRow = {
  id: string;
  referral: string;
  round: number;
  sealed_for: SealedFor;
  recipients: string[];
  sha256: string;
  bytes: number;
  pages: boolean;
  made_at: Date;
  data_key: Buffer | null;
  sealed: Buffer | null;
};

/** Why the reporter is not told before a referral goes. */
export const WARNING_REASONS = [
  'danger-now',
  'phone-read',
  'lives-with',
  'would-flee',
  'nobody-there',
  'other',
] as const;
export type WarningReason = (typeof WARNING_REASONS)[number];

export type WarningRow = {
  referral: string;
  decision: 'written' | 'not-safe';
  reason: WarningReason | null;
  /** How many were written to; 0 until it is sent. */
  reports: number;
  data_key: Buffer | null;
  words: Buffer | null;
  account: string;
  at: Date;
};

/** What was said, by whom, in order. */
export type MessageRow = {
  id: string;
  referral: string;
  event: string;
  side: 'sender' | 'body';
  account: string;
  at: Date;
  code: string | null;
  data_key: Buffer | null;
  words: Buffer | null;
};

export type MailKind = 'new' | 'reminder' | 'returned' | 'declined' | 'answered' | 'late' | 'hold-passed';
export type MailRow = {
  id: string;
  referral: string;
  kind: MailKind;
  account: string | null;
  address: string | null;
  state: 'due' | 'sent' | 'failed';
  attempts: number;
  next_try_at: Date;
  sent_at: Date | null;
  last_error: string | null;
};

export type PreservationRow = {
  id: string;
  item: string;
  referral: string | null;
  hold: string;
  asked_of: string;
  reference: string;
  until: Date;
  made_at: Date;
  made_by: string;
  ended_at: Date | null;
  ended_by: string | null;
};

export type ReferralTables = {
  'referral.referral': ReferralRow;
  'referral.package': PackageRow;
  'referral.warning': WarningRow;
  'referral.warned': { referral: string; report: string; told_at: Date | null };
  'referral.message': MessageRow;
  'referral.mail': MailRow;
  'referral.preservation': PreservationRow;
};
export const tables = (tx: Db) => tx.withTables<ReferralTables>();
