import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import net, { type AddressInfo, isIP, type Socket } from 'node:net';
import tls, { type TLSSocket } from 'node:tls';
import { brotliDecompressSync, gunzipSync, inflateRawSync, inflateSync } from 'node:zlib';
import { ACCEPT_ENCODING } from './body.ts';
import { createGuard } from './guard.ts';
import {
  authority,
  CHROMIUM_HOSTS,
  connect,
  type EgressProxy,
  HOP_BY_HOP,
  hostMatcher,
  type ProxyDecision,
  statusOf,
} from './proxy.ts';
import type { RelayCertificate } from './relay-certificate.ts';
import { Tap } from './tap.ts';
import { trusting } from './trust.ts';
import type { EgressOptions } from './types.ts';

/** One request and what came back, as bytes on the wire and as what they mean. */
export interface Exchange {
  url: string;
  method: string;
  begun: Date;
  ended: Date;
  /** As sent and received under TLS; `response` begins with its status line and is chunked if it came so. */
  request: Buffer;
  response: Buffer;
  status: number;
  /** Name and value by turns, as they came. */
  rawHeaders: readonly string[];
  /** The body as it came, without the chunks. */
  body: Buffer;
  /** The body without its content encoding too; undefined when that could not be undone. */
  decoded: Buffer | undefined;
  /** The answer went on or broke off after what is here. */
  truncated: boolean;
  address: string;
  port: number;
  /** What the name server said; `server` is who was asked. */
  dns: { host: string; server: string; answer: readonly string[]; at: Date };
  /** Of the site itself: protocol, cipher and its certificates (DER), its own first. */
  tls: { protocol: string; cipher: string; chain: readonly Buffer[] } | undefined;
}

/** What the browser gets to see instead of what came. */
export interface Shown {
  type: string;
  body: Buffer;
}

export interface RecorderOptions {
  certificate: RelayCertificate;
  /** Told of each exchange once it is complete; may give the browser something else than what came. */
  onExchange(exchange: Exchange): Shown | undefined;
  onDecision?(decision: ProxyDecision): void;
  /** Bytes of one answer. Default 10 MiB. */
  maxBytes?: number;
  /** Bytes of all answers together; then nothing more is fetched. Default 40 MiB. */
  maxTotalBytes?: number;
  /** Bytes that one request may carry out. Default 64 KiB: evidence is looked at, not written to. */
  maxUploadBytes?: number;
  maxOpen?: number;
  idleMs?: number;
  maxMs?: number;
}

export type Recorder = EgressProxy;

interface Upstream {
  socket: Socket | TLSSocket;
  host: string;
  port: number;
  address: string;
  dns: Exchange['dns'];
  tls: Exchange['tls'];
}

/** A compressed answer may grow to this many times the limit of an answer before it counts as a bomb. */
const GROWTH = 4;

function undo(body: Buffer, encoding: string, limit: number): Buffer | undefined {
  const options = { maxOutputLength: limit };
  try {
    switch (encoding.trim().toLowerCase()) {
      case '':
      case 'identity':
        return body;
      case 'gzip':
      case 'x-gzip':
        return gunzipSync(body, options);
      case 'br':
        return brotliDecompressSync(body, options);
      case 'deflate':
        // Servers disagree about what "deflate" is: with the zlib header, or without.
        return (body[0] ?? 0) % 16 === 8 ? inflateSync(body, options) : inflateRawSync(body, options);
      default:
        return undefined;
    }
  } catch {
    return undefined;
  }
}

/** The site's certificates as it sent them, its own first. */
function chainOf(socket: TLSSocket): Buffer[] {
  const chain: Buffer[] = [];
  let certificate = socket.getPeerCertificate(true);
  while (certificate?.raw && !chain.some((der) => der.equals(certificate.raw))) {
    chain.push(certificate.raw);
    certificate = certificate.issuerCertificate;
  }
  return chain;
}

/** Speaks TLS with the site and checks its certificate as a browser would. Undefined when either fails. */
function secure(socket: Socket, host: string, ca: readonly string[] | undefined, ms: number) {
  return new Promise<TLSSocket | undefined>((resolve) => {
    const upper = tls.connect({
      socket,
      host,
      ...(isIP(host) ? {} : { servername: host }),
      ALPNProtocols: ['http/1.1'],
      ...(ca?.length ? { secureContext: trusting(ca) } : {}),
    });
    const timer = setTimeout(() => upper.destroy(new Error('handshake timeout')), ms);
    upper.once('secureConnect', () => {
      clearTimeout(timer);
      resolve(upper);
    });
    upper.on('error', () => {
      clearTimeout(timer);
      resolve(undefined);
    });
  });
}

/**
 * The guarded proxy for captures: the same guard as everywhere for every request, and a copy of all that passes. TLS is
 * ended here, with the site's own certificate checked and kept, and begun again towards the browser under a certificate
 * of this one capture. One connection carries one exchange; WebSockets are refused, since nothing of them could be kept.
 */
export async function startRecorder(options: EgressOptions, recorder: RecorderOptions): Promise<Recorder> {
  const guard = createGuard(options);
  const dropped = hostMatcher(CHROMIUM_HOSTS);
  const limits = {
    one: recorder.maxBytes ?? 10 * 1024 * 1024,
    all: recorder.maxTotalBytes ?? 40 * 1024 * 1024,
    up: recorder.maxUploadBytes ?? 64 * 1024,
    open: recorder.maxOpen ?? 64,
    idleMs: recorder.idleMs ?? 15_000,
    maxMs: recorder.maxMs ?? 45_000,
  };
  const sockets = new Set<Socket>();
  const tunnels = new WeakMap<object, Upstream>();
  const context = tls.createSecureContext({ key: recorder.certificate.key, cert: recorder.certificate.cert });
  let open = 0;
  let total = 0;

  const keep = <T extends Socket>(socket: T): T => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    return socket;
  };

  async function reach(host: string, port: number, tunnel: boolean): Promise<Upstream | ProxyDecision['outcome']> {
    if (open >= limits.open || total >= limits.all) return 'busy';
    if (dropped(host)) return 'dropped';
    const at = options.clock.now();
    const route = await guard.route({ host, port });
    if (route.kind === 'refused') return route.reason;
    if (route.kind === 'dns') return 'dns';
    const lower = await connect(route, options.localAddress, 5_000);
    if (!lower) return 'network';
    keep(lower);
    open++;
    lower.once('close', () => open--);
    lower.on('error', () => lower.destroy());
    const life = setTimeout(() => lower.destroy(), limits.maxMs);
    lower.once('close', () => clearTimeout(life));
    lower.setTimeout(limits.idleMs, () => lower.destroy());
    const found = { host, port, address: lower.remoteAddress ?? '' };
    const dns = { host, server: guard.dns.name, answer: route.answer, at };
    if (!tunnel) return { socket: lower, ...found, dns, tls: undefined };
    const upper = await secure(lower, host, options.ca, 8_000);
    if (!upper) {
      lower.destroy();
      return 'tls';
    }
    const facts = { protocol: upper.getProtocol() ?? '', cipher: upper.getCipher().name, chain: chainOf(upper) };
    return { socket: upper, ...found, dns, tls: facts };
  }

  async function decide(kind: ProxyDecision['kind'], host: string, port: number) {
    const result = await reach(host, port, kind === 'tunnel');
    const connected = typeof result !== 'string';
    recorder.onDecision?.({
      at: options.clock.now(),
      kind,
      host,
      port,
      outcome: connected ? 'connected' : result,
      ...(connected ? { address: result.address } : {}),
    });
    return result;
  }

  async function handleTunnel(request: IncomingMessage, client: Socket, head: Buffer): Promise<void> {
    client.on('error', () => client.destroy());
    const refuse = (status: number, reason: string) =>
      void client.end(
        `HTTP/1.1 ${status} ${http.STATUS_CODES[status]}\r\nx-egress: ${reason}\r\ncontent-length: 0\r\n\r\n`,
      );
    const asked = authority(request.url ?? '');
    if (!asked) return refuse(400, 'bad-url');
    // A tunnel to the port of plain HTTP is a WebSocket.
    if (asked.port === 80) return refuse(403, 'scheme');
    const upstream = await decide('tunnel', asked.host, asked.port);
    if (typeof upstream === 'string') return refuse(statusOf(upstream), upstream);
    client.write('HTTP/1.1 200 Connection established\r\n\r\n');
    if (head.length > 0) client.unshift(head);
    const inner = new tls.TLSSocket(client, { isServer: true, secureContext: context, ALPNProtocols: ['http/1.1'] });
    inner.on('error', () => inner.destroy());
    inner.once('close', () => upstream.socket.destroy());
    client.once('close', () => upstream.socket.destroy());
    tunnels.set(inner, upstream);
    server.emit('connection', inner);
  }

  async function bodyOf(request: IncomingMessage): Promise<Buffer | undefined> {
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of request as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > limits.up) return undefined;
      chunks.push(chunk);
    }
    return Buffer.concat(chunks);
  }

  /** Sends the request and waits for the whole answer; undefined when none begins. */
  function ask(upstream: Upstream, url: URL, request: IncomingMessage, upload: Buffer): Promise<Exchange | undefined> {
    const tap = new Tap(upstream.socket, limits.one);
    const begun = options.clock.now();
    const headers: string[] = [];
    for (let i = 0; i + 1 < request.rawHeaders.length; i += 2) {
      const name = request.rawHeaders[i] as string;
      const lower = name.toLowerCase();
      if (HOP_BY_HOP.has(lower) || ['host', 'accept-encoding', 'content-length'].includes(lower)) continue;
      headers.push(name, request.rawHeaders[i + 1] as string);
    }
    headers.push('Host', url.host, 'Accept-Encoding', ACCEPT_ENCODING, 'Connection', 'close');
    if (upload.length > 0) headers.push('Content-Length', String(upload.length));
    return new Promise((resolve) => {
      const outgoing = http.request({
        createConnection: () => tap,
        method: request.method,
        path: `${url.pathname}${url.search}`,
        headers,
        setHost: false,
        maxHeaderSize: 32_768,
      });
      outgoing.on('error', () => resolve(undefined));
      outgoing.on('upgrade', (_answer, socket) => {
        socket.destroy();
        resolve(undefined);
      });
      outgoing.on('response', (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('error', () => undefined);
        answer.once('close', () => {
          const body = Buffer.concat(chunks);
          const response = Buffer.concat(tap.received);
          total += response.length;
          tap.destroy();
          resolve({
            url: url.href,
            method: request.method ?? 'GET',
            begun,
            ended: options.clock.now(),
            request: Buffer.concat(tap.sent),
            response,
            status: answer.statusCode ?? 0,
            rawHeaders: answer.rawHeaders,
            body,
            decoded: undo(body, answer.headers['content-encoding'] ?? '', limits.one * GROWTH),
            truncated: tap.cut || !answer.complete,
            address: upstream.address,
            port: upstream.port,
            dns: upstream.dns,
            tls: upstream.tls,
          });
        });
      });
      outgoing.end(upload);
    });
  }

  async function handleRequest(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const refuse = (status: number, reason: string) =>
      void response.writeHead(status, { 'x-egress': reason, 'content-length': 0, connection: 'close' }).end();
    const tunnel = tunnels.get(request.socket);
    // Inside a tunnel a request names its host itself, and may not name another than the one that was judged.
    const asked = tunnel ? `https://${request.headers.host ?? ''}${request.url ?? ''}` : (request.url ?? '');
    const target = guard.target(asked);
    if ('kind' in target) return refuse(target.reason === 'bad-url' ? 400 : 403, target.reason);
    if (!tunnel && target.url.protocol !== 'http:') return refuse(403, 'scheme');
    if (tunnel && (target.host !== tunnel.host || target.port !== tunnel.port)) return refuse(403, 'bad-url');
    const upload = await bodyOf(request).catch(() => undefined);
    if (!upload) return refuse(413, 'upload');
    const upstream = tunnel ?? (await decide('request', target.host, target.port));
    if (typeof upstream === 'string') return refuse(statusOf(upstream), upstream);
    const exchange = await ask(upstream, target.url, request, upload);
    if (!exchange) {
      upstream.socket.destroy();
      return refuse(502, 'network');
    }
    const shown = recorder.onExchange(exchange);
    const headers: string[] = [];
    for (let i = 0; i + 1 < exchange.rawHeaders.length; i += 2) {
      const name = exchange.rawHeaders[i] as string;
      const lower = name.toLowerCase();
      if (HOP_BY_HOP.has(lower) || lower === 'content-length' || lower === 'alt-svc') continue;
      if (shown && (lower === 'content-type' || lower === 'content-encoding')) continue;
      headers.push(name, exchange.rawHeaders[i + 1] as string);
    }
    if (shown) headers.push('Content-Type', shown.type);
    headers.push('Connection', 'close');
    const bodiless = exchange.method === 'HEAD' || exchange.status === 204 || exchange.status === 304;
    const body = shown?.body ?? exchange.body;
    if (!bodiless) headers.push('Content-Length', String(body.length));
    response.writeHead(exchange.status, headers).end(bodiless ? undefined : body);
  }

  const server = http.createServer({ maxHeaderSize: 32_768, requestTimeout: limits.maxMs }, (request, response) => {
    handleRequest(request, response).catch(() => response.destroy());
  });
  server.on('connect', (request, client: Socket, head) => {
    handleTunnel(request, client, head).catch(() => client.destroy());
  });
  server.on('connection', (socket: Socket) => void (socket instanceof net.Socket && keep(socket)));
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
