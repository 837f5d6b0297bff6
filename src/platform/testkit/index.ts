import { createHash, randomBytes } from 'node:crypto';
import pg from 'pg';
import { inject } from 'vitest';
import { ManualClock } from '../clock.ts';
import { type Config, loadConfig } from '../config.ts';
import { openDatabase } from '../db.ts';
import { EventBus } from '../events.ts';
import { loadCatalogues } from '../i18n/index.ts';
import { Jobs, Ticks } from '../jobs.ts';
import { ephemeralKeyring } from '../keys.ts';
import { createLogger } from '../log.ts';
import type { Mail, Mailer } from '../mail.ts';
import { createMailer } from '../mail.ts';
import { listMigrations, migrate } from '../migrate.ts';
import type { Platform } from '../platform.ts';
import { seededRandom } from '../random.ts';
import { findRoot } from '../root.ts';

export interface TestPlatform extends Platform {
  clock: ManualClock;
  pool: pg.Pool;
  databaseUrl: string;
  close(): Promise<void>;
}

function withDatabase(url: string, name: string): string {
  const u = new URL(url);
  u.pathname = `/${name}`;
  return u.toString();
}

async function admin<T>(url: string, fn: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await fn(client);
  } finally {
    await client.end();
  }
}

const TEMPLATE_LOCK = 7_202_611_241;

/** A migrated template, made once per state of the migrations; CREATE DATABASE ... TEMPLATE then takes milliseconds. */
async function ensureTemplate(baseUrl: string, rootDir: string): Promise<string> {
  const migrations = await listMigrations(rootDir);
  const digest = createHash('sha256')
    .update(migrations.map((m) => m.checksum).join())
    .digest('hex')
    .slice(0, 12);
  const name = `template_${digest}`;
  await admin(baseUrl, async (client) => {
    await client.query('select pg_advisory_lock($1)', [TEMPLATE_LOCK]);
    const { rowCount } = await client.query('select 1 from pg_database where datname = $1', [name]);
    if (rowCount) return;
    await client.query(`drop database if exists "${name}_draft" with (force)`);
    await client.query(`create database "${name}_draft"`);
    await migrate(withDatabase(baseUrl, `${name}_draft`), rootDir);
    await client.query(`alter database "${name}_draft" rename to "${name}"`);
  });
  return name;
}

/** A fresh, migrated database on the run's PostgreSQL. */
export async function createTestDatabase(): Promise<{ url: string; drop(): Promise<void> }> {
  const baseUrl = inject('databaseUrl');
  const template = await ensureTemplate(baseUrl, findRoot());
  const name = `t_${randomBytes(6).toString('hex')}`;
  await admin(baseUrl, async (client) => {
    await client.query('select pg_advisory_lock($1)', [TEMPLATE_LOCK]);
    await client.query(`create database "${name}" template "${template}"`);
  });
  return {
    url: withDatabase(baseUrl, name),
    drop: () => admin(baseUrl, (c) => c.query(`drop database if exists "${name}" with (force)`)).then(() => {}),
  };
}

export interface TestOptions {
  /** Environment variables over the defaults of a test. */
  env?: Record<string, string>;
  mailer?: Mailer;
  seed?: number;
  start?: Date;
}

/** The whole platform on a fresh database, with a clock that stands still at 2026-11-24 09:00 UTC and seeded chance. */
export async function createTestPlatform(options: TestOptions = {}): Promise<TestPlatform> {
  const rootDir = findRoot();
  const database = await createTestDatabase();
  const config: Config = loadConfig({
    SALAMA_DEV: '1',
    LOG_LEVEL: process.env.TEST_LOG ?? 'silent',
    SALAMA_STATE: '/nonexistent',
    DATABASE_URL: database.url,
    ...options.env,
  });
  const clock = new ManualClock(options.start ?? new Date('2026-11-24T09:00:00Z'));
  const log = createLogger(config.logLevel, 'test');
  const { db, pool, close } = openDatabase(database.url, { max: 8 });
  const mail = options.mailer ?? createMailer(config.smtpUrl, config.mailFrom);
  return {
    config,
    log,
    clock,
    random: seededRandom(options.seed ?? 1),
    db,
    pool,
    databaseUrl: database.url,
    keys: ephemeralKeyring(),
    events: new EventBus(),
    jobs: new Jobs(log),
    ticks: new Ticks(clock, log),
    mail,
    i18n: loadCatalogues(rootDir),
    rootDir,
    async close() {
      mail.close();
      await close();
      await database.drop();
    },
  };
}

/** Keeps mails instead of sending them; for unit tests of texts only (the real path is tested over SMTP). */
export function collectingMailer(): Mailer & { sent: Mail[] } {
  const sent: Mail[] = [];
  return {
    sent,
    async send(mail) {
      sent.push(mail);
      return { response: '250 kept' };
    },
    close: () => {},
  };
}
