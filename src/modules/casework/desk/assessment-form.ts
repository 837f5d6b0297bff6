import { type AllowedOutcome, type Country, isCategoryId } from '../../country/index.ts';
import { AGE_BANDS } from '../../reporting/index.ts';
import { type AssessmentInput, MAX_NOTE } from '../index.ts';
import { type AssessmentRow, type ItemRow, OUTCOMES, type Outcome, SEVERITIES, SEXES } from '../schema.ts';
import { all, among, type FormBody, type FormErrors, length, one } from './forms.ts';

export type AssessmentField = 'outcome' | 'category' | 'severity' | 'ageBand' | 'sex' | 'articles' | 'note';

/** What the form shows: what was typed, or what it begins with. */
export interface AssessmentTyped {
  outcome: string;
  category: string;
  severity: string;
  ageBand: string;
  sex: string;
  articles: string[];
  note: string;
  /** Id of the newest assessment that the page showed, or empty. */
  basedOn: string;
}

export const PACK_OUTCOME: Record<Outcome, AllowedOutcome> = {
  illegal: 'illegal',
  harmful: 'harmful-not-illegal',
  'not-actionable': 'not-actionable',
};

/** A fresh form: the category and its legal articles are filled in, every judgement is left to the analyst. */
export function emptyAssessment(
  item: Pick<ItemRow, 'category'>,
  country: Pick<Country, 'category'>,
  latest: Pick<AssessmentRow, 'id'> | undefined,
): AssessmentTyped {
  return {
    outcome: '',
    category: item.category,
    severity: '',
    ageBand: '',
    sex: '',
    articles: [...country.category(item.category).legalArticles],
    note: '',
    basedOn: latest?.id ?? '',
  };
}

/** Reads the form. Pure but for the country's data; what was typed comes back beside the errors. */
export function parseAssessment(
  body: FormBody,
  country: Pick<Country, 'category' | 'law'>,
): { typed: AssessmentTyped; errors: FormErrors<AssessmentField>; input?: AssessmentInput } {
  const typed: AssessmentTyped = {
    outcome: one(body, 'outcome'),
    category: one(body, 'category'),
    severity: one(body, 'severity'),
    ageBand: one(body, 'ageBand'),
    sex: one(body, 'sex'),
    articles: [...new Set(all(body, 'articles'))].slice(0, 50),
    note: one(body, 'note').trim(),
    basedOn: one(body, 'basedOn'),
  };
  const errors: FormErrors<AssessmentField> = {};
  const outcome = among(typed.outcome, OUTCOMES);
  const category = isCategoryId(typed.category) ? typed.category : undefined;
  const severity = among(typed.severity, SEVERITIES);
  const ageBand = among(typed.ageBand, AGE_BANDS);
  const sex = among(typed.sex, SEXES);

  if (!category) errors.category = { key: 'casework.assess.error.choose' };
  if (!outcome) errors.outcome = { key: 'casework.assess.error.choose' };
  else if (category && !country.category(category).allowedOutcomes.includes(PACK_OUTCOME[outcome]))
    errors.outcome = { key: 'casework.assess.error.outcome' };
  if (!severity) errors.severity = { key: 'casework.assess.error.choose' };
  else if (outcome === 'illegal' && severity === 'none') errors.severity = { key: 'casework.assess.error.severity' };
  if (!ageBand) errors.ageBand = { key: 'casework.assess.error.choose' };
  if (!sex) errors.sex = { key: 'casework.assess.error.choose' };
  const known = country.law(typed.articles).map((a) => a.id);
  if (outcome === 'illegal' && known.length === 0) errors.articles = { key: 'casework.assess.error.articles' };
  if (length(typed.note) > MAX_NOTE) errors.note = { key: 'casework.assess.error.note', params: { max: MAX_NOTE } };

  if (Object.keys(errors).length > 0 || !outcome || !category || !severity || !ageBand || !sex)
    return { typed, errors };
  return {
    typed,
    errors,
    input: {
      outcome,
      category,
      severity,
      ageBand,
      sex,
      // The articles are filled in before the judgement; they are its basis only when it says "illegal".
      legalArticles: outcome === 'illegal' ? known : [],
      note: typed.note,
      basedOn: typed.basedOn || null,
    },
  };
}
