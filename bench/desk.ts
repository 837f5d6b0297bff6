import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import type { FastifyInstance } from 'fastify';
import { sql } from 'kysely';
import { createServer } from '../src/compose.ts';
import { transaction } from '../src/platform/db.ts';
import { migrate } from '../src/platform/migrate.ts';
import { startPostgres } from '../src/platform/postgres/index.ts';
import { findRoot } from '../src/platform/root.ts';
import { fillDesk, HOT_ITEMS } from './desk-data.ts';
import { machine, percentile, table } from './measure.ts';
import { openModules } from './platform.ts';

/*
 * How long an analyst waits for the queue and for the page of an item when a million reports are there. Through the whole
 * server: session, policy, queries, rendering. See README.md.
 */

const { values: flags } = parseArgs({
  options: { requests: { type: 'string', default: '300' }, state: { type: 'string' } },
});
const REPORTS = Number(process.env.BENCH_REPORTS ?? 1_000_000);
const REQUESTS = Number(flags.requests);
const AIM_P95_MS = 100;

type Modules = Awaited<ReturnType<typeof openModules>>;
type Db = Modules['platform']['db'];

const stateDir = flags.state ?? mkdtempSync(path.join(tmpdir(), 'salama-bench-'));
try {
  await fill();
  process.exitCode = (await measure()) ? 0 : 1;
} finally {
  if (!flags.state) rmSync(stateDir, { recursive: true, force: true });
}

/** Fills the database, which need not be durable while it is filled. With --state it is kept, and filled once. */
async function fill(): Promise<void> {
  const settings = { fsync: 'off', synchronous_commit: 'off', max_wal_size: '8GB', maintenance_work_mem: '256MB' };
  const server = await startPostgres({ stateDir, log: () => {}, settings });
  try {
    await migrate(server.url, findRoot());
    const modules = await openModules(server.url);
    const { db } = modules.platform;
    const { rows } = await sql<{ full: boolean }>`select exists (select from casework.item) as full`.execute(db);
    if (!rows[0]?.full) {
      const accounts = await modules.identity.createDemoAccounts();
      const [analyst] = await modules.identity.accountsWithRole('analyst');
      if (!analyst || accounts.length === 0) throw new Error('the demonstration has no analyst');
      await fillDesk(db, REPORTS, analyst.id);
      await sql`drop table bench_draw`.execute(db);
      // What autovacuum does in a year of work.
      await sql`vacuum analyze`.execute(db);
    }
    await modules.close();
  } finally {
    await server.stop('fast');
  }
}

/** Pages of an item open the keys of its reports: those that are visited need real ones. A million would take minutes. */
async function giveKeys({ db, keys }: Modules['platform']): Promise<void> {
  const visited = [...new Set((await itemPages(db)).flat())];
  const { rows } = await sql<{ report: string }>`
    select report from casework.item_report where item = any(${visited}::uuid[])`.execute(db);
  for (let i = 0; i < rows.length; i += 5000) {
    const ids = rows.slice(i, i + 5000).map((r) => r.report);
    const wrapped = ids.map((id) => keys.newRecordKey(`reporting.report:${id}`).wrapped);
    await sql`
      update reporting.report r set data_key = given.key
      from unnest(${ids}::uuid[], ${wrapped}::bytea[]) as given(id, key) where r.id = given.id`.execute(db);
  }
}

/** The items whose pages are visited, spread over the whole database: once reported, asked about, much reported. */
async function itemPages(db: Db): Promise<[once: string[], asked: string[], hot: string[]]> {
  const items = async (where: string) =>
    (
      await sql<{ id: string }>`
        select id from casework.item where ${sql.raw(where)} order by md5('i' || id::text) limit ${REQUESTS}`.execute(
        db,
      )
    ).rows.map((r) => r.id);
  return [
    await items('reports = 1'),
    await items('first_notice_at is not null and reports = 1'),
    await items('reports > 1'),
  ];
}

async function measure(): Promise<boolean> {
  const server = await startPostgres({ stateDir, log: () => {} });
  const modules = await openModules(server.url);
  const app = await createServer(modules);
  try {
    const { db } = modules.platform;
    // The master key is made anew in every run.
    await giveKeys(modules.platform);
    const [analyst] = await modules.identity.accountsWithRole('analyst');
    if (!analyst) throw new Error('there is no analyst');
    const opened = await transaction(db, (tx) =>
      modules.identity.sessions.open(tx, analyst.id, { assurance: 'full', factors: ['demo'] }),
    );
    const cookie = `ss=${opened.token}; lang=ar`;
    const rows: string[][] = [['', 'requests', 'p50 ms', 'p95 ms', 'max ms', 'KB']];
    let slowest = 0;
    for (const [name, urls] of await pages(db)) {
      const { took, bytes } = await visit(app, cookie, urls);
      slowest = Math.max(slowest, percentile(took, 95));
      const at = (p: number) => percentile(took, p).toFixed(1);
      rows.push([name, String(took.length), at(50), at(95), at(100), (bytes / took.length / 1024).toFixed(0)]);
    }
    const [size] = (
      await sql<{ text: string }>`select pg_size_pretty(pg_database_size(current_database())) as text`.execute(db)
    ).rows;
    console.log(`${REPORTS.toLocaleString('en')} reports and items, ${size?.text}\n`);
    console.log(table(rows));
    console.log(`\nslowest p95   ${slowest.toFixed(1)} ms   (aim: under ${AIM_P95_MS} ms)`);
    console.log(`machine       ${machine()}`);
    return slowest < AIM_P95_MS;
  } finally {
    await app.close();
    await modules.close();
    await server.stop();
  }
}

/** One after the other, as one person clicks; a first tenth that is not measured warms what a morning warms. */
async function visit(
  app: FastifyInstance,
  cookie: string,
  urls: readonly string[],
): Promise<{ took: number[]; bytes: number }> {
  const took: number[] = [];
  let bytes = 0;
  for (const [i, url] of [...urls.slice(0, Math.ceil(urls.length / 10)), ...urls].entries()) {
    const began = performance.now();
    const answer = await app.inject({ url, headers: { cookie } });
    const ms = performance.now() - began;
    if (answer.statusCode !== 200) throw new Error(`${url} answered ${answer.statusCode}`);
    if (i < urls.length / 10) continue;
    took.push(ms);
    bytes += answer.rawPayload.length;
  }
  return { took: took.toSorted((a, b) => a - b), bytes };
}

/** The pages, by kind, each at places spread over the whole database. */
async function pages(db: Db): Promise<[name: string, urls: string[]][]> {
  const places = async (where: string) =>
    (
      await sql<{ place: string }>`
        select urgency || '.' || (extract(epoch from first_reported_at) * 1000)::bigint || '.' || id as place
        from casework.item where ${sql.raw(where)} order by md5(id::text) limit ${REQUESTS}`.execute(db)
    ).rows.map((r) => r.place);
  const hosts = (
    await sql<{ host: string }>`
      select host from casework.item where host is not null order by md5(id::text) limit ${REQUESTS}`.execute(db)
  ).rows.map((r) => r.host);
  const [once, asked, hot] = (await itemPages(db)).map((ids) => ids.map((id) => `/desk/items/${id}`)) as [
    string[],
    string[],
    string[],
  ];
  const repeated = (urls: string[]) => Array.from({ length: REQUESTS }, (_, i) => urls[i % urls.length] as string);
  const of = (values: readonly string[]) => (i: number) => values[i % values.length] as string;
  const category = of(['harassment', 'sextortion', 'csam', 'self-harm', 'privacy', 'excessive-use']);
  const kind = of(['url', 'account', 'report']);
  const state = of(['waiting', 'gone', 'asked', 'illegal', 'harmful', 'not-actionable']);
  const each = (url: (i: number) => string) => Array.from({ length: REQUESTS }, (_, i) => url(i));
  return [
    ['queue, first page', repeated(['/desk'])],
    ['queue, deep pages', (await places(`state = 'waiting'`)).map((p) => `/desk?after=${p}`)],
    ['queue, pages back', (await places(`state = 'waiting'`)).map((p) => `/desk?before=${p}`)],
    ['queue, other states', each((i) => `/desk?state=${state(i)}`)],
    ['queue, by category', each((i) => `/desk?state=${state(i)}&category=${category(i)}`)],
    ['queue, by kind', each((i) => `/desk?state=${state(i)}&kind=${kind(i)}`)],
    ['queue, category and kind', each((i) => `/desk?category=${category(i)}&kind=${kind(i >> 1)}`)],
    ['queue, by host', each((i) => `/desk?state=${state(i)}&host=${of(hosts)(i)}`)],
    ['queue, by domain', each((i) => `/desk?state=${state(i)}&host=${of(hosts)(i).replace(/^(www|forum|img)\./, '')}`)],
    ['queue, host and category', each((i) => `/desk?host=${of(hosts)(i)}&category=${category(i)}`)],
    ['item', once],
    ['item, judged and asked', asked],
    [`item, of ${HOT_ITEMS} much reported`, repeated(hot)],
    [
      'item, last of its reports',
      repeated(hot).map((url) => `${url}?reports=${Math.floor(REPORTS / 10 / HOT_ITEMS / 10)}`),
    ],
  ];
}
