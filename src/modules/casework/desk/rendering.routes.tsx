import type { FastifyInstance } from 'fastify';
import { personalParts } from '../../../../packages/web-address/index.ts';
import { transaction } from '../../../platform/db.ts';
import { defineError } from '../../../platform/errors.ts';
import { auditName, authorize, staffOf } from '../../identity/index.ts';
import { LookPage, whyNoPicture } from '../pages/rendering.tsx';
import { BreakPage, whyNot } from '../wellbeing/pages.tsx';
import { type DeskDeps, door, idParam, RECORD, show } from './context.ts';
import { bodyOf, one } from './forms.ts';

const NOTHING_TO_LOOK_AT = defineError('casework', 'NOTHING_TO_LOOK_AT', 404);
/** The link seems made for one person; somebody must say that it may be fetched. */
const LOOK_NEEDS_LEAVE = defineError('casework', 'LOOK_NEEDS_LEAVE', 409);
const EXPOSURE_INVALID = defineError('casework', 'EXPOSURE_INVALID', 400);

/** A rendering takes at most this long, in milliseconds: below the server's own limit for a request. */
const RENDER_TIMEOUT_MS = 25_000;
/** One look can't have been longer than this, in milliseconds: the picture blurs itself after so many seconds. */
const LONGEST_LOOK_MS = 60_000;

/**
 * Looking at a reported page through a picture of it. The picture goes from the renderer to this answer and nowhere
 * else; that somebody asked for it is part of the item's history.
 */
export function renderingRoutes(deps: DeskDeps) {
  const { casework, platform, rendering } = deps;

  return async (app: FastifyInstance) => {
    app.post('/desk/items/:id/look', door(deps, 'item.view-rendering'), async (req, reply) => {
      const id = idParam(req);
      authorize(req.actor, 'item.view-rendering', RECORD);
      const item = await casework.item(id);
      if (!rendering || item.kind !== 'url' || !item.url) throw NOTHING_TO_LOOK_AT();
      const { accountId } = staffOf(req);
      const script = req.headers.accept === 'image/png';
      const verdict = await casework.wellbeing.mayLook(accountId, item.category);
      if (!verdict.ok) {
        if (script) return reply.status(409).type('text/plain; charset=utf-8').send(whyNot(req.tr, verdict));
        return show(req, reply, {
          room: 'queue',
          title: req.tr.t(`casework.wellbeing.title.${verdict.why}`),
          path: `/desk/items/${id}`,
          body: <BreakPage itemId={id} verdict={verdict} />,
          status: 409,
        });
      }
      if (personalParts(item.url).length > 0 && one(bodyOf(req), 'leave') !== 'yes') {
        const refused = LOOK_NEEDS_LEAVE();
        if (!script) throw refused;
        return reply.status(refused.status).type('text/plain; charset=utf-8').send(req.tr.t(refused.messageKey));
      }
      const display = await casework.wellbeing.displayOf(accountId);
      await transaction(platform.db, async (tx) => {
        await casework.note(tx, id, auditName(req.actor), 'looked', {});
        await casework.markRead(tx, id);
      });

      const gone = new AbortController();
      reply.raw.once('close', () => gone.abort());
      const signal = AbortSignal.any([gone.signal, AbortSignal.timeout(RENDER_TIMEOUT_MS)]);
      const result = await rendering.render(item.url, signal);

      if (script) {
        void reply.header('cache-control', 'no-store');
        if ('unavailable' in result)
          return reply.status(502).type('text/plain; charset=utf-8').send(whyNoPicture(req.tr.t, result.unavailable));
        return reply.header('x-final-host', encodeURIComponent(result.finalHost)).type('image/png').send(result.png);
      }
      // Without a script nobody can tell how long it was clear: each opening counts as one full look.
      if (!('unavailable' in result)) await casework.addExposure(accountId, display.clearSeconds * 1000);
      return show(req, reply, {
        room: 'queue',
        title: req.tr.t('casework.look.title'),
        path: `/desk/items/${id}`,
        body: <LookPage itemId={id} result={result} display={display} />,
      });
    });

    app.post(
      '/desk/items/:id/exposure',
      { ...door(deps, 'item.view-rendering'), config: { problem: true } },
      async (req, reply) => {
        await casework.item(idParam(req));
        const ms = Number(one(bodyOf(req), 'ms'));
        if (!(ms > 0 && ms <= LONGEST_LOOK_MS)) throw EXPOSURE_INVALID({ max: LONGEST_LOOK_MS });
        await casework.addExposure(staffOf(req).accountId, ms);
        return reply.status(204).send();
      },
    );
  };
}
