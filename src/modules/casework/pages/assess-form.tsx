import { type Translator, useI18n } from '../../../platform/i18n/index.ts';
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
import {
  type AssessmentSchema,
  CATEGORY_IDS,
  type LawArticle,
  needOf,
  type RiskCategory,
} from '../../country/index.ts';
import { CORE_FIELDS, MAX_NOTE, PACK_OUTCOME } from '../assessment/answers.ts';
import type { AssessmentField, AssessmentTyped } from '../desk/assessment-form.ts';
import type { FormErrors } from '../desk/forms.ts';
import { OUTCOMES, type Outcome } from '../schema.ts';

const OUTCOME_ICON = { illegal: 'gavel', harmful: 'message-square-warning', 'not-actionable': 'circle-slash' } as const;

export interface AssessFormProps {
  /** Where the form goes. */
  action: string;
  /** What the button says. */
  submit: string;
  schema: AssessmentSchema;
  typed: AssessmentTyped;
  errors: FormErrors<AssessmentField>;
  categories: readonly RiskCategory[];
  /** Every article in force; those of the category come first. */
  articles: readonly LawArticle[];
  instruments: ReadonlyMap<string, string>;
}

/** The errors for the summary on top: each says which field it is about. */
export function useSummary<F extends string>(errors: FormErrors<F>, labels: Partial<Record<F, string>>) {
  const { t } = useI18n();
  return (Object.keys(labels) as F[]).flatMap((field) => {
    const found = errors[field];
    if (!found) return [];
    return [
      {
        field,
        message: t('casework.form.inField', { field: labels[field] ?? '', problem: t(found.key, found.params) }),
      },
    ];
  });
}

/** What the fields of the form are called, in this version of the questions. */
function labelsOf(schema: AssessmentSchema, tr: Translator): Partial<Record<AssessmentField, string>> {
  const { t } = tr;
  return {
    outcome: tr.text(schema.outcomes.label),
    category: t('casework.field.category'),
    ...Object.fromEntries(schema.fields.map((f) => [f.id, tr.text(f.label)])),
    articles: t('casework.assess.articles'),
    note: t('casework.assess.note'),
  };
}

/** What is wrong with the form, for the summary on top of a page; nothing where there is no form. */
export function useAssessmentErrors(form: Pick<AssessFormProps, 'schema' | 'errors'> | undefined) {
  const tr = useI18n();
  return useSummary<AssessmentField>(form?.errors ?? {}, form ? labelsOf(form.schema, tr) : {});
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

/** The questions of the version, as choices. */
function Questions(props: AssessFormProps & { which: (id: string) => boolean }) {
  const tr = useI18n();
  const problem = useProblem(props.errors);
  return (
    <>
      {props.schema.fields
        .filter((f) => props.which(f.id))
        .map((f) => (
          <Field
            key={f.id}
            name={f.id}
            type="select"
            label={tr.text(f.label)}
            {...(f.hint ? { hint: tr.text(f.hint) } : {})}
            value={props.typed.answers[f.id] ?? ''}
            placeholder={tr.t('casework.assess.choose')}
            options={f.options.map((o) => ({ value: o.id, label: tr.text(o.label) }))}
            {...problem(f.id)}
          />
        ))}
    </>
  );
}

const isCore = (id: string): boolean => (CORE_FIELDS as readonly string[]).includes(id);

/** The judgement. It begins with the category and its law filled in and nothing decided. */
export function AssessForm(props: AssessFormProps) {
  const tr = useI18n();
  const { t } = tr;
  const { typed, schema } = props;
  const problem = useProblem(props.errors);
  const labels = labelsOf(schema, tr);
  const category = CATEGORY_IDS.find((c) => c === typed.category);
  const more = schema.fields.filter((f) => !isCore(f.id));
  // Closed where nothing in it is needed or said: most judgements need six answers, abuse material needs nine.
  const open = more.some(
    (f) =>
      props.errors[f.id] !== undefined ||
      typed.answers[f.id] !== undefined ||
      (category !== undefined && needOf(f, 'illegal', category) === 'required'),
  );
  const outcomeOf = (o: Outcome) => schema.outcomes.options.find((option) => option.id === PACK_OUTCOME[o]);
  return (
    <Form action={props.action}>
      <input type="hidden" name="basedOn" value={typed.basedOn} />
      <OptionGroup
        name="outcome"
        legend={labels.outcome ?? ''}
        value={typed.outcome}
        required
        options={OUTCOMES.flatMap((o) => {
          const words = outcomeOf(o);
          return words
            ? [{ value: o, icon: OUTCOME_ICON[o], title: tr.text(words.label), hint: tr.text(words.hint) }]
            : [];
        })}
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
      <Questions {...props} which={isCore} />
      <Details summary={t('casework.assess.more')} open={open}>
        <p class="hint">{t('casework.assess.moreHint')}</p>
        <Questions {...props} which={(id) => !isCore(id)} />
      </Details>
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
        <Button>{props.submit}</Button>
      </Actions>
    </Form>
  );
}
