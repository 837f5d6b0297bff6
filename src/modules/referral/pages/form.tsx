import { isLang, useI18n } from '../../../platform/i18n/index.ts';
import { Actions, Button, Callout, Checkbox, Details, Field, Form } from '../../../platform/ui/index.ts';
import type { ReferralInput } from '../drafting.ts';
import { URGENCY_LEVELS } from '../referral.ts';
import { WARNING_REASONS } from '../schema.ts';
import { MAX_WARNING, type Warnable, type WarningChoice } from '../warning.ts';

export interface FormFacts {
  action: string;
  hidden?: Record<string, string>;
  bodies: readonly { id: string; name: string; review: boolean; mayHold: boolean; reachable: boolean }[];
  categories: readonly { id: string; name: string }[];
  places: readonly { code: string; name: string }[];
  typed: ReferralInput;
  /** Who reported it and can be written to. */
  reporters: readonly Warnable[];
  may: { words: boolean; place: boolean };
  /** A new one can be sent at once; a changed one is looked at again first. */
  fresh: boolean;
  error: string | undefined;
}

/** What to do about the reporter before a referral that the law may oblige to; `id` keeps two of them on a page apart. */
export function WarningFields(props: {
  chosen: WarningChoice | undefined;
  reporters: readonly Warnable[];
  required: boolean;
  id: string;
}) {
  const { t, date } = useI18n();
  const { chosen, reporters } = props;
  const ticked = new Set(chosen?.decision === 'written' ? chosen.reports : []);
  const value = chosen === undefined ? '' : chosen.decision === 'written' ? 'written' : chosen.reason;
  return (
    <>
      <Field
        id={`${props.id}-warning`}
        name="warning"
        type="select"
        label={t('referral.warning.label')}
        hint={t('referral.warning.hint')}
        value={value}
        placeholder={t('referral.warning.open')}
        required={props.required}
        options={[
          { value: 'written', label: t('referral.warning.write') },
          ...WARNING_REASONS.map((r) => ({ value: r, label: t(`referral.warning.reason.${r}`) })),
        ]}
      />
      {reporters.length > 0 && (
        <fieldset class="field">
          <legend class="field-label">{t('referral.warning.whom')}</legend>
          <p class="hint">{t('referral.warning.whomHint')}</p>
          {reporters.map((r) => (
            <Checkbox
              key={r.report}
              id={`${props.id}-warn-${r.report}`}
              name="warn"
              value={r.report}
              checked={ticked.has(r.report)}
              label={t('referral.warning.one', {
                who: t(`referral.reporter.${r.reporter}`),
                at: date(r.receivedAt),
                language: t(`referral.warning.language.${isLang(r.language) ? r.language : 'ar'}`),
              })}
            />
          ))}
        </fieldset>
      )}
      <Details summary={t('referral.warning.whatIsWritten')}>
        <p>{t('referral.warning.standard')}</p>
        <Field
          id={`${props.id}-words`}
          name="warningWords"
          type="textarea"
          rows={2}
          label={t('referral.warning.words')}
          hint={t('referral.warning.wordsHint')}
          value={chosen?.words ?? ''}
          optional
          maxLength={MAX_WARNING}
        />
      </Details>
    </>
  );
}

/** The one form of a referral; from a danger row everything in it is filled in. */
export function ReferralForm(props: FormFacts) {
  const { t } = useI18n();
  const { typed, may } = props;
  const chosen = props.bodies.find((b) => b.id === typed.body);
  return (
    <Form action={props.action}>
      {Object.entries(props.hidden ?? {}).map(([name, value]) => (
        <input key={name} type="hidden" name={name} value={value} />
      ))}
      {props.error && <Callout tone="danger" title={props.error} live />}
      {props.fresh && typed.urgency === 'danger' && (
        // First, so that nobody in a hurry has to scroll to it.
        <Actions>
          <Button name="go" value="send" icon="send" variant="danger">
            {t('referral.form.send')}
          </Button>
        </Actions>
      )}
      <Field
        name="body"
        type="select"
        label={t('referral.form.body')}
        value={typed.body}
        required
        options={props.bodies.map((b) => ({
          value: b.id,
          label: [
            b.name,
            b.review ? t('referral.form.needsReview') : '',
            b.reachable ? '' : t('referral.form.unreachable'),
          ]
            .filter(Boolean)
            .join(' · '),
        }))}
      />
      {chosen?.review && <p class="hint">{t('referral.form.reviewHint')}</p>}
      <Field
        name="category"
        type="select"
        label={t('referral.field.category')}
        value={typed.category}
        options={props.categories.map((c) => ({ value: c.id, label: c.name }))}
      />
      <Field
        name="urgency"
        type="select"
        label={t('referral.field.urgency')}
        value={typed.urgency}
        options={URGENCY_LEVELS.map((u) => ({ value: u, label: t(`referral.urgency.${u}`) }))}
      />
      <Field
        name="urgencyReason"
        type="textarea"
        rows={3}
        label={t('referral.form.urgencyReason')}
        hint={t('referral.form.urgencyReasonHint')}
        value={typed.urgencyReason}
        required
        maxLength={4000}
      />
      <Field
        name="place"
        type="select"
        label={t('referral.form.place')}
        hint={t('referral.form.placeHint')}
        value={typed.place}
        placeholder={t('referral.form.placeUnknown')}
        options={props.places.map((p) => ({ value: p.code, label: p.name }))}
      />
      <Field
        name="note"
        type="textarea"
        rows={3}
        label={t('referral.form.note')}
        value={typed.note}
        optional
        maxLength={4000}
      />
      {may.words && (
        <>
          <Checkbox name="withWords" label={t('referral.form.withWords')} checked={typed.withWords} />
          <Checkbox name="withAccounts" label={t('referral.form.withAccounts')} checked={typed.withAccounts} />
        </>
      )}
      {may.place && <Checkbox name="withPlace" label={t('referral.form.withPlace')} checked={typed.withPlace} />}
      <Checkbox name="hold" label={t('referral.form.hold')} hint={t('referral.form.holdHint')} checked={typed.hold} />
      <Checkbox
        name="sensitive"
        label={t('referral.form.sensitive')}
        hint={t('referral.form.sensitiveHint')}
        checked={typed.sensitive}
      />
      <Checkbox
        name="tellReporter"
        label={t('referral.form.tellReporter')}
        hint={t('referral.form.tellReporterHint')}
        checked={typed.tellReporter}
      />
      {props.fresh && <WarningFields chosen={typed.warning} reporters={props.reporters} required={false} id="f" />}
      <p class="hint">{t('referral.form.identity')}</p>
      <Actions>
        {props.fresh ? (
          <>
            <Button name="go" value="send" icon="send" variant={typed.urgency === 'danger' ? 'danger' : 'primary'}>
              {t('referral.form.send')}
            </Button>
            <Button name="go" value="keep" variant="secondary">
              {t('referral.form.keep')}
            </Button>
          </>
        ) : (
          <Button icon="save">{t('referral.form.change')}</Button>
        )}
      </Actions>
    </Form>
  );
}

/** A page with nothing but the form. */
export function NewReferralPage(props: { form: FormFacts; about: string; back: string; danger: boolean }) {
  const { t } = useI18n();
  return (
    <>
      <p>
        <a class="link" href={props.back}>
          {t('referral.form.back')}
        </a>
      </p>
      <h1>{t(props.danger ? 'referral.form.atOnce' : 'referral.form.title')}</h1>
      <p class="[overflow-wrap:anywhere]">
        <bdi>{props.about}</bdi>
      </p>
      {props.danger && <Callout tone="danger" title={t('referral.form.dangerLead')} />}
      <ReferralForm {...props.form} />
    </>
  );
}
