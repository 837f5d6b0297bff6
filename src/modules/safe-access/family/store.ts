import { sql } from 'kysely';
import type { Db } from '../../../platform/db.ts';
import { isUuid, uuidv7 } from '../../../platform/ids.ts';
import type { Platform } from '../../../platform/platform.ts';
import { recordAudit } from '../../audit/index.ts';
import type { Country } from '../../country/index.ts';
import { type Actor, auditName, authorize, type Identity } from '../../identity/index.ts';
import type { Device, Profile } from '../api.ts';
import { UNKNOWN } from '../errors.ts';
import { passingOf } from '../profile/passing.ts';
import type { Rules } from '../profile/rules.ts';
import type { WallClock } from '../profile/wall-clock.ts';
import { categoriesOf, nextChangeAt, stateAt } from '../profile/windows.ts';
import { type ProfileRow, tables } from '../schema.ts';
import { createRows } from './rows.ts';

/** Readers of profiles wait here; the payload is the profile's id, or `lists`. */
export const CHANNEL = 'safe_access';

export interface StoreDeps {
  country: Pick<Country, 'localDate'>;
  identity: Pick<Identity, 'namesOf' | 'listOrganisations'>;
  clock: WallClock;
}
type AuditDetail = Parameters<typeof recordAudit>[1]['detail'];

/** What every part of a family's side needs: whose a profile is, its key, its view, and word to the resolvers. */
export function createStore(platform: Platform, deps: StoreDeps) {
  const { clock, random, config } = platform;
  const rows = createRows(platform);

  const parentsOf = async (tx: Db, family: string): Promise<string[]> =>
    (
      await tables(tx)
        .selectFrom('safe_access.family_parent')
        .select('account')
        .where('family', '=', family)
        .orderBy('added_at')
        .orderBy('account')
        .execute()
    ).map((p) => p.account);

  const store = {
    ...rows,
    today: () => deps.country.localDate(clock.now()),
    parentsOf,
    names: (accounts: readonly string[]) => deps.identity.namesOf(accounts),

    /** Never a nickname and never the name of a site. */
    async audit(tx: Db, actor: Actor | 'child' | 'system', action: string, subject: string, detail: AuditDetail = {}) {
      await recordAudit(tx, {
        id: uuidv7(clock, random),
        at: clock.now(),
        actor: typeof actor === 'string' ? actor : auditName(actor),
        action: `safe-access.${action}`,
        subject: `safe-access.${subject}`,
        detail,
      });
    },

    /** Lets only the family's parents pass, and notes that somebody still uses it. */
    async asParent(tx: Db, actor: Actor, family: string): Promise<void> {
      if (!isUuid(family)) throw UNKNOWN();
      authorize(actor, 'family.manage', { members: await parentsOf(tx, family) });
      await sql`update safe_access.family set active_on = ${store.today()}
        where id = ${family} and active_on < ${store.today()}`.execute(tx);
    },

    /** Organisations that are schools. */
    async schools(): Promise<{ id: string; name: string }[]> {
      const organisations = await deps.identity.listOrganisations();
      return organisations.filter((o) => o.kind === 'school').map(({ id, name }) => ({ id, name }));
    },

    /** The school of a teacher's organisation, and no other. */
    async asTeacher(actor: Actor, school: string): Promise<void> {
      authorize(actor, 'school.manage', { organisationId: school });
      if (!(await store.schools()).some((s) => s.id === school)) throw UNKNOWN();
    },

    /** A profile that the actor may manage. @throws SAFE_ACCESS_UNKNOWN, IDENTITY_FORBIDDEN */
    async owned(tx: Db, actor: Actor, id: string): Promise<ProfileRow> {
      const row = await store.row(tx, id);
      if (row.family) await store.asParent(tx, actor, row.family);
      else await store.asTeacher(actor, row.school as string);
      return row;
    },

    /** Tells the resolvers, with the commit. */
    async touch(tx: Db, profile: string): Promise<void> {
      await sql`update safe_access.profile set changed_at = ${clock.now()}, changed_xid = pg_current_xact_id()
        where id = ${profile}`.execute(tx);
      await sql`select pg_notify(${CHANNEL}, ${profile})`.execute(tx);
    },

    /** New rules, kept in the history. */
    async saveRules(
      tx: Db,
      row: Pick<ProfileRow, 'id' | 'revision'>,
      rules: Rules,
      cause: 'changed' | 'pact' | 'request',
    ): Promise<void> {
      const revision = row.revision + 1;
      const json = JSON.stringify(rules);
      await tables(tx)
        .updateTable('safe_access.profile')
        .set({ rules: json, revision })
        .where('id', '=', row.id)
        .execute();
      await tables(tx)
        .insertInto('safe_access.profile_revision')
        .values({ profile: row.id, revision, rules: json, at: clock.now(), cause })
        .execute();
      await store.touch(tx, row.id);
    },

    async devices(tx: Db, row: ProfileRow): Promise<Device[]> {
      const key = store.keyOf(row);
      const rows = await tables(tx)
        .selectFrom('safe_access.device')
        .select(['id', 'kind', 'label', 'created_at', sql<string | null>`to_char(seen_on, 'YYYY-MM-DD')`.as('seen')])
        .where('profile', '=', row.id)
        .orderBy('created_at')
        .orderBy('id')
        .execute();
      return rows.map((d) => ({
        id: d.id,
        profile: row.id,
        kind: d.kind,
        label: key.openText(d.label, `device:${d.id}`),
        createdAt: d.created_at,
        lastSeen: d.seen ?? undefined,
        dohUrl: `${config.publicOrigin}/dns-query/${d.id}`,
        dotName: `${d.id}.${config.dns.name}`,
      }));
    },

    async opened(tx: Db, row: ProfileRow): Promise<{ name: string; until: Date }[]> {
      const key = store.keyOf(row);
      const rows = await tables(tx)
        .selectFrom('safe_access.profile_opened')
        .select(['id', 'name', 'until'])
        .where('profile', '=', row.id)
        .where('until', '>', clock.now())
        .orderBy('until')
        .orderBy('id')
        .execute();
      return rows.map((o) => ({ name: key.openText(o.name, `opened:${o.id}`), until: o.until }));
    },

    async view(tx: Db, row: ProfileRow): Promise<Profile> {
      const now = clock.now();
      const opened = await store.opened(tx, row);
      const passing = passingOf({
        pausedUntil: row.paused_until,
        bonus: row.bonus_until && { until: row.bonus_until, opens: row.bonus_opens ?? 'everything' },
        opened,
      });
      const state = stateAt(row.rules, passing, now, deps.clock);
      const { bonus } = passing;
      return {
        id: row.id,
        owner: row.family ? { family: row.family } : { school: row.school as string },
        label: store.keyOf(row).openText(row.label as Buffer, 'label'),
        band: row.rules.band,
        lang: row.lang,
        rules: row.rules,
        revision: row.revision,
        holding: {
          pausedUntil: state.paused ? passing.pausedUntil : undefined,
          closed: state.paused || state.everything ? 'everything' : categoriesOf(state.closed),
          bonus: bonus && bonus.until > now ? bonus : undefined,
          opened,
          nextChangeAt: nextChangeAt(row.rules, passing, now, deps.clock),
        },
        devices: await store.devices(tx, row),
        createdAt: row.created_at,
      };
    },
  };
  return store;
}
export type Store = ReturnType<typeof createStore>;
