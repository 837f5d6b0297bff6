import { useI18n } from '../../../platform/i18n/index.ts';
import { Bdi, Button, DataTable, EmptyState, Field, FilterBar, Link, Ltr } from '../../../platform/ui/index.ts';
import { DIMENSIONS, type Dimension, type Filters, type StatisticsRow } from '../providers/scores.ts';

export interface TakedownFiguresProps {
  dimension: Dimension;
  /** YYYY-MM-DD, both included. */
  from: string;
  to: string;
  filters: Filters;
  rows: readonly StatisticsRow[];
  label(row: StatisticsRow): string;
  categories: readonly { id: string; name: string }[];
  providers: readonly { id: string; name: string }[];
  query: string;
  mayOpenProviders: boolean;
}

/** `/desk/takedown-figures`: what comes of notices, by provider, country, network or category. */
export function TakedownFiguresPage(props: TakedownFiguresProps) {
  const { t, number, duration } = useI18n();
  const { dimension, filters } = props;
  const span = (ms: number | null) => (ms === null ? '–' : duration(ms));
  const own = (key: string | null) => key !== null && /^[0-9a-f-]{36}$/.test(key);
  return (
    <>
      <h1>{t('takedown.figures.title')}</h1>
      <p>{t('takedown.figures.intro')}</p>
      <FilterBar action="/desk/takedown-figures" label={t('takedown.figures.filters')}>
        <Field
          name="by"
          type="select"
          label={t('takedown.figures.by')}
          options={DIMENSIONS.map((d) => ({ value: d, label: t(`takedown.figures.dimension.${d}`) }))}
          value={dimension}
        />
        <Field name="from" type="date" label={t('takedown.figures.from')} value={props.from} />
        <Field name="to" type="date" label={t('takedown.figures.to')} value={props.to} />
        <Field
          name="provider"
          type="select"
          label={t('takedown.figures.dimension.provider')}
          placeholder={t('takedown.providers.all')}
          options={props.providers.map((p) => ({ value: p.id, label: p.name }))}
          value={filters.provider ?? ''}
        />
        <Field
          name="country"
          label={t('takedown.figures.dimension.country')}
          dir="ltr"
          maxLength={2}
          value={filters.country ?? ''}
          width="short"
        />
        <Field
          name="network"
          label={t('takedown.figures.dimension.network')}
          dir="ltr"
          inputMode="numeric"
          maxLength={12}
          value={filters.network ?? ''}
          width="short"
        />
        <Field
          name="category"
          type="select"
          label={t('takedown.figures.dimension.category')}
          placeholder={t('takedown.providers.all')}
          options={props.categories.map((c) => ({ value: c.id, label: c.name }))}
          value={filters.category ?? ''}
        />
      </FilterBar>
      <DataTable
        caption={t(`takedown.figures.dimension.${dimension}`)}
        captionHidden
        rows={props.rows}
        rowKey={(r) => r.key ?? ''}
        empty={<EmptyState icon="chart-column" title={t('takedown.figures.empty')} />}
        columns={[
          {
            key: 'key',
            header: t(`takedown.figures.dimension.${dimension}`),
            rowHeader: true,
            cell: (r) =>
              dimension === 'provider' && props.mayOpenProviders && own(r.key) ? (
                <Link href={`/desk/providers/${r.key}`}>
                  <Bdi>{props.label(r)}</Bdi>
                </Link>
              ) : dimension === 'network' ? (
                <Ltr>{props.label(r)}</Ltr>
              ) : (
                <Bdi>{props.label(r)}</Bdi>
              ),
          },
          { key: 'n', header: t('takedown.figures.notices'), numeric: true, cell: (r) => number(r.notices) },
          { key: 'reacted', header: t('takedown.figures.reacted'), numeric: true, cell: (r) => number(r.reacted) },
          { key: 'gone', header: t('takedown.figures.gone'), numeric: true, cell: (r) => number(r.gone) },
          {
            key: 'share',
            header: t('takedown.figures.inTime'),
            numeric: true,
            cell: (r) =>
              r.due === 0 ? '–' : number(r.withinDeadline / r.due, { style: 'percent', maximumFractionDigits: 0 }),
          },
          {
            key: 'reaction',
            header: t('takedown.figures.reactionMedian'),
            numeric: true,
            cell: (r) => span(r.reactionMedian),
          },
          {
            key: 'withdrawal',
            header: t('takedown.figures.withdrawalMedian'),
            numeric: true,
            cell: (r) => span(r.withdrawalMedian),
          },
        ]}
      />
      <p>
        <Button
          href={`/desk/takedown-figures.csv?${props.query}`}
          icon="download"
          variant="secondary"
          download="notices.csv"
        >
          {t('takedown.figures.csv')}
        </Button>
      </p>
      <p class="hint">{t('takedown.figures.internal')}</p>
    </>
  );
}
