import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { VNode } from 'preact';
import type { AppError } from '../../../platform/errors.ts';
import { field, sendPage } from '../../../platform/http/index.ts';
import { isLang, LANGS, type Lang } from '../../../platform/i18n/index.ts';
import { isUuid } from '../../../platform/ids.ts';
import { can, staffOf } from '../../identity/index.ts';
import type { Takedown } from '../index.ts';
import type { LetterSettings } from '../letter/provider-settings.ts';
import { EMPTY_NETWORK, NetworksPage, type NetworkTyped } from '../pages/networks-page.tsx';
import { ProviderDeskPage, type ProviderDeskProps } from '../pages/provider-desk-page.tsx';
import {
  type ContactTyped,
  EMPTY_CONTACT,
  EMPTY_PROVIDER,
  PROVIDER_FIELDS,
  type ProviderTyped,
  typedOf,
} from '../pages/provider-form.tsx';
import { ProvidersPage } from '../pages/providers-page.tsx';
import { CONTACT_STATES } from '../providers/contact-state.ts';
import { readFormFields } from '../providers/form-fields.ts';
import type { ContactInput, ProviderInput } from '../providers/provider-input.ts';
import type { ProviderSearch } from '../providers/providers.ts';
import { DAY_MS, PROVIDER_RULE_FIELDS, type ProviderRule } from '../providers/rule.ts';
import {
  type AgreementKind,
  type ContactPurpose,
  type NoticeChannel,
  PROVIDER_KINDS,
  type ProviderKind,
} from '../schema.ts';
import { unreachableRule } from '../watch/rule.ts';
import { attempt, oneOf } from './form.ts';

/** Days that a provider's card looks back. */
const CARD_DAYS = 365;

const words = (text: string) => text.split(/[\s,;]+/).filter(Boolean);

/** `/desk/providers`: who is written to, and when a machine may say that content is gone. */
export function providerDeskRoutes(takedown: Takedown) {
  const {
    identity,
    providers,
    contacts,
    questions,
    comments,
    scores,
    rules,
    providerRule,
    operatorNetworks,
    settings,
  } = takedown;
  const { clock } = takedown.platform;
  const door = { preHandler: identity.requireStaff('provider.edit') };

  const typedIn = (req: FastifyRequest): ProviderTyped =>
    Object.fromEntries(PROVIDER_FIELDS.map((name) => [name, field(req, name)])) as ProviderTyped;
  // What is outside the unions is refused by the schema behind `save`.
  const inputOf = (typed: ProviderTyped): ProviderInput => ({
    name: typed.name,
    note: typed.note,
    address: typed.address,
    kind: typed.kind as ProviderKind,
    language: typed.language as Lang,
    channel: typed.channel as NoticeChannel,
    domains: words(typed.domains),
    networks: words(typed.networks),
    countries: words(typed.countries),
    fields: readFormFields(typed.fields),
  });
  const invalidOf = (error: AppError) => (error.extensions.fields as string[] | undefined) ?? [];
  const param = (req: FastifyRequest, name: string) => (req.params as Record<string, string>)[name] ?? '';
  const inWords = (req: FastifyRequest, error: AppError) => req.tr.t(error.messageKey, error.params);

  const show = (
    req: FastifyRequest,
    reply: FastifyReply,
    status: number,
    body: VNode,
    title = 'takedown.provider.title',
  ) =>
    sendPage(req, reply, {
      status,
      title: req.tr.t(title),
      shell: 'desk',
      nav: 'providers',
      path: '/desk/providers',
      body,
    });

  function searchOf(req: FastifyRequest): ProviderSearch {
    const query = req.query as Record<string, unknown>;
    const text = typeof query.q === 'string' ? query.q.trim().slice(0, 200) : '';
    const kind = oneOf(String(query.kind ?? ''), PROVIDER_KINDS);
    const contact = oneOf(String(query.contact ?? ''), CONTACT_STATES);
    return { ...(text ? { text } : {}), ...(kind ? { kind } : {}), ...(contact ? { contact } : {}) };
  }

  async function listPage(
    req: FastifyRequest,
    reply: FastifyReply,
    over: {
      status?: number;
      typed?: ProviderTyped;
      invalid?: string[];
      ruleError?: string;
      thresholdError?: string;
    } = {},
  ) {
    const rule = await rules.current();
    const search = searchOf(req);
    const rows = await providers.list(search);
    const known = await contacts.ofProviders(rows.map((r) => r.id));
    return show(
      req,
      reply,
      over.status ?? 200,
      <ProvidersPage
        providers={rows.map((row) => ({ row, contacts: known.get(row.id) ?? [] }))}
        seeds={await providers.openSeeds()}
        search={search}
        typed={over.typed ?? EMPTY_PROVIDER}
        invalid={over.invalid ?? []}
        rule={rule}
        ruleError={over.ruleError}
        thresholds={await providerRule.current()}
        thresholdError={over.thresholdError}
        vantages={rules.vantages}
        peopleOnly={unreachableRule(rule, rules.vantages)}
        mayReadFigures={can(req.actor, 'takedown.figures.read')}
      />,
    );
  }

  async function onePage(
    req: FastifyRequest,
    reply: FastifyReply,
    id: string,
    over: Partial<Pick<ProviderDeskProps, 'typed' | 'contactTyped' | 'invalid' | 'refused'>> & { status?: number } = {},
  ) {
    const provider = await providers.get(id);
    const own = await contacts.ofProvider(id);
    const changes = await providers.changes(id);
    const now = clock.now();
    const people = [...changes.map((c) => c.actor), ...own.map((c) => c.standing.changed_by)]
      .map((actor) => actor.replace('account:', ''))
      .filter(isUuid);
    const page = (
      <ProviderDeskPage
        provider={provider}
        tokenState={await settings.tokenState(provider)}
        contacts={own}
        questions={await questions.ofAddresses(own.map((c) => c.standing.address))}
        agreements={await providers.agreements(id)}
        comment={(await comments.of([id]))[0]}
        changes={changes}
        names={await identity.namesOf([...new Set(people)])}
        card={await scores.card(id, { from: new Date(now.getTime() - CARD_DAYS * DAY_MS), to: now })}
        cardDays={CARD_DAYS}
        today={takedown.country.localDate(now)}
        typed={over.typed ?? typedOf(provider)}
        contactTyped={over.contactTyped ?? EMPTY_CONTACT}
        invalid={over.invalid ?? []}
        refused={over.refused}
      />
    );
    return show(req, reply, over.status ?? 200, page);
  }

  /** Does what a form on a provider's page asks for; a refusal shows the page with the reason. */
  async function act(
    req: FastifyRequest,
    reply: FastifyReply,
    form: NonNullable<ProviderDeskProps['refused']>['form'],
    action: (account: string, id: string) => Promise<unknown>,
    over: Partial<Pick<ProviderDeskProps, 'contactTyped'>> = {},
  ) {
    const { id } = await providers.get(param(req, 'id'));
    const refused = await attempt(() => action(staffOf(req).accountId, id));
    if (!refused) return reply.redirect(`/desk/providers/${id}`, 303);
    const error = inWords(req, refused);
    return onePage(req, reply, id, { ...over, status: refused.status, refused: { form, error } });
  }

  function lists(app: FastifyInstance): void {
    app.get('/desk/providers', door, (req, reply) => listPage(req, reply));

    app.post('/desk/providers', door, async (req, reply) => {
      const typed = typedIn(req);
      const refused = await attempt(() => providers.save(staffOf(req).accountId, inputOf(typed)));
      if (refused) return listPage(req, reply, { status: refused.status, typed, invalid: invalidOf(refused) });
      return reply.redirect('/desk/providers', 303);
    });

    app.post('/desk/providers/adopt', door, async (req, reply) => {
      const id = await providers.adopt(staffOf(req).accountId, field(req, 'seed'));
      return reply.redirect(`/desk/providers/${id}`, 303);
    });

    const numberIn = (req: FastifyRequest, name: string) =>
      /^\d{1,6}$/.test(field(req, name)) ? Number(field(req, name)) : -1;

    app.post('/desk/providers/rule', door, async (req, reply) => {
      const rule = {
        minChecks: numberIn(req, 'checks'),
        minSpanMs: numberIn(req, 'minutes') * 60_000,
        minVantages: numberIn(req, 'vantages'),
      };
      const refused = await attempt(() => rules.set(staffOf(req).accountId, rule));
      if (!refused) return reply.redirect('/desk/providers', 303);
      return listPage(req, reply, { status: refused.status, ruleError: inWords(req, refused) });
    });

    app.post('/desk/providers/thresholds', door, async (req, reply) => {
      const rule = Object.fromEntries(
        PROVIDER_RULE_FIELDS.map((f) => [f, numberIn(req, f)]),
      ) as unknown as ProviderRule;
      const refused = await attempt(() => providerRule.set(staffOf(req).accountId, rule));
      if (!refused) return reply.redirect('/desk/providers', 303);
      return listPage(req, reply, { status: refused.status, thresholdError: inWords(req, refused) });
    });

    const networksPage = async (req: FastifyRequest, reply: FastifyReply, typed: NetworkTyped, refused?: AppError) =>
      show(
        req,
        reply,
        refused?.status ?? 200,
        <NetworksPage
          networks={await operatorNetworks.list()}
          typed={typed}
          error={refused && inWords(req, refused)}
        />,
        'takedown.tracing.networks',
      );
    app.get('/desk/providers/networks', door, (req, reply) => networksPage(req, reply, EMPTY_NETWORK));
    app.post('/desk/providers/networks', door, async (req, reply) => {
      const typed: NetworkTyped = {
        asn: field(req, 'asn'),
        name: field(req, 'name'),
        upstreams: field(req, 'upstreams'),
        note: field(req, 'note'),
        proxy: field(req, 'proxy') !== '',
      };
      const given = { ...typed, upstreams: words(typed.upstreams) };
      const refused = await attempt(() => operatorNetworks.save(staffOf(req).accountId, given));
      return refused ? networksPage(req, reply, typed, refused) : reply.redirect('/desk/providers/networks', 303);
    });
  }

  function one(app: FastifyInstance): void {
    app.get('/desk/providers/:id', door, (req, reply) => onePage(req, reply, param(req, 'id')));

    app.post('/desk/providers/:id', door, async (req, reply) => {
      const { id } = await providers.get(param(req, 'id'));
      const typed = typedIn(req);
      const refused = await attempt(() => providers.change(staffOf(req).accountId, id, inputOf(typed)));
      if (refused) return onePage(req, reply, id, { status: refused.status, typed, invalid: invalidOf(refused) });
      return reply.redirect(`/desk/providers/${id}`, 303);
    });

    app.post('/desk/providers/:id/contacts', door, (req, reply) => {
      const typed = Object.fromEntries(
        Object.keys(EMPTY_CONTACT).map((name) => [name, field(req, name)]),
      ) as unknown as ContactTyped;
      const given: ContactInput = {
        purpose: typed.purpose as ContactPurpose,
        channel: typed.channel as NoticeChannel,
        address: typed.address,
        languages: [...new Set([typed.language, typed.second])].filter(isLang),
        priority: typed.priority,
      };
      return act(req, reply, 'contact', (account, id) => contacts.add(account, id, given), { contactTyped: typed });
    });

    const platform = takedown.platform;
    app.post('/desk/providers/:id/contacts/:contact/ask', door, (req, reply) =>
      act(req, reply, 'ask', async (account, id) =>
        questions.ask(account, await contacts.one(platform.db, id, param(req, 'contact'))),
      ),
    );
    app.post('/desk/providers/:id/contacts/:contact/remove', door, (req, reply) =>
      act(req, reply, 'contact', (account, id) => contacts.remove(account, id, param(req, 'contact'))),
    );
    app.post('/desk/providers/:id/contacts/:contact/record', door, (req, reply) => {
      const event = oneOf(field(req, 'event'), ['recorded', 'not-us', 'bounced'] as const) ?? 'recorded';
      return act(req, reply, 'reason', (account, id) =>
        contacts.record(account, id, param(req, 'contact'), event, field(req, 'reason')),
      );
    });

    app.post('/desk/providers/:id/agreements', door, (req, reply) =>
      act(req, reply, 'agreement', (account, id) =>
        providers.addAgreement(account, id, {
          kind: field(req, 'kind') as AgreementKind,
          since: field(req, 'since'),
          until: field(req, 'until'),
          note: field(req, 'note'),
        }),
      ),
    );
    app.post('/desk/providers/:id/agreements/:agreement/end', door, (req, reply) =>
      act(req, reply, 'agreement', (account, id) => providers.endAgreement(account, id, param(req, 'agreement'))),
    );
    app.post('/desk/providers/:id/letters', door, (req, reply) => {
      const token = field(req, 'token').trim();
      const given: LetterSettings = {
        attach: field(req, 'attach') === 'plain' ? 'plain' : 'link',
        extra: Object.fromEntries(LANGS.map((lang) => [lang, field(req, `extra-${lang}`)])),
        token: token ? { set: token, address: field(req, 'api-address') } : field(req, 'forget') ? 'forget' : 'keep',
      };
      return act(req, reply, 'letters', (account, id) => settings.save(id, account, given));
    });
    app.post('/desk/providers/:id/comment', door, (req, reply) =>
      act(req, reply, 'comment', (account, id) =>
        comments.set(account, id, field(req, 'comment'), field(req, 'language')),
      ),
    );
  }

  return async (app: FastifyInstance): Promise<void> => {
    lists(app);
    one(app);
  };
}
