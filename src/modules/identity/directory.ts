import { type Db, transaction } from '../../platform/db.ts';
import type { Lang } from '../../platform/i18n/index.ts';
import { uuidv7 } from '../../platform/ids.ts';
import type { Platform } from '../../platform/platform.ts';
import { type Account, findAccountByEmail, getAccount, normalEmail, type Organisation } from './accounts.ts';
import type { Actor, StaffActor } from './actor.ts';
import { audit } from './audit-trail.ts';
import { EMAIL_TAKEN, ORGANISATION_UNKNOWN } from './errors.ts';
import type { Links } from './links.ts';
import { authorize } from './policy.ts';
import { startAnew } from './rescue.ts';
import { needsPasskey, type OrganisationKind, type Role } from './roles.ts';
import { type AccountState, tables } from './schema.ts';
import type { Sessions } from './sessions.ts';

export interface NewAccount {
  name: string;
  email: string;
  lang: Lang;
  roles: readonly Role[];
  organisationId: string;
}

export interface NewOrganisation {
  name: string;
  kind: OrganisationKind;
  territory: readonly string[] | null;
}

/** Where all parents' accounts stand. */
export const FAMILIES = { name: 'Families', kind: 'families' } as const;

/** What administrators do with accounts and organisations. Each change ends the sessions that it affects. */
export function createDirectory(platform: Platform, sessions: Sessions, links: Links) {
  const { clock, random, db } = platform;

  /** Managing somebody who reads reports is handing out access to reports. */
  function authorizeFor(actor: Actor, accountId: string, roles: readonly Role[]): void {
    authorize(actor, 'account.manage', { accountId });
    if (needsPasskey(roles)) authorize(actor, 'account.grant-reading', { accountId });
  }

  async function insertOrganisation(tx: Db, by: Actor | 'system', given: NewOrganisation): Promise<Organisation> {
    const organisation = { id: uuidv7(clock, random), ...given, name: given.name.trim() };
    const territory = given.territory === null ? null : [...given.territory];
    await tables(tx)
      .insertInto('identity.organisation')
      .values({ ...organisation, territory, created_at: clock.now() })
      .execute();
    await audit(platform, tx, by, 'organisation.created', `organisation:${organisation.id}`, {
      kind: given.kind,
      territory,
    });
    return organisation;
  }

  /** Throws IDENTITY_EMAIL_TAKEN, IDENTITY_ORGANISATION_UNKNOWN. */
  async function insertAccount(
    tx: Db,
    by: Actor | 'system',
    id: string,
    given: NewAccount,
    state: AccountState,
  ): Promise<Account> {
    const organisation = await tables(tx)
      .selectFrom('identity.organisation')
      .select('id')
      .where('id', '=', given.organisationId)
      .executeTakeFirst();
    if (!organisation) throw ORGANISATION_UNKNOWN();
    const { numInsertedOrUpdatedRows } = await tables(tx)
      .insertInto('identity.account')
      .values({
        id,
        organisation: given.organisationId,
        name: given.name.trim(),
        email: normalEmail(given.email),
        lang: given.lang,
        roles: [...given.roles],
        state,
        created_at: clock.now(),
      })
      .onConflict((oc) => oc.column('email').doNothing())
      .executeTakeFirst();
    if (numInsertedOrUpdatedRows === 0n) throw EMAIL_TAKEN();
    await audit(platform, tx, by, 'account.created', `account:${id}`, {
      organisation: given.organisationId,
      roles: [...given.roles],
      state,
    });
    return getAccount(tx, id);
  }

  async function changeState(tx: Db, actor: Actor, account: Account, state: AccountState): Promise<void> {
    await tables(tx).updateTable('identity.account').set({ state }).where('id', '=', account.id).execute();
    await audit(platform, tx, actor, 'account.state-changed', `account:${account.id}`, {
      from: account.state,
      to: state,
    });
    await sessions.endAll(tx, account.id);
  }

  return {
    insertOrganisation,
    insertAccount,

    createOrganisation(actor: Actor, given: NewOrganisation): Promise<Organisation> {
      authorize(actor, 'organisation.manage');
      return transaction(db, (tx) => insertOrganisation(tx, actor, given));
    },

    /** Makes an account and the link by which its owner sets it up; the link is shown once. */
    invite(actor: Actor, given: NewAccount): Promise<{ account: Account; url: string }> {
      const id = uuidv7(clock, random);
      authorizeFor(actor, id, given.roles);
      return transaction(db, async (tx) => {
        const account = await insertAccount(tx, actor, id, given, 'invited');
        return { account, url: await links.issue(tx, 'invitation', id) };
      });
    },

    setRoles(actor: Actor, accountId: string, roles: readonly Role[]): Promise<void> {
      return transaction(db, async (tx) => {
        const account = await getAccount(tx, accountId);
        authorizeFor(actor, accountId, [...account.roles, ...roles]);
        await tables(tx)
          .updateTable('identity.account')
          .set({ roles: [...roles] })
          .where('id', '=', accountId)
          .execute();
        await audit(platform, tx, actor, 'account.roles-changed', `account:${accountId}`, {
          from: [...account.roles],
          to: [...roles],
        });
        await sessions.endAll(tx, accountId);
      });
    },

    /** The language of mails to somebody; anybody's own choice. */
    async setLang(actor: StaffActor, lang: Lang): Promise<void> {
      await tables(db).updateTable('identity.account').set({ lang }).where('id', '=', actor.accountId).execute();
    },

    suspend(actor: Actor, accountId: string): Promise<void> {
      return transaction(db, async (tx) => {
        const account = await getAccount(tx, accountId);
        // Taking access away needs no passkey: it must work in the worst minute.
        authorize(actor, 'account.manage', { accountId });
        await changeState(tx, actor, account, 'suspended');
      });
    },

    /** Gives a suspended account back; one that never finished its set-up waits for a new link. */
    restore(actor: Actor, accountId: string): Promise<void> {
      return transaction(db, async (tx) => {
        const account = await getAccount(tx, accountId);
        authorizeFor(actor, accountId, account.roles);
        if (account.state !== 'suspended') return;
        const usable = await hasCredentials(tx, accountId);
        await changeState(tx, actor, account, usable ? 'active' : 'invited');
      });
    },

    /** For whoever lost every device: removes all ways to sign in and makes a new link, shown once. */
    resetSignIn(actor: Actor, accountId: string): Promise<string> {
      return transaction(db, async (tx) => {
        const account = await getAccount(tx, accountId);
        authorizeFor(actor, accountId, account.roles);
        await startAnew(platform, tx, sessions, accountId, actor);
        // A suspended account stays suspended: the link opens when it is restored.
        if (account.state !== 'suspended') await changeState(tx, actor, account, 'invited');
        return links.issue(tx, 'invitation', accountId);
      });
    },

    /** A parent who has just shown that the address is theirs. The name is one that the parent can change. */
    async insertParent(tx: Db, given: { email: string; lang: Lang }): Promise<Account> {
      await tables(tx)
        .insertInto('identity.organisation')
        .values({
          id: uuidv7(clock, random),
          ...FAMILIES,
          territory: null,
          created_at: clock.now(),
        })
        .onConflict((oc) => oc.column('kind').where('kind', '=', 'families').doNothing())
        .execute();
      const { id: organisationId } = await tables(tx)
        .selectFrom('identity.organisation')
        .select('id')
        .where('kind', '=', 'families')
        .executeTakeFirstOrThrow();
      const id = uuidv7(clock, random);
      const name = platform.i18n.format(given.lang, 'identity.mailLink.name');
      return insertAccount(tx, 'system', id, { ...given, name, roles: ['parent'], organisationId }, 'active');
    },

    /** Throws IDENTITY_EMAIL_TAKEN when the address is somebody's who is not a waiting administrator. */
    async firstAdministrator(tx: Db, given: { name: string; email: string; lang: Lang }): Promise<Account> {
      const known = await findAccountByEmail(tx, given.email);
      if (known?.state === 'invited' && known.roles.includes('administrator')) return known;
      const programme = await tables(tx)
        .selectFrom('identity.organisation')
        .select('id')
        .where('kind', '=', 'programme')
        .orderBy('created_at')
        .executeTakeFirst();
      const organisationId =
        programme?.id ??
        (await insertOrganisation(tx, 'system', { name: 'e-Salama', kind: 'programme', territory: null })).id;
      const account = { ...given, roles: ['administrator'] as const, organisationId };
      return insertAccount(tx, 'system', uuidv7(clock, random), account, 'invited');
    },
  };
}

/** Whether an account can sign in by itself: a passkey, or a password with a confirmed code. */
export async function hasCredentials(tx: Db, accountId: string): Promise<boolean> {
  const passkey = await tables(tx)
    .selectFrom('identity.passkey')
    .select('id')
    .where('account', '=', accountId)
    .executeTakeFirst();
  if (passkey) return true;
  const both = await tables(tx)
    .selectFrom('identity.password as p')
    .innerJoin('identity.totp as t', 't.account', 'p.account')
    .select('p.account')
    .where('p.account', '=', accountId)
    .where('t.pending', '=', false)
    .executeTakeFirst();
  return both !== undefined;
}

export type Directory = ReturnType<typeof createDirectory>;
