import {
  type AssessmentAnswers,
  type AssessmentFieldId,
  type AssessmentSchema,
  type CategoryId,
  type Country,
  needOf,
} from '../../country/index.ts';
import type { AgeBand } from '../../reporting/index.ts';
import { ASSESSMENT_INVALID } from '../item.ts';
import type { Outcome, Severity, Sex } from '../schema.ts';

/** The pack's word for an outcome. */
export const PACK_OUTCOME = {
  illegal: 'illegal',
  harmful: 'harmful-not-illegal',
  'not-actionable': 'not-actionable',
} as const satisfies Record<Outcome, string>;

export const MAX_NOTE = 5000;

/** The questions that have columns of their own; the others are one document. */
export const CORE_FIELDS = ['severity', 'ageBand', 'sex'] as const;

export interface Judgement {
  outcome: Outcome;
  category: CategoryId;
  severity: Severity;
  ageBand: AgeBand;
  sex: Sex;
  legalArticles: string[];
  note: string;
  /** Answers to the questions beside severity, age and sex. */
  answers?: Omit<AssessmentAnswers, (typeof CORE_FIELDS)[number]>;
}

/** Every answer of a judgement, in one. */
export const allAnswers = (j: Pick<Judgement, 'severity' | 'ageBand' | 'sex' | 'answers'>): AssessmentAnswers => ({
  ...j.answers,
  severity: j.severity,
  ageBand: j.ageBand,
  sex: j.sex,
});

/**
 * Sorts answers by the questions of this version. Pure. `missing`: required and not there, or not among the answers that
 * the version offers; what was not asked for this category and outcome is left out of `answers`.
 */
export function sortAnswers(
  schema: AssessmentSchema,
  outcome: Outcome,
  category: CategoryId,
  given: Readonly<Record<string, string | undefined>>,
): { answers: AssessmentAnswers; missing: AssessmentFieldId[] } {
  const answers: Record<string, string> = {};
  const missing: AssessmentFieldId[] = [];
  for (const field of schema.fields) {
    const need = needOf(field, PACK_OUTCOME[outcome], category);
    const value = given[field.id];
    if (need === 'not-asked') continue;
    if (value && field.options.some((o) => o.id === value)) answers[field.id] = value;
    else if (need === 'required' || value) missing.push(field.id);
  }
  return { answers: answers as AssessmentAnswers, missing };
}

/**
 * A judgement that category, law and questions carry, as it is stored. Pure but for the country's data.
 * @throws CASEWORK_ASSESSMENT_INVALID
 */
export function checked(
  country: Pick<Country, 'category' | 'law'>,
  schema: AssessmentSchema,
  input: Judgement,
): Judgement & { answers: AssessmentAnswers } {
  const allowed = country.category(input.category).allowedOutcomes;
  const known = new Set(country.law(input.legalArticles).map((a) => a.id));
  const { answers, missing } = sortAnswers(schema, input.outcome, input.category, allAnswers(input));
  const fits =
    allowed.includes(PACK_OUTCOME[input.outcome]) &&
    input.legalArticles.every((a) => known.has(a)) &&
    input.note.length <= MAX_NOTE &&
    missing.length === 0 &&
    // "Illegal" without a legal basis is an opinion: a notice could not name what it stands on.
    !(input.outcome === 'illegal' && input.legalArticles.length === 0);
  if (!fits) throw ASSESSMENT_INVALID();
  const { severity, ageBand, sex, ...others } = answers;
  return {
    ...input,
    severity: severity ?? 'none',
    ageBand: ageBand ?? 'unknown',
    sex: sex ?? 'unknown',
    answers: others,
  };
}

/** Whether two judgements say the same, by the country's rule. Pure. */
export function agree(
  a: Pick<Judgement, 'outcome' | 'category' | 'severity' | 'answers'>,
  b: Pick<Judgement, 'outcome' | 'category' | 'severity' | 'answers'>,
  compared: readonly ('outcome' | 'category' | 'classification' | 'severity')[],
): boolean {
  return compared.every((what) =>
    what === 'classification' ? a.answers?.classification === b.answers?.classification : a[what] === b[what],
  );
}
