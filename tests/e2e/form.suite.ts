import { describe, expect, it } from 'vitest';
import { seen, signIn, submit, type Visitor } from '../support/browser.ts';
import type { PlatformProcess } from '../support/platform-process.ts';
import { RawClient } from '../support/raw-client.ts';
import { type Answers, fillIn, stepOf } from '../support/report-form.ts';
import { wordsOf } from '../support/words.ts';

export interface FormSuite {
  platform: PlatformProcess;
  browse<T>(who: { js: boolean; width?: number }, use: (v: Visitor) => Promise<T>): Promise<T>;
}

const SECRET = 'Une phrase que personne ne doit relire';
const DRAFT: Answers = {
  who: 'child',
  danger: 'no',
  what: 'harassment',
  links: 'http://forum.sample-host.example/t/12-velo',
  story: SECRET,
  contact: '0600000099',
};

/** What a shared phone must not give away, and how the form ends. */
export function formSuite(given: () => FormSuite): void {
  describe('a shared phone', { timeout: 90_000 }, () => {
    it.each([true, false])('shows no draft when the form is opened again (JavaScript %s)', async (js) => {
      const { platform, browse } = given();
      await browse({ js }, async ({ page }) => {
        await page.goto(`${platform.origin}/fr/report`);
        expect(await seen(page.locator('main'))).toContain(wordsOf('fr').t('reporting.draftNote'));
        await fillIn(page, DRAFT, 'seen');
        // Going back to the question shows that something was kept, not what.
        while (stepOf(page) !== 'story') {
          await page.locator('main form .actions a').click();
          await page.waitForLoadState();
        }
        expect(await page.content()).not.toContain(SECRET);
        await page.goto(`${platform.origin}/fr/report`);
        expect(await page.locator('input:checked').count()).toBe(0);
        await page.goto(`${platform.origin}/fr/report/review`);
        expect(stepOf(page)).toBe('report');
        expect(await page.content()).not.toContain(SECRET);
      });
    });

    it.each([true, false])(
      'shows what was written within the form only, not to whoever opens an address of it (JavaScript %s)',
      async (js) => {
        const { platform, browse } = given();
        await browse({ js }, async ({ page }) => {
          await page.goto(`${platform.origin}/fr/report`);
          await fillIn(page, DRAFT);
          expect(await page.content()).toContain(SECRET);
          // Reload, links, another language and "back" belong to writing.
          await page.reload();
          expect(await page.content()).toContain(SECRET);
          await page.locator('main a[href="/fr/report/age"]').click();
          await page.waitForURL('**/report/age');
          await page.goBack();
          expect([stepOf(page), (await page.content()).includes(SECRET)]).toEqual(['review', true]);
          await page.locator('nav.languages a[hreflang="ar"]').first().click();
          await page.waitForURL('**/ar/report/review');
          expect(await page.content()).toContain(SECRET);
          await page.goBack();
          await page.goBack();
          expect(stepOf(page)).toBe('contact');

          const other = await page.context().newPage();
          await other.goto(`${platform.origin}/fr/report/review`);
          expect(stepOf(other)).toBe('report');
          expect(await other.content()).not.toContain(SECRET);
          expect(await seen(other.locator('main'))).toContain(wordsOf('fr').t('reporting.draftNote'));
          // The draft has ended for all tabs.
          await page.goForward();
          expect(await page.content()).not.toContain(SECRET);
          await other.close();
        });
      },
    );

    it.each([true, false])('"leave" wipes what was written (JavaScript %s)', async (js) => {
      const { platform, browse } = given();
      await browse({ js }, async ({ page }) => {
        await page.goto(`${platform.origin}/fr/report`);
        await fillIn(page, DRAFT);
        await submit(page, 'main button[formaction$="/report/leave"]');
        expect(new URL(page.url()).pathname).toBe('/exit');
        expect(await page.locator('html').getAttribute('lang')).toBe('fr');
        await page.goBack();
        await page.goto(`${platform.origin}/fr/report/review`);
        expect(stepOf(page)).toBe('report');
      });
      // The desk sees that something was begun, and no word of it.
      await browse({ js: false, width: 1280 }, async ({ page }) => {
        await signIn(page, platform.signInUrl('analyst'), 'fr');
        await page.goto(`${platform.origin}/desk/unfinished`);
        const seen = await page.content();
        expect(seen).toContain('forum.sample-host.example/t/12-velo');
        expect(seen).not.toContain(SECRET);
        expect(seen).not.toContain(DRAFT.contact);
      });
    });

    it('"leave quickly" ends the visit: the plain link without a script, replaced history with one', async () => {
      const { platform, browse } = given();
      for (const js of [false, true])
        await browse({ js }, async ({ page }) => {
          await page.goto(`${platform.origin}/ar`);
          await page.goto(`${platform.origin}/ar/report`);
          await fillIn(page, DRAFT, 'story');
          await page.locator('header a[href^="/exit"]').click();
          await page.waitForURL(/\/exit/);
          expect(await page.locator('html').getAttribute('lang')).toBe('ar');
          expect(await seen(page.locator('main'))).toContain(wordsOf('ar').t('site.exit.history'));
          const cookies = (await page.context().cookies()).map((c) => c.name);
          expect(cookies).not.toContain('rd');
          if (js) {
            // The step that was open is gone from the history: "back" leads to the one before.
            await page.goBack();
            expect(stepOf(page)).not.toBe('story');
          }
        });
    });
  });

  it('wrong follow-up numbers slow down, for whoever tries and for nobody else', async () => {
    const { platform } = given();
    const guesser = new RawClient(platform.origin);
    const began = performance.now();
    const statuses: number[] = [];
    while (statuses.at(-1) !== 429 && statuses.length < 12) {
      const number = String(1000_0000_0000_0000 + statuses.length);
      statuses.push((await guesser.post('/fr/receipt', '/fr/receipt', { number })).status);
    }
    expect(statuses.at(-1)).toBe(429);
    expect(statuses.slice(0, 3)).toEqual([400, 400, 400]);
    // Seven tries took 1 + 2 + 4 seconds of waiting at least; the next is refused at once.
    expect(performance.now() - began).toBeGreaterThan(6_500);

    const other = new RawClient(platform.origin);
    const before = performance.now();
    expect((await other.post('/fr/receipt', '/fr/receipt', { number: '1234' })).status).toBe(400);
    expect(performance.now() - before).toBeLessThan(5_000);
  }, 120_000);
}
