import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { VNode } from 'preact';
import { AppError } from '../../../platform/errors.ts';
import { authorize, can, staffOf } from '../../identity/index.ts';
import type { ItemRow } from '../index.ts';
import { PriorityCard } from '../pages/priority.tsx';
import type { Priority } from '../pages/words.tsx';
import { URGENCY_RANK } from '../schema.ts';
import { type DeskDeps, door, idParam, RECORD } from './context.ts';
import { bodyOf, one } from './forms.ts';

/** What a form of these sections could not do: shown in the section, with what was typed. */
export interface SectionFault {
  section: 'priority';
  error: string;
  typed: Record<string, string>;
}

/** What the item page shows of its priority; further sections join here, so that the page itself stays as it is. */
export async function itemSections(
  deps: DeskDeps,
  req: FastifyRequest,
  item: ItemRow,
  fault: SectionFault | undefined,
): Promise<VNode> {
  const { casework, identity } = deps;
  const changes = await casework.priority.changes(item.id);
  const names = await identity.namesOf(changes.map((c) => c.account));
  const wrong = fault?.section === 'priority' ? fault : undefined;
  return (
    <PriorityCard
      item={item}
      may={can(req.actor, 'item.prioritise', RECORD)}
      changes={changes.map((c) => ({ ...c, by: names.get(c.account) ?? '' }))}
      error={wrong?.error}
      typed={wrong && { urgency: wrong.typed.urgency ?? '', reason: wrong.typed.reason ?? '' }}
    />
  );
}

type ItemPageAgain = (
  req: FastifyRequest,
  reply: FastifyReply,
  id: string,
  over: { status: number; fault: SectionFault },
) => Promise<FastifyReply>;

/** The forms of the sections. `page` shows the item again, with what was wrong. */
export function sectionRoutes(deps: DeskDeps, page: ItemPageAgain) {
  const { casework } = deps;

  return async (app: FastifyInstance): Promise<void> => {
    app.post('/desk/items/:id/priority', door(deps, 'item.prioritise'), async (req, reply) => {
      const id = idParam(req);
      authorize(req.actor, 'item.prioritise', RECORD);
      const [urgency, reason] = [one(bodyOf(req), 'urgency'), one(bodyOf(req), 'reason')];
      try {
        const rank = URGENCY_RANK[urgency as Priority] ?? -1;
        await casework.priority.set(id, staffOf(req).accountId, rank, reason);
      } catch (error) {
        if (!(error instanceof AppError) || error.status !== 400) throw error;
        const said = req.tr.t(error.messageKey, error.params);
        return page(req, reply, id, {
          status: 400,
          fault: { section: 'priority', error: said, typed: { urgency, reason } },
        });
      }
      return reply.redirect(`/desk/items/${id}?done=prioritised`, 303);
    });
  };
}
