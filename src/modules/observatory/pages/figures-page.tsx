import { useI18n } from '../../../platform/i18n/index.ts';
import {
  Button,
  Callout,
  type Column,
  DataTable,
  Details,
  EmptyState,
  FigureCard,
  FigureRow,
  Link,
} from '../../../platform/ui/index.ts';
import type { CategoryId } from '../../country/index.ts';
import type { Shown } from '../figures.ts';
import type { Snapshot } from '../index.ts';

export interface FiguresPageProps {
  snapshot: Snapshot | undefined;
  categoryName(id: CategoryId): string;
}

/** One line of the table; the line of totals has no category. */
interface Row {
  category?: CategoryId;
  counts: Shown[];
  total: Shown;
}

export function FiguresPage(props: FiguresPageProps) {
  const tr = useI18n();
  const { t, lang, number, duration, date } = tr;
  const { snapshot } = props;
  if (!snapshot)
    return (
      <>
        <h1>{t('observatory.title')}</h1>
        <EmptyState icon="chart-column" title={t('observatory.empty')}>
          <p>{t('observatory.emptyNext')}</p>
        </EmptyState>
      </>
    );
  const { figures } = snapshot;
  const count = (v: Shown) =>
    v === null ? (
      <abbr title={t('observatory.hidden')}>
        <span aria-hidden="true">·</span>
        <span class="vh">{t('observatory.hidden')}</span>
      </abbr>
    ) : (
      number(v)
    );
  const time = (v: Shown) => (v === null ? t('observatory.tooFew') : duration(v));
  const month = (m: string) => date(new Date(`${m}-15T12:00:00Z`), 'month');
  const first = figures.months[0];
  const last = figures.months.at(-1);
  const rows: Row[] = figures.categories.map((category, i) => ({
    category,
    counts: figures.counts[i] ?? [],
    total: figures.categoryTotals[i] ?? null,
  }));
  const columns: Column<Row>[] = [
    {
      key: 'category',
      header: t('observatory.category'),
      rowHeader: true,
      cell: (r) => (r.category ? props.categoryName(r.category) : t('observatory.total')),
    },
    // What people look for first, the whole and the newest month, is in sight before the table has to be scrolled.
    { key: 'total', header: t('observatory.total'), numeric: true, cell: (r) => count(r.total) },
    ...figures.months
      .map(
        (m, i): Column<Row> => ({ key: m, header: month(m), numeric: true, cell: (r) => count(r.counts[i] ?? null) }),
      )
      .reverse(),
  ];
  return (
    <>
      <h1>{t('observatory.title')}</h1>
      <p class="lead">
        {figures.total === null || !first || !last
          ? t('observatory.sentenceFew')
          : t('observatory.sentence', { total: figures.total, from: month(first), to: month(last) })}
      </p>
      {snapshot.running && (
        <Callout tone="warn">
          <p>{t('observatory.running')}</p>
        </Callout>
      )}
      <FigureRow>
        <FigureCard value={count(figures.total)} label={t('observatory.reports')} />
        <FigureCard value={time(figures.overall.toNoticeMs)} label={t('observatory.toNotice')} />
        <FigureCard value={time(figures.overall.toWithdrawalMs)} label={t('observatory.toWithdrawal')} />
      </FigureRow>

      <h2>{t('observatory.chart.months')}</h2>
      <Chart name="months" lang={lang} alt={t('observatory.chart.months')} />
      <h2>{t('observatory.chart.categories')}</h2>
      <Chart name="categories" lang={lang} alt={t('observatory.chart.categories')} />

      <h2>{t('observatory.table')}</h2>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a wide table scrolls, and must do so by keyboard (WCAG 2.1.1) */}
      <section class="scroll" tabIndex={0} aria-label={t('observatory.table')}>
        <DataTable
          caption={t('observatory.table')}
          captionHidden
          rows={[...rows, { counts: figures.monthTotals, total: figures.total }]}
          rowKey={(r) => r.category ?? 'total'}
          columns={columns}
        />
      </section>

      <h2>{t('observatory.times')}</h2>
      <DataTable
        caption={t('observatory.times')}
        captionHidden
        rows={figures.times}
        rowKey={(r) => r.category}
        empty={<p class="hint">{t('observatory.tooFew')}</p>}
        columns={[
          {
            key: 'category',
            header: t('observatory.category'),
            rowHeader: true,
            cell: (r) => props.categoryName(r.category),
          },
          { key: 'notice', header: t('observatory.toNotice'), numeric: true, cell: (r) => time(r.toNoticeMs) },
          {
            key: 'withdrawal',
            header: t('observatory.toWithdrawal'),
            numeric: true,
            cell: (r) => time(r.toWithdrawalMs),
          },
        ]}
      />

      {figures.withdrawals && (
        <>
          <h2>{t('observatory.confirmed.title')}</h2>
          <p class="hint">{t('observatory.confirmed.hint')}</p>
          <DataTable
            caption={t('observatory.confirmed.title')}
            captionHidden
            rows={figures.withdrawals}
            rowKey={(r) => r.by}
            columns={[
              {
                key: 'by',
                header: t('observatory.confirmed.by'),
                rowHeader: true,
                cell: (r) => t(`observatory.confirmed.${r.by}`),
              },
              { key: 'count', header: t('observatory.confirmed.count'), numeric: true, cell: (r) => count(r.count) },
            ]}
          />
        </>
      )}

      <p>
        <Button variant="secondary" icon="download" href={`/${lang}/figures/figures.csv`} download="e-salama.csv">
          {t('observatory.csv')}
        </Button>
      </p>
      <p>
        <Link href={`/${lang}/figures/providers`}>{t('observatory.league.title')}</Link>
      </p>
      <Details summary={t('observatory.how')}>
        <p>{t('observatory.how1')}</p>
        <p>{t('observatory.how2', { threshold: figures.control.threshold })}</p>
        <p>{t('observatory.how3')}</p>
        <p class="hint">{t('observatory.taken', { at: date(snapshot.takenAt) })}</p>
        <p class="hint">
          {t('observatory.control', { small: figures.control.hiddenSmall, others: figures.control.hiddenToProtect })}
        </p>
      </Details>
    </>
  );
}

/** A chart drawn by the server, for each kind of screen. */
export function Chart(props: { name: string; lang: string; alt: string }) {
  const base = `/${props.lang}/figures/${props.name}`;
  return (
    <picture>
      <source srcset={`${base}-narrow-dark.svg`} media="(max-width: 30rem) and (prefers-color-scheme: dark)" />
      <source srcset={`${base}-narrow.svg`} media="(max-width: 30rem)" />
      <source srcset={`${base}-dark.svg`} media="(prefers-color-scheme: dark)" />
      <img class="chart" src={`${base}.svg`} alt={props.alt} />
    </picture>
  );
}
