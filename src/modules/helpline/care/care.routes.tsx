import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '../../../platform/errors.ts';
import { type Action, authorize, can, type RecordRef, staffOf } from '../../identity/index.ts';
import { among, asked, idParam, one, RECORD, show } from '../http/context.ts';
import type { Helpline } from '../index.ts';
import type { PlanRow } from '../schema.ts';
import { CareListPage, CarePlanPage } from './care-pages.tsx';

const LISTED = 200;
const place = (plan: Pick<PlanRow, 'territory'>): RecordRef => ({ territory: plan.territory });

/** `/desk/care`: children's care plans, for those who care for them. There is no other way to a plan. */
export function careRoutes(helpline: Helpline) {
  const { country, identity, care, platform, conversations } = helpline;

  async function page(
    req: FastifyRequest,
    reply: FastifyReply,
    id: string,
    over: { status?: number; error?: string } = {},
  ) {
    const plan = await care.row(id);
    authorize(req.actor, 'care.plan.read', place(plan));
    const view = await care.read(id, staffOf(req).accountId);
    const people = [
      ...view.needs.map((n) => n.done_by),
      ...view.referrals.flatMap((r) => [r.proposed_by, r.decided_by]),
    ].filter((p): p is string => p !== null);
    const conversation = await conversations.get(view.report);
    const body = (
      <CarePlanPage
        plan={view}
        child={conversation.child}
        category={req.tr.text(country.category(conversation.category).name)}
        names={await identity.namesOf(people)}
        needs={country.helpline().careNeeds.map((n) => ({ id: n.id, name: req.tr.text(n.name) }))}
        services={care.services().map((s) => ({ id: s.id, name: req.tr.text(s.name), tel: s.tel }))}
        provinces={country
          .provinces()
          .map((p) => ({ id: p.code, name: `${req.tr.text(p.name)} (${req.tr.text(p.region.name)})` }))}
        may={{
          write: can(req.actor, 'care.plan.write', place(view)) && view.state === 'open',
          decide: new Set(
            view.referrals
              .filter((r) => can(req.actor, 'care.override.decide', { ...place(view), doneBy: [r.proposed_by] }))
              .map((r) => r.id),
          ),
          conversation: can(req.actor, 'helpline.queue.read'),
        }}
        today={country.localDate(platform.clock.now())}
        error={over.error}
      />
    );
    return show(req, reply, {
      nav: 'care',
      title: req.tr.t('helpline.care.plan'),
      path: `/desk/care/${id}`,
      body,
      status: over.status ?? 200,
    });
  }

  /** Does what a form asks for, once the policy agrees about this plan. */
  async function act(
    req: FastifyRequest,
    reply: FastifyReply,
    ref: { action: Action; doneBy?: string[] },
    run: (id: string, account: string) => Promise<void>,
  ) {
    const id = idParam(req, 'plan');
    const plan = await care.row(id);
    authorize(req.actor, ref.action, { ...place(plan), ...(ref.doneBy ? { doneBy: ref.doneBy } : {}) });
    try {
      await run(id, staffOf(req).accountId);
    } catch (error) {
      if (!(error instanceof AppError) || (error.status !== 400 && error.status !== 409)) throw error;
      return page(req, reply, id, { status: error.status, error: req.tr.t(error.messageKey, error.params) });
    }
    return reply.redirect(`/desk/care/${id}`, 303);
  }

  return async (app: FastifyInstance) => {
    const read = { preHandler: identity.requireStaff('care.plan.read') };
    const write = { preHandler: identity.requireStaff('care.plan.write') };
    const decide = { preHandler: identity.requireStaff('care.override.decide') };

    app.get('/desk/care', read, async (req, reply) => {
      const state = asked(req, 'state') === 'closed' ? ('closed' as const) : ('open' as const);
      const rows = await care.list(state, LISTED, staffOf(req).territory);
      const plans = await Promise.all(
        rows
          .filter((p) => can(req.actor, 'care.plan.read', place(p)))
          .map(async (p) => {
            const conversation = await conversations.get(p.report);
            return {
              ...p,
              category: req.tr.text(country.category(conversation.category).name),
              ageBand: conversation.age_band,
              child: conversation.child,
            };
          }),
      );
      const body = <CareListPage state={state} plans={plans} />;
      return show(req, reply, { nav: 'care', title: req.tr.t('helpline.care.title'), path: '/desk/care', body });
    });

    app.post('/desk/care/for/:report', write, async (req, reply) => {
      authorize(req.actor, 'care.plan.write', RECORD);
      const id = await care.start(idParam(req, 'report'), staffOf(req).accountId);
      return reply.redirect(`/desk/care/${id}`, 303);
    });

    app.get('/desk/care/:plan', read, (req, reply) => page(req, reply, idParam(req, 'plan')));

    app.post('/desk/care/:plan/place', write, (req, reply) =>
      act(req, reply, { action: 'care.plan.write' }, (id, account) => care.place(id, account, one(req, 'province'))),
    );
    app.post('/desk/care/:plan/needs', write, (req, reply) =>
      act(req, reply, { action: 'care.plan.write' }, (id, account) =>
        care.addNeed(id, account, { need: one(req, 'need'), who: one(req, 'who'), due: one(req, 'due') }),
      ),
    );
    app.post('/desk/care/:plan/needs/:need/done', write, (req, reply) =>
      act(req, reply, { action: 'care.plan.write' }, (id, account) => care.doneNeed(id, account, idParam(req, 'need'))),
    );
    app.post('/desk/care/:plan/referrals', write, (req, reply) =>
      act(req, reply, { action: 'care.plan.write' }, (id, account) =>
        care.propose(id, account, {
          service: one(req, 'service'),
          basis: one(req, 'basis') === 'best-interests' ? 'best-interests' : 'consent',
          reason: one(req, 'reason'),
        }),
      ),
    );
    for (const verdict of ['agree', 'refuse'] as const)
      app.post(`/desk/care/:plan/referrals/:referral/${verdict}`, decide, async (req, reply) => {
        const referral = idParam(req, 'referral');
        const doneBy = [await care.proposedBy(idParam(req, 'plan'), referral)];
        return act(req, reply, { action: 'care.override.decide', doneBy }, (id, account) =>
          care.decide(id, account, referral, verdict),
        );
      });
    app.post('/desk/care/:plan/referrals/:referral/pass-on', write, (req, reply) =>
      act(req, reply, { action: 'care.plan.write' }, (id, account) =>
        care.passOn(id, account, idParam(req, 'referral')),
      ),
    );
    app.post('/desk/care/:plan/referrals/:referral/answer', write, (req, reply) =>
      act(req, reply, { action: 'care.plan.write' }, (id, account) =>
        care.answered(
          id,
          account,
          idParam(req, 'referral'),
          among(one(req, 'answer'), ['accepted', 'declined'] as const) ?? 'declined',
        ),
      ),
    );
    app.post('/desk/care/:plan/close', write, (req, reply) =>
      act(req, reply, { action: 'care.plan.write' }, (id, account) => care.close(id, account)),
    );
  };
}
