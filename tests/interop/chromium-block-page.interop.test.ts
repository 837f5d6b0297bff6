import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ProxyServer } from '../../packages/dns-proxy/index.ts';
import { type BlockDoor, openBlockDoor } from '../../src/modules/safe-access/resolver/block-door.ts';
import { certificateOf } from '../../src/modules/safe-access/resolver/certificate.ts';
import { createResolver, type Resolver, resolverFolder } from '../../src/modules/safe-access/resolver/resolver.ts';
import { type FamilySite, openFamilySite } from '../../src/modules/safe-access/testing/family-site.ts';
import { REWRITES } from '../../src/modules/safe-access/testing/resolver.ts';
import { LANGS, type Lang } from '../../src/platform/i18n/index.ts';
import { CHROMIUM, PICTURES } from '../../src/platform/testkit/pages.ts';
import { openChromiumWithDoh } from '../support/chromium-doh.ts';

const ZONE = 'block-page-test.example';
const [LISTED, ORDERED, LOUD] = [`listed.${ZONE}`, `ordered.${ZONE}`, `loud.${ZONE}`];

/**
 * What happens in a living room: a browser whose secure DNS is our resolver opens a name that is closed, over plain http,
 * and arrives at the page that says why. Nothing stands between: the resolver's answer, the door behind its address, the web
 * server, and everything they ask are the real ones.
 */
describe.runIf(process.env.CI === 'true' || existsSync(CHROMIUM))(
  'a closed name in a real browser',
  { timeout: 90_000 },
  () => {
    const dir = mkdtempSync(path.join(tmpdir(), 'salama-block-page-'));
    let site: FamilySite;
    let resolver: Resolver;
    let server: ProxyServer;
    let door: BlockDoor;
    let browser: BrowserContext;
    let parent: Awaited<ReturnType<FamilySite['person']>>['actor'];
    let family: string;
    let childToken: string;

    beforeAll(async () => {
      site = await openFamilySite({ seed: 78, env: { DNS_BLOCK_ADDRESS: '127.0.0.1' } });
      const { platform, safeAccess, country, feed } = site;
      await site.list('add', 'domain', LISTED, 'csam');
      await site.list('add', 'domain', ORDERED, 'court');
      parent = (await site.person('mama', 'parent')).actor;
      family = (await safeAccess.families.create(parent)).id;
      const rules = { ...safeAccess.preset('9-12'), windows: [], deny: [LOUD] };
      const given = { label: 'نجمة', band: '9-12', lang: 'ar', rules } as const;
      const made = await safeAccess.profiles.create(parent, { family }, given);
      childToken = made.childToken;
      const device = await safeAccess.devices.add(parent, made.profile.id, { kind: 'android', label: 'x' });

      mkdirSync(resolverFolder(platform.config.stateDir), { recursive: true });
      resolver = createResolver(platform, { country, feed, write: true, rewrites: REWRITES });
      await resolver.follower.once();
      server = await ProxyServer.start({
        policy: resolver.policy,
        upstreams: [],
        listen: { doh: [{ address: '127.0.0.1', port: 0 }] },
        tls: await certificateOf(dir, undefined, 'dns.localhost', new Date()),
        name: 'dns.localhost',
      });
      door = await openBlockDoor({ address: '127.0.0.1', port: 0, publicOrigin: site.origin });
      browser = await openChromiumWithDoh(dir, `https://dns.localhost:${server.ports.doh[0]}/dns-query/${device.id}`);
    }, 120_000);

    afterAll(async () => {
      await browser?.close();
      await server?.close();
      await door?.close();
      await resolver?.stop();
      await site?.close();
      rmSync(dir, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
    });

    /** Opens a name as somebody types it, whose browser speaks that language. */
    async function open(
      name: string,
      lang: Lang,
      port = door.port,
    ): Promise<{ page: Page; status: number | undefined }> {
      const page = await browser.newPage();
      await page.setViewportSize({ width: 360, height: 780 });
      await page.setExtraHTTPHeaders({ 'accept-language': lang });
      const answer = await page.goto(`http://${name}:${port}/a/page?q=1`);
      if (PICTURES)
        await page.screenshot({
          path: path.join(PICTURES, `reached-${name.split('.')[0]}-${lang}.png`),
          fullPage: true,
        });
      return { page, status: answer?.status() };
    }
    const say = (lang: Lang, key: string) => site.platform.i18n.format(lang, `safe-access.${key}`);

    for (const [name, basis] of [
      [LISTED, 'csam'],
      [ORDERED, 'court'],
    ] as const)
      it.each(LANGS)(
        `of the national list (${basis}) says in %s why, who decided, how to contest, and where help is`,
        async (lang) => {
          const { page, status } = await open(name, lang);
          expect(page.url()).toBe(`${site.origin}/${lang}/blocked?n=${name}`);
          expect(status).toBe(451);
          expect(await page.locator('html').getAttribute('lang')).toBe(lang);
          expect(await page.textContent('h1')).toBe(say(lang, 'family.block.national.title'));
          const text = (await page.textContent('main')) ?? '';
          for (const key of [
            `why.national-${basis}`,
            `family.block.national.who-${basis}`,
            'family.block.appealText',
            'family.help.child.title',
          ])
            expect(text, key).toContain(say(lang, key));
          // The address itself is not repeated: nobody is shown the way to what shows abuse.
          expect(text).not.toContain(name);
          expect(await page.locator(`main a[href="/${lang}/blocked/appeal"]`).count()).toBe(1);
          expect(await page.locator('main a[href^="tel:"]').count()).toBeGreaterThan(1);
          await page.close();
        },
      );

    it('leads there from the web port too, where a proxy passes the name on; no cookie stays under the closed name', async () => {
      const { page } = await open(`www.${LISTED}`, 'fr', Number(new URL(site.origin).port));
      expect(page.url()).toBe(`${site.origin}/fr/blocked?n=${LISTED}`);
      const cookies = await browser.cookies();
      expect(cookies.map((c) => c.domain).filter((domain) => domain.includes(ZONE))).toEqual([]);
      await page.close();
    });

    it('of the family: without the child’s page it says what may be; with it why, and asking leads to that page', async () => {
      const { page: unknown } = await open(LOUD, 'fr');
      expect(await unknown.textContent('h1')).toBe(say('fr', 'family.block.unknown.title'));
      expect(await unknown.textContent('main')).toContain(say('fr', 'family.block.unknown.1'));
      await unknown.close();

      const own = await browser.newPage();
      await own.goto(`${site.origin}/ar/mine/${childToken}`);
      await own.close();
      for (const lang of LANGS) {
        const { page, status } = await open(LOUD, lang);
        expect(status).toBe(403);
        expect(page.url()).toBe(`${site.origin}/${lang}/blocked?n=${LOUD}`);
        const text = (await page.textContent('main')) ?? '';
        for (const key of ['why.deny', 'family.block.family.who', 'family.block.askText', 'family.help.child.title'])
          expect(text, `${lang} ${key}`).toContain(say(lang, key));
        await page.close();
      }
      const { page } = await open(LOUD, 'ar');
      await page.getByRole('button', { name: say('ar', 'family.block.askButton') }).click();
      await page.waitForURL(`${site.origin}/ar/mine/${childToken}?done=sent`);
      expect(await page.textContent('main')).toContain(LOUD);
      const [asked] = await site.safeAccess.requests.list(parent, family);
      expect(asked).toMatchObject({ name: LOUD, state: 'asked' });

      // The parent says yes. A browser remembers where a name led for up to a minute: meanwhile the page says so.
      await site.safeAccess.requests.answer(parent, asked?.id ?? '', { kind: 'for-good' });
      await resolver.follower.once();
      await page.goto(`http://${LOUD}:${door.port}/`);
      expect(await page.textContent('h1')).toBe(say('ar', 'family.block.open.title'));
      await page.close();
    });
  },
);
