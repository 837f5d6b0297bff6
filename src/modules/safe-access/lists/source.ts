import { z } from 'zod';
import type { Category } from '../profile/rules.ts';

/** Formats that lists of names come in. `plain`: one name on each line; `ut1`: an archive with a folder for each category. */
export const FORMATS = ['hosts', 'plain', 'adblock', 'dnsmasq', 'rpz', 'csv', 'ut1'] as const;
export type Format = (typeof FORMATS)[number];

/** These carry a category for each name, in words of their own that a map translates. */
export const MIXED: ReadonlySet<Format> = new Set(['csv', 'ut1']);

/** Why something in a list was not taken. Every line is taken, counted under one of these, or a comment. */
export const SKIP_REASONS = [
  'not-understood',
  'line-too-long',
  'not-a-name',
  'address',
  'public-suffix',
  'protected',
  'path',
  'cosmetic',
  'options',
  'pattern',
  'answers',
  'trigger',
  'category-unknown',
  'other-file',
  'repeated',
  'too-many',
] as const;
export type SkipReason = (typeof SKIP_REASONS)[number];
export type Skipped = Partial<Record<SkipReason, number>>;

/** What a list says of one name. `allow`: this list makes an exception of it. */
export interface Listed {
  readonly name: string;
  readonly scope: 'exact' | 'subtree';
  readonly action: 'block' | 'allow';
  /** The list's own word for the kind of content; only in mixed lists. */
  readonly category?: string;
}

/** One line, read: what it lists, why nothing, or undefined for a comment. */
export type LineRead = readonly Listed[] | SkipReason | undefined;

/** A name that was taken: an A-label in lower case, without a dot at the end. */
export interface Taken {
  readonly name: string;
  readonly scope: 'exact' | 'subtree';
  readonly action: 'block' | 'allow';
  readonly category: Category;
}

/** Something that is never blocked, as the country pack says it. */
export interface ProtectedName {
  readonly name: string;
  readonly protection: string;
}
/** What would be hurt if `name`, and with `below` everything under it, were taken away. */
export type Protects = (name: string, below: boolean) => ProtectedName | undefined;

/** A list grows or shrinks from day to day; beyond these factors of the names in use a person looks first. */
export const CHANGE = { shrink: 0.6, grow: 2, atLeast: 100 } as const;
/** Not more than these are kept of one list, so that none takes the place of all. */
export const MAX_NAMES = 8_000_000;
/** Bytes of a fetched or uploaded file, and of what it unpacks to. */
export const MAX_FETCH = 256 * 1024 * 1024;
export const MAX_UNPACKED = 1024 * 1024 * 1024;
export const MAX_UPLOAD = 64 * 1024 * 1024;

/**
 * Whether a new version is so different from the one in use that a person decides. Pure.
 * @param before names of the version in use; undefined for a first one, which a person has asked for
 */
export function isBigChange(before: number | undefined, now: number): boolean {
  if (before === undefined) return false;
  if (now === 0) return before > 0;
  if (Math.abs(now - before) < CHANGE.atLeast) return false;
  return now < before * CHANGE.shrink || now > before * CHANGE.grow;
}

export const listId = z
  .string()
  .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/)
  .max(60);
