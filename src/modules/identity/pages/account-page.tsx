import { LANGS, useI18n } from '../../../platform/i18n/index.ts';
import {
  Actions,
  Bdi,
  Button,
  Callout,
  Card,
  DataTable,
  DefinitionList,
  EmptyState,
  Field,
  Form,
  Tag,
} from '../../../platform/ui/index.ts';
import type { Account } from '../accounts.ts';
import type { Credentials } from '../enrolment.ts';
import type { SessionInfo } from '../sessions.ts';

export interface AccountPageProps {
  account: Account;
  credentials: Credentials;
  sessions: readonly SessionInfo[];
  currentSessionId: string;
  /** Whether this session may change ways to sign in; else the page says what to do first. */
  mayChange: boolean;
  error?: string;
}

/** Somebody's own account: who one is here, the ways to sign in, where one is signed in. */
export function AccountPage(props: AccountPageProps) {
  const { t } = useI18n();
  const { account } = props;
  return (
    <>
      <h1>{t('identity.account.title')}</h1>
      {props.error && <Callout tone="danger" title={props.error} live />}
      <Card title={t('identity.account.who')} icon="user-round">
        <DefinitionList
          items={[
            { term: t('identity.field.name'), value: <Bdi>{account.name}</Bdi> },
            { term: t('identity.field.email'), value: <bdi dir="ltr">{account.email}</bdi> },
            { term: t('identity.field.organisation'), value: <Bdi>{account.organisationName}</Bdi> },
            {
              term: t('identity.field.roles'),
              value: account.roles.map((role) => <Tag key={role}>{t(`identity.role.${role}`)}</Tag>),
            },
          ]}
        />
        <Form action="/desk/account/lang">
          <Field
            name="lang"
            type="select"
            label={t('identity.field.lang')}
            hint={t('identity.account.langHint')}
            value={account.lang}
            options={LANGS.map((lang) => ({ value: lang, label: t(`identity.lang.${lang}`) }))}
            width="half"
          />
          <Actions>
            <Button variant="secondary">{t('identity.account.save')}</Button>
          </Actions>
        </Form>
      </Card>
      {!props.mayChange && <Callout tone="warn" title={t('identity.account.passkeyFirst')} />}
      <Passkeys {...props} />
      <OtherWays {...props} />
      <SessionList {...props} />
    </>
  );
}

function Passkeys({ credentials, mayChange }: AccountPageProps) {
  const { t, date } = useI18n();
  return (
    <Card title={t('identity.account.passkeys')} icon="fingerprint-pattern">
      <DataTable
        caption={t('identity.account.passkeys')}
        captionHidden
        rows={credentials.passkeys}
        rowKey={(p) => p.id}
        empty={<EmptyState title={t('identity.account.noPasskeys')} level={3} />}
        columns={[
          {
            key: 'device',
            header: t('identity.passkey.device'),
            rowHeader: true,
            cell: (p) => <Bdi>{p.deviceName || t('identity.passkey.unnamed')}</Bdi>,
          },
          { key: 'created', header: t('identity.account.added'), cell: (p) => date(p.createdAt, 'date') },
          {
            key: 'used',
            header: t('identity.account.lastUsed'),
            cell: (p) => (p.lastUsedAt ? date(p.lastUsedAt, 'date') : t('identity.account.never')),
          },
          {
            key: 'remove',
            header: t('identity.account.remove'),
            headerHidden: true,
            cell: (p) =>
              mayChange && (
                <Form action={`/desk/account/passkeys/${p.id}/remove`} class="inline">
                  <Button variant="quiet" small>
                    {t('identity.account.remove')}
                  </Button>
                </Form>
              ),
          },
        ]}
      />
      {mayChange && (
        <Actions>
          <Button variant="secondary" href="/desk/account/passkey">
            {t('identity.passkey.add')}
          </Button>
        </Actions>
      )}
    </Card>
  );
}

function OtherWays({ credentials, mayChange }: AccountPageProps) {
  const { t } = useI18n();
  const { password, totp, recoveryCodesLeft } = credentials;
  const yes = <Tag tone="done">{t('identity.account.isSet')}</Tag>;
  const no = <Tag>{t('identity.account.isNotSet')}</Tag>;
  return (
    <Card title={t('identity.account.otherWays')} icon="key-round">
      <DefinitionList
        items={[
          { term: t('identity.field.password'), value: password ? yes : no },
          { term: t('identity.account.totp'), value: totp ? yes : no },
          {
            term: t('identity.account.recovery'),
            value: t('identity.account.recoveryLeft', { count: recoveryCodesLeft }),
          },
        ]}
      />
      {mayChange && (
        <Actions>
          <Button variant="secondary" href="/desk/account/password">
            {t(password ? 'identity.account.changePassword' : 'identity.account.setPassword')}
          </Button>
          {password && (
            <Button variant="secondary" href="/desk/account/totp">
              {t(totp ? 'identity.account.changeTotp' : 'identity.account.setTotp')}
            </Button>
          )}
          {totp && (
            <Form action="/desk/account/recovery-codes" class="inline">
              <Button variant="secondary">{t('identity.account.newRecovery')}</Button>
            </Form>
          )}
        </Actions>
      )}
    </Card>
  );
}

function SessionList({ sessions, currentSessionId }: AccountPageProps) {
  const { t, date } = useI18n();
  return (
    <Card title={t('identity.account.sessions')} icon="monitor">
      <DataTable
        caption={t('identity.account.sessions')}
        captionHidden
        rows={sessions}
        rowKey={(s) => s.id}
        columns={[
          { key: 'since', header: t('identity.account.since'), rowHeader: true, cell: (s) => date(s.createdAt) },
          { key: 'seen', header: t('identity.account.lastUsed'), cell: (s) => date(s.lastSeenAt) },
          {
            key: 'how',
            header: t('identity.account.how'),
            cell: (s) => s.factors.map((f) => <Tag key={f}>{t(`identity.factor.${f}`)}</Tag>),
          },
          {
            key: 'end',
            header: t('identity.account.end'),
            headerHidden: true,
            cell: (s) =>
              s.id === currentSessionId ? (
                <Tag tone="help">{t('identity.account.thisOne')}</Tag>
              ) : (
                <Form action={`/desk/account/sessions/${s.id}/end`} class="inline">
                  <Button variant="quiet" small>
                    {t('identity.account.end')}
                  </Button>
                </Form>
              ),
          },
        ]}
      />
      {sessions.length > 1 && (
        <Form action="/desk/account/sessions/end-others">
          <Actions>
            <Button variant="secondary">{t('identity.account.endOthers')}</Button>
          </Actions>
        </Form>
      )}
    </Card>
  );
}
