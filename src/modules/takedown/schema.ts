import type { Db } from '../../platform/db.ts';
import type { Lang } from '../../platform/i18n/index.ts';
import type { CategoryId, RungId, StopperId } from '../country/index.ts';
import type { LadderReason, StepKind } from './escalation/ladder.ts';
import type { LetterKind, LetterState } from './letter/letter.ts';
import type { HoldDecision, HoldKind, NoticeState } from './notice/notice.ts';
import type { ContactEvent, ContactState } from './providers/contact-state.ts';
import type { Contact } from './tracing/index.ts';
import type { OriginState } from './tracing/origin-state.ts';
import type { TraceRow } from './tracing/schema.ts';
import type { CheckRow, WatchRow } from './watch/schema.ts';

export * from './tracing/schema.ts';
export * from './watch/schema.ts';

export const PROVIDER_KINDS = ['host', 'platform', 'registrar', 'app-store', 'isp'] as const;
export type ProviderKind = (typeof PROVIDER_KINDS)[number];
export const NOTICE_CHANNELS = ['mail', 'form', 'api'] as const;
export type NoticeChannel = (typeof NOTICE_CHANNELS)[number];
/** `removal`: it is illegal. `terms`: the site's own terms forbid it. */
export type NoticePurpose = 'removal' | 'terms';
/** What whoever a notice went to can do; see {@link Contact}. */
export type Reach = Contact['reach'] | 'upstream' | 'hotline';
export type DisputeDecision = 'upheld' | 'withdrawn';
/** `reminder`: asks again. `contradiction`: "you say removed, we still see it". */
export type NoticeKind = 'ask' | 'reminder' | 'contradiction';
export const DISPUTE_GROUNDS = ['not-illegal-here', 'wrong-address', 'already-removed', 'not-ours', 'other'] as const;
export type DisputeGround = (typeof DISPUTE_GROUNDS)[number];

export type ProviderRow = {
  id: string;
  name: string;
  kind: ProviderKind;
  domains: string[];
  language: Lang;
  channel: NoticeChannel;
  address: string;
  note: string;
  verified_at: Date | null;
  verified_by: string | null;
  changed_at: Date;
  changed_by: string;
  /** `plain`: by agreement, its letters have the exact addresses attached; else they are behind the signed link. */
  attach: 'link' | 'plain';
  /** A further paragraph of its letters, by language. */
  extra: Partial<Record<Lang, string>>;
  data_key: Buffer | null;
  /** What opens its interface, sealed. */
  api_token: Buffer | null;
  /** The one address that token was agreed for; null also for tokens of before, which go nowhere. */
  api_address: string | null;
  /** Autonomous systems it runs; elements of a bigint array come as text. */
  networks: string[];
  countries: string[];
  form_fields: unknown;
  seed: string | null;
};

export const CONTACT_PURPOSES = ['abuse', 'urgent', 'legal', 'technical'] as const;
export type ContactPurpose = (typeof CONTACT_PURPOSES)[number];
export const AGREEMENT_KINDS = ['trusted-flagger', 'memorandum', 'hours', 'other'] as const;
export type AgreementKind = (typeof AGREEMENT_KINDS)[number];
/** What a field of a platform's form is filled with. */
export const FORM_VALUES = ['address', 'reason', 'law', 'request', 'reference', 'link', 'other'] as const;
export interface FormField {
  label: string;
  value: (typeof FORM_VALUES)[number];
}
export const formFieldsOf = (row: Pick<ProviderRow, 'form_fields'>): FormField[] => row.form_fields as FormField[];

export type ContactRow = {
  address: string;
  channel: NoticeChannel;
  state: ContactState;
  changed_at: Date;
  changed_by: string;
  why: ContactEvent | null;
  reason: string | null;
  verified_at: Date | null;
  verified_until: Date | null;
};

export type ProviderContactRow = {
  id: string;
  provider: string;
  purpose: ContactPurpose;
  channel: NoticeChannel;
  address: string;
  languages: Lang[];
  priority: number;
};

export type AgreementRow = {
  id: string;
  provider: string;
  kind: AgreementKind;
  since: string;
  until: string | null;
  note: string;
  added_at: Date;
  added_by: string;
};

export type ContactQuestionRow = {
  id: string;
  address: string;
  provider: string | null;
  language: Lang;
  state: 'queued' | 'sent' | 'refused' | 'confirmed' | 'not-us' | 'no-answer';
  message_id: string;
  asked_at: Date;
  asked_by: string;
  attempts: number;
  next_try_at: Date | null;
  lease_until: Date | null;
  last_error: string | null;
  sent_at: Date | null;
  ended_at: Date | null;
  instead: string | null;
};

export type OriginRequestRow = {
  notice: string;
  item: string;
  proxy: string;
  state: OriginState;
  asked_at: Date;
  ended_at: Date | null;
  ended_by: string | null;
  /** What one of us accepted; only this is traced. */
  place: string | null;
  contact: string | null;
  /** What was named by whoever has the notice's link. */
  said_place: string | null;
  said_contact: string | null;
  decided_at: Date | null;
  decided_by: string | null;
  trace: string | null;
};

export type NoticeRow = {
  id: string;
  item: string;
  round: number;
  state: NoticeState;
  category: CategoryId;
  legal_articles: string[];
  url: string | null;
  host: string | null;
  platform: string | null;
  assessed_at: Date;
  assessed_by: string;
  language: Lang;
  provider_name: string | null;
  contact: string | null;
  channel: NoticeChannel | null;
  source: string | null;
  confidence: number | null;
  trace: string | null;
  message_id: string;
  attempts: number;
  next_try_at: Date | null;
  lease_until: Date | null;
  last_error: string | null;
  created_at: Date;
  created_by: string;
  changed_at: Date;
  sent_at: Date | null;
  answered_at: Date | null;
  removed_at: Date | null;
  dispute_decision: DisputeDecision | null;
  decided_at: Date | null;
  decided_by: string | null;
  data_key: Buffer | null;
  answer: Buffer | null;
  decision_reason: Buffer | null;
  purpose: NoticePurpose;
  /** Id of our own table (UUID) or of the country pack. */
  provider: string | null;
  reach: Reach | null;
  /** Autonomous system and country (ISO 3166-1 alpha-2) that hosted it when it was traced. */
  network: number | null;
  hosted_in: string | null;
  letter: string | null;
  more_time_until: Date | null;
  /** The letter that told the provider that it no longer stands. */
  counter_letter: string | null;
  kind: NoticeKind;
  /** The notice that a reminder or contradiction follows; its page is the one that the link opens. */
  reminder_of: string | null;
  first_sent_at: Date | null;
  seen_at: Date | null;
  /** Confirmed gone, and seen again afterwards. */
  gone_at: Date | null;
  back_at: Date | null;
  /** Seen more than an hour after the provider had said that it is removed. */
  contradicted_at: Date | null;
  /** How often it was addressed to somebody else after it had a contact; a part of its signed link. */
  addressed: number;
};

export type LetterRow = {
  id: string;
  kind: LetterKind;
  state: LetterState;
  contact: string;
  channel: 'mail' | 'api';
  language: Lang;
  purpose: NoticePurpose;
  /** For content that came back. */
  again: boolean;
  urgent: boolean;
  provider: string | null;
  provider_name: string | null;
  /** Takes no more notices. */
  filled: boolean;
  due_at: Date;
  attempts: number;
  lease_until: Date | null;
  last_error: string | null;
  message_id: string;
  /** Fixed at the first try; only shrinks. */
  notices: string[];
  opened_at: Date;
  tried_at: Date | null;
  changed_at: Date;
  sent_at: Date | null;
};

export type LadderRow = {
  item: string;
  round: number;
  step: StepKind;
  reason: LadderReason;
  rung: RungId | null;
  until: Date | null;
  changed_at: Date;
  next_at: Date | null;
  trace: string | null;
  traced_at: Date | null;
  seen_at: Date | null;
  seen_by: string | null;
  owner_cleared: boolean | null;
  cleared_at: Date | null;
  cleared_by: string | null;
  cleared_ground: 'police' | 'supervisor' | null;
};

export type LadderStepRow = {
  id: string;
  item: string;
  round: number;
  key: string;
  at: Date;
  kind: 'ask' | 'remind' | 'contradict' | 'exhausted' | 'confirm' | 'hotline' | 'seen' | 'clearance';
  reason: string;
  rung: RungId | null;
  notice: string | null;
  actor: string;
};

export type DisputeRow = {
  id: string;
  notice: string;
  item: string;
  ground: DisputeGround;
  language: Lang;
  opened_at: Date;
  due_at: Date;
  alarmed_at: Date | null;
  decision: DisputeDecision | 'dropped' | null;
  decided_at: Date | null;
  decided_by: string | null;
  answered_by: string | null;
  words: Buffer | null;
  named: Buffer | null;
  reason: Buffer | null;
  told_at: Date | null;
};

export type MoreTimeRow = { id: string; notice: string; at: Date; until: Date; why: Buffer | null };

export type HotlineRow = {
  item: string;
  wanted: boolean;
  body: string | null;
  country: string | null;
  referral: string | null;
  at: Date | null;
};

export type StopperRow = {
  item: string;
  round: number;
  reason: StopperId;
  state: 'suggested' | 'confirmed' | 'dismissed';
  since: Date;
  by: string | null;
  at: Date;
};

export type HoldRow = {
  notice: string;
  kind: HoldKind;
  opened_at: Date;
  preservation_at: Date | null;
  preservation_by: string | null;
  decision: HoldDecision | null;
  decided_at: Date | null;
  decided_by: string | null;
};

/** What the referral module told us: the referral's state where a notice waits for the police. */
export type PoliceReferralRow = {
  referral: string;
  item: string;
  code: string;
  /** An id of the country pack. */
  body: string;
  state: string;
  hold: boolean;
  hold_until: Date | null;
  sent_at: Date;
  may_proceed_at: Date | null;
  may_proceed_by: string | null;
};

export type TakedownTables = {
  'takedown.provider': ProviderRow;
  'takedown.contact': ContactRow;
  'takedown.provider_contact': ProviderContactRow;
  'takedown.agreement': AgreementRow;
  'takedown.provider_change': { id: string; provider: string; at: Date; actor: string; what: string; detail: unknown };
  'takedown.provider_comment': { provider: string; body: string; language: Lang; at: Date; entered_by: string };
  'takedown.contact_question': ContactQuestionRow;
  'takedown.provider_rule': {
    singleton: boolean;
    valid_days: number;
    answer_days: number;
    silent_notices: number;
    silent_days: number;
    league_notices: number;
    set_at: Date;
    set_by: string;
  };
  'takedown.network': {
    asn: number;
    name: string;
    upstreams: string[];
    proxy: boolean;
    note: string;
    changed_at: Date;
    changed_by: string;
  };
  'takedown.origin_request': OriginRequestRow;
  'takedown.trace': TraceRow;
  'takedown.notice': NoticeRow;
  'takedown.letter': LetterRow;
  'takedown.hold': HoldRow;
  'takedown.police_referral': PoliceReferralRow;
  'takedown.asked_reporter': { item: string; report: string; at: Date };
  'takedown.ladder': LadderRow;
  'takedown.ladder_step': LadderStepRow;
  'takedown.dispute': DisputeRow;
  'takedown.more_time': MoreTimeRow;
  'takedown.hotline': HotlineRow;
  'takedown.stopper': StopperRow;
  'takedown.watch': WatchRow;
  'takedown.check': CheckRow;
  'takedown.withdrawal': { item: string; round: number; by: WithdrawnBy; at: Date };
  'takedown.reporter_word': ReporterWordRow;
  'takedown.closing_rule': {
    singleton: boolean;
    min_checks: number;
    min_span_ms: number;
    min_vantages: number;
    set_at: Date;
    set_by: string;
  };
};

export const WITHDRAWN_BY = ['machine', 'person', 'platform-word', 'reporter-word'] as const;
/**
 * What says that content is gone: `machine` the closing rule · `person` somebody judged what a look brought back ·
 * `platform-word`, `reporter-word` somebody confirmed what we can't look at ourselves, on another's word.
 */
export type WithdrawnBy = (typeof WITHDRAWN_BY)[number];

export type ReporterWordRow = {
  item: string;
  report: string;
  asked_at: Date;
  asked_by: string;
  answer: 'gone' | 'there' | null;
  answered_at: Date | null;
};

export const tables = (tx: Db) => tx.withTables<TakedownTables>();
