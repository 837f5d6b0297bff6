import type { Db } from '../../platform/db.ts';
import type { CategoryId } from '../country/index.ts';
import type { AgeBand } from '../reporting/index.ts';
import type { ConversationState } from './conversation.ts';

export const NOTE_KINDS = ['hand-over', 'call-back'] as const;

export interface ConversationRow {
  /** The report whose mailbox it is. */
  report: string;
  state: ConversationState;
  language: string;
  /** The reporter is a child: texts and letters are for a child. */
  child: boolean;
  age_band: AgeBand;
  category: CategoryId;
  danger: boolean;
  opened_at: Date;
  /** Since when the reporter waits for an answer; null while we wait for them. */
  waiting_since: Date | null;
  /** The reporter's newest message. */
  last_message: string | null;
  first_waited_at: Date | null;
  first_answer_at: Date | null;
  holder: string | null;
  changed_at: Date;
  closed_at: Date | null;
}

export interface NoteRow {
  id: string;
  report: string;
  kind: (typeof NOTE_KINDS)[number];
  author: string;
  /** To whom it was handed over. */
  recipient: string | null;
  data_key: Buffer | null;
  body: Buffer | null;
  at: Date;
}

export interface CrisisRow {
  id: string;
  report: string;
  script: string;
  started_by: string;
  started_at: Date;
  ended_by: string | null;
  ended_at: Date | null;
}

export interface QualityRow {
  id: string;
  report: string;
  message: string;
  answered_by: string;
  reviewed_by: string;
  /** Points of the checklist that are fulfilled. */
  passed: string[];
  failed: string[];
  at: Date;
}

export interface PlanRow {
  id: string;
  report: string;
  state: 'open' | 'closed';
  /** Province and region that the child lives in; null: not known, for national staff only. */
  territory: string[] | null;
  opened_by: string;
  opened_at: Date;
  closed_at: Date | null;
  changed_at: Date;
}

export interface NeedRow {
  id: string;
  plan: string;
  need: string;
  data_key: Buffer | null;
  /** Sealed: who does it, and what. */
  who: Buffer | null;
  due: string | null;
  done_at: Date | null;
  done_by: string | null;
  at: Date;
}

export interface CareReferralRow {
  id: string;
  plan: string;
  service: string;
  basis: 'consent' | 'best-interests';
  state: CareReferralState;
  data_key: Buffer | null;
  /** Sealed: how consent was given, or why it is overridden. */
  reason: Buffer | null;
  proposed_by: string;
  proposed_at: Date;
  decided_by: string | null;
  decided_at: Date | null;
  told_at: Date | null;
  answered_at: Date | null;
}

export const CARE_REFERRAL_STATES = [
  'awaits-second',
  'refused',
  'agreed',
  'passed-on',
  'accepted',
  'declined',
] as const;
export type CareReferralState = (typeof CARE_REFERRAL_STATES)[number];

export type HelplineTables = {
  'helpline.inbox': { report: string; at: Date };
  'helpline.conversation': ConversationRow;
  'helpline.note': NoteRow;
  'helpline.crisis': CrisisRow;
  'helpline.crisis_step': { crisis: string; step: string; account: string; at: Date };
  'helpline.quality': QualityRow;
  'helpline.answer': { message: string; report: string; account: string; at: Date };
  'helpline.care_plan': PlanRow;
  'helpline.care_need': NeedRow;
  'helpline.care_referral': CareReferralRow;
};

export const tables = (db: Db) => db.withTables<HelplineTables>();
