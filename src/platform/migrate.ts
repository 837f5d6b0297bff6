import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { runMigrations } from 'graphile-worker';
import pg from 'pg';
import { defineError } from './errors.ts';

const MIGRATION_CHANGED = defineError('platform', 'MIGRATION_CHANGED', 500);
/** Any constant will do; it only has to be the same in every process. */
const MIGRATION_LOCK = 7_202_611_240;
const NAME = /^(\d{8}T\d{4})-[a-z0-9-]+\.sql$/;

export interface Migration {
  /** `<module>/<UTC stamp>-name.sql` */
  name: string;
  module: string;
  stamp: string;
  sql: string;
  checksum: string;
}

/** Every migration of every module, in the one global order: by stamp, then by module. */
export async function listMigrations(rootDir: string): Promise<Migration[]> {
  const modulesDir = path.join(rootDir, 'src/modules');
  const found: Migration[] = [];
  for (const module of await readdir(modulesDir)) {
    const dir = path.join(modulesDir, module, 'migrations');
    const files = await readdir(dir).catch(() => [] as string[]);
    for (const file of files) {
      const match = NAME.exec(file);
      if (!match) throw new Error(`${module}/migrations/${file}: a migration is named <YYYYMMDDTHHMM>-name.sql`);
      const sql = await readFile(path.join(dir, file), 'utf8');
      const checksum = createHash('sha256').update(sql).digest('hex');
      found.push({ name: `${module}/${file}`, module, stamp: match[1] as string, sql, checksum });
    }
  }
  return found.sort((a, b) => a.stamp.localeCompare(b.stamp) || a.name.localeCompare(b.name));
}

/**
 * Brings the database up to date: job tables, then our migrations, forward only, each in its own transaction, under an
 * advisory lock so that several processes may start at once. Returns the names applied now.
 * Throws PLATFORM_MIGRATION_CHANGED when an applied file no longer has the checksum it was applied with.
 */
export async function migrate(databaseUrl: string, rootDir: string): Promise<string[]> {
  const migrations = await listMigrations(rootDir);
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    await client.query('select pg_advisory_lock($1)', [MIGRATION_LOCK]);
    await client.query('create schema if not exists platform');
    await client.query(
      `create table if not exists platform.migration (
         name text primary key, checksum text not null, applied_at timestamptz not null default now())`,
    );
    const { rows } = await client.query<{ name: string; checksum: string }>(
      'select name, checksum from platform.migration',
    );
    const applied = new Map(rows.map((r) => [r.name, r.checksum]));
    const done: string[] = [];
    await runMigrations({ connectionString: databaseUrl, logger: quietWorkerLogger });
    for (const m of migrations) {
      const before = applied.get(m.name);
      if (before === m.checksum) continue;
      if (before !== undefined) throw MIGRATION_CHANGED({ name: m.name });
      await client.query('begin');
      try {
        await client.query(`create schema if not exists "${m.module.replaceAll('-', '_')}"`);
        await client.query(m.sql);
        await client.query('insert into platform.migration (name, checksum) values ($1, $2)', [m.name, m.checksum]);
        await client.query('commit');
      } catch (cause) {
        await client.query('rollback');
        throw new Error(`migration ${m.name} failed: ${cause instanceof Error ? cause.message : String(cause)}`, {
          cause,
        });
      }
      done.push(m.name);
    }
    return done;
  } finally {
    await client.end();
  }
}

import { Logger as WorkerLogger } from 'graphile-worker';

/** graphile-worker prints to the console unless it is given a logger. */
export const quietWorkerLogger = new WorkerLogger(() => () => {});
