import { sql } from 'kysely';
import type { Db } from '../../../platform/db.ts';
import type { Lang } from '../../../platform/i18n/index.ts';
import type { Rows } from '../family/rows.ts';
import type { Category, Rules } from '../profile/rules.ts';
import { type Kinds, kindsOf } from '../profile/windows.ts';
import type { ProfileFacts } from './registry.ts';

interface FactsRow {
  id: string;
  revision: number;
  lang: Lang;
  rules: Rules;
  paused_until: Date | null;
  bonus_until: Date | null;
  bonus_opens: Category[] | null;
  data_key: Buffer | null;
  removed_at: Date | null;
  devices: string[];
  networks: string[];
  opened: { id: string; name: string; until: string }[] | null;
}

const PAGE = 2_000;

/** What resolvers know of profiles, read from the database. `undefined` facts: the profile is gone. */
export function createFactsReader(db: Db, rows: Pick<Rows, 'keyOf'>) {
  function factsOf(row: FactsRow, now: Date): ProfileFacts | undefined {
    if (row.removed_at || !row.data_key) return undefined;
    const opened = row.opened ?? [];
    const key = opened.length > 0 ? rows.keyOf(row) : undefined;
    const running = (until: Date | null): until is Date => until !== null && until > now;
    return {
      id: row.id,
      revision: row.revision,
      lang: row.lang,
      rules: row.rules,
      ...(running(row.paused_until) ? { pausedUntil: row.paused_until.getTime() } : {}),
      ...(running(row.bonus_until)
        ? { bonus: { until: row.bonus_until.getTime(), opens: row.bonus_opens ?? 'everything' } }
        : {}),
      ...(key
        ? {
            opened: opened.map((o) => ({
              name: key.openText(Buffer.from(o.name, 'base64'), `opened:${o.id}`),
              until: Date.parse(o.until),
            })),
          }
        : {}),
      devices: row.devices,
      networks: row.networks,
    };
  }

  const select = (now: Date) => sql`select p.id, p.revision, p.lang, p.rules, p.paused_until, p.bonus_until,
      p.bonus_opens, p.data_key, p.removed_at,
      array(select d.id from safe_access.device d where d.profile = p.id order by d.id) as devices,
      array(select n.network::text from safe_access.network n where n.profile = p.id order by n.network) as networks,
      (select json_agg(json_build_object('id', o.id, 'name', encode(o.name, 'base64'), 'until', o.until) order by o.id)
        from safe_access.profile_opened o where o.profile = p.id and o.until > ${now}) as opened
    from safe_access.profile p`;

  return {
    /**
     * A mark to go on from: transactions that had not ended when it was read, and later ones, are at or above it. Read
     * before the rows, so that none is missed.
     */
    async mark(): Promise<string> {
      const { rows } = await sql<{
        xmin: string;
      }>`select pg_snapshot_xmin(pg_current_snapshot())::text as xmin`.execute(db);
      return (rows[0] as { xmin: string }).xmin;
    },

    /** Every profile there is, some at a time. */
    async *all(now: Date): AsyncGenerator<ProfileFacts> {
      for (let after = '00000000-0000-0000-0000-000000000000'; ; ) {
        const { rows } = await sql<FactsRow>`${select(now)}
          where p.id > ${after} and p.removed_at is null order by p.id limit ${PAGE}`.execute(db);
        for (const row of rows) {
          const facts = factsOf(row, now);
          if (facts) yield facts;
        }
        if (rows.length < PAGE) return;
        after = (rows.at(-1) as FactsRow).id;
      }
    },

    /** Profiles changed since a mark; some may be the same as before. */
    async since(mark: string, now: Date): Promise<{ id: string; facts: ProfileFacts | undefined }[]> {
      const { rows } = await sql<FactsRow>`${select(now)} where p.changed_xid >= ${mark}::xid8`.execute(db);
      return rows.map((row) => ({ id: row.id, facts: factsOf(row, now) }));
    },

    /** Names that the desk freed of categories. */
    async freed(): Promise<[name: string, kinds: Kinds][]> {
      const { rows } = await sql<{ name: string; categories: Category[] }>`
        select name, array_agg(category order by category) as categories from safe_access.contest
        where state = 'taken-off' group by name order by name`.execute(db);
      return rows.map((r) => [r.name, kindsOf(r.categories)]);
    },
  };
}
export type FactsReader = ReturnType<typeof createFactsReader>;
