import { useI18n } from '../../../platform/i18n/index.ts';
import { DataTable, EmptyState, Link, PageHead } from '../../../platform/ui/index.ts';
import type { FeedChange } from '../feed/feed.ts';
import { Target } from './tags.tsx';

/** The numbered log that every feed reads, newest first. */
export function FeedPage(props: { changes: readonly FeedChange[]; serial: number }) {
  const { t, date, number } = useI18n();
  return (
    <>
      <PageHead back={{ href: '/desk/blocking', text: t('blocking.list.title') }} title={t('blocking.feed.title')} />
      <p class="hint">{t('blocking.feed.lead', { serial: number(props.serial) })}</p>
      <DataTable
        caption={t('blocking.feed.title')}
        captionHidden
        rows={props.changes}
        rowKey={(c) => String(c.serial)}
        empty={
          <EmptyState icon="list-ordered" title={t('blocking.feed.empty')}>
            <p>{t('blocking.list.emptyNext')}</p>
          </EmptyState>
        }
        columns={[
          { key: 'serial', header: t('blocking.feed.number'), numeric: true, rowHeader: true, cell: (c) => c.serial },
          { key: 'op', header: t('blocking.feed.change'), cell: (c) => t(`blocking.feed.op-${c.op}`) },
          { key: 'target', header: t('blocking.list.target'), cell: (c) => <Target target={c.target} /> },
          { key: 'kind', header: t('blocking.list.kind'), cell: (c) => t(`blocking.kind.${c.kind}`) },
          { key: 'basis', header: t('blocking.log.basis'), cell: (c) => t(`blocking.basis.${c.basis}`) },
          { key: 'at', header: t('blocking.log.at'), cell: (c) => date(c.at) },
          {
            key: 'open',
            header: t('blocking.list.open'),
            headerHidden: true,
            cell: (c) => <Link href={`/desk/blocking/${c.entry}`}>{t('blocking.list.open')}</Link>,
          },
        ]}
      />
    </>
  );
}
