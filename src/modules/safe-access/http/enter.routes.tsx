import type {} from '@fastify/cookie';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { field } from '../../../platform/http/index.ts';
import { LANGS } from '../../../platform/i18n/index.ts';
import { mayEver } from '../../identity/index.ts';
import { EnterPage, JoinPage, MailSentPage, SignInPage } from '../pages/enter-pages.tsx';
import { actorOf, attempt, backTo, type FamilyDeps, familyPage, param } from './deps.ts';

/** Binds a link to the browser that asked for it. */
const BROWSER_COOKIE = 'fb';
/** Says that a parent has signed in here before: strangers' requests don't hold this browser up. */
const DEVICE_COOKIE = 'fd';
/** The invitation that somebody came with, while the mail is on its way. */
const JOIN_COOKIE = 'fj';
const HALF_HOUR = 30 * 60;
const HALF_YEAR = 180 * 24 * 3600;
const EMAIL = /^[^\s@<>"]+@[^\s@<>"]+\.[^\s@<>".]{2,}$/;

/** `/{lang}/family/sign-in`, `/enter`, `/join`: from nobody to a parent. Nothing here tells who has an account. */
export function enterRoutes(deps: FamilyDeps) {
  const { identity, safeAccess, platform } = deps;
  const { mailSignIn } = identity;
  const secure = platform.config.publicOrigin.startsWith('https:');
  const cookie = (maxAge: number) => ({ path: '/', httpOnly: true, sameSite: 'lax', secure, maxAge }) as const;
  const isParent = (req: FastifyRequest) => mayEver(req.actor, 'family.create');

  async function enter(req: FastifyRequest, reply: FastifyReply, opened: { token: string; sessionId: string }) {
    void identity.setSession(reply, opened.token);
    const device = await mailSignIn.remember(opened, req.cookies[DEVICE_COOKIE]);
    if (device) void reply.setCookie(DEVICE_COOKIE, device, cookie(HALF_YEAR));
    void reply.clearCookie(BROWSER_COOKIE, { path: '/' });
    const join = req.cookies[JOIN_COOKIE];
    const joins = join !== undefined && /^[A-Za-z0-9_-]{16,86}$/.test(join);
    return reply.redirect(joins ? `/${req.lang}/family/join/${join}` : `/${req.lang}/family`, 303);
  }

  return async (app: FastifyInstance): Promise<void> => {
    for (const lang of LANGS) {
      const at = `/${lang}/family`;

      const signIn = (req: FastifyRequest, reply: FastifyReply, email: string, error?: string, status = 200) =>
        familyPage(req, reply, '/family/sign-in', <SignInPage email={email} next={at} error={error} />, status);
      app.get(`${at}/sign-in`, (req, reply) => (isParent(req) ? backTo(reply, at) : signIn(req, reply, '')));
      app.post(`${at}/sign-in`, async (req, reply) => {
        const email = field(req, 'email').trim();
        if (email.length > 254 || !EMAIL.test(email))
          return signIn(req, reply, email.slice(0, 254), req.tr.t('safe-access.family.signIn.wrong'), 422);
        const cookies = { device: req.cookies[DEVICE_COOKIE], browser: req.cookies[BROWSER_COOKIE] };
        const asked = await attempt(req, () => mailSignIn.ask({ email, lang }, cookies));
        if ('error' in asked) return signIn(req, reply, email, asked.error, asked.status);
        void reply.setCookie(BROWSER_COOKIE, asked.value.browser, cookie(HALF_HOUR));
        return backTo(reply, `${at}/sign-in/sent`);
      });

      const sent = (req: FastifyRequest, reply: FastifyReply, error?: string, status = 200) =>
        familyPage(req, reply, '/family/sign-in/sent', <MailSentPage minutes={HALF_HOUR / 60} error={error} />, status);
      app.get(`${at}/sign-in/sent`, (req, reply) => sent(req, reply));
      app.post(`${at}/sign-in/sent`, async (req, reply) => {
        const code = field(req, 'code').slice(0, 40);
        const opened = await attempt(req, () => mailSignIn.withCode(code, req.cookies[BROWSER_COOKIE]));
        if ('error' in opened) return sent(req, reply, opened.error, opened.status);
        return enter(req, reply, opened.value);
      });

      // The link of the mail. A GET only looks: whatever reads mails on the way must not use it up.
      app.get(`${at}/enter/:token`, async (req, reply) => {
        const token = param(req, 'token');
        const problem = await linkProblem(req, () => mailSignIn.peek(token, req.cookies[BROWSER_COOKIE]));
        return familyPage(req, reply, undefined, <EnterPage token={token} problem={problem} />, problem ? 403 : 200);
      });
      app.post(`${at}/enter/:token`, async (req, reply) => {
        const token = param(req, 'token');
        let opened: Awaited<ReturnType<typeof mailSignIn.withLink>> | undefined;
        const problem = await linkProblem(req, async () => {
          opened = await mailSignIn.withLink(token, req.cookies[BROWSER_COOKIE]);
        });
        if (problem || !opened)
          return familyPage(req, reply, undefined, <EnterPage token={token} problem={problem} />, 403);
        return enter(req, reply, opened);
      });

      app.post(`${at}/sign-out`, async (req, reply) => {
        if (req.actor.kind === 'staff') await identity.signIn.signOut(req.actor);
        void identity.clearSession(reply);
        return backTo(reply, at);
      });

      const join = (req: FastifyRequest, reply: FastifyReply, error?: string, status = 200) =>
        familyPage(
          req,
          reply,
          undefined,
          <JoinPage
            token={param(req, 'token')}
            signedIn={isParent(req)}
            other={req.actor.kind === 'staff' && !isParent(req)}
            error={error}
          />,
          status,
        );
      app.get(`${at}/join/:token`, (req, reply) => join(req, reply));
      app.post(`${at}/join/:token`, async (req, reply) => {
        const token = param(req, 'token');
        if (!isParent(req)) {
          void reply.setCookie(JOIN_COOKIE, token, cookie(HALF_HOUR));
          return backTo(reply, `${at}/sign-in`);
        }
        const joined = await attempt(req, () => safeAccess.families.join(actorOf(req), token));
        if ('error' in joined) return join(req, reply, joined.error, joined.status);
        void reply.clearCookie(JOIN_COOKIE, { path: '/' });
        return backTo(reply, at);
      });
    }
  };

  /** The sentence of what is wrong with a link, also when it is unknown. */
  async function linkProblem(req: FastifyRequest, look: () => Promise<void>): Promise<string | undefined> {
    try {
      const found = await attempt(req, look);
      return 'error' in found ? found.error : undefined;
    } catch (error) {
      if ((error as { code?: unknown }).code !== 'IDENTITY_LINK_INVALID') throw error;
      return req.tr.t('safe-access.family.enter.over');
    }
  }
}
