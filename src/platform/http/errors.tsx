import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { isConnectionError } from '../db.ts';
import { AppError, defineError } from '../errors.ts';
import { ErrorPage } from '../ui/index.ts';
import { sendPage } from './page.tsx';

const NOT_FOUND = defineError('http', 'NOT_FOUND', 404);
const METHOD_NOT_ALLOWED = defineError('http', 'METHOD_NOT_ALLOWED', 405);
const TOO_LARGE = defineError('http', 'TOO_LARGE', 413);
const BAD_REQUEST = defineError('http', 'BAD_REQUEST', 400);
const UNSUPPORTED_MEDIA = defineError('http', 'UNSUPPORTED_MEDIA', 415);
const UNAVAILABLE = defineError('http', 'UNAVAILABLE', 503);
const INTERNAL = defineError('http', 'INTERNAL', 500);

function toAppError(error: FastifyError | Error): AppError {
  if (error instanceof AppError) return error;
  if (isConnectionError(error)) return UNAVAILABLE({}, { cause: error });
  const status = 'statusCode' in error ? error.statusCode : undefined;
  if (status === 413) return TOO_LARGE({}, { cause: error });
  if (status === 415) return UNSUPPORTED_MEDIA({}, { cause: error });
  if (status === 404) return NOT_FOUND({}, { cause: error });
  if (status !== undefined && status >= 400 && status < 500) return BAD_REQUEST({}, { cause: error });
  return INTERNAL({}, { cause: error });
}

/** RFC 9457 problem document of an error, in the request's language. */
export function problem(req: FastifyRequest, error: AppError): Record<string, unknown> {
  return {
    type: `urn:e-salama:error:${error.code}`,
    title: req.tr.t(error.messageKey, error.params),
    status: error.status,
    code: error.code,
    ...error.extensions,
  };
}

function answer(req: FastifyRequest, reply: FastifyReply, error: AppError): FastifyReply {
  if (error.status === 503) void reply.header('retry-after', '5');
  const wantsProblem = req.routeOptions.config?.problem === true || req.url.startsWith('/api/');
  if (wantsProblem)
    return reply
      .status(error.status)
      .type('application/problem+json; charset=utf-8')
      .headers({ 'content-language': req.tr.lang, vary: 'accept-language' })
      .send(problem(req, error));
  const staff = req.shellData.user !== undefined;
  return sendPage(req, reply, {
    status: error.status,
    title: req.tr.t('http.error.title'),
    shell: staff ? 'desk' : 'public',
    body: <ErrorPage code={error.code} message={req.tr.t(error.messageKey, error.params)} status={error.status} />,
  });
}

/** The methods of an interface's address, by its pattern; pages answer 404 and tell nothing of what they take. */
function methodsByAddress(app: FastifyInstance): (req: FastifyRequest) => string[] {
  const known: { pattern: RegExp; method: string }[] = [];
  app.addHook('onRoute', ({ url, method }) => {
    if (!url.startsWith('/api/')) return;
    const escaped = url
      .split('/')
      .map((part) => (part.includes(':') ? '[^/]+' : part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')));
    const pattern = new RegExp(`^${escaped.join('/')}/?$`);
    for (const one of [method].flat()) known.push({ pattern, method: one });
  });
  return (req) => {
    const path = req.url.split('?', 1)[0] ?? '';
    return [...new Set(known.filter((k) => k.pattern.test(path)).map((k) => k.method))].sort();
  };
}

/** One error handler for pages and interfaces: a code, a status and a sentence in the request's language. */
export function registerErrorHandling(app: FastifyInstance): void {
  app.setErrorHandler((raw: FastifyError, req, reply) => {
    const error = toAppError(raw);
    if (error.status >= 500) req.log.error({ err: raw, code: error.code }, 'request failed');
    else req.log.info({ code: error.code }, 'request refused');
    return answer(req, reply, error);
  });
  const methodsOf = methodsByAddress(app);
  app.setNotFoundHandler((req, reply) => {
    const methods = methodsOf(req);
    if (methods.length === 0) return answer(req, reply, NOT_FOUND());
    void reply.header('allow', methods.join(', '));
    return answer(req, reply, METHOD_NOT_ALLOWED());
  });
}
