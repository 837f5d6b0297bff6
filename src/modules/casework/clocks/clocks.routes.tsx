import type { FastifyInstance } from 'fastify';
import { type DeskDeps, door, show } from '../desk/context.ts';
import { COUNT_LIMIT } from '../index.ts';
import { platformName } from '../pages/words.tsx';
import { ClocksPage } from './clocks-page.tsx';
import type { OverdueRow } from './metrics.ts';

const HOUR_MS = 3_600_000;
/** Rows of each list on the page. */
const ROWS = 100;
/** What is due within this time is shown as "soon", in milliseconds. */
const SOON_MS = 8 * HOUR_MS;
/** The figures are of so many days. */
const DAYS = 30;

/** `/desk/clocks`, for supervisors. */
export function clocksRoutes(deps: DeskDeps) {
  const { casework, country, platform } = deps;

  return async (app: FastifyInstance): Promise<void> => {
    app.get('/desk/clocks', door(deps, 'clock.read'), async (req, reply) => {
      const now = platform.clock.now();
      const named = (rows: OverdueRow[]) =>
        rows.map((r) => ({ ...r, platform: platformName(country, req.tr, r.item.platform) }));
      const [overdue, soon, metrics, { clocks: count }] = await Promise.all([
        casework.runningClocks({ until: now }, ROWS),
        casework.runningClocks({ from: now, until: new Date(now.getTime() + SOON_MS) }, ROWS),
        casework.stepMetrics(new Date(now.getTime() - DAYS * 24 * HOUR_MS), now),
        casework.navCounts(),
      ]);
      const body = (
        <ClocksPage
          now={now}
          overdue={named(overdue)}
          overdueCount={
            count >= COUNT_LIMIT
              ? req.tr.t('casework.queue.andMore', { n: req.tr.number(COUNT_LIMIT) })
              : req.tr.number(count)
          }
          soon={named(soon)}
          days={DAYS}
          metrics={metrics}
          toldMeasured={casework.clocks.toldMeasured()}
          targets={{ verified: country.pack().clocks.verified, of: country.clockTarget }}
        />
      );
      return show(req, reply, { room: 'clocks', title: req.tr.t('casework.clocks.title'), path: '/desk/clocks', body });
    });
  };
}
