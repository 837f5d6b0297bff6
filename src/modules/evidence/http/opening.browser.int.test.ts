import type { AddressInfo } from 'node:net';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CHROMIUM } from '../../../platform/testkit/pages.ts';
import { hasChromium } from '../here.fixture.ts';
import { ALBUM, openScene, PLANTED, type Scene } from '../testing/scene.ts';

const FLAGS =
  '--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync';
const PASSPHRASE = 'five words that do not belong';

describe.skipIf(!hasChromium)('opening evidence in a real browser', { timeout: 240_000 }, () => {
  let scene: Scene;
  let chrome: Browser;
  let origin = '';
  const complaints: string[] = [];
  /** Everything that the browser sent, to look for what must not be in it. */
  const sent: string[] = [];

  beforeAll(async () => {
    scene = await openScene();
    await scene.app.listen({ host: '127.0.0.1', port: 0 });
    origin = `http://127.0.0.1:${(scene.app.server.address() as AddressInfo).port}`;
    chrome = await chromium.launch({
      executablePath: CHROMIUM,
      args: FLAGS.split(' '),
    });
  }, 120_000);
  afterAll(async () => {
    await chrome?.close();
    await scene?.close();
  });

  async function context(role: 'senior-analyst' | 'analyst', script = true): Promise<BrowserContext> {
    const visitor = await scene.signedIn(role);
    const made = await chrome.newContext({ viewport: { width: 1280, height: 900 }, javaScriptEnabled: script });
    await made.addCookies([...visitor.cookies].map(([name, value]) => ({ name, value, url: origin })));
    await made.addCookies([{ name: 'lang', value: 'en', url: origin }]);
    made.on('request', (r) => {
      sent.push(`${r.url()} ${r.postData() ?? ''}`);
      if (!r.url().startsWith(`${origin}/`) && !/^(data|blob):/.test(r.url())) complaints.push(`asked for ${r.url()}`);
    });
    made.on('weberror', (error) => complaints.push(error.error().message));
    return made;
  }
  const goto = async (ctx: BrowserContext, path: string): Promise<Page> => {
    const page = await ctx.newPage();
    await page.goto(origin + path);
    return page;
  };

  it('makes a key, takes evidence, opens it and lets it go', async () => {
    const ctx = await context('senior-analyst');
    const keys = await goto(ctx, '/desk/keys');
    await keys.fill('#made-label', 'This desk');
    await keys.fill('input[name=passphrase]', 'short');
    await keys.fill('input[name=again]', 'short');
    await keys.getByRole('button', { name: 'Make the key' }).click();
    await expect.poll(() => keys.locator('[data-status]').textContent()).toContain('shorter than 12');
    await keys.fill('input[name=passphrase]', PASSPHRASE);
    await keys.fill('input[name=again]', PASSPHRASE);
    await keys.getByRole('button', { name: 'Make the key' }).click();
    await keys.getByRole('heading', { name: 'This desk' }).waitFor({ timeout: 60_000 });
    await keys.getByText('Kept here, wrapped by your passphrase').waitFor();

    const item = await scene.item(ALBUM);
    const page = await goto(ctx, `/desk/items/${item}`);
    await page.getByRole('button', { name: 'Take evidence' }).click();
    const [asked] = await scene.archive.ofItem(item);
    const id = asked?.id as string;
    await scene.until(id, 'sealed');
    await page.goto(`${origin}/desk/evidence/${id}`);
    await page.fill('input[name=passphrase]', 'not the passphrase at all');
    await page.getByRole('button', { name: 'Open', exact: true }).click();
    await expect.poll(() => page.locator('[data-status]').textContent(), { timeout: 60_000 }).toContain('not right');
    // A wrong passphrase asks the server for nothing.
    expect((await scene.archive.custody.of(scene.platform.db, id)).map((r) => r.what)).not.toContain('opened');
    await page.fill('input[name=passphrase]', PASSPHRASE);
    await page.getByRole('button', { name: 'Open', exact: true }).click();
    await expect.poll(() => page.locator('[data-status]').textContent(), { timeout: 60_000 }).toContain('Whole:');
    const picture = page.getByRole('img', { name: 'Captured page' });
    const filter = () => picture.evaluate((img) => getComputedStyle(img).filter);
    expect(await filter()).toMatch(/blur.*grayscale/);
    await page.getByText(PLANTED).first().waitFor();
    await page.getByRole('button', { name: 'Show it clear' }).click();
    expect(await filter()).toBe('none');
    await page.getByRole('button', { name: 'Blur it' }).click();
    await expect
      .poll(async () => (await scene.archive.custody.of(scene.platform.db, id)).map((r) => r.what).slice(-2))
      .toEqual(['opened', 'looked']);
    await page.reload();
    expect(await page.getByText(PLANTED).count()).toBe(0);
    expect(sent.join('\n')).not.toMatch(/AGE-SECRET-KEY|five\+words|five words/);
    expect(complaints).toEqual([]);
    await ctx.close();
  });

  it('says without a script what to do instead', async () => {
    const ctx = await context('senior-analyst', false);
    const keys = await goto(ctx, '/desk/keys');
    expect(await keys.getByText('age-keygen and paste').isVisible()).toBe(true);
    expect(await keys.locator('#made-label').isVisible()).toBe(false);
    await keys.locator('input[name=recipient]').fill('age1nonsense');
    await keys.locator('form:has(input[name=recipient]) input[name=label]').fill('Elsewhere');
    await keys.getByRole('button', { name: 'Add this key' }).click();
    await keys.getByText('valid public key that begins with age1').waitFor();
    await ctx.close();
  });
});
