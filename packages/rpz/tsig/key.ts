import { createSecretKey, type KeyObject } from 'node:crypto';
import { RpzError, WireError } from '../errors.ts';
import { canonicalName, wireName } from '../wire/name.ts';

/** RFC 8945 section 6, without those that are deprecated. */
export const ALGORITHMS = { 'hmac-sha256': 'sha256', 'hmac-sha384': 'sha384', 'hmac-sha512': 'sha512' } as const;
export type TsigAlgorithm = keyof typeof ALGORITHMS;

/** Bytes of a full MAC. */
export const MAC_LENGTH: Readonly<Record<TsigAlgorithm, number>> = {
  'hmac-sha256': 32,
  'hmac-sha384': 48,
  'hmac-sha512': 64,
};

export interface KeySettings {
  name: string;
  algorithm: TsigAlgorithm;
  /** Base64, at least 16 bytes of it; 32 or more are wise. */
  secret: string;
  /** When it was made, in milliseconds since 1970: its age stands on the board. */
  since: number;
}

export interface TsigKey {
  name: string;
  algorithm: TsigAlgorithm;
  secret: KeyObject;
  since: number;
  wire: { name: Buffer; algorithm: Buffer };
}

/** @throws {RpzError} key-invalid */
export function tsigKey(settings: KeySettings): TsigKey {
  const { algorithm, since } = settings;
  if (!Object.hasOwn(ALGORITHMS, algorithm)) throw new RpzError('key-invalid', `unknown algorithm ${algorithm}`);
  // Knot refuses what is not a multiple of four, others guess.
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(settings.secret) || settings.secret.length % 4 !== 0)
    throw new RpzError('key-invalid', 'a secret is Base64');
  const bytes = Buffer.from(settings.secret, 'base64');
  if (bytes.length < 16) throw new RpzError('key-invalid', 'a secret of less than 16 bytes');
  try {
    const name = canonicalName(settings.name);
    const wire = { name: wireName(name), algorithm: wireName(algorithm) };
    return { name, algorithm, secret: createSecretKey(bytes), since, wire };
  } catch (error) {
    if (error instanceof WireError) throw new RpzError('key-invalid', error.message);
    throw error;
  }
}
