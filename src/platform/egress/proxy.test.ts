import http, { type RequestListener } from 'node:http';
import type net from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { ManualClock } from '../clock.ts';
import { seededRandom } from '../random.ts';
import { hostMatcher, type ProxyDecision, type ProxyOptions, startEgressProxy } from './proxy.ts';
import { startTestDns } from './test-dns.ts';

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function setUp(handler: RequestListener, extra: ProxyOptions = {}) {
  const server = http.createServer(handler);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanups.push(
    () =>
      new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      }),
  );
  const { port } = server.address() as AddressInfo;
  const dns = await startTestDns((name, nth) => {
    if (name === 'rebind.test') return nth === 0 ? ['127.0.0.1'] : ['127.0.0.66'];
    if (name === 'private.test') return ['192.168.7.7'];
    return name === 'site.test' || name === 'accounts.google.com' ? ['127.0.0.1'] : undefined;
  });
  cleanups.push(dns.stop);
  const decisions: ProxyDecision[] = [];
  const proxy = await startEgressProxy(
    {
      allowPrivate: true,
      allowedPrivate: ['127.0.0.1/32'],
      dnsServers: [dns.server],
      portMap: { 80: port, 443: port },
      userAgent: 'unused',
      clock: new ManualClock(new Date('2026-11-24T09:00:00Z')),
      random: seededRandom(1),
    },
    { ...extra, onDecision: (d) => decisions.push(d) },
  );
  cleanups.push(proxy.stop);
  return { proxy, decisions, serverPort: port };
}

function through(
  port: number,
  path: string,
  init: http.RequestOptions = {},
  body = '',
): Promise<{ status: number; reason?: string; body: string }> {
  return new Promise((resolve, reject) => {
    const request = http.request({ host: '127.0.0.1', port, path, agent: false, ...init }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk) => (text += chunk));
      const reason = response.headers['x-egress'];
      const done = () =>
        resolve({ status: response.statusCode ?? 0, ...(typeof reason === 'string' ? { reason } : {}), body: text });
      response.on('close', done);
      response.on('error', done);
    });
    request.on('error', reject);
    request.end(body);
  });
}

function tunnel(port: number, authority: string): Promise<{ status: number; reason?: string; socket: net.Socket }> {
  return new Promise((resolve, reject) => {
    const request = http.request({ host: '127.0.0.1', port, method: 'CONNECT', path: authority, agent: false });
    request.on('connect', (response, socket) => {
      const reason = response.headers['x-egress'];
      resolve({ status: response.statusCode ?? 0, socket, ...(typeof reason === 'string' ? { reason } : {}) });
    });
    request.on('error', reject);
    request.end();
  });
}

describe('egress proxy', () => {
  it('carries requests and tunnels to judged addresses', async () => {
    const { proxy, decisions } = await setUp((req, res) => res.end(`${req.method} ${req.headers.host} ${req.url}`));
    expect(await through(proxy.port, 'http://site.test/a?b=1')).toEqual({ status: 200, body: 'GET site.test /a?b=1' });
    const { status, socket } = await tunnel(proxy.port, 'site.test:443');
    expect(status).toBe(200);
    const answer = await new Promise<string>((resolve) => {
      let text = '';
      socket.on('data', (chunk) => (text += chunk));
      socket.on('close', () => resolve(text));
      socket.write('GET /t HTTP/1.1\r\nHost: site.test\r\nConnection: close\r\n\r\n');
    });
    expect(answer).toContain('GET site.test /t');
    expect(decisions.map((d) => [d.kind, d.outcome, d.address])).toEqual([
      ['request', 'connected', '127.0.0.1'],
      ['tunnel', 'connected', '127.0.0.1'],
    ]);
  });

  it.each([
    ['127.0.0.2:443', 403, 'private-address'],
    ['2130706434:443', 403, 'private-address'],
    ['[::1]:443', 403, 'private-address'],
    ['[::ffff:10.0.0.1]:443', 403, 'private-address'],
    ['private.test:443', 403, 'private-address'],
    ['169.254.169.254:80', 403, 'metadata'],
    ['metadata.google.internal:80', 403, 'metadata'],
    ['site.test:22', 403, 'port'],
    ['printer.local:443', 403, 'special-name'],
    ['accounts.google.com:443', 403, 'dropped'],
    ['clients4.google.com:443', 403, 'dropped'],
    ['r3---sn.gvt1.com:443', 403, 'dropped'],
    ['nowhere.test:443', 502, 'dns'],
    ['site.test', 400, 'bad-url'],
  ])('refuses a tunnel to %s', async (authority, status, reason) => {
    let hits = 0;
    const { proxy } = await setUp((_req, res) => {
      hits++;
      res.end();
    });
    const answer = await tunnel(proxy.port, authority);
    answer.socket.destroy();
    expect([answer.status, answer.reason]).toEqual([status, reason]);
    expect(hits).toBe(0);
  });

  it.each([
    ['http://127.0.0.2/', 403, 'private-address'],
    ['http://0x7f000002/', 403, 'private-address'],
    ['http://private.test/', 403, 'private-address'],
    ['http://169.254.169.254/latest', 403, 'metadata'],
    ['http://u:p@site.test/', 403, 'credentials'],
    ['http://update.googleapis.com/', 403, 'dropped'],
    ['https://site.test/', 403, 'scheme'],
    ['ftp://site.test/', 403, 'scheme'],
    ['/etc/passwd', 400, 'bad-url'],
  ])('refuses a request for %s', async (url, status, reason) => {
    const { proxy } = await setUp((_req, res) => res.end('reached'));
    expect(await through(proxy.port, url)).toMatchObject({ status, reason, body: '' });
  });

  it('does not reach its own or another loopback port', async () => {
    const { proxy, serverPort } = await setUp((_req, res) => res.end('reached'));
    expect(await through(proxy.port, `http://127.0.0.1:${proxy.port}/`)).toMatchObject({ status: 403, reason: 'port' });
    expect(await through(proxy.port, `http://site.test:${serverPort}/`)).toMatchObject({ status: 403, reason: 'port' });
  });

  it('judges a name again at each connection', async () => {
    const { proxy } = await setUp((_req, res) => res.end('ok'));
    expect(await through(proxy.port, 'http://rebind.test/')).toMatchObject({ status: 200 });
    expect(await through(proxy.port, 'http://rebind.test/')).toMatchObject({ status: 403, reason: 'private-address' });
  });

  it('bounds what comes in, what goes out, and time', async () => {
    const { proxy } = await setUp(
      (req, res) => {
        if (req.url === '/big') res.end('x'.repeat(2_000_000));
        else if (req.url === '/hang') res.write('start');
        else req.resume().on('end', () => res.end('took it all'));
      },
      { maxBytes: 100_000, maxUploadBytes: 10_000, idleMs: 200 },
    );
    const big = await through(proxy.port, 'http://site.test/big');
    expect(big.body.length).toBeLessThanOrEqual(100_000);
    const upload = await through(proxy.port, 'http://site.test/up', { method: 'POST' }, 'x'.repeat(50_000)).catch(
      () => 'cut',
    );
    expect(JSON.stringify(upload)).not.toContain('took it all');
    const started = performance.now();
    await through(proxy.port, 'http://site.test/hang');
    expect(performance.now() - started).toBeLessThan(3_000);
  });

  it('matches whole host names', () => {
    const drops = hostMatcher(['clients*.google.com', '*.gvt1.com']);
    expect(drops('clients2.google.com')).toBe(true);
    expect(drops('clients2.google.com.evil.test')).toBe(false);
    expect(drops('notgvt1.com')).toBe(false);
  });
});
