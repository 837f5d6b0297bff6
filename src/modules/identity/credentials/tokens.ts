import { createHash, timingSafeEqual } from 'node:crypto';
import type { Random } from '../../../platform/random.ts';

/** 256 random bits, base64url (43 characters): sessions, links, secrets of API keys. */
export function newToken(random: Random): string {
  return random.bytes(32).toString('base64url');
}

export function isToken(value: string): boolean {
  return /^[A-Za-z0-9_-]{43}$/.test(value);
}

/** What is stored of a token. It has 256 bits of its own, so it needs neither salt nor a slow hash. */
export function tokenHash(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

const LOWER32 = 'abcdefghijklmnopqrstuvwxyz234567';

function letters(random: Random, n: number): string {
  return Array.from(random.bytes(n), (byte) => LOWER32[byte & 31]).join('');
}

export interface NewApiKey {
  /** Shown once to whoever made it. */
  secretText: string;
  /** Shown ever after, so that people can tell keys apart. */
  prefix: string;
  hash: Buffer;
}

/** `esk_<prefix>_<secret>`: the first part lets secret scanners recognise it, the second finds the row. */
export function newApiKey(random: Random): NewApiKey {
  const prefix = letters(random, 8);
  const secret = newToken(random);
  return { secretText: `esk_${prefix}_${secret}`, prefix, hash: tokenHash(secret) };
}

/** The parts of `Bearer esk_…` (RFC 6750 §2.1), or undefined when the header is not of that form. */
export function parseApiKey(header: string | undefined): { prefix: string; hash: Buffer } | undefined {
  const match = /^Bearer +esk_([a-z2-7]{8})_([A-Za-z0-9_-]{43})$/i.exec(header ?? '');
  return match ? { prefix: match[1] as string, hash: tokenHash(match[2] as string) } : undefined;
}

export function sameHash(a: Buffer, b: Buffer): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}

/** How many recovery codes somebody gets at a time. */
export const RECOVERY_CODES = 10;

/** Sixteen letters, 80 random bits, in groups that can be read out. */
export function newRecoveryCode(random: Random): string {
  return (letters(random, 16).match(/.{4}/g) as string[]).join('-');
}

/** A code as it was typed, in the form it was given out; undefined when it can't be one. */
export function normalRecoveryCode(typed: string): string | undefined {
  const plain = typed.toLowerCase().replace(/[\s-]/g, '');
  return /^[a-z2-7]{16}$/.test(plain) ? (plain.match(/.{4}/g) as string[]).join('-') : undefined;
}
