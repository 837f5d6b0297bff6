import { type ChildProcess, spawn } from 'node:child_process';
import dgram from 'node:dgram';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { decode, encode, RECURSION_DESIRED } from 'dns-packet';
import { sql } from 'kysely';
import { generateConfig, type KeySettings } from '../packages/rpz/index.ts';
import type { Db } from '../src/platform/db.ts';
import { migrate } from '../src/platform/migrate.ts';
import { startPostgres } from '../src/platform/postgres/index.ts';
import { findRoot } from '../src/platform/root.ts';
import { DnsServer, freePort, type Kind, startInternet, until } from '../tests/support/dns-servers.ts';
import { machine, percentile, table } from './measure.ts';
import { openModules } from './platform.ts';

/*
 * How long it takes from a person's second release until the name is gone at the resolvers that providers run, with a large
 * list loaded and the name in their caches; and back. See README.md.
 */

const { values: flags } = parseArgs({
  options: {
    rounds: { type: 'string', default: '200' },
    rules: { type: 'string', default: '1000000' },
    servers: { type: 'string', default: 'bind,unbound,knot-resolver,recursor' },
    state: { type: 'string' },
  },
});
const ROUNDS = Number(flags.rounds);
const RULES = Number(flags.rules);
const KINDS = flags.servers.split(',') as Kind[];
/** Milliseconds, p99: what a provider may expect. */
const AIM: Record<Kind, number> = { bind: 50, unbound: 50, 'knot-resolver': 1000, recursor: 1000 };
/** Between two questions to one server. */
const STEP_MS = 2;
/** A change that has not come by then is counted as lost, and fails the run. */
const LOST_MS = 20_000;
const DAY = 86_400_000;
const ZONES_ORIGIN = 'rpz.localhost';

const dir = mkdtempSync(path.join(tmpdir(), 'salama-propagation-'));
// The database's user and the application's have to pass through.
chmodSync(dir, 0o755);
const stateDir = flags.state ?? path.join(dir, 'state');
mkdirSync(stateDir, { recursive: true });
const stops: (() => Promise<unknown> | unknown)[] = [];
const say = (line: string) => process.stderr.write(`${line}\n`);
async function cleanUp(): Promise<void> {
  for (const stop of stops.splice(0).reverse()) await stop();
  rmSync(dir, { recursive: true, force: true });
}
// Servers of ours must not stay behind.
for (const signal of ['SIGTERM', 'SIGINT'] as const)
  process.once(signal, () => void cleanUp().finally(() => process.exit(130)));

/** Nothing was measured: what the servers said may tell why. */
let broken = true;
try {
  process.exitCode = (await main()) ? 0 : 1;
  broken = false;
} finally {
  await cleanUp();
}

/** One question of a client, answered by a socket that stays: rcode, and whether there is an address. */
async function asker(port: number) {
  const socket = dgram.createSocket('udp4');
  await new Promise<void>((resolve) => socket.connect(port, '127.0.0.1', () => resolve()));
  const waiting = new Map<number, (open: boolean | undefined) => void>();
  socket.on('error', () => {});
  socket.on('message', (bytes) => {
    const { id, rcode, answers } = decode(bytes) as ReturnType<typeof decode> & { rcode: string };
    const open = rcode === 'NOERROR' && (answers?.length ?? 0) > 0 ? true : rcode === 'NXDOMAIN' ? false : undefined;
    waiting.get(id ?? -1)?.(open);
  });
  stops.push(() => socket.close());
  let last = 0;
  return (name: string): Promise<boolean | undefined> =>
    new Promise((resolve) => {
      last = (last + 1) % 65_536;
      const id = last;
      const done = (open: boolean | undefined) => {
        clearTimeout(timer);
        waiting.delete(id);
        resolve(open);
      };
      const timer = setTimeout(done, 400, undefined);
      waiting.set(id, done);
      socket.send(encode({ type: 'query', id, flags: RECURSION_DESIRED, questions: [{ type: 'A', name }] }));
    });
}
/** Milliseconds from the call of the decision, and from its return: the second is what zones and servers took. */
interface Took {
  all: number;
  behind: number;
}
type Ask = Awaited<ReturnType<typeof asker>>;

/** Milliseconds since `began` until the server says so; undefined when it never does. */
async function when(ask: Ask, name: string, open: boolean, began: number): Promise<number | undefined> {
  for (;;) {
    if ((await ask(name)) === open) return performance.now() - began;
    if (performance.now() - began > LOST_MS) return undefined;
    await sleep(STEP_MS);
  }
}

async function main(): Promise<boolean> {
  const postgres = await startPostgres({ stateDir, log: () => {} });
  stops.push(() => postgres.stop('fast'));
  await migrate(postgres.url, findRoot());
  const modules = await openModules(postgres.url, { SALAMA_STATE: stateDir });
  stops.push(() => modules.close());
  const { platform, identity, blocking } = modules;
  await identity.createDemoAccounts();
  const [author] = await identity.accountsWithRole('programme-manager');
  const [senior] = await identity.accountsWithRole('senior-analyst');
  const [supervisor] = await identity.accountsWithRole('supervisor');
  if (!author || !senior || !supervisor) throw new Error('the demonstration’s people are missing');
  await fill(platform.db, supervisor.id, senior.id);

  const internet = await startInternet();
  stops.push(() => internet.stop());
  const zonesPort = await freePort();
  startRole(postgres.url, zonesPort);
  const filled = () => readFileSync(path.join(dir, 'role.log'), 'utf8').includes(`"rules":${RULES + 1},`);
  await until('the zones hold the list', filled, 10 * 60_000);

  const organisation = { name: 'Atlas Télécom', kind: 'provider' as const, territory: null };
  const { id: provider } = await identity.directory.insertOrganisation(platform.db, 'system', organisation);
  const asks = new Map<Kind, Ask>();
  for (const kind of KINDS) {
    const port = await freePort();
    const notifyPort = kind === 'knot-resolver' ? await freePort() : port;
    const partner = await blocking.partners.add(
      {
        organisation: provider,
        name: kind,
        contract: 'C-1',
        from: new Date('2026-01-01'),
        until: undefined,
        bases: ['court'],
        addresses: kind === 'unbound' ? '127.0.0.1' : '',
        notify: kind === 'recursor' ? '' : `127.0.0.1 ${notifyPort}`,
        tlsOnly: false,
      },
      'system',
    );
    let key: KeySettings | undefined;
    if (kind !== 'unbound') {
      const made = await blocking.partners.createKey(partner, 'system');
      key = { name: made.key.name, algorithm: made.key.algorithm, secret: made.secret, since: 0 };
    }
    startServer(kind, { port, notifyPort, zonesPort, key, upstream: internet.port });
    asks.set(kind, await asker(port));
  }

  const began = performance.now();
  for (const [kind, ask] of asks) {
    await until(`${kind} has the list`, async () => (await ask(listedName(RULES))) === false, 15 * 60_000);
    say(`${kind} has the list after ${((performance.now() - began) / 1000).toFixed(0)} s`);
  }

  const took = new Map(KINDS.map((kind) => [kind, { block: [] as Took[], open: [] as Took[] }]));
  const own = { block: [] as number[], open: [] as number[] };
  let lost = 0;
  const load = loadavg()[0] as number;
  for (let round = 0; round < ROUNDS; round++) {
    const name = `round-${round}.propagation.example`;
    const entry = await blocking.proposals.fromOrder({
      kind: 'domain',
      target: name,
      account: author.id,
      number: '77/2026',
      court: 'Tribunal de première instance de Rabat',
      date: '2026-11-20',
      reference: 'Archive C-77',
      scope: 'Le nom entier.',
      grounds: 'Reçue ce matin.',
      expiresAt: new Date(Date.now() + 200 * DAY),
    });
    await blocking.decisions.approve(entry, senior.id, 'Seen.');
    // In every cache.
    for (const [kind, ask] of asks) await until(`${name} is open at ${kind}`, async () => (await ask(name)) === true);
    for (const change of ['block', 'open'] as const) {
      // Not in step with those that ask once a second.
      await sleep(300 + Math.random() * 1000);
      const at = performance.now();
      const decided =
        change === 'block'
          ? blocking.decisions.release(entry, supervisor.id, 'Seen anew.')
          : blocking.decisions.remove(entry, senior.id, 'mistake', 'Taken back.');
      const decision = decided.then(() => performance.now() - at);
      const seen = KINDS.map(async (kind) => {
        const ms = await when(asks.get(kind) as Ask, name, change === 'open', at);
        if (ms === undefined) lost++;
        const all = ms ?? LOST_MS;
        // A server may have it before the answer of the commit has reached us.
        took.get(kind)?.[change].push({ all, behind: Math.max(0, all - (await decision)) });
      });
      own[change].push(await decision);
      await Promise.all(seen);
    }
    if ((round + 1) % 20 === 0) say(`${round + 1} rounds`);
  }
  return tell(took, own, lost, load);
}

function tell(
  took: ReadonlyMap<Kind, { block: Took[]; open: Took[] }>,
  own: { block: number[]; open: number[] },
  lost: number,
  load: number,
): boolean {
  const rows = [['', '', 'p50', 'p90', 'p99', 'max', 'aim (p99)', 'p50 behind', 'p99 behind', '']];
  let good = lost === 0;
  const sort = (values: readonly number[]) => values.toSorted((a, b) => a - b);
  const shown = (sorted: readonly number[], p: number) => `${percentile(sorted, p).toFixed(1)} ms`;
  const line = (what: string, change: string, values: readonly Took[], aim: number) => {
    const [all, behind] = [sort(values.map((v) => v.all)), sort(values.map((v) => v.behind))];
    const met = percentile(all, 99) <= aim;
    good &&= met;
    const figures = [50, 90, 99, 100].map((p) => shown(all, p));
    rows.push([what, change, ...figures, `${aim} ms`, shown(behind, 50), shown(behind, 99), met ? '' : 'MISSED']);
  };
  for (const change of ['block', 'open'] as const) {
    for (const [kind, values] of took) line(kind, change, values[change], AIM[kind]);
    const decisions = sort(own[change]);
    rows.push(['the decision itself', change, ...[50, 90, 99, 100].map((p) => shown(decisions, p)), '', '', '', '']);
  }
  console.log(`${machine()}; load ${load.toFixed(1)} at the start, ${(loadavg()[0] as number).toFixed(1)} at the end`);
  console.log(
    `${ROUNDS} rounds, ${RULES} rules in base; from the call of the decision to the first answer (behind: from its return); ${lost} lost`,
  );
  console.log(table(rows));
  return good;
}

/** Made-up names in eight endings; the last one tells that a list is whole. */
function listedName(i: number): string {
  return `n${i}.listed-${i % 8}.example`;
}

async function fill(db: Db, releasedBy: string, approvedBy: string): Promise<void> {
  const began = performance.now();
  await sql`
    insert into blocking.entry (id, kind, target, name, basis, state, source, commitment, expires_at, proposed_at,
      approved_by, approved_at, released_by, released_at, review_at, changed_at)
    select gen_random_uuid(), 'domain', n, n, 'court', 'released', 'order', decode(repeat('00', 32), 'hex'),
      now() + interval '200 days', now(), ${approvedBy}::uuid, now(), ${releasedBy}::uuid, now(), now() + interval '90 days', now()
    from (select 'n' || i || '.listed-' || (i % 8) || '.example' as n from generate_series(1, ${RULES}::int) i) names
    on conflict do nothing
  `.execute(db);
  await sql`analyze blocking.entry`.execute(db);
  say(`${RULES} entries after ${((performance.now() - began) / 1000).toFixed(0)} s`);
}

/** The role as `npm start` runs it: a process of its own. */
function startRole(databaseUrl: string, port: number): void {
  const child: ChildProcess = spawn(process.execPath, ['--import', 'tsx', path.join(findRoot(), 'src/main.ts')], {
    env: {
      ...process.env,
      SALAMA_CHILD: 'zones',
      SALAMA_ROLES: 'zones',
      SALAMA_STATE: stateDir,
      SALAMA_DEMO: '1',
      DATABASE_URL: databaseUrl,
      ZONES_PORT: String(port),
      ZONES_ORIGIN,
      LOG_LEVEL: 'info',
    },
    stdio: ['ignore', openSync(path.join(dir, 'role.log'), 'a'), 'inherit'],
  });
  stops.push(async () => {
    const gone = new Promise((resolve) => child.once('exit', resolve));
    if (child.exitCode === null && child.kill('SIGTERM')) await gone;
    if (broken) say(readFileSync(path.join(dir, 'role.log'), 'utf8').split('\n').slice(-20).join('\n'));
  });
}

interface ServerSettings {
  port: number;
  notifyPort: number;
  zonesPort: number;
  key: KeySettings | undefined;
  upstream: number;
}

function startServer(kind: Kind, { port, notifyPort, zonesPort, key, upstream }: ServerSettings): void {
  const own = path.join(dir, kind);
  const zones = [`hot.court.${ZONES_ORIGIN}`, `base.court.${ZONES_ORIGIN}`];
  const settings = { primary: { address: '127.0.0.1', port: zonesPort }, zones, ...(key ? { key } : {}) };
  // For Knot Resolver the port is that of Knot DNS beside it, which is told of changes.
  const server = new DnsServer(kind, notifyPort, own, upstream);
  server.configure(settings);
  server.start();
  stops.push(async () => {
    await server.stop();
    if (broken) say(`--- ${kind}\n${server.log()}`);
  });
  if (kind !== 'knot-resolver') return;
  const { files } = generateConfig(kind, { ...settings, dir: own });
  for (const { name, text } of files) {
    // The seed: the resolver wants a file at its first start.
    if (name.endsWith('.zone') && !existsSync(path.join(own, name))) writeFileSync(path.join(own, name), text);
    if (name !== 'kresd.conf') continue;
    const frame = [
      `net.listen('127.0.0.1', ${port}, { kind = 'dns' })`,
      "log_level('notice')",
      'cache.size = 64*MB',
      "trust_anchors.remove('.')",
      text,
      `policy.add(policy.all(policy.STUB('127.0.0.1@${upstream}')))`,
    ];
    writeFileSync(path.join(own, name), frame.join('\n'));
  }
  const log = openSync(path.join(own, 'kresd.out'), 'a');
  const kresd = spawn('/usr/sbin/kresd', ['-n', '-c', path.join(own, 'kresd.conf'), own], {
    stdio: ['ignore', log, log],
    cwd: own,
  });
  stops.push(async () => {
    const gone = new Promise((resolve) => kresd.once('exit', resolve));
    if (kresd.exitCode === null && kresd.kill('SIGTERM')) await gone;
  });
}
