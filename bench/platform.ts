import { createModules, type Modules } from '../src/compose.ts';
import { systemClock } from '../src/platform/clock.ts';
import { loadConfig } from '../src/platform/config.ts';
import { openDatabase } from '../src/platform/db.ts';
import { EventBus } from '../src/platform/events.ts';
import { loadCatalogues } from '../src/platform/i18n/index.ts';
import { Jobs, Ticks } from '../src/platform/jobs.ts';
import { ephemeralKeyring, openKeyring } from '../src/platform/keys.ts';
import { createLogger } from '../src/platform/log.ts';
import { createMailer } from '../src/platform/mail.ts';
import type { Platform } from '../src/platform/platform.ts';
import { systemRandom } from '../src/platform/random.ts';
import { findRoot } from '../src/platform/root.ts';

/**
 * Every module on a migrated database, wired and ticking as in `npm start`; nothing listens and nothing leaves. Keys are those of
 * `SALAMA_STATE` where it is set, else made for this run.
 */
export async function openModules(
  databaseUrl: string,
  settings: Readonly<Record<string, string>> = {},
): Promise<Modules & { close(): Promise<void> }> {
  // The size of the pool is that of the application (run-roles).
  const { db, close } = openDatabase(databaseUrl, { max: 20, applicationName: 'e-salama bench' });
  const config = loadConfig({ SALAMA_DEMO: '1', LOG_LEVEL: 'warn', ...settings });
  const log = createLogger(config.logLevel, 'bench');
  const platform: Platform = {
    config,
    log,
    clock: systemClock,
    random: systemRandom,
    db,
    keys: settings.SALAMA_STATE ? openKeyring(settings.SALAMA_STATE) : ephemeralKeyring(),
    events: new EventBus(),
    jobs: new Jobs(log),
    ticks: new Ticks(systemClock, log),
    mail: createMailer(undefined, config.mailFrom),
    i18n: loadCatalogues(findRoot()),
    rootDir: findRoot(),
  };
  const modules = await createModules(platform);
  return {
    ...modules,
    async close() {
      await platform.ticks.stop();
      modules.country.stop();
      await modules.reporting.close();
      platform.mail.close();
      await close();
    },
  };
}
