import http2 from 'node:http2';
import https from 'node:https';
import type tls from 'node:tls';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { ServerSettings } from '../server.ts';
import { ask, read } from '../testing/scene.ts';
import { certificate, startServer } from '../testing/server.ts';

let pem: ReturnType<typeof certificate>;
beforeAll(() => {
  pem = certificate('dns.example');
});
const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});
const start = (settings: Partial<ServerSettings> = {}) => startServer(pem, closing, settings);

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
    const { port, server } = await start();
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
    expect(read((await request('GET', get('blocked.example')[':path'])).body).rcode).toBe('NXDOMAIN');
    expect(server.stats.connections).toBe(1);
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

  it('counts what came to another web server by its address', async () => {
    const { server } = await start({ limits: { questionsPerSecond: 5 } });
    const request = { method: 'GET', path: '/dns-query', query: get('blocked.example')[':path'].slice(11) };
    const from = async (address: string, n: number) => {
      const one = { ...request, contentType: undefined, body: undefined, address };
      const replies = await Promise.all(Array.from({ length: n }, () => server.answerDoh(one)));
      return replies.filter(({ status }) => status === 200).length;
    };
    expect(await from('192.0.2.9', 30)).toBeLessThan(15);
    expect(await from('198.51.100.9', 10)).toBe(10);
    expect(server.stats.throttled).toBeGreaterThan(10);
    expect(
      (await server.answerDoh({ ...request, contentType: undefined, body: undefined, address: '192.0.2.10' })).headers,
    ).toMatchObject({ 'retry-after': '1' });
  });

  it('says when it is too much', async () => {
    const { port } = await start({ limits: { questionsPerSecond: 5 } });
    const { request } = await h2(port('doh'));
    const all = await Promise.all(Array.from({ length: 20 }, () => request(get('blocked.example'))));
    expect(all.filter((r) => r.status === 429).length).toBeGreaterThanOrEqual(8);
    expect(all.filter((r) => r.status === 200).length).toBeGreaterThanOrEqual(10);
  });

  it('does not mind clients that go away in the middle', async () => {
    const { port, server } = await start({ limits: { questionsPerSecond: 0 } });
    for (let round = 0; round < 10; round++) {
      const { session } = await h2(port('doh'));
      for (let i = 0; i < 60; i++) {
        const headers = [
          post,
          { ...post, 'content-type': 'text/plain' },
          get('blocked.example'),
          get(`slow${i}.example`),
          { ':path': '/' },
        ];
        const stream = session.request(headers[i % 5] as http2.OutgoingHttpHeaders);
        stream.on('error', () => {});
        if (i % 3 === 0) stream.write(Buffer.alloc(i));
        if (i % 2 === 0) setTimeout(() => stream.close(http2.constants.NGHTTP2_CANCEL), i % 7);
      }
      await new Promise((resolve) => setTimeout(resolve, 15));
      session.destroy();
    }
    await expect.poll(() => server.gauges.connections).toBe(0);
    await expect.poll(() => server.gauges.inFlight).toBe(0);
    const { request } = await h2(port('doh'));
    expect((await request(get('blocked.example'))).status).toBe(200);
    expect(server.stats.failures).toBe(0);
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
