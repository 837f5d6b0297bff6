import { createServer } from 'node:http';
import { collectDefaultMetrics, register } from 'prom-client';
import { compose } from './compose.ts';
import { systemClock } from './platform/clock.ts';
import type { Config } from './platform/config.ts';
import { openDatabase } from './platform/db.ts';
import { EventBus } from './platform/events.ts';
import { loadCatalogues } from './platform/i18n/index.ts';
import { Jobs, Ticks } from './platform/jobs.ts';
import { openKeyring } from './platform/keys.ts';
import { createLogger } from './platform/log.ts';
import { createMailer } from './platform/mail.ts';
import type { Platform } from './platform/platform.ts';
import { systemRandom } from './platform/random.ts';
import { findRoot } from './platform/root.ts';
import { stepDown } from './platform/users.ts';
import type { ChildMessage } from './supervise-child.ts';

/** So long, in milliseconds, a process that lost its jobs may take to end in order. */
const FORCED_END_MS = 8_000;
/** And one whose parent is gone: nobody else would end it, and its successor is about to start. */
const ORPHAN_END_MS = 30_000;
/** A mail is sent inside a transaction at times, and takes 45 seconds at most. */
const PATIENCE_MS = { statement: 5 * 60_000, idleInTransaction: 2 * 60_000 };

function tellParent(message: ChildMessage): void {
  if (process.connected) process.send?.(message);
  else if (message.type === 'ready') process.stdout.write(`${message.lines.join('\n')}\n`);
}

/** A child: builds the context, composes the modules and runs its roles until it is told to stop. */
export async function runRoles(config: Config): Promise<void> {
  // The parent was killed: nobody would start us again or stop us, so we end as well; the next start begins afresh.
  let orphaned = false;
  let onOrphaned = () => {};
  process.on('disconnect', () => {
    orphaned = true;
    onOrphaned();
  });
  const capture = config.roles.includes('capture');
  const log = createLogger(config.logLevel, config.roles.join('+'));
  const rootDir = findRoot();
  // Everything that only root may read is read first; then the process gives its rights away for good.
  const keys = openKeyring(config.stateDir);
  const i18n = loadCatalogues(rootDir);
  const { db, pool, close } = openDatabase(config.databaseUrl as string, {
    max: capture ? 2 : 20,
    applicationName: `e-salama ${config.roles.join('+')}`,
    patienceMs: PATIENCE_MS,
  });
  const mail = createMailer(config.smtpUrl, config.mailFrom);
  const platform: Platform = {
    config,
    log,
    clock: systemClock,
    random: systemRandom,
    db,
    keys,
    events: new EventBus(),
    jobs: new Jobs(log),
    ticks: new Ticks(systemClock, log),
    mail,
    i18n,
    rootDir,
  };
  const composed = await compose(platform);
  if (!capture) stepDown('salama-app');

  let metrics: ReturnType<typeof createServer> | undefined;
  let stopping = false;
  const stop = async (code = 0) => {
    if (stopping) return;
    stopping = true;
    if (code !== 0) {
      log.fatal({ code }, 'this process ends, and is to be started again');
      // What is broken may also keep it from ending in order.
      setTimeout(() => process.exit(code), FORCED_END_MS).unref();
    }
    metrics?.close();
    if (config.roles.includes('web')) await composed.server.close();
    await platform.ticks.stop();
    await platform.jobs.stop();
    await composed.close();
    mail.close();
    await close();
    process.exit(code);
  };
  const lines: string[] = [];
  if (capture) lines.push(...(await composed.startCapture()));
  if (config.roles.includes('worker')) {
    await platform.jobs.start(pool, 4, () => void stop(1));
    platform.ticks.start(() => void stop(1));
  }
  if (config.roles.includes('web')) {
    composed.startResolver();
    await composed.server.listen({ host: config.host, port: config.port });
    lines.push(...(await composed.firstLines()));
  }
  if (!capture) {
    collectDefaultMetrics();
    metrics = createServer((req, res) => {
      if (req.url !== '/metrics') return void res.writeHead(404).end();
      register
        .metrics()
        .then((text) => res.writeHead(200, { 'content-type': register.contentType }).end(text))
        .catch(() => res.writeHead(500).end());
    });
    // Numbers of the machine are for its operator: loopback only, whatever HOST says. A taken port is not worth dying for.
    metrics.on('error', (error) => log.warn({ err: error }, 'metrics are not served'));
    metrics.listen(config.metricsPort, '127.0.0.1');
  }
  if (config.demo && config.roles.includes('web')) {
    const demo = await composed.seedDemonstration();
    lines.push(...demo.lines);
    tellParent({ type: 'demo', json: demo.json });
  }
  log.info({ zoneData: process.versions.tz, icu: process.versions.icu, node: process.version }, 'started');
  tellParent({ type: 'ready', name: config.roles.join('+'), lines });

  process.on('SIGTERM', () => void stop());
  onOrphaned = () => {
    setTimeout(() => process.exit(0), ORPHAN_END_MS).unref();
    void stop();
  };
  if (orphaned) onOrphaned();
}
