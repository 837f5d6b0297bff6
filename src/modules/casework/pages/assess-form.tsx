import { useI18n } from '../../../platform/i18n/index.ts';
import {
  Actions,
  Button,
  Checkbox,
  Details,
  Field,
  FieldError,
  Form,
  OptionGroup,
} from '../../../platform/ui/index.ts';
import type { LawArticle, RiskCategory } from '../../country/index.ts';
import { AGE_BANDS } from '../../reporting/index.ts';
import type { AssessmentField, AssessmentTyped } from '../desk/assessment-form.ts';
import type { FormErrors } from '../desk/forms.ts';
import { MAX_NOTE } from '../index.ts';
import { OUTCOMES, type Outcome, SEVERITIES, SEXES } from '../schema.ts';

const OUTCOME_ICON = { illegal: 'gavel', harmful: 'message-square-warning', 'not-actionable': 'circle-slash' } as const;

export interface AssessFormProps {
  itemId: string;
  typed: AssessmentTyped;
  errors: FormErrors<AssessmentField>;
  categories: readonly RiskCategory[];
  /** Every article in force; those of the category come first. */
  articles: readonly LawArticle[];
  instruments: ReadonlyMap<string, string>;
}

/** The errors for the summary on top: each says which field it is about. */
export function useSummary<F extends string>(errors: FormErrors<F>, labels: Record<F, string>) {
  const { t } = useI18n();
  return (Object.keys(labels) as F[]).flatMap((field) => {
    const found = errors[field];
    if (!found) return [];
    return [
      { field, message: t('casework.form.inField', { field: labels[field], problem: t(found.key, found.params) }) },
    ];
  });
}

/** What the fields of the form are called. */
export function useAssessmentLabels(): Record<AssessmentField, string> {
  const { t } = useI18n();
  return {
    outcome: t('casework.assess.outcome'),
    category: t('casework.field.category'),
    severity: t('casework.assess.severity'),
    ageBand: t('casework.assess.ageBand'),
    sex: t('casework.assess.sex'),
    articles: t('casework.assess.articles'),
    note: t('casework.assess.note'),
  };
}

/** An error of the form in words, as the props of a field. */
export function useProblem<F extends string>(errors: FormErrors<F>) {
  const { t } = useI18n();
  return (field: F): { error?: string } => {
    const found = errors[field];
    return found ? { error: t(found.key, found.params) } : {};
  };
}

function Articles(props: Pick<AssessFormProps, 'articles' | 'typed' | 'instruments' | 'categories' | 'errors'>) {
  const tr = useI18n();
  const { t } = tr;
  const problem = useProblem(props.errors)('articles');
  const own = new Set<string>(props.categories.find((c) => c.id === props.typed.category)?.legalArticles ?? []);
  const box = (a: LawArticle) => (
    <li key={a.id}>
      <Checkbox
        id={`f-articles-${a.id}`}
        name="articles"
        value={a.id}
        checked={props.typed.articles.includes(a.id)}
        label={
          <>
            {tr.text(a.title)}{' '}
            <span class="text-muted">
              {t('casework.assess.article', { number: a.number, law: props.instruments.get(a.instrument) ?? '' })}
            </span>
          </>
        }
      />
    </li>
  );
  const others = props.articles.filter((a) => !own.has(a.id));
  return (
    <fieldset id="f-articles" tabIndex={-1} class={problem.error ? 'field-invalid' : undefined}>
      <legend class="field-label">{t('casework.assess.articles')}</legend>
      <p class="hint">{t('casework.assess.articlesHint')}</p>
      {problem.error && <FieldError id="f-articles-error">{problem.error}</FieldError>}
      <ul class="mt-2 grid gap-3">{props.articles.filter((a) => own.has(a.id)).map(box)}</ul>
      {others.length > 0 && (
        <div class="mt-4">
          <Details
            summary={t('casework.assess.otherArticles')}
            open={own.size === 0 || others.some((a) => props.typed.articles.includes(a.id))}
          >
            <ul class="grid gap-3">{others.map(box)}</ul>
          </Details>
        </div>
      )}
    </fieldset>
  );
}

/** The judgement. It begins with the category and its law filled in and nothing decided. */
export function AssessForm(props: AssessFormProps) {
  const tr = useI18n();
  const { t } = tr;
  const { typed } = props;
  const problem = useProblem(props.errors);
  const labels = useAssessmentLabels();
  const choose = t('casework.assess.choose');
  return (
    <Form action={`/desk/items/${props.itemId}/assess`}>
      <input type="hidden" name="basedOn" value={typed.basedOn} />
      <OptionGroup
        name="outcome"
        legend={labels.outcome}
        value={typed.outcome}
        required
        options={OUTCOMES.map((o: Outcome) => ({
          value: o,
          icon: OUTCOME_ICON[o],
          title: t(`casework.outcome.${o}.title`),
          hint: t(`casework.outcome.${o}.hint`),
        }))}
        {...problem('outcome')}
      />
      <Field
        name="category"
        type="select"
        label={labels.category}
        value={typed.category}
        options={props.categories.map((c) => ({ value: c.id, label: tr.text(c.name) }))}
        required
        {...problem('category')}
      />
      <Field
        name="severity"
        type="select"
        label={labels.severity}
        value={typed.severity}
        placeholder={choose}
        options={SEVERITIES.map((s) => ({ value: s, label: t(`casework.severity.${s}`) }))}
        required
        {...problem('severity')}
      />
      <Field
        name="ageBand"
        type="select"
        label={labels.ageBand}
        value={typed.ageBand}
        placeholder={choose}
        options={AGE_BANDS.map((a) => ({ value: a, label: t(`casework.ageBand.${a}`) }))}
        required
        {...problem('ageBand')}
      />
      <Field
        name="sex"
        type="select"
        label={labels.sex}
        value={typed.sex}
        placeholder={choose}
        options={SEXES.map((s) => ({ value: s, label: t(`casework.sex.${s}`) }))}
        required
        {...problem('sex')}
      />
      <Articles {...props} />
      <Field
        name="note"
        type="textarea"
        rows={3}
        label={labels.note}
        hint={t('casework.assess.noteHint')}
        value={typed.note}
        maxLength={MAX_NOTE}
        counter
        optional
        {...problem('note')}
      />
      <Actions>
        <Button>{t('casework.assess.save')}</Button>
      </Actions>
    </Form>
  );
}
