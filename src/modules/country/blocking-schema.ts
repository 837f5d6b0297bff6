import { isIP } from 'node:net';
import { domainToASCII } from 'node:url';
import { z } from 'zod';

/*
 * What the national list may never take, and the times of its decisions. Apart from the rest of the pack's shape, for
 * these lists are read by people who watch over blocking and nobody else.
 */

const text = z.string().trim().min(1);
const slug = z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'must be a slug such as children-help');
const review = { _review: text.optional() };
const sourced = { verified: z.boolean(), source: text };

/**
 * Why a name is never blocked. `hosting`: its tenants' own names may be, the name itself and all of it never;
 * every other kind protects the name and everything below it.
 */
export const NEVER_CATEGORIES = [
  'government',
  'health',
  'help',
  'platform',
  'hosting',
  'delivery',
  'infrastructure',
  'finance',
] as const;
export type NeverCategory = (typeof NEVER_CATEGORIES)[number];

const name = z
  .string()
  .refine((v) => v !== '' && domainToASCII(v) === v, 'must be a name in lower case and ASCII, as DNS has it');
/** Labels; `??` stands for any label of two letters, as country codes are. */
const pattern = z.string().regex(/^(?:\?\?|[a-z0-9-]+)(?:\.(?:\?\?|[a-z0-9-]+))*$/, 'must be labels such as gov.??');

export const neverBlockFile = z.strictObject({
  ...review,
  ...sourced,
  /** Names of states, armies and schools, wherever they are. */
  patterns: z.array(pattern),
  names: z.array(
    z.strictObject({ id: slug, category: z.enum(NEVER_CATEGORIES), names: z.array(name).min(1), ...sourced }),
  ),
  /** Of resolvers that everybody asks: not even a court's order blocks a network that holds one. */
  addresses: z.array(z.string().refine((v) => isIP(v) !== 0, 'must be an IP address')),
});

const days = z.int().min(1).max(3650);
export const blockingFile = z.strictObject({
  ...review,
  ...sourced,
  /** After so many days somebody asks whether an entry is still needed. */
  reviewDays: days,
  /** So long it stays when nobody answers; then it is suspended. */
  reviewGraceDays: days,
  /** In so many days an appeal is decided. */
  appealDays: days,
  /** When the whole of a name may be blocked: so many items on it that belong on the list, so few others. */
  dedication: z.strictObject({ listedAtLeast: z.int().min(1), othersAtMost: z.int().min(0) }),
  /** No order is taken for longer than this; the court can renew it. */
  court: z.strictObject({ longestDays: days }),
});
