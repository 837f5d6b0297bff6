import { sql } from 'kysely';
import { type Db, transaction } from '../../../platform/db.ts';
import type { Platform } from '../../../platform/platform.ts';
import type { Blocked } from '../api.ts';
import { type Category, keepsFor, type Rules } from '../profile/rules.ts';
import type { ProfileRow } from '../schema.ts';
import type { Rows } from './rows.ts';

/** Nothing older than this is kept, whatever a family wishes. */
export const KEPT_DAYS = 30;

/** What was counted in a process since its last write. */
export interface Counted {
  readonly profile: string;
  readonly day: string;
  readonly what: Category | 'deny';
  readonly name: string | undefined;
  readonly n: number;
}

/** What a family asked to keep of what was blocked. One reader for both sides: a child sees what the parent sees. */
export function createBlocked(platform: Pick<Platform, 'db' | 'clock'>, store: Rows) {
  const { db } = platform;

  async function purge(now = platform.clock.now()): Promise<void> {
    const first = new Date(now.getTime() - KEPT_DAYS * 86_400_000).toISOString().slice(0, 10);
    for (const table of ['blocked_count', 'blocked_name', 'contest_budget'])
      await sql`delete from ${sql.table(`safe_access.${table}`)} where day <= ${first}`.execute(db);
  }

  return {
    /** Destroys what is older than {@link KEPT_DAYS}. */
    purge,

    async of(tx: Db, row: ProfileRow): Promise<Blocked> {
      const keeps = keepsFor(row.rules.band, row.rules.keeps);
      if (keeps === 'nothing') return { keeps, counts: [], names: [] };
      const counts = await sql<{ day: string; what: Category | 'deny'; n: number }>`
        select to_char(day, 'YYYY-MM-DD') as day, what, n from safe_access.blocked_count
        where profile = ${row.id} order by day desc, n desc, what`.execute(tx);
      if (keeps === 'counts') return { keeps, counts: counts.rows, names: [] };
      const key = store.keyOf(row);
      const names = await sql<{ day: string; name: Buffer; what: Category | 'deny'; n: number }>`
        select to_char(day, 'YYYY-MM-DD') as day, name, what, n from safe_access.blocked_name
        where profile = ${row.id} order by day desc, n desc, name_index limit 1000`.execute(tx);
      return {
        keeps,
        counts: counts.rows,
        names: names.rows.map((r) => ({ ...r, name: key.openText(r.name, 'blocked') })),
      };
    },

    /** Destroys what the new rules no longer keep. */
    async trim(tx: Db, profile: string, rules: Rules): Promise<void> {
      const keeps = keepsFor(rules.band, rules.keeps);
      if (keeps === 'nothing') await sql`delete from safe_access.blocked_count where profile = ${profile}`.execute(tx);
      if (keeps !== 'names') await sql`delete from safe_access.blocked_name where profile = ${profile}`.execute(tx);
    },

    /** Adds what a resolver counted, profile by profile, and only what the profile's rules keep by now. */
    async add(counted: readonly Counted[]): Promise<void> {
      for (const [id, rows] of Map.groupBy(counted, (c) => c.profile)) {
        await transaction(db, async (tx) => {
          const row = await store.row(tx, id).catch(() => undefined);
          if (!row) return;
          const keeps = keepsFor(row.rules.band, row.rules.keeps);
          if (keeps === 'nothing') return;
          for (const { day, what, n } of rows)
            await sql`insert into safe_access.blocked_count (profile, day, what, n) values (${id}, ${day}, ${what}, ${n})
              on conflict (profile, day, what) do update set n = blocked_count.n + excluded.n`.execute(tx);
          if (keeps !== 'names') return;
          const key = store.keyOf(row);
          for (const { day, what, name, n } of rows)
            if (name !== undefined)
              await sql`insert into safe_access.blocked_name (profile, day, name_index, name, what, n)
                values (${id}, ${day}, ${store.nameIndex(id, name)}, ${key.seal(name, 'blocked')}, ${what}, ${n})
                on conflict (profile, day, name_index) do update set n = blocked_name.n + excluded.n`.execute(tx);
        });
      }
    },

    /** Notes on which day devices were last there. */
    async seen(devices: ReadonlyMap<string, string>): Promise<void> {
      for (const [day, ids] of Map.groupBy(devices, ([, d]) => d))
        await sql`update safe_access.device set seen_on = ${day}
          where id = any(${ids.map(([id]) => id)}::text[]) and (seen_on is null or seen_on < ${day})`.execute(db);
    },
  };
}
export type BlockedReader = ReturnType<typeof createBlocked>;
