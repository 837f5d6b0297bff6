import {
  type AuthenticationResponseJSON,
  generateAuthenticationOptions,
  generateRegistrationOptions,
  type PublicKeyCredentialCreationOptionsJSON,
  type PublicKeyCredentialRequestOptionsJSON,
  type RegistrationResponseJSON,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
} from '@simplewebauthn/server';
import type { Db } from '../../platform/db.ts';
import type { Platform } from '../../platform/platform.ts';
import type { StaffActor } from './actor.ts';
import { challengeExpiry, signedChallenge } from './credentials/challenge.ts';
import { newToken, tokenHash } from './credentials/tokens.ts';
import { PASSKEY_REFUSED } from './errors.ts';
import { tables } from './schema.ts';

/** Milliseconds between the question to the device and its answer. */
const CHALLENGE_MS = 5 * 60_000;
/** Ed25519, ES256, RS256 (COSE): what devices have. */
const ALGORITHMS = [-8, -7, -257];
const TRANSPORTS = ['ble', 'cable', 'hybrid', 'internal', 'nfc', 'smart-card', 'usb'] as const;
type Transport = (typeof TRANSPORTS)[number];

export interface Passkey {
  id: string;
  deviceName: string;
  createdAt: Date;
  lastUsedAt: Date | null;
}

const isTransport = (value: string): value is Transport => (TRANSPORTS as readonly string[]).includes(value);
const accountBytes = (accountId: string) => Buffer.from(accountId.replaceAll('-', ''), 'hex');

/** The challenge that a device says it answered; the database then tells whether we asked it. */
function challengeIn(clientDataJSON: string): string {
  try {
    const data: unknown = JSON.parse(Buffer.from(clientDataJSON, 'base64url').toString('utf8'));
    if (typeof data === 'object' && data !== null && 'challenge' in data && typeof data.challenge === 'string')
      return data.challenge;
  } catch {
    // Not JSON: refused like any other answer to a question that was not asked.
  }
  throw PASSKEY_REFUSED();
}

/** WebAuthn (level 3) with discoverable credentials and user verification, over @simplewebauthn/server. */
export function createPasskeys(platform: Platform) {
  const { clock, random, db, keys, config } = platform;
  const rpID = new URL(config.publicOrigin).hostname;

  const expiry = () => new Date(clock.now().getTime() + CHALLENGE_MS);

  async function askToRegister(session: string): Promise<string> {
    const challenge = newToken(random);
    await tables(db)
      .insertInto('identity.challenge')
      .values({ hash: tokenHash(challenge), purpose: 'register', session, expires_at: expiry() })
      .execute();
    return challenge;
  }

  /** Each challenge works once, also when the answer to it turns out wrong: so outside the caller's transaction. */
  async function spendRegistering(challenge: string, session: string): Promise<void> {
    const { numDeletedRows } = await tables(db)
      .deleteFrom('identity.challenge')
      .where('hash', '=', tokenHash(challenge))
      .where('purpose', '=', 'register')
      .where('session', '=', session)
      .where('expires_at', '>', clock.now())
      .executeTakeFirst();
    if (numDeletedRows !== 1n) throw PASSKEY_REFUSED();
  }

  /** The same for a sign-in, where the question itself was kept nowhere. */
  async function spendSigningIn(challenge: string, expires: Date): Promise<void> {
    const { numInsertedOrUpdatedRows } = await tables(db)
      .insertInto('identity.spent_challenge')
      .values({ hash: tokenHash(challenge), expires_at: expires })
      .onConflict((oc) => oc.column('hash').doNothing())
      .executeTakeFirst();
    if (numInsertedOrUpdatedRows !== 1n) throw PASSKEY_REFUSED();
  }

  return {
    async registrationOptions(actor: StaffActor, email: string): Promise<PublicKeyCredentialCreationOptionsJSON> {
      const own = await tables(db)
        .selectFrom('identity.passkey')
        .select(['id', 'transports'])
        .where('account', '=', actor.accountId)
        .execute();
      return generateRegistrationOptions({
        rpName: 'e-Salama',
        rpID,
        userID: new Uint8Array(accountBytes(actor.accountId)),
        userName: email,
        userDisplayName: actor.name,
        challenge: new Uint8Array(Buffer.from(await askToRegister(actor.sessionId), 'base64url')),
        timeout: CHALLENGE_MS,
        attestationType: 'none',
        excludeCredentials: own,
        authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
        supportedAlgorithmIDs: ALGORITHMS,
      });
    },

    /** Checks a new passkey and returns what `store` keeps. Throws IDENTITY_PASSKEY_REFUSED. */
    async verifyRegistration(actor: StaffActor, response: RegistrationResponseJSON) {
      const challenge = challengeIn(response.response.clientDataJSON);
      await spendRegistering(challenge, actor.sessionId);
      const verified = await verifyRegistrationResponse({
        response,
        expectedChallenge: challenge,
        expectedOrigin: config.publicOrigin,
        expectedRPID: rpID,
        requireUserVerification: true,
        supportedAlgorithmIDs: ALGORITHMS,
      }).catch((cause: unknown) => {
        throw PASSKEY_REFUSED({}, { cause });
      });
      if (!verified.verified) throw PASSKEY_REFUSED();
      return verified.registrationInfo.credential;
    },

    /** Throws IDENTITY_PASSKEY_REFUSED when the credential is known already, of whomever. */
    async store(
      tx: Db,
      accountId: string,
      credential: { id: string; publicKey: Uint8Array; counter: number; transports?: readonly string[] },
      deviceName: string,
    ): Promise<void> {
      const { numInsertedOrUpdatedRows } = await tables(tx)
        .insertInto('identity.passkey')
        .values({
          id: credential.id,
          account: accountId,
          public_key: Buffer.from(credential.publicKey),
          counter: credential.counter,
          transports: (credential.transports ?? []).filter(isTransport),
          device_name: deviceName,
          created_at: clock.now(),
          last_used_at: null,
        })
        .onConflict((oc) => oc.column('id').doNothing())
        .executeTakeFirst();
      if (numInsertedOrUpdatedRows !== 1n) throw PASSKEY_REFUSED();
    },

    /**
     * The same for everybody, so that nobody learns which accounts exist: the device offers what it holds. The question
     * is signed, not stored: asking costs us nothing, so that nobody has to be held up because others ask too.
     */
    signInOptions(): Promise<PublicKeyCredentialRequestOptionsJSON> {
      return generateAuthenticationOptions({
        rpID,
        challenge: new Uint8Array(Buffer.from(signedChallenge(keys, random, expiry()), 'base64url')),
        timeout: CHALLENGE_MS,
        userVerification: 'required',
      });
    },

    /** Whose passkey answered. Throws IDENTITY_PASSKEY_REFUSED. */
    async verifySignIn(response: AuthenticationResponseJSON): Promise<{ accountId: string; passkeyId: string }> {
      const challenge = challengeIn(response.response.clientDataJSON);
      const expires = challengeExpiry(keys, challenge, clock.now(), CHALLENGE_MS);
      if (!expires) throw PASSKEY_REFUSED();
      const row = await tables(db)
        .selectFrom('identity.passkey')
        .select(['id', 'account', 'public_key', 'counter', 'transports'])
        .where('id', '=', response.id)
        .executeTakeFirst();
      // Nothing is written for a stranger: only who knows a credential of ours comes further, and with each question once.
      if (!row) throw PASSKEY_REFUSED();
      await spendSigningIn(challenge, expires);
      const handle = response.response.userHandle;
      if (handle && !Buffer.from(handle, 'base64url').equals(accountBytes(row.account))) throw PASSKEY_REFUSED();
      const verified = await verifyAuthenticationResponse({
        response,
        expectedChallenge: challenge,
        expectedOrigin: config.publicOrigin,
        expectedRPID: rpID,
        requireUserVerification: true,
        credential: {
          id: row.id,
          publicKey: new Uint8Array(row.public_key),
          counter: row.counter,
          transports: row.transports.filter(isTransport),
        },
      }).catch((cause: unknown) => {
        throw PASSKEY_REFUSED({}, { cause });
      });
      if (!verified.verified) throw PASSKEY_REFUSED();
      // A copied authenticator shows by a counter that does not grow: two answers with the same one can't both pass.
      const { newCounter } = verified.authenticationInfo;
      const { numUpdatedRows } = await tables(db)
        .updateTable('identity.passkey')
        .set({ counter: newCounter, last_used_at: clock.now() })
        .where('id', '=', row.id)
        .where((eb) => (newCounter === 0 ? eb('counter', '=', 0) : eb('counter', '<', newCounter)))
        .executeTakeFirst();
      if (numUpdatedRows !== 1n) throw PASSKEY_REFUSED();
      return { accountId: row.account, passkeyId: row.id };
    },

    list(handle: Db, accountId: string): Promise<Passkey[]> {
      return tables(handle)
        .selectFrom('identity.passkey')
        .select(['id', 'device_name as deviceName', 'created_at as createdAt', 'last_used_at as lastUsedAt'])
        .where('account', '=', accountId)
        .orderBy('created_at')
        .orderBy('id')
        .execute();
    },
  };
}

export type Passkeys = ReturnType<typeof createPasskeys>;
