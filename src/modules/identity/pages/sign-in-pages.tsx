import { useI18n } from '../../../platform/i18n/index.ts';
import { Actions, Bdi, Button, Callout, Card, Field, Form, Tag } from '../../../platform/ui/index.ts';
import type { Account } from '../accounts.ts';
import type { FieldErrors } from '../http/form.ts';
import { PasskeyBox } from './passkey-box.tsx';

export function SignInPage(props: { next: string; email: string; error?: string }) {
  const { t } = useI18n();
  return (
    <>
      <h1>{t('identity.signIn.title')}</h1>
      {props.error && <Callout tone="danger" title={props.error} live />}
      <Card title={t('identity.signIn.byPasskey')} icon="fingerprint-pattern">
        <PasskeyBox mode="sign-in" next={props.next} />
      </Card>
      <Card title={t('identity.signIn.byPassword')} icon="key-round">
        <Form action="/desk/sign-in">
          <input type="hidden" name="next" value={props.next} />
          <Field
            name="email"
            type="email"
            label={t('identity.field.email')}
            value={props.email}
            autocomplete="username"
            required
          />
          <Field
            name="password"
            type="password"
            label={t('identity.field.password')}
            autocomplete="current-password"
            required
          />
          <Actions>
            <Button variant="secondary">{t('identity.signIn.continue')}</Button>
          </Actions>
        </Form>
      </Card>
      <p class="hint">{t('identity.signIn.lost')}</p>
    </>
  );
}

export function CodePage(props: { next: string; error?: string }) {
  const { t } = useI18n();
  return (
    <>
      <h1>{t('identity.code.title')}</h1>
      <Form action="/desk/sign-in/code">
        <input type="hidden" name="next" value={props.next} />
        <Field
          name="code"
          label={t('identity.field.code')}
          hint={t('identity.code.hint')}
          autocomplete="one-time-code"
          dir="ltr"
          width="half"
          required
          autofocus
          {...(props.error ? { error: props.error } : {})}
        />
        <Actions>
          <Button>{t('identity.signIn.finish')}</Button>
          <Button variant="quiet" href="/desk/sign-in">
            {t('identity.code.restart')}
          </Button>
        </Actions>
      </Form>
    </>
  );
}

/** A GET shows this, only the button uses the link up: mail scanners open links too. */
export function SetupPage(props: {
  token: string;
  administrator: boolean;
  /** Made for somebody who lost every way to sign in. */
  rescue: boolean;
  values: { name: string; email: string };
  errors: FieldErrors;
  error?: string;
}) {
  const { t } = useI18n();
  const problem = (field: string) => (props.errors[field] ? { error: props.errors[field] } : {});
  return (
    <>
      <h1>{t(props.administrator ? 'identity.setup.administratorTitle' : 'identity.setup.title')}</h1>
      <p>{t('identity.setup.intro')}</p>
      {props.rescue && <p>{t('identity.setup.rescue')}</p>}
      {props.error && <Callout tone="danger" title={props.error} live />}
      <Form action={`/desk/setup/${props.token}`}>
        {props.administrator && (
          <>
            <Field
              name="name"
              label={t('identity.field.name')}
              value={props.values.name}
              autocomplete="name"
              maxLength={200}
              required
              {...problem('name')}
            />
            <Field
              name="email"
              type="email"
              label={t('identity.field.email')}
              value={props.values.email}
              autocomplete="email"
              required
              {...problem('email')}
            />
          </>
        )}
        <Actions>
          <Button iconEnd="arrow-right">{t('identity.setup.start')}</Button>
        </Actions>
      </Form>
      <p class="hint">{t('identity.setup.once')}</p>
    </>
  );
}

export function DemoSignInPage(props: { token: string; account: Account }) {
  const { t } = useI18n();
  const { account } = props;
  return (
    <>
      <h1>{t('identity.demo.title')}</h1>
      <p>
        <Bdi>{account.name}</Bdi>{' '}
        {account.roles.map((role) => (
          <Tag key={role}>{t(`identity.role.${role}`)}</Tag>
        ))}
      </p>
      <p>{t('identity.demo.intro')}</p>
      <Form action={`/desk/demo-sign-in/${props.token}`}>
        <Actions>
          <Button icon="log-in">{t('identity.demo.enter')}</Button>
        </Actions>
      </Form>
    </>
  );
}
