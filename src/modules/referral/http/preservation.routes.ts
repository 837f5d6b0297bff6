import type { FastifyInstance } from 'fastify';
import { field } from '../../../platform/http/index.ts';
import { isUuid } from '../../../platform/ids.ts';
import { localPath } from '../../../platform/ui/index.ts';
import { staffOf } from '../../identity/index.ts';
import { INVALID, PRESERVATION_UNKNOWN, REFERRAL_UNKNOWN } from '../errors.ts';
import type { Referral } from '../index.ts';

/** The end of a day that was typed: a request lasts through its last day. */
function endOf(day: string): Date {
  const at = new Date(`${day}T23:59:59Z`);
  if (Number.isNaN(at.getTime())) throw INVALID({ max: 2000 });
  return at;
}

export function preservationRoutes({ identity, preservation }: Referral) {
  const door = { preHandler: identity.requireStaff('referral.preserve') };
  return async (app: FastifyInstance): Promise<void> => {
    app.post('/desk/preservations', door, async (req, reply) => {
      const item = field(req, 'item');
      if (!isUuid(item)) throw REFERRAL_UNKNOWN();
      await preservation.ask(staffOf(req), {
        item,
        referral: null,
        askedOf: field(req, 'askedOf'),
        reference: field(req, 'reference'),
        until: endOf(field(req, 'until')),
        reason: field(req, 'reason'),
      });
      return reply.redirect(localPath(field(req, 'back'), `/desk/items/${item}`), 303);
    });

    app.post('/desk/preservations/:id/release', door, async (req, reply) => {
      const { id } = req.params as { id: string };
      if (!isUuid(id)) throw PRESERVATION_UNKNOWN();
      const item = await preservation.release(staffOf(req), id, field(req, 'reason'));
      return reply.redirect(localPath(field(req, 'back'), `/desk/items/${item}`), 303);
    });
  };
}
