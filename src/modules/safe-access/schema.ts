import type { ColumnType, Generated, Selectable } from 'kysely';
import type { Db } from '../../platform/db.ts';
import type { Lang } from '../../platform/i18n/index.ts';
import type { DeviceKind, PactView, Revision } from './api.ts';
import type { RefusalReason, RequestState } from './family/request.ts';
import type { Category, Rules } from './profile/rules.ts';

type Json<T> = ColumnType<T, string, string>;

type ProfileTable = {
  id: string;
  family: string | null;
  school: string | null;
  data_key: Buffer | null;
  label: Buffer | null;
  lang: Lang;
  rules: Json<Rules>;
  revision: number;
  paused_until: Date | null;
  bonus_until: Date | null;
  bonus_opens: Category[] | null;
  created_at: Date;
  changed_at: Date;
  removed_at: Date | null;
  changed_xid: Generated<string>;
};
export type ProfileRow = Selectable<ProfileTable>;
export type RequestRow = {
  id: string;
  profile: string;
  name: Buffer;
  name_index: Buffer;
  state: RequestState;
  reason: RefusalReason | null;
  until: Date | null;
  asked_at: Date;
  expires_at: Date;
  answered_at: Date | null;
  answered_by: string | null;
  ended_at: Date | null;
};
export type PactRow = {
  id: string;
  profile: string;
  version: number;
  terms: Buffer;
  state: PactView['state'];
  parent_agreed_at: Date | null;
  child_agreed_at: Date | null;
  created_at: Date;
};
export type ContestRow = {
  id: string;
  name: string;
  category: Category;
  times: number;
  state: 'open' | 'taken-off' | 'kept';
  first_at: Date;
  decided_at: Date | null;
  decided_by: string | null;
};

/** Days come as text (YYYY-MM-DD) where a query says so: the driver would make an instant of them. */
export type SafeAccessTables = {
  'safe_access.family': { id: string; created_at: Date; active_on: ColumnType<Date, string, string> };
  'safe_access.family_parent': { family: string; account: string; added_at: Date };
  'safe_access.family_invitation': {
    token_hash: Buffer;
    family: string;
    created_by: string;
    created_at: Date;
    expires_at: Date;
    used_at: Date | null;
  };
  'safe_access.profile': ProfileTable;
  'safe_access.profile_revision': {
    profile: string;
    revision: number;
    rules: Json<Rules>;
    at: Date;
    cause: Revision['cause'];
  };
  'safe_access.profile_opened': { id: string; profile: string; name: Buffer; until: Date };
  'safe_access.device': {
    id: string;
    profile: string;
    kind: DeviceKind;
    label: Buffer;
    created_at: Date;
    seen_on: ColumnType<Date | null, string | null, string | null>;
  };
  'safe_access.school_network': { network: string; school: string; added_at: Date };
  'safe_access.network': { network: string; profile: string; added_at: Date };
  'safe_access.child_link': { profile: string; token_hash: Buffer; created_at: Date };
  'safe_access.pact': PactRow;
  'safe_access.request': RequestRow;
  'safe_access.contest': ContestRow;
};

export const tables = (db: Db) => db.withTables<SafeAccessTables>();
