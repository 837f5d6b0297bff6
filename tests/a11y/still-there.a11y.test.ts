import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type House, openHouse } from '../../src/modules/helpline/testing/house.ts';
import { graveViolations } from '../../src/platform/testkit/axe.ts';
import { launchBrowser, visitor } from '../support/browser.ts';

const LONG = `https://www.instagram.com/p/${'DrawingsOfLina'.repeat(6)}/?igsh=abcdefgh`;
const SHORT = 'http://photos.sample-host.example/p/7';

let house: House;
let browser: Browser;
beforeAll(async () => {
  house = await openHouse();
  browser = await launchBrowser();
}, 120_000);
afterAll(async () => {
  await browser?.close();
  await house?.close();
});

it('asks about each thing that the reporter named, without a script and without a link', async () => {
  const told = await house.childReports({ links: [LONG, SHORT], reporter: 'parent' });
  for (const item of await house.casework.itemsOfReport(told.id))
    await house.takedown.outcomes.askReporters(item.id, house.id('analyst'));
  const origin = await house.server.listen({ host: '127.0.0.1', port: 0 });
  const back = await house.childReturns(told.receipt as string);
  const { page, context, complaints, close } = await visitor(browser, origin);
  await context.addCookies([...back.cookies].map(([name, value]) => ({ name, value, url: origin })));
  for (const lang of ['ar', 'fr', 'en', 'zgh']) {
    await page.goto(`${origin}/${lang}/receipt`);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    expect(wide, lang).toBeLessThanOrEqual(0);
    expect(await graveViolations(page)).toEqual([]);
  }
  const asked = () => page.locator('form[action$="/still-there"] legend').allTextContents();
  expect((await asked()).sort()).toEqual([SHORT, LONG].sort());
  expect(await page.locator('form[action$="/still-there"] a').count()).toBe(0);

  await page.locator(`form:has(bdi:text-is("${SHORT}")) button[value="gone"]`).click();
  await page.waitForLoadState();
  expect(await asked()).toEqual([LONG]);
  const { rows } = await house.platform.pool.query(
    `select i.url, w.answer from takedown.reporter_word w join casework.item i on i.id = w.item order by i.url`,
  );
  expect(rows).toEqual([
    { url: SHORT, answer: 'gone' },
    { url: expect.stringContaining('DrawingsOfLina'), answer: null },
  ]);
  expect(complaints).toEqual([]);
  await close();
}, 60_000);
