import type { Band } from './profile/rules.ts';

/*
 * Promises of a pact are kept as words. Those that the house offers are kept by their name, so that each side reads them
 * in the own language; what a family wrote itself stays as it was written.
 */
export const PARENT_PROMISES = ['listen', 'explain', 'no-spying', 'answer', 'example', 'time-together'] as const;
export const CHILD_PROMISES = ['tell', 'no-meeting', 'no-pictures', 'ask-first', 'meals', 'sleep'] as const;

const MARK = 'key:';
export const asKept = (name: string): string => `${MARK}${name}`;

/** The name of an offered promise, or undefined for a family's own words. */
export function offered<T extends string>(kept: string, names: readonly T[]): T | undefined {
  return kept.startsWith(MARK) ? names.find((name) => asKept(name) === kept) : undefined;
}

/** A family's own words, never to be taken for an offered promise. */
export const ownWords = (typed: string): string =>
  typed
    .trim()
    .replace(/^(key:)+/i, '')
    .trim()
    .slice(0, 300);

/** Words for the younger or for the older. */
export const ageOf = (band: Band): 'young' | 'teen' => (band === 'under-9' || band === '9-12' ? 'young' : 'teen');
