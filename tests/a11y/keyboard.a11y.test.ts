import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type House, openHouse } from '../../src/modules/helpline/testing/house.ts';
import type { Role } from '../../src/modules/identity/index.ts';
import type { Lang } from '../../src/platform/i18n/index.ts';
import { launchBrowser, type Visitor, visitor } from '../support/browser.ts';
import { doByKeyboard, walk } from '../support/keyboard.ts';
import { furnish, type Things } from './furnish.ts';
import { ROOMS } from './rooms.ts';

let house: House;
let browser: Browser;
let origin = '';
let things: Things;
/** One window for everybody, so that what pages share is loaded once; who sits before it changes. */
let desk: Visitor;
let sitting: Role | undefined;
const walked = new Set<string>();

/** Arabic: what is in order from right to left is in order; the other direction is the same list of controls. */
const LANG: Lang = 'ar';

/** Somebody signed in sits down at a window that somebody else has left. */
async function sitDown({ context }: Visitor, role: Role, lang: Lang): Promise<void> {
  const { cookies } = await house.as(role, lang);
  await context.clearCookies();
  await context.addCookies([...cookies].map(([name, value]) => ({ name, value, url: origin })));
}

beforeAll(async () => {
  house = await openHouse();
  things = await furnish(house);
  // Something is overdue, and everybody signs in after that.
  house.platform.clock.advance(3 * 86_400_000);
  origin = await house.server.listen({ host: '127.0.0.1', port: 0 });
  browser = await launchBrowser();
  desk = await visitor(browser, origin, { viewport: { width: 1280, height: 900 }, reducedMotion: 'reduce' });
}, 120_000);
afterAll(async () => {
  expect(desk?.complaints ?? []).toEqual([]);
  await browser?.close();
  await house?.close();
});

describe('the desk by keyboard alone', { timeout: 60_000 }, () => {
  it.each(ROOMS)('$name', async ({ as, at, does, still, shows }) => {
    if (as !== sitting) await sitDown(desk, as, LANG);
    sitting = as;
    const { page } = desk;
    await page.goto(origin + at(things));
    // What was walked through for one thing need not be for the next.
    if (!walked.has(`${as} ${at(things)}`)) {
      walked.add(`${as} ${at(things)}`);
      const { controls, faults } = await walk(page);
      expect(faults).toEqual([]);
      expect(controls > 0).toBe(!still);
    }
    if (!does) return;
    const status = await doByKeyboard(page, does);
    expect(status).toBeLessThan(500);
    await shows?.(page, things, house);
  });

  it('has the skip link first, then the rooms in their order, then the page', async () => {
    const { page } = desk;
    await page.goto(`${origin}/desk/cases`);
    const order = await page.evaluate(() =>
      [...document.querySelectorAll<HTMLElement>('.desk-nav a')].map((a) => a.textContent?.trim() ?? ''),
    );
    const reached: string[] = [];
    for (let presses = 0; presses < 60; presses++) {
      await page.keyboard.press('Tab');
      const at = await page.evaluate(() => {
        const el = document.activeElement;
        return {
          nav: el?.closest('.desk-nav') !== null,
          main: el?.closest('main') !== null,
          text: el?.textContent?.trim() ?? '',
        };
      });
      if (at.main) break;
      if (at.nav) reached.push(at.text);
    }
    expect(reached).toEqual(order);
  });
});

it('finds what it looks for', async () => {
  const { page, close } = await visitor(browser, origin);
  const found = async (inside: string) => {
    await page.setContent(
      `<html lang="fr"><style>:focus-visible { outline: 3px solid }</style><body><a href="#main">Skip</a><main id="main" tabindex="-1">${inside}</main></body></html>`,
    );
    return (await walk(page)).faults;
  };
  const b = (name: string, more = '') => `<p><button ${more}>${name}</button></p>`;
  expect(await found(b('one') + b('two'))).toEqual([]);
  expect(await found(b('one') + b('two', 'style="outline:none"'))).toEqual([
    'nothing shows that the focus is on button two',
  ]);
  expect(await found(`<div style="display:flex;flex-direction:row-reverse">${b('one')}${b('two')}</div>`)).toEqual([
    'button two is seen before button one, and comes after it',
  ]);
  expect(
    await found(`${b('one')}<div role="button" tabindex="0" onkeydown="event.preventDefault()">trap</div>${b('two')}`),
  ).toEqual(expect.arrayContaining(['the Tab key does not lead out again', 'button two is not reached']));
  const lid = '<div style="position:fixed;inset:0;background:#fff"></div>';
  expect((await found(b('one') + lid))[0]).toBe('something lies on button one while it has the focus');
  await close();
});

describe('the row of rooms on a phone', { timeout: 60_000 }, () => {
  let phone: Visitor;
  beforeAll(async () => {
    phone = await visitor(browser, origin, { viewport: { width: 360, height: 740 }, javaScriptEnabled: false });
  });
  afterAll(() => phone?.close());

  it.each(['ar', 'fr'] as const)('shows the room one is in, without a script, in %s', async (lang) => {
    await sitDown(phone, 'supervisor', lang);
    const { page } = phone;
    await page.goto(`${origin}/desk`);
    const rooms = await page.locator('.desk-nav a').evaluateAll((all) => all.map((a) => a.getAttribute('href') ?? ''));
    expect(rooms.length).toBeGreaterThan(12);
    const hidden: string[] = [];
    const own = rooms.filter((r) => r.startsWith('/desk'));
    for (const room of own.filter((_, i) => i % 3 === 0 || i > own.length - 3)) {
      await page.goto(origin + room);
      const here = page.locator('.desk-nav a[aria-current]');
      const box = (await here.count()) === 1 ? await here.boundingBox() : null;
      if (!box || box.x < 0 || box.x + box.width > 360) hidden.push(`${room} ${JSON.stringify(box)}`);
      if (process.env.SHOTS)
        await page.screenshot({ path: `${process.env.SHOTS}/nav-${lang}-${room.replaceAll('/', '_')}.png` });
    }
    expect(hidden).toEqual([]);
  });
});
