import { useI18n } from '../../../platform/i18n/index.ts';
import { Actions, Button, Callout, Card, Field, Form, Ltr } from '../../../platform/ui/index.ts';
import type { ContactQuestionRow } from '../schema.ts';
import { Languages } from './provider-page.tsx';

/** What whoever reads an address sees behind the signed link: are notices right here? Opening it changes nothing. */
export function ContactPage(props: {
  path: string;
  question: ContactQuestionRow;
  provider: string | undefined;
  country: string;
}) {
  const { t, lang } = useI18n();
  const { question } = props;
  const action = `${props.path}?lang=${lang}`;
  const params = { country: props.country, provider: props.provider ?? '' };
  const { state } = question;
  return (
    <>
      <Languages path={props.path} />
      <h1>{t('takedown.contacts.page.title')}</h1>
      <p>{t('takedown.contacts.mail.who', params)}</p>
      {state === 'confirmed' && <Callout tone="done" title={t('takedown.contacts.page.confirmed')} />}
      {state === 'not-us' && <Callout tone="done" title={t('takedown.contacts.page.notUs')} />}
      <Card title={t('takedown.contacts.page.address')} icon="mail">
        <p>
          <Ltr mono>{question.address}</Ltr>
        </p>
        <p>{props.provider ? t('takedown.contacts.page.whatNamed', params) : t('takedown.contacts.page.what')}</p>
      </Card>
      {state !== 'confirmed' && state !== 'not-us' && (
        <Card title={t('takedown.contacts.page.yesTitle')} icon="circle-check">
          <Form action={action}>
            <Actions>
              <Button name="answer" value="confirmed" icon="circle-check">
                {t('takedown.contacts.page.yes')}
              </Button>
            </Actions>
          </Form>
        </Card>
      )}
      {state !== 'not-us' && (
        <Card title={t('takedown.contacts.page.noTitle')} icon="corner-up-right">
          <Form action={action}>
            <Field
              name="instead"
              label={t('takedown.contacts.page.instead')}
              hint={t('takedown.contacts.page.insteadHint')}
              dir="ltr"
              optional
              maxLength={254}
            />
            <Actions>
              <Button name="answer" value="not-us" icon="circle-x" variant="secondary">
                {t('takedown.contacts.page.no')}
              </Button>
            </Actions>
          </Form>
        </Card>
      )}
    </>
  );
}
