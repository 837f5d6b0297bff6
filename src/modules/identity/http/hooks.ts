import type {} from '@fastify/cookie';
import type { FastifyInstance, FastifyReply, FastifyRequest, preHandlerAsyncHookHandler } from 'fastify';
import { AppError } from '../../../platform/errors.ts';
import type { Platform } from '../../../platform/platform.ts';
import { type Actor, type StaffActor, VISITOR } from '../actor.ts';
import type { ApiKeys } from '../api-keys.ts';
import { DEVICE_SECONDS } from '../credentials/device.ts';
import { SIGN_IN } from '../errors.ts';
import { type Action, type Decision, decideEver, refusal } from '../policy.ts';
import type { Sessions } from '../sessions.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who asks: set for every request before any handler. */
    actor: Actor;
  }
}

/** Lax, not Strict: a link in a page's mail ("an urgent report waits") must open signed in. */
export const SESSION_COOKIE = 'ss';

/** Says that somebody has signed in completely in this browser; see `credentials/device.ts`. Sent to the sign-in only. */
export const DEVICE_COOKIE = 'sd';

/** Whoever is signed in, also half. Throws IDENTITY_SIGN_IN for visitors and machines. */
export function staffOf(req: FastifyRequest): StaffActor {
  if (req.actor.kind !== 'staff') throw SIGN_IN();
  return req.actor;
}

/** Where somebody who is not through a door can change that, or undefined when nothing helps. */
export function wayIn(actor: Actor, decision: Decision, next: string): string | undefined {
  if (decision === 'passkey') return '/desk/account/passkey';
  if (decision !== 'sign-in') return undefined;
  if (actor.kind !== 'staff') return `/desk/sign-in?next=${encodeURIComponent(next)}`;
  return actor.factors.includes('link') ? '/desk/account/passkey' : '/desk/sign-in/code';
}

export function createHttpTools(platform: Platform, parts: { sessions: Sessions; apiKeys: ApiKeys }) {
  const { sessions, apiKeys } = parts;
  const secure = platform.config.publicOrigin.startsWith('https:');
  const cookie = { path: '/', httpOnly: true, sameSite: 'lax', secure } as const;

  /**
   * Sets `req.actor` from the session cookie. Acts on the instance that it is given, not on an encapsulated child:
   * every module's routes have an actor.
   */
  function hooks(app: FastifyInstance): void {
    app.decorateRequest('actor', null as never);
    app.addHook('onRequest', async (req, reply) => {
      req.actor = VISITOR;
      // Machines carry keys: a browser's cookie must not reach the machine interfaces.
      if (req.url.startsWith('/api/') || req.url.startsWith('/assets/')) return;
      const token = req.cookies[SESSION_COOKIE];
      if (!token) return;
      const actor = await sessions.actorOf(token);
      if (actor) req.actor = actor;
      else void reply.clearCookie(SESSION_COOKIE, cookie);
    });
  }

  /**
   * The door of a page: lets through whoever may do `action` to some record, leads others to where they sign in, and
   * throws IDENTITY_SIGN_IN, IDENTITY_PASSKEY_NEEDED or IDENTITY_FORBIDDEN where that is no help. Records are checked
   * by `authorize` once they are known.
   */
  function requireStaff(action: Action): preHandlerAsyncHookHandler {
    return async (req, reply) => {
      const decision = decideEver(req.actor, action);
      if (decision === 'allowed') return;
      const way = req.method === 'GET' ? wayIn(req.actor, decision, req.url) : undefined;
      if (way) return reply.redirect(way, 303);
      throw refusal(decision);
    };
  }

  /** The door of a machine interface: checks the key, its rate and its scope, and sets `req.actor`. */
  function requireMachine(action: Action): preHandlerAsyncHookHandler {
    return async (req, reply) => {
      try {
        req.actor = await apiKeys.authenticate(req.headers.authorization);
      } catch (error) {
        if (error instanceof AppError && error.status === 401)
          void reply.header('www-authenticate', 'Bearer realm="e-Salama", error="invalid_token"');
        if (error instanceof AppError && error.status === 429)
          void reply.header('retry-after', String(error.params.seconds));
        throw error;
      }
      const decision = decideEver(req.actor, action);
      if (decision !== 'allowed') throw refusal(decision);
    };
  }

  return {
    hooks,
    requireStaff,
    requireMachine,
    setSession: (reply: FastifyReply, token: string) => reply.setCookie(SESSION_COOKIE, token, cookie),
    setDevice: (reply: FastifyReply, value: string) =>
      reply.setCookie(DEVICE_COOKIE, value, {
        ...cookie,
        path: '/desk/sign-in',
        sameSite: 'strict',
        maxAge: DEVICE_SECONDS,
      }),
    clearSession: (reply: FastifyReply) => reply.clearCookie(SESSION_COOKIE, cookie),
  };
}

export type HttpTools = ReturnType<typeof createHttpTools>;
