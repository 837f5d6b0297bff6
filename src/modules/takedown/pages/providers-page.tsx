import { LANGS, useI18n } from '../../../platform/i18n/index.ts';
import {
  Actions,
  Bdi,
  Breadcrumb,
  Button,
  Callout,
  Card,
  DataTable,
  Details,
  EmptyState,
  Field,
  Form,
  Link,
  Ltr,
  Tag,
} from '../../../platform/ui/index.ts';
import type { ProviderSeed } from '../../country/index.ts';
import type { CheckRule } from '../check/index.ts';
import { NOTICE_CHANNELS, PROVIDER_KINDS, type ProviderRow } from '../schema.ts';
import { ProviderLetters } from './provider-letters.tsx';

/** Fields of the provider form as typed. */
export type ProviderTyped = Record<'name' | 'kind' | 'domains' | 'language' | 'channel' | 'address' | 'note', string>;

export const EMPTY_PROVIDER: ProviderTyped = {
  name: '',
  kind: 'host',
  domains: '',
  language: 'fr',
  channel: 'mail',
  address: '',
  note: '',
};

export const typedOf = (row: ProviderRow): ProviderTyped => ({ ...row, domains: row.domains.join('\n') });

function ProviderForm(props: { action: string; typed: ProviderTyped; invalid: readonly string[] }) {
  const { t } = useI18n();
  const { typed } = props;
  const error = (name: string) =>
    props.invalid.includes(name) ? { error: t(`takedown.provider.invalid.${name}`) } : {};
  return (
    <Form action={props.action}>
      <Field
        name="name"
        label={t('takedown.field.name')}
        required
        maxLength={200}
        value={typed.name}
        {...error('name')}
      />
      <Field
        name="kind"
        type="select"
        label={t('takedown.field.kind')}
        options={PROVIDER_KINDS.map((k) => ({ value: k, label: t(`takedown.kind.${k}`) }))}
        value={typed.kind}
        width="half"
      />
      <Field
        name="domains"
        type="textarea"
        label={t('takedown.field.domains')}
        hint={t('takedown.provider.domainsHint')}
        dir="ltr"
        rows={3}
        required
        value={typed.domains}
        {...error('domains')}
      />
      <Field
        name="channel"
        type="select"
        label={t('takedown.field.channel')}
        options={NOTICE_CHANNELS.map((c) => ({ value: c, label: t(`takedown.channel.${c}`) }))}
        value={typed.channel}
        width="half"
      />
      <Field
        name="address"
        label={t('takedown.field.contact')}
        hint={t('takedown.contact.hint')}
        dir="ltr"
        required
        value={typed.address}
        {...error('address')}
      />
      <Field
        name="language"
        type="select"
        label={t('takedown.field.language')}
        options={LANGS.map((l) => ({ value: l, label: t(`takedown.lang.${l}`) }))}
        value={typed.language}
        width="half"
      />
      <Field
        name="note"
        type="textarea"
        label={t('takedown.field.note')}
        optional
        rows={2}
        value={typed.note}
        {...error('note')}
      />
      <Actions>
        <Button icon="save">{t('takedown.do.save')}</Button>
      </Actions>
    </Form>
  );
}

function RuleForm(props: { rule: CheckRule; vantages: number; peopleOnly: boolean; error: string | undefined }) {
  const { t, number } = useI18n();
  const { rule } = props;
  return (
    <Card title={t('takedown.rule.title')} icon="scale">
      <p>{t('takedown.rule.intro', { vantages: number(props.vantages) })}</p>
      {props.peopleOnly && <Callout tone="warn" level={3} title={t('takedown.watch.peopleOnly')} />}
      {props.error && <Callout tone="danger" level={3} title={props.error} live />}
      <Form action="/desk/providers/rule">
        <Field
          name="checks"
          type="number"
          min={1}
          max={20}
          label={t('takedown.rule.checks')}
          value={rule.minChecks}
          width="short"
        />
        <Field
          name="minutes"
          type="number"
          min={0}
          max={43_200}
          label={t('takedown.rule.minutes')}
          hint={t('takedown.rule.minutesHint')}
          value={Math.round(rule.minSpanMs / 60_000)}
          width="short"
        />
        <Field
          name="vantages"
          type="number"
          min={1}
          max={10}
          label={t('takedown.rule.vantages')}
          value={rule.minVantages}
          width="short"
        />
        <Actions>
          <Button variant="secondary" icon="save">
            {t('takedown.do.save')}
          </Button>
        </Actions>
      </Form>
    </Card>
  );
}

export interface ProvidersPageProps {
  providers: readonly ProviderRow[];
  seeds: readonly ProviderSeed[];
  typed: ProviderTyped;
  invalid: readonly string[];
  rule: CheckRule;
  ruleError: string | undefined;
  vantages: number;
  peopleOnly: boolean;
}

/** `/desk/providers`: our own table, the country's list below it, and the closing rule. */
export function ProvidersPage(props: ProvidersPageProps) {
  const { t, date } = useI18n();
  return (
    <>
      <h1>{t('takedown.provider.title')}</h1>
      <p>{t('takedown.provider.intro')}</p>
      <DataTable
        caption={t('takedown.provider.title')}
        captionHidden
        rows={props.providers}
        rowKey={(p) => p.id}
        empty={<EmptyState icon="building" title={t('takedown.provider.none')} />}
        columns={[
          {
            key: 'name',
            header: t('takedown.field.name'),
            rowHeader: true,
            cell: (p) => (
              <Link href={`/desk/providers/${p.id}`}>
                <Bdi>{p.name}</Bdi>
              </Link>
            ),
          },
          { key: 'domains', header: t('takedown.field.domains'), cell: (p) => <Ltr>{p.domains.join(' ')}</Ltr> },
          { key: 'contact', header: t('takedown.field.contact'), cell: (p) => <Ltr>{p.address}</Ltr> },
          {
            key: 'verified',
            header: t('takedown.provider.verified'),
            cell: (p) =>
              p.verified_at ? (
                <Tag tone="done">{date(p.verified_at, 'date')}</Tag>
              ) : (
                <Tag tone="wait">{t('takedown.provider.unverified')}</Tag>
              ),
          },
        ]}
      />
      <Card title={t('takedown.provider.add')} icon="plus">
        <ProviderForm action="/desk/providers" typed={props.typed} invalid={props.invalid} />
      </Card>
      <RuleForm rule={props.rule} vantages={props.vantages} peopleOnly={props.peopleOnly} error={props.ruleError} />
      <Details summary={t('takedown.provider.seeds')}>
        <p class="hint">{t('takedown.provider.seedsHint')}</p>
        <DataTable
          caption={t('takedown.provider.seeds')}
          captionHidden
          rows={props.seeds}
          rowKey={(p) => p.id}
          columns={[
            { key: 'name', header: t('takedown.field.name'), rowHeader: true, cell: (p) => <Bdi>{p.name}</Bdi> },
            {
              key: 'contact',
              header: t('takedown.field.contact'),
              cell: (p) => <Ltr>{p.channel.kind === 'mail' ? p.channel.address : p.channel.url}</Ltr>,
            },
            {
              key: 'verified',
              header: t('takedown.provider.verified'),
              cell: (p) =>
                p.verified ? (
                  t('takedown.provider.verified')
                ) : (
                  <Tag tone="wait">{t('takedown.provider.unverified')}</Tag>
                ),
            },
          ]}
        />
      </Details>
    </>
  );
}

/** `/desk/providers/:id` */
export function ProviderEditPage(props: {
  provider: ProviderRow;
  typed: ProviderTyped;
  invalid: readonly string[];
  letterError?: string;
}) {
  const { t, date } = useI18n();
  const { provider } = props;
  return (
    <>
      <Breadcrumb
        items={[{ href: '/desk/providers', label: t('takedown.provider.title') }, { label: provider.name }]}
      />
      <h1>
        <Bdi>{provider.name}</Bdi>
      </h1>
      {provider.verified_at ? (
        <Callout tone="done" title={t('takedown.provider.verifiedAt', { at: date(provider.verified_at, 'date') })} />
      ) : (
        <Callout tone="warn" title={t('takedown.provider.unverified')}>
          <p>{t('takedown.provider.verifyHow')}</p>
          <Form action={`/desk/providers/${provider.id}/verify`}>
            <Button icon="circle-check" variant="secondary">
              {t('takedown.do.verify')}
            </Button>
          </Form>
        </Callout>
      )}
      <ProviderForm action={`/desk/providers/${provider.id}`} typed={props.typed} invalid={props.invalid} />
      <ProviderLetters provider={provider} {...(props.letterError ? { error: props.letterError } : {})} />
    </>
  );
}
