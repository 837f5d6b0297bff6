import type { RegistrationResponseJSON } from '@simplewebauthn/server';
import { type Db, transaction } from '../../platform/db.ts';
import type { AppError } from '../../platform/errors.ts';
import type { Platform } from '../../platform/platform.ts';
import { tellOf } from './account-mail.ts';
import { getAccount } from './accounts.ts';
import type { Factor, StaffActor } from './actor.ts';
import { audit } from './audit-trail.ts';
import { hashPassword, passwordProblem, verifyPassword } from './credentials/password.ts';
import { newRecoveryCode, RECOVERY_CODES } from './credentials/tokens.ts';
import { matchingStep, otpauthUri } from './credentials/totp.ts';
import {
  CODE_REFUSED,
  HALF_SESSION,
  LAST_CREDENTIAL,
  PASSKEY_FIRST,
  PASSWORD_WEAK,
  SIGN_IN_REFUSED,
} from './errors.ts';
import type { Passkey, Passkeys } from './passkeys.ts';
import { isStrong } from './policy.ts';
import { needsPasskey, signsInByMail } from './roles.ts';
import { tables } from './schema.ts';
import type { OpenedSession, SessionInfo, Sessions } from './sessions.ts';
import { recoveryHash } from './sign-in.ts';
import { slow, Throttle } from './throttle.ts';

/** What an account can sign in with. */
export interface Credentials {
  passkeys: Passkey[];
  password: boolean;
  totp: boolean;
  recoveryCodesLeft: number;
}

type Gate = 'open' | 'half' | 'passkey-first';

/**
 * Whether a session may add or remove ways to sign in. Pure.
 * - A half session may only when it came by a set-up link and the account has no way to sign in yet: a password alone
 *   must never be enough to register a passkey.
 * - Parents, who come by a link in a mail, may whenever they came so: their mailbox opens the account anyway, and a lost
 *   phone must not need an administrator.
 * - An account with passkeys is changed only by a session that a passkey proved, else a phished code could add another.
 */
export function enrolmentGate(
  session: Pick<StaffActor, 'assurance' | 'factors'>,
  has: { passkeys: number; totp: boolean },
): Gate {
  if (session.assurance === 'half')
    return session.factors.includes('link') && has.passkeys === 0 && !has.totp ? 'open' : 'half';
  if (session.factors.includes('mail')) return 'open';
  return has.passkeys === 0 || session.factors.includes('passkey') ? 'open' : 'passkey-first';
}

const GATE_ERROR: Record<Exclude<Gate, 'open'>, () => AppError> = {
  half: HALF_SESSION,
  'passkey-first': PASSKEY_FIRST,
};

/** What people do with their own ways to sign in. Every change of them gives the session a new token. */
export function createEnrolment(platform: Platform, parts: { sessions: Sessions; passkeys: Passkeys }) {
  const { clock, random, db, keys, config } = platform;
  const { sessions, passkeys } = parts;
  const oldPasswordTries = new Throttle({ free: 5, baseMs: 10_000, capMs: 900_000, forgiveMs: 600_000 });
  const subject = (actor: StaffActor) => `account:${actor.accountId}`;

  async function credentialsOf(handle: Db, accountId: string): Promise<Credentials> {
    const count = (table: 'password' | 'totp' | 'recovery_code') =>
      tables(handle)
        .selectFrom(`identity.${table}`)
        .select((eb) => eb.fn.countAll<number>().as('n'))
        .where('account', '=', accountId);
    const { n: password } = await count('password').executeTakeFirstOrThrow();
    const { n: totp } = await count('totp').where('identity.totp.pending', '=', false).executeTakeFirstOrThrow();
    const { n: codes } = await count('recovery_code')
      .where('identity.recovery_code.used_at', 'is', null)
      .executeTakeFirstOrThrow();
    return {
      passkeys: await passkeys.list(handle, accountId),
      password: password > 0,
      totp: totp > 0,
      recoveryCodesLeft: codes,
    };
  }

  /** Throws IDENTITY_HALF_SESSION or IDENTITY_PASSKEY_FIRST. Locks the account, so that two changes can't cross. */
  async function enter(tx: Db, actor: StaffActor): Promise<Credentials> {
    await tables(tx)
      .selectFrom('identity.account')
      .select('id')
      .where('id', '=', actor.accountId)
      .forUpdate()
      .execute();
    const has = await credentialsOf(tx, actor.accountId);
    const gate = enrolmentGate(actor, { passkeys: has.passkeys.length, totp: has.totp });
    if (gate !== 'open') throw GATE_ERROR[gate]();
    return has;
  }

  /** The first complete way to sign in makes an invited account active. */
  async function complete(tx: Db, actor: StaffActor, ...factors: Factor[]): Promise<OpenedSession> {
    await tables(tx)
      .updateTable('identity.account')
      .set({ state: 'active' })
      .where('id', '=', actor.accountId)
      .where('state', '=', 'invited')
      .execute();
    await sessions.endAll(tx, actor.accountId, actor.sessionId);
    return sessions.rotate(tx, actor, {
      assurance: 'full',
      factors: config.demo ? [...factors, 'demo'] : factors,
    });
  }

  async function writeRecoveryCodes(tx: Db, actor: StaffActor): Promise<string[]> {
    const codes = Array.from({ length: RECOVERY_CODES }, () => newRecoveryCode(random));
    await tables(tx).deleteFrom('identity.recovery_code').where('account', '=', actor.accountId).execute();
    await tables(tx)
      .insertInto('identity.recovery_code')
      .values(
        codes.map((code) => ({
          account: actor.accountId,
          hash: recoveryHash(platform, actor.accountId, code),
          used_at: null,
        })),
      )
      .execute();
    await audit(platform, tx, actor, 'recovery-codes.made', subject(actor));
    return codes;
  }

  return {
    credentialsOf: (accountId: string) => credentialsOf(db, accountId),

    async passkeyOptions(actor: StaffActor) {
      const { email } = await transaction(db, async (tx) => {
        await enter(tx, actor);
        return getAccount(tx, actor.accountId);
      });
      return passkeys.registrationOptions(actor, email);
    },

    /** Adds a passkey. The device has just verified its owner, so the session counts as proved by it. */
    async addPasskey(
      actor: StaffActor,
      response: RegistrationResponseJSON,
      deviceName: string,
    ): Promise<OpenedSession> {
      await transaction(db, (tx) => enter(tx, actor));
      const credential = await passkeys.verifyRegistration(actor, response);
      return transaction(db, async (tx) => {
        await enter(tx, actor);
        await passkeys.store(tx, actor.accountId, credential, deviceName.trim().slice(0, 60));
        await audit(platform, tx, actor, 'passkey.added', subject(actor));
        await tellOf(platform, tx, actor.accountId, 'passkeyAdded');
        return complete(tx, actor, 'passkey');
      });
    },

    /** Throws IDENTITY_LAST_CREDENTIAL when nothing would be left to sign in with, or to work with. */
    removePasskey(actor: StaffActor, passkeyId: string): Promise<void> {
      return transaction(db, async (tx) => {
        const has = await enter(tx, actor);
        if (!has.passkeys.some((p) => p.id === passkeyId)) return;
        const otherWay =
          signsInByMail(actor.roles) || (has.password && has.totp && (config.demo || !needsPasskey(actor.roles)));
        if (has.passkeys.length === 1 && !otherWay) throw LAST_CREDENTIAL();
        await tables(tx).deleteFrom('identity.passkey').where('id', '=', passkeyId).execute();
        await audit(platform, tx, actor, 'passkey.removed', subject(actor));
        await tellOf(platform, tx, actor.accountId, 'passkeyRemoved');
        await sessions.endAll(tx, actor.accountId, actor.sessionId);
      });
    },

    /**
     * Sets or changes the password. `current` is asked when there is one and no passkey proved the session.
     * Throws IDENTITY_PASSWORD_WEAK, IDENTITY_SIGN_IN_REFUSED.
     */
    async setPassword(actor: StaffActor, given: { current?: string; password: string }): Promise<void> {
      const account = await getAccount(db, actor.accountId);
      const problem = passwordProblem(given.password, account);
      if (problem) throw PASSWORD_WEAK({ problem });
      const hash = await hashPassword(given.password, random);
      await transaction(db, async (tx) => {
        const has = await enter(tx, actor);
        if (has.password && actor.assurance === 'full' && !isStrong(actor)) {
          const old = await tables(tx)
            .selectFrom('identity.password')
            .select('hash')
            .where('account', '=', actor.accountId)
            .executeTakeFirstOrThrow();
          slow(oldPasswordTries.attempt(actor.accountId, clock.now()));
          if (!(await verifyPassword(old.hash, given.current ?? ''))) throw SIGN_IN_REFUSED();
        }
        const row = { hash, changed_at: clock.now() };
        await tables(tx)
          .insertInto('identity.password')
          .values({ account: actor.accountId, ...row })
          .onConflict((oc) => oc.column('account').doUpdateSet(row))
          .execute();
        await audit(platform, tx, actor, 'password.set', subject(actor));
        await tellOf(platform, tx, actor.accountId, 'passwordSet');
        await sessions.endAll(tx, actor.accountId, actor.sessionId);
      });
    },

    /** Makes a new secret for an authenticator app; it works once its first code was typed. */
    startTotp(actor: StaffActor): Promise<void> {
      return transaction(db, async (tx) => {
        await enter(tx, actor);
        const { wrapped, key } = keys.newRecordKey(`identity.totp:${actor.accountId}`);
        const row = {
          data_key: wrapped,
          secret: key.seal(random.bytes(20), 'secret'),
          created_at: clock.now(),
          last_step: 0,
        };
        await tables(tx)
          .insertInto('identity.totp')
          .values({ account: actor.accountId, pending: true, ...row })
          .onConflict((oc) => oc.columns(['account', 'pending']).doUpdateSet(row))
          .execute();
      });
    },

    /** The secret that waits for its first code, as an address for the QR code; undefined when none waits. */
    async pendingTotp(actor: StaffActor): Promise<{ secret: Buffer; uri: string } | undefined> {
      const account = await getAccount(db, actor.accountId);
      const secret = await transaction(db, async (tx) => {
        await enter(tx, actor);
        return readSecret(tx, actor.accountId);
      });
      return secret && { secret, uri: otpauthUri(secret, 'e-Salama', account.email) };
    },

    /** Throws IDENTITY_CODE_REFUSED. Returns the new session and recovery codes, shown once. */
    confirmTotp(actor: StaffActor, code: string): Promise<OpenedSession & { recoveryCodes: string[] }> {
      return transaction(db, async (tx) => {
        const has = await enter(tx, actor);
        const secret = await readSecret(tx, actor.accountId);
        const step = secret && matchingStep(secret, code.replace(/\s/g, ''), clock.now(), 0);
        if (step === undefined || !has.password) throw CODE_REFUSED();
        const own = tables(tx);
        await own
          .deleteFrom('identity.totp')
          .where('account', '=', actor.accountId)
          .where('pending', '=', false)
          .execute();
        await own
          .updateTable('identity.totp')
          .set({ pending: false, last_step: step })
          .where('account', '=', actor.accountId)
          .execute();
        await audit(platform, tx, actor, 'totp.confirmed', subject(actor));
        await tellOf(platform, tx, actor.accountId, 'totpSet');
        const recoveryCodes = await writeRecoveryCodes(tx, actor);
        // A session that a passkey proved stays one; any other is now proved by password and code.
        const factors: Factor[] = actor.factors.includes('passkey') ? ['passkey'] : ['password', 'totp'];
        return { ...(await complete(tx, actor, ...factors)), recoveryCodes };
      });
    },

    newRecoveryCodes(actor: StaffActor): Promise<string[]> {
      return transaction(db, async (tx) => {
        await enter(tx, actor);
        await tellOf(platform, tx, actor.accountId, 'codesMade');
        return writeRecoveryCodes(tx, actor);
      });
    },

    sessionsOf: (actor: StaffActor): Promise<SessionInfo[]> => sessions.list(actor.accountId),
    endSession: (actor: StaffActor, sessionId: string): Promise<void> =>
      transaction(db, (tx) => sessions.end(tx, actor.accountId, sessionId)),
    endOtherSessions: (actor: StaffActor): Promise<void> =>
      transaction(db, (tx) => sessions.endAll(tx, actor.accountId, actor.sessionId)),
  };

  async function readSecret(tx: Db, accountId: string): Promise<Buffer | undefined> {
    const row = await tables(tx)
      .selectFrom('identity.totp')
      .select(['data_key', 'secret'])
      .where('account', '=', accountId)
      .where('pending', '=', true)
      .executeTakeFirst();
    return row && keys.openRecordKey(row.data_key, `identity.totp:${accountId}`).open(row.secret, 'secret');
  }
}

export type Enrolment = ReturnType<typeof createEnrolment>;
