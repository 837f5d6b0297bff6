import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ManualClock } from '../../../platform/clock.ts';
import { createEgress } from '../../../platform/egress/index.ts';
import { startTestDns, type TestDns } from '../../../platform/egress/test-dns.ts';
import { seededRandom } from '../../../platform/random.ts';
import type { TraceAnswer, TraceSource } from './contact.ts';
import type { NetworkTable } from './networks.ts';
import { type TraceDeps, trace } from './trace.ts';

const clock = new ManualClock(new Date('2026-11-24T09:00:00Z'));
/** Loopback addresses are in no table: the demonstration's carrier is given here. */
const networks: NetworkTable = {
  lookUp: async (address) =>
    address === '127.0.0.1' ? { asn: 64500, organisation: 'World Carrier', country: 'MA' } : {},
};
const card = (email: string, name = 'Abuse') => [
  'vcard',
  [
    ['fn', {}, 'text', name],
    ['email', {}, 'text', email],
  ],
];

describe('trace over real HTTP and DNS', () => {
  let dns: TestDns;
  let port: number;
  let stop: () => Promise<void>;

  const text = (res: ServerResponse, body: string, type = 'text/plain; charset=utf-8') =>
    res.setHeader('content-type', type).end(body);
  const json = (res: ServerResponse, body: unknown) => text(res, JSON.stringify(body), 'application/rdap+json');
  const served: Record<string, (res: ServerResponse) => void> = {
    'photos.test/.well-known/security.txt': (res) =>
      text(res, 'Contact: mailto:security@photos.test\nExpires: 2027-01-01T00:00:00Z\nPreferred-Languages: ar, fr\n'),
    'expired.test/.well-known/security.txt': (res) =>
      text(res, 'Contact: mailto:x@expired.test\nExpires: 2020-01-01T00:00:00Z\n'),
    'page.test/.well-known/security.txt': (res) => text(res, '<h1>Contact: mailto:x@page.test</h1>', 'text/html'),
    'away.test/.well-known/security.txt': (res) =>
      res.writeHead(302, { location: 'http://photos.test/.well-known/security.txt' }).end(),
    'rdap.test/domain/photos.test': (res) =>
      json(res, {
        objectClassName: 'domain',
        handle: 'D-PHOTOS',
        entities: [
          {
            roles: ['registrar'],
            vcardArray: card('sales@registrar.test', 'World Registrar'),
            entities: [{ roles: ['abuse'], vcardArray: card('abuse@registrar.test') }],
          },
        ],
      }),
    'rdap.test/ip/127.0.0.1': (res) =>
      json(res, {
        objectClassName: 'ip network',
        name: 'WORLD-NET',
        country: 'MA',
        entities: [{ roles: ['abuse'], vcardArray: card('abuse@carrier.test') }],
      }),
    'rdap.test/domain/away.test': (res) => text(res, 'not json'),
  };

  beforeAll(async () => {
    const server = createServer((req, res) => {
      const answer = served[`${req.headers.host}${req.url}`];
      if (answer) answer(res);
      else res.writeHead(404).end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    port = (server.address() as AddressInfo).port;
    stop = () => new Promise((resolve) => server.close(() => resolve()));
    dns = await startTestDns((name) => {
      if (name === 'photos.test')
        return [
          '127.0.0.1',
          { type: 'NS', name, data: 'ns1.host.test' },
          { type: 'MX', name, data: { preference: 20, exchange: 'mx2.photos.test' } },
          { type: 'MX', name, data: { preference: 10, exchange: 'mx1.photos.test' } },
          {
            type: 'SOA',
            name,
            data: {
              mname: 'ns1.host.test',
              rname: 'hostmaster.host.test',
              serial: 7,
              refresh: 1,
              retry: 1,
              expire: 1,
              minimum: 1,
            },
          },
        ];
      return ['cdn.photos.test', 'expired.test', 'page.test', 'away.test', 'rdap.test'].includes(name)
        ? ['127.0.0.1']
        : undefined;
    });
  });
  afterAll(async () => {
    await Promise.all([stop(), dns.stop()]);
  });

  const run = (url: string, extra: Partial<TraceDeps> = {}) =>
    trace(url, {
      egress: createEgress({
        allowPrivate: true,
        allowedPrivate: ['127.0.0.1/32'],
        dnsServers: [dns.server],
        portMap: { 80: port, 443: port },
        userAgent: 'test',
        clock,
        random: seededRandom(5),
        minGapMs: 0,
        timeoutMs: 3_000,
      }),
      clock,
      networks,
      findProvider: async () => undefined,
      rdap: { url: 'http://rdap.test' },
      ...extra,
    });
  const of = (answers: TraceAnswer[], source: TraceSource) => answers.find((a) => a.source === source);

  it('asks every source and keeps its word with time and way', async () => {
    const result = await run('http://cdn.photos.test/album?x=1');
    expect(result).toMatchObject({ host: 'cdn.photos.test', domain: 'photos.test', startedAt: clock.now() });
    expect(result.answers.map((a) => [a.source, a.outcome])).toEqual([
      ['own-table', 'none'],
      ['security-txt', 'found'],
      ['dns', 'found'],
      ['network', 'found'],
      ['rdap-domain', 'found'],
      ['rdap-ip', 'found'],
      ['rfc2142-guess', 'found'],
    ]);
    expect(of(result.answers, 'security-txt')).toMatchObject({
      via: 'http://photos.test/.well-known/security.txt',
      data: { emails: ['security@photos.test'], secure: false },
    });
    expect(of(result.answers, 'dns')).toMatchObject({
      via: dns.server,
      data: {
        addresses: ['127.0.0.1'],
        ns: ['ns1.host.test'],
        mx: ['mx1.photos.test', 'mx2.photos.test'],
        soa: ['ns1.host.test hostmaster.host.test 7'],
      },
    });
    expect(of(result.answers, 'network')).toMatchObject({
      data: [{ address: '127.0.0.1', asn: 64500, country: 'MA' }],
    });
    expect(of(result.answers, 'rdap-ip')).toMatchObject({ via: 'http://rdap.test/ip/127.0.0.1', at: clock.now() });
    expect(result.contacts.map((c) => c.contact)).toEqual([
      'security@photos.test',
      'abuse@carrier.test',
      'abuse@registrar.test',
      'abuse@photos.test',
    ]);
    expect(result.contacts[0]).toMatchObject({ language: 'ar' });
    expect(result.contacts[2]).toMatchObject({ name: 'World Registrar', reach: 'registrar' });
    expect(result.notice).toContain('CC BY 4.0');
  });

  it('looks into our own table first, the most specific name first', async () => {
    const asked: string[][] = [];
    const result = await run('http://a.cdn.photos.test/', {
      findProvider: async (names) => {
        asked.push([...names]);
        return { id: '1', name: 'Sample', contact: 'https://sample.test/abuse', channel: 'form', languages: ['fr'] };
      },
    });
    expect(asked).toEqual([['a.cdn.photos.test', 'cdn.photos.test', 'photos.test']]);
    expect(result.contacts[0]).toMatchObject({
      source: 'own-table',
      channel: 'form',
      confidence: 0.95,
      language: 'fr',
    });
    expect(result.contacts.length).toBeGreaterThan(1);
  });

  it.each([
    ['expired.test', 'expired'],
    ['page.test', 'not-text'],
    ['away.test', 'left-the-site'],
    ['nowhere.test', 'dns'],
  ])('does not take the security.txt of %s: %s', async (host, reason) => {
    const { answers } = await run(`http://${host}/`);
    expect(of(answers, 'security-txt')).toMatchObject({ outcome: 'none', reason: expect.stringContaining(reason) });
  });

  it('turns failures into answers', async () => {
    const away = await run('http://away.test/');
    expect(of(away.answers, 'rdap-domain')).toMatchObject({ outcome: 'failed', reason: 'not-json' });
    const gone = await run('http://nowhere.test/');
    expect(of(gone.answers, 'dns')).toMatchObject({ outcome: 'failed', reason: 'NXDOMAIN' });
    expect(of(gone.answers, 'rdap-ip')).toMatchObject({ outcome: 'none', reason: 'no-address' });
    expect(gone.contacts).toMatchObject([{ source: 'rfc2142-guess', confidence: 0.05 }]);
  });

  it('traces a bare address by its network alone', async () => {
    const result = await run('http://127.0.0.1/x');
    expect(result.domain).toBeUndefined();
    expect(result.answers.map((a) => a.source)).toEqual([
      'own-table',
      'security-txt',
      'network',
      'rdap-domain',
      'rdap-ip',
    ]);
    expect(result.contacts).toMatchObject([{ contact: 'abuse@carrier.test', reach: 'host', language: 'fr' }]);
  });

  it('asks nobody where the registries name no server', async () => {
    const { answers } = await run('http://photos.test/', { rdap: {} });
    expect(of(answers, 'rdap-domain')).toMatchObject({ outcome: 'none', reason: 'no-rdap-server' });
    expect(of(answers, 'rdap-ip')).toMatchObject({ outcome: 'none', reason: 'no-rdap-server' });
  });
});
