import { useI18n } from '../../../platform/i18n/index.ts';
import {
  Button,
  Callout,
  Card,
  type Column,
  CsrfField,
  DataTable,
  Details,
  EmptyState,
  FileField,
  Form,
  Link,
  Ltr,
  PageHead,
  Tag,
} from '../../../platform/ui/index.ts';
import type { BulkRow } from '../schema.ts';
import { COLUMNS, MAX_ROWS } from './csv.ts';
import type { RowFault } from './rows.ts';

/** Faults that are shown; the file with all of them can be downloaded. */
const SHOWN = 200;

export interface BulkPageProps {
  files: readonly Pick<BulkRow, 'id' | 'state' | 'rows' | 'done' | 'created_at'>[];
  error: string | undefined;
}

/** `/desk/bulk`: hand in a file of many reports. */
export function BulkPage(props: BulkPageProps) {
  const { t, date, number } = useI18n();
  const columns: Column<BulkPageProps['files'][number]>[] = [
    {
      key: 'at',
      rowHeader: true,
      header: t('casework.bulk.at'),
      cell: (f) => <a href={`/desk/bulk/${f.id}`}>{date(f.created_at, 'day')}</a>,
    },
    { key: 'state', header: t('casework.field.state'), cell: (f) => <Tag>{t(`casework.bulk.state.${f.state}`)}</Tag> },
    {
      key: 'rows',
      numeric: true,
      header: t('casework.bulk.rows'),
      cell: (f) => t('casework.bulk.doneOf', { done: number(f.done), rows: number(f.rows) }),
    },
  ];
  return (
    <>
      <h1>{t('casework.bulk.title')}</h1>
      <p>{t('casework.bulk.lead', { max: number(MAX_ROWS) })}</p>
      {props.error && <Callout tone="danger" title={props.error} live />}
      <form method="post" action="/desk/bulk" enctype="multipart/form-data" class="form">
        <CsrfField />
        <FileField
          name="file"
          label={t('casework.bulk.file')}
          hint={t('casework.bulk.fileHint')}
          accept=".csv,text/csv"
          required
        />
        <Button icon="file-check">{t('casework.bulk.check')}</Button>
      </form>
      <p>
        <Link href="/desk/bulk/template.csv">{t('casework.bulk.template')}</Link>
      </p>
      <Details summary={t('casework.bulk.columns')}>
        <dl class="facts">
          {COLUMNS.map((c) => (
            <div key={c}>
              <dt>
                <Ltr>{c}</Ltr>
              </dt>
              <dd>{t(`casework.bulk.column.${c}`)}</dd>
            </div>
          ))}
        </dl>
      </Details>
      <h2>{t('casework.bulk.earlier')}</h2>
      <DataTable
        caption={t('casework.bulk.earlier')}
        captionHidden
        columns={columns}
        rows={props.files}
        rowKey={(f) => f.id}
        empty={<EmptyState icon="files" title={t('casework.bulk.none')} />}
      />
    </>
  );
}

export interface OneBulkProps {
  bulk: Pick<BulkRow, 'id' | 'state' | 'rows' | 'done'>;
  faults: readonly RowFault[];
}

/** `/desk/bulk/:id`: what was found in the file before, how far it is, what became of it. */
export function OneBulkPage({ bulk, faults }: OneBulkProps) {
  const { t, number } = useI18n();
  const at = `/desk/bulk/${bulk.id}`;
  const bad = new Set(faults.map((f) => f.row)).size;
  const columns: Column<RowFault>[] = [
    { key: 'row', numeric: true, rowHeader: true, header: t('casework.bulk.line'), cell: (f) => number(f.row) },
    { key: 'column', header: t('casework.bulk.columnHeader'), cell: (f) => <Ltr>{f.column}</Ltr> },
    { key: 'fault', header: t('casework.bulk.faultHeader'), cell: (f) => t(`casework.bulk.fault.${f.fault}`) },
  ];
  return (
    <>
      <PageHead
        back={{ href: '/desk/bulk', text: t('casework.bulk.title') }}
        title={t(`casework.bulk.state.${bulk.state}`)}
      />
      <p>{t('casework.bulk.found', { good: bulk.rows, bad })}</p>
      {bulk.state === 'checked' && (
        <>
          <p class="hint">{t('casework.bulk.nothingYet')}</p>
          {bulk.rows > 0 && (
            <Form action={`${at}/start`}>
              <Button>{t('casework.bulk.start', { n: bulk.rows })}</Button>
            </Form>
          )}
          <Form action={`${at}/drop`}>
            <Button variant="secondary">{t('casework.bulk.drop')}</Button>
          </Form>
        </>
      )}
      {bulk.state === 'running' && (
        <>
          <div class="progress">
            <span id="bulk-progress">
              {t('casework.bulk.doneOf', { done: number(bulk.done), rows: number(bulk.rows) })}
            </span>
            <progress value={bulk.done} max={bulk.rows} aria-labelledby="bulk-progress" />
          </div>
          <Button href={at} variant="secondary" icon="refresh-cw">
            {t('casework.bulk.again')}
          </Button>
        </>
      )}
      {bulk.state === 'done' && (
        <Button href={`${at}/result.csv`} variant="secondary" icon="download">
          {t('casework.bulk.result')}
        </Button>
      )}
      {faults.length > 0 && (
        <Card title={t('casework.bulk.faults')} icon="triangle-alert">
          <DataTable
            caption={t('casework.bulk.faults')}
            captionHidden
            columns={columns}
            rows={faults.slice(0, SHOWN)}
            rowKey={(f) => `${f.row} ${f.column} ${f.fault}`}
          />
          {faults.length > SHOWN && <p class="hint">{t('casework.bulk.moreFaults', { n: faults.length - SHOWN })}</p>}
          <Link href={`${at}/result.csv`}>{t('casework.bulk.result')}</Link>
        </Card>
      )}
    </>
  );
}
