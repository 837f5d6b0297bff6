import { useI18n } from '../../../platform/i18n/index.ts';
import { Callout, Checkbox, Details, Field, OptionGroup, type OptionItem } from '../../../platform/ui/index.ts';
import { MAX_NARRATIVE } from '../intake.ts';
import { errorOf, type QuestionProps, questionKey } from './question.ts';

/**
 * More than anybody lists, and small enough for the body of a form in any alphabet (256 KB, three bytes for each of two):
 * a body that is refused unread comes back as an empty page.
 */
const MAX_LINKS_TEXT = 40_000;

/** Categories beyond this many wait under "more answers": a long list is hard on a small screen. */
const FIRST_CATEGORIES = 9;

export function CategoryQuestion(props: QuestionProps) {
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

export function WhereQuestion(props: QuestionProps) {
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
              {...errorOf(props, `account-${i}`)}
            />
          </div>
        ))}
      </fieldset>
    </>
  );
}

export function StoryQuestion(props: QuestionProps) {
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

export function ContactQuestion(props: QuestionProps) {
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
