import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import http2 from 'node:http2';
import https from 'node:https';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import tls from 'node:tls';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ProxyServer, type ServerSettings } from './server.ts';
import { a, ask, askUdp, BLOCK, byWord, FORWARD, options, read, startUpstream, text } from './testing/scene.ts';

const dir = mkdtempSync(path.join(tmpdir(), 'dns-proxy-'));
function certificate(name: string) {
  const file = (kind: string) => path.join(dir, `${name}.${kind}`);
  const request = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'];
  const names = ['-subj', `/CN=${name}`, '-addext', `subjectAltName=DNS:${name},DNS:*.${name}`];
  execFileSync('openssl', [...request, ...names, '-keyout', file('key'), '-out', file('cert')], { stdio: 'ignore' });
  return { key: readFileSync(file('key'), 'utf8'), cert: readFileSync(file('cert'), 'utf8') };
}
let pem: ReturnType<typeof certificate>;
beforeAll(() => {
  pem = certificate('dns.example');
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));
const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

const LOOP = [{ address: '127.0.0.1', port: 0 }];
async function start(settings: Partial<ServerSettings> = {}) {
  const upstream = await startUpstream(({ name }) => (name.startsWith('slow') ? undefined : { answers: [a(name)] }));
  const seen: string[] = [];
  const policy = byWord({ blocked: BLOCK });
  const server = await ProxyServer.start({
    policy: {
      decide: (question) => {
        seen.push(`${question.client.transport} ${question.client.id} ${text(question)}`);
        return policy.decide(question);
      },
    },
    upstreams: [upstream],
    upstreamLimits: { totalMs: 400 },
    listen: { udp: LOOP, tcp: LOOP, dot: LOOP, doh: LOOP },
    tls: pem,
    name: 'dns.example',
    graceMs: 500,
    ...settings,
  });
  closing.push(() => server.close(), upstream.stop);
  const port = (door: keyof ProxyServer['ports']) => server.ports[door][0] as number;
  return { server, port, seen, upstream };
}

const framed = (bytes: Buffer) => Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length]), bytes]);
/** Messages of a stream, as they come. */
function messages(socket: net.Socket) {
  const all: Buffer[] = [];
  let pending = Buffer.alloc(0);
  socket.on('data', (data: Buffer) => {
    pending = Buffer.concat([pending, data]);
    while (pending.length >= 2 && pending.length >= 2 + pending.readUInt16BE(0)) {
      const length = pending.readUInt16BE(0);
      all.push(pending.subarray(2, 2 + length));
      pending = pending.subarray(2 + length);
    }
  });
  socket.on('error', () => {});
  return all;
}
const connect = async (port: number) => {
  const socket = net.connect(port, '127.0.0.1');
  await new Promise((resolve) => socket.once('connect', resolve));
  return socket;
};
const gone = async (socket: net.Socket) => {
  const began = performance.now();
  socket.on('error', () => {});
  socket.resume();
  if (!socket.destroyed) await new Promise((resolve) => socket.once('close', resolve));
  return performance.now() - began;
};

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

  it('hangs up on idlers, dribblers, nonsense, who does not read, and more than its share', async () => {
    const { port, server } = await start({ limits: { idleMs: 200, stallMs: 200, connectionsPerNetwork: 3 } });
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
    const { port } = await start({ limits: { idleMs: 5000, stallMs: 300 } });
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

describe('over HTTPS', () => {
  async function h2(port: number, more: tls.ConnectionOptions = {}) {
    const session = http2.connect(`https://127.0.0.1:${port}`, { ca: pem.cert, servername: 'dns.example', ...more });
    closing.unshift(() => session.destroy());
    session.on('error', () => {});
    const request = (headers: http2.OutgoingHttpHeaders, body?: Buffer) =>
      new Promise<{ status: number; headers: http2.IncomingHttpHeaders; body: Buffer }>((resolve, reject) => {
        const stream = session.request(headers);
        const parts: Buffer[] = [];
        let got: http2.IncomingHttpHeaders = {};
        stream.on('response', (h) => {
          got = h;
        });
        stream.on('data', (data: Buffer) => parts.push(data));
        stream.on('error', reject);
        stream.on('close', () => resolve({ status: Number(got[':status']), headers: got, body: Buffer.concat(parts) }));
        stream.end(body);
      });
    return { session, request };
  }
  const get = (name: string, path = '/dns-query') => ({
    ':path': `${path}?dns=${ask(name, { id: 0 }).toString('base64url')}`,
  });
  const post = { ':method': 'POST', ':path': '/dns-query', 'content-type': 'application/dns-message' };

  it('answers GET and POST over HTTP/2, for a device by its path or its server name', async () => {
    const { port, seen } = await start();
    const { request } = await h2(port('doh'));
    const one = await request(get('blocked.example', '/dns-query/Dev-1'));
    expect(one).toMatchObject({
      status: 200,
      headers: {
        'content-type': 'application/dns-message',
        'cache-control': 'private, max-age=5',
        'content-length': '468',
      },
    });
    expect(read(one.body).rcode).toBe('NXDOMAIN');
    const two = await request(post, ask('open.example'));
    expect(two).toMatchObject({ status: 200, headers: { 'cache-control': 'private, max-age=300' } });
    expect(read(two.body).answers.length).toBe(1);
    expect(await request(post, ask('slow.example'))).toMatchObject({
      status: 200,
      headers: { 'cache-control': 'no-store' },
    });
    expect(seen.slice(0, 2)).toEqual(['doh dev-1 blocked.example', 'doh undefined open.example']);
    const named = await h2(port('doh'), { servername: 'dev-2.dns.example' });
    await named.request(get('blocked.example'));
    expect(seen.at(-1)).toBe('doh dev-2 blocked.example');
  });

  it('says what is wrong with a request', async () => {
    const { port, server } = await start();
    const { request } = await h2(port('doh'));
    const status = async (headers: http2.OutgoingHttpHeaders, body?: Buffer) => (await request(headers, body)).status;
    expect(await status({ ':path': '/' })).toBe(404);
    expect(await status({ ':path': '/dns-query/a/b' })).toBe(404);
    expect(await status({ ':path': '/dns-query/%00' })).toBe(404);
    expect(await status({ ':path': '/dns-query' })).toBe(400);
    expect(await status({ ':path': '/dns-query?dns=' })).toBe(400);
    expect(await status({ ':path': '/dns-query?dns=AA==' })).toBe(400);
    expect(await status({ ':path': '/dns-query?dns=AAAA' })).toBe(400);
    expect(await status({ ':path': `/dns-query?dns=${'A'.repeat(9000)}` })).toBe(400);
    expect(await status({ ...get('x.example'), ':method': 'PUT' })).toBe(405);
    expect(await status({ ...get('x.example'), ':method': 'HEAD' })).toBe(405);
    expect(await status({ ...post, 'content-type': 'text/plain' }, ask('x.example'))).toBe(415);
    expect(await status(post, Buffer.alloc(0))).toBe(400);
    expect(await status(post, Buffer.alloc(5000))).toBe(413);
    expect(await status(post, Buffer.alloc(200_000))).toBe(413);
    expect(server.stats.failures).toBe(0);
    expect(await status(get('blocked.example'))).toBe(200);
  });

  it('answers over HTTP/1.1 too, several on one connection', async () => {
    const { port } = await start();
    const agent = new https.Agent({ keepAlive: true, maxSockets: 1, ca: pem.cert, servername: 'dns.example' });
    closing.unshift(() => agent.destroy());
    const request = (method: string, url: string, body?: Buffer) =>
      new Promise<{ status: number; body: Buffer }>((resolve, reject) => {
        const sent = https.request(
          {
            agent,
            host: '127.0.0.1',
            port: port('doh'),
            path: url,
            method,
            headers: { 'content-type': 'application/dns-message' },
          },
          (response) => {
            const parts: Buffer[] = [];
            response.on('data', (data: Buffer) => parts.push(data));
            response.on('end', () => resolve({ status: response.statusCode ?? 0, body: Buffer.concat(parts) }));
          },
        );
        sent.on('error', reject).end(body);
      });
    expect(read((await request('GET', get('blocked.example')[':path'])).body).rcode).toBe('NXDOMAIN');
    expect(read((await request('POST', '/dns-query/dev', ask('open.example'))).body).answers.length).toBe(1);
    expect((await request('POST', '/dns-query', Buffer.alloc(6000))).status).toBe(413);
    expect((await request('GET', '/')).status).toBe(404);
  });

  it('answers what came to another web server', async () => {
    const { server, seen } = await start();
    const reply = await server.answerDoh({
      method: 'GET',
      path: '/dns-query/dev',
      query: get('open.example')[':path'].slice(11),
      contentType: undefined,
      body: undefined,
      address: '192.0.2.9',
    });
    expect(reply.status).toBe(200);
    expect(read(reply.body).answers.length).toBe(1);
    expect(seen[0]).toBe('doh dev open.example');
  });

  it('gives up on a body that does not come', async () => {
    const { port } = await start({ limits: { stallMs: 200 } });
    const { session } = await h2(port('doh'));
    const stream = session.request({ ...post, 'content-length': '40' });
    stream.on('error', () => {});
    stream.write(Buffer.alloc(10));
    const began = performance.now();
    await new Promise((resolve) => stream.once('close', resolve));
    expect(performance.now() - began).toBeLessThan(2000);
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
