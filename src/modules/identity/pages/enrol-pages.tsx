import qrcode from 'qrcode';
import { useI18n } from '../../../platform/i18n/index.ts';
import {
  Actions,
  Button,
  Callout,
  Card,
  Field,
  Form,
  Link,
  Ltr,
  PrintButton,
  Steps,
} from '../../../platform/ui/index.ts';
import { PASSWORD_MIN } from '../credentials/password.ts';
import { base32 } from '../credentials/totp.ts';
import { PasskeyBox } from './passkey-box.tsx';

/** Why somebody is on the page that adds a passkey: to begin, because the role needs one, or by choice. */
export type PasskeyReason = 'first' | 'needed' | 'more';

export function PasskeyPage(props: { reason: PasskeyReason; otherWay: boolean }) {
  const { t } = useI18n();
  return (
    <>
      <h1>{t(`identity.passkeyPage.${props.reason}.title`)}</h1>
      <p>{t(`identity.passkeyPage.${props.reason}.text`)}</p>
      <Card>
        <PasskeyBox mode="register" next={props.reason === 'more' ? '/desk/account' : '/desk/start'} />
      </Card>
      {props.otherWay && (
        <p>
          <Link href="/desk/account/password">{t('identity.passkeyPage.otherWay')}</Link>
        </p>
      )}
    </>
  );
}

export function PasswordPage(props: { askCurrent: boolean; username: string; error?: string; currentError?: string }) {
  const { t } = useI18n();
  return (
    <>
      <h1>{t('identity.password.title')}</h1>
      <p>{t('identity.password.intro')}</p>
      <Form action="/desk/account/password">
        <input type="hidden" name="username" value={props.username} autocomplete="username" />
        {props.askCurrent && (
          <Field
            name="current"
            type="password"
            label={t('identity.field.currentPassword')}
            autocomplete="current-password"
            required
            {...(props.currentError ? { error: props.currentError } : {})}
          />
        )}
        <Field
          name="password"
          type="password"
          label={t('identity.field.newPassword')}
          hint={t('identity.password.hint', { min: PASSWORD_MIN })}
          autocomplete="new-password"
          required
          {...(props.error ? { error: props.error } : {})}
        />
        <Actions>
          <Button>{t('identity.password.save')}</Button>
        </Actions>
      </Form>
    </>
  );
}

/** A QR code as one path, quiet zone included; the same secret stands beside it as text. */
function QrCode(props: { text: string; label: string }) {
  const { modules } = qrcode.create(props.text, { errorCorrectionLevel: 'M' });
  const size = modules.size + 8;
  const path = Array.from(modules.data, (dark, i) =>
    dark ? `M${(i % modules.size) + 4} ${Math.floor(i / modules.size) + 4}h1v1h-1z` : '',
  ).join('');
  return (
    <svg viewBox={`0 0 ${size} ${size}`} width="220" height="220" role="img" aria-label={props.label}>
      <rect width={size} height={size} fill="#fff" />
      <path d={path} fill="#000" />
    </svg>
  );
}

export function TotpPage(props: { pending?: { secret: Buffer; uri: string } | undefined; error?: string }) {
  const { t } = useI18n();
  if (!props.pending)
    return (
      <>
        <h1>{t('identity.totp.title')}</h1>
        <p>{t('identity.totp.intro')}</p>
        <Form action="/desk/account/totp/start">
          <Actions>
            <Button icon="qr-code">{t('identity.totp.show')}</Button>
          </Actions>
        </Form>
      </>
    );
  const groups = base32(props.pending.secret).match(/.{1,4}/g) ?? [];
  return (
    <>
      <h1>{t('identity.totp.title')}</h1>
      <Steps items={[t('identity.totp.step1'), t('identity.totp.step2'), t('identity.totp.step3')]} />
      <QrCode text={props.pending.uri} label={t('identity.totp.qr')} />
      <p>
        {t('identity.totp.secret')} <Ltr mono>{groups.join(' ')}</Ltr>
      </p>
      <Form action="/desk/account/totp">
        <Field
          name="code"
          label={t('identity.field.code')}
          autocomplete="one-time-code"
          inputMode="numeric"
          dir="ltr"
          width="short"
          required
          {...(props.error ? { error: props.error } : {})}
        />
        <Actions>
          <Button>{t('identity.totp.confirm')}</Button>
        </Actions>
      </Form>
    </>
  );
}

export function RecoveryCodesPage(props: { codes: readonly string[] }) {
  const { t } = useI18n();
  return (
    <>
      <h1>{t('identity.recovery.title')}</h1>
      <Callout tone="warn" title={t('identity.recovery.once')}>
        <p>{t('identity.recovery.text')}</p>
      </Callout>
      <Card keep>
        <ul>
          {props.codes.map((code) => (
            <li key={code}>
              <Ltr mono>{code}</Ltr>
            </li>
          ))}
        </ul>
      </Card>
      <Actions>
        <Button href="/desk/start">{t('identity.recovery.kept')}</Button>
        <PrintButton />
      </Actions>
    </>
  );
}
