import { useI18n } from '../../../platform/i18n/index.ts';
import { Actions, Button, Callout, Card, Checkbox, DataTable, Form, Link, Ltr } from '../../../platform/ui/index.ts';
import type { CaptureRow } from '../archive/schema.ts';
import { Digest, StateTag, whyFailed } from './words.tsx';

export interface PanelProps {
  item: string;
  captures: readonly CaptureRow[];
  mayTake: boolean;
  mayOpenPage: boolean;
  /** Pictures are left out by rule, whatever is asked. */
  masked: boolean;
  /** Nobody has a key: nothing can be taken. */
  noOpener: boolean;
}

/** Captures in a table; the item's page and the list of all have the same. */
export function CaptureTable(props: { captures: readonly CaptureRow[]; linked: boolean }) {
  const { t, date } = useI18n();
  return (
    <DataTable
      caption={t('evidence.panel.captures')}
      captionHidden
      rows={props.captures}
      rowKey={(row) => row.id}
      columns={[
        {
          key: 'at',
          header: t('evidence.field.requested'),
          rowHeader: true,
          cell: (row) =>
            props.linked ? (
              <Link href={`/desk/evidence/${row.id}`}>{date(row.requested_at)}</Link>
            ) : (
              date(row.requested_at)
            ),
        },
        {
          key: 'state',
          header: t('evidence.field.state'),
          cell: (row) => (
            <>
              <StateTag state={row.state} />
              {row.reason && <span class="hint"> {whyFailed(t, row.reason)}</span>}
            </>
          ),
        },
        { key: 'seq', header: t('evidence.field.number'), numeric: true, cell: (row) => <Ltr>{row.seq ?? '—'}</Ltr> },
        {
          key: 'hash',
          header: t('evidence.field.manifest'),
          cell: (row) => <Digest value={row.manifest_sha256} short />,
        },
      ]}
    />
  );
}

/** Evidence of one item, on casework's page of it. */
export function EvidencePanel(props: PanelProps) {
  const { t } = useI18n();
  return (
    <Card title={t('evidence.panel.title')} icon="archive" id="evidence">
      <p class="hint">{t('evidence.panel.intro')}</p>
      {props.captures.length > 0 && <CaptureTable captures={props.captures} linked={props.mayOpenPage} />}
      {props.mayTake && props.noOpener && (
        <Callout tone="warn" level={3} title={t('evidence.error.NO_OPENER')}>
          <p>{t('evidence.panel.noOpener')}</p>
        </Callout>
      )}
      {props.mayTake && !props.noOpener && (
        <Form action={`/desk/items/${props.item}/evidence`}>
          {props.masked ? (
            <p class="hint">{t('evidence.panel.masked')}</p>
          ) : (
            <Checkbox name="mask" value="yes" label={t('evidence.panel.mask')} />
          )}
          <Actions>
            <Button variant="secondary" icon="archive">
              {t('evidence.panel.take')}
            </Button>
          </Actions>
        </Form>
      )}
    </Card>
  );
}

/** Before a link that may have been made for one person is fetched, somebody says so. */
export function ConfirmPage(props: { item: string; url: string; parts: readonly string[]; mask: boolean }) {
  const { t } = useI18n();
  const words = (part: string) =>
    part === 'path' || part === 'fragment' || part === 'userinfo' ? t(`evidence.confirm.part.${part}`) : part;
  return (
    <>
      <h1>{t('evidence.confirm.title')}</h1>
      <Callout tone="warn" title={t('evidence.error.PERSONAL_LINK')}>
        <p>{t('evidence.confirm.why')}</p>
      </Callout>
      <p>
        <Ltr mono>{props.url}</Ltr>
      </p>
      <p>{t('evidence.confirm.parts')}</p>
      <ul>
        {props.parts.map((part) => (
          <li key={part}>
            <bdi>{words(part)}</bdi>
          </li>
        ))}
      </ul>
      <Form action={`/desk/items/${props.item}/evidence`}>
        <input type="hidden" name="confirmed" value="yes" />
        {props.mask && <input type="hidden" name="mask" value="yes" />}
        <Actions>
          <Button href={`/desk/items/${props.item}`}>{t('evidence.confirm.back')}</Button>
          <Button variant="danger" icon="archive">
            {t('evidence.confirm.yes')}
          </Button>
        </Actions>
      </Form>
    </>
  );
}
