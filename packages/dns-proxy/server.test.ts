import net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import tls from 'node:tls';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Question } from './policy.ts';
import { ProxyServer, type ServerSettings } from './server.ts';
import { ask, askUdp, BLOCK, FORWARD, options, read } from './testing/scene.ts';
import { certificate, connect, framed, gone, LOOP, messages, startServer } from './testing/server.ts';

let pem: ReturnType<typeof certificate>;
beforeAll(() => {
  pem = certificate('dns.example');
});
const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});
const start = (settings: Partial<ServerSettings> = {}) => startServer(pem, closing, settings);
/** For tests that flood. */
const FAST = { questionsPerSecond: 0 };

describe('over UDP', () => {
  it('answers what it knows and what it must ask for', async () => {
    const { port, server } = await start();
    expect(read((await askUdp(port('udp'), ask('blocked.example'))) as Buffer).rcode).toBe('NXDOMAIN');
    expect(read((await askUdp(port('udp'), ask('open.example'))) as Buffer).answers.length).toBe(1);
    expect(await askUdp(port('udp'), ask('open.example', { flags: 0x8180 }), 200)).toBeUndefined();
    expect(server.stats).toMatchObject({ udp: 2, blocked: 1, malformed: 1, failures: 0 });
    expect(server.gauges).toMatchObject({ cacheEntries: 1, inFlight: 0, upstreams: 1, healthyUpstreams: 1 });
  });
});

describe('an endpoint', () => {
  it('may be shared, and serves both families', async () => {
    const { port, seen, server } = await start({
      listen: { udp: [{ address: '127.0.0.1', port: 0, reusePort: true }] },
    });
    const at = [{ address: '127.0.0.1', port: port('udp'), reusePort: true }];
    const second = await start({ listen: { udp: at } });
    for (let i = 0; i < 40; i++) await askUdp(port('udp'), ask('blocked.example'));
    expect(seen.length + second.seen.length).toBe(40);
    expect(Math.min(server.stats.udp, second.server.stats.udp)).toBeGreaterThan(0);
    const clients: string[] = [];
    const policy = {
      decide: ({ client }: Question) => {
        clients.push(client.address);
        return BLOCK;
      },
    };
    const both = [{ address: '::', port: 0 }];
    const dual = await start({ policy, listen: { udp: both, tcp: both } });
    await askUdp(dual.port('udp'), ask('blocked.example'));
    const socket = await connect(dual.port('tcp'));
    const got = messages(socket);
    socket.write(framed(ask('blocked.example')));
    await expect.poll(() => got.length).toBe(1);
    socket.destroy();
    expect(clients).toEqual(['127.0.0.1', '127.0.0.1']);
  });
});

describe('over TCP', () => {
  it('answers many questions of one connection, each when it is ready', async () => {
    const { port } = await start();
    const socket = await connect(port('tcp'));
    const got = messages(socket);
    const names = ['slow.example', 'open.example', 'blocked.example', 'other.example'];
    socket.write(Buffer.concat(names.map((name, id) => framed(ask(name, { id })))));
    await expect.poll(() => got.length, { timeout: 3000 }).toBe(4);
    expect(got.map((m) => m.readUInt16BE(0)).at(-1)).toBe(0);
    expect(got.map((m) => read(m).rcode).sort()).toEqual(['NOERROR', 'NOERROR', 'NXDOMAIN', 'SERVFAIL']);
    // In single bytes, and half closed before the answer.
    const bytes = framed(ask('blocked.example', { id: 9 }));
    for (const byte of bytes) socket.write(Buffer.from([byte]));
    socket.end();
    await gone(socket);
    expect(got.at(-1)?.readUInt16BE(0)).toBe(9);
  });

  it('reads no further than it may have on its way', async () => {
    const { port, server } = await start({ limits: { pipelined: 4 } });
    const socket = await connect(port('tcp'));
    const got = messages(socket);
    socket.write(Buffer.concat(Array.from({ length: 8 }, (_, id) => framed(ask(`slow${id}.example`, { id })))));
    await sleep(150);
    expect(server.gauges.inFlight).toBe(4);
    socket.write(
      Buffer.concat(Array.from({ length: 40 }, (_, id) => framed(ask('blocked.example', { id: 100 + id })))),
    );
    await expect.poll(() => got.length, { timeout: 8000, interval: 100 }).toBe(48);
    socket.destroy();
  });

  it('is read more slowly when it asks too much, without losing anything', async () => {
    const { port, server } = await start({ limits: { questionsPerSecond: 50, connectionsPerSecond: 2 } });
    const socket = await connect(port('tcp'));
    const got = messages(socket);
    const began = performance.now();
    socket.end(Buffer.concat(Array.from({ length: 150 }, (_, id) => framed(ask('blocked.example', { id })))));
    await gone(socket);
    expect(got.length).toBe(150);
    expect(performance.now() - began).toBeGreaterThan(800);
    expect(server.stats.throttled).toBeGreaterThan(5);
    const many = await Promise.all(Array.from({ length: 12 }, () => connect(port('tcp'))));
    await expect.poll(() => server.stats.connectionsRefused).toBeGreaterThan(2);
    for (const s of many) s.destroy();
  });

  it('hangs up on idlers, dribblers, nonsense, who does not read, and more than its share', async () => {
    const { port, server } = await start({ limits: { idleMs: 200, stallMs: 200, connectionsPerNetwork: 3, ...FAST } });
    expect(await gone(await connect(port('tcp')))).toBeGreaterThan(150);
    const dribbler = await connect(port('tcp'));
    const drops = setInterval(() => dribbler.write(Buffer.from([0])), 40);
    expect(await gone(dribbler)).toBeLessThan(2000);
    clearInterval(drops);
    const web = await connect(port('tcp'));
    web.write('GET / HTTP/1.1\r\n\r\n');
    expect(await gone(web)).toBeLessThan(150);
    const response = await connect(port('tcp'));
    response.write(framed(ask('x.example', { flags: 0x8100 })));
    expect(await gone(response)).toBeLessThan(150);
    const deaf = await connect(port('tcp'));
    deaf.pause();
    deaf.on('error', () => {});
    const flood = Buffer.concat(Array.from({ length: 2000 }, () => framed(ask('blocked.example'))));
    const closed = new Promise((resolve) => deaf.once('close', resolve));
    const pour = () => {
      while (!deaf.destroyed && deaf.writableLength < 4_000_000) deaf.write(flood);
    };
    const pouring = setInterval(pour, 20);
    await closed;
    clearInterval(pouring);
    await expect.poll(() => server.gauges.connections).toBe(0);
    const three = await Promise.all([1, 2, 3].map(() => connect(port('tcp'))));
    expect(await gone(await connect(port('tcp')))).toBeLessThan(100);
    expect(server.stats.connectionsRefused).toBe(1);
    for (const socket of three) socket.destroy();
  });
});

describe('over TLS', () => {
  const dial = async (port: number, more: tls.ConnectionOptions = {}) => {
    const socket = tls.connect({
      port,
      host: '127.0.0.1',
      ca: pem.cert,
      servername: 'dns.example',
      ALPNProtocols: ['dot'],
      ...more,
    });
    await new Promise((resolve, reject) => socket.once('secureConnect', resolve).once('error', reject));
    return socket;
  };

  it('answers padded, and knows the device by the server name', async () => {
    const { port, seen } = await start();
    const socket = await dial(port('dot'), { servername: 'Abc234.dns.example' });
    expect(socket.alpnProtocol).toBe('dot');
    const got = messages(socket);
    socket.write(framed(ask('blocked.example', { options: [[15, new Uint8Array(2)]] })));
    socket.write(framed(ask('open.example')));
    await expect.poll(() => got.length).toBe(2);
    expect(got.map((m) => m.length)).toEqual([468, 468]);
    expect(
      JSON.parse(
        options(read(got[0] as Buffer))
          .get(15)
          ?.subarray(2)
          .toString() ?? '',
      ),
    ).toMatchObject({ o: 'e-Salama' });
    expect(seen).toEqual([
      'dot abc234 blocked.example',
      'dot abc234 open.example',
      'dot abc234 open.example',
      'dot abc234 open.example',
    ]);
    socket.destroy();
  });

  it('takes TLS 1.2 and not less, and another certificate while it runs', async () => {
    const { port, server } = await start();
    const old = await dial(port('dot'), { maxVersion: 'TLSv1.2' });
    expect(old.getProtocol()).toBe('TLSv1.2');
    await expect(
      dial(port('dot'), { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' }),
    ).rejects.toThrow();
    await expect(dial(port('dot'), { ALPNProtocols: ['h2'] })).rejects.toThrow();
    const fresh = certificate('new.example');
    server.setCertificate(fresh);
    const next = await dial(port('dot'), { ca: fresh.cert, servername: 'x.new.example' });
    expect(next.authorized).toBe(true);
    expect(() => server.setCertificate({ key: 'x', cert: 'y' })).toThrow();
    // Who was there stays.
    const got = messages(old);
    old.write(framed(ask('blocked.example')));
    await expect.poll(() => got.length).toBe(1);
    for (const socket of [old, next]) socket.destroy();
  });

  it('waits for no handshake for ever', async () => {
    const { port } = await start({ limits: { idleMs: 200, stallMs: 200 } });
    for (const door of ['dot', 'doh'] as const) {
      expect(await gone(await connect(port(door)))).toBeLessThan(1500);
      expect(await gone(await dial(port(door), { ALPNProtocols: door === 'doh' ? ['h2'] : ['dot'] }))).toBeLessThan(
        1500,
      );
    }
  });

  it('does not hold who never reads', async () => {
    const { port } = await start({ limits: { idleMs: 5000, stallMs: 300, ...FAST } });
    const socket = await dial(port('dot'));
    socket.pause();
    socket.on('error', () => {});
    const closed = new Promise((resolve) => socket.once('close', resolve));
    const flood = Buffer.concat(Array.from({ length: 2000 }, () => framed(ask('blocked.example'))));
    const pouring = setInterval(() => {
      while (!socket.destroyed && socket.writableLength < 4_000_000) socket.write(flood);
    }, 20);
    await closed;
    clearInterval(pouring);
  });
});

describe('when it stops', () => {
  it('answers what is on its way and lets nobody in', async () => {
    const { server, port, upstream } = await start({ graceMs: 2000 });
    expect(upstream.port).toBeGreaterThan(0);
    const socket = await connect(port('tcp'));
    const got = messages(socket);
    socket.write(framed(ask('slow.example')));
    await expect.poll(() => server.gauges.inFlight).toBe(1);
    const late = askUdp(port('udp'), ask('slow2.example'), 2000);
    await expect.poll(() => server.gauges.inFlight).toBe(2);
    const closed = server.close();
    await gone(socket);
    expect(got.length).toBe(1);
    expect(read((await late) as Buffer).rcode).toBe('SERVFAIL');
    await closed;
    const refused = net.connect(port('tcp'), '127.0.0.1');
    await expect(new Promise((_, reject) => refused.once('error', reject))).rejects.toThrow(/ECONNREFUSED/);
  });

  it('leaves nothing open when it cannot start', async () => {
    const { port } = await start();
    const taken = { address: '127.0.0.1', port: port('tcp') };
    const policy = { decide: () => FORWARD };
    await expect(ProxyServer.start({ policy, upstreams: [], listen: { udp: LOOP, tcp: [taken] } })).rejects.toThrow(
      /EADDRINUSE/,
    );
    await expect(ProxyServer.start({ policy, upstreams: [], listen: { dot: LOOP } })).rejects.toThrow(RangeError);
    await expect(ProxyServer.start({ policy, upstreams: [{ host: 'dns.example' }], listen: {} })).rejects.toThrow(
      RangeError,
    );
  });
});
