import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { VNode } from 'preact';
import { z } from 'zod';
import { sendPage } from '../../../platform/http/index.ts';
import { localPath } from '../../../platform/ui/index.ts';
import type { Actor } from '../actor.ts';
import { CodePage, DemoSignInPage, SetupPage, SignInPage } from '../pages/sign-in-pages.tsx';
import { decideEver, mayEver } from '../policy.ts';
import type { OpenedSession } from '../sessions.ts';
import type { SignIn } from '../sign-in.ts';
import { attempt, isEmail, secret, text } from './form.ts';
import { DEVICE_COOKIE, type HttpTools, staffOf, wayIn } from './hooks.ts';

const b64url = z.string().regex(/^[A-Za-z0-9_-]{1,20000}$/);
/** What `navigator.credentials.get()` gives; its meaning is checked by the library. */
const assertion = z.object({
  next: z.string().optional(),
  response: z.object({
    id: b64url,
    rawId: b64url,
    type: z.literal('public-key'),
    clientExtensionResults: z.looseObject({}),
    response: z.object({
      clientDataJSON: b64url,
      authenticatorData: b64url,
      signature: b64url,
      userHandle: b64url.optional(),
    }),
  }),
});

/** Any length: a link that can't be ours is an unknown link, not our fault. */
const tokenParam = z.object({ token: z.string() });
/** JSON for the passkey script: errors as problem documents. */
const forScript = { config: { problem: true } } as const;

/** Where a fresh session begins; the room depends on who it is. */
export const START = '/desk/start';

/** The first room that somebody may enter, best first; without any, the own account. */
function firstRoom(actor: Actor, lang: string): string {
  if (mayEver(actor, 'item.queue.read')) return '/desk';
  if (mayEver(actor, 'referral.receive')) return '/desk/referrals';
  if (mayEver(actor, 'account.read')) return '/desk/admin/accounts';
  if (mayEver(actor, 'audit.read')) return '/desk/audit';
  if (mayEver(actor, 'zones.own')) return '/partner/zones';
  if (mayEver(actor, 'figures.internal.read')) return `/${lang}/figures`;
  if (mayEver(actor, 'family.create')) return `/${lang}/family`;
  if (mayEver(actor, 'school.manage')) return `/${lang}/school`;
  return '/desk/account';
}

/** `/desk/sign-in`, set-up links and the demonstration's doors. */
export function signInRoutes(signIn: SignIn, http: HttpTools) {
  const plain = (req: FastifyRequest, reply: FastifyReply, status: number, body: VNode) =>
    sendPage(req, reply, { status, title: req.tr.t('identity.signIn.title'), shell: 'plain', body });
  const deviceOf = (req: FastifyRequest) => req.cookies[DEVICE_COOKIE];
  /** A complete sign-in: from now on strangers who try this account don't hold up this browser. */
  async function enter(req: FastifyRequest, reply: FastifyReply, opened: OpenedSession): Promise<void> {
    void http.setSession(reply, opened.token);
    const device = await signIn.remember(opened, deviceOf(req));
    if (device) void http.setDevice(reply, device);
  }
  const nextOf = (value: unknown) => localPath(value, START);

  return async (app: FastifyInstance): Promise<void> => {
    app.get('/desk/sign-in', async (req, reply) => {
      const next = nextOf((req.query as { next?: unknown }).next);
      if (req.actor.kind === 'staff' && req.actor.assurance === 'full') return reply.redirect(next, 303);
      return plain(req, reply, 200, <SignInPage next={next} email="" />);
    });

    app.get(START, async (req, reply) => {
      const decision = decideEver(req.actor, 'desk.open');
      return reply.redirect(wayIn(req.actor, decision, START) ?? firstRoom(req.actor, req.lang), 303);
    });

    app.post('/desk/sign-in', async (req, reply) => {
      const next = nextOf(text(req.body, 'next', 2000));
      const email = text(req.body, 'email');
      const result = await attempt(() =>
        signIn.withPassword({ email, password: secret(req.body, 'password') }, deviceOf(req)),
      );
      if ('error' in result) {
        const { status, messageKey, params } = result.error;
        if (status === 429) void reply.header('retry-after', String(params.seconds));
        return plain(req, reply, status, <SignInPage next={next} email={email} error={req.tr.t(messageKey, params)} />);
      }
      void http.setSession(reply, result.value.token);
      return reply.redirect(`/desk/sign-in/code?next=${encodeURIComponent(next)}`, 303);
    });

    app.get('/desk/sign-in/code', async (req, reply) => {
      const next = nextOf((req.query as { next?: unknown }).next);
      if (req.actor.kind !== 'staff' || !req.actor.factors.includes('password') || req.actor.assurance === 'full')
        return reply.redirect('/desk/sign-in', 303);
      return plain(req, reply, 200, <CodePage next={next} />);
    });

    app.post('/desk/sign-in/code', async (req, reply) => {
      const next = nextOf(text(req.body, 'next', 2000));
      const result = await attempt(() => signIn.withCode(staffOf(req), text(req.body, 'code', 40), deviceOf(req)));
      if ('error' in result) {
        const { status, messageKey, params } = result.error;
        if (status === 429) void reply.header('retry-after', String(params.seconds));
        return plain(req, reply, status, <CodePage next={next} error={req.tr.t(messageKey, params)} />);
      }
      await enter(req, reply, result.value);
      return reply.redirect(next, 303);
    });

    app.post('/desk/sign-in/passkey/options', forScript, async () => signIn.passkeyOptions());

    app.post('/desk/sign-in/passkey', { ...forScript, schema: { body: assertion } }, async (req, reply) => {
      const { response, next } = req.body as z.output<typeof assertion>;
      const opened = await signIn.withPasskey(response);
      await enter(req, reply, opened);
      return { next: nextOf(next) };
    });

    app.post('/desk/sign-out', async (req, reply) => {
      if (req.actor.kind === 'staff') await signIn.signOut(req.actor);
      void http.clearSession(reply);
      return reply.redirect('/desk/sign-in', 303);
    });

    app.get('/desk/setup/:token', async (req, reply) => {
      const { token } = tokenParam.parse(req.params);
      const { purpose } = await signIn.peekSetupLink(token);
      const values = { name: '', email: '' };
      const administrator = purpose === 'administrator';
      return plain(
        req,
        reply,
        200,
        <SetupPage
          token={token}
          administrator={administrator}
          rescue={purpose === 'rescue'}
          values={values}
          errors={{}}
        />,
      );
    });

    app.post('/desk/setup/:token', async (req, reply) => {
      const { token } = tokenParam.parse(req.params);
      const { purpose } = await signIn.peekSetupLink(token);
      const administrator = purpose === 'administrator';
      const values = { name: text(req.body, 'name', 200), email: text(req.body, 'email') };
      const errors = administrator
        ? {
            ...(values.name ? {} : { name: req.tr.t('identity.invalid.name') }),
            ...(isEmail(values.email) ? {} : { email: req.tr.t('identity.invalid.email') }),
          }
        : {};
      const again = (status: number, error?: string) =>
        plain(
          req,
          reply,
          status,
          <SetupPage
            token={token}
            administrator={administrator}
            rescue={purpose === 'rescue'}
            values={values}
            errors={errors}
            {...(error ? { error } : {})}
          />,
        );
      if (Object.keys(errors).length > 0) return again(422);
      const person = administrator ? { ...values, lang: req.lang } : undefined;
      const result = await attempt(() => signIn.withSetupLink(token, person));
      if ('error' in result) return again(result.error.status, req.tr.t(result.error.messageKey, result.error.params));
      void http.setSession(reply, result.value.token);
      return reply.redirect('/desk/account/passkey', 303);
    });

    app.get('/desk/demo-sign-in/:token', async (req, reply) => {
      const { token } = tokenParam.parse(req.params);
      const account = await signIn.peekDemoLink(token);
      return plain(req, reply, 200, <DemoSignInPage token={token} account={account} />);
    });

    app.post('/desk/demo-sign-in/:token', async (req, reply) => {
      const { token } = tokenParam.parse(req.params);
      const opened = await signIn.withDemoLink(token);
      void http.setSession(reply, opened.token);
      return reply.redirect(START, 303);
    });
  };
}
