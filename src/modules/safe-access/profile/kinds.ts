/* What a decision needs of the rules, without what checks them: a resolver's threads load no more than this. */

/**
 * Kinds of content a profile can close. Numbers are the categories of the lists' table and never change their meaning;
 * what each is called, and what stands in it, is in the module's data.
 */
export const CATEGORIES = {
  adult: 1,
  'self-harm': 2,
  violence: 3,
  hate: 4,
  drugs: 5,
  gambling: 6,
  dating: 7,
  malware: 8,
  phishing: 9,
  'ways-around': 10,
  'unsafe-search': 11,
  social: 20,
  chat: 21,
  games: 22,
  video: 23,
  shopping: 24,
  advertising: 25,
} as const;
export type Category = keyof typeof CATEGORIES;
export const CATEGORY_NAMES = Object.keys(CATEGORIES) as Category[];

/** Age bands as presets; `grown` is for the parents' own devices: the national list and nothing else. */
export const BANDS = ['under-9', '9-12', '13-15', '16-17', 'grown'] as const;
export type Band = (typeof BANDS)[number];

export const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;

/** From 13 on nobody sees names, whatever was asked for. Pure. */
export function keepsFor(band: Band, wanted: 'nothing' | 'counts' | 'names'): 'nothing' | 'counts' | 'names' {
  return wanted === 'names' && band !== 'under-9' && band !== '9-12' ? 'counts' : wanted;
}
