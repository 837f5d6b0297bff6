import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ManualClock } from '../../../platform/clock.ts';
import { createEgress, type Egress } from '../../../platform/egress/index.ts';
import { startTestDns, type TestDns } from '../../../platform/egress/test-dns.ts';
import { seededRandom } from '../../../platform/random.ts';
import { abuseZoneName, askAbuseZone } from './abuse-zone.ts';
import { createRdapClient } from './rdap-client.ts';

const HOUR = 3_600_000;
const clock = new ManualClock(new Date('2026-11-24T09:00:00Z'));
let asked: string[] = [];
let status = 200;
let server: Server;
let dns: TestDns;
let egress: Egress;
beforeAll(async () => {
  server = createServer((req, res) => {
    asked.push(req.url ?? '');
    res.writeHead(status, { 'content-type': 'application/rdap+json', 'retry-after': '600' });
    res.end(JSON.stringify({ objectClassName: 'ip network', handle: req.url, entities: [] }));
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const text = (name: string, data: string[]) => data.map((d) => ({ type: 'TXT' as const, name, data: d }));
  dns = await startTestDns((name) => {
    if (name === 'rdap.test' || name === 'other.test') return ['127.0.0.1'];
    if (name === '4.3.2.1.abuse.test') return text(name, ['abuse@a.test, second@a.test', 'not a mailbox']);
    return name === '5.3.2.1.abuse.test' ? text(name, ['nothing here']) : undefined;
  });
  egress = createEgress({
    allowPrivate: true,
    allowedPrivate: ['127.0.0.1/32'],
    dnsServers: [dns.server],
    portMap: { 80: (server.address() as AddressInfo).port },
    userAgent: 'test',
    clock,
    random: seededRandom(5),
    minGapMs: 0,
    timeoutMs: 3_000,
  });
});
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await dns.stop();
});
beforeEach(() => {
  asked = [];
  status = 200;
});

describe('what registries said', () => {
  it('is kept for half a day with its time, and asked once by many at the same time', async () => {
    const client = createRdapClient({ clock });
    const first = await client.ask(egress, 'http://rdap.test/ip/192.0.2.1');
    expect(first).toMatchObject({ outcome: 'found', at: clock.now() });
    clock.advance(11 * HOUR);
    expect(await client.ask(egress, 'http://rdap.test/ip/192.0.2.1')).toEqual(first);
    expect(asked).toHaveLength(1);
    clock.advance(2 * HOUR);
    const [a, b] = await Promise.all([
      client.ask(egress, 'http://rdap.test/ip/192.0.2.1'),
      client.ask(egress, 'http://rdap.test/ip/192.0.2.1'),
    ]);
    expect(a).toEqual(b);
    expect(a.at).toEqual(clock.now());
    expect(asked).toHaveLength(2);
  });

  it('is forgotten oldest first', async () => {
    const client = createRdapClient({ clock, most: 2 });
    for (const n of [1, 2, 3, 3, 1]) await client.ask(egress, `http://rdap.test/ip/192.0.2.${n}`);
    expect(asked.map((path) => path.at(-1))).toEqual(['1', '2', '3', '1']);
  });

  it('a server that asks to be left alone is, and others are asked; a failure is not remembered', async () => {
    const client = createRdapClient({ clock });
    status = 429;
    expect(await client.ask(egress, 'http://rdap.test/ip/192.0.2.9')).toMatchObject({ reason: 'http-429' });
    status = 200;
    expect(await client.ask(egress, 'http://rdap.test/ip/192.0.2.8')).toMatchObject({ reason: 'asked-to-wait' });
    expect(await client.ask(egress, 'http://other.test/ip/192.0.2.8')).toMatchObject({ outcome: 'found' });
    clock.advance(601_000);
    expect(await client.ask(egress, 'http://rdap.test/ip/192.0.2.9')).toMatchObject({ outcome: 'found' });
    expect(asked).toHaveLength(3);
  });
});

describe('a zone of abuse contacts', () => {
  it('is asked below the reversed address, octets or nibbles', () => {
    expect(abuseZoneName('192.0.2.33', 'abuse.test')).toBe('33.2.0.192.abuse.test');
    expect(abuseZoneName('2001:db8::1', 'z.test')).toBe(
      '1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.z.test',
    );
  });

  it('gives the mailboxes that it names, and nothing else', async () => {
    expect(await askAbuseZone(egress.dns, 'abuse.test', '1.2.3.4')).toEqual({
      outcome: 'found',
      data: { emails: ['abuse@a.test', 'second@a.test'] },
    });
    expect(await askAbuseZone(egress.dns, 'abuse.test', '1.2.3.5')).toEqual({ outcome: 'none', reason: 'no-mailbox' });
    expect(await askAbuseZone(egress.dns, 'abuse.test', '1.2.3.6')).toMatchObject({ outcome: 'none' });
    expect(await askAbuseZone(egress.dns, 'abuse.test', 'photos.test')).toMatchObject({ reason: 'no-address' });
  });
});
