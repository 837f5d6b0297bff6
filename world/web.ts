import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import { ABUSE_API_HOST, type AbuseApi } from './abuse-api.ts';
import type { Authority } from './certificates.ts';
import { close, listenOnAll } from './listen.ts';
import { respond } from './response.ts';
import type { Sites } from './sites.ts';

/** One visit, as the web server's log keeps it. `status` is 0 when no answer was given. */
export interface LoggedRequest {
  time: Date;
  scheme: 'http' | 'https';
  method: string;
  host: string;
  path: string;
  userAgent: string;
  from: string;
  status: number;
}

export interface Web {
  httpPort: number;
  httpsPort: number;
  requests: LoggedRequest[];
  stop(): Promise<void>;
}

const LOG_LIMIT = 10_000;

function hostOf(req: IncomingMessage): string {
  try {
    return new URL(`http://${req.headers.host ?? ''}`).hostname;
  } catch {
    return '';
  }
}

/**
 * Serves every site by its `Host`, on every address the name server gives, with http on one port and https on another.
 * Sites marked `dark` get no listener.
 */
export async function startWeb(options: {
  sites: Sites;
  authority: Authority;
  /** Answers at its own host, over https. */
  api: AbuseApi;
  now(): Date;
  httpPort: number;
  httpsPort: number;
}): Promise<Web> {
  const { sites, authority, api, now } = options;
  const requests: LoggedRequest[] = [];
  const stopping = new AbortController();

  async function serve(scheme: 'http' | 'https', req: IncomingMessage, res: ServerResponse): Promise<void> {
    const host = hostOf(req);
    const path = req.url ?? '/';
    if (scheme === 'https' && host === ABUSE_API_HOST) return api.handle(req, res);
    const found = respond(sites, host, path.startsWith('/') ? path : '/');
    const unchanged = found.headers.etag !== undefined && req.headers['if-none-match'] === found.headers.etag;
    const answer = unchanged ? { ...found, status: 304, body: '' } : found;
    requests.push({
      time: now(),
      scheme,
      method: req.method ?? '',
      host,
      path,
      userAgent: req.headers['user-agent'] ?? '',
      from: req.socket.remoteAddress ?? '',
      status: answer.status,
    });
    if (requests.length > LOG_LIMIT) requests.shift();
    req.resume();
    if (answer.manner === 'reset') return void req.socket.resetAndDestroy();
    if (answer.manner === 'hang') return;
    if (answer.delayMs > 0) await sleep(answer.delayMs, undefined, { signal: stopping.signal });
    const known = req.method === 'GET' || req.method === 'HEAD' || req.method === 'POST';
    res.writeHead(known ? answer.status : 405, {
      server: 'sample-web',
      'content-length': Buffer.byteLength(answer.body),
      ...answer.headers,
    });
    res.end(req.method === 'HEAD' ? undefined : answer.body);
  }

  const handler = (scheme: 'http' | 'https') => (req: IncomingMessage, res: ServerResponse) => {
    serve(scheme, req, res).catch(() => res.destroy());
  };
  const limits = { requestTimeout: 10_000, headersTimeout: 5_000, keepAliveTimeout: 1_000 };
  const plain = () => createServer(limits, handler('http'));
  const secure = () =>
    createTlsServer(
      {
        ...limits,
        SNICallback: (name, done) => {
          const site = sites.list().find((s) => s.host === name);
          authority.contextFor(name, site?.tls ?? 'ok').then(
            (context) => done(null, context),
            (error: unknown) => done(error instanceof Error ? error : new Error(String(error))),
          );
        },
      },
      handler('https'),
    ).on('tlsClientError', (_error, socket) => socket.destroy());

  const lit = sites.list().filter((s) => !s.dark);
  const addresses = ['127.0.0.1', ...new Set(lit.map((s) => s.address))];
  const http = await listenOnAll<Server>(plain, addresses, options.httpPort);
  const https = await listenOnAll<Server>(secure, addresses, options.httpsPort).catch(async (error: unknown) => {
    await Promise.all(http.servers.map(close));
    throw error;
  });

  return {
    httpPort: http.port,
    httpsPort: https.port,
    requests,
    async stop() {
      stopping.abort();
      const all = [...http.servers, ...https.servers];
      for (const server of all) server.closeAllConnections();
      await Promise.all(all.map(close));
    },
  };
}
