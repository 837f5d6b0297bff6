import { type IncomingMessage, request as plainRequest } from 'node:http';
import { request } from 'node:https';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAbuseApi } from './abuse-api.ts';
import { createAuthority } from './certificates.ts';
import { html } from './html.ts';
import { Sites } from './sites.ts';
import { startWeb, type Web } from './web.ts';

const NOW = new Date();
const sites = new Sites(7, NOW);
let web: Web;
let ca: string;

interface Reply {
  status: number;
  headers: IncomingMessage['headers'];
  body: Buffer;
}

function get(url: string, options: { method?: string; timeoutMs?: number; trust?: boolean } = {}): Promise<Reply> {
  const { protocol, hostname, pathname, search } = new URL(url);
  const tls = protocol === 'https:';
  const site = sites.list().find((s) => s.host === hostname);
  const make = tls ? request : plainRequest;
  return new Promise((resolve, reject) => {
    const req = make(
      {
        host: site?.address ?? '127.0.0.1',
        port: tls ? web.httpsPort : web.httpPort,
        path: pathname + search,
        method: options.method ?? 'GET',
        headers: { host: hostname, 'user-agent': 'test-agent' },
        ...(tls ? { servername: hostname, ...(options.trust === false ? {} : { ca }) } : {}),
        agent: false,
      },
      (res) => {
        const chunks: Buffer[] = [];
        res.on('data', (c: Buffer) => chunks.push(c));
        res.on('end', () =>
          resolve({ status: res.statusCode ?? 0, headers: res.headers, body: Buffer.concat(chunks) }),
        );
      },
    );
    req.setTimeout(options.timeoutMs ?? 5000, () => req.destroy(new Error('timeout')));
    req.on('error', reject);
    req.end();
  });
}

const text = async (url: string) => (await get(url)).body.toString();

beforeAll(async () => {
  const authority = await createAuthority(NOW);
  ca = authority.pem;
  web = await startWeb({ sites, authority, api: createAbuseApi(() => NOW), now: () => NOW, httpPort: 0, httpsPort: 0 });
});
afterAll(() => web.stop());

describe('sites of the world', () => {
  it('serves pages in three languages with their pictures', async () => {
    const arabic = await text('http://photos.sample-host.example/album/qitat');
    expect(arabic).toContain('<html lang="ar" dir="rtl">');
    expect(arabic).toContain('صور قطط');
    expect(await text('http://photos.sample-host.example/album/chats')).toContain('Album de chats');
    const picture = await get('http://photos.sample-host.example/media/album/qitat/1.png');
    expect(picture.headers['content-type']).toBe('image/png');
    expect(picture.body.subarray(1, 4).toString()).toBe('PNG');
  });

  it('answers by name for an internationalised domain too', async () => {
    expect(await text('http://صور-قطط.example/album/qitat')).toContain('صور قطط');
  });

  it('draws every picture from the seed: equal for equal seeds, different for different pages', async () => {
    const one = sites.find('photos.sample-host.example', '/media/p/1.png')?.picture;
    expect(one).toBeInstanceOf(Buffer);
    expect(new Sites(7, NOW).find('photos.sample-host.example', '/media/p/1.png')?.picture).toEqual(one);
    expect(sites.find('photos.sample-host.example', '/media/p/2.png')?.picture).not.toEqual(one);
    expect(new Sites(8, NOW).find('photos.sample-host.example', '/media/p/1.png')?.picture).not.toEqual(one);
  });

  it('never sends the same page twice byte for byte, as real sites do not', async () => {
    const url = 'http://forum.sample-host.example/t/12-velo';
    expect(await text(url)).not.toBe(await text(url));
  });

  it('says 404 to an unknown path, 421 to an unknown host, 405 to a strange method', async () => {
    expect((await get('http://forum.sample-host.example/t/none')).status).toBe(404);
    expect((await get('http://unknown.example/')).status).toBe(421);
    expect((await get('http://forum.sample-host.example/', { method: 'DELETE' })).status).toBe(405);
  });

  it('takes a strange path for a path, and lives on', async () => {
    for (const target of ['//', '//evil.example/p/1', '/%', '/../../etc/passwd'])
      expect((await get(`http://forum.sample-host.example${target}`)).status, target).toBe(404);
  });

  it('serves a site under its alias, where a page is gone as well', async () => {
    const alias = 'http://pictures.sample-app.example/p/40';
    expect((await get(alias)).status).toBe(200);
    sites.set('http://photos.sample-host.example/p/40', 'removed');
    expect((await get(alias)).status).toBe(410);
  });

  it('answers HEAD with headers alone', async () => {
    const head = await get('http://forum.sample-host.example/', { method: 'HEAD' });
    expect(head.status).toBe(200);
    expect(Number(head.headers['content-length'])).toBeGreaterThan(100);
    expect(head.body).toHaveLength(0);
  });

  it('serves robots.txt, and a security.txt that has not expired', async () => {
    expect(await text('http://kids-game.example/robots.txt')).toContain('Disallow: /scores/');
    const security = await text('https://sample-host.example/.well-known/security.txt');
    expect(security).toContain('Contact: mailto:abuse@sample-host.example\r\n');
    expect(Date.parse(/Expires: (\S+)/.exec(security)?.[1] ?? '')).toBeGreaterThan(NOW.getTime());
    expect((await get('http://forum.sample-host.example/.well-known/security.txt')).status).toBe(404);
  });

  it('logs each visit', async () => {
    await get('http://forum.sample-host.example/t/27-wasfat?x=1');
    expect(web.requests.at(-1)).toMatchObject({
      time: NOW,
      scheme: 'http',
      method: 'GET',
      host: 'forum.sample-host.example',
      path: '/t/27-wasfat?x=1',
      userAgent: 'test-agent',
      status: 200,
    });
  });
});

describe('what can become of a page', () => {
  const url = 'http://photos.sample-host.example/p/5';
  const media = 'http://photos.sample-host.example/media/p/5.png';

  it.each([
    ['up', 200, 200, 'media/p/5.png'],
    ['changed', 200, 404, 'Empty album'],
    ['removed', 410, 404, 'no longer exists'],
    ['removed-notice', 200, 404, 'Content removed'],
    ['soft-404', 200, 404, 'could not find'],
    ['parked', 200, 404, 'may be for sale'],
    ['bot-wall', 403, 403, 'Verify you are human'],
    ['legal-block', 451, 451, 'legal reasons'],
    ['server-error', 500, 500, 'went wrong'],
    ['login-wall', 302, 302, ''],
  ] as const)('%s', async (state, pageStatus, pictureStatus, words) => {
    sites.set(url, state);
    const page = await get(url);
    expect(page.status).toBe(pageStatus);
    expect(page.body.toString()).toContain(words);
    expect((await get(media)).status).toBe(pictureStatus);
    expect((await get('http://photos.sample-host.example/p/6')).status).toBe(200);
    sites.set(url, 'up');
  });

  it('takes the http and the https copy down together, whatever the query', async () => {
    sites.set(url, { kind: 'removed', status: 404 });
    expect((await get(`${url}?utm_source=x`)).status).toBe(404);
    expect((await get(url.replace('http:', 'https:'))).status).toBe(404);
    sites.set(url, 'up');
    expect((await get(url)).status).toBe(200);
  });

  it('asks too busy visitors to wait', async () => {
    sites.set(url, { kind: 'bot-wall', status: 429 });
    const reply = await get(url);
    expect([reply.status, reply.headers['retry-after']]).toEqual([429, '120']);
    sites.set(url, 'up');
  });

  it('redirects, one page or a whole host', async () => {
    expect((await get('http://moved.example/album/cats')).headers.location).toBe(
      'http://photos.elsewhere-host.example/album/cats',
    );
    sites.set(url, { kind: 'redirect', to: 'http://photos.sample-host.example/', status: 302 });
    expect((await get(url)).headers.location).toBe('http://photos.sample-host.example/');
    sites.set(url, 'up');
  });

  it('shows a login page behind the wall', async () => {
    sites.setHost('chat.sample-app.example', 'login-wall');
    const wall = await get('http://chat.sample-app.example/u/someone');
    expect(wall.headers.location).toBe('/login?next=%2Fu%2Fsomeone');
    expect(await text('http://chat.sample-app.example/login')).toContain('type="password"');
    sites.setHost('chat.sample-app.example', null);
    expect((await get('http://chat.sample-app.example/u/someone')).status).toBe(200);
  });

  it('answers any path with 200 on the soft-404 and the parked host', async () => {
    for (const path of ['/notes/1', '/no-such-path-4711']) {
      expect(await text(`http://soft404.example${path}`)).toContain('Page not found');
      expect(await text(`http://parked.example${path}`)).toContain('parked');
    }
    expect((await get('http://soft404.example/nothing')).status).toBe(200);
    expect((await get('http://soft404.example/robots.txt')).body.toString()).toContain('User-agent');
  });

  it('is slow, hangs, resets or refuses', async () => {
    sites.set(url, { kind: 'slow', delayMs: 150 });
    const start = performance.now();
    expect((await get(url)).status).toBe(200);
    expect(performance.now() - start).toBeGreaterThan(140);
    sites.set(url, 'hang');
    await expect(get(url, { timeoutMs: 100 })).rejects.toThrow('timeout');
    await expect(get('http://reset.example/')).rejects.toMatchObject({ code: 'ECONNRESET' });
    await expect(get('http://down.example/')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    sites.set(url, 'up');
  });

  it('takes pages of a test’s own, and refuses hosts it does not know', async () => {
    sites.add('http://forum.sample-host.example/t/99', { lang: 'fr', title: 'Essai <1>', body: html`<p>Bonjour</p>` });
    expect(await text('http://forum.sample-host.example/t/99')).toContain('Essai &lt;1&gt;');
    expect(sites.has('http://forum.sample-host.example/t/99')).toBe(true);
    expect(sites.has('http://forum.sample-host.example/t/98')).toBe(false);
    expect(() => sites.set('http://nobody.test/', 'up')).toThrow('no such host');
  });
});

describe('https', () => {
  it('is trusted with the world’s authority and with nothing else', async () => {
    expect((await get('https://photos.sample-host.example/')).status).toBe(200);
    await expect(get('https://photos.sample-host.example/', { trust: false })).rejects.toMatchObject({
      code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    });
  });

  it.each([
    ['expired-tls.example', 'CERT_HAS_EXPIRED'],
    ['wrong-tls.example', 'ERR_TLS_CERT_ALTNAME_INVALID'],
    ['self-signed.example', 'DEPTH_ZERO_SELF_SIGNED_CERT'],
  ])('%s fails the handshake with %s', async (host, code) => {
    await expect(get(`https://${host}/`)).rejects.toMatchObject({ code });
    expect((await get(`http://${host}/`)).status).toBe(200);
  });
});
