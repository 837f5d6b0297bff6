import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { VNode } from 'preact';
import { z } from 'zod';
import type { AppError } from '../../../platform/errors.ts';
import { sendPage } from '../../../platform/http/index.ts';
import { isLang } from '../../../platform/i18n/index.ts';
import { isUuid } from '../../../platform/ids.ts';
import type { Platform } from '../../../platform/platform.ts';
import { localPath } from '../../../platform/ui/index.ts';
import { getAccount } from '../accounts.ts';
import type { StaffActor } from '../actor.ts';
import type { Directory } from '../directory.ts';
import { type Credentials, type Enrolment, enrolmentGate } from '../enrolment.ts';
import { HALF_SESSION, PASSKEY_FIRST, SIGN_IN } from '../errors.ts';
import { AccountPage } from '../pages/account-page.tsx';
import { PasskeyPage, type PasskeyReason, PasswordPage, RecoveryCodesPage, TotpPage } from '../pages/enrol-pages.tsx';
import { isStrong } from '../policy.ts';
import { needsPasskey, signsInByMail } from '../roles.ts';
import { attempt, secret, text } from './form.ts';
import { type HttpTools, staffOf } from './hooks.ts';
import { START } from './sign-in.routes.tsx';

const b64url = z.string().regex(/^[A-Za-z0-9_-]{1,20000}$/);
/** What `navigator.credentials.create()` gives; its meaning is checked by the library. */
const attestation = z.object({
  device: z.string().max(200).default(''),
  next: z.string().optional(),
  response: z.object({
    id: b64url,
    rawId: b64url,
    type: z.literal('public-key'),
    clientExtensionResults: z.looseObject({}),
    response: z.object({
      clientDataJSON: b64url,
      attestationObject: b64url,
      transports: z.array(z.string().max(40)).max(10).optional(),
    }),
  }),
});
const forScript = { config: { problem: true } } as const;

/** `/desk/account`: one's own ways to sign in and sessions. Needs no role: whoever has an account has these pages. */
export function accountRoutes(
  platform: Platform,
  parts: { enrolment: Enrolment; directory: Directory; http: HttpTools },
) {
  const { db } = platform;
  const { enrolment, directory, http } = parts;

  const show = (req: FastifyRequest, reply: FastifyReply, actor: StaffActor, status: number, body: VNode) =>
    sendPage(req, reply, {
      status,
      title: req.tr.t('identity.account.title'),
      shell: actor.assurance === 'full' ? 'desk' : 'plain',
      nav: 'account',
      body,
    });
  const sentence = (req: FastifyRequest, error: AppError) => req.tr.t(error.messageKey, error.params);

  const gateOf = (actor: StaffActor, has: Credentials) =>
    enrolmentGate(actor, { passkeys: has.passkeys.length, totp: has.totp });

  /** Who is completely signed in. */
  function fullOf(req: FastifyRequest): StaffActor {
    const actor = staffOf(req);
    if (actor.assurance !== 'full') throw SIGN_IN();
    return actor;
  }

  /** Who may change ways to sign in now. Throws IDENTITY_HALF_SESSION or IDENTITY_PASSKEY_FIRST. */
  async function changer(req: FastifyRequest): Promise<{ actor: StaffActor; has: Credentials }> {
    const actor = staffOf(req);
    const has = await enrolment.credentialsOf(actor.accountId);
    const gate = gateOf(actor, has);
    if (gate !== 'open') throw gate === 'half' ? HALF_SESSION() : PASSKEY_FIRST();
    return { actor, has };
  }

  return async (app: FastifyInstance): Promise<void> => {
    // Visitors who open these pages are led to where they sign in; forms answer 401.
    app.addHook('preHandler', async (req, reply) => {
      if (req.actor.kind === 'staff') {
        // Parents have a page of their own for this, outside the desk.
        const parent = req.actor.assurance === 'full' && signsInByMail(req.actor.roles);
        return parent && req.method === 'GET' ? reply.redirect(`/${req.lang}/family/account`, 303) : undefined;
      }
      if (req.method === 'GET') return reply.redirect(`/desk/sign-in?next=${encodeURIComponent(req.url)}`, 303);
      throw SIGN_IN();
    });

    const overview = async (req: FastifyRequest, reply: FastifyReply, status = 200, error?: string) => {
      const actor = fullOf(req);
      const credentials = await enrolment.credentialsOf(actor.accountId);
      return show(
        req,
        reply,
        actor,
        status,
        <AccountPage
          account={await getAccount(db, actor.accountId)}
          credentials={credentials}
          sessions={await enrolment.sessionsOf(actor)}
          currentSessionId={actor.sessionId}
          mayChange={gateOf(actor, credentials) === 'open'}
          {...(error ? { error } : {})}
        />,
      );
    };

    app.get('/desk/account', async (req, reply) => {
      const actor = staffOf(req);
      if (actor.assurance === 'half')
        return reply.redirect(actor.factors.includes('link') ? '/desk/account/passkey' : '/desk/sign-in/code', 303);
      return overview(req, reply);
    });

    app.post('/desk/account/lang', async (req, reply) => {
      const lang = text(req.body, 'lang', 5);
      if (isLang(lang)) await directory.setLang(fullOf(req), lang);
      return reply.redirect('/desk/account', 303);
    });

    app.get('/desk/account/passkey', async (req, reply) => {
      const { actor, has } = await changer(req);
      const first = actor.assurance === 'half';
      const needed = has.passkeys.length === 0 && needsPasskey(actor.roles);
      const reason: PasskeyReason = first ? 'first' : needed ? 'needed' : 'more';
      return show(req, reply, actor, 200, <PasskeyPage reason={reason} otherWay={first} />);
    });

    app.post('/desk/account/passkeys/options', forScript, async (req) => enrolment.passkeyOptions(staffOf(req)));

    app.post('/desk/account/passkeys', { ...forScript, schema: { body: attestation } }, async (req, reply) => {
      const { response, device, next } = req.body as z.output<typeof attestation>;
      const opened = await enrolment.addPasskey(staffOf(req), response, device);
      void http.setSession(reply, opened.token);
      return { next: localPath(next, START) };
    });

    app.post('/desk/account/passkeys/:id/remove', async (req, reply) => {
      const { id } = req.params as { id: string };
      const result = await attempt(() => enrolment.removePasskey(fullOf(req), id));
      if ('error' in result) return overview(req, reply, result.error.status, sentence(req, result.error));
      return reply.redirect('/desk/account', 303);
    });

    const passwordPage = async (req: FastifyRequest, reply: FastifyReply, status: number, error?: AppError) => {
      const { actor, has } = await changer(req);
      const { email } = await getAccount(db, actor.accountId);
      const said = error && sentence(req, error);
      const weak = error?.code === 'IDENTITY_PASSWORD_WEAK';
      return show(
        req,
        reply,
        actor,
        status,
        <PasswordPage
          askCurrent={has.password && actor.assurance === 'full' && !isStrong(actor)}
          username={email}
          {...(said ? (weak ? { error: said } : { currentError: said }) : {})}
        />,
      );
    };

    app.get('/desk/account/password', async (req, reply) => passwordPage(req, reply, 200));

    app.post('/desk/account/password', async (req, reply) => {
      const { actor, has } = await changer(req);
      const given = { current: secret(req.body, 'current'), password: secret(req.body, 'password') };
      const result = await attempt(() => enrolment.setPassword(actor, given));
      if ('error' in result) return passwordPage(req, reply, result.error.status, result.error);
      return reply.redirect(has.totp ? '/desk/account' : '/desk/account/totp', 303);
    });

    app.get('/desk/account/totp', async (req, reply) => {
      const { actor, has } = await changer(req);
      if (!has.password) return reply.redirect('/desk/account/password', 303);
      return show(req, reply, actor, 200, <TotpPage pending={await enrolment.pendingTotp(actor)} />);
    });

    app.post('/desk/account/totp/start', async (req, reply) => {
      await enrolment.startTotp(staffOf(req));
      return reply.redirect('/desk/account/totp', 303);
    });

    app.post('/desk/account/totp', async (req, reply) => {
      const { actor } = await changer(req);
      const result = await attempt(() => enrolment.confirmTotp(actor, text(req.body, 'code', 20)));
      if ('error' in result) {
        const pending = await enrolment.pendingTotp(actor);
        const page = <TotpPage pending={pending} error={sentence(req, result.error)} />;
        return show(req, reply, actor, result.error.status, page);
      }
      void http.setSession(reply, result.value.token);
      return show(req, reply, actor, 200, <RecoveryCodesPage codes={result.value.recoveryCodes} />);
    });

    app.post('/desk/account/recovery-codes', async (req, reply) => {
      const actor = fullOf(req);
      return show(req, reply, actor, 200, <RecoveryCodesPage codes={await enrolment.newRecoveryCodes(actor)} />);
    });

    app.post('/desk/account/sessions/:id/end', async (req, reply) => {
      const { id } = req.params as { id: string };
      if (isUuid(id)) await enrolment.endSession(fullOf(req), id);
      return reply.redirect('/desk/account', 303);
    });

    app.post('/desk/account/sessions/end-others', async (req, reply) => {
      await enrolment.endOtherSessions(fullOf(req));
      return reply.redirect('/desk/account', 303);
    });
  };
}
