import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { field, sendPage } from '../../../platform/http/index.ts';
import { isUuid } from '../../../platform/ids.ts';
import { localPath } from '../../../platform/ui/index.ts';
import { RUNG_IDS, STOPPER_IDS } from '../../country/index.ts';
import { staffOf } from '../../identity/index.ts';
import { LADDER_UNKNOWN } from '../errors.ts';
import { CLEARED_GROUNDS } from '../escalation/desk.ts';
import type { Takedown } from '../index.ts';
import { LawLabPage } from '../pages/law-lab-page.tsx';
import { oneOf } from './form.ts';
import { lawLabCsv, lawLabOf } from './law-lab-view.ts';

/** `/desk/ladder/:item/…` (what people say to the ladder) and `/desk/law-lab`. */
export function ladderRoutes(takedown: Takedown) {
  const { platform, identity, country, ladderDesk, stoppers } = takedown;

  const data = async () => lawLabOf(await stoppers.stalled(), country.lawLab(), platform.clock.now());

  return async (app: FastifyInstance): Promise<void> => {
    async function deed(
      req: FastifyRequest,
      reply: FastifyReply,
      act: (item: string, account: string) => Promise<void>,
    ): Promise<FastifyReply> {
      const { item = '' } = req.params as { item?: string };
      if (!isUuid(item)) throw LADDER_UNKNOWN();
      await act(item, staffOf(req).accountId);
      return reply.redirect(localPath(field(req, 'back'), '/desk/notices'), 303);
    }
    const prepare = { preHandler: identity.requireStaff('notice.prepare') };

    app.post('/desk/ladder/:item/seen', prepare, (req, reply) => deed(req, reply, ladderDesk.seen));

    app.post('/desk/ladder/:item/confirm', { preHandler: identity.requireStaff('notice.send') }, (req, reply) =>
      deed(req, reply, async (item, account) => {
        const rung = oneOf(field(req, 'rung'), RUNG_IDS);
        if (rung) await ladderDesk.confirmRung(item, account, rung);
      }),
    );

    app.post('/desk/ladder/:item/owner', { preHandler: identity.requireStaff('notice.owner.clear') }, (req, reply) =>
      deed(req, reply, async (item, account) => {
        const ground = oneOf(field(req, 'ground'), CLEARED_GROUNDS);
        const cleared = oneOf(field(req, 'cleared'), ['yes', 'no'] as const);
        if (ground && cleared) await ladderDesk.clearOwner(item, account, cleared === 'yes', ground);
      }),
    );

    app.post('/desk/ladder/:item/stoppers', prepare, (req, reply) =>
      deed(req, reply, (item, account) =>
        ladderDesk.saysStoppers(
          item,
          STOPPER_IDS.filter((id) => field(req, `stopper-${id}`) !== ''),
          account,
        ),
      ),
    );

    const lab = { preHandler: identity.requireStaff('law-lab.read') };
    app.get('/desk/law-lab', lab, async (req, reply) =>
      sendPage(req, reply, {
        title: req.tr.t('takedown.lab.title'),
        shell: 'desk',
        nav: 'law-lab',
        path: '/desk/law-lab',
        body: <LawLabPage data={await data()} />,
      }),
    );
    app.get('/desk/law-lab.csv', lab, async (req, reply) => {
      const head = ['what', 'id', 'name', 'cases', 'confirmed', 'alone', 'medianDays', 'more', 'total'];
      return reply
        .type('text/csv; charset=utf-8')
        .header('content-disposition', 'attachment; filename="law-lab.csv"')
        .header('cache-control', 'no-store')
        .send(
          lawLabCsv(
            await data(),
            req.lang,
            head.map((h) => req.tr.t(`takedown.lab.column.${h}`)),
          ),
        );
    });
  };
}
