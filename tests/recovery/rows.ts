import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import { Client } from 'pg';
import { to as copyTo } from 'pg-copy-streams';

/** What a restore changes on purpose: who holds a job, and when the schema was made. */
const OF_THE_PLACE = new Map([
  ['graphile_worker', new Set(['locked_at', 'locked_by', 'ts'])],
  ['platform', new Set(['applied_at'])],
]);

/** Number and hash of the rows by table, whatever their order. */
export type Rows = Record<string, string>;

function hashOf(schema: string, columns: string[], copied: string): string {
  const left = OF_THE_PLACE.get(schema);
  const order = columns.map((_, i) => i).filter((i) => !left?.has(columns[i] as string));
  order.sort((a, b) => ((columns[a] as string) < (columns[b] as string) ? -1 : 1));
  // In COPY's text format neither a tab nor a line feed occurs in a value.
  const rows = copied.split('\n').slice(0, -1);
  const lines = rows.map((row) => {
    const fields = row.split('\t');
    return order.map((i) => fields[i]).join('\t');
  });
  return `${rows.length} rows ${createHash('sha256').update(lines.sort().join('\n')).digest('hex')}`;
}

/** All tables of a database, looked up without the code that makes backups. */
export async function rowsOf(databaseUrl: string): Promise<Rows> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    await client.query('begin isolation level repeatable read read only');
    const { rows: tables } = await client.query<{ schema: string; name: string; columns: string[] }>(`
      select t.schemaname as schema, t.tablename as name,
             array(select c.column_name::text from information_schema.columns c
                   where c.table_schema = t.schemaname and c.table_name = t.tablename and c.is_generated = 'NEVER') as columns
      from pg_tables t where t.schemaname !~ '^pg_' and t.schemaname <> 'information_schema'`);
    const found: Rows = {};
    for (const { schema, name, columns } of tables) {
      const quoted = columns.map((c) => `"${c}"`).join(', ');
      const copied = await text(client.query(copyTo(`copy "${schema}"."${name}" (${quoted}) to stdout`)));
      found[`${schema}.${name}`] = hashOf(schema, columns, copied);
    }
    return found;
  } finally {
    await client.end();
  }
}

/** The snapshot's tables, read from the backup's files. */
export function rowsIn(backup: string): Rows {
  const { tables } = manifestOf(backup);
  return Object.fromEntries(
    tables.map(({ schema, name, columns, file }) => [
      `${schema}.${name}`,
      hashOf(schema, columns, gunzipSync(readFileSync(path.join(backup, file))).toString('utf8')),
    ]),
  );
}

interface ManifestFile {
  tables: { schema: string; name: string; columns: string[]; file: string; sha256: string }[];
  files: { path: string; file: string; sha256: string }[];
}

export const manifestOf = (backup: string): ManifestFile =>
  JSON.parse(readFileSync(path.join(backup, 'manifest.json'), 'utf8')) as ManifestFile;

export const sha256Of = (file: string): string => createHash('sha256').update(readFileSync(file)).digest('hex');
