import type { Db } from '../../../platform/db.ts';
import type { CaptureState } from './state.ts';

export type CaptureRow = {
  id: string;
  item: string;
  state: CaptureState;
  url: string;
  masked: boolean;
  requested_by: string;
  requested_at: Date;
  begun_at: Date | null;
  reason: string | null;
  facts: unknown;
  seq: number | null;
  previous: Buffer | null;
  manifest_sha256: Buffer | null;
  signature: Buffer | null;
  sealed_at: Date | null;
  package_sha256: Buffer | null;
  package_bytes: number | null;
  sealed_to: string[] | null;
  deposit_sha256: Buffer | null;
  deposit_bytes: number | null;
  stamp: Buffer | null;
  stamped_at: Date | null;
  stamp_error: string | null;
  next_stamp_at: Date | null;
  /** The package was destroyed by the retention rules. */
  purged_at: Date | null;
};

export type KeyRow = {
  id: string;
  account: string;
  label: string;
  recipient: string;
  wrapped: string | null;
  created_at: Date;
  removed_at: Date | null;
};

/** What happened to a capture or a key; each is a row of its custody and an audit entry. */
export const CUSTODY_DEEDS = [
  'requested',
  'captured',
  'sealed',
  'stamped',
  'failed',
  'opened',
  'looked',
  'downloaded',
  'stamp-downloaded',
  'deposit-downloaded',
  'key-made',
  'key-added',
  'key-removed',
] as const;
export type CustodyDeed = (typeof CUSTODY_DEEDS)[number];

export type CustodyRow = {
  id: string;
  capture: string | null;
  key: string | null;
  at: Date;
  actor: string;
  what: CustodyDeed;
  detail: unknown;
};

type EvidenceTables = {
  'evidence.capture': CaptureRow;
  'evidence.key': KeyRow;
  'evidence.custody': CustodyRow;
};

export const tables = (db: Db) => db.withTables<EvidenceTables>();
