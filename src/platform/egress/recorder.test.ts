import http, { type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { ManualClock } from '../clock.ts';
import { seededRandom } from '../random.ts';
import type { ProxyDecision } from './proxy.ts';
import { type Exchange, type RecorderOptions, startRecorder } from './recorder.ts';
import { createRelayCertificate } from './relay-certificate.ts';
import { startTestDns } from './test-dns.ts';

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});
const at = new Date('2026-11-24T09:00:00Z');

async function setUp(handler: RequestListener, extra: Partial<RecorderOptions> = {}) {
  const server = http.createServer(handler);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.3', resolve));
  cleanups.push(() => new Promise((resolve) => server.close(resolve) && server.closeAllConnections()));
  const { port } = server.address() as AddressInfo;
  const dns = await startTestDns((name) => (name === 'site.test' ? ['127.0.0.3'] : undefined));
  const exchanges: Exchange[] = [];
  const decisions: ProxyDecision[] = [];
  const recorder = await startRecorder(
    {
      allowPrivate: true,
      allowedPrivate: ['127.0.0.3/32'],
      dnsServers: [dns.server],
      portMap: { 80: port, 443: port },
      userAgent: 'unused',
      clock: new ManualClock(at),
      random: seededRandom(1),
    },
    {
      certificate: await createRelayCertificate(at),
      onExchange: (exchange) => {
        exchanges.push(exchange);
        return undefined;
      },
      onDecision: (decision) => decisions.push(decision),
      ...extra,
    },
  );
  cleanups.push(dns.stop, recorder.stop);
  const ask = (path: string, init: http.RequestOptions = {}, body = '') =>
    new Promise<{ status: number; headers: http.IncomingHttpHeaders; body: Buffer }>((resolve, reject) => {
      const request = http.request(
        { host: '127.0.0.1', port: recorder.port, path, agent: false, ...init },
        (answer) => {
          const chunks: Buffer[] = [];
          answer.on('data', (chunk: Buffer) => chunks.push(chunk));
          answer.on('close', () =>
            resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: Buffer.concat(chunks) }),
          );
        },
      );
      request.on('connect', (answer, socket) => {
        socket.destroy();
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: Buffer.alloc(0) });
      });
      request.on('error', reject);
      request.end(body);
    });
  return { ask, exchanges, decisions, dns };
}

describe('the recording proxy', () => {
  it('keeps what went over the wire, byte by byte, and what it means', async () => {
    const packed = gzipSync('<p>hello</p>');
    const { ask, exchanges, dns } = await setUp((_req, res) => {
      res.writeEarlyHints({ link: '</a.css>; rel=preload' });
      res.writeHead(200, { 'content-type': 'text/html', 'content-encoding': 'gzip', 'set-cookie': ['a=1', 'b=2'] });
      res.write(packed.subarray(0, 10));
      res.end(packed.subarray(10));
    });
    const answer = await ask('http://site.test/a?b=1', { headers: { 'x-page': 'yes', 'accept-encoding': 'zstd' } });
    expect(answer).toMatchObject({ status: 200, body: packed });
    expect(answer.headers['set-cookie']).toEqual(['a=1', 'b=2']);
    const [kept] = exchanges;
    if (!kept) throw new Error('nothing was kept');
    const request = kept.request.toString('latin1');
    expect(request).toMatch(/^GET \/a\?b=1 HTTP\/1\.1\r\n/);
    expect(request).toContain('x-page: yes\r\n');
    // Only what we can undo is asked for.
    expect(request).toContain('Accept-Encoding: gzip, deflate, br\r\n');
    const response = kept.response.toString('latin1');
    expect(response).toMatch(/^HTTP\/1\.1 103 Early Hints\r\n[\s\S]*\r\n\r\nHTTP\/1\.1 200 OK\r\n/);
    // In chunks, as it came.
    expect(response).toContain('Transfer-Encoding: chunked\r\n');
    expect(response).toMatch(/\r\na\r\n/);
    expect(kept.body).toEqual(packed);
    expect(kept.decoded?.toString()).toBe('<p>hello</p>');
    expect(kept).toMatchObject({
      url: 'http://site.test/a?b=1',
      status: 200,
      truncated: false,
      address: '127.0.0.3',
      begun: at,
      dns: { host: 'site.test', server: dns.server, answer: ['127.0.0.3'] },
      tls: undefined,
    });
  });

  it('shows the browser what it is told to show, and keeps what came', async () => {
    const { ask, exchanges } = await setUp((_req, res) => res.setHeader('content-type', 'image/png').end('pixels'), {
      onExchange: (exchange) => {
        exchanges.push(exchange);
        return { type: 'image/svg+xml', body: Buffer.from('<svg/>') };
      },
    });
    const answer = await ask('http://site.test/p.png');
    expect([answer.headers['content-type'], answer.body.toString()]).toEqual(['image/svg+xml', '<svg/>']);
    expect(exchanges[0]?.body.toString()).toBe('pixels');
  });

  it('cuts what is too long, and says so; nothing more comes after the whole budget', async () => {
    const { ask, exchanges } = await setUp((_req, res) => res.end(Buffer.alloc(400_000, 1)), {
      maxBytes: 100_000,
      maxTotalBytes: 150_000,
    });
    await ask('http://site.test/1');
    expect(exchanges[0]).toMatchObject({ truncated: true });
    expect(exchanges[0]?.response.length).toBe(100_000);
    await ask('http://site.test/2');
    expect(await ask('http://site.test/3')).toMatchObject({ status: 503 });
  });

  it('says that a certificate does not stand before the browser sees a tunnel', async () => {
    const { ask, decisions } = await setUp((_req, res) => res.end('plain'));
    const answer = await ask('site.test:443', { method: 'CONNECT' });
    expect([answer.status, answer.headers['x-egress']]).toEqual([502, 'tls']);
    expect(decisions.at(-1)).toMatchObject({ kind: 'tunnel', outcome: 'tls' });
  });

  it('carries no WebSocket and no large upload', async () => {
    const { ask, exchanges } = await setUp((_req, res) => res.end('x'), { maxUploadBytes: 1_000 });
    expect((await ask('site.test:80', { method: 'CONNECT' })).headers['x-egress']).toBe('scheme');
    expect((await ask('http://site.test/up', { method: 'POST' }, 'x'.repeat(2_000))).status).toBe(413);
    expect(exchanges).toEqual([]);
    expect((await ask('http://site.test/up', { method: 'POST' }, 'small')).status).toBe(200);
    expect(exchanges[0]?.request.toString()).toMatch(/\r\n\r\nsmall$/);
  });
});
