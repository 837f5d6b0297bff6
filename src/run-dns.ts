import { createServer, type Server } from 'node:http';
import { createFeed } from './modules/blocking/index.ts';
import { createCountry } from './modules/country/index.ts';
import { metricsText, resolverFolder, startDnsRole } from './modules/safe-access/index.ts';
import { systemClock } from './platform/clock.ts';
import { type Config, ConfigError } from './platform/config.ts';
import { openDatabase } from './platform/db.ts';
import { EventBus } from './platform/events.ts';
import { loadCatalogues } from './platform/i18n/index.ts';
import { openKeyring } from './platform/keys.ts';
import { createLogger } from './platform/log.ts';
import { PostgresError, takeOwnership } from './platform/postgres/index.ts';
import { systemRandom } from './platform/random.ts';
import { findRoot } from './platform/root.ts';
import { stepDown } from './platform/users.ts';
import type { ChildMessage } from './supervise-child.ts';

/** What is broken may also keep a process from ending in order. */
const FORCED_END_MS = 5_000;

/** Numbers for the operator of this machine: on loopback only. A taken port is not worth dying for. */
function serveMetrics(port: number, text: () => Promise<string>, onTrouble: (error: Error) => void): Server {
  const server = createServer((req, res) => {
    if (req.url !== '/metrics') return void res.writeHead(404).end();
    text()
      .then((body) => res.writeHead(200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' }).end(body))
      .catch(() => res.writeHead(500).end());
  });
  server.on('error', onTrouble);
  return server.listen(port, '127.0.0.1');
}

/**
 * The role `dns`, a process of its own: it composes no module, because it has to start and serve without the database, and
 * nothing else may make it wait.
 */
export async function runDns(config: Config): Promise<void> {
  const log = createLogger(config.logLevel, 'dns');
  const keys = openKeyring(config.stateDir);
  const rootDir = findRoot();
  const { db, close } = openDatabase(config.databaseUrl as string, { max: 3, applicationName: 'e-salama dns' });
  const platform = {
    config,
    log,
    clock: systemClock,
    random: systemRandom,
    db,
    keys,
    events: new EventBus(),
    i18n: loadCatalogues(rootDir),
    rootDir,
  };
  const country = createCountry(platform);
  let owner: { release(): void };
  try {
    owner = takeOwnership(resolverFolder(config.stateDir));
  } catch (error) {
    // Somebody else serves from this folder: starting again and again would not change that.
    if (error instanceof PostgresError) throw new ConfigError([error.message]);
    throw error;
  }
  let role: Awaited<ReturnType<typeof startDnsRole>> | undefined;
  let metrics: Server | undefined;
  let stopping = false;
  const stop = async (code = 0) => {
    if (stopping) return;
    stopping = true;
    if (code !== 0) setTimeout(() => process.exit(code), FORCED_END_MS).unref();
    metrics?.close();
    await role?.stop();
    owner.release();
    await close();
    process.exit(code);
  };
  role = await startDnsRole(platform, {
    country,
    feed: createFeed(platform),
    // The administrator's overlay comes with the database: whoever is added to those who help is never blocked.
    also: async () => void (await country.refresh()),
    stepDown: () => stepDown('salama-app'),
    onLost: (err) => {
      log.fatal({ err }, 'nobody answers over UDP any more: the process ends, and a new one opens the ports');
      void stop(1);
    },
  });
  if (config.dns.metricsPort !== undefined) {
    const { status } = role;
    metrics = serveMetrics(
      config.dns.metricsPort,
      async () => metricsText(await status()),
      (err) => log.warn({ err }, 'metrics are not served'),
    );
  }
  process.on('SIGTERM', () => void stop());
  // The parent was killed: nobody would stop us, and the next start could not have the ports.
  process.on('disconnect', () => void stop());
  const ready: ChildMessage = { type: 'ready', name: 'dns', lines: role.lines };
  if (process.connected) process.send?.(ready);
  else process.stdout.write(`${role.lines.join('\n')}\n`);
}
