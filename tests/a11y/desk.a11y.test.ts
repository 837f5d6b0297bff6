import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, it } from 'vitest';
import { LANGS } from '../../src/platform/i18n/index.ts';
import { launchBrowser, signIn, submit, visitor } from '../support/browser.ts';
import { eventually, MailboxReader } from '../support/mailbox.ts';
import { checkPages, WIDE } from '../support/page-check.ts';
import { PAGES, type PlatformProcess, startPlatform } from '../support/platform-process.ts';
import { deskTour, firstLink, type Look, leaveUnfinished, reportTour } from '../support/tour.ts';

let platform: PlatformProcess;
let browser: Browser;
let failed = false;
const check = (lang: string, tour: (page: Page, look: Look) => Promise<void>, atLeast: number) =>
  checkPages({ browser, origin: platform.origin }, lang, tour, atLeast);

beforeAll(async () => {
  platform = await startPlatform({ roles: PAGES });
  browser = await launchBrowser();
}, 180_000);

afterEach(({ task }) => {
  failed ||= task.result?.state === 'fail';
});

afterAll(async () => {
  await browser?.close();
  await platform?.stop(failed);
}, 60_000);

// One after the other: both walk through the same queue.
describe('the desk', { timeout: 300_000 }, () => {
  it.each(['ar', 'fr'] as const)('is accessible in every room in %s, and fits', async (lang) => {
    await check(
      lang,
      async (page, look) => {
        // Somebody in danger who left how to be reached, and somebody who never sent it.
        await reportTour(page, platform.origin, lang, async () => {});
        await leaveUnfinished(page, platform.origin, lang);
        await deskTour(page, platform, lang, look);
      },
      26,
    );
  });
});

describe('the provider’s page', { timeout: 180_000 }, () => {
  it('is accessible in every language', async () => {
    const { page, close } = await visitor(browser, platform.origin, { viewport: WIDE }, 60_000);
    await signIn(page, platform.signInUrl('analyst'), 'fr');
    const item = await firstLink(
      page,
      `${platform.origin}/desk?host=photos.sample-host.example&category=image-abuse`,
      '/desk/items/',
    );
    await page.goto(platform.origin + item);
    await page.locator('main input[name=outcome][value=illegal]').check();
    for (const [name, value] of Object.entries({ severity: 'minor', ageBand: 'unknown', sex: 'unknown' }))
      await page.locator(`main select[name=${name}]`).selectOption(value);
    await submit(page, 'main form[action$="/assess"] button.btn-primary');
    // Nothing leaves before a second person agrees.
    await page.context().clearCookies();
    await signIn(page, platform.signInUrl('senior-analyst'), 'fr');
    await page.goto(platform.origin + (await firstLink(page, `${platform.origin}/desk/verify`, '/desk/verify/')));
    await submit(page, '.desk-panel form button.btn-primary');
    await close();
    const mailbox = new MailboxReader(platform.demo.mailbox);
    const link = await eventually(
      'a notice',
      async () => {
        const texts = (await mailbox.mails()).map((m) => /https?:\/\/\S+\/notice\/[^\s?]+/.exec(m.text)?.[0]);
        return texts.find((t) => t !== undefined);
      },
      60_000,
    );
    for (const lang of LANGS)
      await check(
        lang,
        async (visit, look) => {
          await visit.goto(`${link}?lang=${lang}`);
          await look('notice');
          await visit.evaluate(() => {
            for (const part of document.querySelectorAll('details')) part.open = true;
          });
          await look('notice, unfolded');
        },
        2,
      );
  });
});
