import { useI18n } from '../../../platform/i18n/index.ts';
import { Actions, Button, Callout, Card, Details, Field, Form, Steps } from '../../../platform/ui/index.ts';
import { PasskeyBox } from '../../identity/index.ts';
import { HelpBox, Refusal, TellBox } from './parts.tsx';
import { FamilyPicture } from './pictures.tsx';

/** What this is, for who has never heard of it; and where it begins. */
export function WelcomePage() {
  const { t, lang } = useI18n();
  return (
    <>
      <h1>{t('safe-access.family.welcome.title')}</h1>
      <p class="lead">{t('safe-access.family.welcome.lead')}</p>
      <FamilyPicture />
      <Actions>
        <Button href={`/${lang}/family/sign-in`} iconEnd="arrow-right">
          {t('safe-access.family.welcome.begin')}
        </Button>
      </Actions>
      <h2>{t('safe-access.family.welcome.howTitle')}</h2>
      <Steps
        items={[
          t('safe-access.family.welcome.how1'),
          t('safe-access.family.welcome.how2'),
          t('safe-access.family.welcome.how3'),
        ]}
      />
      <Card title={t('safe-access.family.welcome.neverTitle')} icon="hand-heart">
        <ul class="sentences">
          <li>{t('safe-access.family.welcome.never1')}</li>
          <li>{t('safe-access.family.welcome.never2')}</li>
          <li>{t('safe-access.family.welcome.never3')}</li>
          <li>{t('safe-access.family.welcome.never4')}</li>
        </ul>
      </Card>
      <TellBox />
      <Details summary={t('safe-access.family.welcome.limitsTitle')}>
        <p>{t('safe-access.family.welcome.limits')}</p>
        <p>
          <a class="link" href={`/${lang}/tools`}>
            {t('safe-access.family.welcome.tools')}
          </a>
        </p>
      </Details>
      <HelpBox audience="parent" />
    </>
  );
}

/** One address, one button; the passkey for who has one. */
export function SignInPage(props: { email: string; next: string; error?: string | undefined }) {
  const { t, lang } = useI18n();
  return (
    <>
      <h1>{t('safe-access.family.signIn.title')}</h1>
      <p>{t('safe-access.family.signIn.lead')}</p>
      <Form action={`/${lang}/family/sign-in`}>
        <Field
          name="email"
          type="email"
          label={t('safe-access.family.signIn.email')}
          hint={t('safe-access.family.signIn.emailHint')}
          value={props.email}
          autocomplete="email"
          required
          {...(props.error ? { error: props.error } : {})}
        />
        <Actions>
          <Button iconEnd="arrow-right">{t('safe-access.family.signIn.send')}</Button>
          <Button href={`/${lang}/family`} variant="secondary">
            {t('safe-access.family.back')}
          </Button>
        </Actions>
      </Form>
      <Details summary={t('safe-access.family.signIn.passkey')}>
        <PasskeyBox mode="sign-in" next={props.next} />
      </Details>
      <p class="hint">{t('safe-access.family.signIn.privacy')}</p>
    </>
  );
}

/** The same for everybody, whether there is an account or not. */
export function MailSentPage(props: { minutes: number; error?: string | undefined }) {
  const { t, lang } = useI18n();
  return (
    <>
      <h1>{t('safe-access.family.sent.title')}</h1>
      <p>{t('safe-access.family.sent.lead', { minutes: props.minutes })}</p>
      <Callout tone="help" icon="smartphone">
        <p>{t('safe-access.family.sent.same')}</p>
      </Callout>
      <Form action={`/${lang}/family/sign-in/sent`}>
        <Field
          name="code"
          label={t('safe-access.family.sent.code')}
          hint={t('safe-access.family.sent.codeHint')}
          inputMode="numeric"
          autocomplete="one-time-code"
          dir="ltr"
          width="half"
          maxLength={20}
          {...(props.error ? { error: props.error } : {})}
        />
        <Actions>
          <Button>{t('safe-access.family.sent.enter')}</Button>
          <Button href={`/${lang}/family/sign-in`} variant="secondary">
            {t('safe-access.family.sent.again')}
          </Button>
        </Actions>
      </Form>
      <Details summary={t('safe-access.family.sent.noneTitle')}>
        <p>{t('safe-access.family.sent.none')}</p>
      </Details>
    </>
  );
}

/** Opened by the link of the mail: a button, because mail scanners follow links. */
export function EnterPage(props: { token: string; problem?: string | undefined }) {
  const { t, lang } = useI18n();
  return (
    <>
      <h1>{t('safe-access.family.enter.title')}</h1>
      {props.problem ? (
        <>
          <Refusal error={props.problem} />
          <Actions>
            <Button href={`/${lang}/family/sign-in`}>{t('safe-access.family.sent.again')}</Button>
          </Actions>
        </>
      ) : (
        <Form action={`/${lang}/family/enter/${props.token}`}>
          <p>{t('safe-access.family.enter.lead')}</p>
          <Actions>
            <Button icon="log-in">{t('safe-access.family.enter.button')}</Button>
          </Actions>
        </Form>
      )}
    </>
  );
}

/** The invitation of a second parent. */
export function JoinPage(props: { token: string; signedIn: boolean; other: boolean; error?: string | undefined }) {
  const { t, lang } = useI18n();
  return (
    <>
      <h1>{t('safe-access.family.join.title')}</h1>
      <p>{t('safe-access.family.join.lead')}</p>
      <Refusal error={props.error} />
      {props.other && (
        <Callout tone="warn">
          <p>{t('safe-access.family.join.other')}</p>
        </Callout>
      )}
      <Form action={`/${lang}/family/join/${props.token}`}>
        <Actions>
          <Button>{t(props.signedIn ? 'safe-access.family.join.accept' : 'safe-access.family.join.begin')}</Button>
        </Actions>
      </Form>
    </>
  );
}
