import type { Lang } from '../../platform/i18n/index.ts';
import type { CategoryId } from '../country/index.ts';
import type { MarkKind } from './marks.ts';

export const CHANNELS = ['web', 'api', 'operator', 'mail'] as const;
export type Channel = (typeof CHANNELS)[number];
export const REPORTERS = ['child', 'parent', 'professional', 'witness', 'company'] as const;
/** `unknown`: nobody asked, as of a mail. No form offers it. */
export type Reporter = (typeof REPORTERS)[number] | 'unknown';
export const VISIBILITIES = ['reporter-only', 'few', 'many', 'public', 'unknown'] as const;
export type Visibility = (typeof VISIBILITIES)[number];
/** Age of the child it is about; a band, never a birth date. */
export const AGE_BANDS = ['0-5', '6-8', '9-11', '12-14', '15-17', 'adult', 'unknown'] as const;
export type AgeBand = (typeof AGE_BANDS)[number];
export const OCCURRED = ['now', 'today', 'week', 'month', 'older', 'unknown'] as const;
export type Occurred = (typeof OCCURRED)[number] | 'exact';
export const PROGRESS_STEPS = [
  'received',
  'read',
  'asked-reporter',
  'referred',
  'referral-accepted',
  'referral-answered',
  'asked-site',
  'site-answered',
  'gone',
  'back',
  'harmful',
  'not-actionable',
  'not-substantiated',
  'closed',
] as const;
export type ProgressStep = (typeof PROGRESS_STEPS)[number];
export type DraftState = 'open' | 'sent' | 'unfinished';

export interface ReportRow {
  id: string;
  submission_key: string | null;
  body_hash: Buffer | null;
  receipt_hash: Buffer;
  channel: Channel;
  language: Lang;
  reporter: Reporter;
  category: CategoryId;
  danger_declared: boolean;
  danger_kinds: string[];
  visibility: Visibility;
  age_band: AgeBand;
  occurred: Occurred;
  occurred_at: Date | null;
  organisation: string | null;
  filed_by: string | null;
  data_key: Buffer | null;
  narrative: Buffer | null;
  contact: Buffer | null;
  whereabouts: Buffer | null;
  audit_entry: string;
  received_at: Date;
  contact_deleted_at: Date | null;
  /** When its words were destroyed by the retention rules. */
  purged_at: Date | null;
}

/** `trying`: reading it failed and is tried again. `known`: the same mail had come before. `set-aside`: no person wrote it. */
export type MailState = 'trying' | 'report' | 'known' | 'set-aside' | 'refused';
export type MailboxTrouble = 'connect' | 'tls' | 'login' | 'folder' | 'move' | 'server';

export interface MailTakenRow {
  id: string;
  mailbox: string;
  uid_validity: number;
  uid: number;
  state: MailState;
  /** Why it was set aside or could not be read. */
  reason: string | null;
  report: string | null;
  content_key: Buffer | null;
  attempts: number;
  attachments: number;
  attachment_types: string[];
  shortened: boolean;
  forwarded: boolean;
  at: Date;
  settled_at: Date | null;
  seen_at: Date | null;
  answer: 'none' | 'due' | 'sent' | 'failed';
  answer_attempts: number;
  answer_next_at: Date | null;
  answered_at: Date | null;
  answer_error: string | null;
}

export type ReportingTables = {
  'reporting.mail_box': {
    id: string;
    uid_validity: number | null;
    last_round_at: Date | null;
    last_error: MailboxTrouble | null;
    last_error_detail: string | null;
    last_error_at: Date | null;
    failures: number;
    next_round_at: Date | null;
  };
  'reporting.mail_taken': MailTakenRow;
  'reporting.mail_sender': { sender: Buffer; answered_at: Date };
  'reporting.report': ReportRow;
  'reporting.report_link': { report: string; ordinal: number; url: string; url_key: string; original: string };
  'reporting.report_account': { report: string; ordinal: number; platform: string; name: Buffer; name_index: Buffer };
  'reporting.report_mark': { report: string; kind: MarkKind; mark: Buffer };
  'reporting.progress': { id: string; report: string; step: ProgressStep; at: Date };
  'reporting.still_there_item': {
    id: string;
    report: string;
    item: string;
    link: number | null;
    account: number | null;
    asked_at: Date;
    answer: 'gone' | 'there' | null;
    answered_at: Date | null;
  };
  'reporting.message': {
    id: string;
    report: string;
    author: 'staff' | 'reporter';
    account: string | null;
    body: Buffer;
    at: Date;
    read_at: Date | null;
  };
  'reporting.draft': {
    id: string;
    token_hash: Buffer;
    language: Lang;
    state: DraftState;
    /** jsonb; written as JSON text. */
    answers: unknown;
    data_key: Buffer | null;
    sealed: Buffer | null;
    danger: boolean;
    created_at: Date;
    touched_at: Date;
  };
  'reporting.danger_page': {
    id: string;
    /** `crisis`: somebody who answers asks a supervisor to come in; its subject is what they go through. */
    subject_kind: 'report' | 'draft' | 'message' | 'crisis';
    subject: string;
    report: string | null;
    kinds: string[];
    category: CategoryId | null;
    declared: boolean;
    state: 'waiting' | 'acknowledged';
    step: number;
    next_step_at: Date;
    raised_at: Date;
    acknowledged_at: Date | null;
    acknowledged_by: string | null;
  };
  'reporting.page_delivery': {
    id: string;
    page: string;
    step: number;
    channel: 'mail' | 'webhook';
    target: string;
    /** `gathered`: goes out with others in a digest. `dropped`: somebody took the danger before its turn came. */
    state: 'due' | 'gathered' | 'sent' | 'failed' | 'dropped';
    attempts: number;
    next_try_at: Date;
    sent_at: Date | null;
    last_error: string | null;
    /** Null in rows of before there were digests. */
    planned_at: Date | null;
    digest: string | null;
  };
  'reporting.page_digest': {
    id: string;
    channel: 'mail' | 'webhook';
    target: string;
    state: 'due' | 'sent' | 'failed' | 'dropped';
    attempts: number;
    next_try_at: Date;
    made_at: Date;
    sent_at: Date | null;
    last_error: string | null;
  };
};
