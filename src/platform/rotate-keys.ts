import pg from 'pg';
import type { Keyring } from './keys.ts';

const BATCH = 500;

/**
 * Wraps every data key again under the newest master key: each table with a `data_key` column, in batches of their own
 * transactions, so that it may run beside a working server and go on where it was stopped. Every process must have been
 * restarted since the newest master key was made, or it can't open what is wrapped here.
 * Returns how many keys were wrapped anew.
 */
export async function rotateKeys(databaseUrl: string, keys: Keyring): Promise<number> {
  const client = new pg.Client({ connectionString: databaseUrl, application_name: 'e-salama rotate keys' });
  await client.connect();
  try {
    // The first column of the primary key is what the key's context names (see newRecordKey).
    const tables = await client.query<{ schema: string; name: string; key: string }>(
      `select n.nspname as schema, c.relname as name, k.attname as key
       from pg_index i
       join pg_class c on c.oid = i.indrelid
       join pg_namespace n on n.oid = c.relnamespace
       join pg_attribute k on k.attrelid = c.oid and k.attnum = i.indkey[0]
       join pg_attribute d on d.attrelid = c.oid and d.attname = 'data_key' and not d.attisdropped
       where i.indisprimary`,
    );
    let rotated = 0;
    for (const { schema, name, key } of tables.rows) {
      const table = `"${schema}"."${name}"`;
      for (;;) {
        await client.query('begin');
        const { rows } = await client.query<{ place: string; id: string; data_key: Buffer }>(
          `select ctid::text as place, "${key}"::text as id, data_key from ${table}
           where get_byte(data_key, 0) * 256 + get_byte(data_key, 1) <> $1 limit ${BATCH} for update`,
          [keys.newestMaster],
        );
        for (const row of rows) {
          const wrapped = keys.rewrap(row.data_key, `${schema}.${name}:${row.id}`);
          if (wrapped)
            await client.query(`update ${table} set data_key = $2 where ctid = $1::tid`, [row.place, wrapped]);
        }
        await client.query('commit');
        rotated += rows.length;
        if (rows.length < BATCH) break;
      }
    }
    return rotated;
  } finally {
    await client.end();
  }
}
