import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import http, { type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import net, { type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ManualClock } from '../clock.ts';
import { seededRandom } from '../random.ts';
import { createEgress } from './egress.ts';
import { startTestDns, type TestDns } from './test-dns.ts';
import type { EgressOptions, EgressResult } from './types.ts';

const at = new Date('2026-11-24T09:00:00Z');

function options(extra: Partial<EgressOptions> = {}): EgressOptions {
  return {
    allowPrivate: false,
    userAgent: 'Mozilla/5.0 test',
    clock: new ManualClock(at),
    random: seededRandom(1),
    timeoutMs: 3_000,
    minGapMs: 0,
    ...extra,
  };
}

async function listen(
  handler: RequestListener,
): Promise<{ port: number; hits: () => number; stop: () => Promise<void> }> {
  let hits = 0;
  const server = http.createServer((req, res) => {
    hits++;
    handler(req, res);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    hits: () => hits,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024));
const pages: Record<string, (req: IncomingMessage, res: ServerResponse) => void> = {
  '/': (_req, res) => res.setHeader('set-cookie', 'a=1').end('hello'),
  '/echo': (req, res) => res.end(JSON.stringify(req.headers)),
  '/br': (_req, res) => res.setHeader('content-encoding', 'br').end(brotliCompressSync('brotli text')),
  '/bomb': (_req, res) => res.setHeader('content-encoding', 'gzip').end(bomb),
  '/broken-gzip': (_req, res) =>
    res.setHeader('content-encoding', 'gzip').end(gzipSync('x'.repeat(99)).subarray(0, 20)),
  '/endless': (_req, res) => {
    const timer = setInterval(() => res.write('x'.repeat(10_000)), 1);
    res.on('close', () => clearInterval(timer));
  },
  '/slow': () => {},
  '/headers': (_req, res) => res.setHeader('x-long', 'x'.repeat(60_000)).end(),
  '/take': (req, res) => {
    const chunks: Buffer[] = [];
    req.on('data', (chunk: Buffer) => chunks.push(chunk));
    req.on('end', () =>
      res.end(JSON.stringify({ method: req.method, headers: req.headers, body: Buffer.concat(chunks).toString() })),
    );
  },
  '/loop': (_req, res) => res.writeHead(302, { location: '/loop' }).end(),
  '/hop': (_req, res) => res.writeHead(301, { location: '/' }).end(),
  '/bad-location': (_req, res) => res.writeHead(302, { location: 'http://[' }).end(),
};

describe('egress', () => {
  let dns: TestDns;
  let site: Awaited<ReturnType<typeof listen>>;
  /** Must never be reached. */
  let decoy: Awaited<ReturnType<typeof listen>>;

  beforeAll(async () => {
    dns = await startTestDns((name, nth) => {
      if (name === 'site.test' || name === 'site2.test') return ['127.0.0.1'];
      if (name === 'rebind.test') return nth === 0 ? ['127.0.0.1'] : ['127.0.0.66'];
      if (name === 'mixed.test') return ['1.1.1.1', '10.9.9.9'];
      if (name === 'mixed6.test') return ['1.1.1.1', 'fd00::9'];
      if (name === 'private.test') return ['10.1.2.3'];
      if (name === 'metadata-name.test') return ['169.254.169.254'];
      if (name === 'mapped.test') return ['::ffff:10.0.0.1'];
      if (name === 'nat64.test') return ['64:ff9b::a00:1'];
      if (name === 'teredo.test') return ['2001:0:4136:e378:8000:63bf:3fff:fdd2'];
      if (name === 'sixtofour.test') return ['2002:a00:1::1'];
      if (name === 'ula.test') return ['fd00::1'];
      if (name === 'empty.test') return [];
      if (name === 'broken.test') return 'SERVFAIL';
      if (name === 'silent.test') return 'SILENT';
      return undefined;
    });
    decoy = await listen((_req, res) => res.end('internal secret'));
    site = await listen((req, res) => {
      const path = req.url ?? '/';
      const to = /^\/to\?(.+)/.exec(path)?.[1];
      if (to) return void res.writeHead(302, { location: decodeURIComponent(to) }).end();
      const page = pages[path];
      if (page) return void page(req, res);
      res.writeHead(404).end('nothing here');
    });
  });
  afterAll(async () => {
    await Promise.all([dns.stop(), site.stop(), decoy.stop()]);
  });

  const world = (extra: Partial<EgressOptions> = {}) =>
    createEgress(
      options({
        allowPrivate: true,
        allowedPrivate: ['127.0.0.1/32'],
        dnsServers: [dns.server],
        portMap: { 80: site.port },
        ...extra,
      }),
    );
  const outcome = (r: EgressResult) => (r.kind === 'refused' ? `refused:${r.reason}` : r.kind);

  describe('refuses (SSRF)', () => {
    const cases: [string, string][] = [
      ['http://127.0.0.1/', 'private-address'],
      ['http://127.1/', 'private-address'],
      ['http://127.0.1/', 'private-address'],
      ['http://2130706433/', 'private-address'],
      ['http://0x7f000001/', 'private-address'],
      ['http://0x7f.0.0.1/', 'private-address'],
      ['http://017700000001/', 'private-address'],
      ['http://0177.0.0.01/', 'private-address'],
      ['http://１２７.０.０.１/', 'private-address'],
      ['http://127.0.0.1./', 'private-address'],
      ['http://0/', 'private-address'],
      ['http://0.0.0.0/', 'private-address'],
      ['http://localhost/', 'private-address'],
      ['http://LOCALHOST./', 'private-address'],
      ['http://app.localhost/', 'private-address'],
      ['http://10.0.0.1/', 'private-address'],
      ['http://172.16.1.1/', 'private-address'],
      ['http://192.168.0.1/', 'private-address'],
      ['http://100.64.0.1/', 'private-address'],
      ['http://198.18.0.1/', 'private-address'],
      ['http://192.0.2.1/', 'private-address'],
      ['http://224.0.0.1/', 'private-address'],
      ['http://255.255.255.255/', 'private-address'],
      ['http://[::1]/', 'private-address'],
      ['http://[::]/', 'private-address'],
      ['http://[::ffff:127.0.0.1]/', 'private-address'],
      ['http://[::ffff:7f00:1]/', 'private-address'],
      ['http://[::127.0.0.1]/', 'private-address'],
      ['http://[fe80::1]/', 'private-address'],
      ['http://[fc00::1]/', 'private-address'],
      ['http://[fec0::1]/', 'private-address'],
      ['http://[ff02::1]/', 'private-address'],
      ['http://[64:ff9b::7f00:1]/', 'private-address'],
      ['http://[2002:7f00:1::]/', 'private-address'],
      ['http://[2001:db8::1]/', 'private-address'],
      ['http://169.254.169.254/latest/meta-data/', 'metadata'],
      ['http://2852039166/latest/', 'metadata'],
      ['http://0xa9fea9fe/', 'metadata'],
      ['http://[::ffff:169.254.169.254]/', 'metadata'],
      ['http://[fd00:ec2::254]/', 'metadata'],
      ['http://168.63.129.16/', 'metadata'],
      ['http://metadata.google.internal/computeMetadata/v1/', 'metadata'],
      ['http://METADATA.google.internal./', 'metadata'],
      ['http://metadata/', 'metadata'],
      ['http://printer.local/', 'special-name'],
      ['http://db.internal/', 'special-name'],
      ['http://abcdef.onion/', 'special-name'],
      ['http://kubernetes/', 'special-name'],
      ['http://router.home.arpa/', 'special-name'],
      ['http://site.test:22/', 'port'],
      ['http://1.1.1.1:6379/', 'port'],
      ['https://1.1.1.1:8443/', 'port'],
      ['file:///etc/passwd', 'scheme'],
      ['gopher://1.1.1.1:80/_GET', 'scheme'],
      ['ftp://1.1.1.1/', 'scheme'],
      ['data:text/html,hi', 'scheme'],
      ['javascript:alert(1)', 'scheme'],
      ['ws://1.1.1.1/', 'scheme'],
      ['blob:http://1.1.1.1/x', 'scheme'],
      ['http://user:pw@1.1.1.1/', 'credentials'],
      ['http://1.1.1.1@127.0.0.1/', 'credentials'],
      ['http://', 'bad-url'],
      ['http://256.256.256.256/', 'bad-url'],
      ['//1.1.1.1/', 'bad-url'],
    ];
    it.each(cases)('%s: %s', async (url, reason) => {
      const result = await createEgress(options({ dnsServers: [dns.server] })).fetch(url);
      expect(outcome(result)).toBe(`refused:${reason}`);
    });

    it.each([
      ['private.test', 'private-address'],
      ['mixed.test', 'private-address'],
      ['mixed6.test', 'private-address'],
      ['mapped.test', 'private-address'],
      ['nat64.test', 'private-address'],
      ['teredo.test', 'private-address'],
      ['sixtofour.test', 'private-address'],
      ['ula.test', 'private-address'],
      ['metadata-name.test', 'metadata'],
    ])('a name that resolves inside: %s', async (host, reason) => {
      expect(outcome(await world().fetch(`http://${host}/`))).toBe(`refused:${reason}`);
    });

    it.each([
      ['http://127.0.0.2/', 'private-address'],
      ['http://127.2/', 'private-address'],
      ['http://[::1]/', 'private-address'],
      ['http://10.0.0.1/', 'private-address'],
      ['//private.test/', 'private-address'],
      ['http://169.254.169.254/', 'metadata'],
      ['http://metadata.google.internal/', 'metadata'],
      ['http://site.test:6379/', 'port'],
      ['file:///etc/passwd', 'scheme'],
      ['gopher://site.test/', 'scheme'],
      ['ftp://site.test/', 'scheme'],
      ['data:text/html,x', 'scheme'],
      ['http://a:b@site.test/', 'credentials'],
    ])('a redirect to %s: %s', async (to, reason) => {
      const result = await world().fetch(`http://site.test/to?${encodeURIComponent(to)}`);
      expect(outcome(result)).toBe(`refused:${reason}`);
      expect(result.hops).toHaveLength(2);
      expect(result.hops[0]?.status).toBe(302);
    });

    it('a loopback server that is not the world, by its real port or through the map', async () => {
      const direct = createEgress(options({ portMap: { 80: decoy.port } }));
      expect(outcome(await direct.fetch('http://127.0.0.1/'))).toBe('refused:private-address');
      expect(outcome(await world().fetch(`http://127.0.0.1:${decoy.port}/`))).toBe('refused:port');
      // A port that is open for the world only is not open on public addresses.
      const mapped = world({ portMap: { 80: site.port, 8081: site.port } });
      expect(outcome(await mapped.fetch('http://1.1.1.1:8081/'))).toBe('refused:port');
      expect(decoy.hits()).toBe(0);
    });

    it('an address longer than any browser makes', async () => {
      const result = await createEgress(options()).fetch(`http://1.1.1.1/${'a'.repeat(9_000)}`);
      expect(outcome(result)).toBe('refused:bad-url');
    });

    it('connects to the address it judged, though the name changes between the questions', async () => {
      const egress = world();
      const before = dns.asked.length;
      const first = await egress.fetch('http://rebind.test/');
      expect(outcome(first)).toBe('response');
      expect(dns.asked.slice(before).filter((q) => q === 'rebind.test/A')).toHaveLength(1);
      // The next fetch asks again and judges again.
      expect(outcome(await egress.fetch('http://rebind.test/'))).toBe('refused:private-address');
    });
  });

  describe('fetches', () => {
    it('a page, without cookies, keeping what happened', async () => {
      const result = await world().fetch('http://site.test/');
      expect(result).toMatchObject({
        kind: 'response',
        status: 200,
        truncated: false,
        finalUrl: 'http://site.test/',
        remoteAddress: '127.0.0.1',
        hops: [{ url: 'http://site.test/', at, address: '127.0.0.1', status: 200 }],
      });
      if (result.kind !== 'response') throw new Error(result.kind);
      expect(result.body.toString()).toBe('hello');
      expect(result.headers).not.toHaveProperty('set-cookie');
    });

    it('with the name in Host, the generic agent, and none of the headers that would give us away', async () => {
      const result = await world().fetch('http://site.test/echo', {
        headers: { Accept: 'text/plain', Host: 'other.test', Cookie: 'x=1', Authorization: 'Bearer x' },
      });
      if (result.kind !== 'response') throw new Error(result.kind);
      const sent: Record<string, string> = JSON.parse(result.body.toString());
      expect(sent).toMatchObject({ host: 'site.test', accept: 'text/plain', 'user-agent': 'Mozilla/5.0 test' });
      expect(sent).not.toHaveProperty('cookie');
      expect(sent).not.toHaveProperty('authorization');
      expect(sent).not.toHaveProperty('referer');
    });

    it('through redirects, or not when told', async () => {
      expect(await world().fetch('http://site2.test/hop')).toMatchObject({
        status: 200,
        finalUrl: 'http://site2.test/',
      });
      expect(await world().fetch('http://site.test/hop', { followRedirects: false })).toMatchObject({
        status: 301,
        finalUrl: 'http://site.test/hop',
      });
      const loop = await world().fetch('http://site.test/loop');
      expect(loop.kind).toBe('too-many-redirects');
      expect(loop.hops).toHaveLength(6);
      expect(outcome(await world().fetch('http://site.test/bad-location'))).toBe('refused:bad-url');
    });

    it('what is to be sent, by POST and to nobody else', async () => {
      const sent = { contentType: 'application/json', body: '{"a":"ع"}' };
      const taken = await world().fetch('http://site.test/take', {
        send: sent,
        headers: { authorization: 'Bearer not-mine', 'content-length': '1', 'idempotency-key': 'k1' },
      });
      const got = JSON.parse(String((taken as { body: Buffer }).body)) as {
        method: string;
        headers: Record<string, string>;
        body: string;
      };
      expect(got).toMatchObject({ method: 'POST', body: sent.body });
      expect(got.headers).toMatchObject({ 'content-type': 'application/json', 'idempotency-key': 'k1' });
      expect(got.headers['content-length']).toBe(String(Buffer.byteLength(sent.body)));
      expect(got.headers.authorization).toBeUndefined();
      // A redirect is an answer: the body does not travel on.
      expect(await world().fetch('http://site.test/hop', { send: sent })).toMatchObject({ status: 301 });
      // A secret never goes in the clear, and the rules about addresses are the same.
      const secret = { ...sent, bearer: 'secret' };
      expect(await world().fetch('http://site.test/take', { send: secret })).toMatchObject({
        kind: 'refused',
        reason: 'plain-secret',
      });
      expect(await world().fetch('http://10.0.0.1/', { send: sent })).toMatchObject({
        kind: 'refused',
        reason: 'private-address',
      });
    });

    it('HEAD without a body', async () => {
      expect(await world().fetch('http://site.test/', { method: 'HEAD' })).toMatchObject({
        status: 200,
        body: Buffer.alloc(0),
        truncated: false,
      });
    });

    it('into a file instead of memory, decoded and up to the cap; other answers stay in memory', async () => {
      const folder = mkdtempSync(path.join(tmpdir(), 'egress-'));
      const into = path.join(folder, 'body');
      const got = await world().fetch('http://site.test/br', { into });
      expect(got).toMatchObject({ status: 200, saved: 11, truncated: false, body: Buffer.alloc(0) });
      expect(readFileSync(into, 'utf8')).toBe('brotli text');
      expect(await world().fetch('http://site.test/bomb', { into, maxBytes: 100_000 })).toMatchObject({
        saved: 100_000,
        truncated: true,
      });
      expect(statSync(into).size).toBe(100_000);
      expect(await world().fetch('http://site.test/broken-gzip', { into })).toMatchObject({ truncated: true });
      const nowhere = await world().fetch('http://site.test/', { into: path.join(folder, 'no', 'folder') });
      expect(nowhere).toMatchObject({ kind: 'network', code: 'ENOENT' });
      rmSync(folder, { recursive: true });
    });

    it('compressed bodies, and stops a bomb at the cap', async () => {
      const br = await world().fetch('http://site.test/br');
      expect(br.kind === 'response' && br.body.toString()).toBe('brotli text');
      const stopped = await world({ maxBytes: 100_000 }).fetch('http://site.test/bomb');
      expect(stopped).toMatchObject({ kind: 'response', truncated: true });
      expect(stopped.kind === 'response' && stopped.body.length).toBe(100_000);
      expect(await world().fetch('http://site.test/broken-gzip')).toMatchObject({ kind: 'response', truncated: true });
    });

    it('no more than it was told, of a body or of headers', async () => {
      const endless = await world({ maxBytes: 50_000 }).fetch('http://site.test/endless');
      expect(endless).toMatchObject({ kind: 'response', truncated: true });
      expect(endless.kind === 'response' && endless.body.length).toBe(50_000);
      expect(await world().fetch('http://site.test/headers')).toMatchObject({
        kind: 'network',
        code: 'HPE_HEADER_OVERFLOW',
      });
    });

    it('within its deadline', async () => {
      const slow = await world().fetch('http://site.test/slow', { timeoutMs: 200 });
      expect(slow).toMatchObject({ kind: 'network', code: 'TIMEOUT' });
      expect(slow.ms).toBeLessThan(1_500);
      const silent = await world().fetch('http://silent.test/', { timeoutMs: 200 });
      expect(silent).toMatchObject({ kind: 'dns', code: 'TIMEOUT', host: 'silent.test' });
    });

    it('and says which way it failed', async () => {
      expect(await world().fetch('http://nowhere.test/')).toMatchObject({ kind: 'dns', code: 'NXDOMAIN' });
      expect(await world().fetch('http://empty.test/')).toMatchObject({ kind: 'dns', code: 'NODATA' });
      expect(await world().fetch('http://broken.test/')).toMatchObject({ kind: 'dns', code: 'SERVFAIL' });
      const closed = net.createServer();
      await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve));
      const { port } = closed.address() as AddressInfo;
      await new Promise((resolve) => closed.close(resolve));
      expect(await world({ portMap: { 80: port } }).fetch('http://site.test/')).toMatchObject({
        kind: 'network',
        code: 'ECONNREFUSED',
      });
      // Plain HTTP where TLS is expected.
      expect(await world({ portMap: { 443: site.port } }).fetch('https://site.test/')).toMatchObject({ kind: 'tls' });
    });

    it('politely: two fetches of one host keep the gap, two hosts do not wait', async () => {
      const egress = world({ minGapMs: 600 });
      const started = performance.now();
      await Promise.all([egress.fetch('http://site.test/'), egress.fetch('http://site2.test/')]);
      const together = performance.now() - started;
      await egress.fetch('http://site.test/');
      expect(together).toBeLessThan(600);
      expect(performance.now() - started).toBeGreaterThanOrEqual(599);
    });
  });
});
