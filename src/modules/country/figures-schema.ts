import { z } from 'zod';

const PUBLISHED_PERIODS = ['quarter', 'year'] as const;

/** The longest time a notice asks for, with days for checks to be sure: a shorter margin would publish what is not settled. */
const LEAST_SETTLING = 7;

/** `country/<id>/figures.json`: for which periods figures about single providers are published. */
export const figuresFile = z.strictObject({
  _review: z.string().trim().min(1).optional(),
  verified: z.boolean(),
  source: z.string().trim().min(1),
  providers: z.strictObject({
    /** Of the calendar; one that is over. */
    period: z.enum(PUBLISHED_PERIODS),
    /** Whole days after its end until it is published; what happens in them still counts for it. */
    settlingDays: z.int().min(LEAST_SETTLING).max(366),
  }),
});
export type FiguresRules = z.infer<typeof figuresFile>;
