import { useI18n } from '../../../platform/i18n/index.ts';
import { Callout, DataTable, EmptyState, Field, FilterBar, Link, Ltr } from '../../../platform/ui/index.ts';
import type { NoticeFacts } from '../notice/facts.ts';
import { NOTICE_STATES, type NoticeState } from '../notice/notice.ts';
import type { NoticeRow, WatchRow } from '../schema.ts';
import { CheckTag, NoticeTag } from './tags.tsx';

export interface ListedNotice {
  row: NoticeRow;
  facts: NoticeFacts;
}
export interface NoticeGroup {
  id: 'ladder' | 'contradicted' | 'attention' | 'held' | 'underWay' | 'chosen';
  notices: readonly ListedNotice[];
}

function Table(props: { group: NoticeGroup }) {
  const { t, text, date } = useI18n();
  const { group } = props;
  const title = t(`takedown.list.${group.id}`);
  return (
    <DataTable
      caption={title}
      captionHidden
      rows={group.notices}
      rowKey={(n) => n.row.id}
      danger={(n) => n.row.state === 'failed'}
      empty={<EmptyState icon="send" title={t('takedown.list.none')} />}
      columns={[
        {
          key: 'place',
          header: t('takedown.field.place'),
          rowHeader: true,
          cell: ({ row, facts }) => (
            <Link href={`/desk/notices/${row.id}`}>
              {row.url ? <Ltr>{short(row.url)}</Ltr> : facts.place.kind === 'account' && text(facts.place.platform)}
            </Link>
          ),
        },
        { key: 'state', header: t('takedown.field.state'), cell: ({ row }) => <NoticeTag state={row.state} /> },
        { key: 'category', header: t('takedown.field.category'), cell: ({ facts }) => text(facts.category) },
        {
          key: 'contact',
          header: t('takedown.field.contact'),
          cell: ({ row }) => (row.contact ? <Ltr>{shortContact(row.contact)}</Ltr> : '—'),
        },
        { key: 'changed', header: t('takedown.field.changed'), cell: ({ row }) => date(row.changed_at, 'day') },
      ]}
    />
  );
}

const MAX_ADDRESS = 48;
/** An address to tell apart by, as text: nobody's browser loads it. */
function short(url: string): string {
  const bare = url.replace(/^https?:\/\//, '');
  return bare.length > MAX_ADDRESS ? `${bare.slice(0, MAX_ADDRESS)}…` : bare;
}

/** A mail address as it is, of a form only the host: the path says nothing in a list. */
const shortContact = (contact: string) => (URL.canParse(contact) ? new URL(contact).hostname : contact) || contact;

function Doubts(props: { doubts: readonly { watch: WatchRow; notice: string | undefined }[] }) {
  const { t, date } = useI18n();
  return (
    <section class="desk-list">
      <h2>{t('takedown.list.doubts')}</h2>
      <p class="hint">{t('takedown.list.doubtsHint')}</p>
      <p>
        <Link href="/desk/doubts">{t('takedown.doubt.toPage')}</Link>
      </p>
      <DataTable
        caption={t('takedown.list.doubts')}
        captionHidden
        rows={props.doubts}
        rowKey={(d) => d.watch.item}
        columns={[
          {
            key: 'place',
            header: t('takedown.field.place'),
            rowHeader: true,
            cell: ({ watch, notice }) => {
              const host = <Ltr>{short(watch.url)}</Ltr>;
              return notice ? <Link href={`/desk/notices/${notice}`}>{host}</Link> : host;
            },
          },
          {
            key: 'state',
            header: t('takedown.watch.found'),
            cell: ({ watch }) => watch.last_state && <CheckTag state={watch.last_state} />,
          },
          {
            key: 'at',
            header: t('takedown.watch.at'),
            cell: ({ watch }) => watch.last_look_at && date(watch.last_look_at, 'day'),
          },
        ]}
      />
    </section>
  );
}

/** `/desk/notices`: what a person must do first, then what waits, then what is under way. */
export function NoticeListPage(props: {
  groups: readonly NoticeGroup[];
  /** Hosts that were named behind a proxy and wait for one of us. */
  origins: number;
  doubts: readonly { watch: WatchRow; notice: string | undefined }[];
  chosen: NoticeState | undefined;
  peopleOnly: boolean;
}) {
  const { t } = useI18n();
  return (
    <>
      <h1>{t('takedown.list.title')}</h1>
      <p>
        <Link href="/desk/letters">{t('takedown.letter.desk.title')}</Link>
      </p>
      {props.peopleOnly && <Callout tone="warn" title={t('takedown.watch.peopleOnly')} />}
      {props.origins > 0 && (
        <Callout tone="warn" title={t('takedown.origins.waiting', { count: props.origins })}>
          <p>
            <Link href="/desk/origins">{t('takedown.origins.title')}</Link>
          </p>
        </Callout>
      )}
      <FilterBar action="/desk/notices" label={t('takedown.list.filter')}>
        <Field
          name="state"
          type="select"
          label={t('takedown.field.state')}
          placeholder={t('takedown.list.all')}
          options={NOTICE_STATES.map((s) => ({ value: s, label: t(`takedown.state.${s}`) }))}
          value={props.chosen ?? ''}
        />
      </FilterBar>
      {props.groups.map((group) => (
        <section key={group.id} class="desk-list">
          <h2>{t(`takedown.list.${group.id}`)}</h2>
          <Table group={group} />
        </section>
      ))}
      {props.doubts.length > 0 && <Doubts doubts={props.doubts} />}
    </>
  );
}
