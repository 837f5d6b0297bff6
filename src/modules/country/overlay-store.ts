import { sql } from 'kysely';
import type { Db } from '../../platform/db.ts';
import type { JsonValue } from './overlay.ts';
import type { CountryTables } from './schema.ts';

export interface OverlayRow {
  key: string;
  value: JsonValue;
  setBy: string;
  setAt: Date;
}

export async function overlayVersion(db: Db): Promise<number> {
  const row = await db
    .withTables<CountryTables>()
    .selectFrom('country.overlay_version')
    .select('version')
    .executeTakeFirstOrThrow();
  return row.version;
}

/** Version and rows in one statement, so that they belong together. Rows come in the order of their keys. */
export async function readOverlay(db: Db): Promise<{ version: number; rows: OverlayRow[] }> {
  const found = await db
    .withTables<CountryTables>()
    .selectFrom('country.overlay_version as v')
    .leftJoin('country.overlay as o', (join) => join.onTrue())
    .select(['v.version', 'o.key', 'o.value', 'o.set_by', 'o.set_at'])
    .orderBy('o.key')
    .execute();
  const rows = found.flatMap((r) =>
    r.key !== null && r.set_by !== null && r.set_at !== null
      ? [{ key: r.key, value: r.value, setBy: r.set_by, setAt: r.set_at }]
      : [],
  );
  return { version: found[0]?.version ?? 0, rows };
}

/** Moves the version on and locks its row: changes of the overlay happen one after the other. */
export async function bumpVersion(tx: Db): Promise<void> {
  await tx
    .withTables<CountryTables>()
    .updateTable('country.overlay_version')
    .set((eb) => ({ version: eb('version', '+', 1) }))
    .execute();
}

export async function putRow(tx: Db, row: OverlayRow): Promise<void> {
  // Always as JSON text: pg would send an array as a PostgreSQL array, and null as SQL null.
  await sql`
    insert into country.overlay (key, value, set_by, set_at)
    values (${row.key}, ${JSON.stringify(row.value)}::jsonb, ${row.setBy}, ${row.setAt})
    on conflict (key) do update set value = excluded.value, set_by = excluded.set_by, set_at = excluded.set_at
  `.execute(tx);
}

/** Returns whether there was such a row. */
export async function deleteRow(tx: Db, key: string): Promise<boolean> {
  const done = await tx
    .withTables<CountryTables>()
    .deleteFrom('country.overlay')
    .where('key', '=', key)
    .executeTakeFirst();
  return done.numDeletedRows > 0n;
}
