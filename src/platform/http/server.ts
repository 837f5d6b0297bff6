import './types.ts';
import path from 'node:path';
import cookie from '@fastify/cookie';
import formbody from '@fastify/formbody';
import fastify, { type FastifyBaseLogger, type FastifyInstance, type FastifyRequest, LogController } from 'fastify';
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod';
import { createTranslator, isLang, type Lang, negotiate, type Translator } from '../i18n/index.ts';
import type { Platform } from '../platform.ts';
import type { ShellData } from '../ui/index.ts';
import { registerAssets } from './assets.ts';
import { registerErrorHandling } from './errors.tsx';
import { checkCsrf, visitorId } from './session-cookie.ts';

/** Paths that only machines and pages' own parts ask for: without visitors, forms and frames. */
const withoutVisitor = (url: string): boolean => /^\/(assets|api|dns-query)(\/|\?|$)/.test(url);

/** Bodies above this many bytes are refused with 413 (issue: 256 KB). */
export const BODY_LIMIT = 256 * 1024;

export interface ServerOptions {
  zone: string;
  fallbackLang: Lang;
  /** What every page's frame needs: lines to call, who is signed in. Runs after sessions are known. */
  shellData(req: FastifyRequest): Promise<ShellData>;
  /** Hooks that must be on the root instance before any route, such as sessions. */
  beforeRoutes?(app: FastifyInstance): void;
}

function languageOf(req: FastifyRequest, fallback: Lang): Lang {
  const first = req.url.split('/', 2)[1]?.split('?')[0] ?? '';
  if (isLang(first)) return first;
  // Pages without a language in their path, such as the exit, are told where somebody comes from: nothing else knows.
  const asked = (req.query as { lang?: unknown } | undefined)?.lang;
  if (typeof asked === 'string' && isLang(asked)) return asked;
  const chosen = req.cookies.lang;
  if (chosen && isLang(chosen)) return chosen;
  return negotiate(req.headers['accept-language'], fallback);
}

/**
 * The web server: forms, cookies, languages, security headers, CSRF, errors, our own assets. No remote address is ever
 * read: `trustProxy` stays off, and the log serializer has no field for it.
 */
export async function buildServer(platform: Platform, options: ServerOptions): Promise<FastifyInstance> {
  const { config, keys, random } = platform;
  const app = fastify({
    loggerInstance: platform.log as FastifyBaseLogger,
    logController: new LogController({
      disableRequestLogging: config.logLevel !== 'debug' && config.logLevel !== 'trace',
    }),
    bodyLimit: BODY_LIMIT,
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 256 },
    forceCloseConnections: 'idle',
    requestTimeout: 30_000,
    trustProxy: false,
  });
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  await app.register(cookie);
  await app.register(formbody, { bodyLimit: BODY_LIMIT });

  const secure = config.publicOrigin.startsWith('https:');

  const translators = new Map<Lang, Translator>();
  const translator = (lang: Lang) => {
    let tr = translators.get(lang);
    if (!tr) {
      tr = createTranslator(platform.i18n, lang, options.zone);
      translators.set(lang, tr);
    }
    return tr;
  };

  app.decorateRequest('lang', 'ar');
  app.decorateRequest('csrfToken', '');
  app.decorateRequest('cspNonce', '');
  for (const name of ['tr', 'shellData'] as const) app.decorateRequest(name, null as never);

  app.addHook('onRequest', async (req, reply) => {
    req.lang = languageOf(req, options.fallbackLang);
    req.tr = translator(req.lang);
    req.cspNonce = random.bytes(12).toString('base64url');
    req.shellData = { helpLines: [], user: undefined };
    void reply.headers({
      'content-security-policy': [
        "default-src 'none'",
        `script-src 'self' 'nonce-${req.cspNonce}'`,
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "font-src 'self'",
        "connect-src 'self'",
        "worker-src 'self' blob:",
        "manifest-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
      ].join('; '),
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'permissions-policy': 'camera=(), microphone=(), geolocation=(), browsing-topics=()',
      ...(secure ? { 'strict-transport-security': 'max-age=31536000; includeSubDomains' } : {}),
    });
    if (withoutVisitor(req.url)) return;
    const visitor = visitorId(req, reply, () => random.bytes(18).toString('base64url'), secure);
    req.csrfToken = keys.token('csrf', visitor);
  });
  app.addHook('preHandler', async (req) => {
    const safe = req.method === 'GET' || req.method === 'HEAD' || req.method === 'OPTIONS';
    // Where there is nothing, nothing is done: the answer is that, not that a page expired.
    if (!safe && !req.is404 && req.routeOptions.config?.csrf !== 'exempt') checkCsrf(req, keys);
    if (!withoutVisitor(req.url)) req.shellData = await options.shellData(req);
  });
  options.beforeRoutes?.(app as FastifyInstance);
  registerAssets(app as FastifyInstance, path.join(platform.rootDir, 'dist/assets'));
  registerErrorHandling(app);
  return app;
}
