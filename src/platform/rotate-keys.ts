import pg from 'pg';
import type { Keyring } from './keys.ts';

const BATCH = 500;

/**
 * Wraps every data key again under the newest master key: each table with a `data_key` column, by its primary key, in batches of
 * their own transactions, so that it may run beside a working server and go on where it was stopped.
 * Returns how many keys were wrapped anew.
 */
export async function rotateKeys(databaseUrl: string, keys: Keyring): Promise<number> {
  const client = new pg.Client({ connectionString: databaseUrl, application_name: 'e-salama rotate keys' });
  await client.connect();
  try {
    const tables = await client.query<{ schema: string; name: string; key: string }>(
      `select n.nspname as schema, c.relname as name, k.attname as key
       from pg_index i
       join pg_class c on c.oid = i.indrelid
       join pg_namespace n on n.oid = c.relnamespace
       join pg_attribute k on k.attrelid = c.oid and k.attnum = i.indkey[0]
       join pg_attribute d on d.attrelid = c.oid and d.attname = 'data_key' and not d.attisdropped
       where i.indisprimary and i.indnkeyatts = 1`,
    );
    let rotated = 0;
    for (const { schema, name, key } of tables.rows) {
      const table = `"${schema}"."${name}"`;
      for (let last = '00000000-0000-0000-0000-000000000000'; ; ) {
        await client.query('begin');
        const rows = await client.query<{ id: string; data_key: Buffer }>(
          `select "${key}" as id, data_key from ${table} where "${key}" > $1 and data_key is not null order by 1 limit ${BATCH} for update`,
          [last],
        );
        for (const row of rows.rows) {
          const wrapped = keys.rewrap(row.data_key, `${schema}.${name}:${row.id}`);
          if (!wrapped) continue;
          await client.query(`update ${table} set data_key = $2 where "${key}" = $1`, [row.id, wrapped]);
          rotated += 1;
        }
        await client.query('commit');
        if (rows.rows.length < BATCH) break;
        last = rows.rows.at(-1)?.id ?? last;
      }
    }
    return rotated;
  } finally {
    await client.end();
  }
}
