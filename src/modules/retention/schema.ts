import type { Db } from '../../platform/db.ts';
import type { RetentionRuleId } from '../country/index.ts';
import type { HoldKind, HoldState } from './hold.ts';

/** What a hold or a deletion is about: `<schema>.<table>` and the id in it. */
export interface Subject {
  type: string;
  id: string;
}

export type HoldRow = {
  id: string;
  subject_type: string;
  subject: string;
  kind: HoldKind;
  authority: string;
  reference: string;
  state: HoldState;
  until: Date | null;
  opened_at: Date;
  opened_by: string;
  ended_at: Date | null;
  ended_by: string | null;
  data_key: Buffer | null;
  reason: Buffer | null;
  end_reason: Buffer | null;
};

export type PurgeRow = {
  id: string;
  rule: RetentionRuleId;
  record_type: string;
  record: string;
  /** Months that the rule said that day. */
  months: number;
  /** SHA-256 of each wrapped data key that was destroyed, in hex. */
  key_digests: string[];
  at: Date;
};

export type RetentionTables = { 'retention.hold': HoldRow; 'retention.purge': PurgeRow };
export const tables = (tx: Db) => tx.withTables<RetentionTables>();
