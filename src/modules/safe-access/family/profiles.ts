import { sql } from 'kysely';
import { type Db, transaction } from '../../../platform/db.ts';
import { isUuid, uuidv7 } from '../../../platform/ids.ts';
import type { Platform } from '../../../platform/platform.ts';
import type { Actor } from '../../identity/index.ts';
import type * as api from '../api.ts';
import { INVALID, STALE, TOO_MANY, UNKNOWN } from '../errors.ts';
import { BANDS, type Band, BONUS_KINDS, type Category, type Rules, rules as rulesSchema } from '../profile/rules.ts';
import { siteName } from '../profile/site-name.ts';
import { type ProfileRow, tables } from '../schema.ts';
import type { BlockedReader } from './blocked.ts';
import type { NetworksPart } from './networks.ts';
import type { Store } from './store.ts';
import { newToken, tokenHash } from './tokens.ts';

export const MAX_PROFILES = { family: 20, school: 200 } as const;
const MAX_LABEL = 60;
const MAX_MINUTES = 1440;

/** A label as it was chosen. @throws SAFE_ACCESS_INVALID */
export function labelOf(typed: string): string {
  const label = typed.trim();
  if (label === '' || label.length > MAX_LABEL) throw INVALID({ what: 'label' });
  return label;
}

function minutesOf(minutes: number): number {
  if (!Number.isInteger(minutes) || minutes < 1 || minutes > MAX_MINUTES) throw INVALID({ what: 'minutes' });
  return minutes * 60_000;
}

/**
 * Rules that can hold: names as DNS has them, each once and not on both lists.
 * @throws SAFE_ACCESS_INVALID, naming the field
 */
export function checkedRules(given: Rules): Rules {
  const parsed = rulesSchema.safeParse(given);
  if (!parsed.success) throw INVALID({ what: parsed.error.issues.map((i) => i.path.join('.') || 'rules').join(', ') });
  const names = (field: 'allow' | 'deny') => [
    ...new Set(
      parsed.data[field].map((typed) => {
        const name = siteName(typed);
        if (name === undefined) throw INVALID({ what: field });
        return name;
      }),
    ),
  ];
  const [allow, deny] = [names('allow'), names('deny')];
  if (allow.some((name) => deny.includes(name))) throw INVALID({ what: 'allow, deny' });
  return { ...parsed.data, allow, deny, closed: [...new Set(parsed.data.closed)] };
}

export interface ProfilesDeps {
  preset(band: Band): Rules;
  blocked: BlockedReader;
  networks: Pick<NetworksPart, 'divide'>;
}

export function createProfiles(platform: Platform, store: Store, deps: ProfilesDeps) {
  const { db, clock, random } = platform;

  /** One change of one profile by whoever may, audited, and the view after it. */
  function change(
    actor: Actor,
    id: string,
    action: string,
    fn: (tx: Db, row: ProfileRow) => Promise<Record<string, string | number> | undefined>,
  ): Promise<api.Profile> {
    return transaction(db, async (tx) => {
      const row = await store.owned(tx, actor, id);
      const detail = await fn(tx, row);
      await store.touch(tx, id);
      await store.audit(tx, actor, `profile.${action}`, `profile:${id}`, detail ?? {});
      return store.view(tx, await store.row(tx, id));
    });
  }

  async function asOwner(tx: Db, actor: Actor, owner: api.Owner): Promise<void> {
    if ('family' in owner) await store.asParent(tx, actor, owner.family);
    else await store.asTeacher(actor, owner.school);
  }

  const ofOwner = (tx: Db, owner: api.Owner) =>
    tables(tx)
      .selectFrom('safe_access.profile')
      .selectAll()
      .where('removed_at', 'is', null)
      .where('data_key', 'is not', null)
      .where('family' in owner ? 'family' : 'school', '=', 'family' in owner ? owner.family : owner.school);

  async function newChildLink(tx: Db, profile: string): Promise<string> {
    const token = newToken(random);
    const link = { token_hash: tokenHash(token), created_at: clock.now() };
    await tables(tx)
      .insertInto('safe_access.child_link')
      .values({ profile, ...link })
      .onConflict((oc) => oc.column('profile').doUpdateSet(link))
      .execute();
    return token;
  }

  async function insert(
    tx: Db,
    actor: Actor,
    owner: api.Owner,
    given: { label: string; band: Band; lang: api.Profile['lang']; rules?: Rules },
  ): Promise<string> {
    if (!BANDS.includes(given.band)) throw INVALID({ what: 'band' });
    const rules = checkedRules(given.rules ?? deps.preset(given.band));
    if (rules.band !== given.band) throw INVALID({ what: 'band' });
    const id = uuidv7(clock, random);
    const { wrapped, key } = store.newKey(id);
    const now = clock.now();
    const json = JSON.stringify(rules);
    await tables(tx)
      .insertInto('safe_access.profile')
      .values({
        id,
        family: 'family' in owner ? owner.family : null,
        school: 'school' in owner ? owner.school : null,
        data_key: wrapped,
        label: key.seal(labelOf(given.label), 'label'),
        lang: given.lang,
        rules: json,
        revision: 1,
        paused_until: null,
        bonus_until: null,
        bonus_opens: null,
        created_at: now,
        changed_at: now,
        removed_at: null,
      })
      .execute();
    await tables(tx)
      .insertInto('safe_access.profile_revision')
      .values({ profile: id, revision: 1, rules: json, at: now, cause: 'set-up' })
      .execute();
    await store.touch(tx, id);
    await store.audit(tx, actor, 'profile.created', `profile:${id}`, {
      band: given.band,
      ...('family' in owner ? { family: owner.family } : { school: owner.school }),
    });
    return id;
  }

  async function room(tx: Db, owner: api.Owner, more: number): Promise<void> {
    const max = 'family' in owner ? MAX_PROFILES.family : MAX_PROFILES.school;
    if ('family' in owner)
      await tables(tx)
        .selectFrom('safe_access.family')
        .select('id')
        .where('id', '=', owner.family)
        .forUpdate()
        .execute();
    else
      await sql`select pg_advisory_xact_lock(hashtextextended(${`safe_access.school:${owner.school}`}, 0))`.execute(tx);
    const have = await ofOwner(tx, owner).clearSelect().select('id').execute();
    if (have.length + more > max) throw TOO_MANY({ max });
  }

  /** Destroys what people have; the row stays for a while, so that every resolver learns of it. */
  async function destroy(tx: Db, id: string): Promise<void> {
    for (const table of [
      'device',
      'network',
      'child_link',
      'pact',
      'request',
      'profile_opened',
      'profile_revision',
      'blocked_count',
      'blocked_name',
      'contest_budget',
    ])
      await sql`delete from ${sql.table(`safe_access.${table}`)} where profile = ${id}`.execute(tx);
    const bare = JSON.stringify(deps.preset('grown'));
    await tables(tx)
      .updateTable('safe_access.profile')
      .set({
        family: null,
        school: null,
        data_key: null,
        label: null,
        rules: bare,
        paused_until: null,
        bonus_until: null,
        bonus_opens: null,
        removed_at: clock.now(),
      })
      .where('id', '=', id)
      .execute();
    await store.touch(tx, id);
  }

  const profiles: api.Profiles & {
    destroy(tx: Db, id: string): Promise<void>;
    destroyFamily(tx: Db, family: string): Promise<Buffer[]>;
  } = {
    destroy,

    /** Everything of a family; answers the wrapped data keys that went. */
    async destroyFamily(tx, family) {
      const rows = await ofOwner(tx, { family }).forUpdate().execute();
      for (const row of rows) await destroy(tx, row.id);
      await tables(tx).deleteFrom('safe_access.family').where('id', '=', family).execute();
      return rows.flatMap((row) => row.data_key ?? []);
    },

    list: (actor, owner) =>
      transaction(db, async (tx) => {
        await asOwner(tx, actor, owner);
        const rows = await ofOwner(tx, owner).orderBy('created_at').orderBy('id').execute();
        const views: api.Profile[] = [];
        for (const row of rows) views.push(await store.view(tx, row));
        return views;
      }),

    get: (actor, id) => transaction(db, async (tx) => store.view(tx, await store.owned(tx, actor, id))),

    create: (actor, owner, given) =>
      transaction(db, async (tx) => {
        await asOwner(tx, actor, owner);
        await room(tx, owner, 1);
        const id = await insert(tx, actor, owner, given);
        const childToken = await newChildLink(tx, id);
        return { profile: await store.view(tx, await store.row(tx, id)), childToken };
      }),

    importClasses: (actor, school, rows) =>
      transaction(db, async (tx) => {
        if (!isUuid(school)) throw UNKNOWN();
        await store.asTeacher(actor, school);
        await room(tx, { school }, 0);
        const known = new Map<string, string>();
        for (const row of await ofOwner(tx, { school }).execute())
          known.set(store.keyOf(row).openText(row.label as Buffer, 'label'), row.id);
        const fresh = rows.filter((row) => !known.has(labelOf(row.label)));
        await room(tx, { school }, fresh.length);
        const ids: string[] = [];
        const networks = new Map<string, readonly string[]>();
        for (const row of rows) {
          const label = labelOf(row.label);
          const id = known.get(label) ?? (await insert(tx, actor, { school }, row));
          known.set(label, id);
          ids.push(id);
          if (row.networks) networks.set(id, row.networks);
        }
        await deps.networks.divide(tx, actor, school, networks);
        const made: api.Profile[] = [];
        for (const id of ids) made.push(await store.view(tx, await store.row(tx, id)));
        return made;
      }),

    async rename(actor, id, label) {
      await change(actor, id, 'renamed', async (tx, row) => {
        const sealed = store.keyOf(row).seal(labelOf(label), 'label');
        await tables(tx).updateTable('safe_access.profile').set({ label: sealed }).where('id', '=', id).execute();
        return undefined;
      });
    },

    async setLang(actor, id, lang) {
      await change(actor, id, 'language-changed', async (tx) => {
        await tables(tx).updateTable('safe_access.profile').set({ lang }).where('id', '=', id).execute();
        return { lang };
      });
    },

    setRules: (actor, id, given, revision) =>
      change(actor, id, 'rules-changed', async (tx, row) => {
        if (row.revision !== revision) throw STALE();
        const rules = checkedRules(given);
        await store.saveRules(tx, row, rules, 'changed');
        // What was kept under looser wishes goes at once, not after thirty days.
        await deps.blocked.trim(tx, id, rules);
        return { revision: revision + 1 };
      }),

    history: (actor, id) =>
      transaction(db, async (tx) => {
        await store.owned(tx, actor, id);
        return tables(tx)
          .selectFrom('safe_access.profile_revision')
          .select(['revision', 'rules', 'at', 'cause'])
          .where('profile', '=', id)
          .orderBy('revision', 'desc')
          .execute();
      }),

    remove: (actor, id) =>
      transaction(db, async (tx) => {
        await store.owned(tx, actor, id);
        await destroy(tx, id);
        await store.audit(tx, actor, 'profile.removed', `profile:${id}`);
      }),

    giveBonus: (actor, id, { minutes, opens }) =>
      change(actor, id, 'bonus-given', async (tx) => {
        if (opens !== 'everything') {
          if (opens.length === 0 || !opens.every((c) => (BONUS_KINDS as readonly Category[]).includes(c)))
            throw INVALID({ what: 'opens' });
        }
        await tables(tx)
          .updateTable('safe_access.profile')
          .set({
            bonus_until: new Date(clock.now().getTime() + minutesOf(minutes)),
            bonus_opens: opens === 'everything' ? null : [...new Set(opens)],
          })
          .where('id', '=', id)
          .execute();
        return { minutes };
      }),

    endBonus: (actor, id) =>
      change(actor, id, 'bonus-ended', async (tx) => {
        await tables(tx)
          .updateTable('safe_access.profile')
          .set({ bonus_until: null, bonus_opens: null })
          .where('id', '=', id)
          .execute();
        return undefined;
      }),

    pause: (actor, id, minutes) =>
      change(actor, id, 'paused', async (tx) => {
        await tables(tx)
          .updateTable('safe_access.profile')
          .set({ paused_until: new Date(clock.now().getTime() + minutesOf(minutes)) })
          .where('id', '=', id)
          .execute();
        return { minutes };
      }),

    resume: (actor, id) =>
      change(actor, id, 'resumed', async (tx) => {
        await tables(tx).updateTable('safe_access.profile').set({ paused_until: null }).where('id', '=', id).execute();
        return undefined;
      }),

    newChildLink: (actor, id) =>
      transaction(db, async (tx) => {
        await store.owned(tx, actor, id);
        await store.audit(tx, actor, 'profile.child-link-made', `profile:${id}`);
        return newChildLink(tx, id);
      }),

    blocked: (actor, id) => transaction(db, async (tx) => deps.blocked.of(tx, await store.owned(tx, actor, id))),
  };
  return profiles;
}
export type Profiles = ReturnType<typeof createProfiles>;
