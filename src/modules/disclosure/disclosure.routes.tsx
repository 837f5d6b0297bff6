import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '../../platform/errors.ts';
import { sendPage } from '../../platform/http/index.ts';
import { isUuid } from '../../platform/ids.ts';
import { authorize, can, type Identity, mayEver, type RecordRef, staffOf } from '../identity/index.ts';
import { UNKNOWN } from './errors.ts';
import type { Disclosure } from './index.ts';
import { AskPage, IdentitiesPage, type IdentitiesPageProps } from './pages.tsx';
import type { IdentityField } from './request.ts';

const PATH = '/desk/identities';
/** Reports carry no place: the policy lets only staff for the whole country near them. */
const RECORD: RecordRef = { territory: null };

type Body = Record<string, unknown> | undefined;
function many(req: FastifyRequest, name: string): string[] {
  const value = (req.body as Body)?.[name];
  return [value].flat().flatMap((v) => (typeof v === 'string' ? [v.replaceAll('\0', '').toWellFormed()] : []));
}
const one = (req: FastifyRequest, name: string): string => many(req, name)[0] ?? '';

/** `/desk/identities`: asking who reported, and the custodian's decision. */
export function identityRoutes({ disclosure, identity }: { disclosure: Disclosure; identity: Identity }) {
  const { clock } = disclosure.platform;

  function id(req: FastifyRequest, name = 'id'): string {
    const value = (req.params as Record<string, string>)[name] ?? '';
    if (!isUuid(value)) throw UNKNOWN();
    return value;
  }

  async function page(
    req: FastifyRequest,
    reply: FastifyReply,
    over: { status?: number; error?: string; opened?: IdentitiesPageProps['opened'] } = {},
  ) {
    const decides = mayEver(req.actor, 'identity-access.decide');
    const { accountId } = staffOf(req);
    const rows = decides ? await disclosure.all() : await disclosure.mine(accountId);
    const names = await identity.namesOf(
      rows.flatMap((r) => [r.requested_by, ...(r.decided_by ? [r.decided_by] : [])]),
    );
    const may = (r: (typeof rows)[number]) => can(req.actor, 'identity-access.decide', { doneBy: [r.requested_by] });
    const body = (
      <IdentitiesPage
        rows={rows.map((r) => ({ ...r, mine: r.requested_by === accountId, mayDecide: may(r) }))}
        names={names}
        decides={decides}
        now={clock.now()}
        error={over.error}
        opened={over.opened}
        done={(req.query as Record<string, unknown>).done === '1'}
      />
    );
    const title = req.tr.t('disclosure.title');
    return sendPage(req, reply, {
      shell: 'desk',
      nav: 'identities',
      title,
      path: PATH,
      body,
      status: over.status ?? 200,
    });
  }

  /** Does what a form asks for; what can be mended is said on the page. */
  async function act(req: FastifyRequest, reply: FastifyReply, run: () => Promise<unknown>) {
    try {
      await run();
    } catch (error) {
      if (!(error instanceof AppError) || (error.status !== 400 && error.status !== 409)) throw error;
      return page(req, reply, { status: error.status, error: req.tr.t(error.messageKey, error.params) });
    }
    return reply.redirect(`${PATH}?done=1`, 303);
  }

  function askPage(
    req: FastifyRequest,
    reply: FastifyReply,
    report: string,
    typed: { fields: string[]; reason: string },
    error?: string,
  ) {
    const body = <AskPage report={report} typed={typed} error={error} />;
    const title = req.tr.t('disclosure.ask.title');
    return sendPage(req, reply, {
      shell: 'desk',
      nav: 'identities',
      title,
      path: `${PATH}/for/${report}`,
      body,
      status: error ? 400 : 200,
    });
  }

  return async (app: FastifyInstance): Promise<void> => {
    const list = { preHandler: identity.requireStaff('identity-access.list') };
    const request = { preHandler: identity.requireStaff('identity-access.request') };
    const decide = { preHandler: identity.requireStaff('identity-access.decide') };

    app.get(PATH, list, (req, reply) => page(req, reply));
    app.get(`${PATH}/for/:report`, request, (req, reply) =>
      askPage(req, reply, id(req, 'report'), { fields: ['contact'], reason: '' }),
    );
    app.post(`${PATH}/for/:report`, request, async (req, reply) => {
      authorize(req.actor, 'identity-access.request', RECORD);
      const report = id(req, 'report');
      const typed = { fields: many(req, 'field'), reason: one(req, 'reason') };
      try {
        await disclosure.ask({ report, account: staffOf(req).accountId, ...typed });
      } catch (error) {
        if (!(error instanceof AppError) || error.status !== 400) throw error;
        return askPage(req, reply, report, typed, req.tr.t(error.messageKey, error.params));
      }
      return reply.redirect(`${PATH}?done=1`, 303);
    });

    app.post(`${PATH}/:id/open`, request, async (req, reply) => {
      authorize(req.actor, 'identity-access.request', RECORD);
      const fields: Partial<Record<IdentityField, string>> = await disclosure.open(id(req), staffOf(req).accountId);
      return page(req, reply, { opened: { id: id(req), fields } });
    });
    app.post(`${PATH}/:id/withdraw`, request, (req, reply) =>
      act(req, reply, () => disclosure.withdraw(id(req), staffOf(req).accountId)),
    );

    const judge = async (req: FastifyRequest) =>
      authorize(req.actor, 'identity-access.decide', { doneBy: [await disclosure.requestedBy(id(req))] });
    app.post(`${PATH}/:id/approve`, decide, async (req, reply) => {
      await judge(req);
      const given = { fields: many(req, 'field'), hours: Number(one(req, 'hours')) };
      return act(req, reply, () => disclosure.approve(id(req), staffOf(req).accountId, given));
    });
    app.post(`${PATH}/:id/refuse`, decide, async (req, reply) => {
      await judge(req);
      return act(req, reply, () => disclosure.refuse(id(req), staffOf(req).accountId, one(req, 'reason')));
    });
    app.post(`${PATH}/:id/revoke`, decide, async (req, reply) => {
      await judge(req);
      return act(req, reply, () => disclosure.revoke(id(req), staffOf(req).accountId));
    });
  };
}
