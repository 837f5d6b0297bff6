import { createHash } from 'node:crypto';
import type { Random } from '../../../platform/random.ts';

const LOWER32 = 'abcdefghijklmnopqrstuvwxyz234567';

/** 60 random bits as 12 characters: a label of a name, so it can stand in Android's "Private DNS". */
export function newDeviceId(random: Random): string {
  return Array.from(random.bytes(12), (byte) => LOWER32[byte & 31]).join('');
}

export const isDeviceId = (value: string): boolean => /^[a-z2-7]{12}$/.test(value);

/** 256 random bits, base64url: links of children and invitations. */
export const newToken = (random: Random): string => random.bytes(32).toString('base64url');
export const isToken = (value: string): boolean => /^[A-Za-z0-9_-]{43}$/.test(value);

/** What is stored of a token. It has 256 bits of its own, so it needs neither salt nor a slow hash. */
export const tokenHash = (token: string): Buffer => createHash('sha256').update(token).digest();
