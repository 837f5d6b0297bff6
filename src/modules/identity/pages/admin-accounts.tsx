import { LANGS, useI18n } from '../../../platform/i18n/index.ts';
import {
  Actions,
  Bdi,
  Button,
  Callout,
  Card,
  DataTable,
  DefinitionList,
  ErrorSummary,
  Field,
  Form,
  Link,
  Ltr,
  OptionGroup,
  Tag,
  type TagTone,
} from '../../../platform/ui/index.ts';
import type { Account, Organisation } from '../accounts.ts';
import type { FieldErrors } from '../http/form.ts';
import { ORGANISATION_KINDS, ROLES, type Role } from '../roles.ts';
import type { AccountState } from '../schema.ts';

const STATE_TONE: Record<AccountState, TagTone> = { invited: 'wait', active: 'done', suspended: 'danger' };

const summary = (errors: FieldErrors) =>
  Object.entries(errors).flatMap(([field, message]) => (message ? [{ field, message }] : []));

function RoleChoice(props: { value: readonly string[]; error?: string | undefined }) {
  const { t } = useI18n();
  return (
    <OptionGroup
      legend={t('identity.field.roles')}
      hint={t('identity.admin.rolesHint')}
      name="roles"
      type="checkbox"
      columns
      value={props.value}
      options={ROLES.map((role) => ({ value: role, title: t(`identity.role.${role}`) }))}
      {...(props.error ? { error: props.error } : {})}
    />
  );
}

export interface AccountsPageProps {
  accounts: readonly Account[];
  organisations: readonly Organisation[];
  typed: { name: string; email: string; lang: string; organisation: string; roles: readonly string[] };
  errors: FieldErrors;
  error?: string;
}

export function AccountsPage(props: AccountsPageProps) {
  const { t } = useI18n();
  const { typed, errors } = props;
  const problem = (field: string) => (errors[field] ? { error: errors[field] } : {});
  return (
    <>
      <h1>{t('identity.admin.accounts')}</h1>
      {props.error && <Callout tone="danger" title={props.error} live />}
      <ErrorSummary errors={summary(errors)} />
      <DataTable
        caption={t('identity.admin.accounts')}
        captionHidden
        rows={props.accounts}
        rowKey={(a) => a.id}
        columns={[
          {
            key: 'name',
            header: t('identity.field.name'),
            rowHeader: true,
            cell: (a) => (
              <Link href={`/desk/admin/accounts/${a.id}`}>
                <Bdi>{a.name}</Bdi>
              </Link>
            ),
          },
          { key: 'email', header: t('identity.field.email'), cell: (a) => <Ltr>{a.email}</Ltr> },
          {
            key: 'organisation',
            header: t('identity.field.organisation'),
            cell: (a) => <Bdi>{a.organisationName}</Bdi>,
          },
          {
            key: 'roles',
            header: t('identity.field.roles'),
            cell: (a) => a.roles.map((role) => <Tag key={role}>{t(`identity.role.${role}`)}</Tag>),
          },
          {
            key: 'state',
            header: t('identity.field.state'),
            cell: (a) => <Tag tone={STATE_TONE[a.state]}>{t(`identity.state.${a.state}`)}</Tag>,
          },
        ]}
      />
      <Card title={t('identity.admin.invite')} icon="user-plus" id="invite">
        <Form action="/desk/admin/accounts">
          <Field
            name="name"
            label={t('identity.field.name')}
            value={typed.name}
            maxLength={200}
            required
            {...problem('name')}
          />
          <Field
            name="email"
            type="email"
            label={t('identity.field.email')}
            value={typed.email}
            required
            {...problem('email')}
          />
          <Field
            name="organisation"
            type="select"
            label={t('identity.field.organisation')}
            value={typed.organisation}
            options={props.organisations.map((o) => ({ value: o.id, label: o.name }))}
            {...problem('organisation')}
          />
          <Field
            name="lang"
            type="select"
            label={t('identity.field.lang')}
            value={typed.lang}
            options={LANGS.map((lang) => ({ value: lang, label: t(`identity.lang.${lang}`) }))}
          />
          <RoleChoice value={typed.roles} error={errors.roles} />
          <Actions>
            <Button>{t('identity.admin.makeLink')}</Button>
          </Actions>
        </Form>
      </Card>
      <OrganisationCard />
    </>
  );
}

function OrganisationCard() {
  const { t } = useI18n();
  return (
    <Card title={t('identity.admin.newOrganisation')} icon="building">
      <Form action="/desk/admin/organisations">
        <Field name="organisationName" label={t('identity.field.name')} maxLength={200} required />
        <Field
          name="kind"
          type="select"
          label={t('identity.field.kind')}
          options={ORGANISATION_KINDS.map((kind) => ({ value: kind, label: t(`identity.kind.${kind}`) }))}
        />
        <Field
          name="territory"
          label={t('identity.field.territory')}
          hint={t('identity.admin.territoryHint')}
          dir="ltr"
          optional
        />
        <Actions>
          <Button variant="secondary">{t('identity.admin.addOrganisation')}</Button>
        </Actions>
      </Form>
    </Card>
  );
}

/** A link that opens an account, shown once. */
export function LinkPage(props: { account: Pick<Account, 'id' | 'name'>; url: string }) {
  const { t } = useI18n();
  return (
    <>
      <h1>{t('identity.admin.linkTitle')}</h1>
      <p>
        <Bdi>{props.account.name}</Bdi>
      </p>
      <Callout tone="warn" title={t('identity.admin.linkOnce')}>
        <p>
          <Ltr mono>{props.url}</Ltr>
        </p>
        <p>{t('identity.admin.linkText')}</p>
      </Callout>
      <Actions>
        <Button href="/desk/admin/accounts">{t('identity.admin.back')}</Button>
      </Actions>
    </>
  );
}

export function AccountAdminPage(props: { account: Account; self: boolean; error?: string; roles?: readonly Role[] }) {
  const { t, date } = useI18n();
  const { account } = props;
  const at = `/desk/admin/accounts/${account.id}`;
  return (
    <>
      <h1>
        <Bdi>{account.name}</Bdi>
      </h1>
      {props.error && <Callout tone="danger" title={props.error} live />}
      <DefinitionList
        items={[
          { term: t('identity.field.email'), value: <Ltr>{account.email}</Ltr> },
          { term: t('identity.field.organisation'), value: <Bdi>{account.organisationName}</Bdi> },
          {
            term: t('identity.field.state'),
            value: <Tag tone={STATE_TONE[account.state]}>{t(`identity.state.${account.state}`)}</Tag>,
          },
          { term: t('identity.account.added'), value: date(account.createdAt, 'date') },
        ]}
      />
      {props.self ? (
        <Callout tone="help" title={t('identity.admin.self')} />
      ) : (
        <>
          <Card title={t('identity.field.roles')} icon="user-cog">
            <Form action={`${at}/roles`}>
              <RoleChoice value={props.roles ?? account.roles} />
              <Actions>
                <Button>{t('identity.admin.saveRoles')}</Button>
              </Actions>
            </Form>
          </Card>
          <Card title={t('identity.admin.access')} icon="shield-check">
            <p>{t('identity.admin.resetText')}</p>
            <Form action={`${at}/reset`}>
              <Actions>
                <Button variant="secondary">{t('identity.admin.reset')}</Button>
              </Actions>
            </Form>
            <p>{t(account.state === 'suspended' ? 'identity.admin.restoreText' : 'identity.admin.suspendText')}</p>
            <Form action={account.state === 'suspended' ? `${at}/restore` : `${at}/suspend`}>
              <Actions>
                {account.state === 'suspended' ? (
                  <Button variant="secondary">{t('identity.admin.restore')}</Button>
                ) : (
                  <Button variant="danger">{t('identity.admin.suspend')}</Button>
                )}
              </Actions>
            </Form>
          </Card>
        </>
      )}
      <p>
        <Link href="/desk/admin/accounts">{t('identity.admin.back')}</Link>
      </p>
    </>
  );
}
