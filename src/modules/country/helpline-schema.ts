import { z } from 'zod';
import { LANGS } from '../../platform/i18n/index.ts';

/*
 * What the people who answer work with: texts that are offered and never sent by themselves, steps of a crisis, needs of
 * a child; what protects those who look; who may have to report by law. All of it is data for people who know to review.
 */

const text = z.string().trim().min(1);
const slug = z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'must be a slug such as image-abuse');
const localText = z.strictObject({ ar: text, fr: text, en: text, zgh: text });
const head = { _review: text.optional(), verified: z.boolean(), source: text };
const timeOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be HH:MM');

export const TEXT_PURPOSES = ['answer', 'closing', 'consent', 'best-interests', 'duty'] as const;
const cannedText = z.strictObject({
  id: slug,
  purpose: z.enum(TEXT_PURPOSES),
  title: localText,
  child: localText,
  adult: localText,
  /** Languages in which somebody who works with that age has read it. The desk marks all others. */
  reviewed: z.strictObject({ child: z.array(z.enum(LANGS)), adult: z.array(z.enum(LANGS)) }),
});
export type CannedText = z.infer<typeof cannedText>;

const crisisScript = z
  .strictObject({
    id: slug,
    /** Risk categories and kinds of danger for which the desk offers it first. */
    categories: z.array(slug),
    kinds: z.array(slug),
    title: localText,
    /** `alarm`: done by paging a supervisor, never by a tick. */
    steps: z.array(z.strictObject({ id: slug, text: localText, alarm: z.boolean() })).min(2),
  })
  .refine((s) => s.steps.filter((step) => step.alarm).length === 1, 'must have one step that alarms the supervisor');
export type CrisisScript = z.infer<typeof crisisScript>;

const named = z.strictObject({ id: slug, name: localText });

export const helplineFile = z.strictObject({
  ...head,
  /** A first answer later than this is shown as late. */
  firstAnswerMinutes: z.int().min(1),
  texts: z.array(cannedText).refine((all) => TEXT_PURPOSES.every((p) => all.some((t) => t.purpose === p)), {
    message: `must have a text for each of ${TEXT_PURPOSES.join(', ')}`,
  }),
  crisisScripts: z.array(crisisScript).min(1),
  qualityChecks: z.array(named).min(1),
  careNeeds: z.array(named).min(1),
  /** Help lines and services that a child can be brought to. */
  careServices: z.array(slug).min(1),
});

export const wellbeingFile = z.strictObject({
  ...head,
  /** What one person may look at in one shift, at most. */
  shift: z.strictObject({ seconds: z.int().min(1), items: z.int().min(1), hours: z.number().min(1).max(24) }),
  /** After so much in one go comes a break, in which nothing can be looked at. */
  breakAfter: z.strictObject({ seconds: z.int().min(1), items: z.int().min(1), minutes: z.int().min(1) }),
  /** On the country's clock; who looks at these categories then is not alone on duty. */
  night: z.strictObject({ from: timeOfDay, to: timeOfDay, categories: z.array(slug).min(1) }),
  /** How content is shown; somebody may choose more protection, never less. */
  display: z.strictObject({
    blur: z.enum(['strong', 'strongest']),
    grey: z.boolean(),
    mute: z.boolean(),
    clearSeconds: z.int().min(1).max(30),
  }),
});

const duty = z.strictObject({
  id: slug,
  /** Professions outside, and roles of this desk, that it concerns. */
  professions: z.array(slug),
  roles: z.array(slug),
  categories: z.union([z.literal('all'), z.array(slug).min(1)]),
  title: localText,
  /** What the law asks, and how to do it. */
  what: localText,
  how: localText,
  /** `first`: the reporter hears it before we pass anything on. `when-safe`: only where hearing it puts nobody in danger. */
  warn: z.enum(['first', 'when-safe']),
  /** Referrals by which the desk fulfils it: before one goes, somebody decides about telling the reporter. */
  before: z
    .strictObject({
      bodies: z.array(z.enum(['police', 'prosecutor', 'care', 'foreign-hotline'])).min(1),
      urgencies: z.union([z.literal('all'), z.array(z.enum(['danger', 'urgent', 'normal', 'low'])).min(1)]),
    })
    .optional(),
  articles: z.array(slug),
  helpLines: z.array(slug),
});
export type ReportingDuty = z.infer<typeof duty>;
export const dutiesFile = z.strictObject({ ...head, professions: z.array(named).min(1), duties: z.array(duty).min(1) });
