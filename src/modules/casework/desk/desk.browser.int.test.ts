import { AxeBuilder } from '@axe-core/playwright';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Lang } from '../../../platform/i18n/index.ts';
import { CHROMIUM } from '../../../platform/testkit/pages.ts';
import { createDesk, type Desk, report } from '../testing/desk-fixture.ts';

const FLAGS =
  '--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync';
/** A PNG of one pixel. */
const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

describe('the desk in a real browser', { timeout: 120_000 }, () => {
  let desk: Desk;
  let chrome: Browser;
  let origin = '';
  const items: string[] = [];
  const complaints: string[] = [];

  beforeAll(async () => {
    desk = await createDesk({
      rendering: {
        render: async (url) =>
          url.includes('silent')
            ? { unavailable: 'unreachable' }
            : { png: PNG, title: 'A page', finalHost: new URL(url).hostname },
      },
    });
    const { reporting, casework, platform } = desk;
    for (const host of ['one', 'two', 'silent', 'four']) {
      await reporting.submit(
        report(reporting, { links: [`https://${host}.example/p`], category: 'image-abuse', danger: host === 'four' }),
      );
      platform.clock.advance(60_000);
    }
    while (await casework.linker.drain());
    items.push(...(await casework.queue({ state: 'waiting', limit: 10 })).items.map((i) => i.id));
    origin = await desk.server.listen({ host: '127.0.0.1', port: 0 });
    chrome = await chromium.launch({
      executablePath: CHROMIUM,
      args: FLAGS.split(' '),
    });
  });
  afterAll(async () => {
    await chrome?.close();
    await desk?.close();
  });

  async function open(path: string, lang: Lang = 'en', width = 1280): Promise<Page> {
    const visitor = await desk.as('analyst', lang);
    const context = await chrome.newContext({ viewport: { width, height: 900 }, reducedMotion: 'reduce' });
    await context.addCookies([...visitor.cookies].map(([name, value]) => ({ name, value, url: origin })));
    context.on('request', (r) => {
      if (!r.url().startsWith(`${origin}/`) && !/^(data|blob):/.test(r.url())) complaints.push(`asked for ${r.url()}`);
    });
    context.on('weberror', (error) => complaints.push(error.error().message));
    const page = await context.newPage();
    page.on('console', (m) => {
      if (m.type() === 'error' && !m.text().includes('502')) complaints.push(m.text());
    });
    await page.goto(origin + path);
    return page;
  }
  const panelHost = (page: Page) => page.locator('.desk-panel h2').textContent();

  it('moves, opens, locks and filters by keyboard, and leaves typing alone', async () => {
    const page = await open('/desk');
    expect(await panelHost(page)).toBe('four.example');
    await page.keyboard.press('j');
    await page.waitForFunction(() => document.querySelector('.desk-panel h2')?.textContent === 'one.example');
    expect(new URL(page.url()).searchParams.get('item')).toBe(items[1]);
    expect(await page.locator('tr[aria-current] a').getAttribute('data-row')).toBe(items[1]);
    // An Arabic keyboard: the letter is another one, the place of the key is the same.
    await page.evaluate(() =>
      document.activeElement?.dispatchEvent(new KeyboardEvent('keydown', { key: 'ن', code: 'KeyK', bubbles: true })),
    );
    await page.waitForFunction(() => document.querySelector('.desk-panel h2')?.textContent === 'four.example');
    await page.keyboard.press('l');
    await page.waitForSelector('.desk-panel form[action$="/unlock"]');
    expect((await desk.casework.item(items[0] as string)).lease_by).not.toBeNull();

    await page.keyboard.press('/');
    await page.keyboard.type('jjl');
    expect(await page.locator('input[name="host"]').inputValue()).toBe('jjl');
    expect(await panelHost(page)).toBe('four.example');
    await page.locator('h1').evaluate((h) => (h.ownerDocument.activeElement as HTMLElement).blur());
    await page.keyboard.press('?');
    expect(await page.locator('[data-island="desk-keys"] details').getAttribute('open')).not.toBeNull();

    await page.keyboard.press('j');
    await page.waitForFunction(() => document.querySelector('.desk-panel h2')?.textContent === 'one.example');
    await page.keyboard.press('Enter');
    await page.waitForURL(`${origin}/desk/items/${items[1]}`);
    await page.context().close();
  });

  it('lets single keys be switched off, and remembers it', async () => {
    const page = await open('/desk');
    await page.locator('[data-island="desk-keys"] summary').click();
    await page.locator('[data-keys-switch] input').uncheck();
    await page.locator('h1').evaluate((h) => (h.ownerDocument.activeElement as HTMLElement).blur());
    await page.keyboard.press('a');
    await page.reload();
    await page.keyboard.press('a');
    expect(new URL(page.url()).pathname).toBe('/desk');
    await page.context().close();
  });

  it('shows the picture blurred and grey, clear only for five seconds, and counts them', async () => {
    const email = desk.accounts.find((a) => a.role === 'analyst')?.email;
    const account = (await desk.identity.listAccounts()).find((a) => a.email === email)?.id ?? '';
    const page = await open(`/desk/items/${items[1]}`);
    await page.clock.install();
    const button = page.locator('form[data-island="rendering"] button');
    await button.click();
    const picture = page.locator('[data-frame] img');
    await picture.waitFor();
    const filter = () => picture.evaluate((img) => getComputedStyle(img).filter);
    expect(await filter()).toMatch(/blur\(24px\).*grayscale/);
    expect(await desk.casework.exposureToday(account)).toBe(0);
    expect(await button.textContent()).toBe('Show (5 s)');
    // From here only the test moves the page's time.
    await page.clock.pauseAt((await page.evaluate(() => Date.now())) + 60_000);

    await button.click();
    // The page's time stands still: only a busy machine is waited for.
    await expect.poll(filter).toBe('none');
    await page.clock.runFor(4_900);
    expect(await filter()).toBe('none');
    const told = page.waitForResponse((r) => r.url().endsWith('/exposure'));
    await page.clock.runFor(200);
    expect((await told).status()).toBe(204);
    await expect.poll(filter).toMatch(/blur/);
    expect(await desk.casework.exposureToday(account)).toBe(5000);

    await button.click();
    // The page's time stands still: only a busy machine is waited for.
    await expect.poll(filter).toBe('none');
    await page.clock.runFor(1_200);
    const again = page.waitForResponse((r) => r.url().endsWith('/exposure'));
    await page.keyboard.press('Escape');
    await expect.poll(filter).toMatch(/blur/);
    await again;
    expect(await desk.casework.exposureToday(account)).toBe(6200);
    await page.context().close();
  });

  it('says in words that the page can’t be seen', async () => {
    const silent = (await desk.casework.queue({ state: 'waiting', host: 'silent.example', limit: 1 })).items[0];
    const page = await open(`/desk/items/${silent?.id}`, 'fr');
    await page.locator('form[data-island="rendering"] button').click();
    await page.getByText('Le site ne répond pas.').waitFor();
    await page.context().close();
  });

  it('has no serious fault of accessibility in the queue and on the item', { timeout: 240_000 }, async () => {
    for (const path of ['/desk', `/desk/items/${items[0]}`]) {
      const page = await open(path, 'ar');
      const { violations } = await new AxeBuilder({ page }).analyze();
      const grave = violations.filter((v) => v.impact === 'serious' || v.impact === 'critical');
      expect(
        grave.map((v) => `${v.id}: ${v.nodes[0]?.html}`),
        path,
      ).toEqual([]);
      await page.context().close();
    }
  });

  it.each(['ar', 'fr', 'zgh'] as const)('fits a phone, in %s', async (lang) => {
    const alert = (await desk.reporting.waitingDanger(desk.platform.db))[0]?.id;
    const page = await open('/desk', lang, 360);
    for (const path of [
      `/desk/items/${items[0]}`,
      '/desk/danger',
      `/desk/danger/${alert}`,
      '/desk/report/new',
      '/desk',
    ]) {
      await page.goto(origin + path);
      const wider = await page.evaluate(() => (document.scrollingElement?.scrollWidth ?? 0) - window.innerWidth);
      expect(wider, path).toBeLessThanOrEqual(0);
    }
    await page.context().close();
  });

  it('never asked another origin and broke no rule of its own', () => {
    expect(complaints).toEqual([]);
  });
});
