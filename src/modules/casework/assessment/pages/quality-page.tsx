import { useI18n } from '../../../../platform/i18n/index.ts';
import { DataTable, EmptyState, Field, FigureCard, FigureRow, FilterBar } from '../../../../platform/ui/index.ts';
import type { CategoryId } from '../../../country/index.ts';
import type { Quality, QualityRow } from '../quality.ts';

/** How far two people agree, without a word of who they are. */
export function QualityPage(props: {
  month: string;
  months: readonly string[];
  quality: Quality;
  categoryName(category: CategoryId): string;
}) {
  const tr = useI18n();
  const { t, number } = tr;
  const { overall, byCategory, open } = props.quality;
  const share = (value: number | undefined) =>
    value === undefined ? t('casework.figures.none') : number(value, { style: 'percent', maximumFractionDigits: 0 });
  const kappa = (value: number | undefined) =>
    value === undefined
      ? t('casework.figures.none')
      : number(value, { minimumFractionDigits: 2, maximumFractionDigits: 2 });
  return (
    <>
      <h1>{t('casework.quality.title')}</h1>
      <p class="hint">{t('casework.quality.intro')}</p>
      <FilterBar action="/desk/quality" label={t('casework.quality.month')}>
        <Field
          name="month"
          type="select"
          label={t('casework.quality.month')}
          value={props.month}
          options={props.months.map((m) => ({ value: m, label: tr.date(new Date(`${m}-15T12:00:00Z`), 'month') }))}
        />
      </FilterBar>
      <FigureRow>
        <FigureCard label={t('casework.quality.pairs')} value={number(overall.pairs)} />
        <FigureCard label={t('casework.quality.agreement')} value={share(overall.observed)} />
        <FigureCard label={t('casework.quality.kappa')} value={kappa(overall.kappa)} />
      </FigureRow>
      <DataTable<QualityRow>
        caption={t('casework.quality.byCategory')}
        rows={byCategory}
        rowKey={(r) => r.category}
        empty={<EmptyState icon="chart-column" title={t('casework.quality.empty')} />}
        columns={[
          {
            key: 'category',
            header: t('casework.field.category'),
            rowHeader: true,
            cell: (r) => props.categoryName(r.category),
          },
          {
            key: 'pairs',
            header: t('casework.quality.column.pairs'),
            numeric: true,
            cell: (r) => number(r.agreement.pairs),
          },
          {
            key: 'agreement',
            header: t('casework.quality.agreement'),
            numeric: true,
            cell: (r) => share(r.agreement.observed),
          },
          {
            key: 'kappa',
            header: t('casework.quality.column.kappa'),
            numeric: true,
            cell: (r) => kappa(r.agreement.kappa),
          },
        ]}
      />
      <p class="hint">{t('casework.quality.kappaHint')}</p>
      {open > 0 && <p class="hint">{t('casework.quality.open', { count: open })}</p>}
    </>
  );
}
