import type { Generated, Selectable } from 'kysely';
import type { CategoryId, ClockStep } from '../country/index.ts';
import type { AgeBand, Visibility } from '../reporting/index.ts';
import type { Route } from './assessment/routes-of.ts';
import type { VerificationKind, VerificationState } from './assessment/verification.ts';
import type { FamilyCategory } from './assessment/vocabularies.ts';
import type { CaseState, MemberKind, PersonRole } from './cases/case.ts';
import type { Reason, UrgencyFacts } from './priority/urgency.ts';

export const ITEM_KINDS = ['url', 'account', 'report'] as const;
export type ItemKind = (typeof ITEM_KINDS)[number];
export const ITEM_STATES = ['waiting', 'proposed', 'illegal', 'asked', 'gone', 'harmful', 'not-actionable'] as const;
export type ItemState = (typeof ITEM_STATES)[number];
/** Items of which somebody still wants something. */
export const OPEN_STATES: readonly ItemState[] = ['waiting', 'proposed', 'illegal', 'asked'];
export const OUTCOMES = ['illegal', 'harmful', 'not-actionable'] as const;
export type Outcome = (typeof OUTCOMES)[number];
export const SEVERITIES = ['extreme', 'severe', 'serious', 'minor', 'none'] as const;
export type Severity = (typeof SEVERITIES)[number];
export const SEXES = ['girl', 'boy', 'both', 'unknown'] as const;
export type Sex = (typeof SEXES)[number];
/** Rank in the queue; lower comes first. */
export const URGENCY_RANK = { danger: 0, urgent: 1, normal: 2, low: 3 } as const;

export type ItemRow = {
  id: string;
  kind: ItemKind;
  key: string;
  url: string | null;
  host: string | null;
  registrable: string | null;
  platform: string | null;
  name_report: string | null;
  name_ordinal: number | null;
  category: CategoryId;
  urgency: number;
  danger: boolean;
  visibility: Visibility;
  state: ItemState;
  reports: number;
  first_reported_at: Date;
  last_reported_at: Date;
  lease_by: string | null;
  lease_until: Date | null;
  assessed_at: Date | null;
  first_notice_at: Date | null;
  gone_at: Date | null;
  changed_at: Date;
  /** What its reports said that makes it urgent; null in rows of before facts were kept. */
  facts: UrgencyFacts | null;
  reasons: Reason[];
  /** What a person set. */
  set_urgency: number | null;
};

export type PriorityChangeRow = {
  id: string;
  item: string;
  account: string;
  from_urgency: number;
  to_urgency: number;
  data_key: Buffer | null;
  reason: Buffer | null;
  at: Date;
};

export type AssessmentTable = {
  id: string;
  item: string;
  account: string;
  outcome: Outcome;
  category: CategoryId;
  severity: Severity;
  age_band: AgeBand;
  sex: Sex;
  legal_articles: string[];
  data_key: Buffer | null;
  note: Buffer | null;
  at: Date;
  /** Version of the questions; null for what was judged before they had versions. */
  schema: Generated<string | null>;
  /** jsonb; written as JSON text. */
  answers: Generated<unknown>;
  in_force: Generated<boolean>;
  in_force_at: Generated<Date | null>;
  verified: Generated<boolean>;
  routes: Generated<Route[]>;
  family: Generated<FamilyCategory | null>;
  same_as: Generated<string | null>;
};

export type AssessmentRow = Selectable<AssessmentTable>;

export type VerificationRow = {
  id: string;
  assessment: string;
  item: string;
  kind: VerificationKind;
  blind: boolean;
  state: VerificationState;
  urgency: number;
  first_account: string;
  first_outcome: Outcome;
  category: CategoryId;
  proposed_at: Date;
  second_account: string | null;
  second_outcome: Outcome | null;
  second: unknown;
  second_at: Date | null;
  decided_by: string | null;
  decided: 'first' | 'second' | null;
  decided_at: Date | null;
  data_key: Buffer | null;
  second_note: Buffer | null;
  decision_note: Buffer | null;
};

export type ClockRow = {
  id: string;
  item: string;
  step: ClockStep;
  state: 'running' | 'met' | 'dropped';
  urgency: number;
  started_at: Date;
  due_at: Date | null;
  ended_at: Date | null;
  breached_at: Date | null;
  alert: string | null;
};

export const EDGE_KINDS = ['media', 'redirect', 'mirror'] as const;
export type EdgeKind = (typeof EDGE_KINDS)[number];

export type CaseRow = {
  id: string;
  data_key: Buffer | null;
  title: Buffer | null;
  state: CaseState;
  merged_into: string | null;
  created_by: string;
  created_at: Date;
  changed_at: Date;
};

export type CaseMemberRow = {
  id: string;
  case: string;
  kind: MemberKind;
  subject: string;
  added_by: string;
  added_at: Date;
  removed_by: string | null;
  removed_at: Date | null;
};

export type BulkRow = {
  id: string;
  data_key: Buffer | null;
  rows_sealed: Buffer | null;
  state: 'checked' | 'running' | 'done' | 'dropped';
  account: string;
  rows: number;
  /** jsonb; written as JSON text. */
  faults: unknown;
  done: number;
  created_at: Date;
  changed_at: Date;
};

export type CaseworkTables = {
  'casework.inbox': { report: string; at: Date };
  'casework.item': ItemRow;
  'casework.item_report': { item: string; report: string; at: Date; read_at: Generated<Date | null> };
  'casework.priority_change': PriorityChangeRow;
  'casework.item_edge': { parent: string; child: string; kind: EdgeKind; added_by: string; at: Date };
  'casework.assessment_applied': { assessment: string; source: string; decision: string };
  'casework.case': CaseRow;
  'casework.case_member': CaseMemberRow;
  'casework.case_person': { id: string; role: PersonRole; data_key: Buffer | null; label: Buffer | null };
  'casework.case_event': { id: string; case: string; at: Date; actor: string; what: string; detail: unknown };
  'casework.bulk': BulkRow;
  'casework.bulk_row': { bulk: string; row: number; outcome: 'made' | 'known' | 'failed'; report: string | null };
  'casework.bulk_key': { key: Buffer; report: string };
  'casework.clock': ClockRow;
  'casework.clock_alert': { id: string; at: Date; breaches: number };
  'casework.assessment': AssessmentTable;
  'casework.assessment_schema': { id: string; body: unknown; first_used_at: Date };
  'casework.verification': VerificationRow;
  'casework.content_hash': { item: string; sha256: Buffer; source: 'evidence' | 'staff'; account: string; at: Date };
  'casework.history': { id: string; item: string; at: Date; actor: string; what: string; detail: unknown };
  'casework.exposure': { account: string; day: string; looks: number; ms: number };
};
