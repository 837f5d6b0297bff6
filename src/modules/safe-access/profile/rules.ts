import { z } from 'zod';

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
const category = z.enum(CATEGORY_NAMES as [Category, ...Category[]]);
/** Wall-clock time in the country's zone. */
const wallTime = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/);

/** A time in which something is closed. `to` at or before `from` means the next day; equal means 24 hours. */
export const window = z.strictObject({
  days: z.array(z.enum(DAYS)).min(1).max(7),
  from: wallTime,
  to: wallTime,
  /** Everything (but help), or some kinds of content. */
  closes: z.union([z.literal('everything'), z.array(category).min(1)]),
});
export type Window = z.infer<typeof window>;

/**
 * What a family, or a school, has agreed on for one profile. Names are A-labels in lower case without a final dot; a name
 * stands for all that is below it, and the longer name decides between `allow` and `deny`.
 */
export const rules = z
  .strictObject({
    band: z.enum(BANDS),
    closed: z.array(category),
    allow: z.array(z.string().max(253)).max(500),
    deny: z.array(z.string().max(253)).max(500),
    safeSearch: z.boolean(),
    youtube: z.enum(['open', 'moderate', 'strict']),
    /** VPN and proxy addresses, other resolvers, private relay, ECH. */
    noWaysAround: z.boolean(),
    windows: z.array(window).max(40),
    /** What is kept of what was blocked: nothing, counts by category, or names (never for 13 and older). At most 30 days. */
    keeps: z.enum(['nothing', 'counts', 'names']),
  })
  .refine((r) => keepsFor(r.band, r.keeps) === r.keeps, {
    path: ['keeps'],
    message: 'from 13 on, only counts may be kept',
  });
export type Rules = z.infer<typeof rules>;

/** From 13 on nobody sees names, whatever was asked for. Pure. */
export function keepsFor(band: Band, wanted: 'nothing' | 'counts' | 'names'): 'nothing' | 'counts' | 'names' {
  return wanted === 'names' && band !== 'under-9' && band !== '9-12' ? 'counts' : wanted;
}

/** What bonus time may open: how time is spent, never what is dangerous. */
export const BONUS_KINDS = ['social', 'chat', 'games', 'video', 'shopping'] as const satisfies readonly Category[];

/** What holds for a while on top of the rules. All of it ends by itself. */
export interface Passing {
  /** Bonus time: until then nothing is closed by windows, or only these kinds are open. */
  readonly bonus?: { readonly until: Date; readonly opens: 'everything' | readonly Category[] };
  /**
   * Sites that a parent opened for a while when the child asked: open until then, also in a window (the parent has just
   * said yes), but not while everything is paused.
   */
  readonly opened?: readonly { readonly name: string; readonly until: Date }[];
  /** The Internet is paused: until then everything but help is closed. */
  readonly pausedUntil?: Date;
}
