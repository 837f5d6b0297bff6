import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { LANGS } from '../../src/platform/i18n/index.ts';
import { graveViolations } from '../../src/platform/testkit/axe.ts';
import { launchBrowser, overflow, signIn, submit, visitor } from '../support/browser.ts';
import { eventually, MailboxReader } from '../support/mailbox.ts';
import { type PlatformProcess, startPlatform } from '../support/platform-process.ts';
import { deskTour, firstLink, type Look, leaveUnfinished, readingPaths, reportTour } from '../support/tour.ts';

const NARROW = { width: 360, height: 740 };
const WIDE = { width: 1280, height: 860 };

let platform: PlatformProcess;
let browser: Browser;
let failed = false;

beforeAll(async () => {
  platform = await startPlatform();
  browser = await launchBrowser();
}, 180_000);

afterEach(({ task }) => {
  failed ||= task.result?.state === 'fail';
});

afterAll(async () => {
  await browser?.close();
  await platform?.stop(failed);
}, 60_000);

/** Runs `tour` in a browser of its own; every page of it is checked, and all faults are told at once. */
async function check(lang: string, tour: (page: Page, look: Look) => Promise<void>, atLeast: number): Promise<void> {
  const { page, complaints, close } = await visitor(browser, platform.origin, { viewport: NARROW }, 60_000);
  const faults: string[] = [];
  let pages = 0;
  await tour(page, async (name) => {
    pages += 1;
    const [language, headings] = await page.evaluate(() => [
      document.documentElement.lang,
      document.querySelectorAll('h1').length,
    ]);
    if (language !== lang) faults.push(`${name} is not in ${lang}`);
    if (headings !== 1) faults.push(`${name} has no single heading`);
    const narrow = await overflow(page);
    if (narrow > 0) faults.push(`${name} is ${narrow} px too wide at ${NARROW.width}`);
    await page.setViewportSize(WIDE);
    const wide = await overflow(page);
    if (wide > 0) faults.push(`${name} is ${wide} px too wide at ${WIDE.width}`);
    faults.push(...(await graveViolations(page)).map((fault) => `${name}: ${fault}`));
    await page.setViewportSize(NARROW);
  });
  expect([...faults, ...complaints]).toEqual([]);
  expect(pages).toBeGreaterThanOrEqual(atLeast);
  await close();
}

describe.each(LANGS)('public pages in %s', { timeout: 240_000 }, (lang) => {
  it.concurrent('are accessible to read, and fit', async () => {
    // The figures are taken within a minute of the start.
    await eventually(
      'the first figures',
      async () => (await fetch(`${platform.origin}/${lang}/figures/figures.csv`)).ok || undefined,
      90_000,
    );
    const paths = readingPaths(lang);
    await check(
      lang,
      async (page, look) => {
        for (const [name, path] of paths) {
          await page.goto(platform.origin + path);
          await look(name);
        }
        await page.context().addCookies([{ name: 'lang', value: lang, url: platform.origin }]);
        await page.goto(`${platform.origin}/api/docs`);
        await look('api-docs');
      },
      paths.length + 1,
    );
  });

  it.concurrent('are accessible from the first question of a report to the receipt', async () => {
    await check(lang, (page, look) => reportTour(page, platform.origin, lang, look), 19);
  });
});

describe('the desk', { timeout: 300_000 }, () => {
  it.concurrent.each(['ar', 'fr'] as const)('is accessible in every room in %s, and fits', async (lang) => {
    await check(
      lang,
      async (page, look) => {
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
