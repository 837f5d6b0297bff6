import { SOFTWARE, type Software } from '../../../../packages/rpz/index.ts';
import { useI18n } from '../../../platform/i18n/index.ts';
import {
  Actions,
  Button,
  Callout,
  Card,
  Checkbox,
  DataTable,
  DefinitionList,
  Details,
  EmptyState,
  Field,
  Form,
  Link,
  Ltr,
  Tag,
} from '../../../platform/ui/index.ts';
import { BASES } from '../entry/refusal.ts';
import { gapsOf, type PartnerField } from '../partners/partner.ts';
import type { KeyView } from '../partners/partners.ts';
import type { KeyState, PartnerRow } from '../schema.ts';
import type { ReportRow } from '../zones/report.ts';
import { Gaps, ServerTable } from './zones-page.tsx';

/** What stands in the form. */
export interface PartnerTyped {
  organisation: string;
  name: string;
  contract: string;
  from: string;
  until: string;
  bases: readonly string[];
  addresses: string;
  notify: string;
  tlsOnly: boolean;
}

/** Software in the words of those who run it; the same in every language. */
export const SOFTWARE_NAME: Record<Software, string> = {
  bind: 'BIND 9.16+',
  unbound: 'Unbound 1.14+',
  'unbound-behind-knot': 'Unbound + Knot DNS (TSIG)',
  recursor: 'PowerDNS Recursor 4.8–5.0',
  'recursor-5.1': 'PowerDNS Recursor 5.1+',
  'knot-resolver': 'Knot Resolver 5 + Knot DNS',
  dnsdist: 'dnsdist',
  mikrotik: 'MikroTik RouterOS 7',
};

export function PartnerForm(props: {
  action: string;
  typed: PartnerTyped;
  /** Providers to choose from; undefined when the partner is there already. */
  organisations: readonly { id: string; name: string }[] | undefined;
  wrong: readonly (PartnerField | 'organisation')[];
  tls: boolean;
}) {
  const { t } = useI18n();
  const { typed, organisations } = props;
  const error = (field: PartnerField | 'organisation') =>
    props.wrong.includes(field) ? { error: t(`blocking.zones.wrong.${field}`) } : {};
  return (
    <Form action={props.action}>
      {organisations && (
        <Field
          name="organisation"
          type="select"
          label={t('blocking.zones.form.organisation')}
          hint={t('blocking.zones.form.organisationHint')}
          value={typed.organisation}
          placeholder={t('blocking.zones.form.choose')}
          options={organisations.map((o) => ({ value: o.id, label: o.name }))}
          required
          {...error('organisation')}
        />
      )}
      <Field
        name="name"
        label={t('blocking.zones.form.name')}
        value={typed.name}
        dir="auto"
        required
        {...error('name')}
      />
      <Field
        name="contract"
        label={t('blocking.zones.form.contract')}
        hint={t('blocking.zones.form.contractHint')}
        value={typed.contract}
        dir="auto"
        required
        {...error('contract')}
      />
      <Field
        name="from"
        type="date"
        width="half"
        label={t('blocking.zones.form.from')}
        value={typed.from}
        required
        {...error('from')}
      />
      <Field
        name="until"
        type="date"
        width="half"
        label={t('blocking.zones.form.until')}
        value={typed.until}
        optional
        {...error('until')}
      />
      <fieldset class="field">
        <legend>{t('blocking.zones.bases')}</legend>
        {BASES.map((basis) => (
          <Checkbox
            key={basis}
            name="bases"
            id={`f-bases-${basis}`}
            value={basis}
            label={t(`blocking.basis.${basis}`)}
            checked={typed.bases.includes(basis)}
          />
        ))}
        {props.wrong.includes('bases') && <p class="field-error">{t('blocking.zones.wrong.bases')}</p>}
      </fieldset>
      <Field
        name="addresses"
        type="textarea"
        rows={3}
        label={t('blocking.zones.form.addresses')}
        hint={t('blocking.zones.form.addressesHint')}
        value={typed.addresses}
        dir="ltr"
        spellcheck={false}
        optional
        {...error('addresses')}
      />
      <Field
        name="notify"
        type="textarea"
        rows={3}
        label={t('blocking.zones.form.notify')}
        hint={t('blocking.zones.form.notifyHint')}
        value={typed.notify}
        dir="ltr"
        spellcheck={false}
        optional
        {...error('notify')}
      />
      <Checkbox
        name="tlsOnly"
        label={t('blocking.zones.form.tlsOnly')}
        checked={typed.tlsOnly}
        {...(props.tls ? {} : { hint: t('blocking.zones.wrong.tls') })}
      />
      <Actions>
        <Button>{t('blocking.zones.form.save')}</Button>
      </Actions>
    </Form>
  );
}

export function NewPartnerPage(props: {
  typed: PartnerTyped;
  organisations: readonly { id: string; name: string }[];
  wrong: readonly (PartnerField | 'organisation')[];
  error: string | undefined;
  tls: boolean;
}) {
  const { t } = useI18n();
  return (
    <>
      <p>
        <Link href="/desk/zones">{t('blocking.zones.title')}</Link>
      </p>
      <h1>{t('blocking.zones.add')}</h1>
      <p>{t('blocking.zones.form.lead')}</p>
      {props.error && <Callout tone="danger" title={props.error} live />}
      <PartnerForm action="/desk/zones/partners/new" {...props} />
    </>
  );
}

export interface PartnerPageProps {
  /** Path of this partner's pages: the desk's, or the partner's own. */
  path: string;
  /** Where one came from; undefined on the partner's own page. */
  back: string | undefined;
  partner: PartnerRow;
  keys: readonly KeyView[];
  rows: readonly ReportRow[];
  testNames: readonly string[];
  /** The form of the contract; undefined for the partner itself. */
  form: { typed: PartnerTyped; wrong: readonly PartnerField[]; tls: boolean } | undefined;
  error: string | undefined;
  now: Date;
}

/** One partner: what it gets, how far its servers are, keys and configurations. */
export function PartnerPage(props: PartnerPageProps) {
  const { t, date } = useI18n();
  const { partner, keys, path } = props;
  const live = keys.filter((k) => k.state !== 'retired');
  const gaps = gapsOf(partner, live.length, props.now);
  const ended = gaps.includes('ended');
  return (
    <>
      {props.back && (
        <p>
          <Link href={props.back}>{t('blocking.zones.title')}</Link>
        </p>
      )}
      <h1>
        <bdi>{partner.name}</bdi>
      </h1>
      {props.error && <Callout tone="danger" title={props.error} live />}
      {gaps.map((gap) => (
        <Callout key={gap} tone="warn" title={t(`blocking.zones.gap.${gap}`)}>
          <p>{t(`blocking.zones.gapText.${gap}`)}</p>
        </Callout>
      ))}
      <Card title={t('blocking.zones.contract')} icon="file-text">
        <DefinitionList
          items={[
            { term: t('blocking.zones.form.contract'), value: <bdi>{partner.contract}</bdi> },
            { term: t('blocking.zones.form.from'), value: date(partner.from_at, 'date') },
            ...(partner.until_at
              ? [{ term: t('blocking.zones.form.until'), value: date(partner.until_at, 'date') }]
              : []),
            { term: t('blocking.zones.bases'), value: partner.bases.map((b) => t(`blocking.basis.${b}`)).join(' · ') },
            { term: t('blocking.zones.form.addresses'), value: <Lines lines={partner.addresses} /> },
            { term: t('blocking.zones.form.notify'), value: <Lines lines={partner.notify} /> },
            { term: t('blocking.zones.form.tlsOnly'), value: t(`blocking.zones.tls-${partner.tls_only}`) },
          ]}
        />
        {gaps.length > 0 && (
          <p>
            <Gaps gaps={gaps} />
          </p>
        )}
      </Card>
      <ServerTable rows={props.rows} names={new Map([[partner.id, partner.name]])} now={props.now} />
      <section class="desk-list">
        <h2>{t('blocking.zones.keys')}</h2>
        <p class="hint">{t('blocking.zones.keysText')}</p>
        <KeyTable path={path} keys={keys} />
        {live.length < 2 && !ended && (
          <Form action={`${path}/keys`}>
            <Field
              name="software"
              type="select"
              width="half"
              label={t('blocking.zones.software')}
              hint={t('blocking.zones.softwareHint')}
              options={SOFTWARE.map((s) => ({ value: s, label: SOFTWARE_NAME[s] }))}
            />
            <Actions>
              <Button icon="key-round" variant="secondary">
                {t('blocking.zones.createKey')}
              </Button>
            </Actions>
          </Form>
        )}
      </section>
      <section class="desk-list">
        <h2>{t('blocking.zones.config')}</h2>
        <p>{t('blocking.zones.configText')}</p>
        <div class="actions">
          <Button href={`${path}/config`} variant="secondary" icon="file-cog">
            {t('blocking.zones.configOpen')}
          </Button>
        </div>
        <p>{t('blocking.zones.testText')}</p>
        <Lines lines={props.testNames} />
      </section>
      {props.form && (
        <Details summary={t('blocking.zones.change')} open={props.form.wrong.length > 0}>
          <PartnerForm action={path} organisations={undefined} {...props.form} />
        </Details>
      )}
      {props.form && !ended && (
        <Details summary={t('blocking.zones.end')}>
          <p>{t('blocking.zones.endText')}</p>
          <Form action={`${path}/end`}>
            <Actions>
              <Button variant="danger">{t('blocking.zones.endDo')}</Button>
            </Actions>
          </Form>
        </Details>
      )}
    </>
  );
}

const KEY_LOOK: Record<KeyState, 'done' | 'wait' | 'neutral'> = { created: 'wait', active: 'done', retired: 'neutral' };

function KeyTable(props: { path: string; keys: readonly KeyView[] }) {
  const { t, date } = useI18n();
  return (
    <DataTable
      caption={t('blocking.zones.keys')}
      captionHidden
      rows={props.keys}
      rowKey={(k) => k.id}
      empty={
        <EmptyState icon="key-round" title={t('blocking.zones.noKey')} level={3}>
          <p>{t('blocking.zones.noKeyNext')}</p>
        </EmptyState>
      }
      columns={[
        {
          key: 'name',
          header: t('blocking.zones.key'),
          rowHeader: true,
          cell: (k) => (
            <Ltr>
              <span class="mono">{k.name}</span>
            </Ltr>
          ),
        },
        {
          key: 'state',
          header: t('blocking.list.state'),
          cell: (k) => <Tag tone={KEY_LOOK[k.state]}>{t(`blocking.zones.key-${k.state}`)}</Tag>,
        },
        { key: 'since', header: t('blocking.zones.since'), cell: (k) => date(k.created_at, 'date') },
        {
          key: 'do',
          header: t('blocking.zones.keyDo'),
          headerHidden: true,
          cell: (k) =>
            k.state !== 'retired' && (
              <div class="actions">
                {k.state === 'created' && (
                  <Form action={`${props.path}/keys/${k.id}/activate`} class="inline">
                    <Button variant="secondary">{t('blocking.zones.activate')}</Button>
                  </Form>
                )}
                <Form action={`${props.path}/keys/${k.id}/retire`} class="inline">
                  <Button variant="danger">{t('blocking.zones.retire')}</Button>
                </Form>
              </div>
            ),
        },
      ]}
    />
  );
}

export function Lines(props: { lines: readonly string[] }) {
  const { t } = useI18n();
  if (props.lines.length === 0) return <>{t('blocking.basis.none')}</>;
  return (
    <ul class="plain">
      {props.lines.map((line) => (
        <li key={line}>
          <Ltr>
            <span class="mono break-all">{line}</span>
          </Ltr>
        </li>
      ))}
    </ul>
  );
}
