import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { transaction } from '../../platform/db.ts';
import { AppError } from '../../platform/errors.ts';
import { field, sendPage } from '../../platform/http/index.ts';
import { isUuid } from '../../platform/ids.ts';
import { auditName, can, type Identity } from '../identity/index.ts';
import { HOLD_INVALID, HOLD_UNKNOWN, RECORD_UNKNOWN } from './errors.ts';
import { HOLD_KINDS } from './hold.ts';
import type { Retention } from './index.ts';
import { RetentionPage, type TypedHold } from './pages/retention-page.tsx';

const PATH = '/desk/retention';
const DAY_MS = 86_400_000;

/** `/desk/retention`: what stops deletion, what will be deleted by which rule, and proofs of what was. */
export function retentionRoutes({ retention, identity }: { retention: Retention; identity: Identity }) {
  const { db, clock } = retention.platform;
  const { country } = retention;

  async function page(req: FastifyRequest, reply: FastifyReply, typed: TypedHold, refused?: AppError) {
    const rules = await Promise.all(
      country.retentionRules().map(async (rule) => ({ ...rule, due: await retention.dueCount(rule.id, rule.months) })),
    );
    return sendPage(req, reply, {
      status: refused?.status ?? 200,
      title: req.tr.t('retention.page.title'),
      shell: 'desk',
      nav: 'retention',
      path: PATH,
      body: (
        <RetentionPage
          holds={await retention.holds()}
          purges={await retention.purges()}
          rules={rules}
          unhandled={new Set(retention.unhandled().map((r) => r.id))}
          subjectTypes={retention.subjectTypes()}
          mayManage={can(req.actor, 'retention.hold.manage')}
          verified={country.pack().retention.verified}
          typed={typed}
          error={refused && req.tr.t(refused.messageKey, refused.params)}
        />
      ),
    });
  }

  /** The end of a day that was typed, on the country's clock at the latest: a request lasts through its last day. */
  function endOf(day: string): Date | null {
    if (!day) return null;
    const at = new Date(`${day}T23:59:59Z`);
    if (Number.isNaN(at.getTime())) throw HOLD_INVALID({ max: 2000 });
    return at;
  }

  const inDays = (days: number) => new Date(clock.now().getTime() + days * DAY_MS).toISOString().slice(0, 10);
  const blank = (req: FastifyRequest): TypedHold => {
    const query = req.query as Record<string, unknown>;
    const given = (name: string) => (typeof query[name] === 'string' ? (query[name] as string) : '');
    return {
      type: given('type') || (retention.subjectTypes()[0] ?? ''),
      id: given('id'),
      kind: 'preservation',
      authority: '',
      reference: '',
      reason: '',
      until: inDays(country.preservationDays()),
    };
  };

  function holdId(req: FastifyRequest): string {
    const { id } = req.params as { id: string };
    if (!isUuid(id)) throw HOLD_UNKNOWN();
    return id;
  }

  /** Does what a form asks for; what can be mended is shown with what was typed. */
  async function act(req: FastifyRequest, reply: FastifyReply, typed: TypedHold, action: () => Promise<unknown>) {
    try {
      await action();
    } catch (error) {
      if (!(error instanceof AppError) || error.status >= 500 || error.status === 403) throw error;
      return page(req, reply, typed, error);
    }
    return reply.redirect(PATH, 303);
  }

  return async (app: FastifyInstance): Promise<void> => {
    const manage = { preHandler: identity.requireStaff('retention.hold.manage') };

    app.get(PATH, { preHandler: identity.requireStaff('retention.read') }, (req, reply) =>
      page(req, reply, blank(req)),
    );

    app.post(`${PATH}/holds`, manage, (req, reply) => {
      const kind = HOLD_KINDS.find((k) => k === field(req, 'kind')) ?? 'preservation';
      const typed: TypedHold = {
        type: field(req, 'type'),
        id: field(req, 'id').trim(),
        kind,
        authority: field(req, 'authority'),
        reference: field(req, 'reference'),
        reason: field(req, 'reason'),
        until: field(req, 'until'),
      };
      return act(req, reply, typed, async () => {
        if (!isUuid(typed.id)) throw RECORD_UNKNOWN();
        const { authority, reference, reason } = typed;
        const until = endOf(typed.until);
        const subject = { type: typed.type, id: typed.id };
        await transaction(db, (tx) =>
          retention.hold(tx, { subject, kind, authority, reference, reason, until }, auditName(req.actor)),
        );
      });
    });

    app.post(`${PATH}/holds/:id/extend`, manage, (req, reply) =>
      act(req, reply, blank(req), async () => {
        const until = endOf(field(req, 'until'));
        if (!until) throw HOLD_INVALID({ max: 2000 });
        await transaction(db, (tx) => retention.extend(tx, holdId(req), until, auditName(req.actor)));
      }),
    );

    app.post(`${PATH}/holds/:id/release`, manage, (req, reply) =>
      act(req, reply, blank(req), () =>
        transaction(db, (tx) => retention.release(tx, holdId(req), field(req, 'reason'), auditName(req.actor))),
      ),
    );
  };
}
