import { transaction } from '../../../platform/db.ts';
import { uuidv7 } from '../../../platform/ids.ts';
import type { Platform } from '../../../platform/platform.ts';
import { type Actor, authorize } from '../../identity/index.ts';
import type { Families, Family } from '../api.ts';
import { LAST_PARENT, LINK_SPENT, UNKNOWN } from '../errors.ts';
import { tables } from '../schema.ts';
import type { Profiles } from './profiles.ts';
import type { Store } from './store.ts';
import { isToken, newToken, tokenHash } from './tokens.ts';

const INVITATION_MS = 7 * 24 * 3_600_000;

const accountOf = (actor: Actor): string => {
  if (actor.kind !== 'staff') throw UNKNOWN();
  return actor.accountId;
};

/** Who is a family's parent: accounts of identity, each with the same rights. */
export function createFamilies(platform: Platform, store: Store, profiles: Profiles): Families {
  const { db, clock, random } = platform;

  async function view(tx: typeof db, id: string): Promise<Family> {
    const rows = await tables(tx)
      .selectFrom('safe_access.family as f')
      .innerJoin('safe_access.family_parent as p', 'p.family', 'f.id')
      .select(['f.created_at', 'p.account', 'p.added_at'])
      .where('f.id', '=', id)
      .orderBy('p.added_at')
      .orderBy('p.account')
      .execute();
    const [first] = rows;
    if (!first) throw UNKNOWN();
    const names = await store.names(rows.map((r) => r.account));
    return {
      id,
      parents: rows.map((r) => ({ account: r.account, name: names.get(r.account) ?? '', since: r.added_at })),
      createdAt: first.created_at,
    };
  }

  return {
    async mine(actor) {
      authorize(actor, 'family.create');
      const rows = await tables(db)
        .selectFrom('safe_access.family_parent')
        .select('family')
        .where('account', '=', accountOf(actor))
        .orderBy('added_at')
        .execute();
      return Promise.all(rows.map((r) => view(db, r.family)));
    },

    create: (actor) =>
      transaction(db, async (tx) => {
        authorize(actor, 'family.create');
        const id = uuidv7(clock, random);
        const now = clock.now();
        await tables(tx)
          .insertInto('safe_access.family')
          .values({ id, created_at: now, active_on: store.today() })
          .execute();
        await tables(tx)
          .insertInto('safe_access.family_parent')
          .values({ family: id, account: accountOf(actor), added_at: now })
          .execute();
        await store.audit(tx, actor, 'family.created', `family:${id}`);
        return view(tx, id);
      }),

    get: (actor, family) =>
      transaction(db, async (tx) => {
        await store.asParent(tx, actor, family);
        return view(tx, family);
      }),

    invite: (actor, family) =>
      transaction(db, async (tx) => {
        await store.asParent(tx, actor, family);
        const token = newToken(random);
        const now = clock.now();
        const expiresAt = new Date(now.getTime() + INVITATION_MS);
        // One open invitation of a family: a new one ends the one before.
        await tables(tx)
          .deleteFrom('safe_access.family_invitation')
          .where('family', '=', family)
          .where('used_at', 'is', null)
          .execute();
        await tables(tx)
          .insertInto('safe_access.family_invitation')
          .values({
            token_hash: tokenHash(token),
            family,
            created_by: accountOf(actor),
            created_at: now,
            expires_at: expiresAt,
            used_at: null,
          })
          .execute();
        await store.audit(tx, actor, 'family.invited', `family:${family}`);
        return { token, expiresAt };
      }),

    join: (actor, token) =>
      transaction(db, async (tx) => {
        authorize(actor, 'family.create');
        if (!isToken(token)) throw LINK_SPENT();
        const now = clock.now();
        const invitation = await tables(tx)
          .updateTable('safe_access.family_invitation')
          .set({ used_at: now })
          .where('token_hash', '=', tokenHash(token))
          .where('used_at', 'is', null)
          .where('expires_at', '>', now)
          .returning('family')
          .executeTakeFirst();
        if (!invitation) throw LINK_SPENT();
        await tables(tx)
          .insertInto('safe_access.family_parent')
          .values({ family: invitation.family, account: accountOf(actor), added_at: now })
          .onConflict((oc) => oc.doNothing())
          .execute();
        await store.audit(tx, actor, 'family.joined', `family:${invitation.family}`);
        return view(tx, invitation.family);
      }),

    leave: (actor, family) =>
      transaction(db, async (tx) => {
        await store.asParent(tx, actor, family);
        // Two parents who leave at once: one waits, and is then the last.
        await tables(tx).selectFrom('safe_access.family').select('id').where('id', '=', family).forUpdate().execute();
        if ((await store.parentsOf(tx, family)).length < 2) throw LAST_PARENT();
        await tables(tx)
          .deleteFrom('safe_access.family_parent')
          .where('family', '=', family)
          .where('account', '=', accountOf(actor))
          .execute();
        await store.audit(tx, actor, 'family.left', `family:${family}`);
      }),

    close: (actor, family) =>
      transaction(db, async (tx) => {
        await store.asParent(tx, actor, family);
        await profiles.destroyFamily(tx, family);
        await store.audit(tx, actor, 'family.closed', `family:${family}`);
      }),
  };
}
