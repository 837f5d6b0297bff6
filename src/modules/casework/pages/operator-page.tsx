import { LANGS, useI18n } from '../../../platform/i18n/index.ts';
import {
  Actions,
  Button,
  Callout,
  Card,
  ErrorSummary,
  Field,
  Form,
  type HelpLine,
  HelpLines,
  OptionGroup,
  ReceiptNumber,
} from '../../../platform/ui/index.ts';
import type { OnlinePlatform, RiskCategory } from '../../country/index.ts';
import { AGE_BANDS, MAX_NARRATIVE, REPORTERS, VISIBILITIES } from '../../reporting/index.ts';
import type { FormErrors } from '../desk/forms.ts';
import {
  ACCOUNT_ROWS,
  DANGER,
  OCCURRED,
  type OperatorField,
  type OperatorTyped,
  SAFE_TO_CALL,
} from '../desk/operator-form.ts';
import { useProblem, useSummary } from './assess-form.tsx';

export interface OperatorPageProps {
  typed: OperatorTyped;
  errors: FormErrors<OperatorField>;
  categories: readonly RiskCategory[];
  platforms: readonly OnlinePlatform[];
  lines: readonly HelpLine[];
}

function Caller(props: OperatorPageProps) {
  const { t } = useI18n();
  const { typed } = props;
  const problem = useProblem(props.errors);
  return (
    <Card title={t('casework.operator.part.caller')} icon="phone-incoming">
      <div class="grid gap-4 sm:grid-cols-2">
        <Field
          name="reporter"
          type="select"
          width="half"
          label={t('casework.operator.reporter')}
          value={typed.reporter}
          placeholder={t('casework.assess.choose')}
          options={REPORTERS.map((r) => ({ value: r, label: t(`casework.reporter.${r}`) }))}
          required
          {...problem('reporter')}
        />
        <Field
          name="language"
          type="select"
          width="half"
          label={t('casework.operator.language')}
          hint={t('casework.operator.languageHint')}
          value={typed.language}
          options={LANGS.map((l) => ({ value: l, label: t(`casework.language.${l}`) }))}
          required
          {...problem('language')}
        />
      </div>
      <OptionGroup
        name="danger"
        legend={t('casework.operator.danger')}
        hint={t('casework.operator.dangerHint')}
        columns
        required
        value={typed.danger}
        options={DANGER.map((d) => ({ value: d, title: t(`casework.operator.dangerOption.${d}`) }))}
        {...problem('danger')}
      />
      <HelpLines lines={props.lines} labels />
      <Field
        name="whereabouts"
        label={t('casework.operator.whereabouts')}
        hint={t('casework.operator.whereaboutsHint')}
        value={typed.whereabouts}
        optional
        {...problem('whereabouts')}
      />
    </Card>
  );
}

function Content(props: OperatorPageProps) {
  const tr = useI18n();
  const { t } = tr;
  const { typed } = props;
  const problem = useProblem(props.errors);
  return (
    <Card title={t('casework.operator.part.content')} icon="file-text">
      <Field
        name="category"
        type="select"
        label={t('casework.field.category')}
        value={typed.category}
        placeholder={t('casework.assess.choose')}
        options={props.categories.map((c) => ({ value: c.id, label: tr.text(c.name) }))}
        required
        {...problem('category')}
      />
      <Field
        name="links"
        type="textarea"
        rows={3}
        dir="ltr"
        spellcheck={false}
        label={t('casework.operator.links')}
        hint={t('casework.operator.linksHint')}
        value={typed.links}
        optional
        {...problem('links')}
      />
      <fieldset class="grid max-w-[40rem] gap-2">
        <legend class="field-label">{t('casework.operator.accounts')}</legend>
        {Array.from({ length: ACCOUNT_ROWS }, (_, i) => (
          <div key={i} class="grid gap-x-4 sm:grid-cols-2">
            <Field
              name="platform"
              id={`f-platform-${i}`}
              type="select"
              width="half"
              label={t('casework.field.platform')}
              value={typed.accounts[i]?.platform ?? ''}
              placeholder={t('casework.assess.choose')}
              options={props.platforms.map((p) => ({ value: p.id, label: tr.text(p.name) }))}
            />
            <Field
              name="account"
              id={`f-account-${i}`}
              width="half"
              label={t('casework.operator.account')}
              value={typed.accounts[i]?.name ?? ''}
              {...problem(`account-${i}` as OperatorField)}
              spellcheck={false}
            />
          </div>
        ))}
      </fieldset>
      <Field
        name="narrative"
        type="textarea"
        label={t('casework.operator.narrative')}
        hint={t('casework.operator.narrativeHint')}
        value={typed.narrative}
        maxLength={MAX_NARRATIVE}
        counter
        optional
        {...problem('narrative')}
      />
      <div class="grid gap-4 md:grid-cols-3">
        <Field
          name="visibility"
          type="select"
          width="half"
          label={t('casework.operator.visibility')}
          value={typed.visibility}
          options={VISIBILITIES.map((v) => ({ value: v, label: t(`casework.visibility.${v}`) }))}
        />
        <Field
          name="occurred"
          type="select"
          width="half"
          label={t('casework.field.occurred')}
          value={typed.occurred}
          options={OCCURRED.map((o) => ({ value: o, label: t(`casework.occurred.${o}`) }))}
        />
        <Field
          name="ageBand"
          type="select"
          width="half"
          label={t('casework.field.ageBand')}
          value={typed.ageBand}
          options={AGE_BANDS.map((a) => ({ value: a, label: t(`casework.ageBand.${a}`) }))}
        />
      </div>
    </Card>
  );
}

function ContactPart(props: OperatorPageProps) {
  const { t } = useI18n();
  const { typed } = props;
  const problem = useProblem(props.errors);
  return (
    <Card title={t('casework.operator.part.contact')} icon="phone">
      <div class="grid gap-4 sm:grid-cols-2">
        <Field
          name="contact"
          width="half"
          label={t('casework.contact.value')}
          hint={t('casework.operator.contactHint')}
          value={typed.contact}
          optional
          {...problem('contact')}
        />
        <Field
          name="safeToCall"
          type="select"
          width="half"
          label={t('casework.contact.safe')}
          value={typed.safeToCall}
          options={SAFE_TO_CALL.map((s) => ({ value: s, label: t(`casework.contact.safeToCall.${s}`) }))}
        />
        <Field
          name="contactWhen"
          width="half"
          label={t('casework.contact.when')}
          value={typed.contactWhen}
          optional
          {...problem('contactWhen')}
        />
        <Field
          name="contactShared"
          width="half"
          label={t('casework.contact.shared')}
          value={typed.contactShared}
          optional
          {...problem('contactShared')}
        />
      </div>
    </Card>
  );
}

/** Everything on one page: the caller does not wait while pages load. */
export function OperatorPage(props: OperatorPageProps) {
  const { t } = useI18n();
  const { form } = props.errors;
  const summary = useSummary<Exclude<OperatorField, 'form'>>(props.errors, {
    reporter: t('casework.operator.reporter'),
    language: t('casework.operator.language'),
    danger: t('casework.operator.danger'),
    whereabouts: t('casework.operator.whereabouts'),
    category: t('casework.field.category'),
    links: t('casework.operator.links'),
    'account-0': t('casework.operator.account'),
    'account-1': t('casework.operator.account'),
    'account-2': t('casework.operator.account'),
    narrative: t('casework.operator.narrative'),
    contact: t('casework.contact.value'),
    contactWhen: t('casework.contact.when'),
    contactShared: t('casework.contact.shared'),
  });
  return (
    <>
      <h1>{t('casework.operator.title')}</h1>
      <p class="hint">{t('casework.operator.intro')}</p>
      {form && <Callout tone="warn" title={t(form.key, form.params)} live />}
      <ErrorSummary errors={summary} />
      <Form action="/desk/report/new" class="form max-w-[48rem]">
        <input type="hidden" name="formId" value={props.typed.formId} />
        <Caller {...props} />
        <Content {...props} />
        <ContactPart {...props} />
        <Actions>
          <Button>{t('casework.operator.send')}</Button>
        </Actions>
      </Form>
    </>
  );
}

/** The report is in; the number is read out now. */
export function FiledPage(props: { receipt: string; danger: boolean }) {
  const { t } = useI18n();
  return (
    <>
      <h1>{t('casework.operator.filed')}</h1>
      {props.danger && <Callout tone="danger" title={t('casework.operator.paged')} />}
      <Card title={t('casework.operator.number')} icon="ticket">
        <p>
          <ReceiptNumber digits={props.receipt} />
        </p>
        <p>{t('casework.operator.readOut')}</p>
        <p class="hint">{t('casework.operator.shownOnce')}</p>
      </Card>
      <Actions>
        <Button href="/desk/report/new">{t('casework.operator.another')}</Button>
        <Button href="/desk" variant="secondary">
          {t('casework.item.toQueue')}
        </Button>
      </Actions>
    </>
  );
}
