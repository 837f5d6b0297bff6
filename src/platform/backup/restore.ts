import { copyFile, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { listMigrations, migrate } from '../migrate.ts';
import { listTables, quote, type Table } from './catalogue.ts';
import { BackupError } from './errors.ts';
import { copyHashed, giveTo, listFiles, sha256OfFile } from './files.ts';
import { loadTables } from './load.ts';
import { damaged, type Manifest, readManifest } from './manifest.ts';
import { purgeAgain, readPurgeLog } from './purge-log.ts';

export interface RestoreOptions {
  databaseUrl: string;
  /** As in the backup; a folder that the backup has and this lacks is an error. */
  dirs: Record<string, string>;
  /** The backup's folder. */
  source: string;
  /** Root of the repository, for the migrations. */
  rootDir: string;
  /** `<state>/keys/purged.log`. */
  purgeLog: string;
  /** Identifies the master keys at hand; must be that of the backup. */
  keyId?: string;
  /** Throw away what the database and the folders hold now. */
  forceEmpty?: boolean;
  /** What `checkBackup` found, when it was asked before: the sums of a large backup take their time. */
  checked?: Manifest;
}

export interface Restored {
  manifest: Manifest;
  /** Applied after the data, because this release is newer than the backup. */
  newMigrations: string[];
  /** Data keys destroyed again after the purge log. */
  purgedKeys: number;
}

/**
 * Puts a backup back, on any server we run on. Checks everything before it touches anything; builds the schema as it was
 * with the same migrations, loads the rows in one transaction, destroys again the keys that were destroyed since, and
 * then applies the migrations that are newer than the backup. The files are written beside their place first, so that a
 * full disk stops it before anything is thrown away.
 *
 * @throws BackupError PLATFORM_BACKUP_DAMAGED, PLATFORM_BACKUP_FORMAT, PLATFORM_BACKUP_NEWER, PLATFORM_RESTORE_NOT_EMPTY,
 *   PLATFORM_RESTORE_IN_USE, PLATFORM_RESTORE_KEYS
 */
export async function restore(options: RestoreOptions): Promise<Restored> {
  const source = resolve(options.source);
  const manifest = options.checked ?? (await checkBackup(options));
  const purged = await readPurgeLog(options.purgeLog);
  const asItWas = await rootWithMigrations(manifest, options.rootDir);
  const client = new Client({ connectionString: options.databaseUrl, application_name: 'e-salama restore' });
  try {
    await client.connect();
    await requireAlone(client);
    if (!options.forceEmpty) await requireEmpty(client, options.dirs);
    for (const [name, dir] of Object.entries(options.dirs)) await writeDraft(source, manifest, name, dir);
    await dropSchemas(client, manifest, options.rootDir);
    await migrate(options.databaseUrl, asItWas);

    await client.query('begin');
    await client.query('set local statement_timeout = 0; set local row_security = off');
    let purges: Awaited<ReturnType<typeof purgeAgain>> = { tables: [], keys: 0 };
    await loadTables(client, source, manifest, async () => {
      purges = await purgeAgain(client, purged);
      await unlockJobs(client);
    });
    // Before the rows: whoever is stopped here finds an empty database, not rows that lack their files.
    for (const dir of Object.values(options.dirs)) await putInPlace(dir);
    await client.query('commit');

    // A rewrite, because the row versions that still hold the keys would lie in the file until something overwrites them.
    for (const table of purges.tables) await client.query(`vacuum full ${quote(table.schema, table.name)}`);
    await client.query('analyze');
    const newMigrations = await migrate(options.databaseUrl, options.rootDir);
    return { manifest, newMigrations, purgedKeys: purges.keys };
  } finally {
    await client.end();
    for (const dir of Object.values(options.dirs)) await rm(draftOf(dir), { recursive: true, force: true });
    await rm(asItWas, { recursive: true, force: true });
  }
}

/**
 * All that can be said of a backup without a database: whole, of these keys, of folders that this release knows. Asked
 * before anything is made in a fresh state folder, so that a refusal leaves nothing there: a `keys` folder that is there
 * already would take the copy of the right one inside itself.
 *
 * @throws BackupError PLATFORM_BACKUP_DAMAGED, PLATFORM_BACKUP_FORMAT, PLATFORM_BACKUP_NEWER, PLATFORM_RESTORE_KEYS
 */
export async function checkBackup(options: Pick<RestoreOptions, 'source' | 'keyId' | 'dirs'>): Promise<Manifest> {
  const source = resolve(options.source);
  const manifest = await readManifest(source);
  requireKeys(manifest, options.keyId);
  requireDirs(manifest, options.dirs);
  await verifyFiles(source, manifest);
  return manifest;
}

async function verifyFiles(source: string, manifest: Manifest): Promise<void> {
  for (const { file, sha256 } of [...manifest.tables, ...manifest.files]) {
    if ((await sha256OfFile(join(source, file))) !== sha256) throw damaged(file);
  }
}

function requireKeys(manifest: Manifest, keyId: string | undefined): void {
  if (manifest.keyId === null || keyId === undefined || manifest.keyId === keyId) return;
  const message = 'The backup was made with other keys: put its keys folder into the state folder first.';
  throw new BackupError('PLATFORM_RESTORE_KEYS', message);
}

function requireDirs(manifest: Manifest, dirs: Record<string, string>): void {
  const unknown = manifest.files.find(({ dir }) => !dirs[dir]);
  if (!unknown) return;
  const message = `The backup has files of "${unknown.dir}", which this release does not know.`;
  throw new BackupError('PLATFORM_BACKUP_NEWER', message);
}

/**
 * A copy of the migrations that the backup's database had and no others, so that data meet the schema they come from.
 * @returns a temporary root folder
 */
async function rootWithMigrations(manifest: Manifest, rootDir: string): Promise<string> {
  const known = new Map((await listMigrations(rootDir)).map((it) => [it.name, it]));
  const root = await mkdtemp(join(tmpdir(), 'salama-restore-'));
  await mkdir(join(root, 'src/modules'), { recursive: true });
  for (const { name, checksum } of manifest.migrations) {
    const migration = known.get(name);
    if (migration?.checksum !== checksum) {
      await rm(root, { recursive: true });
      const message = `The backup was made by another release: its migration ${name} is not part of this one.`;
      throw new BackupError('PLATFORM_BACKUP_NEWER', message);
    }
    const file = name.slice(migration.module.length + 1);
    const dir = `src/modules/${migration.module}/migrations`;
    await mkdir(join(root, dir), { recursive: true });
    await copyFile(join(rootDir, dir, file), join(root, dir, file));
  }
  return root;
}

/** Nobody else may work in the database meanwhile. A connection just closed takes a moment to go. */
async function requireAlone(client: Client): Promise<void> {
  for (const deadline = performance.now() + 3_000; ; await sleep(100)) {
    const { rows } = await client.query<{ name: string }>(`
      select application_name as name from pg_stat_activity
      where datname = current_database() and usename = current_user and pid <> pg_backend_pid()`);
    if (rows.length === 0) return;
    if (performance.now() < deadline) continue;
    const message = `The database is in use (${rows[0]?.name || 'unnamed'}): stop e-Salama before you restore.`;
    throw new BackupError('PLATFORM_RESTORE_IN_USE', message);
  }
}

/**
 * Refuses a database with rows of its own. Rows that a migration put in do not count: they carry the transaction that also
 * recorded the migration.
 */
async function requireEmpty(client: Client, dirs: Record<string, string>): Promise<void> {
  const tables = await listTables(client);
  const migrated = tables.some((table) => table.schema === 'platform' && table.name === 'migration');
  const seeded = migrated ? 'xmin::text in (select xmin::text from platform.migration)' : 'false';
  for (const table of tables.filter(holdsData)) {
    const { rowCount } = await client.query(
      `select from ${quote(table.schema, table.name)} where not (${seeded}) limit 1`,
    );
    if (rowCount) throw notEmpty(`the table ${table.schema}.${table.name}`);
  }
  for (const dir of Object.values(dirs)) {
    if ((await listFiles(dir)).length > 0) throw notEmpty(`the folder ${dir}`);
  }
}

/** Of the job tables only the jobs themselves; the rest is written whenever a worker starts. */
function holdsData({ schema, name }: Table): boolean {
  if (schema === 'graphile_worker') return name === '_private_jobs';
  return !(schema === 'platform' && name === 'migration');
}

function notEmpty(what: string): BackupError {
  const message = `A restore needs an empty database, and ${what} has content: use --force-empty to throw it away.`;
  return new BackupError('PLATFORM_RESTORE_NOT_EMPTY', message);
}

/** Only schemas of ours: a database may have others. */
async function dropSchemas(client: Client, manifest: Manifest, rootDir: string): Promise<void> {
  const modules = (await listMigrations(rootDir)).map(({ module }) => module.replaceAll('-', '_'));
  const schemas = new Set(['platform', 'graphile_worker', ...modules, ...manifest.tables.map((table) => table.schema)]);
  schemas.delete('public');
  await client.query(`drop schema if exists ${[...schemas].map((schema) => quote(schema)).join(', ')} cascade`);
}

/** Jobs that ran when the snapshot was taken belong to nobody now; left locked, they would wait for four hours. */
async function unlockJobs(client: Client): Promise<void> {
  for (const table of ['_private_jobs', '_private_job_queues']) {
    const { rowCount } = await client.query('select where to_regclass($1) is not null', [`graphile_worker.${table}`]);
    if (rowCount) {
      await client.query(
        `update graphile_worker.${quote(table)} set locked_at = null, locked_by = null where locked_at is not null`,
      );
    }
  }
}

const draftOf = (dir: string) => `${resolve(dir)}.restoring`;

/** Writes the backup's files of one folder beside it, and looks at each again. */
async function writeDraft(source: string, manifest: Manifest, name: string, dir: string): Promise<void> {
  const draft = draftOf(dir);
  await rm(draft, { recursive: true, force: true });
  await mkdir(draft, { recursive: true, mode: 0o700 });
  for (const { path, file, sha256 } of manifest.files.filter((it) => it.dir === name)) {
    if ((await copyHashed(join(source, file), join(draft, path))) !== sha256) throw damaged(file);
  }
  await giveTo(draft, dir);
}

async function putInPlace(dir: string): Promise<void> {
  await rm(dir, { recursive: true, force: true });
  await rename(draftOf(dir), dir);
}
