import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { AppError } from '../../../platform/errors.ts';
import { field, sendPage } from '../../../platform/http/index.ts';
import { isUuid } from '../../../platform/ids.ts';
import { localPath } from '../../../platform/ui/index.ts';
import { can, staffOf } from '../../identity/index.ts';
import { NOTICE_UNKNOWN } from '../errors.ts';
import type { Takedown } from '../index.ts';
import type { Typed } from '../pages/notice-card.tsx';
import { OriginsPage } from '../pages/origins-page.tsx';
import type { NoticeRow } from '../schema.ts';
import type { OriginDecision } from '../tracing/origin.ts';
import { attempt, oneOf } from './form.ts';

const SHOWN = 50;

export interface OriginDeskNeeds {
  /** The notice's page with what was refused on it. */
  refuse(
    req: FastifyRequest,
    reply: FastifyReply,
    notice: NoticeRow,
    refused: { status: number; error: string; typed: Typed | undefined },
  ): Promise<FastifyReply>;
}

/** `/desk/origins`: hosts that somebody named behind a reverse proxy, of whom nothing is asked before one of us agrees. */
export function originDeskRoutes(takedown: Takedown, needs: OriginDeskNeeds) {
  const { platform, identity, origins, store } = takedown;
  const { db } = platform;

  async function page(req: FastifyRequest, reply: FastifyReply, refused?: { notice: string; error: AppError }) {
    const waiting = await origins.waiting(SHOWN);
    const notices = await Promise.all(waiting.map((w) => store.get(db, w.notice)));
    return sendPage(req, reply, {
      status: refused?.error.status ?? 200,
      title: req.tr.t('takedown.origins.title'),
      shell: 'desk',
      nav: 'notices',
      path: '/desk/origins',
      body: (
        <OriginsPage
          origins={waiting.map((request, i) => ({ request, host: notices[i]?.host ?? null }))}
          mayDecide={can(req.actor, 'notice.origin.decide')}
          refused={
            refused && {
              notice: refused.notice,
              error: req.tr.t(refused.error.messageKey, refused.error.params),
            }
          }
        />
      ),
    });
  }

  function idOf(req: FastifyRequest): string {
    const { id = '' } = req.params as { id?: string };
    if (!isUuid(id)) throw NOTICE_UNKNOWN();
    return id;
  }
  const typedIn = (req: FastifyRequest) => ({ place: field(req, 'place'), contact: field(req, 'contact') });

  return async (app: FastifyInstance): Promise<void> => {
    const decide = { preHandler: identity.requireStaff('notice.origin.decide') };

    app.get('/desk/origins', { preHandler: identity.requireStaff('notice.read') }, (req, reply) => page(req, reply));

    app.post('/desk/origins/:id', decide, async (req, reply) => {
      const id = idOf(req);
      const seen = field(req, 'seen');
      const decision = oneOf(field(req, 'decision'), ['accepted', 'declined'] as const);
      if (!decision) return page(req, reply);
      const made: OriginDecision = decision === 'accepted' ? { seen, decision, as: typedIn(req) } : { seen, decision };
      const error = await attempt(() => origins.decide(id, staffOf(req).accountId, made));
      return error
        ? page(req, reply, { notice: id, error })
        : reply.redirect(localPath(field(req, 'back'), '/desk/origins'), 303);
    });

    // What the proxy said elsewhere, or a correction of what was taken.
    app.post('/desk/notices/:id/origin', decide, async (req, reply) => {
      const id = idOf(req);
      const refused = await attempt(() => origins.record(id, staffOf(req).accountId, typedIn(req)));
      if (!refused) return reply.redirect(localPath(field(req, 'back'), `/desk/notices/${id}`), 303);
      return needs.refuse(req, reply, await store.get(db, id), {
        status: refused.status,
        error: req.tr.t(refused.messageKey, refused.params),
        typed: { notice: id, form: 'origin', values: {} },
      });
    });
  };
}
