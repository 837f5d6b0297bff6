import { z } from 'zod';
import { BANDS, CATEGORY_NAMES, type Category, DAYS, keepsFor } from './kinds.ts';

export { BANDS, type Band, CATEGORIES, CATEGORY_NAMES, type Category, DAYS, keepsFor } from './kinds.ts';

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
