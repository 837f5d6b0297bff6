import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { field, sendPage } from '../../../platform/http/index.ts';
import { isUuid } from '../../../platform/ids.ts';
import { localPath } from '../../../platform/ui/index.ts';
import { can, staffOf } from '../../identity/index.ts';
import { WATCH_STATE, WATCH_UNKNOWN } from '../errors.ts';
import type { Takedown } from '../index.ts';
import { DoubtsPage } from '../pages/doubts-page.tsx';
import { attempt, oneOf } from './form.ts';

const SHOWN = 30;
const DECISIONS = ['gone', 'there', 'back', 'not-back', 'again'] as const;

/** `/desk/doubts…` and asking reporters */
export function doubtRoutes(takedown: Takedown) {
  const { platform, identity, watches, outcomes } = takedown;
  const { db } = platform;

  async function page(req: FastifyRequest, reply: FastifyReply, refused?: { status: number; error: string }) {
    const doubts = await watches.doubtful(db, SHOWN);
    const looks = await watches.lastChecks(
      db,
      doubts.map((w) => w.item),
    );
    return sendPage(req, reply, {
      status: refused?.status ?? 200,
      title: req.tr.t('takedown.list.doubts'),
      shell: 'desk',
      nav: 'notices',
      path: '/desk/doubts',
      body: (
        <DoubtsPage
          doubts={doubts.map((watch) => ({ watch, look: looks.get(watch.item) }))}
          mayDecide={can(req.actor, 'notice.prepare')}
          error={refused?.error}
        />
      ),
    });
  }

  function itemOf(req: FastifyRequest): string {
    const { item = '' } = req.params as { item?: string };
    if (!isUuid(item)) throw WATCH_UNKNOWN();
    return item;
  }

  return async (app: FastifyInstance): Promise<void> => {
    const prepare = { preHandler: identity.requireStaff('notice.prepare') };
    app.get('/desk/doubts', { preHandler: identity.requireStaff('notice.read') }, (req, reply) => page(req, reply));

    app.post('/desk/doubts/:item', prepare, async (req, reply) => {
      const item = itemOf(req);
      const { accountId } = staffOf(req);
      const decision = oneOf(field(req, 'decision'), DECISIONS) ?? 'again';
      const refused = await attempt(async () => {
        const watch = await watches.find(db, item);
        if (!watch) throw WATCH_UNKNOWN();
        if (decision !== 'again' && field(req, 'seen') !== (watch.last_signature ?? '')) throw WATCH_STATE();
        if (decision === 'gone') return outcomes.confirmGone(item, accountId);
        if (decision === 'back') return outcomes.confirmBack(item, accountId);
        if (decision === 'again') return outcomes.lookAgain(item, accountId);
        return outcomes.confirmAsIs(item, accountId);
      });
      if (!refused) return reply.redirect('/desk/doubts', 303);
      return page(req, reply, { status: refused.status, error: req.tr.t(refused.messageKey, refused.params) });
    });

    app.post('/desk/watch/:item/ask', prepare, async (req, reply) => {
      const item = itemOf(req);
      await outcomes.askReporters(item, staffOf(req).accountId);
      return reply.redirect(localPath(field(req, 'back'), `/desk/items/${item}`), 303);
    });
  };
}
