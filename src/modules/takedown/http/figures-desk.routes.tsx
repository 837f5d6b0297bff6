import type { FastifyInstance, FastifyRequest } from 'fastify';
import { csvOf } from '../../../platform/csv.ts';
import { sendPage } from '../../../platform/http/index.ts';
import { can } from '../../identity/index.ts';
import type { Takedown } from '../index.ts';
import { TakedownFiguresPage } from '../pages/figures-page.tsx';
import { DAY_MS } from '../providers/rule.ts';
import { DIMENSIONS, type Dimension, type Filters, type StatisticsRow } from '../providers/scores.ts';
import { oneOf } from './form.ts';

const DEFAULT_DAYS = 90;

/** `/desk/takedown-figures`: internal counts, never public. */
export function figuresDeskRoutes(takedown: Takedown) {
  const { identity, scores, providers, country, platform } = takedown;
  const door = { preHandler: identity.requireStaff('takedown.figures.read') };
  const { zone } = country.pack().pack;

  function asked(req: FastifyRequest) {
    const query = req.query as Record<string, unknown>;
    const text = (name: string) => (typeof query[name] === 'string' ? (query[name] as string).trim() : '');
    const day = (name: string, fallback: string) => (/^\d{4}-\d{2}-\d{2}$/.test(text(name)) ? text(name) : fallback);
    const now = platform.clock.now();
    const today = country.localDate(now);
    const to = day('to', today);
    const from = day('from', country.localDate(new Date(now.getTime() - DEFAULT_DAYS * DAY_MS)));
    const dimension: Dimension = oneOf(text('by'), DIMENSIONS) ?? 'provider';
    const code = text('country').toUpperCase();
    const network = text('network').replace(/^as/i, '');
    const filters: Filters = {
      ...(text('provider') ? { provider: text('provider').slice(0, 200) } : {}),
      ...(/^[A-Z]{2}$/.test(code) ? { country: code } : {}),
      ...(/^\d{1,10}$/.test(network) ? { network } : {}),
      ...(country.categories().some((c) => c.id === text('category')) ? { category: text('category') } : {}),
    };
    return { dimension, from, to, filters };
  }

  async function data(req: FastifyRequest) {
    const { dimension, from, to, filters } = asked(req);
    const rows = await scores.statistics(dimension, await scores.days(from, to, zone), filters);
    const names = new Map<string, string>();
    if (dimension === 'provider')
      for (const { key } of rows) if (key) names.set(key, (await providers.nameOf(key)) ?? key);
    const region = new Intl.DisplayNames([req.lang === 'zgh' ? 'fr' : req.lang], { type: 'region' });
    const label = (row: StatisticsRow): string => {
      if (row.key === null) return req.tr.t('takedown.figures.unknown');
      if (dimension === 'provider') return names.get(row.key) ?? row.key;
      if (dimension === 'network') return `AS${row.key}`;
      if (dimension === 'country') return region.of(row.key) ?? row.key;
      const name = scores.categoryName(row.key);
      return name ? req.tr.text(name) : row.key;
    };
    return { dimension, from, to, filters, rows, label };
  }

  return async (app: FastifyInstance): Promise<void> => {
    app.get('/desk/takedown-figures', door, async (req, reply) => {
      const found = await data(req);
      const query = new URLSearchParams({
        by: found.dimension,
        from: found.from,
        to: found.to,
        ...found.filters,
      }).toString();
      const all = await providers.list();
      const page = (
        <TakedownFiguresPage
          {...found}
          query={query}
          categories={country.categories().map((c) => ({ id: c.id, name: req.tr.text(c.name) }))}
          providers={[
            ...all.map((p) => ({ id: p.id, name: p.name })),
            ...(await providers.openSeeds()).map((p) => ({ id: p.id, name: p.name })),
          ]}
          mayOpenProviders={can(req.actor, 'provider.edit')}
        />
      );
      const title = req.tr.t('takedown.figures.title');
      return sendPage(req, reply, {
        title,
        shell: 'desk',
        nav: 'takedown-figures',
        path: '/desk/takedown-figures',
        body: page,
      });
    });

    app.get('/desk/takedown-figures.csv', door, async (req, reply) => {
      const { dimension, rows, label } = await data(req);
      const { t } = req.tr;
      const minutes = (ms: number | null) => (ms === null ? null : Math.round(ms / 60_000));
      const csv = csvOf([
        [
          t(`takedown.figures.dimension.${dimension}`),
          t('takedown.figures.notices'),
          t('takedown.figures.reacted'),
          t('takedown.figures.gone'),
          t('takedown.figures.due'),
          t('takedown.figures.inTime'),
          `${t('takedown.figures.reactionMedian')} (min)`,
          `${t('takedown.figures.withdrawalMedian')} (min)`,
        ],
        ...rows.map((r) => [
          label(r),
          r.notices,
          r.reacted,
          r.gone,
          r.due,
          r.withinDeadline,
          minutes(r.reactionMedian),
          minutes(r.withdrawalMedian),
        ]),
      ]);
      return reply
        .type('text/csv; charset=utf-8')
        .header('content-disposition', 'attachment; filename="notices.csv"')
        .send(csv);
    });
  };
}
