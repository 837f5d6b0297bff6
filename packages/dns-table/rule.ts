import { DnsTableError } from './error.ts';

/** `exact`: this name only. `subtree`: this name and every name below it. */
export type Scope = 'exact' | 'subtree';
export type Action = 'block' | 'allow';

/**
 * One rule of a table, for one name. A name may have several, told apart by scope and category; for the same name, scope
 * and category the last one added counts.
 */
export interface Rule {
  readonly action: Action;
  readonly scope: Scope;
  /** 0 to 255; what it means is the caller's: a mask of 256 bits says which categories count for whom. */
  readonly category: number;
}

/** Which categories count: bit `c & 31` of word `c >> 5`. */
export type CategoryMask = Uint32Array;

export const EXACT = 1;
export const ALLOW = 2;

/** The two flags of a rule as stored. @throws DnsTableError `rule`: category out of range */
export function flagsOf(rule: Rule): number {
  if (!Number.isInteger(rule.category) || rule.category < 0 || rule.category > 255) {
    throw new DnsTableError('rule', `a category is a whole number from 0 to 255, not ${rule.category}`);
  }
  return (rule.scope === 'exact' ? EXACT : 0) | (rule.action === 'allow' ? ALLOW : 0);
}

/** A mask in which exactly these categories count. */
export function categoryMask(categories: Iterable<number>): CategoryMask {
  const mask = new Uint32Array(8);
  for (const c of categories) mask[c >> 5] = ((mask[c >> 5] as number) | (1 << (c & 31))) >>> 0;
  return mask;
}

/**
 * Order of rules that match a name, the greatest decides: the longest name; for the same name `exact` before `subtree`,
 * then `allow` before `block`, then the smaller category.
 */
export function precedence(labels: number, flags: number, category: number): number {
  return (labels << 10) | ((flags & EXACT) << 9) | ((flags & ALLOW) << 7) | (255 - category);
}
