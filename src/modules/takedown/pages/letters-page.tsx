import { useI18n } from '../../../platform/i18n/index.ts';
import {
  Actions,
  Bdi,
  Breadcrumb,
  Button,
  Callout,
  DataTable,
  DefinitionList,
  EmptyState,
  Form,
  Link,
  Ltr,
  Tag,
  type TagTone,
} from '../../../platform/ui/index.ts';
import type { LetterState } from '../letter/letter.ts';
import type { NoticeFacts } from '../notice/facts.ts';
import type { LetterRow, NoticeRow } from '../schema.ts';
import { NoticeTag } from './tags.tsx';

const TONE: Record<LetterState, TagTone> = {
  gathering: 'wait',
  trying: 'help',
  sent: 'done',
  failed: 'danger',
  closed: 'neutral',
};

function LetterTag(props: { state: LetterState }) {
  const { t } = useI18n();
  return <Tag tone={TONE[props.state]}>{t(`takedown.letter.desk.state.${props.state}`)}</Tag>;
}

export interface ListedLetter {
  row: LetterRow;
  count: number;
}
export interface LetterGroup {
  id: 'waiting' | 'failed' | 'sent';
  letters: readonly ListedLetter[];
}

/** What a letter is about, in a few words. */
function About(props: { row: LetterRow }) {
  const { t } = useI18n();
  const { row } = props;
  return (
    <>
      {t(row.kind === 'taken-back' ? 'takedown.letter.desk.takenBack' : `takedown.letter.desk.${row.purpose}`)}
      {row.urgent && (
        <>
          {' '}
          <Tag tone="danger">{t('takedown.letter.desk.urgent')}</Tag>
        </>
      )}
    </>
  );
}

function Group(props: { group: LetterGroup }) {
  const { t, date, number } = useI18n();
  const { group } = props;
  const title = t(`takedown.letter.desk.${group.id}`);
  return (
    <section class="desk-list">
      <h2>{title}</h2>
      <DataTable
        caption={title}
        captionHidden
        rows={group.letters}
        rowKey={(l) => l.row.id}
        danger={(l) => l.row.state === 'failed'}
        empty={<EmptyState icon="send" title={t('takedown.list.none')} />}
        columns={[
          {
            key: 'contact',
            header: t('takedown.field.contact'),
            rowHeader: true,
            cell: ({ row }) => (
              <Link href={`/desk/letters/${row.id}`}>
                <Ltr>{row.contact}</Ltr>
              </Link>
            ),
          },
          { key: 'state', header: t('takedown.field.state'), cell: ({ row }) => <LetterTag state={row.state} /> },
          { key: 'about', header: t('takedown.letter.desk.about'), cell: ({ row }) => <About row={row} /> },
          { key: 'count', header: t('takedown.list.title'), cell: ({ count }) => number(count) },
          {
            key: 'when',
            header: t(group.id === 'waiting' ? 'takedown.letter.desk.due' : 'takedown.field.changed'),
            cell: ({ row }) => date(group.id === 'waiting' ? row.due_at : row.changed_at, 'day'),
          },
        ]}
      />
    </section>
  );
}

/** `/desk/letters`: what waits to go out and when, what could not, what went. */
export function LettersPage(props: { groups: readonly LetterGroup[] }) {
  const { t } = useI18n();
  return (
    <>
      <Breadcrumb
        items={[{ href: '/desk/notices', label: t('takedown.list.title') }, { label: t('takedown.letter.desk.title') }]}
      />
      <h1>{t('takedown.letter.desk.title')}</h1>
      <p class="hint">{t('takedown.letter.desk.intro')}</p>
      {props.groups.map((group) => (
        <Group key={group.id} group={group} />
      ))}
    </>
  );
}

/** `/desk/letters/:id` */
export function LetterDeskPage(props: {
  row: LetterRow;
  notices: readonly { row: NoticeRow; facts: NoticeFacts }[];
  maySend: boolean;
}) {
  const { t, text, date } = useI18n();
  const { row } = props;
  const waits = row.state === 'gathering' || row.state === 'trying';
  return (
    <>
      <Breadcrumb
        items={[
          { href: '/desk/letters', label: t('takedown.letter.desk.title') },
          { label: t('takedown.letter.desk.one') },
        ]}
      />
      <h1>
        <Ltr>{row.contact}</Ltr>
      </h1>
      <p>
        <LetterTag state={row.state} /> <About row={row} />
      </p>
      <p>{t(`takedown.letter.desk.explain.${row.state}`)}</p>
      {row.last_error && (
        <Callout
          tone={row.state === 'failed' ? 'danger' : 'warn'}
          title={t('takedown.notice.delivery', { attempts: row.attempts })}
        >
          <p>
            <Ltr mono>{row.last_error}</Ltr>
          </p>
        </Callout>
      )}
      {waits && props.maySend && (
        <Form action={`/desk/letters/${row.id}/now`}>
          <Actions>
            <Button icon="send">{t('takedown.letter.desk.now')}</Button>
          </Actions>
        </Form>
      )}
      <DefinitionList
        compact
        items={[
          { term: t('takedown.field.channel'), value: t(`takedown.channel.${row.channel}`) },
          { term: t('takedown.field.language'), value: t(`takedown.lang.${row.language}`) },
          ...(row.provider_name ? [{ term: t('takedown.field.name'), value: <Bdi>{row.provider_name}</Bdi> }] : []),
          ...(waits ? [{ term: t('takedown.letter.desk.due'), value: date(row.due_at) }] : []),
          ...(row.sent_at ? [{ term: t('takedown.field.sentAt'), value: date(row.sent_at) }] : []),
          { term: t('takedown.letter.reference'), value: <Ltr mono>{row.id}</Ltr> },
        ]}
      />
      <h2>{t('takedown.list.title')}</h2>
      <DataTable
        caption={t('takedown.list.title')}
        captionHidden
        rows={props.notices}
        rowKey={(n) => n.row.id}
        empty={<EmptyState icon="send" title={t('takedown.list.none')} />}
        columns={[
          {
            key: 'place',
            header: t('takedown.field.place'),
            rowHeader: true,
            cell: ({ row: notice, facts }) => (
              <Link href={`/desk/notices/${notice.id}`}>
                {facts.place.kind === 'host' ? <Ltr>{facts.place.host}</Ltr> : text(facts.place.platform)}
              </Link>
            ),
          },
          {
            key: 'state',
            header: t('takedown.field.state'),
            cell: ({ row: notice }) => <NoticeTag state={notice.state} />,
          },
          { key: 'category', header: t('takedown.field.category'), cell: ({ facts }) => text(facts.category) },
        ]}
      />
    </>
  );
}
