import { useI18n } from '../../../platform/i18n/index.ts';
import { Actions, Button, Callout, Field, Form, Link } from '../../../platform/ui/index.ts';
import { APPEAL_WHO } from '../appeal/appeal.ts';
import { MAX_ADDRESS, MAX_CONTACT, type NewAppeal } from '../appeal/appeals.ts';

/** One form, the same for every address; by our link the address is known and not asked for. */
export function AppealPage(props: {
  action: string;
  byLink: boolean;
  given: NewAppeal;
  error: string | undefined;
  days: number;
}) {
  const { t } = useI18n();
  const { given } = props;
  return (
    <>
      <h1>{t('blocking.appeal.title')}</h1>
      <p>{t('blocking.appeal.lead', { days: props.days })}</p>
      {props.error && <Callout tone="danger" title={props.error} live />}
      <Form action={props.action}>
        {!props.byLink && (
          <>
            <Field
              name="address"
              label={t('blocking.appeal.address')}
              hint={t('blocking.appeal.addressHint')}
              value={given.address}
              maxLength={MAX_ADDRESS}
              dir="ltr"
              inputMode="url"
              spellcheck={false}
              required
            />
            <Field
              name="who"
              type="select"
              width="half"
              label={t('blocking.appeal.who')}
              value={given.who}
              options={APPEAL_WHO.map((who) => ({ value: who, label: t(`blocking.appeal.who-${who}`) }))}
            />
          </>
        )}
        <Field
          name="words"
          type="textarea"
          rows={6}
          label={t('blocking.appeal.words')}
          hint={t('blocking.appeal.wordsHint')}
          value={given.words}
          required
        />
        <Field
          name="contact"
          type="email"
          optional
          label={t('blocking.appeal.contact')}
          hint={t('blocking.appeal.contactHint')}
          value={given.contact}
          maxLength={MAX_CONTACT}
        />
        <Actions>
          <Button>{t('blocking.appeal.send')}</Button>
        </Actions>
      </Form>
      {!props.byLink && <p class="hint">{t('blocking.appeal.neverSays')}</p>}
    </>
  );
}

/** What happens next. Says the same to everybody. */
export function AppealSentPage(props: { days: number; byLink: boolean }) {
  const { t, lang } = useI18n();
  return (
    <>
      <h1>{t('blocking.appeal.sentTitle')}</h1>
      <Callout tone="done" title={t('blocking.appeal.sent')} live>
        <p>{t('blocking.appeal.next', { days: props.days })}</p>
      </Callout>
      {!props.byLink && <p>{t('blocking.appeal.neverSays')}</p>}
      <p>
        <Link href={`/${lang}/blocked/log`}>{t('blocking.log.title')}</Link>
      </p>
    </>
  );
}
