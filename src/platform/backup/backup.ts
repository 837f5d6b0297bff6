import { mkdir, readdir, readFile, rename, rm, rmdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { Client } from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import type { Clock } from '../clock.ts';
import { listSequences, listTables, quote, type Table } from './catalogue.ts';
import { BackupError } from './errors.ts';
import { copyHashed, hashing, listFiles, newFile } from './files.ts';
import { type Manifest, writeManifest } from './manifest.ts';

export interface BackupOptions {
  databaseUrl: string;
  /** Folders of files that rows speak of, by a name that stays: { files: '/var/lib/.../files' }. Never the keys. */
  dirs: Record<string, string>;
  /** Folder to make; must not exist, or be empty. */
  target: string;
  clock: Clock;
  /** Root of the repository, for the version in package.json. */
  rootDir: string;
  /** What identifies the master keys in use, so that a restore can tell whether it has the right ones. */
  keyId?: string;
}

/**
 * Writes a backup: every table by COPY in one snapshot (so a server may go on working, and managed servers allow it), the
 * sequences, the files, and a manifest with the checksum of each. The keys are not in it: kept apart, they make a stolen
 * backup unreadable and let a destroyed key stay destroyed.
 *
 * The folder appears under its name only when all is written.
 *
 * @throws BackupError PLATFORM_BACKUP_TARGET
 */
export async function backup(options: BackupOptions): Promise<Manifest> {
  const target = resolve(options.target);
  const taken = await readdir(target).catch(() => null);
  if (taken && taken.length > 0) {
    throw new BackupError('PLATFORM_BACKUP_TARGET', `${target} is not empty: name a new folder for the backup.`);
  }
  const draft = `${target}.partial`;
  await rm(draft, { recursive: true, force: true });
  await mkdir(join(draft, 'tables'), { recursive: true, mode: 0o700 });
  const client = new Client({ connectionString: options.databaseUrl, application_name: 'e-salama backup' });
  await client.connect();
  try {
    const manifest = await copyDatabase(client, draft, options);
    await writeManifest(draft, manifest);
    if (taken) await rmdir(target);
    await rename(draft, target);
    return manifest;
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    throw error;
  } finally {
    await client.end();
  }
}

async function copyDatabase(client: Client, draft: string, options: BackupOptions): Promise<Manifest> {
  await client.query('begin isolation level repeatable read read only');
  // A row that a policy would hide must be an error here, and nothing may cut a long copy short.
  await client.query('set local row_security = off; set local statement_timeout = 0');
  await client.query('set local idle_in_transaction_session_timeout = 0');
  const createdAt = options.clock.now().toISOString();
  const tables = await listTables(client);
  if (tables.length > 0) {
    // As pg_dump does: nobody changes or drops a table between now and its copy.
    await client.query(
      `lock table only ${tables.map((t) => quote(t.schema, t.name)).join(', only ')} in access share mode`,
    );
  }
  const copied: Manifest['tables'] = [];
  for (const [index, table] of tables.entries()) copied.push(await copyTable(client, draft, table, index));
  const version = await client.query<{ server_version: string }>('show server_version');
  const manifest: Manifest = {
    format: 1,
    createdAt,
    appVersion: await appVersion(options.rootDir),
    serverVersion: version.rows[0]?.server_version ?? '',
    keyId: options.keyId ?? null,
    migrations: await appliedMigrations(client, tables),
    tables: copied,
    sequences: await listSequences(client),
    // While the snapshot is open: a file is written before the row that names it, so no row lacks its file.
    files: await copyFiles(draft, options.dirs),
  };
  await client.query('commit');
  return manifest;
}

async function copyTable(client: Client, draft: string, table: Table, index: number) {
  const { schema, name, columns } = table;
  // Numbered, because a name may hold what a file's name can't.
  const file = `tables/${String(index).padStart(4, '0')}-${`${schema}.${name}`.replace(/[^a-zA-Z0-9_.]/g, '_')}.copy.gz`;
  let rows = 0;
  const counter = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      // In COPY's text format a line feed ends a row and occurs nowhere else.
      for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) rows += 1;
      done(null, chunk);
    },
  });
  const { stream, digest } = hashing();
  const source = client.query(
    copyTo(`copy ${quote(schema, name)} (${columns.map((c) => quote(c)).join(', ')}) to stdout`),
  );
  await pipeline(source, counter, createGzip({ level: 3 }), stream, newFile(join(draft, file)));
  return { schema, name, columns, rows, file, sha256: digest() };
}

async function copyFiles(draft: string, dirs: Record<string, string>): Promise<Manifest['files']> {
  const files: Manifest['files'] = [];
  for (const [dir, source] of Object.entries(dirs)) {
    for (const path of await listFiles(source)) {
      const file = `files/${dir}/${path}`;
      const sha256 = await copyHashed(join(source, path), join(draft, file));
      if (sha256) files.push({ dir, path, file, sha256 });
    }
  }
  return files;
}

async function appliedMigrations(client: Client, tables: Table[]): Promise<Manifest['migrations']> {
  if (!tables.some((table) => table.schema === 'platform' && table.name === 'migration')) return [];
  const { rows } = await client.query<{ name: string; checksum: string }>(
    'select name, checksum from platform.migration order by name',
  );
  return rows;
}

async function appVersion(rootDir: string): Promise<string> {
  const { version } = JSON.parse(await readFile(join(rootDir, 'package.json'), 'utf8')) as { version?: string };
  return version ?? '';
}
