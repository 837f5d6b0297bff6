// A process that reads the mailbox of its configuration once, as the worker role does, and ends. Run by the test that
// kills it. Its keys are those of SALAMA_STATE, so that the next one knows what this one took.
import { systemClock } from '../../../platform/clock.ts';
import { loadConfig } from '../../../platform/config.ts';
import { openDatabase } from '../../../platform/db.ts';
import { EventBus } from '../../../platform/events.ts';
import { loadCatalogues } from '../../../platform/i18n/index.ts';
import { Jobs, Ticks } from '../../../platform/jobs.ts';
import { openKeyring } from '../../../platform/keys.ts';
import { createLogger } from '../../../platform/log.ts';
import { createMailer } from '../../../platform/mail.ts';
import { systemRandom } from '../../../platform/random.ts';
import { findRoot } from '../../../platform/root.ts';
import { createCountry } from '../../country/index.ts';
import { createRetention } from '../../retention/index.ts';
import { createReporting } from '../index.ts';
import { createMailIntake } from '../mail-intake/index.ts';

const config = loadConfig(process.env);
const log = createLogger('error', 'mail-worker');
const { db, close } = openDatabase(config.databaseUrl as string, { max: 4 });
const rootDir = findRoot();
const platform = {
  config,
  log,
  clock: systemClock,
  random: systemRandom,
  db,
  keys: openKeyring(config.stateDir),
  events: new EventBus(),
  jobs: new Jobs(log),
  ticks: new Ticks(systemClock, log),
  mail: createMailer(undefined, config.mailFrom),
  i18n: loadCatalogues(rootDir),
  rootDir,
};
const country = createCountry(platform);
await country.refresh();
const reporting = createReporting(platform, {
  duty: async () => ({ everybody: [] }),
  zone: country.pack().pack.zone,
  categoryName: (id) => id,
});
createMailIntake(platform, {
  addresses: reporting.addresses,
  country,
  retention: createRetention(platform, { country }),
});
await platform.ticks.run('reporting.mail-intake');
await reporting.close();
await close();
