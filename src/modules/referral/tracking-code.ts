import type { Random } from '../../platform/random.ts';

/**
 * `ES-2026-XXXX-XXXX`: one name for a referral, for both sides, in mails, on paper and over the telephone. 31 signs that
 * nobody takes for another (no 0 and O, 1, I and L); the last one is a check. 31 is prime, so a weighted sum finds every
 * single wrong sign and every swap of two.
 */
const ALPHABET = '23456789ABCDEFGHJKMNPQRSTUVWXYZ';
const BASE = ALPHABET.length;
const SIGNS = 7;

function check(year: string, signs: string): string {
  const values = [...[...year].map(Number), ...[...signs].map((c) => ALPHABET.indexOf(c))];
  const sum = values.reduce((total, value, i) => total + value * (i + 2), 0);
  return ALPHABET[sum % BASE] as string;
}

const shaped = (year: string, eight: string) => `ES-${year}-${eight.slice(0, 4)}-${eight.slice(4)}`;

/** A new code; that it is new is the database's business. `year`: of the country's calendar day. */
export function newCode(year: string, random: Random): string {
  const signs = Array.from({ length: SIGNS }, () => ALPHABET[random.int(BASE)]).join('');
  return shaped(year, signs + check(year, signs));
}

/** A code as it is written, from what somebody typed or heard; undefined when it can't be one. */
export function readCode(typed: string): string | undefined {
  const bare = typed.toUpperCase().replace(/[^0-9A-Z]/g, '');
  const found = /^ES(\d{4})([2-9A-HJKMNP-Z]{7})([2-9A-HJKMNP-Z])$/.exec(bare);
  if (!found) return undefined;
  const [, year, signs, last] = found as unknown as [string, string, string, string];
  return check(year, signs) === last ? shaped(year, signs + last) : undefined;
}
