import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { sql } from 'kysely';
import type { Db } from '../src/platform/db.ts';
import { migrate } from '../src/platform/migrate.ts';
import { startPostgres } from '../src/platform/postgres/index.ts';
import { findRoot } from '../src/platform/root.ts';
import { arrive, machine, median, percentile, type Run, saturate, table } from './measure.ts';
import { openModules } from './platform.ts';
import { coalescedTarget, type IntakeTarget, rawTarget, reportingTarget } from './targets.ts';

/*
 * How many durable reports a second we take in, against what the same database does with bare single-row commits in the
 * same minute. See README.md.
 */

const { values: flags } = parseArgs({
  options: {
    rounds: { type: 'string', default: '11' },
    seconds: { type: 'string', default: '1.5' },
    clients: { type: 'string', default: '32' },
    writers: { type: 'string', default: '2' },
    steady: { type: 'string', default: '20' },
  },
});
const rounds = Number(flags.rounds);
const roundMs = Number(flags.seconds) * 1000;
const clients = Number(flags.clients);
const writers = Number(flags.writers);
const steadyMs = Number(flags.steady) * 1000;
const STEADY_RATE = 50;
const AIM = { ratio: 0.5, p95Ms: 150 };

const stateDir = mkdtempSync(path.join(tmpdir(), 'salama-bench-'));
const server = await startPostgres({ stateDir, log: () => {} });
try {
  await migrate(server.url, findRoot());
  const modules = await openModules(server.url);
  try {
    process.exitCode = (await bench(modules, server.url)) ? 0 : 1;
  } finally {
    await modules.close();
  }
} finally {
  await server.stop();
  rmSync(stateDir, { recursive: true, force: true });
}

async function bench(modules: Awaited<ReturnType<typeof openModules>>, url: string): Promise<boolean> {
  const { platform } = modules;
  const { db } = platform;
  platform.ticks.start();
  await sql`create schema bench`.execute(db);
  const tools = { url, ...platform };
  const raw = await rawTarget(tools, clients);
  const prototype = await coalescedTarget(tools, { writers });
  const ours = reportingTarget(modules);
  const targets = [raw, prototype, ours];
  const acknowledged = new Map<IntakeTarget, number>();
  const note = (target: IntakeTarget, run: Run) => {
    acknowledged.set(target, (acknowledged.get(target) ?? 0) + run.done);
    return run;
  };

  // Each once, unmeasured: files, caches and compiled code are there afterwards.
  for (const target of targets) note(target, await saturate(target.submit, clients, 1500));
  await untilIdle(db);
  await sql`checkpoint`.execute(db);
  const runs = new Map<IntakeTarget, Run[]>(targets.map((target) => [target, []]));
  const lags: number[] = [];
  const wholeRates: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    for (const target of targets) {
      const run = note(target, await saturate(target.submit, clients, roundMs));
      runs.get(target)?.push(run);
      const lag = await untilIdle(db);
      if (target !== ours) continue;
      lags.push(lag);
      // What comes after the answer counts here: in a burst it gives way, and is not to be taken for nothing.
      wholeRates.push((run.done * 1000) / (roundMs + lag));
    }
  }
  const steady = note(ours, await arrive(ours.submit, STEADY_RATE, steadyMs));
  await untilIdle(db);

  const rates = (target: IntakeTarget) => (runs.get(target) ?? []).map((it) => it.rate);
  const ratio = median(rates(ours)) / median(rates(raw));
  const pairs = rates(ours).map((rate, i) => rate / (rates(raw)[i] ?? Number.NaN));
  const p95 = percentile(steady.latencies, 95);
  report(targets, runs, steady);
  const spread = `rounds from ${Math.min(...pairs).toFixed(2)} to ${Math.max(...pairs).toFixed(2)}`;
  console.log(`\nratio of medians   ${ratio.toFixed(2)}   (aim: ${AIM.ratio} or better; ${spread})`);
  console.log(`prototype          ${(median(rates(prototype)) / median(rates(raw))).toFixed(2)}`);
  console.log(`p95 at ${STEADY_RATE}/s        ${p95.toFixed(1)} ms   (aim: under ${AIM.p95Ms} ms)`);
  console.log(
    `behind             ${Math.max(...lags).toFixed(0)} ms at most: sealed and linked, after the last report of a round`,
  );
  console.log(`all done           ${median(wholeRates).toFixed(0)}/s, with linking and sealing until nothing was left`);
  const settings = await sql<{ text: string }>`
    select string_agg(name || '=' || setting, ', ' order by name) as text from pg_settings
    where name in ('fsync', 'synchronous_commit', 'full_page_writes', 'server_version')`.execute(db);
  console.log(`machine            ${machine()}; PostgreSQL ${settings.rows[0]?.text}`);

  for (const target of targets) await target.close();
  const whole = await nothingLost(db, acknowledged, await modules.audit.head());
  const failed = [...runs.values(), [steady]].flat().reduce((sum, run) => sum + run.failed, 0);
  if (failed > 0) console.log(`failed             ${failed}`);
  return whole && failed === 0 && ratio >= AIM.ratio && p95 < AIM.p95Ms;
}

function report(targets: readonly IntakeTarget[], runs: ReadonlyMap<IntakeTarget, Run[]>, steady: Run): void {
  const header = ['', 'lowest/s', 'median/s', 'highest/s', 'p50 ms', 'p95 ms'];
  const lines = targets.map((target) => {
    const own = runs.get(target) ?? [];
    const at = (p: number) => median(own.map((it) => percentile(it.latencies, p))).toFixed(1);
    const rates = own.map((it) => it.rate);
    const [low, middle, high] = [Math.min(...rates), median(rates), Math.max(...rates)].map((it) => it.toFixed(0));
    return [target.name, `${low}`, `${middle}`, `${high}`, at(50), at(95)];
  });
  const calm = [50, 95].map((p) => percentile(steady.latencies, p).toFixed(1));
  lines.push([`ours, ${STEADY_RATE} arrivals/s`, '', steady.rate.toFixed(0), '', ...calm]);
  console.log(`${clients} clients, ${rounds} interleaved rounds of ${roundMs / 1000} s, ${writers} writers\n`);
  console.log(table([header, ...lines]));
}

/** Milliseconds until every entry is sealed, every report is linked to its items and every child's has a conversation. */
async function untilIdle(db: Db): Promise<number> {
  const began = performance.now();
  for (;;) {
    const { rows } = await sql<{ busy: boolean }>`
      select exists (select from audit.pending) or exists (select from casework.inbox) or exists (select from helpline.inbox)
        as busy`.execute(db);
    if (!rows[0]?.busy) return performance.now() - began;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function nothingLost(
  db: Db,
  acknowledged: ReadonlyMap<IntakeTarget, number>,
  head: { size: number } | undefined,
): Promise<boolean> {
  let whole = true;
  for (const [target, count] of acknowledged) {
    const stored = await target.stored();
    whole &&= stored === count;
    console.log(`acknowledged       ${count} ${target.name}, ${stored} stored`);
  }
  const { rows } = await sql<{ entries: number }>`select count(*) as entries from audit.entry`.execute(db);
  console.log(`audit              ${rows[0]?.entries} entries, ${head?.size} under the signed head`);
  return whole && rows[0]?.entries === head?.size;
}
