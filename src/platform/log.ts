import { type Logger, pino, stdSerializers } from 'pino';

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
 * Structured logs. The request serializer is ours: Fastify's own would write the reporter's address and port.
 * Paths are cut at the query, and identifiers in them stay: they say nothing without the database.
 */
export function createLogger(level: string, role: string, destination?: { write(line: string): void }): Logger {
  const options = {
    level,
    base: { role },
    redact: { paths: REDACTED, censor: '[redacted]' },
    serializers: {
      err: stdSerializers.err,
      req: (req: { method?: string; url?: string }) => ({ method: req.method, path: req.url?.split('?')[0] }),
      res: (res: { statusCode?: number }) => ({ status: res.statusCode }),
    },
  };
  return destination ? pino(options, destination) : pino(options);
}
