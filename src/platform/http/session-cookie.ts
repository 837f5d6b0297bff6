import type { FastifyReply, FastifyRequest } from 'fastify';
import { defineError } from '../errors.ts';
import type { Keyring } from '../keys.ts';

export const CSRF_FAILED = defineError('http', 'CSRF_FAILED', 403);

/** A visitor's random id in a session cookie: ties forms to a browser, names nobody, ends with the browser. */
export const VISITOR_COOKIE = 'sv';

export function visitorId(req: FastifyRequest, reply: FastifyReply, make: () => string, secure: boolean): string {
  const have = req.cookies[VISITOR_COOKIE];
  if (have && /^[A-Za-z0-9_-]{22,64}$/.test(have)) return have;
  const id = make();
  void reply.setCookie(VISITOR_COOKIE, id, { path: '/', httpOnly: true, sameSite: 'lax', secure });
  return id;
}

/**
 * Double-submit token plus Sec-Fetch-Site. Not by Origin alone: with `Referrer-Policy: no-referrer` some browsers send
 * `Origin: null`, and an old phone that sends neither header must still be able to report.
 */
export function checkCsrf(req: FastifyRequest, keys: Keyring): void {
  const site = req.headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin' && site !== 'none') throw CSRF_FAILED();
  const visitor = req.cookies[VISITOR_COOKIE];
  const body = req.body as Record<string, unknown> | undefined;
  const token = body?._csrf ?? req.headers['x-csrf-token'];
  if (!visitor || typeof token !== 'string' || !keys.verifyToken('csrf', visitor, token)) throw CSRF_FAILED();
}
