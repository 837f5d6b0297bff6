import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { deflateSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { createLogger } from '../../platform/log.ts';
import { createCaptureClient } from './capture-client.ts';
import { startCaptureServer } from './capture-server.ts';
import type { RenderingPort } from './rendering.ts';

const stops: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

const TOKEN = 'a-token_of-the-role';
/** Signature, IHDR (1 × 1, grey), IDAT; what is inside the chunks does not matter here. */
const PNG = Buffer.concat([
  Buffer.from('89504e470d0a1a0a0000000d49484452000000010000000108000000003a7e9b55', 'hex'),
  deflateSync(Buffer.alloc(2)),
]);

async function role(render: RenderingPort['render']) {
  const logged: string[] = [];
  const log = createLogger('info', 'test', { write: (line: string) => void logged.push(line) });
  const server = await startCaptureServer({ rendering: { render }, authorise: (t) => t === TOKEN, log, port: 0 });
  stops.push(() => server.stop());
  const origin = `http://127.0.0.1:${server.port}`;
  return { logged, origin, client: createCaptureClient({ origin: () => origin, token: TOKEN }) };
}

async function somethingElse(listener: RequestListener, timeoutMs?: number) {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  stops.push(() => new Promise((resolve) => server.close(resolve) && server.closeAllConnections()));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return createCaptureClient({ origin: () => origin, token: TOKEN, timeoutMs });
}

describe('capture server and its client', () => {
  it('carries a picture with its title in any script, and logs no address', async () => {
    const asked: string[] = [];
    const { client, logged, origin } = await role(async (url) => {
      asked.push(url);
      return { png: PNG, title: 'صور قطط — ⵜⵉⵡⵍⴰⴼⵉⵏ\r\nx: y', finalHost: 'photos.example' };
    });
    expect(await client.render('http://photos.example/secret')).toEqual({
      png: PNG,
      title: 'صور قطط — ⵜⵉⵡⵍⴰⴼⵉⵏ\r\nx: y',
      finalHost: 'photos.example',
    });
    expect(asked).toEqual(['http://photos.example/secret']);
    const raw = await fetch(`${origin}/render`, {
      method: 'POST',
      headers: { authorization: `Bearer ${TOKEN}` },
      body: '{"url":"http://photos.example/secret"}',
    });
    expect([raw.headers.get('content-type'), raw.headers.get('cache-control')]).toEqual(['image/png', 'no-store']);
    await raw.arrayBuffer();
    expect(logged).toHaveLength(2);
    expect(logged.join()).not.toContain('photos.example');
  });

  it('carries the reason when there is no picture', async () => {
    const { client } = await role(async () => ({ unavailable: 'no-sandbox' }));
    expect(await client.render('http://photos.example/')).toEqual({ unavailable: 'no-sandbox' });
  });

  it.each([
    ['no token', {}, '/render', 'POST', '{"url":"http://x.example/"}', 401],
    ['another token', { authorization: 'Bearer another' }, '/render', 'POST', '{"url":"http://x.example/"}', 401],
    ['another path', { authorization: `Bearer ${TOKEN}` }, '/', 'POST', '{"url":"http://x.example/"}', 404],
    ['GET', { authorization: `Bearer ${TOKEN}` }, '/render', 'GET', undefined, 404],
    ['no JSON', { authorization: `Bearer ${TOKEN}` }, '/render', 'POST', 'url=x', 400],
    ['more than a URL', { authorization: `Bearer ${TOKEN}` }, '/render', 'POST', '{"url":"x","width":9}', 400],
    ['too long', { authorization: `Bearer ${TOKEN}` }, '/render', 'POST', `{"url":"${'x'.repeat(20_000)}"}`, 400],
  ])('turns away: %s', async (_what, headers, path, method, body, status) => {
    let looks = 0;
    const { origin } = await role(async () => {
      looks++;
      return { unavailable: 'failed' };
    });
    const response = await fetch(`${origin}${path}`, { method, headers, body });
    expect([response.status, looks]).toEqual([status, 0]);
  });

  it('ends the look when the caller hangs up', async () => {
    let ended: (() => void) | undefined;
    const end = new Promise<void>((resolve) => {
      ended = resolve;
    });
    const leave = new AbortController();
    const { client } = await role(
      (_url, signal) =>
        new Promise((resolve) => {
          signal?.addEventListener('abort', () => {
            ended?.();
            resolve({ unavailable: 'timeout' });
          });
          leave.abort();
        }),
    );
    expect(await client.render('http://photos.example/', leave.signal)).toEqual({ unavailable: 'timeout' });
    await end;
  });

  it('tells nobody there from somebody slow', async () => {
    const silent = await somethingElse(() => {}, 300);
    expect(await silent.render('http://photos.example/')).toEqual({ unavailable: 'timeout' });
    const gone = createCaptureClient({ origin: () => 'http://127.0.0.1:1', token: TOKEN });
    expect(await gone.render('http://photos.example/')).toEqual({ unavailable: 'not-running' });
  });

  it.each<[string, RequestListener, string]>([
    ['another service', (_q, r) => r.writeHead(404).end('no'), 'not-running'],
    ['a redirect', (_q, r) => r.writeHead(302, { location: 'http://photos.example/' }).end(), 'not-running'],
    ['an unknown reason', (_q, r) => r.writeHead(422).end('{"unavailable":"<b>"}'), 'not-running'],
    ['a page for a picture', (_q, r) => r.writeHead(200, { 'content-type': 'image/png' }).end('<script>'), 'failed'],
  ])('takes nothing from %s', async (_what, listener, reason) => {
    const client = await somethingElse(listener);
    expect(await client.render('http://photos.example/')).toEqual({ unavailable: reason });
  });
});
