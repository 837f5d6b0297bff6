import { useI18n } from '../../../platform/i18n/index.ts';
import {
  type Column,
  DataTable,
  Details,
  EmptyState,
  Field,
  FigureCard,
  FigureRow,
  FilterBar,
  Link,
  Ltr,
  Pagination,
} from '../../../platform/ui/index.ts';
import type { AuditStatus } from '../index.ts';
import type { Found, FoundEntry } from '../search.ts';

/** The filters as they were typed; the same names as in the address. */
export interface AuditQuery {
  action?: string | undefined;
  subject?: string | undefined;
  actor?: string | undefined;
  /** YYYY-MM-DD in the country's zone. */
  from?: string | undefined;
  until?: string | undefined;
  after?: string | undefined;
}

const PATH = '/desk/audit';

function address(query: AuditQuery): string {
  const text = new URLSearchParams(Object.entries(query).filter((it): it is [string, string] => Boolean(it[1])));
  return text.size > 0 ? `${PATH}?${text}` : PATH;
}

/** The auditor's room: what was done, by whom, to what, with the proof of each. */
export function DeskAuditPage({ query, found, status }: { query: AuditQuery; found: Found; status: AuditStatus }) {
  const { t, date, number } = useI18n();
  const { head, pending } = status;
  return (
    <>
      <h1>{t('audit.desk.title')}</h1>
      <p>{t('audit.desk.lead')}</p>
      <FigureRow>
        <FigureCard value={number(head?.size ?? 0)} label={t('audit.desk.sealed')} />
        <FigureCard value={number(pending)} label={t('audit.desk.waiting')} />
        <FigureCard value={head ? date(head.at, 'day') : t('audit.desk.never')} label={t('audit.desk.signedAt')} />
      </FigureRow>
      <FilterBar action={PATH} label={t('audit.desk.filters')}>
        <TextFilter
          name="action"
          label={t('audit.desk.action')}
          value={query.action}
          hint={t('audit.desk.actionHint')}
        />
        <TextFilter name="subject" label={t('audit.desk.subject')} value={query.subject} />
        <TextFilter name="actor" label={t('audit.desk.actor')} value={query.actor} />
        <Field type="date" name="from" label={t('audit.desk.from')} width="short" value={query.from ?? ''} />
        <Field type="date" name="until" label={t('audit.desk.until')} width="short" value={query.until ?? ''} />
      </FilterBar>
      <DataTable
        caption={t('audit.desk.caption')}
        captionHidden
        columns={useColumns()}
        rows={found.entries}
        rowKey={(row) => row.id}
        empty={
          <EmptyState icon="search" title={t('audit.desk.empty')}>
            <p>{t('audit.desk.emptyNext')}</p>
          </EmptyState>
        }
      />
      <Pagination {...(found.next ? { next: address({ ...query, after: found.next }) } : {})}>
        {query.after && <Link href={address({ ...query, after: undefined })}>{t('audit.desk.newest')}</Link>}
      </Pagination>
    </>
  );
}

function TextFilter(props: { name: string; label: string; value: string | undefined; hint?: string }) {
  return <Field type="text" dir="ltr" spellcheck={false} maxLength={300} {...props} value={props.value ?? ''} />;
}

function useColumns(): Column<FoundEntry>[] {
  const { t, lang, date, number } = useI18n();
  const filterBy = (name: 'action' | 'subject' | 'actor') => (row: FoundEntry) => (
    <Link href={address({ [name]: row[name] })}>
      <Ltr mono>{row[name]}</Ltr>
    </Link>
  );
  return [
    {
      key: 'seq',
      header: t('audit.desk.number'),
      numeric: true,
      cell: (row) => (row.seq === null ? t('audit.desk.unsealed') : number(row.seq)),
    },
    {
      key: 'at',
      header: t('audit.desk.time'),
      cell: (row) => <time dateTime={row.at.toISOString()}>{date(row.at)}</time>,
    },
    { key: 'action', header: t('audit.desk.action'), rowHeader: true, cell: filterBy('action') },
    { key: 'subject', header: t('audit.desk.subject'), cell: filterBy('subject') },
    { key: 'actor', header: t('audit.desk.actor'), cell: filterBy('actor') },
    {
      key: 'detail',
      header: t('audit.desk.detail'),
      cell: (row) =>
        Object.keys(row.detail).length > 0 && (
          <Details summary={t('audit.desk.detail')}>
            <Ltr mono>{JSON.stringify(row.detail)}</Ltr>
          </Details>
        ),
    },
    {
      key: 'proof',
      header: t('audit.desk.proof'),
      headerHidden: true,
      cell: (row) =>
        row.seq !== null && (
          <Link href={`/${lang}/audit/proof/${row.id}`}>{t('audit.desk.proofOf', { seq: row.seq })}</Link>
        ),
    },
  ];
}
