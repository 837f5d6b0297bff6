import { suppress, twoWayTable } from '../../../packages/disclosure-control/index.ts';
import { csvOf } from '../../platform/csv.ts';
import type { CategoryId } from '../country/index.ts';
import type { WithdrawnBy } from '../takedown/index.ts';

/** Counts from 1 to 4 are never shown (programme: k = 5). */
export const THRESHOLD = 5;

/** One count as it was taken, before any control. */
export interface MonthlyCount {
  category: CategoryId;
  /** `YYYY-MM` on the country's clock. */
  month: string;
  count: number;
}

export interface TimeFacts {
  category: CategoryId;
  notices: number;
  medianToNoticeMs: number | null;
  withdrawals: number;
  medianToWithdrawalMs: number | null;
}

/** `null`: hidden, because it is small or because it would give a small one away. */
export type Shown = number | null;

export interface PublishedFigures {
  months: string[];
  categories: CategoryId[];
  /** By category, then month; in the order of the two lists. */
  counts: Shown[][];
  categoryTotals: Shown[];
  monthTotals: Shown[];
  total: Shown;
  times: { category: CategoryId; toNoticeMs: Shown; toWithdrawalMs: Shown }[];
  /** All categories together. */
  overall: { toNoticeMs: Shown; toWithdrawalMs: Shown };
  /** What the withdrawals of these months rest on, counted apart; absent in snapshots that are older. */
  withdrawals?: { by: WithdrawnBy; count: Shown }[];
  control: { threshold: number; hiddenSmall: number; hiddenToProtect: number; narrowestRange: number | null };
}

/** Times are shown to the minute below three hours and to ten minutes above: a median is no clock. */
export function roundTime(ms: number): number {
  const minute = 60_000;
  const step = ms < 3 * 3600_000 ? minute : 10 * minute;
  return Math.round(ms / step) * step;
}

/** Turns what was counted into what may be shown. Exact: see packages/disclosure-control. */
export async function publish(
  counts: readonly MonthlyCount[],
  months: readonly string[],
  times: readonly TimeFacts[],
  overall: Omit<TimeFacts, 'category'>,
  withdrawals: Readonly<Record<WithdrawnBy, number>>,
): Promise<PublishedFigures> {
  const categories = [...new Set(counts.map((c) => c.category))].sort();
  const byCell = new Map(counts.map((c) => [`${c.category} ${c.month}`, c.count]));
  const table = twoWayTable(categories, months, (category, month) => byCell.get(`${category} ${month}`) ?? 0);
  const result = await suppress(table, { threshold: THRESHOLD });
  const shown = (row: string, column: string): Shown => result.published.get(`${row}\u001f${column}`) ?? null;
  const ways = Object.keys(withdrawals) as WithdrawnBy[];
  const byWay = await suppress(
    twoWayTable(ways, ['all'], (way) => withdrawals[way as WithdrawnBy]),
    { threshold: THRESHOLD },
  );
  const median = (ms: number | null, n: number): Shown => (ms === null || n < THRESHOLD ? null : roundTime(ms));
  const widths = result.audit.flatMap((d) => (d.max === undefined ? [] : [d.max - d.min]));
  return {
    months: [...months],
    categories,
    counts: categories.map((c) => months.map((m) => shown(c, m))),
    categoryTotals: categories.map((c) => shown(c, '*')),
    monthTotals: months.map((m) => shown('*', m)),
    total: shown('*', '*'),
    times: [...times]
      .sort((a, b) => (a.category < b.category ? -1 : 1))
      .map((t) => ({
        category: t.category,
        toNoticeMs: median(t.medianToNoticeMs, t.notices),
        toWithdrawalMs: median(t.medianToWithdrawalMs, t.withdrawals),
      })),
    overall: {
      toNoticeMs: median(overall.medianToNoticeMs, overall.notices),
      toWithdrawalMs: median(overall.medianToWithdrawalMs, overall.withdrawals),
    },
    withdrawals: ways.map((by) => ({ by, count: byWay.published.get(`${by}\u001fall`) ?? null })),
    control: {
      threshold: THRESHOLD,
      hiddenSmall: result.primary.size,
      hiddenToProtect: result.complementary.size,
      narrowestRange: widths.length > 0 ? Math.min(...widths) : null,
    },
  };
}

/** The last `n` months up to and including `last` (`YYYY-MM`), oldest first. */
export function monthsBack(last: string, n: number): string[] {
  const [year = 0, month = 1] = last.split('-').map(Number);
  return Array.from({ length: n }, (_, i) => {
    const index = year * 12 + (month - 1) - (n - 1 - i);
    return `${Math.floor(index / 12)}-${String((index % 12) + 1).padStart(2, '0')}`;
  });
}

/** The table as it is shown. Hidden counts are empty cells. */
export function toCsv(
  figures: PublishedFigures,
  header: { category: string; total: string },
  name: (c: CategoryId) => string,
): string {
  return csvOf([
    [header.category, ...figures.months, header.total],
    ...figures.categories.map((c, i) => [
      name(c),
      ...(figures.counts[i] as Shown[]),
      figures.categoryTotals[i] ?? null,
    ]),
    [header.total, ...figures.monthTotals, figures.total],
  ]);
}
