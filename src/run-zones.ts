import { startZones } from './modules/blocking/zones/index.ts';
import { createCountry } from './modules/country/index.ts';
import { systemClock } from './platform/clock.ts';
import { type Config, ConfigError } from './platform/config.ts';
import { openDatabase } from './platform/db.ts';
import { openKeyring } from './platform/keys.ts';
import { createLogger } from './platform/log.ts';
import { PostgresError } from './platform/postgres/index.ts';
import { systemRandom } from './platform/random.ts';
import { findRoot } from './platform/root.ts';
import { stepDown } from './platform/users.ts';
import type { ChildMessage } from './supervise-child.ts';

/**
 * The role `zones`, a process of its own: it composes no module, because it has to start and serve without the database, and
 * nothing else may make it wait.
 */
export async function runZones(config: Config): Promise<void> {
  const log = createLogger(config.logLevel, 'zones');
  const keys = openKeyring(config.stateDir);
  const databaseUrl = config.databaseUrl as string;
  const { db, close } = openDatabase(databaseUrl, { max: 4, applicationName: 'e-salama zones' });
  const platform = { config, log, clock: systemClock, random: systemRandom, db, keys, rootDir: findRoot() };
  const { zone } = createCountry(platform).pack().pack;
  const wall = new Intl.DateTimeFormat('en-GB', { timeZone: zone, hour: '2-digit', minute: '2-digit' });
  const role = await startZones({
    ...platform,
    databaseUrl,
    localMinute(at) {
      const [hours = 0, minutes = 0] = wall.format(at).split(':').map(Number);
      return hours * 60 + minutes;
    },
    stepDown: () => stepDown('salama-app'),
  }).catch((error: unknown) => {
    // Somebody else serves these zones: starting again and again would not change that.
    if (error instanceof PostgresError) throw new ConfigError([error.message]);
    throw error;
  });
  let stopping = false;
  const stop = async () => {
    if (stopping) return;
    stopping = true;
    await role.stop();
    await close();
    process.exit(0);
  };
  process.on('SIGTERM', () => void stop());
  // The parent was killed: nobody would stop us, and the next start could not have the zones.
  process.on('disconnect', () => void stop());
  const ready: ChildMessage = { type: 'ready', name: 'zones', lines: role.lines };
  if (process.connected) process.send?.(ready);
  else process.stdout.write(`${role.lines.join('\n')}\n`);
}
