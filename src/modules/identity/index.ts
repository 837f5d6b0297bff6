import type { FastifyInstance } from 'fastify';
import type { Db } from '../../platform/db.ts';
import type { Platform } from '../../platform/platform.ts';
import { handleAccountMail } from './account-mail.ts';
import { type Account, accountsWithRole, findAccount, listAccounts, listOrganisations, namesOf } from './accounts.ts';
import { createApiKeys } from './api-keys.ts';
import { createDirectory } from './directory.ts';
import { createEnrolment } from './enrolment.ts';
import { createFirstStart } from './first-start.ts';
import { accountRoutes } from './http/account.routes.tsx';
import { adminRoutes } from './http/admin.routes.tsx';
import { createHttpTools } from './http/hooks.ts';
import { signInRoutes } from './http/sign-in.routes.tsx';
import { createLinks } from './links.ts';
import { createMailSignIn } from './mail-sign-in.ts';
import { createPasskeys } from './passkeys.ts';
import { type Action, rolesFor } from './policy.ts';
import { createRota } from './rota.ts';
import { tables } from './schema.ts';
import { createSessions } from './sessions.ts';
import { createSignIn } from './sign-in.ts';

export type { Account, Organisation } from './accounts.ts';
export { type Actor, type ApiScope, auditName, type MachineActor, type StaffActor, VISITOR } from './actor.ts';
export type { DemoAccount } from './first-start.ts';
export { staffOf } from './http/hooks.ts';
export { PasskeyBox } from './pages/passkey-box.tsx';
export { ACTIONS, type Action, authorize, can, mayEver, type RecordRef, rolesMay } from './policy.ts';
export { rescueAdministrator } from './rescue.ts';
export { ROLES, type Role } from './roles.ts';
export type { OnDuty } from './rota.ts';

/** Names of organisations by id, for commands that run without a server. */
export const organisationNames = async (db: Db): Promise<ReadonlyMap<string, string>> =>
  new Map((await listOrganisations(db)).map((o) => [o.id, o.name]));

const PURGE_EVERY_MS = 10 * 60_000;
/** Used and expired links are kept so long, in milliseconds, so that a second click gets a clear answer. */
const LINKS_KEPT_MS = 30 * 24 * 3_600_000;

/** Who works here, how they prove it, and what they may do. `zone` is the country's, for times in mails. */
export function createIdentity(platform: Platform, { zone = 'UTC' }: { zone?: string } = {}) {
  const { db, ticks } = platform;
  handleAccountMail(platform, zone);
  const sessions = createSessions(platform);
  const links = createLinks(platform);
  const passkeys = createPasskeys(platform);
  const directory = createDirectory(platform, sessions, links);
  const enrolment = createEnrolment(platform, { sessions, passkeys });
  const signIn = createSignIn(platform, { sessions, links, passkeys, directory });
  const mailSignIn = createMailSignIn(platform, { sessions, directory, zone });
  const apiKeys = createApiKeys(platform);
  const rota = createRota(platform);
  const firstStart = createFirstStart(platform, { directory, links, rota, apiKeys });
  const http = createHttpTools(platform, { sessions, apiKeys });

  ticks.every('identity.purge', PURGE_EVERY_MS, async (now) => {
    await tables(db).deleteFrom('identity.session').where('expires_at', '<=', now).execute();
    await tables(db).deleteFrom('identity.challenge').where('expires_at', '<=', now).execute();
    await tables(db).deleteFrom('identity.spent_challenge').where('expires_at', '<=', now).execute();
    await mailSignIn.purge(now);
    await tables(db)
      .deleteFrom('identity.setup_link')
      .where('expires_at', '<=', new Date(now.getTime() - LINKS_KEPT_MS))
      .execute();
  });

  return {
    /** Call on the root instance before any routes: sets `req.actor`. */
    hooks: http.hooks,
    /** The pages at `/desk/sign-in`, `/desk/setup`, `/desk/account` and `/desk/admin`. `zone` is the country's. */
    routes: (options: { zone: string }) => async (app: FastifyInstance) => {
      await app.register(signInRoutes(signIn, http));
      await app.register(accountRoutes(platform, { enrolment, directory, http }));
      await app.register(adminRoutes(platform, { directory, apiKeys, rota, http }, options));
    },
    requireStaff: http.requireStaff,
    requireMachine: http.requireMachine,
    /** Puts a session into the browser's cookie, and takes it out again; for modules with doors of their own. */
    setSession: http.setSession,
    clearSession: http.clearSession,

    findAccount: (id: string) => findAccount(db, id),
    /** A person's name for pages of the desk; undefined for an unknown id. */
    nameOf: async (id: string) => (await namesOf(db, [id])).get(id),
    namesOf: (ids: readonly string[]) => namesOf(db, ids),
    listAccounts: () => listAccounts(db),
    accountsWithRole: (role: Parameters<typeof accountsWithRole>[1]) => accountsWithRole(db, role),
    /** Everybody active whose role lets them do this to some record. */
    async accountsThatMay(action: Action): Promise<Account[]> {
      const found = await Promise.all(rolesFor(action).map((role) => accountsWithRole(db, role)));
      return [...new Map(found.flat().map((a) => [a.id, a])).values()].filter((a) => a.state === 'active');
    },
    listOrganisations: () => listOrganisations(db),

    sessions,
    directory,
    signIn,
    mailSignIn,
    enrolment,
    apiKeys,
    rota,
    authenticateApiKey: apiKeys.authenticate,
    createApiKey: apiKeys.create,
    onDuty: rota.onDuty,
    ...firstStart,
  };
}

export type Identity = ReturnType<typeof createIdentity>;
