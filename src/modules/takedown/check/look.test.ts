import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ManualClock } from '../../../platform/clock.ts';
import { createDnsResolver, createEgress, type EgressOptions } from '../../../platform/egress/index.ts';
import { startTestDns, type TestDns } from '../../../platform/egress/test-dns.ts';
import { seededRandom } from '../../../platform/random.ts';
import { classify } from './classify.ts';
import { type LookDeps, lookAt, probeUrl } from './look.ts';
import { fingerprintOf } from './signals.ts';

const clock = new ManualClock(new Date('2026-11-24T09:00:00Z'));
const random = seededRandom(3);

interface Asked {
  host: string;
  path: string;
  headers: Record<string, string | string[] | undefined>;
}

describe('lookAt over real HTTP and DNS', () => {
  let dns: TestDns;
  let second: TestDns;
  let port: number;
  let stop: () => Promise<void>;
  const asked: Asked[] = [];
  /** What each host serves. `rabat` and `paris` are the two agents. */
  const hosts: Record<string, (path: string, agent: string) => { status?: number; body?: string; location?: string }> =
    {
      'up.test': (path) =>
        path === '/a/cats'
          ? { body: `<title>Cats</title><p>Our cats, in the sun and on the roofs.</p><img src=/1.png> ${asked.length}` }
          : { status: 404 },
      'catchall.test': () => ({
        body: `<title>Welcome</title><p>${'flights hotels insurance loans games '.repeat(8)}</p>`,
      }),
      'gone.test': () => ({ status: 410, body: 'gone' }),
      'soft.test': () => ({ body: '<title>الصفحة غير موجودة</title>' }),
      'moved.test': () => ({ status: 301, location: 'http://up.test/a/cats' }),
      'home.test': (path) =>
        path === '/' ? { body: `<p>${'accueil du site '.repeat(30)}` } : { status: 302, location: '/' },
      'inside.test': () => ({ status: 302, location: 'http://10.0.0.1/' }),
      'hidden.test': (_path, agent) =>
        agent === 'rabat' ? { status: 404 } : { body: '<title>Seen</title><p>Visible from here.</p>' },
      'wall.test': () => ({ status: 429 }),
    };

  beforeAll(async () => {
    const handler: RequestListener = (req, res) => {
      const host = req.headers.host ?? '';
      const path = req.url ?? '/';
      asked.push({ host, path, headers: req.headers });
      const page = hosts[host]?.(path, String(req.headers['user-agent'])) ?? { status: 500 };
      if (page.location) res.setHeader('location', page.location);
      res
        .setHeader('content-type', 'text/html; charset=utf-8')
        .writeHead(page.status ?? 200)
        .end(page.body ?? '');
    };
    const server = createServer(handler);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    port = (server.address() as AddressInfo).port;
    stop = () => new Promise((resolve) => server.close(() => resolve()));
    const zone = (name: string) => {
      if (name === 'half.test') return undefined;
      return name in hosts ? ['127.0.0.1'] : undefined;
    };
    dns = await startTestDns(zone);
    second = await startTestDns((name) => (name === 'half.test' ? ['127.0.0.1'] : zone(name)));
  });
  afterAll(async () => {
    await Promise.all([stop(), dns.stop(), second.stop()]);
  });

  const vantage = (name: string) => {
    const options: EgressOptions = {
      allowPrivate: true,
      allowedPrivate: ['127.0.0.1/32'],
      dnsServers: [dns.server],
      portMap: { 80: port },
      userAgent: name,
      clock,
      random,
      minGapMs: 0,
      timeoutMs: 3_000,
    };
    return { name, egress: createEgress(options) };
  };
  const look = async (url: string, extra: Partial<LookDeps> = {}) => {
    const observation = await lookAt(url, {
      vantages: [vantage('rabat'), vantage('paris')],
      resolvers: [createDnsResolver([second.server])],
      clock,
      random,
      ...extra,
    });
    return { observation, ...classify(observation) };
  };

  it.each([
    ['http://up.test/a/cats', 'up-same'],
    ['http://up.test/a/dogs', 'gone-http'],
    ['http://catchall.test/a/cats', 'soft-404'],
    ['http://gone.test/x', 'gone-http'],
    ['http://nowhere.test/x', 'gone-dns'],
    ['http://half.test/x', 'unreachable'],
    ['http://soft.test/x', 'soft-404'],
    ['http://moved.test/x', 'redirected'],
    ['http://home.test/deep/page', 'redirected'],
    ['http://inside.test/x', 'redirected'],
    ['http://hidden.test/x', 'geo-blocked'],
    ['http://wall.test/x', 'bot-wall'],
    ['http://127.0.0.66/x', 'unreachable'],
  ])('%s: %s', async (url, state) => {
    const { observation, ...verdict } = await look(url);
    expect(verdict, JSON.stringify(verdict.reasons)).toMatchObject({ state });
    expect(observation).toMatchObject({ url, vantage: 'rabat', at: clock.now() });
  });

  it('knows the page again, asks no random path then, and sees it move', async () => {
    const first = await look('http://up.test/a/cats', { asnOf: async () => 6713 });
    if (first.observation.page.kind !== 'response') throw new Error('no page');
    const baseline = fingerprintOf(first.observation.page, { asn: 6713 });
    const before = asked.length;
    const again = await look('http://up.test/a/cats', { baseline, asnOf: async () => 6713 });
    expect(again).toMatchObject({ state: 'up-same', reasons: ['same-text'] });
    expect(asked.length - before).toBe(1);
    expect(await look('http://up.test/a/cats', { baseline, asnOf: async () => 13335 })).toMatchObject({
      state: 'moved-host',
    });
  });

  it('sends nothing that tells who looks', async () => {
    await look('http://up.test/a/cats');
    for (const { headers } of asked) {
      expect(headers).not.toHaveProperty('cookie');
      expect(headers).not.toHaveProperty('referer');
      expect(headers).not.toHaveProperty('authorization');
    }
  });

  it('probes beside the asked page with a path of letters', () => {
    expect(probeUrl('http://a.test/x/y/?q=1#f', random)).toMatch(/^http:\/\/a\.test\/x\/[a-z]{10,15}$/);
    expect(probeUrl('http://a.test', random)).toMatch(/^http:\/\/a\.test\/[a-z]{10,15}$/);
    expect(probeUrl('http://a.test/x', random)).not.toBe(probeUrl('http://a.test/x', random));
  });
});
