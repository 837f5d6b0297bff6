import type { Db } from '../../../platform/db.ts';
import type { Category } from '../profile/rules.ts';
import type { Format, ProtectedName, Skipped } from './source.ts';
import type { VersionState } from './version.ts';

export const ORIGINS = ['address', 'upload', 'repository'] as const;
export type Origin = (typeof ORIGINS)[number];

/** Why the last look brought nothing. */
export const FAULTS = [
  'http',
  'refused',
  'dns',
  'network',
  'tls',
  'redirects',
  'too-large',
  'damaged',
  'empty',
  'missing',
] as const;
export type Fault = (typeof FAULTS)[number];

export type ListRow = {
  id: string;
  title: string;
  origin: Origin;
  address: string | null;
  format: Format;
  category: Category | null;
  categories: Record<string, Category>;
  below: boolean;
  licence: string;
  attribution: string;
  enabled: boolean;
  due_at: Date | null;
  looked_at: Date | null;
  etag: string | null;
  modified: string | null;
  fault: Fault | null;
  fault_detail: string | null;
  fault_at: Date | null;
  failures: number;
  created_at: Date;
  changed_at: Date;
};

export type VersionRow = {
  id: string;
  list: string;
  number: number;
  state: VersionState;
  sha256: Buffer;
  bytes: number;
  protection: Buffer;
  taken: number;
  by_category: Partial<Record<Category, number>>;
  skipped: Skipped;
  protected: ProtectedName[];
  fetched_at: Date;
  brought_by: string;
  decided_by: string | null;
  decided_at: Date | null;
};

export type BuildRow = { serial: number; at: Date; rules: number; exceptions_left_out: number; versions: string[] };

export type ListTables = {
  'safe_access.list': ListRow;
  'safe_access.list_version': VersionRow;
  'safe_access.list_build': BuildRow;
};

export const tables = (tx: Db) => tx.withTables<ListTables>();
