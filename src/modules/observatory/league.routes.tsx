import type { FastifyInstance } from 'fastify';
import { sendPage } from '../../platform/http/index.ts';
import type { Takedown } from '../takedown/index.ts';
import { type BarOptions, barChart } from './chart.ts';
import { leagueCsv } from './league.ts';
import type { League, LeagueSnapshot } from './league-snapshot.ts';
import { LeaguePage } from './pages/league-page.tsx';

export interface LeagueRouteDeps {
  league: League;
  comments: Takedown['comments'];
}

/** `/{lang}/figures/providers`: how those who can remove act, with what they say to it. */
export function leagueRoutes({ league, comments }: LeagueRouteDeps) {
  const repliesTo = (snapshot: LeagueSnapshot | undefined) =>
    comments.of((snapshot?.league.providers ?? []).flatMap((l) => l.provider ?? []));

  return async (app: FastifyInstance) => {
    app.get('/figures/providers', async (req, reply) => {
      const snapshot = await league.latest();
      return sendPage(req, reply, {
        title: req.tr.t('observatory.league.title'),
        shell: 'public',
        path: '/figures/providers',
        body: <LeaguePage snapshot={snapshot} replies={await repliesTo(snapshot)} />,
      });
    });

    app.get('/figures/providers.csv', async (req, reply) => {
      const snapshot = await league.latest();
      if (!snapshot) return reply.callNotFound();
      const { t } = req.tr;
      const csv = leagueCsv(snapshot.league, {
        provider: t('observatory.league.provider'),
        notices: t('observatory.league.notices'),
        inTime: t('observatory.league.inTime'),
        late: t('observatory.league.late'),
        notGone: t('observatory.league.notGone'),
        share: t('observatory.league.share'),
        reaction: t('observatory.league.reaction'),
        withdrawal: t('observatory.toWithdrawal'),
        others: t('observatory.league.others'),
        total: t('observatory.total'),
      });
      return reply
        .type('text/csv; charset=utf-8')
        .header('content-disposition', 'attachment; filename="e-salama-providers.csv"')
        .send(csv);
    });

    app.get('/figures/providers.json', async (_req, reply) => {
      const snapshot = await league.latest();
      if (!snapshot) return reply.callNotFound();
      const replies = (await repliesTo(snapshot)).map(({ provider, body, language }) => ({ provider, body, language }));
      const { league: shown, takenAt, running } = snapshot;
      return reply
        .header('content-disposition', 'attachment; filename="e-salama-providers.json"')
        .send({ takenAt, demonstration: running, ...shown, replies });
    });

    app.get<{ Params: { look: string } }>('/figures/providers-chart/:look', async (req, reply) => {
      const snapshot = await league.latest();
      const match = /^share(-narrow)?(-dark)?\.svg$/.exec(req.params.look);
      const lines = (snapshot?.league.providers ?? []).filter((l) => l.shareInTime !== null);
      if (!match || lines.length === 0) return reply.callNotFound();
      const options: BarOptions = {
        labels: lines.map((l) => l.name ?? ''),
        values: lines.map((l) => l.shareInTime),
        rtl: req.tr.dir === 'rtl',
        narrow: match[1] !== undefined,
        dark: match[2] !== undefined,
        description: req.tr.t('observatory.league.chart'),
        horizontal: true,
      };
      return reply.type('image/svg+xml').header('cache-control', 'no-cache').send(barChart(options));
    });
  };
}
