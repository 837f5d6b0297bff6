import { useI18n } from '../../../platform/i18n/index.ts';
import {
  Actions,
  Button,
  DataTable,
  Details,
  EmptyState,
  Field,
  FigureCard,
  FigureRow,
  FilterBar,
  Form,
  Link,
  Tag,
} from '../../../platform/ui/index.ts';
import { ENTRY_STATES, type EntryState } from '../entry/entry.ts';
import type { EntryRow } from '../schema.ts';
import { StateTag, Target } from './tags.tsx';

/** Proposals and entries: what waits for whom first. */
export function BlockingListPage(props: {
  groups: readonly { id: string; rows: readonly EntryRow[] }[];
  chosen: EntryState | undefined;
  now: Date;
  serial: number;
  may: { order: boolean; rollback: boolean; appeals: boolean; feed: boolean };
}) {
  const { t, date, number } = useI18n();
  const { may } = props;
  /** Several can be taken off at once where something is blocked. */
  const batch = (group: { rows: readonly EntryRow[] }) =>
    may.rollback && group.rows.some((r) => r.state === 'released');
  return (
    <>
      <h1>{t('blocking.list.title')}</h1>
      <p class="hint">{t('blocking.list.lead')}</p>
      <div class="actions">
        {may.appeals && (
          <Button href="/desk/blocking/appeals" variant="secondary" icon="scale">
            {t('blocking.appeals.title')}
          </Button>
        )}
        {may.order && (
          <Button href="/desk/blocking/order" variant="secondary" icon="landmark">
            {t('blocking.order.title')}
          </Button>
        )}
        {may.rollback && (
          <Button href="/desk/blocking/rollback" variant="danger" icon="undo-2">
            {t('blocking.rollback.title')}
          </Button>
        )}
      </div>
      {may.feed && (
        <FigureRow>
          <FigureCard value={number(props.serial)} label={t('blocking.feed.serial')} href="/desk/blocking/feed" />
        </FigureRow>
      )}
      <FilterBar action="/desk/blocking" label={t('blocking.list.filter')}>
        <Field
          name="state"
          type="select"
          width="short"
          label={t('blocking.list.state')}
          value={props.chosen ?? ''}
          placeholder={t('blocking.list.all')}
          options={ENTRY_STATES.map((s) => ({ value: s, label: t(`blocking.state.${s}`) }))}
        />
      </FilterBar>
      {props.groups.map((group) => (
        <section key={group.id} class="desk-list">
          <h2>{t(`blocking.list.group-${group.id}`)}</h2>
          <DataTable
            caption={t(`blocking.list.group-${group.id}`)}
            captionHidden
            rows={group.rows}
            rowKey={(r) => r.id}
            empty={
              <EmptyState icon="inbox" title={t('blocking.list.empty')} level={3}>
                <p>{t('blocking.list.emptyNext')}</p>
              </EmptyState>
            }
            columns={[
              ...(batch(group)
                ? [
                    {
                      key: 'choose',
                      header: t('blocking.rollback.choose'),
                      headerHidden: true,
                      cell: (r: EntryRow) => (
                        <label class="check">
                          <input type="checkbox" name="entry" value={r.id} form="rollback-chosen" />
                          <span>{t('blocking.rollback.choose')}</span>
                        </label>
                      ),
                    },
                  ]
                : []),
              {
                key: 'target',
                header: t('blocking.list.target'),
                rowHeader: true,
                cell: (r) => <Target target={r.target} />,
              },
              { key: 'kind', header: t('blocking.list.kind'), cell: (r) => t(`blocking.kind.${r.kind}`) },
              { key: 'basis', header: t('blocking.log.basis'), cell: (r) => t(`blocking.basis.${r.basis}`) },
              {
                key: 'state',
                header: t('blocking.list.state'),
                cell: (r) => (
                  <>
                    <StateTag state={r.state} />{' '}
                    {r.state === 'released' && r.review_at !== null && r.review_at <= props.now && (
                      <Tag tone="wait" icon="alarm-clock">
                        {t('blocking.list.overdue')}
                      </Tag>
                    )}
                  </>
                ),
              },
              {
                key: 'source',
                header: t('blocking.list.source'),
                cell: (r) => t(`blocking.source.${r.source}`),
              },
              { key: 'at', header: t('blocking.list.changed'), cell: (r) => date(r.changed_at, 'day') },
              {
                key: 'open',
                header: t('blocking.list.open'),
                headerHidden: true,
                cell: (r) => <Link href={`/desk/blocking/${r.id}`}>{t('blocking.list.open')}</Link>,
              },
            ]}
          />
          {batch(group) && (
            <Details summary={t('blocking.rollback.chosen')}>
              <Form action="/desk/blocking/rollback" id="rollback-chosen">
                <Field name="reason" type="textarea" rows={2} label={t('blocking.entry.reason')} required />
                <Actions>
                  <Button variant="danger">{t('blocking.rollback.do')}</Button>
                </Actions>
              </Form>
            </Details>
          )}
        </section>
      ))}
    </>
  );
}
