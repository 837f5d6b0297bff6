import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { VNode } from 'preact';
import type { AppError } from '../../../platform/errors.ts';
import { field, sendPage } from '../../../platform/http/index.ts';
import type { Lang } from '../../../platform/i18n/index.ts';
import { staffOf } from '../../identity/index.ts';
import type { Takedown } from '../index.ts';
import type { ProviderInput } from '../notice/providers.ts';
import {
  EMPTY_PROVIDER,
  ProviderEditPage,
  ProvidersPage,
  type ProviderTyped,
  typedOf,
} from '../pages/providers-page.tsx';
import type { NoticeChannel, ProviderKind } from '../schema.ts';
import { unreachableRule } from '../watch/rule.ts';
import { attempt } from './form.ts';

/** `/desk/providers`: who is written to, and when a machine may say that content is gone. */
export function providerDeskRoutes(takedown: Takedown) {
  const { identity, providers, rules } = takedown;
  const door = { preHandler: identity.requireStaff('provider.edit') };

  const typedIn = (req: FastifyRequest): ProviderTyped => ({
    name: field(req, 'name'),
    kind: field(req, 'kind'),
    domains: field(req, 'domains'),
    language: field(req, 'language'),
    channel: field(req, 'channel'),
    address: field(req, 'address'),
    note: field(req, 'note'),
  });
  // What is outside the unions is refused by the schema behind `save`.
  const inputOf = (typed: ProviderTyped): ProviderInput => ({
    ...typed,
    kind: typed.kind as ProviderKind,
    language: typed.language as Lang,
    channel: typed.channel as NoticeChannel,
    domains: typed.domains.split(/[\s,;]+/).filter(Boolean),
  });
  const invalidOf = (error: AppError) => (error.extensions.fields as string[] | undefined) ?? [];

  const show = (req: FastifyRequest, reply: FastifyReply, status: number, body: VNode) =>
    sendPage(req, reply, {
      status,
      title: req.tr.t('takedown.provider.title'),
      shell: 'desk',
      nav: 'providers',
      path: '/desk/providers',
      body,
    });

  async function listPage(
    req: FastifyRequest,
    reply: FastifyReply,
    over: { status?: number; typed?: ProviderTyped; invalid?: string[]; ruleError?: string } = {},
  ) {
    const rule = await rules.current();
    return show(
      req,
      reply,
      over.status ?? 200,
      <ProvidersPage
        providers={await providers.list()}
        seeds={providers.seeds()}
        typed={over.typed ?? EMPTY_PROVIDER}
        invalid={over.invalid ?? []}
        rule={rule}
        ruleError={over.ruleError}
        vantages={rules.vantages}
        peopleOnly={unreachableRule(rule, rules.vantages)}
      />,
    );
  }

  return async (app: FastifyInstance): Promise<void> => {
    app.get('/desk/providers', door, (req, reply) => listPage(req, reply));

    app.post('/desk/providers', door, async (req, reply) => {
      const typed = typedIn(req);
      const refused = await attempt(() => providers.save(staffOf(req).accountId, inputOf(typed)));
      if (refused) return listPage(req, reply, { status: refused.status, typed, invalid: invalidOf(refused) });
      return reply.redirect('/desk/providers', 303);
    });

    app.post('/desk/providers/rule', door, async (req, reply) => {
      const number = (name: string) => (/^\d{1,6}$/.test(field(req, name)) ? Number(field(req, name)) : -1);
      const rule = {
        minChecks: number('checks'),
        minSpanMs: number('minutes') * 60_000,
        minVantages: number('vantages'),
      };
      const refused = await attempt(() => rules.set(staffOf(req).accountId, rule));
      if (!refused) return reply.redirect('/desk/providers', 303);
      const ruleError = req.tr.t(refused.messageKey, refused.params);
      return listPage(req, reply, { status: refused.status, ruleError });
    });

    app.get('/desk/providers/:id', door, async (req, reply) => {
      const provider = await providers.get((req.params as { id: string }).id);
      return show(req, reply, 200, <ProviderEditPage provider={provider} typed={typedOf(provider)} invalid={[]} />);
    });

    app.post('/desk/providers/:id', door, async (req, reply) => {
      const provider = await providers.get((req.params as { id: string }).id);
      const typed = typedIn(req);
      const refused = await attempt(() => providers.save(staffOf(req).accountId, inputOf(typed), provider.id));
      if (!refused) return reply.redirect(`/desk/providers/${provider.id}`, 303);
      const page = <ProviderEditPage provider={provider} typed={typed} invalid={invalidOf(refused)} />;
      return show(req, reply, refused.status, page);
    });

    app.post('/desk/providers/:id/verify', door, async (req, reply) => {
      const provider = await providers.get((req.params as { id: string }).id);
      await providers.verify(staffOf(req).accountId, provider.id);
      return reply.redirect(`/desk/providers/${provider.id}`, 303);
    });
  };
}
