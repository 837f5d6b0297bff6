import { createHash } from 'node:crypto';
import type { Keyring } from '../../../platform/keys.ts';

/*
 * Each partner's files carry marks that only this server's key can make, so that a file that turns up elsewhere names whom
 * it was made for: below each listed domain one more name that looks like any other and is closed anyway, the order of the
 * lines, and in hashed lists the salt. None of them blocks anything that is not listed.
 */

/** 32 bytes that nobody without the key can foretell. */
export type Mac = (partner: string, about: string) => Buffer;

/** A MAC that only this server's keys make, also on the command line; of its own for files and for zones. */
export const macOf =
  (keys: Pick<Keyring, 'token'>, what: 'feed' | 'zone'): Mac =>
  (partner, about) =>
    Buffer.from(keys.token(`blocking.${what}-mark`, `${partner}\n${about}`), 'base64url');

/** What sites commonly have below their name. One of 32: five bits of evidence for each listed domain. */
export const LABELS = (
  'm app img cdn static mail web old new shop forum blog video secure login en fr ar go my api media news help live ' +
  'mobile play store beta photos files chat'
).split(' ');

/** The name below a listed domain that marks a partner's file. Harmless: it is closed with the domain. */
export const markOf = (mac: Mac, partner: string, domain: string): string =>
  `${LABELS[(mac(partner, `label ${domain}`)[0] as number) % LABELS.length]}.${domain}`;

/** A partner's own order of the same lines. */
export function inOrder<T extends { target: string }>(mac: Mac, partner: string, lines: readonly T[]): T[] {
  const rank = new Map(lines.map((l) => [l.target, mac(partner, `order ${l.target}`)]));
  return [...lines].sort((a, b) => Buffer.compare(rank.get(a.target) as Buffer, rank.get(b.target) as Buffer));
}

/** A partner's own salt of hashed lists: 16 bytes in hex. */
export const saltOf = (mac: Mac, partner: string): string => mac(partner, 'salt').subarray(0, 16).toString('hex');

/** SHA-256 of salt and `<kind> <target>`, in hex. */
export const hashOf = (salt: string, entry: { kind: string; target: string }): string =>
  createHash('sha256').update(`${salt} ${entry.kind} ${entry.target}`).digest('hex');

export interface Evidence {
  partner: string;
  /** Marks in the file that are this partner's, of all marks that are in it; somebody else's fit once in 32. */
  marks: number;
  marksOf: number;
  /** Neighbouring lines in this partner's order, of all; somebody else's are about half. */
  ordered: number;
  orderedOf: number;
  /** Hashes with this partner's salt. */
  hashes: number;
  /** Beyond doubt: chance would do it less than once in 30,000 times. */
  named: boolean;
}

/** Chance of at least `k` of `n` when each is a coin's toss, from above (Hoeffding). */
const byChance = (k: number, n: number) => (k <= n / 2 ? 1 : Math.exp(-2 * n * (k / n - 0.5) ** 2));
const DOUBT = 1 / 30_000;
const MARKS_NEEDED = 3;

/**
 * Whose file a text came from, in whole or in part, in whatever format, also sorted or with lines of several partners:
 * the strongest first. Pure.
 *
 * @param listed what is or was on the list and may be in the file
 */
export function trace(
  text: string,
  listed: readonly { kind: string; target: string }[],
  partners: readonly string[],
  mac: Mac,
): Evidence[] {
  const words = text.toLowerCase().match(/[a-z0-9_-]+(?:\.[a-z0-9_-]+)+|\b[0-9a-f]{8,64}\b/g) ?? [];
  const there = new Set(words);
  const known = new Set(listed.map((l) => l.target));
  const domains = listed.filter((l) => l.kind === 'domain').map((l) => l.target);
  const marked = domains.flatMap((d) => LABELS.map((l) => `${l}.${d}`).filter((n) => there.has(n) && !known.has(n)));
  const lines = [...new Set(words.filter((w) => known.has(w)))];
  return partners
    .map((partner): Evidence => {
      const own = new Set(domains.map((d) => markOf(mac, partner, d)));
      const marks = marked.filter((n) => own.has(n)).length;
      const ranks = lines.map((target) => mac(partner, `order ${target}`));
      const orderedOf = Math.max(0, lines.length - 1);
      const ordered = ranks.slice(1).filter((r, i) => Buffer.compare(ranks[i] as Buffer, r) <= 0).length;
      const salt = saltOf(mac, partner);
      const hashes = listed.map((l) => hashOf(salt, l)).filter((h) => there.has(h) || there.has(h.slice(0, 8))).length;
      const named =
        (marks >= MARKS_NEEDED && marks > marked.length / 8) ||
        hashes >= MARKS_NEEDED ||
        byChance(ordered, orderedOf) < DOUBT;
      return { partner, marks, marksOf: marked.length, ordered, orderedOf, hashes, named };
    })
    .sort(
      (a, b) => Number(b.named) - Number(a.named) || b.marks - a.marks || b.hashes - a.hashes || b.ordered - a.ordered,
    );
}
