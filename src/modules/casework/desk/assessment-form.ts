import {
  ASSESSMENT_FIELDS,
  type AssessmentFieldId,
  type AssessmentSchema,
  type Country,
  isCategoryId,
} from '../../country/index.ts';
import { MAX_NOTE, PACK_OUTCOME, sortAnswers } from '../assessment/answers.ts';
import type { AssessmentInput } from '../assessment/assessing.ts';
import { type AssessmentRow, type ItemRow, OUTCOMES } from '../schema.ts';
import { all, among, type FormBody, type FormErrors, length, one } from './forms.ts';

export type AssessmentField = 'outcome' | 'category' | AssessmentFieldId | 'articles' | 'note';

/** What the form shows: what was typed, or what it begins with. */
export interface AssessmentTyped {
  outcome: string;
  category: string;
  /** By question; what was not answered is not there. */
  answers: Partial<Record<AssessmentFieldId, string>>;
  articles: string[];
  note: string;
  /** Id of the newest assessment that the page showed, or empty. */
  basedOn: string;
}

/** A fresh form: the category and its legal articles are filled in, every judgement is left to the analyst. */
export function emptyAssessment(
  item: Pick<ItemRow, 'category'>,
  country: Pick<Country, 'category'>,
  latest: Pick<AssessmentRow, 'id'> | undefined,
): AssessmentTyped {
  return {
    outcome: '',
    category: item.category,
    answers: {},
    articles: [...country.category(item.category).legalArticles],
    note: '',
    basedOn: latest?.id ?? '',
  };
}

/** Reads the form. Pure but for the country's data; what was typed comes back beside the errors. */
export function parseAssessment(
  body: FormBody,
  country: Pick<Country, 'category' | 'law'>,
  schema: AssessmentSchema,
): { typed: AssessmentTyped; errors: FormErrors<AssessmentField>; input?: AssessmentInput } {
  const given = Object.fromEntries(ASSESSMENT_FIELDS.map((f) => [f, one(body, f)]).filter(([, v]) => v));
  const typed: AssessmentTyped = {
    outcome: one(body, 'outcome'),
    category: one(body, 'category'),
    answers: given,
    articles: [...new Set(all(body, 'articles'))].slice(0, 50),
    note: one(body, 'note').trim(),
    basedOn: one(body, 'basedOn'),
  };
  const errors: FormErrors<AssessmentField> = {};
  const outcome = among(typed.outcome, OUTCOMES);
  const category = isCategoryId(typed.category) ? typed.category : undefined;

  if (!category) errors.category = { key: 'casework.assess.error.choose' };
  if (!outcome) errors.outcome = { key: 'casework.assess.error.choose' };
  else if (category && !country.category(category).allowedOutcomes.includes(PACK_OUTCOME[outcome]))
    errors.outcome = { key: 'casework.assess.error.outcome' };
  // Before a judgement nobody can say which questions it needs: all that "illegal" would need are asked for.
  const { answers, missing } = sortAnswers(schema, outcome ?? 'illegal', category ?? 'other', given);
  for (const field of missing) errors[field] = { key: 'casework.assess.error.choose' };
  if (outcome === 'illegal' && answers.severity === 'none') errors.severity = { key: 'casework.assess.error.severity' };
  const known = country.law(typed.articles).map((a) => a.id);
  if (outcome === 'illegal' && known.length === 0) errors.articles = { key: 'casework.assess.error.articles' };
  if (length(typed.note) > MAX_NOTE) errors.note = { key: 'casework.assess.error.note', params: { max: MAX_NOTE } };

  if (Object.keys(errors).length > 0 || !outcome || !category) return { typed, errors };
  const { severity = 'none', ageBand = 'unknown', sex = 'unknown', ...others } = answers;
  return {
    typed,
    errors,
    input: {
      outcome,
      category,
      severity,
      ageBand,
      sex,
      answers: others,
      // The articles are filled in before the judgement; they are its basis only when it says "illegal".
      legalArticles: outcome === 'illegal' ? known : [],
      note: typed.note,
      basedOn: typed.basedOn || null,
    },
  };
}
