import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { FastifyInstance } from 'fastify';
import type { Browser as Chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startWorld, type World } from '../../../../../world/index.ts';
import { createEgress, vantageOptions } from '../../../../platform/egress/index.ts';
import { buildServer } from '../../../../platform/http/index.ts';
import type { Lang } from '../../../../platform/i18n/index.ts';
import { graveViolations, WALKED } from '../../../../platform/testkit/axe.ts';
import { createTestPlatform, type TestPlatform } from '../../../../platform/testkit/index.ts';
import { fits, launchBrowser, unfold } from '../../../../platform/testkit/pages.ts';
import { compileNeverBlock } from '../../../blocking/index.ts';
import { createCountry } from '../../../country/index.ts';
import { createIdentity, type Identity, type Role } from '../../../identity/index.ts';
import { Browser, pathOf } from '../../../identity/testing/desk.ts';
import { toolsFor, toolsRoutes } from '../../tools/index.tsx';
import { createLists, type Lists, listsRoutes, seedLists } from '../index.ts';

let state: string;
let world: World;
let platform: TestPlatform;
let identity: Identity;
let lists: Lists;
let app: FastifyInstance;
let chrome: Chromium;
let origin: string;
let country: ReturnType<typeof createCountry>;
const links = new Map<Role, string>();

beforeAll(async () => {
  state = mkdtempSync(path.join(tmpdir(), 'lists-desk-'));
  world = await startWorld({ abuseDeskDelayMs: 20 });
  platform = await createTestPlatform({
    env: {
      ...{ SALAMA_DEMO: '1', SALAMA_ALLOW_PRIVATE: '1', SALAMA_STATE: state },
      SALAMA_EGRESS: JSON.stringify({ ...world.egress, vantages: [{ name: 'rabat' }] }),
    },
  });
  const { config, clock, random } = platform;
  country = createCountry(platform);
  identity = createIdentity(platform);
  const never = compileNeverBlock(country.pack(), config.publicOrigin);
  lists = createLists(platform, {
    protects: () => never.hurt,
    protection: () => country.pack().neverBlock,
    repository: path.join(platform.rootDir, 'country', 'ma', 'lists'),
    egress: createEgress({
      ...vantageOptions(config.egress, config.egress.vantages[0], { clock, random }),
      minGapMs: 0,
    }),
  });
  app = await buildServer(platform, {
    zone: country.pack().pack.zone,
    fallbackLang: 'ar',
    shellData: async (req) => ({
      helpLines: [],
      user: req.actor.kind === 'staff' ? { name: req.actor.name } : undefined,
    }),
    beforeRoutes: (instance) => identity.hooks(instance),
  });
  await app.register(identity.routes({ zone: country.pack().pack.zone }));
  await app.register(listsRoutes({ platform, lists, identity }));
  await app.register(toolsRoutes({ country }));
  for (const { role, url } of await identity.createDemoAccounts()) links.set(role, url);
  origin = await app.listen({ host: '127.0.0.1', port: 0 });
  chrome = await launchBrowser();
}, 120_000);
afterAll(async () => {
  await chrome?.close();
  await app?.close();
  await platform?.close();
  await world?.stop();
  rmSync(state, { recursive: true, force: true });
});

async function signedIn(role: Role): Promise<Browser> {
  const browser = new Browser(app);
  const at = pathOf(links.get(role) as string);
  await browser.get(at);
  await browser.post(at);
  return browser;
}

/** A form with a file, as a browser sends it. */
function multipart(csrf: string, file: string): { body: string; type: string } {
  const mark = 'xxMARKxx';
  const part = (head: string, value: string) =>
    `--${mark}\r\nContent-Disposition: form-data; ${head}\r\n\r\n${value}\r\n`;
  return {
    type: `multipart/form-data; boundary=${mark}`,
    body: `${part('name="_csrf"', csrf)}${part('name="file"; filename="l.txt"\r\nContent-Type: text/plain', file)}--${mark}--\r\n`,
  };
}

const FORM = {
  ...{ title: 'Une liste', id: 'une-liste', origin: 'address', address: 'https://sample-host.example/l.txt' },
  ...{ format: 'plain', category: 'adult', categories: '', licence: 'CC0-1.0', attribution: '' },
};

describe('the desk’s lists', () => {
  it('are for who answers for them; others read, and the rest see nothing', async () => {
    const [administrator, supervisor, analyst] = await Promise.all(
      (['administrator', 'supervisor', 'analyst'] as const).map(signedIn),
    );
    expect((await administrator?.get('/desk/lists'))?.statusCode).toBe(200);
    expect((await supervisor?.get('/desk/lists'))?.statusCode).toBe(200);
    expect((await supervisor?.get('/desk/lists/new'))?.statusCode).toBe(403);
    expect((await supervisor?.post('/desk/lists', FORM))?.statusCode).toBe(403);
    expect((await analyst?.get('/desk/lists'))?.statusCode).toBe(403);
    expect((await new Browser(app).get('/desk/lists')).statusCode).toBe(303);
  });

  it('are added, looked at, put in use, and held when they change a lot', async () => {
    const browser = await signedIn('administrator');
    const filled = await browser.get('/desk/lists/new?from=ut1');
    expect(filled.body).toContain('CC-BY-SA-4.0');
    expect(filled.body).toContain('drogue = drugs');
    const wrong = await browser.post('/desk/lists', { ...FORM, licence: '', address: 'nowhere', categories: 'a = b' });
    expect(wrong.statusCode).toBe(400);
    expect(wrong.body).toContain('Une liste');
    expect((await browser.post('/desk/lists', FORM)).headers.location).toBe('/desk/lists/une-liste');
    expect((await browser.post('/desk/lists', FORM)).statusCode).toBe(409);

    const lay = (n: number) =>
      world.sites.lay(FORM.address, {
        type: 'text/plain',
        body: `2511.ma\n${Array.from({ length: n }, (_, i) => `n${i}.example`).join('\n')}`,
      });
    lay(1000);
    await lists.look('une-liste');
    await browser.get('/desk/lists/une-liste');
    expect((await browser.post('/desk/lists/une-liste/enable')).statusCode).toBe(303);
    expect((await lists.one('une-liste')).enabled).toBe(true);
    lay(10);
    await lists.look('une-liste');
    const held = await browser.get('/desk/lists/une-liste');
    expect(held.body).toContain('A big change');
    expect(held.body).toContain('2511.ma');
    const refuse = /action="([^"]*\/refuse)"/.exec(held.body)?.[1] ?? '';
    expect((await browser.post(refuse)).statusCode).toBe(303);
    // Twice is told, not done.
    expect((await browser.post(refuse)).statusCode).toBe(409);
    expect((await browser.get('/desk/lists/none')).statusCode).toBe(404);
    expect((await browser.post('/desk/lists/une-liste/import')).headers.location).toBe('/desk/lists/une-liste?asked=1');
  });

  it('take a file from who may send one, and leave nothing of others on the disk', async () => {
    const browser = await signedIn('administrator');
    const page = await browser.get('/desk/lists/une-liste');
    const csrf = /name="_csrf" value="([^"]+)"/.exec(page.body)?.[1] ?? '';
    const cookie = [...browser.cookies].map(([k, v]) => `${k}=${v}`).join('; ');
    const send = (form: { body: string; type: string }, as = cookie) =>
      app.inject({
        method: 'POST',
        url: '/desk/lists/une-liste/upload',
        headers: { cookie: as, 'content-type': form.type },
        payload: form.body,
      });
    const names = Array.from({ length: 1100 }, (_, i) => `u${i}.example`).join('\n');
    expect((await send(multipart('wrong', names))).statusCode).toBe(403);
    expect((await send(multipart(csrf, names), '')).statusCode).toBeGreaterThanOrEqual(300);
    expect((await send(multipart(csrf, ''))).statusCode).toBe(400);
    await expect
      .poll(() => readdirSync(path.join(state, 'files', 'lists')).filter((f) => /draft|upload/.test(f)))
      .toEqual([]);
    const sent = await send(multipart(csrf, names));
    expect([sent.statusCode, sent.headers.location]).toEqual([303, '/desk/lists/une-liste?asked=1']);
    await platform.jobs.start(platform.pool, 2);
    await expect.poll(async () => (await lists.one('une-liste')).active?.taken, { timeout: 15_000 }).toBe(1100);
    await platform.jobs.stop();
  });
});

describe('the catalogue of tools', () => {
  it('is filtered by device and age, and never by something else', async () => {
    const all = country.tools();
    expect(toolsFor(all, undefined, undefined)).toEqual(all);
    expect(toolsFor(all, 'console', 'under-9').map((t) => t.id)).toEqual([
      'microsoft-family',
      'game-consoles',
      'roblox',
    ]);
    const page = await app.inject({ url: '/en/tools?device=router&age=x%27' });
    expect(page.body).toContain('The home router');
    expect(page.body).not.toContain('Roblox');
    expect((await app.inject({ url: '/fr/tools?device=router&age=16-17' })).body).toContain('2 outils');
  });
});

describe('pages', { timeout: 180_000 }, () => {
  beforeAll(async () => {
    await seedLists(lists, 'system');
    await lists.look('demonstration');
    await lists.add(
      {
        ...{ id: 'broken', title: 'HaGeZi: contournement', origin: 'address', address: 'https://nobody.example/l' },
        ...{ format: 'adblock', category: 'ways-around', categories: {}, below: false },
        ...{ licence: 'GPL-3.0-only', attribution: 'HaGeZi', enabled: true },
      },
      'system',
    );
    await lists.look('broken');
    world.sites.lay(FORM.address, { type: 'text/plain', body: 'who.int\n2511.ma\na.example\ncom\n' });
    await lists.look('une-liste');
    await lists.build();
  });

  it.each(WALKED)('fit in %s, and axe finds nothing serious', async (lang: Lang) => {
    const context = await chrome.newContext({ viewport: { width: 360, height: 900 } });
    const administrator = await signedIn('administrator');
    const cookies = [...administrator.cookies, ['lang', lang] as const];
    await context.addCookies(cookies.map(([name, value]) => ({ name, value, url: origin })));
    const page = await context.newPage();
    const asked: string[] = [];
    page.on('request', (r) => asked.push(r.url()));
    const pages = {
      lists: '/desk/lists',
      list: '/desk/lists/une-liste',
      fault: '/desk/lists/broken',
      new: '/desk/lists/new?from=ut1',
      tools: `/${lang}/tools`,
      'tools-none': `/${lang}/tools?device=mac&age=under-9`,
    };
    for (const [name, at] of Object.entries(pages)) {
      const answer = await page.goto(`${origin}${at}`);
      expect(answer?.status(), name).toBe(200);
      if (name !== 'tools') await unfold(page);
      else await page.evaluate(() => document.querySelectorAll('details').item(0).setAttribute('open', ''));
      await fits(page, `${name}-${lang}`);
      expect(await graveViolations(page), name).toEqual([]);
    }
    expect(asked.filter((url) => !url.startsWith(`${origin}/`) && !url.startsWith('data:'))).toEqual([]);
    await context.close();
  });
});
