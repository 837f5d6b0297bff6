import { createSocket } from 'node:dgram';
import { Resolver } from 'node:dns/promises';
import { decode, encode, type Packet } from 'dns-packet';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type NameServer, startNameServer } from './dns.ts';
import { Sites } from './sites.ts';
import { buildZones } from './zones.ts';

const NOW = new Date();
let server: NameServer;
let resolver: Resolver;

beforeAll(async () => {
  server = await startNameServer({ zones: buildZones(new Sites(1, NOW).list(), NOW), port: 0, now: () => NOW });
  resolver = new Resolver({ timeout: 300, tries: 1 });
  resolver.setServers([`127.0.0.1:${server.port}`]);
});
afterAll(() => server.stop());

function ask(bytes: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const socket = createSocket('udp4');
    const timer = setTimeout(() => {
      socket.close();
      reject(new Error('no answer'));
    }, 300);
    socket.on('message', (message) => {
      clearTimeout(timer);
      socket.close();
      resolve(message);
    });
    socket.send(bytes, server.port, '127.0.0.1');
  });
}
const question = (packet: Partial<Packet>) => encode({ id: 77, type: 'query', ...packet });

describe('name server', () => {
  it('gives every site an address of its own in 127/8', async () => {
    expect(await resolver.resolve4('photos.sample-host.example')).toEqual(['127.0.10.3']);
    expect(await resolver.resolve4('CHAT.Sample-App.example')).toEqual(['127.0.20.2']);
    expect(await resolver.resolve4('صور-قطط.example')).toEqual(['127.0.10.7']);
    expect(await resolver.resolve6('ipv6.sample-host.example')).toEqual(['::1']);
  });

  it('knows mail, name servers, zones and texts', async () => {
    expect(await resolver.resolveMx('sample-host.example')).toEqual([
      { priority: 10, exchange: 'mail.sample-host.example', type: 'MX' },
    ]);
    expect((await resolver.resolveNs('kids-game.example')).sort()).toEqual([
      'ns1.sample-host.example',
      'ns2.sample-host.example',
    ]);
    expect((await resolver.resolveSoa('sample-host.example')).hostmaster).toBe('hostmaster.sample-host.example');
    expect(await resolver.resolveTxt('kids-game.example')).toEqual([['v=spf1 -all']]);
    expect(await resolver.reverse('127.0.10.3')).toEqual(['photos.sample-host.example']);
  });

  it('follows an alias across zones', async () => {
    expect(await resolver.resolveCname('pictures.sample-app.example')).toEqual(['photos.sample-host.example']);
    expect(await resolver.resolve4('pictures.sample-app.example')).toEqual(['127.0.10.3']);
  });

  it('tells apart no such name, no such record and not our business', async () => {
    await expect(resolver.resolve4('nobody.example')).rejects.toMatchObject({ code: 'ENOTFOUND' });
    await expect(resolver.resolve4('no.photos.sample-host.example')).rejects.toMatchObject({ code: 'ENOTFOUND' });
    await expect(resolver.resolve6('photos.sample-host.example')).rejects.toMatchObject({ code: 'ENODATA' });
    await expect(resolver.resolve4('example')).rejects.toMatchObject({ code: 'ENODATA' });
    await expect(resolver.resolve4('example.org')).rejects.toMatchObject({ code: 'EREFUSED' });
  });

  it('sends the start of authority with every no, so that the no can be kept', async () => {
    const no = decode(await ask(question({ questions: [{ type: 'A', name: 'nobody.example' }] })));
    expect(no).toMatchObject({ id: 77, rcode: 'NXDOMAIN', flag_aa: true });
    expect(no.authorities?.[0]).toMatchObject({ type: 'SOA', name: 'example' });
  });

  it('truncates what does not fit, and gives it whole over TCP', async () => {
    const plain = await ask(question({ questions: [{ type: 'TXT', name: 'long.sample-host.example' }] }));
    expect(plain.length).toBeLessThanOrEqual(512);
    expect(decode(plain)).toMatchObject({ flag_tc: true, answers: [] });
    const whole = await resolver.resolveTxt('long.sample-host.example');
    expect(whole[0]?.join('').length).toBeGreaterThan(1900);
    expect(server.queries.slice(-2).map((q) => q.transport)).toEqual(['udp', 'tcp']);
  });

  it('objects to what is not a question', async () => {
    const two = question({
      questions: [
        { type: 'A', name: 'a.example' },
        { type: 'A', name: 'b.example' },
      ],
    });
    expect(decode(await ask(two))).toMatchObject({ rcode: 'FORMERR' });
    expect(
      decode(await ask(question({ questions: [{ type: 'TXT', name: 'version.bind', class: 'CH' }] }))),
    ).toMatchObject({ rcode: 'REFUSED' });
    const notify = question({ flags: 4 << 11, questions: [{ type: 'SOA', name: 'example' }] });
    expect(decode(await ask(notify))).toMatchObject({ rcode: 'NOTIMP', opcode: 'NOTIFY' });
    const broken = Buffer.concat([Buffer.from('004d00000001000000000000', 'hex'), Buffer.from([63, 1])]);
    expect(decode(await ask(broken))).toMatchObject({ id: 77, rcode: 'FORMERR' });
    await expect(ask(encode({ id: 1, type: 'response' }))).rejects.toThrow('no answer');
  });

  it('fails when told to', async () => {
    server.fault('forum.sample-host.example', 'servfail');
    await expect(resolver.resolve4('forum.sample-host.example')).rejects.toMatchObject({ code: 'ESERVFAIL' });
    server.fault('forum.sample-host.example', 'drop');
    await expect(resolver.resolve4('forum.sample-host.example')).rejects.toMatchObject({ code: 'ETIMEOUT' });
    server.fault('forum.sample-host.example', null);
    expect(await resolver.resolve4('forum.sample-host.example')).toEqual(['127.0.10.4']);
  });

  it('lets a site move and a domain lapse', async () => {
    server.set('kids-game.example', 'A', [{ type: 'A', name: 'kids-game.example', ttl: 1, data: '127.0.30.2' }]);
    expect(await resolver.resolve4('kids-game.example')).toEqual(['127.0.30.2']);
    server.withdraw('kids-game.example');
    await expect(resolver.resolve4('kids-game.example')).rejects.toMatchObject({ code: 'ENOTFOUND' });
    server.withdraw('forum.sample-host.example');
    await expect(resolver.resolve4('forum.sample-host.example')).rejects.toMatchObject({ code: 'ENOTFOUND' });
    expect(await resolver.resolve4('photos.sample-host.example')).toEqual(['127.0.10.3']);
  });
});
