import { execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chownSync, existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Binaries } from './binaries.ts';
import { PostgresError } from './errors.ts';
import { ensureDir, type SystemUser } from './state-dir.ts';

/** Role and database of the application. It is no superuser: that one has no password and no way in over the socket. */
export const APP_ROLE = 'salama';

/** PostgreSQL gets nothing of our environment: secrets live there. */
export const SERVER_ENV = { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' };

export interface ClusterOptions {
  dataDir: string;
  socketDir: string;
  password: string;
  user: SystemUser | null;
  settings: Record<string, string>;
}

const run = promisify(execFile);

/** Reads the database password, or makes it: 0600, complete or not there. */
export function databasePassword(stateDir: string): string {
  const keys = join(stateDir, 'keys');
  const file = join(keys, 'db-password');
  ensureDir(keys, 0o700);
  if (existsSync(file)) return readFileSync(file, 'utf8').trim();
  const password = randomBytes(32).toString('base64url');
  writeAtomically(file, `${password}\n`, null);
  return password;
}

/**
 * Makes the cluster if there is none, in a folder beside it that is renamed when all is done: a start killed half-way
 * leaves nothing that looks like a database.
 *
 * @throws PostgresError PLATFORM_DB_VERSION when the data were written by another major version
 */
export async function ensureCluster(binaries: Binaries, options: ClusterOptions): Promise<{ created: boolean }> {
  const { dataDir, user } = options;
  if (existsSync(join(dataDir, 'PG_VERSION'))) {
    const found = readFileSync(join(dataDir, 'PG_VERSION'), 'utf8').trim();
    if (found === binaries.major) return { created: false };
    throw new PostgresError(
      'PLATFORM_DB_VERSION',
      `${dataDir} was written by PostgreSQL ${found}, this is ${binaries.major}: make a backup with the old release and restore it with this one.`,
    );
  }
  const draft = `${dataDir}.new`;
  rmSync(draft, { recursive: true, force: true });
  ensureDir(draft, 0o700, user);
  const flags = ['--encoding=UTF8', '--locale-provider=builtin', '--locale=C.UTF-8', '--data-checksums'];
  const access = ['--username=postgres', '--auth=peer'];
  const durable = options.settings.fsync === 'off' ? ['--no-sync'] : [];
  try {
    await run(join(binaries.bin, 'initdb'), ['-D', draft, ...flags, ...access, ...durable], as(user, draft));
    configure(draft, options);
    await bootstrap(binaries, draft, options.password, user);
  } catch (cause) {
    const detail = cause instanceof Error && 'stderr' in cause ? String(cause.stderr).trim() : String(cause);
    throw new PostgresError('PLATFORM_DB_START', `The database could not be created: ${detail}`, { cause });
  }
  renameSync(draft, dataDir);
  return { created: true };
}

/** Writes the server's configuration; returns whether it differs from what was there. */
export function configure(dataDir: string, options: Omit<ClusterOptions, 'dataDir' | 'password'>): boolean {
  const { user, socketDir } = options;
  const settings: Record<string, string> = { ...DEFAULTS, unix_socket_directories: socketDir, ...options.settings };
  const lines = Object.entries(settings).map(([name, value]) => `${name} = '${value.replaceAll("'", "''")}'`);
  const files = {
    'postgresql.conf': `# Written at every start.\n${lines.join('\n')}\n`,
    // The superuser only for whoever is the database's own system user (sudo -u salama-db psql -U postgres -h ...).
    'pg_hba.conf': 'local all postgres peer map=owner\nlocal all all scram-sha-256\n',
    'pg_ident.conf': `owner ${user?.name ?? ownName()} postgres\n`,
  };
  let changed = false;
  for (const [name, text] of Object.entries(files)) {
    const file = join(dataDir, name);
    if (existsSync(file) && readFileSync(file, 'utf8') === text) continue;
    writeAtomically(file, text, user);
    changed = true;
  }
  return changed;
}

const DEFAULTS = {
  listen_addresses: '',
  unix_socket_permissions: '0777',
  max_connections: '100',
  shared_buffers: '128MB',
  max_wal_size: '1GB',
  fsync: 'on',
  full_page_writes: 'on',
  synchronous_commit: 'on',
  recovery_init_sync_method: 'syncfs',
  idle_in_transaction_session_timeout: '60s',
  client_connection_check_interval: '5s',
  timezone: 'UTC',
  log_timezone: 'UTC',
  cluster_name: 'e-salama',
  log_line_prefix: '%m [%p] ',
  // No word of a report may reach the log: an error's own message can repeat a value ("invalid input syntax for ..."), so
  // errors of statements are the client's to log. LOG ranks above ERROR here: the server's own life is still told.
  log_min_messages: 'log',
  log_min_error_statement: 'panic',
  log_error_verbosity: 'terse',
  log_parameter_max_length: '0',
  log_parameter_max_length_on_error: '0',
};

/** Makes the application's role and database in single-user mode: no server with an open superuser ever listens. */
async function bootstrap(binaries: Binaries, dataDir: string, password: string, user: SystemUser | null) {
  const statements = [
    `create role ${APP_ROLE} login createdb password '${password}'`,
    // pg_signal_backend, because DROP DATABASE ... (FORCE) may meet an autovacuum worker.
    `grant pg_monitor, pg_checkpoint, pg_signal_backend to ${APP_ROLE}`,
    `create database ${APP_ROLE} owner ${APP_ROLE}`,
  ];
  // shared_buffers small: this server lives for a few milliseconds.
  const args = ['--single', '-D', dataDir, '-c', 'exit_on_error=on', '-c', 'shared_buffers=16MB', 'postgres'];
  const child = spawn(join(binaries.bin, 'postgres'), args, { ...as(user, dataDir), stdio: ['pipe', 'pipe', 'pipe'] });
  let output = '';
  child.stdout.resume();
  child.stderr.on('data', (chunk: Buffer) => {
    output += chunk.toString('utf8');
  });
  child.stdin.on('error', () => {}); // It may die before it has read all; its exit code tells.
  child.stdin.end(`${statements.join('\n')}\n`);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  if (code !== 0) throw new Error(output.replaceAll(password, '***').trim());
}

/** Options to run one of PostgreSQL's programs as its user. */
export function as(user: SystemUser | null, cwd: string) {
  return { cwd, env: SERVER_ENV, ...(user && { uid: user.uid, gid: user.gid }) };
}

function ownName(): string {
  const uid = String(process.getuid?.());
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((entry) => entry.split(':')[2] === uid);
  if (line) return line.split(':')[0] ?? uid;
  throw new PostgresError('PLATFORM_DB_USER', `The user id ${uid} has no entry in /etc/passwd: PostgreSQL needs one.`);
}

function writeAtomically(file: string, text: string, owner: SystemUser | null): void {
  const draft = `${file}.${process.pid}`;
  rmSync(draft, { force: true });
  writeFileSync(draft, text, { mode: 0o600, flag: 'wx', flush: true });
  if (owner) chownSync(draft, owner.uid, owner.gid);
  renameSync(draft, file);
}
