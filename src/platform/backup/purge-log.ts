import { readFile } from 'node:fs/promises';
import type { Client } from 'pg';
import { listTables, quote, type Table } from './catalogue.ts';

/** A record whose key was destroyed. */
export interface Purged {
  schema: string;
  table: string;
  id: string;
}

/** Lines like `reporting.report 0198c5a2-...`; a last line without its end was cut short by a crash and does not count. */
export function parsePurgeLog(text: string): Purged[] {
  return text
    .split('\n')
    .slice(0, -1)
    .flatMap((line) => {
      const match = /^([a-z_][a-z0-9_]*)\.([a-z_][a-z0-9_]*) (\S+)$/.exec(line.trim());
      const [, schema, table, id] = match ?? [];
      return schema && table && id ? [{ schema, table, id }] : [];
    });
}

/** The purges so far; none when nothing was ever purged. */
export async function readPurgeLog(file: string): Promise<Purged[]> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '';
    throw error;
  });
  return parsePurgeLog(text);
}

/**
 * Destroys the data keys again that an old backup brought back. Runs in the caller's transaction.
 * @returns the tables touched (to be rewritten, so that no dead row keeps a key) and how many keys were destroyed
 */
export async function purgeAgain(client: Client, purged: Purged[]): Promise<{ tables: Table[]; keys: number }> {
  const withKeys = (await listTables(client)).filter((table) => table.columns.includes('data_key'));
  const touched: Table[] = [];
  let keys = 0;
  for (const table of withKeys) {
    const ids = purged.filter((it) => it.schema === table.schema && it.table === table.name).map((it) => it.id);
    if (ids.length === 0) continue;
    const { rowCount } = await client.query(
      `update ${quote(table.schema, table.name)} set data_key = null where id::text = any ($1) and data_key is not null`,
      [ids],
    );
    if (!rowCount) continue;
    keys += rowCount;
    touched.push(table);
  }
  return { tables: touched, keys };
}
