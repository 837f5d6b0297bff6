import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import type { Client } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { listTables, quote, type Table } from './catalogue.ts';
import { BackupError } from './errors.ts';
import { damaged, type Manifest } from './manifest.ts';

/** What migrations say about themselves: those of this database, not those of the one that the backup was made of. */
const isBookkeeping = ({ schema, name }: Pick<Table, 'schema' | 'name'>) =>
  (schema === 'platform' && name === 'migration') || (schema === 'graphile_worker' && name === 'migrations');

/**
 * Replaces the rows of all tables by those of the backup, inside the caller's transaction. Needs no superuser, only the
 * tables' owner: foreign keys are dropped and made again afterwards, which checks them, and triggers rest meanwhile.
 *
 * @param amend changes rows before triggers (which may refuse a change, or note its time) come back
 */
export async function loadTables(
  client: Client,
  dir: string,
  manifest: Manifest,
  amend: () => Promise<void>,
): Promise<void> {
  const present = await listTables(client);
  const wanted = manifest.tables.filter((table) => !isBookkeeping(table));
  for (const table of wanted) requireTable(table, present);
  const schemas = [...new Set(wanted.map((table) => table.schema))];
  const awake = await restTriggers(client, schemas);
  const keys = await dropForeignKeys(client, schemas);
  // Migrations may have put rows in; the backup has them as they became.
  if (wanted.length > 0) await client.query(`truncate only ${wanted.map(named).join(', only ')}`);
  for (const table of wanted) {
    const columns = table.columns.map((column) => quote(column)).join(', ');
    const target = client.query(copyFrom(`copy ${named(table)} (${columns}) from stdin`));
    await pipeline(createReadStream(join(dir, table.file)), createGunzip(), target);
    if (target.rowCount !== table.rows) throw damaged(table.file);
  }
  for (const { schema, name, value, called } of manifest.sequences) {
    await client.query('select setval($1::regclass, $2::bigint, $3)', [quote(schema, name), value, called]);
  }
  await amend();
  for (const statement of [...keys, ...awake]) await client.query(statement);
}

const named = ({ schema, name }: Pick<Table, 'schema' | 'name'>) => quote(schema, name);

function requireTable(table: Table, present: Table[]): void {
  const found = present.find(({ schema, name }) => schema === table.schema && name === table.name);
  const lost = found ? table.columns.filter((column) => !found.columns.includes(column)) : [table.name];
  if (lost.length === 0) return;
  const message = `The backup has ${table.schema}.${table.name} (${lost.join(', ')}), which this release does not know.`;
  throw new BackupError('PLATFORM_BACKUP_NEWER', message);
}

/** Returns the statements that make the keys again. */
async function dropForeignKeys(client: Client, schemas: string[]): Promise<string[]> {
  const { rows } = await client.query<{ schema: string; table: string; name: string; definition: string }>(
    `
    select n.nspname as schema, c.relname as "table", k.conname as name, pg_get_constraintdef(k.oid) as definition
    from pg_constraint k join pg_class c on c.oid = k.conrelid join pg_namespace n on n.oid = c.relnamespace
    where k.contype = 'f' and k.conparentid = 0 and n.nspname = any ($1)`,
    [schemas],
  );
  for (const key of rows) {
    await client.query(`alter table ${quote(key.schema, key.table)} drop constraint ${quote(key.name)}`);
  }
  return rows.map(
    (key) => `alter table ${quote(key.schema, key.table)} add constraint ${quote(key.name)} ${key.definition}`,
  );
}

/** How each kind of pg_trigger.tgenabled is switched on again. */
const ENABLE: Record<string, string> = { O: 'enable', R: 'enable replica', A: 'enable always' };

/** Switches the triggers off that are on, and returns the statements that switch them on as they were. */
async function restTriggers(client: Client, schemas: string[]): Promise<string[]> {
  const { rows } = await client.query<{ schema: string; table: string; name: string; enabled: string }>(
    `
    select n.nspname as schema, c.relname as "table", t.tgname as name, t.tgenabled as enabled
    from pg_trigger t join pg_class c on c.oid = t.tgrelid join pg_namespace n on n.oid = c.relnamespace
    where not t.tgisinternal and t.tgenabled <> 'D' and c.relkind in ('r', 'p') and n.nspname = any ($1)`,
    [schemas],
  );
  for (const it of rows) {
    await client.query(`alter table ${quote(it.schema, it.table)} disable trigger ${quote(it.name)}`);
  }
  return rows.map((it) => `alter table ${quote(it.schema, it.table)} ${ENABLE[it.enabled]} trigger ${quote(it.name)}`);
}
