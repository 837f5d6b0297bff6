import { useI18n } from '../../../platform/i18n/index.ts';
import {
  Actions,
  Bdi,
  Breadcrumb,
  Button,
  Callout,
  Card,
  Checkbox,
  DataTable,
  EmptyState,
  Field,
  Form,
  Ltr,
  Tag,
} from '../../../platform/ui/index.ts';
import type { OperatorNetwork } from '../tracing/operator-networks.ts';

export type NetworkTyped = Record<'asn' | 'name' | 'upstreams' | 'note', string> & { proxy: boolean };
export const EMPTY_NETWORK: NetworkTyped = { asn: '', name: '', upstreams: '', note: '', proxy: false };

/** `/desk/providers/networks`: who carries whom, as our people know it. */
export function NetworksPage(props: {
  networks: readonly OperatorNetwork[];
  typed: NetworkTyped;
  error: string | undefined;
}) {
  const { t } = useI18n();
  const { typed } = props;
  return (
    <>
      <Breadcrumb
        items={[
          { href: '/desk/providers', label: t('takedown.provider.title') },
          { label: t('takedown.tracing.networks') },
        ]}
      />
      <h1>{t('takedown.tracing.networks')}</h1>
      <p>{t('takedown.tracing.networksIntro')}</p>
      <DataTable
        caption={t('takedown.tracing.networks')}
        captionHidden
        rows={props.networks}
        rowKey={(n) => String(n.asn)}
        empty={<EmptyState icon="network" title={t('takedown.tracing.noNetworks')} />}
        columns={[
          { key: 'asn', header: t('takedown.tracing.asn'), rowHeader: true, cell: (n) => <Ltr>{`AS${n.asn}`}</Ltr> },
          {
            key: 'name',
            header: t('takedown.field.name'),
            cell: (n) => (
              <>
                <Bdi>{n.name}</Bdi> {n.proxy && <Tag tone="help">{t('takedown.tracing.proxy')}</Tag>}
              </>
            ),
          },
          {
            key: 'upstreams',
            header: t('takedown.tracing.upstreams'),
            cell: (n) => <Ltr>{n.upstreams.map((u) => `AS${u}`).join(' ')}</Ltr>,
          },
          { key: 'note', header: t('takedown.field.note'), cell: (n) => <Bdi>{n.note}</Bdi> },
        ]}
      />
      <Card title={t('takedown.tracing.addNetwork')} icon="plus">
        {props.error && <Callout tone="danger" level={3} title={props.error} live />}
        <Form action="/desk/providers/networks">
          <Field name="asn" label={t('takedown.tracing.asn')} dir="ltr" required value={typed.asn} width="short" />
          <Field name="name" label={t('takedown.field.name')} required maxLength={200} value={typed.name} />
          <Field
            name="upstreams"
            label={t('takedown.tracing.upstreams')}
            hint={t('takedown.providers.networksHint')}
            dir="ltr"
            optional
            value={typed.upstreams}
          />
          <Checkbox
            name="proxy"
            label={t('takedown.tracing.proxy')}
            hint={t('takedown.tracing.proxyHint')}
            checked={typed.proxy}
          />
          <Field
            name="note"
            type="textarea"
            label={t('takedown.field.note')}
            hint={t('takedown.tracing.noteHint')}
            optional
            rows={2}
            maxLength={1000}
            value={typed.note}
          />
          <Actions>
            <Button icon="save">{t('takedown.do.save')}</Button>
          </Actions>
        </Form>
      </Card>
    </>
  );
}
