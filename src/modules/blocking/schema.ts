import type { TsigAlgorithm } from '../../../packages/rpz/index.ts';
import type { Db } from '../../platform/db.ts';
import type { Lang } from '../../platform/i18n/index.ts';
import type { AppealDecision, AppealState, AppealVia, AppealWho } from './appeal/appeal.ts';
import type { EndReason, EntryState, SuspendReason } from './entry/entry.ts';
import type { Basis } from './entry/refusal.ts';
import type { TargetKind } from './entry/target.ts';
import type { ZoneReport } from './zones/report.ts';

/** Where a proposal came from: everybody was asked in vain, it came back, a person with an item, a court. */
export const SOURCES = ['ladder', 'reappeared', 'item', 'order'] as const;
export type Source = (typeof SOURCES)[number];

export type EntryRow = {
  id: string;
  kind: TargetKind;
  target: string | null;
  name: string | null;
  basis: Basis;
  state: EntryState;
  source: Source;
  item: string | null;
  dedicated: boolean;
  listed: number;
  others: number;
  refused: string[];
  commitment: Buffer;
  data_key: Buffer | null;
  nonce: Buffer | null;
  grounds: Buffer | null;
  court: Buffer | null;
  expires_at: Date | null;
  proposed_by: string | null;
  proposed_at: Date;
  approved_by: string | null;
  approved_at: Date | null;
  released_by: string | null;
  released_at: Date | null;
  review_at: Date | null;
  review_alarmed_at: Date | null;
  suspend_reason: SuspendReason | null;
  ended_at: Date | null;
  end_reason: EndReason | null;
  earlier: string | null;
  changed_at: Date;
};

export type DecisionRow = {
  id: string;
  entry: string;
  at: Date;
  /** `account:<uuid>` or `system`. */
  actor: string;
  what: string;
  detail: string | null;
  reason: Buffer | null;
};

export type FeedOp = 'add' | 'remove';
export type FeedRow = { serial: number; entry: string; op: FeedOp; kind: TargetKind; basis: Basis; at: Date };

export type LogLineRow = {
  line: number;
  audit: string;
  /** null for a decided appeal, whose line is about no entry. */
  entry: string | null;
  decision: string;
  basis: Basis | 'none';
  why: string | null;
  at: Date;
  commitment: Buffer;
  previous: Buffer;
  hash: Buffer;
};

export type AppealRow = {
  id: string;
  via: AppealVia;
  proven: boolean;
  proven_by: string | null;
  state: AppealState;
  lang: Lang;
  data_key: Buffer | null;
  address: Buffer | null;
  who: AppealWho;
  words: Buffer | null;
  contact: Buffer | null;
  proof: Buffer | null;
  created_at: Date;
  due_at: Date;
  alarmed_at: Date | null;
  decision: AppealDecision | null;
  decided_by: string | null;
  decided_at: Date | null;
  reason: Buffer | null;
};

export const KEY_STATES = ['created', 'active', 'retired'] as const;
export type KeyState = (typeof KEY_STATES)[number];

export type PartnerRow = {
  id: string;
  organisation: string;
  name: string;
  contract: string;
  from_at: Date;
  until_at: Date | null;
  bases: Basis[];
  addresses: string[];
  /** `address` or `address port`. */
  notify: string[];
  tls_only: boolean;
  created_at: Date;
  changed_at: Date;
};

export type PartnerKeyRow = {
  id: string;
  partner: string;
  name: string;
  algorithm: TsigAlgorithm;
  state: KeyState;
  data_key: Buffer | null;
  secret: Buffer | null;
  created_at: Date;
  activated_at: Date | null;
  retired_at: Date | null;
};
/** Which organisation has which file at which serial. */
export type FeedFetchRow = { organisation: string; feed: string; serial: number; first_at: Date; at: Date };

export type BlockingTables = {
  'blocking.entry': EntryRow;
  'blocking.entry_item': { entry: string; item: string };
  'blocking.decision': DecisionRow;
  'blocking.feed_head': { singleton: boolean; serial: number };
  'blocking.feed_entry': FeedRow;
  'blocking.log_head': { singleton: boolean; line: number; hash: Buffer };
  'blocking.log_line': LogLineRow;
  'blocking.appeal': AppealRow;
  'blocking.appeal_entry': { appeal: string; entry: string };
  'blocking.partner': PartnerRow;
  'blocking.partner_key': PartnerKeyRow;
  'blocking.partner_head': { singleton: boolean; version: number };
  'blocking.rebase_request': { singleton: boolean; number: number; asked_at: Date | null };
  'blocking.zone_state': { singleton: boolean; seen_at: Date; changed_at: Date; state: ZoneReport };
  'blocking.feed_fetch': FeedFetchRow;
};

export const tables = (tx: Db) => tx.withTables<BlockingTables>();
