import type { FastifyInstance, FastifyReply, onSendAsyncHookHandler, preHandlerAsyncHookHandler } from 'fastify';
import { z } from 'zod';
import { sendPage } from '../../platform/http/index.ts';
import { LANGS } from '../../platform/i18n/index.ts';
import { isUuid } from '../../platform/ids.ts';
import { endOfDay, startOfDay } from './day.ts';
import { AUDIT_ENTRY_UNKNOWN, AUDIT_FILTER_INVALID, AUDIT_HEAD_UNKNOWN } from './errors.ts';
import { type Audit, type AuditFilter, checkpoint, toHeadJson } from './index.ts';
import { type AuditQuery, DeskAuditPage } from './pages/desk-page.tsx';
import { ProofPage } from './pages/proof-page.tsx';
import { PublicAuditPage } from './pages/public-page.tsx';

export interface AuditRouteDeps {
  audit: Audit;
  /** The country's time zone: what "from day" means. */
  zone: string;
  /** Lets through who may read the log ('audit.read' of the policy), refuses all others. */
  requireAuditor: preHandlerAsyncHookHandler;
}

/** Kept by shared caches, so nobody's cookie may be in the answer. */
const withoutCookies: onSendAsyncHookHandler = async (_req, reply, payload) => {
  reply.removeHeader('set-cookie');
  return payload;
};
const machine = { config: { problem: true }, onSend: withoutCookies } as const;
const text = z.string().trim().max(300).optional();
const querySchema = z.object({ action: text, subject: text, actor: text, from: text, until: text, after: text });
const sizeSchema = z
  .string()
  .regex(/^\d{1,15}$/)
  .transform(Number);

/** What everybody can check the log with, a page that says how, and the auditor's room. Registered without a prefix. */
export function routes({ audit, zone, requireAuditor }: AuditRouteDeps) {
  const newest = async () => {
    const head = await audit.head();
    if (!head) throw AUDIT_HEAD_UNKNOWN({ size: 0 });
    return head;
  };
  const open = (reply: FastifyReply, seconds: number) =>
    reply.header('cache-control', `public, max-age=${seconds}`).header('access-control-allow-origin', '*');

  return async (app: FastifyInstance): Promise<void> => {
    app.get('/audit/head.json', machine, async (_req, reply) => {
      const head = toHeadJson(await newest());
      return open(reply, 1).send(head);
    });
    app.get('/audit/checkpoint', machine, async (_req, reply) => {
      const note = checkpoint(await newest(), audit.publicKeyPem);
      return open(reply, 1).type('text/plain; charset=utf-8').send(note);
    });
    app.get('/audit/key.pem', machine, async (_req, reply) =>
      open(reply, 3600).type('application/x-pem-file').send(audit.publicKeyPem),
    );
    // Whoever has the id of an entry may see it: ids are not guessable, and an entry holds no personal data.
    app.get<{ Params: { entry: string } }>('/audit/proof/:entry.json', machine, async (req, reply) => {
      const proof = isUuid(req.params.entry) ? await audit.inclusionProof(req.params.entry) : undefined;
      if (!proof) throw AUDIT_ENTRY_UNKNOWN();
      void reply.header('cache-control', 'no-store');
      if (proof === 'pending') return reply.status(202).header('retry-after', '1').send({ kind: 'pending' });
      // A browser that comes by the page keeps it as a file; a program reads it all the same.
      return reply.header('content-disposition', `attachment; filename="proof-${proof.index}.json"`).send(proof);
    });
    app.get<{ Params: { first: string; second: string } }>(
      '/audit/consistency/:first/:second.json',
      machine,
      async (req, reply) => {
        const sizes = z.tuple([sizeSchema, sizeSchema]).safeParse([req.params.first, req.params.second]);
        if (!sizes.success) throw AUDIT_HEAD_UNKNOWN({ size: 0 });
        const proof = await audit.consistencyProof(...sizes.data);
        return open(reply, 86_400).send(proof);
      },
    );
    for (const lang of LANGS)
      app.get(`/${lang}/audit`, async (req, reply) => {
        const body = <PublicAuditPage head={await audit.head()} />;
        return sendPage(req, reply, { title: req.tr.t('audit.public.title'), shell: 'public', path: '/audit', body });
      });
    for (const lang of LANGS)
      app.get<{ Params: { entry: string } }>(`/${lang}/audit/proof/:entry`, async (req, reply) => {
        const { entry } = req.params;
        const proof = isUuid(entry) ? await audit.inclusionProof(entry) : undefined;
        if (!proof) throw AUDIT_ENTRY_UNKNOWN();
        return sendPage(req, reply, {
          title: req.tr.t('audit.proof.title'),
          shell: 'public',
          path: `/audit/proof/${entry}`,
          body: <ProofPage id={entry} proof={proof} />,
          ...(proof === 'pending' ? { refresh: 2 } : {}),
        });
      });
    app.get('/desk/audit', { preHandler: requireAuditor }, async (req, reply) => {
      const parsed = querySchema.safeParse(req.query);
      if (!parsed.success) throw AUDIT_FILTER_INVALID();
      const query: AuditQuery = parsed.data;
      const [found, status] = await Promise.all([
        audit.search(filterOf(query, zone), query.after ? { after: query.after } : {}),
        audit.status(),
      ]);
      const body = <DeskAuditPage query={query} found={found} status={status} />;
      return sendPage(req, reply, { title: req.tr.t('audit.desk.title'), shell: 'desk', nav: 'audit', body });
    });
  };
}

function filterOf({ action, subject, actor, from, until }: AuditQuery, zone: string): AuditFilter {
  const day = (value: string | undefined, of: typeof startOfDay) => {
    if (!value) return undefined;
    const at = of(value, zone);
    if (!at) throw AUDIT_FILTER_INVALID();
    return at;
  };
  const [begin, end] = [day(from, startOfDay), day(until, endOfDay)];
  return {
    ...(action && { action }),
    ...(subject && { subject }),
    ...(actor && { actor }),
    ...(begin && { from: begin }),
    ...(end && { until: end }),
  };
}
