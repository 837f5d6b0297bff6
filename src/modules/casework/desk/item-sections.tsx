import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { VNode } from 'preact';
import { AppError } from '../../../platform/errors.ts';
import { isUuid } from '../../../platform/ids.ts';
import { localPath } from '../../../platform/ui/index.ts';
import { auditName, authorize, can, staffOf } from '../../identity/index.ts';
import { CaseCard } from '../cases/case-card.tsx';
import type { ItemRow } from '../index.ts';
import { PriorityCard } from '../pages/priority.tsx';
import { type Priority, platformName } from '../pages/words.tsx';
import { EDGE_KINDS, URGENCY_RANK } from '../schema.ts';
import { TreeCard } from '../tree/tree-card.tsx';
import { type DeskDeps, door, idParam, RECORD } from './context.ts';
import { all, among, bodyOf, one } from './forms.ts';

/** What a form of these sections could not do: shown in the section, with what was typed. */
export interface SectionFault {
  section: 'priority' | 'tree';
  error: string;
  typed: Record<string, string>;
}

/** What the item page shows of its priority and of what belongs together; the page itself stays as it is. */
export async function itemSections(
  deps: DeskDeps,
  req: FastifyRequest,
  item: ItemRow,
  fault: SectionFault | undefined,
): Promise<VNode> {
  const { casework, country, identity } = deps;
  const member = { kind: 'item', subject: item.id } as const;
  const mayCase = can(req.actor, 'case.edit', RECORD);
  const [changes, above, below, latest, inCases, open] = await Promise.all([
    casework.priority.changes(item.id),
    casework.tree.above(item.id),
    casework.tree.below(item.id),
    casework.latestAssessment(item.id),
    casework.cases.of(member),
    mayCase ? casework.cases.list('open') : [],
  ]);
  const names = await identity.namesOf(changes.map((c) => c.account));
  const of = (section: SectionFault['section']) => (fault?.section === section ? fault : undefined);
  const [priority, tree] = [of('priority'), of('tree')];
  return (
    <>
      <PriorityCard
        item={item}
        may={can(req.actor, 'item.prioritise', RECORD)}
        changes={changes.map((c) => ({ ...c, by: names.get(c.account) ?? '' }))}
        error={priority?.error}
        typed={priority && { urgency: priority.typed.urgency ?? '', reason: priority.typed.reason ?? '' }}
      />
      <TreeCard
        item={item}
        above={above}
        below={below}
        platform={(i) => platformName(country, req.tr, i.platform)}
        mayEdit={can(req.actor, 'item.tree.edit', RECORD)}
        mayApply={latest !== undefined && can(req.actor, 'item.assess', RECORD)}
        error={tree?.error}
        typed={tree && tree.typed.url !== undefined ? { url: tree.typed.url, kind: tree.typed.kind ?? '' } : undefined}
      />
      <CaseCard itemId={item.id} of={inCases} open={open} may={mayCase} />
    </>
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
    /** Does it and comes back to the item; what can be mended is shown with what was typed. */
    async function act(
      req: FastifyRequest,
      reply: FastifyReply,
      about: { id: string; done: string; section: SectionFault['section']; typed: Record<string, string>; to?: string },
      action: () => Promise<unknown>,
    ) {
      try {
        await action();
      } catch (error) {
        if (!(error instanceof AppError) || (error.status !== 400 && error.status !== 409)) throw error;
        const said = req.tr.t(error.messageKey, error.params);
        const { section, typed } = about;
        return page(req, reply, about.id, { status: error.status, fault: { section, error: said, typed } });
      }
      return reply.redirect(localPath(about.to ?? '', `/desk/items/${about.id}?done=${about.done}`), 303);
    }

    app.post('/desk/items/:id/priority', door(deps, 'item.prioritise'), async (req, reply) => {
      const id = idParam(req);
      authorize(req.actor, 'item.prioritise', RECORD);
      const [urgency, reason] = [one(bodyOf(req), 'urgency'), one(bodyOf(req), 'reason')];
      return act(req, reply, { id, done: 'prioritised', section: 'priority', typed: { urgency, reason } }, () =>
        casework.priority.set(id, staffOf(req).accountId, URGENCY_RANK[urgency as Priority] ?? -1, reason),
      );
    });

    app.post('/desk/items/:id/tree', door(deps, 'item.tree.edit'), async (req, reply) => {
      const id = idParam(req);
      authorize(req.actor, 'item.tree.edit', RECORD);
      const url = one(bodyOf(req), 'url').trim();
      const kind = among(one(bodyOf(req), 'kind'), EDGE_KINDS) ?? 'media';
      return act(req, reply, { id, done: 'tree', section: 'tree', typed: { url, kind } }, () =>
        casework.tree.add({ parent: id, url, kind, actor: auditName(req.actor) }),
      );
    });

    app.post('/desk/items/:id/tree/remove', door(deps, 'item.tree.edit'), async (req, reply) => {
      const id = idParam(req);
      authorize(req.actor, 'item.tree.edit', RECORD);
      const child = one(bodyOf(req), 'child');
      const about = { id, done: 'tree', section: 'tree' as const, typed: {}, to: one(bodyOf(req), 'to') };
      return act(req, reply, about, async () => {
        if (isUuid(child)) await casework.tree.remove(id, child, auditName(req.actor));
      });
    });

    app.post('/desk/items/:id/tree/assess', door(deps, 'item.assess'), async (req, reply) => {
      const id = idParam(req);
      authorize(req.actor, 'item.assess', RECORD);
      const children = all(bodyOf(req), 'child').filter(isUuid);
      return act(req, reply, { id, done: 'assessed', section: 'tree', typed: {} }, () =>
        casework.tree.applyAssessment(id, staffOf(req).accountId, children),
      );
    });
  };
}
