import type { Generated } from 'kysely';
import type { Db } from '../../platform/db.ts';
import type { Lang } from '../../platform/i18n/index.ts';
import type { ApiScope, Assurance, Factor } from './actor.ts';
import type { OrganisationKind, Role } from './roles.ts';

export type AccountState = 'invited' | 'active' | 'suspended';
export type LinkPurpose = 'administrator' | 'invitation' | 'demo' | 'rescue';

export type IdentityTables = {
  'identity.organisation': {
    id: string;
    name: string;
    kind: OrganisationKind;
    territory: string[] | null;
    created_at: Date;
  };
  'identity.account': {
    id: string;
    organisation: string;
    name: string;
    email: string;
    lang: Lang;
    roles: Role[];
    state: AccountState;
    created_at: Date;
  };
  'identity.passkey': {
    id: string;
    account: string;
    public_key: Buffer;
    counter: number;
    transports: string[];
    device_name: string;
    created_at: Date;
    last_used_at: Date | null;
  };
  'identity.password': { account: string; hash: string; changed_at: Date };
  'identity.totp': {
    account: string;
    pending: boolean;
    data_key: Buffer;
    secret: Buffer;
    created_at: Date;
    last_step: number;
  };
  'identity.recovery_code': { account: string; hash: string; used_at: Date | null };
  'identity.session': {
    token_hash: Buffer;
    id: string;
    account: string;
    assurance: Assurance;
    factors: Factor[];
    created_at: Date;
    last_seen_at: Date;
    expires_at: Date;
    idle_seconds: number;
  };
  'identity.challenge': { hash: Buffer; purpose: 'register' | 'sign-in'; session: string | null; expires_at: Date };
  'identity.spent_challenge': { hash: Buffer; expires_at: Date };
  'identity.setup_link': {
    token_hash: Buffer;
    id: string;
    purpose: LinkPurpose;
    account: string | null;
    created_at: Date;
    expires_at: Date;
    used_at: Date | null;
  };
  'identity.mail_link': {
    id: string;
    data_key: Buffer;
    email: Buffer;
    lang: Lang;
    counted: string;
    browser_hash: Buffer;
    code_tries: Generated<number>;
    created_at: Date;
    expires_at: Date;
    used_at: Date | null;
  };
  'identity.api_key': {
    id: string;
    organisation: string;
    name: string;
    prefix: string;
    hash: Buffer;
    scopes: ApiScope[];
    rate_per_minute: number;
    created_at: Date;
    last_used_at: Date | null;
    revoked_at: Date | null;
  };
  'identity.oncall_shift': { id: string; account: string; position: number; starts_at: Date; ends_at: Date };
};

export const tables = (db: Db) => db.withTables<IdentityTables>();
