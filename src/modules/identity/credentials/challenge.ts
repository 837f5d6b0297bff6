import type { Keyring } from '../../../platform/keys.ts';
import type { Random } from '../../../platform/random.ts';

const PURPOSE = 'identity.sign-in-challenge';
const NONCE = 16;
const TIME = 6;
const MAC = 32;
/** Clocks of two machines may differ by so many milliseconds. */
const SKEW_MS = 10_000;

/** A question to a device that says itself until when it may be answered; base64url. */
export function signedChallenge(keys: Pick<Keyring, 'token'>, random: Random, expires: Date): string {
  const time = Buffer.alloc(TIME);
  time.writeUIntBE(expires.getTime(), 0, TIME);
  const head = Buffer.concat([random.bytes(NONCE), time]);
  const mac = Buffer.from(keys.token(PURPOSE, head.toString('base64url')), 'base64url');
  return Buffer.concat([head, mac]).toString('base64url');
}

/** Until when a challenge of ours may be answered; undefined when it is not ours, too old, or of a time to come. */
export function challengeExpiry(
  keys: Pick<Keyring, 'verifyToken'>,
  challenge: string,
  now: Date,
  lifetimeMs: number,
): Date | undefined {
  const data = Buffer.from(challenge, 'base64url');
  if (data.length !== NONCE + TIME + MAC || data.toString('base64url') !== challenge) return undefined;
  const head = data.subarray(0, NONCE + TIME);
  const mac = data.subarray(NONCE + TIME).toString('base64url');
  if (!keys.verifyToken(PURPOSE, head.toString('base64url'), mac)) return undefined;
  const expires = head.readUIntBE(NONCE, TIME);
  const left = expires - now.getTime();
  return left > 0 && left <= lifetimeMs + SKEW_MS ? new Date(expires) : undefined;
}
