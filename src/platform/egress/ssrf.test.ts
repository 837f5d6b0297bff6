import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ManualClock } from '../clock.ts';
import { seededRandom } from '../random.ts';
import { createEgress } from './egress.ts';
import { startEgressProxy } from './proxy.ts';
import { startRecorder } from './recorder.ts';
import { createRelayCertificate } from './relay-certificate.ts';
import { startTestDns, type TestDns } from './test-dns.ts';
import type { EgressOptions } from './types.ts';

/**
 * Everything that is known to be tried to make a fetcher turn inwards: one table, each row asked of all three ways out
 * (fetcher, browser's proxy, recording proxy), with a real name server, real sites and a decoy that nothing may reach.
 * `site.test` is the only thing that may be reached at all; rows that begin there are redirected by it.
 */
const ROWS: readonly (readonly [what: string, url: string, reason: string])[] = [
  // Notations of loopback
  ['loopback', 'http://127.0.0.1:DECOY/', 'port'],
  ['loopback, ordinary port', 'http://127.0.0.2/', 'private-address'],
  ['short', 'http://127.2/', 'private-address'],
  ['three parts', 'http://127.0.2/', 'private-address'],
  ['decimal', 'http://2130706434/', 'private-address'],
  ['hexadecimal', 'http://0x7f000002/', 'private-address'],
  ['hexadecimal in parts', 'http://0x7f.0x0.0x0.0x2/', 'private-address'],
  ['octal', 'http://017700000002/', 'private-address'],
  ['octal in parts', 'http://0177.0000.0000.0002/', 'private-address'],
  ['mixed bases', 'http://0x7f.0.0.02/', 'private-address'],
  ['wide digits', 'http://１２７.０.０.２/', 'private-address'],
  ['ideographic dots', 'http://127。0。0。2/', 'private-address'],
  ['percent-encoded', 'http://%31%32%37.0.0.2/', 'private-address'],
  ['trailing dot', 'http://127.0.0.2./', 'private-address'],
  ['zero', 'http://0/', 'private-address'],
  ['all zeros', 'http://0.0.0.0/', 'private-address'],
  ['localhost', 'http://localhost:DECOY/', 'port'],
  ['LOCALHOST with a dot', 'http://LOCALHOST./x', 'private-address'],
  ['below .localhost', 'http://app.localhost/', 'private-address'],
  // Other special networks
  ['10/8', 'http://10.0.0.1/', 'private-address'],
  ['172.16/12', 'http://172.31.255.254/', 'private-address'],
  ['192.168/16', 'http://192.168.1.1/', 'private-address'],
  ['carrier NAT', 'http://100.64.0.1/', 'private-address'],
  ['link-local', 'http://169.254.10.10/', 'private-address'],
  ['benchmark', 'http://198.18.0.1/', 'private-address'],
  ['documentation', 'http://203.0.113.7/', 'private-address'],
  ['multicast', 'http://239.255.255.250/', 'private-address'],
  ['broadcast', 'http://255.255.255.255/', 'private-address'],
  ['reserved', 'http://240.0.0.1/', 'private-address'],
  // IPv6
  ['::1', 'http://[::1]/', 'private-address'],
  ['::', 'http://[::]/', 'private-address'],
  ['mapped', 'http://[::ffff:127.0.0.2]/', 'private-address'],
  ['mapped in hexadecimal', 'http://[::ffff:7f00:2]/', 'private-address'],
  ['mapped, written out', 'http://[0:0:0:0:0:ffff:7f00:2]/', 'private-address'],
  ['compatible', 'http://[::127.0.0.2]/', 'private-address'],
  ['link-local v6', 'http://[fe80::1]/', 'private-address'],
  ['unique local', 'http://[fd12:3456::1]/', 'private-address'],
  ['site-local', 'http://[fec0::1]/', 'private-address'],
  ['multicast v6', 'http://[ff02::1]/', 'private-address'],
  ['NAT64', 'http://[64:ff9b::7f00:2]/', 'private-address'],
  ['NAT64, local prefix', 'http://[64:ff9b:1::a00:1]/', 'private-address'],
  ['6to4', 'http://[2002:7f00:2::]/', 'private-address'],
  ['Teredo', 'http://[2001:0:4136:e378:8000:63bf:80ff:fffd]/', 'private-address'],
  ['documentation v6', 'http://[2001:db8::1]/', 'private-address'],
  ['discard only', 'http://[100::1]/', 'private-address'],
  ['zone identifier', 'http://[fe80::1%25eth0]/', 'bad-url'],
  // Metadata of clouds
  ['metadata', 'http://169.254.169.254/latest/meta-data/', 'metadata'],
  ['metadata, decimal', 'http://2852039166/', 'metadata'],
  ['metadata, octal', 'http://0251.0376.0251.0376/', 'metadata'],
  ['metadata, mapped', 'http://[::ffff:169.254.169.254]/', 'metadata'],
  ['metadata through NAT64', 'http://[64:ff9b::a9fe:a9fe]/', 'metadata'],
  ['containers’ credentials', 'http://169.254.170.2/v2/credentials', 'metadata'],
  ['Azure’s wire server', 'http://168.63.129.16/', 'metadata'],
  ['Alibaba’s', 'http://100.100.100.200/', 'metadata'],
  ['AWS over IPv6', 'http://[fd00:ec2::254]/', 'metadata'],
  ['Google’s name', 'http://metadata.google.internal/computeMetadata/v1/', 'metadata'],
  ['Google’s name, capitals and dot', 'http://METADATA.Google.Internal./', 'metadata'],
  ['a bare word', 'http://metadata/', 'metadata'],
  // Names
  ['.local', 'http://printer.local/', 'special-name'],
  ['.internal', 'http://db.internal/', 'special-name'],
  ['.home.arpa', 'http://router.home.arpa/', 'special-name'],
  ['.onion', 'http://abcdef.onion/', 'special-name'],
  ['one label', 'http://kubernetes/', 'special-name'],
  ['a name with a private address', 'http://private.test/', 'private-address'],
  ['a name with a public and a private address', 'http://mixed.test/', 'private-address'],
  ['a name with a private IPv6 address', 'http://mixed6.test/', 'private-address'],
  ['a name with a mapped address', 'http://mapped.test/', 'private-address'],
  ['a name with a NAT64 address', 'http://nat64.test/', 'private-address'],
  ['a name with a 6to4 address', 'http://sixtofour.test/', 'private-address'],
  ['a name with the metadata address', 'http://meta.test/', 'metadata'],
  ['a CNAME to a private name', 'http://alias.test/', 'private-address'],
  ['a CNAME to localhost', 'http://alias-local.test/', 'private-address'],
  ['a name under a wildcard that spells an address', 'http://127.0.0.2.spelled.test/', 'private-address'],
  ['a name that changes its mind', 'http://rebind.test/', 'private-address'],
  // Ports
  ['SSH', 'http://site.test:22/', 'port'],
  ['Redis', 'http://site.test:6379/', 'port'],
  ['SMTP', 'http://site.test:25/', 'port'],
  ['a high port of a public address', 'http://1.1.1.1:8080/', 'port'],
  ['https on a port of its own', 'https://1.1.1.1:8443/', 'port'],
  // Schemes
  ['file', 'file:///etc/passwd', 'scheme'],
  ['file with a host', 'file://site.test/etc/passwd', 'scheme'],
  ['gopher', 'gopher://site.test:80/_GET%20/', 'scheme'],
  ['ftp', 'ftp://site.test/', 'scheme'],
  ['dict', 'dict://site.test:80/x', 'scheme'],
  ['ldap', 'ldap://site.test/', 'scheme'],
  ['data', 'data:text/html,hi', 'scheme'],
  ['javascript', 'javascript:alert(1)', 'scheme'],
  ['jar', 'jar:http://site.test!/x', 'scheme'],
  ['WebSocket', 'ws://site.test/', 'scheme'],
  ['view-source', 'view-source:http://site.test/', 'scheme'],
  // What is no address, or two
  ['userinfo', 'http://user:secret@site.test/', 'credentials'],
  ['userinfo that looks like a host', 'http://site.test@127.0.0.2/', 'credentials'],
  ['userinfo with an escaped at', 'http://site.test%40127.0.0.2/', 'bad-url'],
  ['backslash', 'http://127.0.0.2\\@site.test/', 'private-address'],
  ['no scheme', '//127.0.0.2/', 'bad-url'],
  ['overflow', 'http://256.256.256.256/', 'bad-url'],
  ['too long', `http://site.test/${'a'.repeat(9_000)}`, 'bad-url'],
  // Redirects, which the fetcher follows and a browser asks us about again
  ['redirect inside', 'http://site.test/to/http://127.0.0.2/', 'private-address'],
  ['redirect to a decimal address', 'http://site.test/to/http://2130706434/', 'private-address'],
  ['redirect to IPv6', 'http://site.test/to/http://[::1]/', 'private-address'],
  ['redirect to metadata', 'http://site.test/to/http://169.254.169.254/', 'metadata'],
  ['redirect to a private name', 'http://site.test/to/http://private.test/', 'private-address'],
  ['redirect without a scheme', 'http://site.test/to///private.test/', 'private-address'],
  ['redirect to another port', 'http://site.test/to/http://site.test:DECOY/', 'port'],
  ['redirect to a file', 'http://site.test/to/file:///etc/passwd', 'scheme'],
  ['redirect to gopher', 'http://site.test/to/gopher://site.test/_x', 'scheme'],
  ['redirect to data', 'http://site.test/to/data:text/html,x', 'scheme'],
  ['redirect with userinfo', 'http://site.test/to/http://a:b@site.test/', 'credentials'],
  ['two redirects', 'http://site.test/to/http://site.test/to/http://10.0.0.1/', 'private-address'],
  ['redirect to a name that changes its mind', 'http://site.test/to/http://rebind2.test/', 'private-address'],
  ['change to https inside', 'http://site.test/to/https://127.0.0.2/', 'private-address'],
];

/** The answer of one of the proxies: the reason it gave, or where a redirect leads next. */
function askProxy(port: number, url: string): Promise<{ reason: string } | { location: string } | 'reached'> {
  return new Promise((resolve, reject) => {
    const tunnel = /^https:\/\/([^/?#]+)/i.exec(url);
    const authority = tunnel?.[1] ?? '';
    const request = http.request({
      host: '127.0.0.1',
      port,
      agent: false,
      ...(tunnel
        ? { method: 'CONNECT', path: /:\d+$/.test(authority) ? authority : `${authority}:443` }
        : { path: encodeURI(url).replaceAll('%25', '%').replaceAll('%5B', '[').replaceAll('%5D', ']') }),
    });
    const take = (answer: http.IncomingMessage) => {
      answer.resume();
      const reason = answer.headers['x-egress'];
      if (typeof reason === 'string') resolve({ reason });
      else if (answer.headers.location) resolve({ location: answer.headers.location });
      else resolve('reached');
    };
    request.on('response', take);
    request.on('connect', (answer, socket) => {
      socket.destroy();
      take(answer);
    });
    // What has no slash is not even a request: the server hangs up.
    request.on('error', (error: NodeJS.ErrnoException) =>
      error.code === 'ECONNRESET' ? resolve({ reason: 'scheme' }) : reject(error),
    );
    request.end();
  });
}

/** Follows what a proxy lets through as a browser would: each hop is asked of it again. */
async function browse(port: number, first: string): Promise<string> {
  let url = first;
  for (let hops = 0; hops < 6; hops++) {
    // Schemes that are not the Web's never reach a proxy; asking it anyway shows that it would not carry them.
    const answer = await askProxy(port, url);
    if (answer === 'reached') return 'reached';
    if ('reason' in answer) return answer.reason;
    url = URL.canParse(answer.location, url) ? new URL(answer.location, url).href : answer.location;
  }
  return 'too many';
}

describe('nothing inside can be reached (SSRF)', () => {
  let dns: TestDns;
  let decoy: http.Server;
  let site: http.Server;
  let decoyHits = 0;
  const ways: Record<string, (url: string) => Promise<string>> = {};
  const stops: (() => Promise<unknown>)[] = [];
  const portOf = (server: http.Server) => (server.address() as AddressInfo).port;

  beforeAll(async () => {
    const cname = (name: string, to: string) => ({ type: 'CNAME' as const, name, data: to });
    const a = (name: string, data: string) => ({ type: 'A' as const, name, data });
    dns = await startTestDns((name, nth) => {
      if (name === 'site.test') return ['127.0.0.3'];
      if (name === 'private.test') return ['10.1.2.3'];
      if (name === 'mixed.test') return ['1.1.1.1', '10.9.9.9'];
      if (name === 'mixed6.test') return ['1.1.1.1', 'fd00::9'];
      if (name === 'mapped.test') return ['::ffff:10.0.0.1'];
      if (name === 'nat64.test') return ['64:ff9b::a00:1'];
      if (name === 'sixtofour.test') return ['2002:a00:1::1'];
      if (name === 'meta.test') return ['169.254.169.254'];
      if (name === 'alias.test') return [a('alias.test', '192.168.7.7'), cname('alias.test', 'private.test')];
      if (name === 'alias-local.test') return [a('alias-local.test', '127.0.0.2'), cname(name, 'localhost')];
      if (name.endsWith('.spelled.test')) return [name.split('.').slice(0, 4).join('.')];
      if (name === 'rebind.test' || name === 'rebind2.test') return nth === 0 ? ['127.0.0.3'] : ['127.0.0.1'];
      return undefined;
    });
    decoy = http.createServer((_req, res) => {
      decoyHits++;
      res.end('internal secret');
    });
    site = http.createServer((req, res) => {
      const to = /^\/to\/(.+)/.exec(req.url ?? '')?.[1];
      if (to) res.writeHead(302, { location: to }).end();
      else res.end('site');
    });
    for (const [server, address] of [
      [decoy, '127.0.0.1'],
      [site, '127.0.0.3'],
    ] as const) {
      await new Promise<void>((resolve) => server.listen(0, address, resolve));
      stops.push(() => new Promise((resolve) => server.close(resolve) && server.closeAllConnections()));
    }
    const options: EgressOptions = {
      allowPrivate: true,
      allowedPrivate: ['127.0.0.3/32'],
      dnsServers: [dns.server],
      portMap: { 80: portOf(site), 443: portOf(site) },
      userAgent: 'test',
      clock: new ManualClock(new Date('2026-11-24T09:00:00Z')),
      random: seededRandom(1),
      minGapMs: 0,
      timeoutMs: 4_000,
    };
    const egress = createEgress(options);
    const proxy = await startEgressProxy(options);
    const certificate = await createRelayCertificate(new Date('2026-11-24T09:00:00Z'));
    const recorder = await startRecorder(options, { certificate, onExchange: () => undefined });
    stops.push(proxy.stop, recorder.stop, dns.stop);
    ways.fetcher = async (url) => {
      const result = await egress.fetch(url);
      return result.kind === 'refused' ? result.reason : result.kind;
    };
    ways.proxy = (url) => browse(proxy.port, url);
    ways.recorder = (url) => browse(recorder.port, url);
    // The name is good once, as in the attack: what was judged then is not asked for now.
    await egress.fetch('http://rebind.test/');
    await egress.fetch('http://rebind2.test/');
  }, 30_000);

  afterAll(async () => {
    await Promise.all(stops.map((stop) => stop()));
  });

  it('has more than a hundred rows, and none twice', () => {
    expect(ROWS.length).toBeGreaterThanOrEqual(100);
    expect(new Set(ROWS.map(([, url]) => url)).size).toBe(ROWS.length);
  });

  it.each(ROWS)('%s', async (_what, row, reason) => {
    const url = row.replaceAll('DECOY', String(portOf(decoy)));
    expect(await ways.fetcher?.(url)).toBe(reason);
    // A browser never hands these to a proxy in this form: its own parser makes an address of them, or refuses.
    const parsed = URL.canParse(url) ? new URL(url) : undefined;
    const asked = parsed && !parsed.username ? parsed.href : url;
    for (const way of ['proxy', 'recorder'] as const) expect([way, await ways[way]?.(asked)]).toEqual([way, reason]);
    expect(decoyHits).toBe(0);
  });

  it('reaches what it may: the guard is not simply shut', async () => {
    for (const way of Object.values(ways)) expect(['response', 'reached']).toContain(await way('http://site.test/'));
  });
});
