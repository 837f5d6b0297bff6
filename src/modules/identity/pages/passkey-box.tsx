import { useI18n } from '../../../platform/i18n/index.ts';
import { Actions, Button, Field, useIsland, usePage } from '../../../platform/ui/index.ts';

/** The place of the passkey button. Without JavaScript it says so; the page around it offers the other way. */
export function PasskeyBox(props: { mode: 'register' | 'sign-in'; next?: string }) {
  const { t } = useI18n();
  const { csrfToken } = usePage();
  const island = useIsland('passkey');
  const register = props.mode === 'register';
  return (
    <div
      data-island={island}
      data-mode={props.mode}
      data-url={register ? '/desk/account/passkeys' : '/desk/sign-in/passkey'}
      data-csrf={csrfToken}
      data-next={props.next}
      data-cancelled={t('identity.passkey.cancelled')}
      data-unsupported={t('identity.passkey.unsupported')}
    >
      <p data-without-script>{t('identity.passkey.needsScript')}</p>
      <div class="form" data-with-script hidden>
        {register && (
          <Field
            name="device"
            label={t('identity.passkey.device')}
            hint={t('identity.passkey.deviceHint')}
            maxLength={60}
            optional
            width="half"
          />
        )}
        <Actions>
          <Button type="button" icon="fingerprint-pattern">
            {t(register ? 'identity.passkey.add' : 'identity.passkey.signIn')}
          </Button>
        </Actions>
      </div>
      <p role="alert" class="field-error" />
    </div>
  );
}
