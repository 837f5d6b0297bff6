import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { field, sendPage } from '../../../platform/http/index.ts';
import { isUuid } from '../../../platform/ids.ts';
import { authorize, can, staffOf } from '../../identity/index.ts';
import { APPEAL_DECISIONS } from '../appeal/appeal.ts';
import { APPEAL_UNKNOWN, DECISION_MISSING } from '../errors.ts';
import type { Blocking } from '../index.ts';
import { AppealDeskPage, AppealListPage } from '../pages/appeal-desk-page.tsx';
import { mended } from './mended.ts';

const PATH = '/desk/blocking/appeals';

/** `/desk/blocking/appeals`: heard by somebody who had no hand in the entries. */
export function appealRoutes(blocking: Blocking) {
  const { platform, identity, appeals } = blocking;

  function idOf(req: FastifyRequest): string {
    const { id = '' } = req.params as { id?: string };
    if (!isUuid(id)) throw APPEAL_UNKNOWN();
    return id;
  }

  async function page(
    req: FastifyRequest,
    reply: FastifyReply,
    over: { status?: number; error?: string; typed?: string } = {},
  ) {
    const appeal = await appeals.get(idOf(req));
    const doneBy = await appeals.barred(appeal.id);
    const people = [appeal.decided_by, appeal.proven_by].filter((a) => a !== null);
    const body = (
      <AppealDeskPage
        appeal={appeal}
        names={await identity.namesOf(people)}
        mayDecide={can(req.actor, 'block.appeal.decide', { doneBy })}
        now={platform.clock.now()}
        error={over.error}
        typed={over.typed ?? ''}
      />
    );
    const title = req.tr.t('blocking.appeals.one');
    const path = `${PATH}/${appeal.id}`;
    return sendPage(req, reply, { title, shell: 'desk', nav: 'blocking', path, body, status: over.status ?? 200 });
  }

  async function act(req: FastifyRequest, reply: FastifyReply, run: (id: string, account: string) => Promise<void>) {
    const id = idOf(req);
    const refused = await mended(() => run(id, staffOf(req).accountId));
    if (!refused) return reply.redirect(`${PATH}/${id}`, 303);
    const error = req.tr.t(refused.messageKey, refused.params);
    return page(req, reply, { status: refused.status, error, typed: field(req, 'reason') });
  }

  return async (app: FastifyInstance): Promise<void> => {
    const read = { preHandler: identity.requireStaff('block.appeal.read') };
    const decide = { preHandler: identity.requireStaff('block.appeal.decide') };

    app.get(PATH, read, async (req, reply) => {
      const body = <AppealListPage appeals={await appeals.list()} now={platform.clock.now()} />;
      const title = req.tr.t('blocking.appeals.title');
      return sendPage(req, reply, { title, shell: 'desk', nav: 'blocking', path: PATH, body });
    });
    app.get(`${PATH}/:id`, read, (req, reply) => page(req, reply));
    app.post(`${PATH}/:id/prove`, decide, async (req, reply) => {
      authorize(req.actor, 'block.appeal.decide', { doneBy: await appeals.barred(idOf(req)) });
      return act(req, reply, (id, account) => appeals.prove(id, account, field(req, 'reason')));
    });
    app.post(`${PATH}/:id/decide`, decide, async (req, reply) => {
      authorize(req.actor, 'block.appeal.decide', { doneBy: await appeals.barred(idOf(req)) });
      return act(req, reply, async (id, account) => {
        const decision = APPEAL_DECISIONS.find((d) => d === field(req, 'decision'));
        if (!decision) throw DECISION_MISSING();
        await appeals.decide(id, account, decision, field(req, 'reason'));
      });
    });
  };
}
