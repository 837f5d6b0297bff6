import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { CATEGORY_IDS, type CategoryId, localText, OUTCOMES } from './pack-schema.ts';

/*
 * What an analyst is asked, as data: `country/<id>/assessment/<date>.json`, one file a version. The meaning of an answer
 * (its id) is the programme's, because every foreign vocabulary hangs on it; words, order and when it is asked are the
 * country's. A version is never edited in the overlay: an assessment is shown with the words that it was made under.
 */

/** Every answer that a version may offer, by question. The ids are stored; crosswalks are proved over them. */
export const ASSESSMENT_VALUES = {
  severity: ['extreme', 'severe', 'serious', 'minor', 'none'],
  ageBand: ['0-5', '6-8', '9-11', '12-14', '15-17', 'adult', 'unknown'],
  sex: ['girl', 'boy', 'both', 'unknown'],
  /** What is seen, where it is sexual: IWF's A, B and C, or nothing sexual. */
  classification: ['extreme-activity', 'sexual-activity', 'posing', 'not-sexual'],
  /** Stage of the body, which the foreign codes are about; an age band does not tell it. */
  stage: ['infant', 'pre-pubescent', 'pubescent', 'unclear'],
  content: ['real', 'self-produced', 'generated', 'drawn', 'text'],
  children: ['one', 'few', 'many', 'unknown'],
  commerciality: ['commercial', 'not-commercial', 'unknown'],
  siteType: [
    'website',
    'file-host',
    'image-host',
    'image-store',
    'board',
    'forum',
    'social',
    'messaging',
    'blog',
    'link-list',
    'banner',
    'redirector',
    'archive',
    'search',
    'game',
    'other',
  ],
  /** Who did it. A child who harmed another gets care as well. */
  doneBy: ['adult', 'child', 'unknown'],
  reason: [
    'not-found',
    'no-access',
    'adult',
    'nudity-only',
    'below-threshold',
    'drawn',
    'only-links',
    'age-unclear',
    'not-substantiated',
    'other',
  ],
} as const;
export type AssessmentFieldId = keyof typeof ASSESSMENT_VALUES;
export const ASSESSMENT_FIELDS = Object.keys(ASSESSMENT_VALUES) as AssessmentFieldId[];
/** The answers of one assessment; what was not asked is not there. */
export type AssessmentAnswers = { [F in AssessmentFieldId]?: (typeof ASSESSMENT_VALUES)[F][number] };

const scope = {
  outcomes: z.array(z.enum(OUTCOMES)).min(1),
  categories: z.union([z.literal('all'), z.array(z.enum(CATEGORY_IDS)).min(1)]),
};
const field = z.strictObject({
  id: z.enum(ASSESSMENT_FIELDS as [AssessmentFieldId, ...AssessmentFieldId[]]),
  label: localText,
  hint: localText.nullable(),
  options: z.array(z.strictObject({ id: z.string(), label: localText })).min(2),
  /** The first rule that fits says whether it is asked; where none fits it is not asked. */
  asked: z.array(z.strictObject({ ...scope, need: z.enum(['required', 'optional']) })).min(1),
});
export type AssessmentField = z.infer<typeof field>;

export const assessmentVersionFile = z
  .strictObject({
    _review: z.string().optional(),
    validFrom: z.iso.date(),
    verified: z.boolean(),
    source: z.string().min(1),
    outcomes: z.strictObject({
      label: localText,
      options: z.array(z.strictObject({ id: z.enum(OUTCOMES), label: localText, hint: localText })).length(3),
    }),
    fields: z.array(field),
  })
  .superRefine((version, ctx) => {
    const seen = new Set<string>();
    for (const f of version.fields) {
      if (seen.has(f.id)) ctx.addIssue({ code: 'custom', message: `the field "${f.id}" appears twice` });
      seen.add(f.id);
      const known: readonly string[] = ASSESSMENT_VALUES[f.id];
      const ids = f.options.map((o) => o.id);
      for (const id of ids)
        if (!known.includes(id)) ctx.addIssue({ code: 'custom', message: `"${f.id}" has no answer "${id}"` });
      if (new Set(ids).size !== ids.length)
        ctx.addIssue({ code: 'custom', message: `"${f.id}" offers an answer twice` });
    }
    // Severity, age and sex are columns of every assessment: a version can't leave them out.
    for (const id of ['severity', 'ageBand', 'sex'])
      if (!seen.has(id)) ctx.addIssue({ code: 'custom', message: `the field "${id}" is missing` });
    if (new Set(version.outcomes.options.map((o) => o.id)).size !== OUTCOMES.length)
      ctx.addIssue({ code: 'custom', message: 'an outcome appears twice' });
  });

/** A version in force. `id` is its date and the beginning of its digest: an edited file is another version. */
export type AssessmentSchema = z.infer<typeof assessmentVersionFile> & { id: string };

/** Reads a stored or written version. @throws ZodError */
export function readAssessmentSchema(body: unknown): AssessmentSchema {
  const version = assessmentVersionFile.parse(body);
  const digest = createHash('sha256').update(JSON.stringify(version)).digest('hex');
  return { ...version, id: `${version.validFrom}.${digest.slice(0, 8)}` };
}

/**
 * Reads every version of a country, oldest first. Synchronous: it runs once at boot. Answers the problems instead of
 * throwing, so that a pack's faults are listed together.
 */
export function loadAssessmentSchemas(
  rootDir: string,
  country: string,
): { versions: AssessmentSchema[]; problems: string[] } {
  const folder = path.join(rootDir, 'country', country, 'assessment');
  const versions: AssessmentSchema[] = [];
  const problems: string[] = [];
  let files: string[] = [];
  try {
    files = readdirSync(folder)
      .filter((f) => f.endsWith('.json'))
      .sort();
  } catch (error) {
    problems.push(`assessment: ${error instanceof Error ? error.message : String(error)}`);
  }
  for (const file of files)
    try {
      const version = readAssessmentSchema(JSON.parse(readFileSync(path.join(folder, file), 'utf8')));
      if (file !== `${version.validFrom}.json`)
        problems.push(`assessment/${file}: its name is not its date ${version.validFrom}`);
      versions.push(version);
    } catch (error) {
      const found =
        error instanceof z.ZodError
          ? error.issues.map((i) => `${i.path.map(String).join('.') || '(file)'}: ${i.message}`)
          : [error instanceof Error ? error.message : String(error)];
      problems.push(...found.map((p) => `assessment/${file}: ${p}`));
    }
  if (versions.length === 0 && problems.length === 0) problems.push('assessment: there is no version');
  return { versions, problems };
}

/** The version in force on a local date; before the first one, the first. Pure. */
export function assessmentSchemaOn(versions: readonly AssessmentSchema[], date: string): AssessmentSchema {
  const inForce = versions.filter((v) => v.validFrom <= date).at(-1) ?? versions[0];
  if (!inForce) throw new Error('there is no assessment schema');
  return inForce;
}

export type Need = 'required' | 'optional' | 'not-asked';
type PackOutcome = (typeof OUTCOMES)[number];

/** Whether a question is asked for this category and outcome. Pure. */
export function needOf(question: AssessmentField, outcome: PackOutcome, category: CategoryId): Need {
  const rule = question.asked.find((r) => covers(r, outcome, category));
  return rule?.need ?? 'not-asked';
}

/** Whether a rule of the pack speaks of this outcome and category. Pure. */
export const covers = (
  rule: { outcomes: readonly PackOutcome[]; categories: 'all' | readonly CategoryId[] },
  outcome: PackOutcome,
  category: CategoryId,
): boolean => rule.outcomes.includes(outcome) && (rule.categories === 'all' || rule.categories.includes(category));
