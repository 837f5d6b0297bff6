import { Actions, Button, Callout, Card, Checkbox, Field, Form } from '../../../platform/ui/index.ts';
import { PasskeyBox } from '../../identity/index.ts';
import type { Done } from '../http/deps.ts';
import type { Family } from '../index.ts';
import { CopyValue, DoneNote, QrCode, Refusal, Tap, useWords } from './parts.tsx';

/** Who answers for the children here; a second parent is invited. */
export function ParentsPage(props: {
  family: Family | undefined;
  me: string;
  invitation?: { url: string; expiresAt: Date } | undefined;
  error?: string | undefined;
}) {
  const { t, lang, date } = useWords();
  const { family, invitation } = props;
  return (
    <>
      <h1>{t('safe-access.family.parents.title')}</h1>
      <p>{t('safe-access.family.parents.lead')}</p>
      <Refusal error={props.error} />
      <ul class="plain">
        {family?.parents.map((parent) => (
          <li key={parent.account}>
            <bdi>{parent.name}</bdi> {parent.account === props.me && t('safe-access.family.parents.you')}
          </li>
        ))}
      </ul>
      {invitation ? (
        <Card title={t('safe-access.family.parents.invited')} icon="user-plus">
          <p>{t('safe-access.family.parents.invitedText', { date: date(invitation.expiresAt, 'day') })}</p>
          <QrCode text={invitation.url} label={t('safe-access.family.parents.qr')} />
          <CopyValue id="invitation" value={invitation.url} label={t('safe-access.family.parents.address')} />
        </Card>
      ) : (
        <Tap action={`/${lang}/family/parents/invite`} icon="user-plus" variant="primary">
          {t('safe-access.family.parents.invite')}
        </Tap>
      )}
      {(family?.parents.length ?? 0) > 1 && (
        <Card title={t('safe-access.family.parents.leaveTitle')}>
          <p>{t('safe-access.family.parents.leaveText')}</p>
          <Tap action={`/${lang}/family/parents/leave`} icon="log-out">
            {t('safe-access.family.parents.leave')}
          </Tap>
        </Card>
      )}
      <Actions>
        <Button href={`/${lang}/family`} variant="secondary">
          {t('safe-access.family.back')}
        </Button>
      </Actions>
    </>
  );
}

/** The own name, an easier way in, and the way out. */
export function AccountPage(props: {
  name: string;
  passkeys: readonly { id: string; deviceName: string; createdAt: Date }[];
  done: Done | undefined;
  error?: string | undefined;
}) {
  const { t, lang, date } = useWords();
  return (
    <>
      <h1>{t('safe-access.family.account.title')}</h1>
      <DoneNote done={props.done} />
      <Refusal error={props.error} />
      <Form action={`/${lang}/family/account/name`}>
        <Field
          name="name"
          label={t('safe-access.family.account.name')}
          hint={t('safe-access.family.account.nameHint')}
          value={props.name}
          maxLength={60}
          width="half"
        />
        <Actions>
          <Button variant="secondary">{t('safe-access.family.save')}</Button>
        </Actions>
      </Form>
      <Card title={t('safe-access.family.account.passkeyTitle')} icon="fingerprint-pattern">
        <p>{t('safe-access.family.account.passkeyText')}</p>
        {props.passkeys.length > 0 && (
          <ul class="plain">
            {props.passkeys.map((passkey) => (
              <li key={passkey.id} class="child-head">
                <span>
                  <bdi>{passkey.deviceName || t('safe-access.family.account.passkey')}</bdi>{' '}
                  <span class="hint">{date(passkey.createdAt, 'date')}</span>
                </span>
                <Tap
                  action={`/${lang}/family/account/passkey/remove`}
                  fields={{ id: passkey.id }}
                  variant="quiet"
                  icon="trash"
                >
                  {t('safe-access.family.account.passkeyRemove')}
                </Tap>
              </li>
            ))}
          </ul>
        )}
        <PasskeyBox mode="register" next={`/${lang}/family/account`} />
      </Card>
      <Card title={t('safe-access.family.account.deleteTitle')} icon="trash">
        <p>{t('safe-access.family.account.deleteText')}</p>
        <Form action={`/${lang}/family/account/delete`}>
          <Checkbox name="sure" label={t('safe-access.family.account.deleteSure')} required />
          <Actions>
            <Button variant="danger" icon="trash">
              {t('safe-access.family.account.delete')}
            </Button>
          </Actions>
        </Form>
      </Card>
      <Actions>
        <Button href={`/${lang}/family`} variant="secondary">
          {t('safe-access.family.back')}
        </Button>
      </Actions>
    </>
  );
}

/** Everything is gone. */
export function GonePage() {
  const { t, lang } = useWords();
  return (
    <>
      <h1>{t('safe-access.family.gone.title')}</h1>
      <Callout tone="done">
        <p>{t('safe-access.family.gone.text')}</p>
      </Callout>
      <Actions>
        <Button href={`/${lang}`} variant="secondary">
          {t('safe-access.family.gone.home')}
        </Button>
      </Actions>
    </>
  );
}
