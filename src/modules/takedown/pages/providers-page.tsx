import { useI18n } from '../../../platform/i18n/index.ts';
import {
  Actions,
  Bdi,
  Button,
  Callout,
  Card,
  DataTable,
  Details,
  EmptyState,
  Field,
  FilterBar,
  Form,
  Link,
  Ltr,
  Tag,
} from '../../../platform/ui/index.ts';
import type { ProviderSeed } from '../../country/index.ts';
import type { CheckRule } from '../check/index.ts';
import { CONTACT_STATES } from '../providers/contact-state.ts';
import type { ProviderContact } from '../providers/contacts.ts';
import type { ProviderSearch } from '../providers/providers.ts';
import { PROVIDER_RULE_FIELDS, type ProviderRule, providerRuleLimits } from '../providers/rule.ts';
import { PROVIDER_KINDS, type ProviderRow } from '../schema.ts';
import { ProviderForm, type ProviderTyped } from './provider-form.tsx';
import { ContactTag } from './tags.tsx';

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

function ThresholdForm(props: { rule: ProviderRule; error: string | undefined }) {
  const { t } = useI18n();
  return (
    <Card title={t('takedown.providers.thresholds')} icon="sliders-horizontal">
      {props.error && <Callout tone="danger" level={3} title={props.error} live />}
      <Form action="/desk/providers/thresholds">
        {PROVIDER_RULE_FIELDS.map((field) => (
          <Field
            key={field}
            name={field}
            type="number"
            min={providerRuleLimits(field)[0]}
            max={providerRuleLimits(field)[1]}
            label={t(`takedown.providers.threshold.${field}`)}
            value={props.rule[field]}
            width="half"
          />
        ))}
        <Actions>
          <Button variant="secondary" icon="save">
            {t('takedown.do.save')}
          </Button>
        </Actions>
      </Form>
    </Card>
  );
}

function Search(props: { search: ProviderSearch }) {
  const { t } = useI18n();
  const { search } = props;
  return (
    <FilterBar action="/desk/providers" label={t('takedown.providers.search')}>
      <Field name="q" type="search" label={t('takedown.providers.search')} maxLength={200} value={search.text ?? ''} />
      <Field
        name="kind"
        id="filter-kind"
        type="select"
        label={t('takedown.field.kind')}
        placeholder={t('takedown.providers.all')}
        options={PROVIDER_KINDS.map((k) => ({ value: k, label: t(`takedown.kind.${k}`) }))}
        value={search.kind ?? ''}
      />
      <Field
        name="contact"
        id="filter-contact"
        type="select"
        label={t('takedown.field.contact')}
        placeholder={t('takedown.providers.all')}
        options={CONTACT_STATES.map((s) => ({ value: s, label: t(`takedown.contacts.state.${s}`) }))}
        value={search.contact ?? ''}
      />
    </FilterBar>
  );
}

function Seeds(props: { seeds: readonly ProviderSeed[] }) {
  const { t } = useI18n();
  return (
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
            key: 'adopt',
            header: t('takedown.providers.adopt'),
            headerHidden: true,
            cell: (p) => (
              <Form action="/desk/providers/adopt">
                <input type="hidden" name="seed" value={p.id} />
                <Button icon="plus" variant="secondary">
                  {t('takedown.providers.adopt')} <span class="vh">{p.name}</span>
                </Button>
              </Form>
            ),
          },
        ]}
      />
    </Details>
  );
}

export interface ProvidersPageProps {
  providers: readonly { row: ProviderRow; contacts: readonly ProviderContact[] }[];
  seeds: readonly ProviderSeed[];
  search: ProviderSearch;
  typed: ProviderTyped;
  invalid: readonly string[];
  rule: CheckRule;
  ruleError: string | undefined;
  thresholds: ProviderRule;
  thresholdError: string | undefined;
  vantages: number;
  peopleOnly: boolean;
  mayReadFigures: boolean;
}

const DOMAINS_SHOWN = 3;

/** `/desk/providers`: our own table, the country's list below it, and the rules that people set. */
export function ProvidersPage(props: ProvidersPageProps) {
  const { t } = useI18n();
  const searching = Object.keys(props.search).length > 0;
  return (
    <>
      <h1>{t('takedown.provider.title')}</h1>
      <p>{t('takedown.provider.intro')}</p>
      <Actions>
        {props.mayReadFigures && (
          <Button href="/desk/takedown-figures" icon="chart-column" variant="quiet">
            {t('takedown.figures.title')}
          </Button>
        )}
        <Button href="/desk/providers/networks" icon="network" variant="quiet">
          {t('takedown.tracing.networks')}
        </Button>
      </Actions>
      <Search search={props.search} />
      <DataTable
        caption={t('takedown.provider.title')}
        captionHidden
        rows={props.providers}
        rowKey={(p) => p.row.id}
        empty={
          <EmptyState
            icon="building"
            title={t(searching ? 'takedown.providers.noneFound' : 'takedown.provider.none')}
          />
        }
        columns={[
          {
            key: 'name',
            header: t('takedown.field.name'),
            rowHeader: true,
            cell: ({ row }) => (
              <Link href={`/desk/providers/${row.id}`}>
                <Bdi>{row.name}</Bdi>
              </Link>
            ),
          },
          {
            key: 'kind',
            header: t('takedown.field.kind'),
            cell: ({ row }) => <Tag>{t(`takedown.kind.${row.kind}`)}</Tag>,
          },
          {
            key: 'domains',
            header: t('takedown.field.domains'),
            cell: ({ row }) => (
              <>
                <Ltr>{row.domains.slice(0, DOMAINS_SHOWN).join(' ')}</Ltr>
                {row.domains.length > DOMAINS_SHOWN && (
                  <span class="hint">
                    {' '}
                    {t('takedown.providers.more', { count: row.domains.length - DOMAINS_SHOWN })}
                  </span>
                )}
              </>
            ),
          },
          {
            key: 'contact',
            header: t('takedown.field.contact'),
            cell: ({ row, contacts }) => {
              const first = contacts.find((c) => c.address === row.address) ?? contacts[0];
              return (
                <>
                  <Ltr>{row.address}</Ltr> {first && <ContactTag state={first.standing.state} />}
                </>
              );
            },
          },
        ]}
      />
      <Details summary={t('takedown.provider.add')} open={props.invalid.length > 0}>
        <ProviderForm action="/desk/providers" typed={props.typed} invalid={props.invalid} isNew />
      </Details>
      <Seeds seeds={props.seeds} />
      <RuleForm rule={props.rule} vantages={props.vantages} peopleOnly={props.peopleOnly} error={props.ruleError} />
      <ThresholdForm rule={props.thresholds} error={props.thresholdError} />
    </>
  );
}
