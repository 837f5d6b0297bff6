import { argon2 as argon2Callback, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import type { Random } from '../../../platform/random.ts';
import { COMMON_PASSWORDS } from './common-passwords.ts';

const argon2 = promisify(argon2Callback);

/** OWASP's minimum for argon2id; 35 ms and 19 MiB a try. */
const COST = { memory: 19456, passes: 2, parallelism: 1 } as const;
const TAG_LENGTH = 32;

export const PASSWORD_MIN = 12;
export const PASSWORD_MAX = 200;

const b64 = (data: Buffer) => data.toString('base64').replace(/=+$/, '');
/** The same letters typed on another keyboard are the same password (NIST SP 800-63B §3.1.1.2). */
const normal = (password: string) => password.normalize('NFKC');

/** Hashes into a PHC string: `$argon2id$v=19$m=…,t=…,p=…$salt$tag`. */
export async function hashPassword(password: string, random: Random): Promise<string> {
  const salt = random.bytes(16);
  const tag = await argon2('argon2id', { message: normal(password), nonce: salt, tagLength: TAG_LENGTH, ...COST });
  return `$argon2id$v=19$m=${COST.memory},t=${COST.passes},p=${COST.parallelism}$${b64(salt)}$${b64(tag)}`;
}

const PHC = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/;

/**
 * The same work for accounts without a password: its salt and tag belong to nobody, so that the time of an answer does
 * not say whether an address is known.
 */
export const NOBODYS_HASH = `$argon2id$v=19$m=${COST.memory},t=${COST.passes},p=${COST.parallelism}$${b64(Buffer.alloc(16))}$${b64(Buffer.alloc(TAG_LENGTH))}`;

export async function verifyPassword(phc: string, password: string): Promise<boolean> {
  const match = PHC.exec(phc);
  if (!match) throw new Error('not an argon2id PHC string');
  const [, m, t, p, salt, tag] = match as unknown as [string, string, string, string, string, string];
  const want = Buffer.from(tag, 'base64');
  const have = await argon2('argon2id', {
    // Longer input was never accepted as a password; cut, so that nobody makes us hash megabytes.
    message: normal(password.slice(0, PASSWORD_MAX * 2)),
    nonce: Buffer.from(salt, 'base64'),
    memory: Number(m),
    passes: Number(t),
    parallelism: Number(p),
    tagLength: want.length,
  });
  return timingSafeEqual(have, want);
}

export type PasswordProblem = 'short' | 'long' | 'common' | 'personal';

/** A common password stretched to the minimum: with digits around it, said twice, or walked along the keyboard. */
function isCommon(password: string): boolean {
  const plain = password.toLowerCase().replace(/[\s\p{P}\p{S}]/gu, '');
  if (COMMON_PASSWORDS.has(plain)) return true;
  if (COMMON_PASSWORDS.has(plain.replace(/^\d+|\d+$/g, ''))) return true;
  if (new Set(plain).size <= 4) return true;
  for (let unit = 1; unit <= 10 && unit * 4 <= plain.length * 3; unit++)
    if (
      plain ===
      plain
        .slice(0, unit)
        .repeat(Math.ceil(plain.length / unit))
        .slice(0, plain.length)
    )
      return true;
  return [
    '01234567890123456789',
    '98765432109876543210',
    'abcdefghijklmnopqrstuvwxyz',
    'qwertyuiopasdfghjklzxcvbnm',
    'azertyuiopqsdfghjklmwxcvbn',
  ].some((walk) => walk.includes(plain));
}

/** What is wrong with a new password, or undefined. Length is counted in characters; no rules about kinds of them. */
export function passwordProblem(
  password: string,
  person: { name: string; email: string },
): PasswordProblem | undefined {
  const length = [...normal(password)].length;
  if (length < PASSWORD_MIN) return 'short';
  if (length > PASSWORD_MAX) return 'long';
  const lower = normal(password).toLowerCase();
  const own = [person.email, ...person.email.split('@'), ...person.name.split(/\s+/)]
    .map((word) => word.toLowerCase())
    .sort((a, b) => b.length - a.length);
  const rest = own.filter((w) => w.length >= 4).reduce((left, word) => left.replaceAll(word, ''), lower);
  if (rest !== lower && [...rest].length < 8) return 'personal';
  return isCommon(normal(password)) ? 'common' : undefined;
}
