import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, it } from 'vitest';
import { LANGS } from '../../src/platform/i18n/index.ts';
import { launchBrowser } from '../support/browser.ts';
import { eventually } from '../support/mailbox.ts';
import { checkPages } from '../support/page-check.ts';
import { PAGES, type PlatformProcess, startPlatform } from '../support/platform-process.ts';
import { type Look, readingPaths, reportTour } from '../support/tour.ts';

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
    await check(lang, (page, look) => reportTour(page, platform.origin, lang, look), 20);
  });
});
