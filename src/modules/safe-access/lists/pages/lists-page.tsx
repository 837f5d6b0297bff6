import { useI18n } from '../../../../platform/i18n/index.ts';
import {
  Bdi,
  Button,
  Callout,
  DataTable,
  EmptyState,
  FigureCard,
  FigureRow,
  Link,
  Tag,
} from '../../../../platform/ui/index.ts';
import type { BuildRow } from '../schema.ts';
import type { ListWithVersions } from '../store.ts';

/** How a list stands, in a word: something waits, something failed, in use or not. */
export function StandingTag(props: { list: ListWithVersions }) {
  const { t } = useI18n();
  const { list } = props;
  if (list.waiting)
    return (
      <Tag tone="wait" icon="hourglass">
        {t('safe-access.lists.standing.waiting')}
      </Tag>
    );
  if (list.fault)
    return (
      <Tag tone="danger" icon="triangle-alert">
        {t('safe-access.lists.standing.fault')}
      </Tag>
    );
  if (!list.enabled) return <Tag>{t('safe-access.lists.standing.off')}</Tag>;
  return list.active ? (
    <Tag tone="done" icon="check">
      {t('safe-access.lists.standing.active')}
    </Tag>
  ) : (
    <Tag tone="wait">{t('safe-access.lists.standing.coming')}</Tag>
  );
}

export function ListsPage(props: {
  lists: readonly ListWithVersions[];
  build: BuildRow | undefined;
  mayManage: boolean;
}) {
  const { t, date, number } = useI18n();
  const { lists, build } = props;
  return (
    <>
      <h1>{t('safe-access.lists.title')}</h1>
      <p class="hint">{t('safe-access.lists.lead')}</p>
      {lists.some((l) => l.waiting) && <Callout tone="warn" title={t('safe-access.lists.someWait')} />}
      <FigureRow>
        <FigureCard
          value={number(lists.filter((l) => l.enabled && l.active).length)}
          label={t('safe-access.lists.inUse')}
        />
        <FigureCard value={number(build?.rules ?? 0)} label={t('safe-access.lists.names')} />
        <FigureCard value={build ? date(build.at, 'day') : '–'} label={t('safe-access.lists.built')} />
      </FigureRow>
      {props.mayManage && (
        <div class="actions">
          <Button href="/desk/lists/new" variant="secondary" icon="plus">
            {t('safe-access.lists.add.title')}
          </Button>
        </div>
      )}
      <DataTable
        caption={t('safe-access.lists.title')}
        captionHidden
        rows={lists}
        rowKey={(l) => l.id}
        empty={
          <EmptyState icon="list" title={t('safe-access.lists.empty')}>
            <p>{t('safe-access.lists.emptyNext')}</p>
          </EmptyState>
        }
        columns={[
          {
            key: 'title',
            header: t('safe-access.lists.field.title'),
            rowHeader: true,
            cell: (l) => (
              <Link href={`/desk/lists/${l.id}`}>
                <Bdi>{l.title}</Bdi>
              </Link>
            ),
          },
          {
            key: 'category',
            header: t('safe-access.lists.field.category'),
            cell: (l) =>
              l.category ? t(`safe-access.lists.category.${l.category}`) : t('safe-access.lists.categoryMixed'),
          },
          { key: 'state', header: t('safe-access.lists.field.state'), cell: (l) => <StandingTag list={l} /> },
          {
            key: 'taken',
            header: t('safe-access.lists.names'),
            numeric: true,
            cell: (l) => number(l.active?.taken ?? 0),
          },
          { key: 'licence', header: t('safe-access.lists.field.licence'), cell: (l) => <Bdi>{l.licence}</Bdi> },
          {
            key: 'looked',
            header: t('safe-access.lists.field.looked'),
            cell: (l) => (l.looked_at ? date(l.looked_at, 'day') : '–'),
          },
        ]}
      />
    </>
  );
}
