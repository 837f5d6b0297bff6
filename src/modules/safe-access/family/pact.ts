import { z } from 'zod';
import { CATEGORY_NAMES, type Category, keepsFor, type Rules, rules, window } from '../profile/rules.ts';

const category = z.enum(CATEGORY_NAMES as [Category, ...Category[]]);
const words = z.string().trim().min(1).max(500);

/**
 * What parent and child agree on. Most of it are promises between people; `closed`, `windows`, `safeSearch`, `youtube` and
 * `keeps` are what the resolver can keep, and compile into the profile's rules.
 */
export const pactTerms = z.strictObject({
  closed: z.array(category),
  windows: z.array(window).max(40),
  safeSearch: z.boolean(),
  youtube: z.enum(['open', 'moderate', 'strict']),
  keeps: z.enum(['nothing', 'counts', 'names']),
  /** Always in it, and shown so: whoever tells is not punished. No form can take it out. */
  noPunishmentForTelling: z.literal(true),
  /** In the parent's words, and in the child's. */
  parentPromises: z.array(words).max(20),
  childPromises: z.array(words).max(20),
  /** When both look at it again, YYYY-MM-DD. */
  reviewOn: z.iso.date().optional(),
});
export type PactTerms = z.infer<typeof pactTerms>;

/** The rules with what was agreed on in them; what the pact says nothing about stays. Pure. */
export function compilePact(terms: PactTerms, before: Rules): Rules {
  const { closed, windows, safeSearch, youtube, keeps } = terms;
  return rules.parse({ ...before, closed, windows, safeSearch, youtube, keeps: keepsFor(before.band, keeps) });
}
