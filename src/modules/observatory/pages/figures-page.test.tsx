import { expect, it } from 'vitest';
import { render } from '../../../platform/ui/render.testkit.tsx';
import { FiguresPage, type FiguresPageProps } from './figures-page.tsx';

type Snapshot = NonNullable<FiguresPageProps['snapshot']>;

it('has the total and the newest month before the months that a narrow table scrolls to', () => {
  const figures = {
    months: ['2026-09', '2026-10', '2026-11'],
    categories: ['harassment'],
    counts: [[5, 6, 7]],
    categoryTotals: [18],
    monthTotals: [5, 6, 7],
    total: 18,
    times: [],
    overall: { toNoticeMs: null, toWithdrawalMs: null },
    control: { threshold: 5, hiddenSmall: 0, hiddenToProtect: 0, narrowestRange: null },
  };
  const snapshot = {
    id: 's',
    takenAt: new Date('2026-11-01T03:00:00Z'),
    running: false,
    figures,
  } as unknown as Snapshot;
  const html = render(<FiguresPage snapshot={snapshot} categoryName={(id) => id} />);
  const head = /<thead[\s\S]*?<\/thead>/.exec(html)?.[0] ?? '';
  const headers = [...head.matchAll(/<th [^>]*>([^<]*)/g)].map((m) => m[1]);
  expect(headers).toEqual(['Category', 'Total', 'November 2026', 'October 2026', 'September 2026']);
  const row = /<tr[^>]*>\s*<th[^>]*>harassment[\s\S]*?<\/tr>/.exec(html)?.[0] ?? '';
  expect([...row.matchAll(/<td[^>]*>([^<]*)/g)].map((m) => m[1])).toEqual(['18', '7', '6', '5']);
});
