import { type Logger, pino } from 'pino';

export type { Logger };

/** Fields that may hold personal data or a remote address; whatever is logged under these names is replaced. */
const REDACTED = [
  'narrative',
  'contact',
  'message',
  'password',
  'token',
  'receipt',
  'authorization',
  'cookie',
  'whereabouts',
  'remoteAddress',
  'remotePort',
  'ip',
  'ips',
  'hostname',
].flatMap((name) => [name, `*.${name}`, `*.*.${name}`]);

/**
 * Links carry their right in the path (set-up, notice): whatever is long enough to be one is left out, and the query too.
 * Nor is any device that asks for a name.
 */
function safePath(url: string): string {
  if (url.startsWith('/dns-query')) return '/dns-query';
  return (url.split('?')[0] ?? '').replace(/\/[A-Za-z0-9_.~-]{24,}/g, '/…');
}

/** What helps to find a fault. Never `detail`, `where` or parameters: there PostgreSQL quotes the values of rows. */
function describeError(error: unknown): unknown {
  if (!(error instanceof Error)) return { reason: String(error) };
  const code = (error as Error & { code?: unknown }).code;
  return {
    type: error.name,
    // Not under `message`: that name is redacted, and an operator without the sentence has nothing.
    reason: error.message.slice(0, 500),
    ...(typeof code === 'string' ? { code } : {}),
    stack: error.stack?.split('\n').slice(1, 12).join('\n'),
    ...(error.cause instanceof Error ? { cause: describeError(error.cause) } : {}),
  };
}

/**
 * Structured logs. The request serializer is ours: Fastify's own would write the reporter's address and port.
 * Paths are cut at the query, and identifiers in them stay: they say nothing without the database.
 */
export function createLogger(level: string, role: string, destination?: { write(line: string): void }): Logger {
  const options = {
    level,
    base: { role },
    redact: { paths: REDACTED, censor: '[redacted]' },
    serializers: {
      err: describeError,
      req: (req: { method?: string; url?: string }) => ({ method: req.method, path: safePath(req.url ?? '') }),
      res: (res: { statusCode?: number }) => ({ status: res.statusCode }),
    },
  };
  return destination ? pino(options, destination) : pino(options);
}
