import type { Clock } from './clock.ts';
import type { Config } from './config.ts';
import type { Db } from './db.ts';
import type { EventBus } from './events.ts';
import type { I18n } from './i18n/index.ts';
import type { Jobs, Ticks } from './jobs.ts';
import type { Keyring } from './keys.ts';
import type { Logger } from './log.ts';
import type { Mailer } from './mail.ts';
import type { Random } from './random.ts';

/** What every module is given: the tools of the house, with no word of the domain in them. */
export interface Platform {
  config: Config;
  log: Logger;
  clock: Clock;
  random: Random;
  db: Db;
  keys: Keyring;
  events: EventBus;
  jobs: Jobs;
  ticks: Ticks;
  mail: Mailer;
  i18n: I18n;
  rootDir: string;
}
