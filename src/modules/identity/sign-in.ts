import type { AuthenticationResponseJSON } from '@simplewebauthn/server';
import { type Db, transaction } from '../../platform/db.ts';
import type { Platform } from '../../platform/platform.ts';
import { tellOf } from './account-mail.ts';
import { type Account, findAccount, normalEmail } from './accounts.ts';
import type { Factor, StaffActor } from './actor.ts';
import { audit } from './audit-trail.ts';
import { knownDevice, rememberDevice } from './credentials/device.ts';
import { NOBODYS_HASH, verifyPassword } from './credentials/password.ts';
import { normalRecoveryCode } from './credentials/tokens.ts';
import { matchingStep } from './credentials/totp.ts';
import type { Directory } from './directory.ts';
import { CODE_REFUSED, LINK_INVALID, PASSKEY_REFUSED, SIGN_IN, SIGN_IN_REFUSED, TOO_MANY_TRIES } from './errors.ts';
import { HashQueue } from './hash-queue.ts';
import type { Links } from './links.ts';
import type { Passkeys } from './passkeys.ts';
import { createRefusals } from './refusals.ts';
import { startAnew } from './rescue.ts';
import { type LinkPurpose, tables } from './schema.ts';
import type { OpenedSession, Sessions } from './sessions.ts';
import { slow, Throttle } from './throttle.ts';

const MINUTE_MS = 60_000;
/** Links that open the first steps of an account. */
const SETUP_LINKS: readonly LinkPurpose[] = ['administrator', 'invitation', 'rescue'];

export const recoveryHash = (platform: Pick<Platform, 'keys'>, accountId: string, code: string) =>
  platform.keys.token('identity.recovery', `${accountId}:${code}`);

/** One hash takes 35 ms: a stranger behind a full lane has waited two seconds. */
const HASHES = { atOnce: 2, waiting: 100, perName: 3 };
/** When somebody may try again who found the lane full. */
const FULL_SECONDS = 5;

/**
 * Every way from a visitor to a session. Guessing is slowed by account, never by address of the network and never for all
 * together: nothing that strangers do holds up a passkey, or somebody in whose browser the account has signed in before.
 */
export function createSignIn(
  platform: Platform,
  parts: { sessions: Sessions; links: Links; passkeys: Passkeys; directory: Directory },
) {
  const { clock, db, keys, config } = platform;
  const { sessions, links, passkeys, directory } = parts;
  const passwordTries = new Throttle({ free: 5, baseMs: 5_000, capMs: 15 * MINUTE_MS, forgiveMs: 10 * MINUTE_MS });
  const codeTries = new Throttle({ free: 5, baseMs: 10_000, capMs: 15 * MINUTE_MS, forgiveMs: 10 * MINUTE_MS });
  const hashes = new HashQueue(HASHES);
  const refused = createRefusals(platform);

  const nameOf = (email: string) => keys.token('identity.throttle', email);

  /** By what tries are counted: a browser that is known to the account has its own count, strangers share one. */
  function tryer(name: string, cookie: string | undefined): { key: string; known: boolean } {
    const device = knownDevice(keys, cookie, name, clock.now());
    return device ? { key: `device:${device}`, known: true } : { key: `stranger:${name}`, known: false };
  }

  /** In the demonstration everything counts as a passkey; the mark keeps such sessions from any other server. */
  const proved = (...factors: Factor[]): Factor[] => (config.demo ? [...factors, 'demo'] : factors);

  async function codeMatches(tx: Db, accountId: string, code: string): Promise<boolean> {
    const row = await tables(tx)
      .selectFrom('identity.totp')
      .select(['data_key', 'secret', 'last_step'])
      .where('account', '=', accountId)
      .where('pending', '=', false)
      .forUpdate()
      .executeTakeFirst();
    if (!row) return false;
    const secret = keys.openRecordKey(row.data_key, `identity.totp:${accountId}`).open(row.secret, 'secret');
    const step = matchingStep(secret, code, clock.now(), row.last_step);
    if (step === undefined) return false;
    await tables(tx)
      .updateTable('identity.totp')
      .set({ last_step: step })
      .where('account', '=', accountId)
      .where('pending', '=', false)
      .execute();
    return true;
  }

  async function recoveryCodeMatches(tx: Db, accountId: string, code: string): Promise<boolean> {
    const { numUpdatedRows } = await tables(tx)
      .updateTable('identity.recovery_code')
      .set({ used_at: clock.now() })
      .where('account', '=', accountId)
      .where('hash', '=', recoveryHash(platform, accountId, code))
      .where('used_at', 'is', null)
      .executeTakeFirst();
    if (numUpdatedRows !== 1n) return false;
    await audit(platform, tx, `account:${accountId}`, 'recovery-code.used', `account:${accountId}`);
    await tellOf(platform, tx, accountId, 'codeUsed');
    return true;
  }

  async function peekDemoLink(token: string): Promise<Account> {
    if (!config.demo) throw LINK_INVALID();
    const { accountId } = await links.peek(token, ['demo']);
    const account = accountId === undefined ? undefined : await findAccount(db, accountId);
    if (account?.state !== 'active') throw LINK_INVALID();
    return account;
  }

  return {
    /**
     * Step one of two. The answer, its time and its traces are the same for a wrong password, an unknown address, an
     * account without password and a suspended one: IDENTITY_SIGN_IN_REFUSED. Throws IDENTITY_TOO_MANY_TRIES.
     * @param device the cookie of {@link remember}, if the browser has one
     */
    async withPassword(given: { email: string; password: string }, device?: string): Promise<OpenedSession> {
      const email = normalEmail(given.email).slice(0, 320);
      const name = nameOf(email);
      const { key, known } = tryer(name, device);
      slow(passwordTries.attempt(key, clock.now()));
      const row = await tables(db)
        .selectFrom('identity.account as a')
        .leftJoin('identity.password as p', 'p.account', 'a.id')
        .leftJoin('identity.totp as t', (join) => join.onRef('t.account', '=', 'a.id').on('t.pending', '=', false))
        .select(['a.id', 'a.state', 'p.hash', 't.account as totp'])
        .where('a.email', '=', email)
        .executeTakeFirst();
      const hashed = await hashes.run(name, known, () => verifyPassword(row?.hash ?? NOBODYS_HASH, given.password));
      if (!hashed) throw TOO_MANY_TRIES({ seconds: FULL_SECONDS });
      if (!row?.hash || !hashed.value || row.state !== 'active' || row.totp === null) {
        await refused(row?.id);
        throw SIGN_IN_REFUSED();
      }
      passwordTries.succeed(key);
      return transaction(db, (tx) => sessions.open(tx, row.id, { assurance: 'half', factors: ['password'] }));
    },

    /** Step two: a code of the authenticator app, or a recovery code. Throws IDENTITY_CODE_REFUSED. */
    async withCode(actor: StaffActor, typed: string, device?: string): Promise<OpenedSession> {
      if (actor.assurance !== 'half' || !actor.factors.includes('password')) throw SIGN_IN();
      const account = await findAccount(db, actor.accountId);
      if (!account) throw SIGN_IN();
      const { key } = tryer(nameOf(account.email), device);
      slow(codeTries.attempt(key, clock.now()));
      const recovery = normalRecoveryCode(typed);
      const opened = await transaction(db, async (tx) => {
        const right = recovery
          ? await recoveryCodeMatches(tx, actor.accountId, recovery)
          : await codeMatches(tx, actor.accountId, typed.replace(/\s/g, ''));
        if (!right) return undefined;
        const factors = proved('password', recovery ? 'recovery' : 'totp');
        return sessions.rotate(tx, actor, { assurance: 'full', factors });
      });
      if (!opened) {
        await audit(platform, db, 'system', 'code.refused', `account:${actor.accountId}`);
        throw CODE_REFUSED();
      }
      codeTries.succeed(key);
      return opened;
    },

    /** For the cookie that makes this browser known to the account; after a complete sign-in only. */
    async remember(opened: OpenedSession, device?: string): Promise<string | undefined> {
      const actor = await sessions.actorOf(opened.token);
      const account = actor?.assurance === 'full' ? await findAccount(db, actor.accountId) : undefined;
      return account && rememberDevice(platform, device, nameOf(account.email), clock.now());
    },

    /** Nobody is held up here: the question costs nothing, and each can be answered once. */
    passkeyOptions: () => passkeys.signInOptions(),

    /** Throws IDENTITY_PASSKEY_REFUSED, also for suspended accounts. */
    async withPasskey(response: AuthenticationResponseJSON): Promise<OpenedSession> {
      const { accountId } = await passkeys.verifySignIn(response);
      const account = await findAccount(db, accountId);
      if (account?.state !== 'active') {
        await audit(platform, db, 'system', 'sign-in.refused', `account:${accountId}`);
        throw PASSKEY_REFUSED();
      }
      return transaction(db, (tx) => sessions.open(tx, accountId, { assurance: 'full', factors: proved('passkey') }));
    },

    peekSetupLink: (token: string) => links.peek(token, SETUP_LINKS),

    /**
     * Uses up a set-up link. The session that it opens can store the first way to sign in and nothing else.
     * `person` is needed for an administrator's link. Throws IDENTITY_LINK_INVALID, IDENTITY_EMAIL_TAKEN.
     */
    withSetupLink(token: string, person?: Parameters<Directory['firstAdministrator']>[1]): Promise<OpenedSession> {
      return transaction(db, async (tx) => {
        const link = await links.consume(tx, token, SETUP_LINKS);
        const known = link.accountId === undefined ? undefined : await findAccount(tx, link.accountId);
        const account =
          known ??
          (person && link.purpose === 'administrator' ? await directory.firstAdministrator(tx, person) : undefined);
        const rescued =
          link.purpose === 'rescue' && account?.state === 'active' && account.roles.includes('administrator');
        if (!account || (account.state !== 'invited' && !rescued)) throw LINK_INVALID();
        await audit(platform, tx, `account:${account.id}`, 'link.used', `link:${link.id}`, { purpose: link.purpose });
        if (rescued) {
          await startAnew(platform, tx, sessions, account.id, `account:${account.id}`);
          await tables(tx)
            .updateTable('identity.account')
            .set({ state: 'invited' })
            .where('id', '=', account.id)
            .execute();
        }
        await sessions.endAll(tx, account.id);
        return sessions.open(tx, account.id, { assurance: 'half', factors: ['link'] });
      });
    },

    peekDemoLink,

    /** Works again and again, on a demonstration server only. */
    async withDemoLink(token: string): Promise<OpenedSession> {
      const account = await peekDemoLink(token);
      return transaction(db, (tx) => sessions.open(tx, account.id, { assurance: 'full', factors: ['demo'] }));
    },

    signOut(actor: StaffActor): Promise<void> {
      return transaction(db, (tx) => sessions.end(tx, actor.accountId, actor.sessionId));
    },
  };
}

export type SignIn = ReturnType<typeof createSignIn>;
