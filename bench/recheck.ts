import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { sql } from 'kysely';
import { DEFAULT_CHECK_RULE, fingerprintOf } from '../src/modules/takedown/check/index.ts';
import { createTakedown } from '../src/modules/takedown/index.ts';
import { systemClock } from '../src/platform/clock.ts';
import type { Db } from '../src/platform/db.ts';
import { EventBus } from '../src/platform/events.ts';
import { uuidv7 } from '../src/platform/ids.ts';
import { Jobs, Ticks } from '../src/platform/jobs.ts';
import { migrate } from '../src/platform/migrate.ts';
import { startPostgres } from '../src/platform/postgres/index.ts';
import { systemRandom } from '../src/platform/random.ts';
import { findRoot } from '../src/platform/root.ts';
import { startNameServer } from '../world/dns.ts';
import { listenOnAll } from '../world/listen.ts';
import { type Zone, type ZoneRecord, zone } from '../world/zones.ts';
import { machine, percentile, table } from './measure.ts';
import { openModules } from './platform.ts';

/*
 * How long it takes to look at every live address once more, through the real path: claims in the database, DNS, HTTP with
 * the random path and other vantages where an answer calls for them, classification, closing rule, writes and audit.
 * See README.md.
 */

const AIM_MS = 60 * 60_000;
const AIM_ADDRESSES = 12_000;
const ADDRESSES_A_HOST = 4;
/** Looks that each address has behind it. */
const EARLIER = 8;

/** What becomes of the addresses, in hundredths: most are still there. */
const MIX: readonly [share: number, kind: string][] = [
  [55, 'up'],
  [10, 'changed'],
  [10, 'gone'],
  [6, 'removed-notice'],
  [6, 'soft-404'],
  [4, 'bot-wall'],
  [4, 'login-wall'],
  [3, 'parked'],
  [1, 'error'],
  [1, 'reset'],
];
const kindOf = (n: number): string => {
  let left = (n * 7919) % 100;
  for (const [share, kind] of MIX) {
    if (left < share) return kind;
    left -= share;
  }
  return 'up';
};

const hostOf = (n: number) => `h${Math.floor(n / ADDRESSES_A_HOST)}.bench.example`;
const urlOf = (n: number) => `http://${hostOf(n)}/p/${n}`;
const FRAME = Array.from(
  { length: 60 },
  (_, i) => `<li><a href="/s/${i}">Section number ${i} of this site</a></li>`,
).join('');
const shell = (title: string, body: string) =>
  `<!doctype html><title>${title}</title><header><nav><ul>${FRAME}</ul></nav></header><main>${body}</main><footer>${FRAME}</footer>`;
const content = (n: number) =>
  shell(
    `Photo ${n} of the album`,
    `<h1>Photo ${n} of the album</h1><img src="/m/${n}.jpg"><p>${'A walk in the garden with friends and a dog on a sunny day. '.repeat(12)}</p>`,
  );

type Answer = [status: number, body: string, headers?: Record<string, string>];

/** What an address gives; undefined: the connection breaks off. */
function answerOf(n: number, kind: string): Answer | undefined {
  const recipe = `<h1>A recipe</h1><p>${'Stir the onions with oil and add the spices. '.repeat(20)}</p>`;
  const answers: Readonly<Record<string, Answer>> = {
    up: [200, content(n)],
    changed: [200, shell('A recipe', recipe)],
    gone: [404, shell('Not found', '<h1>Not found</h1>')],
    'removed-notice': [200, shell('Removed', '<h1>This content has been removed</h1>')],
    'soft-404': [200, shell('Oops', '<h1>Page not found</h1>')],
    'bot-wall': [403, shell('Checking', '<p>Checking your browser</p>')],
    'login-wall': [302, '', { location: '/login' }],
    parked: [200, '<title>x</title><h1>This domain is for sale</h1>'],
    error: [503, 'busy'],
  };
  return answers[kind];
}
const LOGIN: Answer = [200, '<title>Sign in</title><form><input type=password></form>'];
const NOTHING: Answer = [404, '<h1>Not Found</h1>'];

/** The loopback Internet, in a thread of its own so that its work is not counted as ours; the machine's it is all the same. */
async function serve(hosts: number): Promise<void> {
  let now = false;
  const zones: Zone[] = [zone('example', 1)];
  const addresses = Array.from({ length: 8 }, (_, i) => `127.78.0.${i + 1}`);
  for (let h = 0; h < hosts; h++) {
    const name = `h${h}.bench.example`;
    const record: ZoneRecord = { type: 'A', name, ttl: 60, data: addresses[h % addresses.length] as string };
    zones[0]?.names.set(name, [record]);
  }
  const dns = await startNameServer({ zones, port: 0, now: () => new Date() });
  const made = await listenOnAll(
    () =>
      createServer((req, res) => {
        req.resume();
        const n = /^\/p\/(\d+)$/.exec(req.url ?? '')?.[1];
        const other = req.url === '/login' ? LOGIN : NOTHING;
        const given = n ? answerOf(Number(n), now ? kindOf(Number(n)) : 'up') : other;
        if (!given) return void req.socket.resetAndDestroy();
        const [status, body, headers = {}] = given;
        res.writeHead(status, { 'content-type': 'text/html; charset=utf-8', ...headers }).end(body);
      }),
    addresses,
    0,
  );
  parentPort?.on('message', () => {
    now = true;
    parentPort?.postMessage({ cpu: process.threadCpuUsage() });
  });
  parentPort?.postMessage({ dns: dns.port, http: made.port });
}

type Cpu = { user: number; system: number };
const seconds = (c: Cpu) => (c.user + c.system) / 1e6;

/** As if each had been reported, judged and looked at; due at times spread over one interval, as chance spreads them. */
async function fill(db: Db, addresses: number, now: Date): Promise<void> {
  for (let from = 0; from < addresses; from += 1_000) {
    const ns = Array.from({ length: Math.min(1_000, addresses - from) }, (_, i) => from + i);
    const baselines = ns.map((n) =>
      JSON.stringify(
        fingerprintOf({
          kind: 'response',
          status: 200,
          headers: { 'content-type': 'text/html; charset=utf-8' },
          body: Buffer.from(content(n)),
          truncated: false,
          finalUrl: urlOf(n),
          remoteAddress: '127.78.0.1',
          hops: [],
          ms: 1,
        }),
      ),
    );
    const ids = ns.map(() => uuidv7(systemClock, systemRandom));
    await sql`
      insert into takedown.watch (item, url, state, round, baseline, looks, last_state, last_look_at, next_check_at, opened_at,
        looks_since_closing)
      select u.item, u.url, 'open', 1, u.baseline::jsonb, ${EARLIER}, 'up-same', ${now}::timestamptz - interval '90 minutes',
        -- Times are kept in milliseconds, as the application writes them.
        date_trunc('milliseconds', ${now}::timestamptz - random() * interval '90 minutes'), ${now}::timestamptz - interval '1 day', 0
      from unnest(${ids}::uuid[], ${ns.map(urlOf)}::text[], ${baselines}::text[]) as u (item, url, baseline)`.execute(
      db,
    );
    await sql`
      insert into takedown.check (id, item, round, at, vantage, state, reasons, detail)
      select gen_random_uuid(), item, 1, ${now}::timestamptz - g * interval '90 minutes', 'rabat', 'up-same', array['same-bytes'], '{}'
      from unnest(${ids}::uuid[]) as item, generate_series(1, ${EARLIER}::int) as g`.execute(db);
  }
  await sql`vacuum analyze`.execute(db);
}

async function activity(db: Db): Promise<number> {
  const { rows } = await sql<{ n: number }>`
    select (xact_commit + xact_rollback)::int as n from pg_stat_database where datname = current_database()`.execute(
    db,
  );
  return rows[0]?.n ?? 0;
}

/** How far it is, on the error channel: the run takes minutes. */
const step = (what: string) => process.stderr.write(`${(performance.now() / 1000).toFixed(0)} s  ${what}\n`);

async function main(): Promise<boolean> {
  const { values: flags } = parseArgs({
    options: {
      addresses: { type: 'string', default: String(AIM_ADDRESSES) },
      'max-minutes': { type: 'string', default: '20' },
    },
  });
  const addresses = Number(flags.addresses);
  const limit = Number(flags['max-minutes']) * 60_000;
  const hosts = Math.ceil(addresses / ADDRESSES_A_HOST);
  const stateDir = mkdtempSync(path.join(tmpdir(), 'salama-bench-'));
  const internet = new Worker(new URL(import.meta.url), { workerData: { hosts }, execArgv: process.execArgv });
  const heard = <T>() => new Promise<T>((resolve) => internet.once('message', (m) => resolve(m as T)));
  const ports = await heard<{ dns: number; http: number }>();
  const server = await startPostgres({ stateDir, log: () => {} });
  try {
    step('database started');
    await migrate(server.url, findRoot());
    const egress = {
      allowedPrivate: ['127.78.0.0/16'],
      dnsServers: [`127.0.0.1:${ports.dns}`],
      portMap: { 80: ports.http },
    };
    const modules = await openModules(server.url, {
      SALAMA_ALLOW_PRIVATE: '1',
      SALAMA_EGRESS: JSON.stringify({ ...egress, vantages: [{ name: 'rabat' }, { name: 'paris' }] }),
    });
    // The rule of the house, not the demonstration's; and nothing else ticks.
    const { platform: whole, casework, reporting, country, identity } = modules;
    const { log } = whole;
    const platform = { ...whole, events: new EventBus(), jobs: new Jobs(log), ticks: new Ticks(whole.clock, log) };
    createTakedown(platform, { casework, reporting, country, identity, rule: DEFAULT_CHECK_RULE });
    const { db } = platform;
    // Reported, judged and looked at once: here as rows, for what is measured is the second look.
    step('modules opened');
    const start = platform.clock.now();
    await fill(db, addresses, start);
    step('addresses are there');
    internet.postMessage('now');
    const before = (await heard<{ cpu: Cpu }>()).cpu;

    const began = performance.now();
    const [cpu, db0] = [process.cpuUsage(), await activity(db)];
    const stalls: number[] = [];
    let last = began;
    const ticker = setInterval(() => {
      stalls.push(performance.now() - last - 50);
      last = performance.now();
    }, 50);
    let left = addresses;
    while (left > 0 && performance.now() - began < limit) {
      await platform.ticks.run('takedown.checks');
      step(`left ${left}`);
      left =
        (await sql<{ n: number }>`select count(*)::int as n from takedown.watch where looks = ${EARLIER}`.execute(db))
          .rows[0]?.n ?? 0;
    }
    clearInterval(ticker);
    const ms = performance.now() - began;
    const used = process.cpuUsage(cpu);
    internet.postMessage('now');
    const theirs = (await heard<{ cpu: Cpu }>()).cpu;
    const db1 = await activity(db);

    const looked = addresses - left;
    const { rows } = await sql<{ state: string; n: number; fetched: number }>`
      select state, count(*)::int as n from takedown.check where at >= ${start} group by state order by n desc`.execute(
      db,
    );
    const written = rows.reduce((sum, r) => sum + r.n, 0);
    const twice = (
      await sql<{
        n: number;
      }>`select count(*)::int as n from (select item from takedown.check where at >= ${start} group by item having count(*) > 1) t`.execute(
        db,
      )
    ).rows[0]?.n;
    const audits = (
      await sql<{ n: number }>`select count(*)::int as n from takedown.watch where lease is not null`.execute(db)
    ).rows[0]?.n;
    const perHour = (looked / ms) * 3_600_000;
    console.log(
      `${addresses.toLocaleString('en')} addresses on ${hosts.toLocaleString('en')} hosts, ${looked.toLocaleString('en')} looked at again\n`,
    );
    console.log(table([['found', 'looks'], ...rows.map((r) => [r.state, String(r.n)])]));
    console.log(`\ntook          ${(ms / 60_000).toFixed(2)} min   (aim: 12,000 within 60 min)`);
    console.log(`rate          ${Math.round(perHour).toLocaleString('en')} an hour`);
    const internetCpu = seconds(theirs) - seconds(before);
    const share = (s: number) => `${s.toFixed(1)} s (${((s / (ms / 1000)) * 100).toFixed(0)} % of a core)`;
    console.log(
      `CPU, looking  ${share(seconds(used) - internetCpu)}, ${(((seconds(used) - internetCpu) / looked) * 1000).toFixed(2)} ms a look`,
    );
    console.log(`CPU, world    ${share(internetCpu)}`);
    console.log(`database      ${db1 - db0} transactions, ${((db1 - db0) / looked).toFixed(1)} a look`);
    const sorted = stalls.toSorted((a, b) => a - b);
    console.log(
      `event loop    late by ${percentile(sorted, 50).toFixed(0)} ms (median), ${percentile(sorted, 99).toFixed(0)} ms (p99)`,
    );
    console.log(
      `lost          ${looked - written} looks without a record, ${twice} recorded twice, ${audits} leases left`,
    );
    console.log(`machine       ${machine()}`);
    const lost = looked !== written || twice !== 0 || audits !== 0;
    await modules.close();
    return !lost && left === 0 && (addresses / perHour) * 3_600_000 * (AIM_ADDRESSES / addresses) < AIM_MS;
  } finally {
    await server.stop('fast');
    await internet.terminate();
    rmSync(stateDir, { recursive: true, force: true });
  }
}

if (isMainThread) process.exitCode = (await main()) ? 0 : 1;
else await serve((workerData as { hosts: number }).hosts);
