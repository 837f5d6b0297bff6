import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addMasterKey, openKeyring } from './keys.ts';
import { rotateKeys } from './rotate-keys.ts';
import { createTestDatabase } from './testkit/index.ts';

describe('rotation of the master key', () => {
  const dir = mkdtempSync(path.join(tmpdir(), 'salama-keys-'));
  chmodSync(dir, 0o700);
  let database: Awaited<ReturnType<typeof createTestDatabase>>;
  let client: pg.Client;
  beforeAll(async () => {
    database = await createTestDatabase();
    client = new pg.Client({ connectionString: database.url });
    await client.connect();
    await client.query('create schema rot; create table rot.secret (id uuid primary key, data_key bytea, text bytea)');
  });
  afterAll(async () => {
    await client.end();
    await database.drop();
    rmSync(dir, { recursive: true });
  });

  it('wraps every key again, leaves destroyed ones alone, and every record still opens', async () => {
    const before = openKeyring(dir);
    const ids: string[] = [];
    for (let i = 0; i < 1203; i++) {
      const id = `00000000-0000-7000-8000-${String(i).padStart(12, '0')}`;
      const { wrapped, key } = before.newRecordKey(`rot.secret:${id}`);
      const destroyed = i % 100 === 7;
      await client.query('insert into rot.secret values ($1, $2, $3)', [
        id,
        destroyed ? null : wrapped,
        key.seal(`text ${i}`, 'text'),
      ]);
      if (!destroyed) ids.push(id);
    }
    addMasterKey(dir);
    const after = openKeyring(dir);
    expect(await rotateKeys(database.url, after)).toBe(ids.length);
    expect(await rotateKeys(database.url, after)).toBe(0);
    const { rows } = await client.query<{ id: string; data_key: Buffer; text: Buffer }>(
      'select * from rot.secret where data_key is not null order by id',
    );
    expect(rows.map((r) => r.id)).toEqual(ids);
    for (const row of rows) {
      expect(row.data_key.readUInt16BE(0)).toBe(2);
      expect(after.openRecordKey(row.data_key, `rot.secret:${row.id}`).openText(row.text, 'text')).toMatch(
        /^text \d+$/,
      );
      expect(() => before.openRecordKey(row.data_key, `rot.secret:${row.id}`)).toThrow(/no master key/);
    }
  });
});
