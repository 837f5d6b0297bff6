import { createCountry } from '../../src/modules/country/index.ts';
import { createIdentity } from '../../src/modules/identity/index.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { loadConfig } from '../../src/platform/config.ts';
import { type Database, transaction } from '../../src/platform/db.ts';
import { EventBus } from '../../src/platform/events.ts';
import { loadCatalogues } from '../../src/platform/i18n/index.ts';
import { uuidv7 } from '../../src/platform/ids.ts';
import { Jobs, Ticks } from '../../src/platform/jobs.ts';
import type { Keyring } from '../../src/platform/keys.ts';
import { createLogger } from '../../src/platform/log.ts';
import { createMailer } from '../../src/platform/mail.ts';
import { systemRandom } from '../../src/platform/random.ts';
import { findRoot } from '../../src/platform/root.ts';

const WEEK_MS = 7 * 24 * 3_600_000;
/** Clients that try again after every kill must not meet the limit of a careful organisation. */
const RATE_PER_MINUTE = 60_000;

/**
 * Makes what the administrator's pages make, by the same services, in the database of a running server: an organisation
 * with an API key, somebody on duty, an analyst and the second person who agrees; all are signed in.
 */
export async function hireStaff(
  database: Database,
  keys: Keyring,
  publicOrigin: string,
): Promise<{ apiKey: string; analyst: string; senior: string; onCall: string }> {
  const config = loadConfig({ SALAMA_DEV: '1', PUBLIC_ORIGIN: publicOrigin });
  const log = createLogger('silent', 'test');
  const mail = createMailer(undefined, config.mailFrom);
  const tools = {
    config,
    log,
    clock: systemClock,
    random: systemRandom,
    db: database.db,
    keys,
    events: new EventBus(),
    jobs: new Jobs(log),
    ticks: new Ticks(systemClock, log),
    mail,
    i18n: loadCatalogues(findRoot()),
    rootDir: findRoot(),
  };
  const identity = createIdentity(tools);
  // Letters wait a day for one another, and for the morning: not here.
  const country = createCountry(tools);
  await country.setOverlay('system', 'notices.window', 'always');
  await country.setOverlay('system', 'notices.grouping.newContact', 2);
  await country.setOverlay('system', 'notices.grouping.knownContact', 10);
  const hired = await transaction(database.db, async (tx) => {
    const { directory, rota, apiKeys, sessions } = identity;
    const organisation = await directory.insertOrganisation(tx, 'system', {
      name: 'Hotline',
      kind: 'hotline',
      territory: null,
    });
    const account = (name: string, role: 'analyst' | 'senior-analyst' | 'on-call') => {
      const id = uuidv7(systemClock, systemRandom);
      const email = `${role}@e-salama.example`;
      const person = { name, email, lang: 'fr' as const, roles: [role], organisationId: organisation.id };
      return directory.insertAccount(tx, 'system', id, person, 'active');
    };
    const now = systemClock.now();
    const onDuty = await account('Nora', 'on-call');
    await rota.insert(tx, 'system', {
      accountId: onDuty.id,
      position: 1,
      startsAt: now,
      endsAt: new Date(now.getTime() + WEEK_MS),
    });
    const analyst = await account('Salma', 'analyst');
    const senior = await account('Idir', 'senior-analyst');
    const signIn = (id: string) => sessions.open(tx, id, { assurance: 'full', factors: ['passkey'] });
    const key = await apiKeys.insert(tx, 'system', {
      organisationId: organisation.id,
      name: 'Load',
      scopes: ['reports:write'],
      ratePerMinute: RATE_PER_MINUTE,
    });
    return {
      apiKey: key.secretText,
      analyst: (await signIn(analyst.id)).token,
      senior: (await signIn(senior.id)).token,
      onCall: (await signIn(onDuty.id)).token,
    };
  });
  mail.close();
  return hired;
}
