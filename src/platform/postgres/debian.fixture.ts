import { execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  appendFileSync,
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { as } from './cluster.ts';
import { databaseUser } from './state-dir.ts';

const BIN = '/usr/lib/postgresql/15/bin';

/**
 * Whether the oldest server we support is installed here (set-up installs it for tests when it may); always true in CI, so
 * that its absence fails there.
 */
export const debianPostgresInstalled = process.env.CI === 'true' || existsSync(join(BIN, 'initdb'));
if (!debianPostgresInstalled)
  console.warn('skipped: everything on Debian’s PostgreSQL 15, which is not installed here');

/**
 * A server that is not ours, as DATABASE_URL would name it: Debian's PostgreSQL 15, in which our role is an ordinary one
 * that owns its database and nothing else.
 */
export async function startDebianPostgres(): Promise<{ url: string; stop(): Promise<void> }> {
  const user = databaseUser('salama-db');
  const base = mkdtempSync(join(tmpdir(), 'salama-pg15-'));
  // The socket is in it, and a server started as root connects as another user.
  chmodSync(base, 0o711);
  const data = join(base, 'data');
  mkdirSync(data, { mode: 0o700 });
  const password = randomBytes(16).toString('hex');
  writeFileSync(join(base, 'password'), password, { mode: 0o600 });
  if (user) for (const path of [base, data, join(base, 'password')]) chownSync(path, user.uid, user.gid);
  const access = ['--username=admin', '--auth=scram-sha-256', `--pwfile=${join(base, 'password')}`, '--no-sync'];
  execFileSync(join(BIN, 'initdb'), ['-D', data, '--encoding=UTF8', '--locale=C.UTF-8', ...access], as(user, data));
  const settings = { listen_addresses: '', unix_socket_directories: base, fsync: 'off', shared_buffers: '32MB' };
  for (const [name, value] of Object.entries(settings)) {
    appendFileSync(join(data, 'postgresql.conf'), `${name} = '${value}'\n`);
  }
  const server = spawn(join(BIN, 'postgres'), ['-D', data], { ...as(user, data), stdio: 'ignore' });
  const gone = new Promise((resolve) => server.once('exit', resolve));
  const url = (role: string, database: string) =>
    `postgres://${role}:${password}@localhost/${database}?host=${encodeURIComponent(base)}`;
  const admin = await connected(url('admin', 'postgres'));
  await admin.query(`create role salama login createdb password '${password}'`);
  await admin.query('grant pg_signal_backend to salama');
  await admin.query('create database salama owner salama');
  await admin.end();
  return {
    url: url('salama', 'salama'),
    async stop() {
      server.kill('SIGQUIT');
      await gone;
      rmSync(base, { recursive: true, force: true });
    },
  };
}

async function connected(url: string): Promise<Client> {
  for (const deadline = performance.now() + 20_000; ; await sleep(50)) {
    const client = new Client({ connectionString: url });
    try {
      await client.connect();
      return client;
    } catch (error) {
      if (performance.now() > deadline) throw error;
    }
  }
}
