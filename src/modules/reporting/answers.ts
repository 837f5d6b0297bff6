import { z } from 'zod';
import { CATEGORY_IDS } from '../country/index.ts';
import {
  MAX_ACCOUNT_NAME,
  MAX_ACCOUNTS,
  MAX_LINK,
  MAX_LINKS,
  MAX_NARRATIVE,
  MAX_SHORT,
  MAX_WHEREABOUTS,
} from './intake.ts';
import { AGE_BANDS, OCCURRED, REPORTERS, VISIBILITIES } from './schema.ts';

export const DANGER_ANSWERS = ['yes', 'no', 'unsure'] as const;

/** What a draft holds in clear: nothing that says who somebody is. */
export const answersSchema = z.object({
  reporter: z.enum(REPORTERS).optional(),
  danger: z.enum(DANGER_ANSWERS).optional(),
  category: z.enum(CATEGORY_IDS).optional(),
  links: z.array(z.string().max(MAX_LINK)).max(MAX_LINKS).default([]),
  visibility: z.enum(VISIBILITIES).optional(),
  occurred: z.enum(OCCURRED).optional(),
  ageBand: z.enum(AGE_BANDS).optional(),
  /** Words that point to danger were found in what was typed. */
  kinds: z.array(z.string()).default([]),
});
export type Answers = z.infer<typeof answersSchema>;

/** Bounds counted as the form counts them, by code point: what it let in must always be readable again. */
const text = (max: number) => z.string().refine((t) => [...t].length <= max);

/** What a draft seals with its own data key. */
export const sealedSchema = z.object({
  narrative: text(MAX_NARRATIVE).default(''),
  accounts: z
    .array(z.object({ platform: z.string().max(40), name: z.string().max(MAX_ACCOUNT_NAME) }))
    .max(MAX_ACCOUNTS)
    .default([]),
  contact: z
    .object({
      value: text(MAX_SHORT),
      safeToCall: z.enum(['yes', 'no', 'unknown']),
      when: text(MAX_SHORT),
      sharedWith: text(MAX_SHORT),
      codeWord: text(MAX_SHORT).optional(),
    })
    .optional(),
  whereabouts: z.string().max(MAX_WHEREABOUTS).default(''),
});
export type SealedAnswers = z.infer<typeof sealedSchema>;

/** The pages of a report, in their order; the address of each is `/{lang}/report/{step}`. */
export const STEPS = ['who', 'danger', 'what', 'where', 'story', 'seen', 'when', 'age', 'contact', 'review'] as const;
export type Step = (typeof STEPS)[number];

export function isStep(value: string): value is Step {
  return (STEPS as readonly string[]).includes(value);
}

/** Steps without which a report can't be sent. */
function missing(answers: Answers): Step | undefined {
  if (!answers.reporter) return 'who';
  if (!answers.danger) return 'danger';
  if (!answers.category) return 'what';
  return undefined;
}

/** Where somebody goes after answering `step`; back to a gap if an earlier page was skipped. Pure. */
export function nextStep(step: Step, answers: Answers): Step {
  const following = STEPS[STEPS.indexOf(step) + 1] ?? 'review';
  const gap = missing(answers);
  return gap && STEPS.indexOf(gap) < STEPS.indexOf(following) ? gap : following;
}

export function previousStep(step: Step): Step | undefined {
  return STEPS[STEPS.indexOf(step) - 1];
}

/** Whether `step` may be shown: everything it needs before it has been answered. */
export function reachable(step: Step, answers: Answers): boolean {
  const gap = missing(answers);
  return gap === undefined || STEPS.indexOf(gap) >= STEPS.indexOf(step);
}
