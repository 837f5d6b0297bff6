import type { Db } from '../../platform/db.ts';
import type { Lang } from '../../platform/i18n/index.ts';
import { ACCOUNT_UNKNOWN } from './errors.ts';
import type { OrganisationKind, Role } from './roles.ts';
import { type AccountState, tables } from './schema.ts';

export interface Account {
  id: string;
  name: string;
  email: string;
  lang: Lang;
  roles: readonly Role[];
  state: AccountState;
  organisationId: string;
  organisationName: string;
  /** Codes of provinces and regions; null = the whole country. */
  territory: readonly string[] | null;
  createdAt: Date;
}

export interface Organisation {
  id: string;
  name: string;
  kind: OrganisationKind;
  territory: readonly string[] | null;
}

/** Addresses are compared in one form: trimmed and in lower case. */
export function normalEmail(typed: string): string {
  return typed.trim().toLowerCase();
}

const selectAccounts = (db: Db) =>
  tables(db)
    .selectFrom('identity.account as a')
    .innerJoin('identity.organisation as o', 'o.id', 'a.organisation')
    .select([
      'a.id',
      'a.name',
      'a.email',
      'a.lang',
      'a.roles',
      'a.state',
      'a.organisation as organisationId',
      'o.name as organisationName',
      'o.territory',
      'a.created_at as createdAt',
    ]);

export function findAccount(db: Db, id: string): Promise<Account | undefined> {
  return selectAccounts(db).where('a.id', '=', id).executeTakeFirst();
}

/** Throws IDENTITY_ACCOUNT_UNKNOWN. */
export async function getAccount(db: Db, id: string): Promise<Account> {
  const account = await findAccount(db, id);
  if (!account) throw ACCOUNT_UNKNOWN();
  return account;
}

export function findAccountByEmail(db: Db, email: string): Promise<Account | undefined> {
  return selectAccounts(db).where('a.email', '=', normalEmail(email)).executeTakeFirst();
}

/** Everybody who works here, by organisation and name. Parents are not: an administrator has no list of families. */
export function listAccounts(db: Db): Promise<Account[]> {
  return selectAccounts(db)
    .where('o.kind', '!=', 'families')
    .orderBy('o.name')
    .orderBy('a.name')
    .orderBy('a.id')
    .execute();
}

/** Accounts that work and have one of the roles, by name. */
export function accountsWithRole(db: Db, role: Role): Promise<Account[]> {
  return selectAccounts(db)
    .where('a.state', '=', 'active')
    .where((eb) => eb(eb.val(role), '=', eb.fn.any('a.roles')))
    .orderBy('a.name')
    .orderBy('a.id')
    .execute();
}

/** Names by account id, for histories; ids that are unknown are left out. */
export async function namesOf(db: Db, ids: readonly string[]): Promise<Map<string, string>> {
  if (ids.length === 0) return new Map();
  const rows = await tables(db)
    .selectFrom('identity.account')
    .select(['id', 'name'])
    .where('id', 'in', [...new Set(ids)])
    .execute();
  return new Map(rows.map((row) => [row.id, row.name]));
}

export function listOrganisations(db: Db): Promise<Organisation[]> {
  return tables(db)
    .selectFrom('identity.organisation')
    .select(['id', 'name', 'kind', 'territory'])
    .where('kind', '!=', 'families')
    .orderBy('name')
    .orderBy('id')
    .execute();
}
