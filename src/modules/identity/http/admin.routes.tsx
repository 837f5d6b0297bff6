import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { VNode } from 'preact';
import type { AppError } from '../../../platform/errors.ts';
import { sendPage } from '../../../platform/http/index.ts';
import { isLang } from '../../../platform/i18n/index.ts';
import { isUuid } from '../../../platform/ids.ts';
import type { Platform } from '../../../platform/platform.ts';
import { accountsWithRole, getAccount, listAccounts, listOrganisations } from '../accounts.ts';
import { API_SCOPES } from '../actor.ts';
import type { ApiKeys } from '../api-keys.ts';
import type { Directory } from '../directory.ts';
import { ACCOUNT_UNKNOWN, API_KEY_UNKNOWN, SHIFT_INVALID, SHIFT_UNKNOWN } from '../errors.ts';
import { AccountAdminPage, AccountsPage, type AccountsPageProps, LinkPage } from '../pages/admin-accounts.tsx';
import { ApiKeyCreatedPage, ApiKeysPage, RotaPage, type RotaPageProps } from '../pages/admin-keys-rota.tsx';
import { can } from '../policy.ts';
import { ORGANISATION_KINDS, ROLES } from '../roles.ts';
import type { Rota } from '../rota.ts';
import { attempt, chosen, type FieldErrors, isEmail, text } from './form.ts';
import { type HttpTools, staffOf } from './hooks.ts';
import { instantOf, localOf } from './local-time.ts';

const HOUR_MS = 3_600_000;
/** Codes of ISO 3166-2 and of provinces: letters, digits, hyphens. */
const TERRITORY_CODE = /^[A-Z0-9]{1,4}(-[A-Z0-9]{1,6}){1,2}$/;

/** `/desk/admin/…`: accounts and organisations, API keys, the rota. Times of the rota are the country's. */
export function adminRoutes(
  platform: Platform,
  parts: { directory: Directory; apiKeys: ApiKeys; rota: Rota; http: HttpTools },
  options: { zone: string },
) {
  const { db, clock } = platform;
  const { directory, apiKeys, rota, http } = parts;
  const { zone } = options;

  const show = (req: FastifyRequest, reply: FastifyReply, nav: string, status: number, title: string, body: VNode) =>
    sendPage(req, reply, { status, title, shell: 'desk', nav, body });
  const sentence = (req: FastifyRequest, error: AppError) => req.tr.t(error.messageKey, error.params);
  const idOf = (req: FastifyRequest, unknown: () => AppError) => {
    const { id } = req.params as { id: string };
    if (!isUuid(id)) throw unknown();
    return id;
  };

  async function accountsPage(
    req: FastifyRequest,
    reply: FastifyReply,
    status: number,
    over: Partial<Pick<AccountsPageProps, 'typed' | 'errors' | 'error'>> = {},
  ) {
    const typed = { name: '', email: '', lang: req.lang, organisation: staffOf(req).organisationId, roles: [] };
    const page = (
      <AccountsPage
        accounts={await listAccounts(db)}
        organisations={await listOrganisations(db)}
        typed={typed}
        errors={{}}
        {...over}
      />
    );
    return show(req, reply, 'admin-accounts', status, req.tr.t('identity.admin.accounts'), page);
  }

  async function accountPage(req: FastifyRequest, reply: FastifyReply, status: number, id: string, error?: string) {
    const account = await getAccount(db, id);
    const self = staffOf(req).accountId === id;
    const page = <AccountAdminPage account={account} self={self} {...(error ? { error } : {})} />;
    return show(req, reply, 'admin-accounts', status, account.name, page);
  }

  async function keysPage(req: FastifyRequest, reply: FastifyReply, status: number, error?: string) {
    const page = (
      <ApiKeysPage
        keys={await apiKeys.list()}
        organisations={await listOrganisations(db)}
        {...(error ? { error } : {})}
      />
    );
    return show(req, reply, 'admin-api-keys', status, req.tr.t('identity.keys.title'), page);
  }

  async function rotaPage(
    req: FastifyRequest,
    reply: FastifyReply,
    status: number,
    over: Partial<Pick<RotaPageProps, 'typed' | 'error'>> = {},
  ) {
    const now = clock.now();
    const hour = Math.ceil(now.getTime() / HOUR_MS) * HOUR_MS;
    const at = (ms: number) => localOf(new Date(ms), zone);
    const page = (
      <RotaPage
        duty={await rota.onDuty(now)}
        shifts={await rota.upcoming(now)}
        people={await accountsWithRole(db, 'on-call')}
        mayManage={can(req.actor, 'rota.manage')}
        now={now}
        typed={{ account: '', position: '1', from: at(hour), to: at(hour + 12 * HOUR_MS) }}
        {...over}
      />
    );
    return show(req, reply, 'admin-rota', status, req.tr.t('identity.rota.title'), page);
  }

  function accounts(app: FastifyInstance): void {
    const read = { preHandler: http.requireStaff('account.read') };
    const manage = { preHandler: http.requireStaff('account.manage') };

    app.get('/desk/admin/accounts', read, async (req, reply) => accountsPage(req, reply, 200));

    app.post('/desk/admin/accounts', manage, async (req, reply) => {
      const typed = {
        name: text(req.body, 'name', 200),
        email: text(req.body, 'email'),
        lang: text(req.body, 'lang', 5),
        organisation: text(req.body, 'organisation', 36),
        roles: chosen(req.body, 'roles', ROLES),
      };
      const { t } = req.tr;
      const errors: FieldErrors = {
        ...(typed.name ? {} : { name: t('identity.invalid.name') }),
        ...(isEmail(typed.email) ? {} : { email: t('identity.invalid.email') }),
        ...(typed.roles.length > 0 ? {} : { roles: t('identity.invalid.roles') }),
        ...(isUuid(typed.organisation) ? {} : { organisation: t('identity.error.ORGANISATION_UNKNOWN') }),
      };
      if (Object.keys(errors).length > 0) return accountsPage(req, reply, 422, { typed, errors });
      const lang = isLang(typed.lang) ? typed.lang : req.lang;
      const given = { ...typed, lang, organisationId: typed.organisation };
      const result = await attempt(() => directory.invite(req.actor, given));
      if ('error' in result)
        return accountsPage(req, reply, result.error.status, { typed, error: sentence(req, result.error) });
      const page = <LinkPage account={result.value.account} url={result.value.url} />;
      return show(req, reply, 'admin-accounts', 201, t('identity.admin.linkTitle'), page);
    });

    app.post(
      '/desk/admin/organisations',
      { preHandler: http.requireStaff('organisation.manage') },
      async (req, reply) => {
        const name = text(req.body, 'organisationName', 200);
        const [kind] = chosen(req.body, 'kind', ORGANISATION_KINDS);
        const codes = text(req.body, 'territory', 1000)
          .toUpperCase()
          .split(/[\s,;]+/)
          .filter(Boolean);
        if (!name || !kind || !codes.every((code) => TERRITORY_CODE.test(code)))
          return accountsPage(req, reply, 422, { error: req.tr.t('identity.invalid.organisation') });
        await directory.createOrganisation(req.actor, { name, kind, territory: codes.length > 0 ? codes : null });
        return reply.redirect('/desk/admin/accounts#invite', 303);
      },
    );

    app.get('/desk/admin/accounts/:id', read, async (req, reply) =>
      accountPage(req, reply, 200, idOf(req, ACCOUNT_UNKNOWN)),
    );

    app.post('/desk/admin/accounts/:id/roles', manage, async (req, reply) => {
      const id = idOf(req, ACCOUNT_UNKNOWN);
      const roles = chosen(req.body, 'roles', ROLES);
      if (roles.length === 0) return accountPage(req, reply, 422, id, req.tr.t('identity.invalid.roles'));
      const result = await attempt(() => directory.setRoles(req.actor, id, roles));
      if ('error' in result) return accountPage(req, reply, result.error.status, id, sentence(req, result.error));
      return reply.redirect(`/desk/admin/accounts/${id}`, 303);
    });

    for (const change of ['suspend', 'restore'] as const)
      app.post(`/desk/admin/accounts/:id/${change}`, manage, async (req, reply) => {
        const id = idOf(req, ACCOUNT_UNKNOWN);
        const result = await attempt(() => directory[change](req.actor, id));
        if ('error' in result) return accountPage(req, reply, result.error.status, id, sentence(req, result.error));
        return reply.redirect(`/desk/admin/accounts/${id}`, 303);
      });

    app.post('/desk/admin/accounts/:id/reset', manage, async (req, reply) => {
      const id = idOf(req, ACCOUNT_UNKNOWN);
      const result = await attempt(() => directory.resetSignIn(req.actor, id));
      if ('error' in result) return accountPage(req, reply, result.error.status, id, sentence(req, result.error));
      const page = <LinkPage account={await getAccount(db, id)} url={result.value} />;
      return show(req, reply, 'admin-accounts', 200, req.tr.t('identity.admin.linkTitle'), page);
    });
  }

  function keys(app: FastifyInstance): void {
    const manage = { preHandler: http.requireStaff('apikey.manage') };

    app.get('/desk/admin/api-keys', manage, async (req, reply) => keysPage(req, reply, 200));

    app.post('/desk/admin/api-keys', manage, async (req, reply) => {
      const name = text(req.body, 'name', 100);
      const organisationId = text(req.body, 'organisation', 36);
      const scopes = chosen(req.body, 'scopes', API_SCOPES);
      if (!name || scopes.length === 0 || !isUuid(organisationId))
        return keysPage(req, reply, 422, req.tr.t('identity.invalid.key'));
      const { secretText } = await apiKeys.create(req.actor, { name, organisationId, scopes });
      const page = <ApiKeyCreatedPage secretText={secretText} />;
      return show(req, reply, 'admin-api-keys', 201, req.tr.t('identity.keys.createdTitle'), page);
    });

    app.post('/desk/admin/api-keys/:id/revoke', manage, async (req, reply) => {
      await apiKeys.revoke(req.actor, idOf(req, API_KEY_UNKNOWN));
      return reply.redirect('/desk/admin/api-keys', 303);
    });
  }

  function shifts(app: FastifyInstance): void {
    const read = { preHandler: http.requireStaff('rota.read') };
    const manage = { preHandler: http.requireStaff('rota.manage') };

    app.get('/desk/admin/rota', read, async (req, reply) => rotaPage(req, reply, 200));

    app.post('/desk/admin/rota', manage, async (req, reply) => {
      const typed = {
        account: text(req.body, 'account', 36),
        position: text(req.body, 'position', 1),
        from: text(req.body, 'from', 20),
        to: text(req.body, 'to', 20),
      };
      const startsAt = instantOf(typed.from, zone);
      const endsAt = instantOf(typed.to, zone);
      const result = await attempt(async () => {
        if (!startsAt || !endsAt || !isUuid(typed.account)) throw SHIFT_INVALID();
        const position = typed.position === '2' ? 2 : 1;
        return rota.add(req.actor, { accountId: typed.account, position, startsAt, endsAt });
      });
      if ('error' in result)
        return rotaPage(req, reply, result.error.status, { typed, error: sentence(req, result.error) });
      return reply.redirect('/desk/admin/rota', 303);
    });

    app.post('/desk/admin/rota/:id/remove', manage, async (req, reply) => {
      await rota.remove(req.actor, idOf(req, SHIFT_UNKNOWN));
      return reply.redirect('/desk/admin/rota', 303);
    });
  }

  return async (app: FastifyInstance): Promise<void> => {
    accounts(app);
    keys(app);
    shifts(app);
  };
}
