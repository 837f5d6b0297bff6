import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import net, { type AddressInfo, type Socket } from 'node:net';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { sameAddress } from './address-policy.ts';
import { createGuard, type Guard, type Route } from './guard.ts';
import type { EgressOptions, RefusalReason } from './types.ts';

/**
 * Hosts that Chromium calls by itself, even with every flag that should stop it. They must neither be reached nor be
 * taken for third parties of the page.
 */
export const CHROMIUM_HOSTS: readonly string[] = [
  'accounts.google.com',
  'update.googleapis.com',
  'content-autofill.googleapis.com',
  'optimizationguide-pa.googleapis.com',
  'safebrowsing.googleapis.com',
  'android.clients.google.com',
  'clients*.google.com',
  'clientservices.googleapis.com',
  'edgedl.me.gvt1.com',
  '*.gvt1.com',
  'redirector.gvt1.com',
  'mtalk.google.com',
  'chrome.google.com',
  'passwordsleakcheck-pa.googleapis.com',
];

export interface ProxyOptions {
  /** Host names to drop; `*` stands for any run of characters. Default `CHROMIUM_HOSTS`. */
  dropHosts?: readonly string[];
  /** Bytes from the network for one request or tunnel. Default 50 MiB. */
  maxBytes?: number;
  /** Bytes to the network for one request or tunnel. Default 1 MiB: a look does not upload. */
  maxUploadBytes?: number;
  /** Requests and tunnels at a time; more get 503. Default 128. */
  maxOpen?: number;
  /** Silence that ends a request or tunnel. Default 15 s. */
  idleMs?: number;
  /** Life of one request or tunnel. Default 60 s. */
  maxMs?: number;
  /** Told about every decision, for evidence and for tests. */
  onDecision?: (decision: ProxyDecision) => void;
}

export interface ProxyDecision {
  at: Date;
  kind: 'tunnel' | 'request';
  host: string;
  port: number;
  /** `tls`: no handshake, or a certificate that does not stand; only the recording proxy looks at it. */
  outcome: 'connected' | RefusalReason | 'dns' | 'network' | 'busy' | 'tls';
  address?: string;
}

export interface EgressProxy {
  /** On 127.0.0.1. */
  port: number;
  stop(): Promise<void>;
}

export const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** Turns `clients*.google.com` into a test of whole host names. */
export function hostMatcher(patterns: readonly string[]): (host: string) => boolean {
  const tests = patterns.map(
    (p) =>
      new RegExp(
        `^${p
          .toLowerCase()
          .replace(/[.+?^${}()|[\]\\]/g, '\\$&')
          .replaceAll('*', '.*')}$`,
      ),
  );
  return (host) => tests.some((t) => t.test(host));
}

function meter(limit: number): Transform {
  let seen = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      seen += chunk.length;
      if (seen > limit) done(new Error('byte limit'));
      else done(null, chunk);
    },
  });
}

/** Connects to the first address that answers and makes sure that it is the one that was judged. */
export function connect(
  route: Route,
  localAddress: string | undefined,
  timeoutMs: number,
): Promise<Socket | undefined> {
  const attempt = (hop: Route['hops'][number]) =>
    new Promise<Socket | undefined>((resolve) => {
      const socket = net.connect({ host: hop.address, port: hop.port, ...(localAddress ? { localAddress } : {}) });
      const fail = () => {
        socket.destroy();
        resolve(undefined);
      };
      socket.setTimeout(timeoutMs, fail);
      socket.once('error', fail);
      socket.once('connect', () => {
        if (!socket.remoteAddress || !sameAddress(socket.remoteAddress, hop.address)) return fail();
        socket.removeListener('error', fail);
        socket.setTimeout(0);
        resolve(socket);
      });
    });
  return route.hops
    .slice(0, 3)
    .reduce<Promise<Socket | undefined>>(
      async (found, hop) => (await found) ?? attempt(hop),
      Promise.resolve(undefined),
    );
}

/** `host:port` or `[v6]:port` of a CONNECT request, canonical as the URL parser makes it. */
export function authority(text: string): { host: string; port: number } | undefined {
  const port = Number(/:(\d{1,5})$/.exec(text)?.[1]);
  if (!port || port > 65_535 || !URL.canParse(`https://${text}/`)) return undefined;
  const url = new URL(`https://${text}/`);
  if (url.username || url.password || url.pathname !== '/' || url.search) return undefined;
  return { host: url.hostname.replace(/^\[|\]$/g, '').replace(/\.$/, ''), port };
}

/** What the browser is told about a decision against it. */
export const statusOf = (outcome: ProxyDecision['outcome']): number =>
  outcome === 'dns' || outcome === 'network' || outcome === 'tls' ? 502 : outcome === 'busy' ? 503 : 403;

/**
 * An HTTP proxy for the browser that looks at reported pages: the same guard as the fetcher for every request and
 * tunnel (one resolution, every address judged, connection pinned), Chromium's own hosts dropped, bytes and time
 * bounded. TLS passes through unopened.
 */
export async function startEgressProxy(options: EgressOptions, proxy: ProxyOptions = {}): Promise<EgressProxy> {
  const guard: Guard = createGuard(options);
  const dropped = hostMatcher(proxy.dropHosts ?? CHROMIUM_HOSTS);
  const limits = {
    down: proxy.maxBytes ?? 50 * 1024 * 1024,
    up: proxy.maxUploadBytes ?? 1024 * 1024,
    open: proxy.maxOpen ?? 128,
    idleMs: proxy.idleMs ?? 15_000,
    maxMs: proxy.maxMs ?? 60_000,
  };
  let open = 0;
  const sockets = new Set<Socket>();

  type Ask = { kind: ProxyDecision['kind']; host: string; port: number };
  const decide = async (ask: Ask): Promise<Socket | ProxyDecision['outcome']> => {
    const outcome = async (): Promise<Socket | ProxyDecision['outcome']> => {
      if (open >= limits.open) return 'busy';
      if (dropped(ask.host)) return 'dropped';
      const route = await guard.route(ask);
      if (route.kind === 'refused') return route.reason;
      if (route.kind === 'dns') return 'dns';
      return (await connect(route, options.localAddress, 5_000)) ?? 'network';
    };
    open++;
    const result = await outcome().finally(() => open--);
    const connected = result instanceof net.Socket;
    if (connected) {
      const upstream = result;
      open++;
      sockets.add(upstream);
      const life = setTimeout(() => upstream.destroy(), limits.maxMs);
      upstream.setTimeout(limits.idleMs, () => upstream.destroy());
      upstream.once('close', () => {
        clearTimeout(life);
        sockets.delete(upstream);
        open--;
      });
    }
    proxy.onDecision?.({
      at: options.clock.now(),
      ...ask,
      outcome: connected ? 'connected' : result,
      ...(connected && result.remoteAddress ? { address: result.remoteAddress } : {}),
    });
    return result;
  };

  async function handleTunnel(request: IncomingMessage, client: Socket, head: Buffer): Promise<void> {
    client.on('error', () => client.destroy());
    const refuse = (status: number, reason: string) =>
      client.end(`HTTP/1.1 ${status} ${http.STATUS_CODES[status]}\r\nx-egress: ${reason}\r\ncontent-length: 0\r\n\r\n`);
    const asked = authority(request.url ?? '');
    if (!asked) return void refuse(400, 'bad-url');
    const upstream = await decide({ kind: 'tunnel', ...asked });
    if (!(upstream instanceof net.Socket)) return void refuse(statusOf(upstream), upstream);
    client.write('HTTP/1.1 200 Connection established\r\n\r\n');
    if (head.length > 0) upstream.write(head);
    await Promise.allSettled([
      pipeline(client, meter(limits.up), upstream),
      pipeline(upstream, meter(limits.down), client),
    ]);
    client.destroy();
    upstream.destroy();
  }

  async function handleRequest(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const refuse = (status: number, reason: string) =>
      response.writeHead(status, { 'x-egress': reason, 'content-length': 0, connection: 'close' }).end();
    const target = guard.target(request.url ?? '');
    if ('kind' in target) return void refuse(target.reason === 'bad-url' ? 400 : 403, target.reason);
    // https comes as CONNECT; asking us to open it would hide the certificate from the browser.
    if (target.url.protocol !== 'http:') return void refuse(403, 'scheme');
    const upstream = await decide({ kind: 'request', host: target.host, port: target.port });
    if (!(upstream instanceof net.Socket)) return void refuse(statusOf(upstream), upstream);

    const kept = Object.entries(request.headers).filter(([name]) => !HOP_BY_HOP.has(name));
    const outgoing = http.request({
      createConnection: () => upstream,
      method: request.method,
      path: `${target.url.pathname}${target.url.search}`,
      headers: { ...Object.fromEntries(kept), host: target.url.host, connection: 'close' },
      setHost: false,
      maxHeaderSize: 32_768,
    });
    const fail = () => {
      upstream.destroy();
      if (response.headersSent) response.destroy();
      else refuse(502, 'network');
    };
    outgoing.on('error', fail);
    outgoing.on('upgrade', fail);
    outgoing.on('response', (incoming) => {
      const headers = Object.entries(incoming.headers).filter(([name]) => !HOP_BY_HOP.has(name));
      response.writeHead(incoming.statusCode ?? 502, { ...Object.fromEntries(headers), connection: 'close' });
      pipeline(incoming, meter(limits.down), response).catch(fail);
    });
    await pipeline(request, meter(limits.up), outgoing).catch(fail);
  }

  const server = http.createServer({ maxHeaderSize: 32_768, requestTimeout: limits.maxMs }, (request, response) => {
    handleRequest(request, response).catch(() => response.destroy());
  });
  server.on('connect', (request, client: Socket, head) => {
    handleTunnel(request, client, head).catch(() => client.destroy());
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  // Only CONNECT opens a tunnel; a plain upgrade (ws: without it) is not ours to carry.
  server.on('upgrade', (_request, socket) => socket.destroy());
  server.on('clientError', (_error, socket) => socket.destroy());

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}
