import { useI18n } from '../../../platform/i18n/index.ts';
import {
  Actions,
  Bdi,
  Button,
  Callout,
  Card,
  DataTable,
  EmptyState,
  Field,
  Form,
  Ltr,
  OptionGroup,
  Tag,
} from '../../../platform/ui/index.ts';
import type { Account, Organisation } from '../accounts.ts';
import { API_SCOPES } from '../actor.ts';
import type { ApiKeyInfo } from '../api-keys.ts';
import type { OnDuty, Shift } from '../rota.ts';

export function ApiKeysPage(props: {
  keys: readonly ApiKeyInfo[];
  organisations: readonly Organisation[];
  error?: string;
}) {
  const { t, date } = useI18n();
  return (
    <>
      <h1>{t('identity.keys.title')}</h1>
      <p>{t('identity.keys.intro')}</p>
      {props.error && <Callout tone="danger" title={props.error} live />}
      <DataTable
        caption={t('identity.keys.title')}
        captionHidden
        rows={props.keys}
        rowKey={(k) => k.id}
        empty={<EmptyState icon="key" title={t('identity.keys.none')} />}
        columns={[
          { key: 'name', header: t('identity.keys.name'), rowHeader: true, cell: (k) => <Bdi>{k.name}</Bdi> },
          {
            key: 'organisation',
            header: t('identity.field.organisation'),
            cell: (k) => <Bdi>{k.organisationName}</Bdi>,
          },
          { key: 'key', header: t('identity.keys.begins'), cell: (k) => <Ltr mono>{`esk_${k.prefix}_…`}</Ltr> },
          {
            key: 'scopes',
            header: t('identity.keys.scopes'),
            cell: (k) =>
              k.scopes.map((scope) => <Tag key={scope}>{t(`identity.scope.${scope.replace(':', '-')}`)}</Tag>),
          },
          {
            key: 'used',
            header: t('identity.account.lastUsed'),
            cell: (k) => (k.lastUsedAt ? date(k.lastUsedAt, 'day') : t('identity.account.never')),
          },
          {
            key: 'revoke',
            header: t('identity.keys.revoke'),
            headerHidden: true,
            cell: (k) =>
              k.revokedAt ? (
                <Tag tone="danger">{t('identity.keys.revoked', { date: date(k.revokedAt, 'date') })}</Tag>
              ) : (
                <Form action={`/desk/admin/api-keys/${k.id}/revoke`} class="inline">
                  <Button variant="quiet" small>
                    {t('identity.keys.revoke')}
                  </Button>
                </Form>
              ),
          },
        ]}
      />
      <Card title={t('identity.keys.new')} icon="key">
        <Form action="/desk/admin/api-keys">
          <Field
            name="name"
            label={t('identity.keys.name')}
            hint={t('identity.keys.nameHint')}
            maxLength={100}
            required
          />
          <Field
            name="organisation"
            type="select"
            label={t('identity.field.organisation')}
            options={props.organisations.map((o) => ({ value: o.id, label: o.name }))}
          />
          <OptionGroup
            legend={t('identity.keys.scopes')}
            name="scopes"
            type="checkbox"
            value={API_SCOPES}
            options={API_SCOPES.map((scope) => ({
              value: scope,
              title: t(`identity.scope.${scope.replace(':', '-')}`),
            }))}
          />
          <Actions>
            <Button>{t('identity.keys.make')}</Button>
          </Actions>
        </Form>
      </Card>
    </>
  );
}

export function ApiKeyCreatedPage(props: { secretText: string }) {
  const { t } = useI18n();
  return (
    <>
      <h1>{t('identity.keys.createdTitle')}</h1>
      <Callout tone="warn" title={t('identity.keys.once')}>
        <p>
          <Ltr mono>{props.secretText}</Ltr>
        </p>
        <p>
          <Ltr mono>Authorization: Bearer esk_…</Ltr>
        </p>
      </Callout>
      <Actions>
        <Button href="/desk/admin/api-keys">{t('identity.keys.kept')}</Button>
      </Actions>
    </>
  );
}

export interface RotaPageProps {
  duty: OnDuty;
  shifts: readonly Shift[];
  people: readonly Account[];
  mayManage: boolean;
  now: Date;
  /** Local times of the country, as `datetime-local` has them. */
  typed: { account: string; position: string; from: string; to: string };
  error?: string;
}

export function RotaPage(props: RotaPageProps) {
  const { t, date } = useI18n();
  const { duty, now } = props;
  return (
    <>
      <h1>{t('identity.rota.title')}</h1>
      {props.error && <Callout tone="danger" title={props.error} live />}
      {duty.first ? (
        <Callout tone="done" title={t('identity.rota.now', { name: duty.first.name })}>
          <p>{duty.second ? t('identity.rota.then', { name: duty.second.name }) : t('identity.rota.noSecond')}</p>
        </Callout>
      ) : (
        <Callout tone="danger" title={t('identity.rota.nobody')}>
          <p>
            {duty.second ? t('identity.rota.onlySecond', { name: duty.second.name }) : t('identity.rota.nobodyText')}
          </p>
        </Callout>
      )}
      <DataTable
        caption={t('identity.rota.shifts')}
        rows={props.shifts}
        rowKey={(s) => s.id}
        empty={<EmptyState icon="calendar-clock" title={t('identity.rota.noShifts')} />}
        columns={[
          { key: 'name', header: t('identity.field.name'), rowHeader: true, cell: (s) => <Bdi>{s.name}</Bdi> },
          { key: 'position', header: t('identity.rota.position'), cell: (s) => t(`identity.rota.place.${s.position}`) },
          { key: 'from', header: t('identity.rota.from'), cell: (s) => date(s.startsAt) },
          { key: 'to', header: t('identity.rota.to'), cell: (s) => date(s.endsAt) },
          {
            key: 'remove',
            header: t('identity.rota.remove'),
            headerHidden: true,
            cell: (s) =>
              props.mayManage && (
                <Form action={`/desk/admin/rota/${s.id}/remove`} class="inline">
                  <Button variant="quiet" small>
                    {t(s.startsAt < now ? 'identity.rota.endNow' : 'identity.rota.remove')}
                  </Button>
                </Form>
              ),
          },
        ]}
      />
      {props.mayManage && <ShiftForm {...props} />}
    </>
  );
}

function ShiftForm({ typed, people }: RotaPageProps) {
  const { t } = useI18n();
  return (
    <Card title={t('identity.rota.add')} icon="calendar-clock">
      {people.length === 0 ? (
        <EmptyState title={t('identity.rota.noPeople')} level={3} />
      ) : (
        <Form action="/desk/admin/rota">
          <Field
            name="account"
            type="select"
            label={t('identity.field.name')}
            value={typed.account}
            options={people.map((p) => ({ value: p.id, label: p.name }))}
          />
          <Field
            name="position"
            type="select"
            label={t('identity.rota.position')}
            hint={t('identity.rota.positionHint')}
            value={typed.position}
            options={[1, 2].map((p) => ({ value: String(p), label: t(`identity.rota.place.${p}`) }))}
          />
          <Field
            name="from"
            type="datetime-local"
            label={t('identity.rota.from')}
            value={typed.from}
            required
            width="half"
          />
          <Field name="to" type="datetime-local" label={t('identity.rota.to')} value={typed.to} required width="half" />
          <Actions>
            <Button>{t('identity.rota.save')}</Button>
          </Actions>
        </Form>
      )}
    </Card>
  );
}
