import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { sendPage } from '../../platform/http/index.ts';
import type { Country } from '../country/index.ts';
import { type BarOptions, barChart } from './chart.ts';
import { toCsv } from './figures.ts';
import type { Observatory, Snapshot } from './index.ts';
import { FiguresPage } from './pages/figures-page.tsx';

export interface FiguresDeps {
  observatory: Observatory;
  country: Country;
}

/** For which screen and ground a chart is drawn. */
type ChartLook = Pick<BarOptions, 'dark' | 'narrow'>;

/** `/{lang}/figures`: one sentence, the chart, the same as a table, CSV, how it was counted. */
export function figuresRoutes(deps: FiguresDeps) {
  const { observatory, country } = deps;
  const charts = new Map<string, string>();

  function chart(req: FastifyRequest, snapshot: Snapshot, kind: 'months' | 'categories', look: ChartLook): string {
    const id = `${snapshot.id} ${req.lang} ${kind} ${look.dark} ${look.narrow}`;
    let svg = charts.get(id);
    if (!svg) {
      const { figures } = snapshot;
      const { tr } = req;
      const byMonth = kind === 'months';
      svg = barChart({
        labels: byMonth
          ? figures.months.map((m) => tr.date(new Date(`${m}-15T12:00:00Z`), 'month'))
          : figures.categories.map((c) => tr.text(country.category(c).name)),
        values: byMonth ? figures.monthTotals : figures.categoryTotals,
        rtl: tr.dir === 'rtl',
        ...look,
        description: tr.t(`observatory.chart.${kind}`),
        horizontal: true,
      });
      if (charts.size > 64) charts.clear();
      charts.set(id, svg);
    }
    return svg;
  }

  return async (app: FastifyInstance) => {
    app.get('/figures', async (req, reply) => {
      const snapshot = await observatory.latest();
      return sendPage(req, reply, {
        title: req.tr.t('observatory.title'),
        shell: 'public',
        path: '/figures',
        body: <FiguresPage snapshot={snapshot} categoryName={(id) => req.tr.text(country.category(id).name)} />,
      });
    });

    app.get<{ Params: { chart: string } }>('/figures/:chart', async (req, reply: FastifyReply) => {
      const snapshot = await observatory.latest();
      const match = /^(months|categories)(-narrow)?(-dark)?\.svg$/.exec(req.params.chart);
      if (snapshot && req.params.chart === 'figures.csv') {
        const csv = toCsv(
          snapshot.figures,
          { category: req.tr.t('observatory.category'), total: req.tr.t('observatory.total') },
          (id) => req.tr.text(country.category(id).name),
        );
        return reply
          .type('text/csv; charset=utf-8')
          .header('content-disposition', 'attachment; filename="e-salama.csv"')
          .send(csv);
      }
      if (!snapshot || !match) return reply.callNotFound();
      return reply
        .type('image/svg+xml')
        .header('cache-control', 'no-cache')
        .send(
          chart(req, snapshot, match[1] as 'months' | 'categories', {
            narrow: match[2] !== undefined,
            dark: match[3] !== undefined,
          }),
        );
    });
  };
}
