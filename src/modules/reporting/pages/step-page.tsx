import { useI18n } from '../../../platform/i18n/index.ts';
import {
  Actions,
  Button,
  Callout,
  ErrorSummary,
  Form,
  OptionGroup,
  type OptionItem,
  Progress,
  useIsland,
} from '../../../platform/ui/index.ts';
import { DANGER_ANSWERS, previousStep, STEPS } from '../answers.ts';
import type { FormError } from '../form.ts';
import { AGE_BANDS, OCCURRED, REPORTERS, VISIBILITIES } from '../schema.ts';
import { type QuestionProps, questionKey, type StepPageProps } from './question.ts';
import { CategoryQuestion, ContactQuestion, StoryQuestion, WhereQuestion } from './questions.tsx';
import { Review } from './review.tsx';

/** One question, one page: progress, the question, what to answer, on and back, and a way out that wipes. */
export function StepPage(props: StepPageProps) {
  const { t, lang, number } = useI18n();
  const { step, errors } = props;
  const back = previousStep(step);
  const messages = errors.map((e) => ({ field: e.field, message: t(e.key, formatParams(e, number)) }));
  return (
    <>
      {props.danger !== 'none' && step !== 'danger' && (
        <Callout
          tone="danger"
          level={2}
          title={t(props.danger === 'on-duty' ? 'reporting.danger.told' : 'reporting.danger.alerted')}
        >
          <p>
            <a href={`/${lang}/report/now`}>{t('reporting.danger.whatNow')}</a>
          </p>
        </Callout>
      )}
      <Progress step={props.number} of={STEPS.length} />
      <ErrorSummary errors={messages} />
      <Form action={`/${lang}/report/${step}`}>
        <Question {...props} error={(field) => messages.find((m) => m.field === field)?.message} />
        {/* Nothing is asked of whoever is in danger, not even half a second of an old phone. */}
        {step === 'review' && props.danger === 'none' && <Altcha />}
        <Actions>
          <Button iconEnd={step === 'review' ? 'send' : 'arrow-right'}>
            {t(step === 'review' ? 'reporting.send' : 'reporting.next')}
          </Button>
          {back && (
            <Button variant="secondary" href={`/${lang}/report/${back}`}>
              {t('reporting.back')}
            </Button>
          )}
        </Actions>
        {step === 'who' ? (
          <p class="hint">{t('reporting.draftNote')}</p>
        ) : (
          <p class="hint">
            <Button variant="link" formAction={`/${lang}/report/leave`} formNoValidate>
              {t('reporting.leave')}
            </Button>
          </p>
        )}
      </Form>
    </>
  );
}

function formatParams(e: FormError, number: (n: number) => string): Record<string, string | number> {
  return Object.fromEntries(Object.entries(e.params ?? {}).map(([k, v]) => [k, typeof v === 'number' ? number(v) : v]));
}

/** Proof of work in the background; without JavaScript the form goes through as it is. */
function Altcha() {
  const { lang, t } = useI18n();
  const island = useIsland('altcha');
  return (
    <div data-island={island} data-challenge={`/${lang}/altcha.json`} data-working={t('reporting.checking')}>
      <input type="hidden" name="altcha" value="" />
    </div>
  );
}

function Question(props: QuestionProps) {
  switch (props.step) {
    case 'who':
      return <Choice {...props} name="reporter" values={REPORTERS} icons={WHO_ICONS} value={props.answers.reporter} />;
    case 'danger':
      return (
        <Choice {...props} name="danger" values={DANGER_ANSWERS} icons={DANGER_ICONS} value={props.answers.danger} />
      );
    case 'what':
      return <CategoryQuestion {...props} />;
    case 'where':
      return <WhereQuestion {...props} />;
    case 'story':
      return <StoryQuestion {...props} />;
    case 'seen':
      return <Choice {...props} name="visibility" values={VISIBILITIES} value={props.answers.visibility} />;
    case 'when':
      return <Choice {...props} name="occurred" values={OCCURRED} value={props.answers.occurred} />;
    case 'age':
      return <Choice {...props} name="ageBand" values={AGE_BANDS} value={props.answers.ageBand} columns />;
    case 'contact':
      return <ContactQuestion {...props} />;
    case 'review':
      return <Review {...props} />;
  }
}

const WHO_ICONS: OptionItem['icon'][] = ['user-round', 'users', 'graduation-cap', 'eye', 'building'];
const DANGER_ICONS: OptionItem['icon'][] = ['siren', 'circle-check', 'circle-question-mark'];

function Choice(
  props: QuestionProps & {
    name: string;
    values: readonly string[];
    value: string | undefined;
    icons?: OptionItem['icon'][];
    columns?: boolean;
  },
) {
  const { t } = useI18n();
  const { step } = props;
  const options = props.values.map((value, i) => {
    const hint = t(`reporting.step.${step}.option.${value}.hint`);
    return {
      value,
      title: t(`reporting.step.${step}.option.${value}.title`),
      ...(hint === '-' ? {} : { hint }),
      ...(props.icons?.[i] ? { icon: props.icons[i] } : {}),
    };
  });
  const error = props.error(props.name);
  return (
    <OptionGroup
      heading
      legend={t(questionKey(step, props.child))}
      hint={t(`reporting.step.${step}.hint`)}
      name={props.name}
      options={options}
      {...(props.value ? { value: props.value } : {})}
      {...(error ? { error } : {})}
      {...(props.columns ? { columns: true } : {})}
    />
  );
}
