import type { Browser, Page } from 'playwright-core';
import { expect } from 'vitest';
import { graveViolations } from '../../src/platform/testkit/axe.ts';
import { overflow, visitor } from './browser.ts';
import type { Look } from './tour.ts';

const NARROW = { width: 360, height: 740 };
export const WIDE = { width: 1280, height: 860 };

/** Runs `tour` in a browser of its own; every page of it is checked, and all faults are told at once. */
export async function checkPages(
  { browser, origin }: { browser: Browser; origin: string },
  lang: string,
  tour: (page: Page, look: Look) => Promise<void>,
  atLeast: number,
): Promise<void> {
  const { page, complaints, close } = await visitor(browser, origin, { viewport: NARROW }, 60_000);
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
