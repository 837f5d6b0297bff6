import type { VNode } from 'preact';
import { useI18n } from '../../../platform/i18n/index.ts';
import {
  Actions,
  Button,
  Callout,
  Checkbox,
  DefinitionList,
  Details,
  ErrorSummary,
  Field,
  Form,
  OptionGroup,
  type OptionItem,
  Progress,
  useIsland,
} from '../../../platform/ui/index.ts';
import type { OnlinePlatform, RiskCategory } from '../../country/index.ts';
import { type Answers, DANGER_ANSWERS, previousStep, type SealedAnswers, STEPS, type Step } from '../answers.ts';
import type { FormError } from '../form.ts';
import { MAX_ACCOUNT_NAME, MAX_NARRATIVE } from '../intake.ts';
import { AGE_BANDS, OCCURRED, REPORTERS, VISIBILITIES } from '../schema.ts';

export interface StepPageProps {
  step: Step;
  number: number;
  answers: Answers;
  sealed: SealedAnswers;
  errors: FormError[];
  categories: RiskCategory[];
  platforms: OnlinePlatform[];
  /** Children get children's wording. */
  child: boolean;
  danger: DangerState;
  /** For professionals, before they send. */
  duties: VNode | undefined;
}

/** Whether somebody has been paged, and whether anybody is there to hear it: never said better than it is. */
export type DangerState = 'none' | 'on-duty' | 'nobody';

/**
 * More than anybody lists, and small enough for the body of a form in any alphabet (256 KB, three bytes for each of two):
 * a body that is refused unread comes back as an empty page.
 */
const MAX_LINKS_TEXT = 40_000;

/** Categories beyond this many wait under "more answers": a long list is hard on a small screen. */
const FIRST_CATEGORIES = 9;

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

type QuestionProps = StepPageProps & { error(field: string): string | undefined };

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

/** `child` wording where the catalogue has it for this question. */
function questionKey(step: Step, child: boolean): string {
  return child ? `reporting.step.${step}.childTitle` : `reporting.step.${step}.title`;
}

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

function CategoryQuestion(props: QuestionProps) {
  const { t, text } = useI18n();
  const face = props.child ? ('child' as const) : ('adult' as const);
  const options = [...props.categories]
    .sort((a, b) => a.publicOrder - b.publicOrder)
    .map((c) => ({
      value: c.id as string,
      title: text(c.wording[face].title),
      hint: text(c.wording[face].example),
      icon: c.icon as NonNullable<OptionItem['icon']>,
    }));
  // "Something else" is always in sight.
  const other = options.filter((o) => o.value === 'other');
  const rest = options.filter((o) => o.value !== 'other');
  const first = [...rest.slice(0, FIRST_CATEGORIES), ...other];
  const more = rest.slice(FIRST_CATEGORIES);
  const error = props.error('category');
  const value = props.answers.category ? { value: props.answers.category } : {};
  return (
    <>
      <OptionGroup
        heading
        legend={t(questionKey('what', props.child))}
        hint={t('reporting.step.what.hint')}
        name="category"
        options={first}
        {...value}
        {...(error ? { error } : {})}
      />
      <Details summary={t('reporting.step.what.more')} open={more.some((o) => o.value === props.answers.category)}>
        <OptionGroup
          legend={t('reporting.step.what.more')}
          id="f-category-more"
          name="category"
          options={more}
          {...value}
        />
      </Details>
    </>
  );
}

function WhereQuestion(props: QuestionProps) {
  const { t, text } = useI18n();
  const error = props.error('links');
  const accounts = [...props.sealed.accounts, { platform: '', name: '' }].slice(0, 3);
  const platforms = props.platforms.map((p) => ({ value: p.id as string, label: text(p.name) }));
  return (
    <>
      <h1>{t(questionKey('where', props.child))}</h1>
      <p class="hint">{t('reporting.step.where.hint')}</p>
      <Field
        type="textarea"
        rows={3}
        name="links"
        label={t('reporting.step.where.links')}
        hint={t('reporting.step.where.linksHint')}
        value={props.answers.links.join('\n')}
        dir="ltr"
        inputMode="url"
        spellcheck={false}
        maxLength={MAX_LINKS_TEXT}
        optional
        {...(error ? { error } : {})}
      />
      <fieldset class="field-row">
        <legend class="field-label">{t('reporting.step.where.account')}</legend>
        {accounts.map((a, i) => (
          <div class="field-pair" key={i}>
            <Field
              type="select"
              id={`f-platform-${i}`}
              name="platform"
              label={t('reporting.step.where.app')}
              placeholder={t('reporting.step.where.chooseApp')}
              options={platforms}
              value={a.platform}
            />
            <Field
              id={`f-account-${i}`}
              name="account"
              label={t('reporting.step.where.name')}
              value={a.name}
              dir="auto"
              spellcheck={false}
              maxLength={MAX_ACCOUNT_NAME}
              {...errorOf(props, `account-${i}`)}
            />
          </div>
        ))}
      </fieldset>
    </>
  );
}

function StoryQuestion(props: QuestionProps) {
  const { t } = useI18n();
  const error = props.error('narrative');
  // What was written is never shown again to whoever goes back: only on a page with an error, and on the review.
  const value = error ? props.sealed.narrative : '';
  const kept = !error && props.sealed.narrative.length > 0;
  return (
    <>
      <h1>{t(questionKey('story', props.child))}</h1>
      <Callout tone="help">
        <p>{t('reporting.step.story.whoIsTold')}</p>
        <p>{t('reporting.notComplaint')}</p>
      </Callout>
      {kept && (
        <>
          <p class="hint">{t('reporting.step.story.kept')}</p>
          <Checkbox name="wipe" value="yes" label={t('reporting.step.story.wipe')} />
        </>
      )}
      <Field
        type="textarea"
        rows={8}
        name="narrative"
        label={t('reporting.step.story.label')}
        hint={t('reporting.step.story.hint')}
        value={value}
        maxLength={MAX_NARRATIVE}
        counter
        optional
        {...(error ? { error } : {})}
      />
    </>
  );
}

function errorOf(props: QuestionProps, field: string) {
  const error = props.error(field);
  return error ? { error } : {};
}

function ContactQuestion(props: QuestionProps) {
  const { t } = useI18n();
  const contact = props.sealed.contact;
  return (
    <>
      <h1>{t(questionKey('contact', props.child))}</h1>
      <p class="hint">{t('reporting.step.contact.hint')}</p>
      <Field
        name="contact"
        label={t('reporting.step.contact.value')}
        value={contact?.value ?? ''}
        dir="auto"
        optional
        {...errorOf(props, 'contact')}
      />
      <OptionGroup
        legend={t('reporting.step.contact.safe')}
        name="safeToCall"
        columns
        options={(['yes', 'no', 'unknown'] as const).map((v) => ({
          value: v,
          title: t(`reporting.step.contact.safeOption.${v}`),
        }))}
        value={contact?.safeToCall ?? 'unknown'}
      />
      <Field
        name="contactWhen"
        label={t('reporting.step.contact.when')}
        value={contact?.when ?? ''}
        optional
        {...errorOf(props, 'contactWhen')}
      />
      <Field
        name="contactShared"
        label={t('reporting.step.contact.shared')}
        hint={t('reporting.step.contact.sharedHint')}
        value={contact?.sharedWith ?? ''}
        optional
        {...errorOf(props, 'contactShared')}
      />
      <Field
        name="contactCode"
        label={t('reporting.step.contact.code')}
        hint={t('reporting.step.contact.codeHint')}
        value={contact?.codeWord ?? ''}
        optional
        {...errorOf(props, 'contactCode')}
      />
    </>
  );
}

function Review(props: QuestionProps) {
  const { t, text, lang } = useI18n();
  const { answers, sealed } = props;
  const face = props.child ? ('child' as const) : ('adult' as const);
  const category = props.categories.find((c) => c.id === answers.category);
  const none = t('reporting.review.nothing');
  const option = (step: 'who' | 'danger' | 'seen' | 'when' | 'age', value: string | undefined) =>
    value ? t(`reporting.step.${step}.option.${value}.title`) : none;
  const rows: { step: Step; value: preact.ComponentChildren }[] = [
    { step: 'who', value: option('who', answers.reporter) },
    { step: 'danger', value: option('danger', answers.danger) },
    { step: 'what', value: category ? text(category.wording[face].title) : none },
    {
      step: 'where',
      value:
        answers.links.length + sealed.accounts.length > 0 ? (
          <ul class="plain">
            {answers.links.map((l) => (
              <li key={l}>
                <bdi dir="ltr" class="ltr">
                  {l}
                </bdi>
              </li>
            ))}
            {sealed.accounts.map((a) => (
              <li key={`${a.platform} ${a.name}`}>
                <bdi>{a.name}</bdi>
              </li>
            ))}
          </ul>
        ) : (
          none
        ),
    },
    { step: 'story', value: sealed.narrative ? <p class="pre">{sealed.narrative}</p> : none },
    { step: 'seen', value: option('seen', answers.visibility) },
    { step: 'when', value: option('when', answers.occurred) },
    { step: 'age', value: option('age', answers.ageBand) },
    { step: 'contact', value: sealed.contact ? <bdi>{sealed.contact.value}</bdi> : none },
  ];
  return (
    <>
      <h1>{t(questionKey('review', props.child))}</h1>
      <p class="hint">{t('reporting.step.review.hint')}</p>
      <DefinitionList
        items={rows.map((r) => ({
          term: t(`reporting.review.${r.step}`),
          value: (
            <>
              {r.value}{' '}
              <a class="link" href={`/${lang}/report/${r.step}`}>
                {t('reporting.review.change')}
                <span class="vh"> {t(`reporting.review.${r.step}`)}</span>
              </a>
            </>
          ),
        }))}
      />
      {props.duties}
      <p class="hint">{t('reporting.notComplaint')}</p>
    </>
  );
}
