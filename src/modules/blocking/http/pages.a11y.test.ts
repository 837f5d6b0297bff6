import type { Browser as Chromium, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Lang } from '../../../platform/i18n/index.ts';
import { graveViolations, WALKED } from '../../../platform/testkit/axe.ts';
import { fits, launchBrowser, unfold } from '../../../platform/testkit/pages.ts';
import { type Blocks, openBlocks } from '../testing/blocks.ts';

const DAY = 86_400_000;

let b: Blocks;
let browser: Chromium;
let origin: string;
let cookies: [string, string][];
const paths: Record<string, string> = {};

/** One entry in each telling state, appeals, and both forms. */
async function fill(): Promise<void> {
  const { proposals, decisions, appeals } = b.blocking;
  const analyst = await b.person('analyst-2', 'analyst');
  const senior = await b.person('senior-2', 'senior-analyst');
  const item = await b.listable();
  paths.propose = `/desk/blocking/propose/${item}`;
  const proposed = await proposals.fromItem({
    item,
    kind: 'url',
    account: analyst,
    dedicated: false,
    grounds: 'المضيف لا يجيب منذ أسبوعين. L’hébergeur ne répond pas depuis deux semaines.',
  });
  paths.proposed = `/desk/blocking/${proposed}`;
  const { entry } = await b.released('http://xn--fcebook-2fg.example/p');
  paths.released = `/desk/blocking/${entry}`;
  const order = await proposals.fromOrder({
    kind: 'domain',
    target: 'ordered.example',
    account: await b.person('programme-manager', 'programme-manager'),
    number: '77/2026',
    court: 'المحكمة الابتدائية بالرباط',
    date: '2026-11-20',
    reference: 'Archive C-77',
    scope: 'Le nom entier, pour une durée de six mois.',
    grounds: 'وصل هذا الصباح.',
    expiresAt: new Date(b.scene.platform.clock.now().getTime() + 180 * DAY),
  });
  await decisions.approve(order, senior, 'مطابق للوثيقة.');
  paths.ordered = `/desk/blocking/${order}`;
  const gone = (await b.released()).entry;
  await decisions.remove(gone, senior, 'mistake', 'Mauvaise adresse.');
  paths.removed = `/desk/blocking/${gone}`;
  const given = {
    words: 'هذا الموقع لبيع الزرابي. Ce site vend des tapis.',
    contact: 'a@parking.example',
    lang: 'ar' as const,
  };
  await appeals.file({ ...given, address: 'xn--fcebook-2fg.example', who: 'owner' });
  await appeals.file({ ...given, address: 'innocent.example', who: 'visitor' });
  const [one, two] = (await appeals.list()).sort((x, y) => y.entries.length - x.entries.length);
  paths.appeal = `/desk/blocking/appeals/${one?.id}`;
  paths.unlisted = `/desk/blocking/appeals/${two?.id}`;
  paths.link = new URL(appeals.linkOf(entry)).pathname;
  Object.assign(paths, {
    list: '/desk/blocking',
    order: '/desk/blocking/order',
    rollback: '/desk/blocking/rollback',
    feed: '/desk/blocking/feed',
    appeals: '/desk/blocking/appeals',
    log: '/{lang}/blocked/log',
    form: '/{lang}/blocked/appeal',
    sent: '/{lang}/blocked/appeal/sent',
  });
}

beforeAll(async () => {
  b = await openBlocks({ seed: 47 });
  await fill();
  await b.audit.sealOnce();
  origin = await b.app.listen({ host: '127.0.0.1', port: 0 });
  // Roles that see the most; the rest see less of the same.
  cookies = [...(await b.as('everything', 'supervisor')).cookies];
  browser = await launchBrowser();
}, 180_000);
afterAll(async () => {
  await browser?.close();
  await b?.close();
});

async function pageIn(lang: Lang, signedIn: boolean): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 360, height: 900 } });
  const all = [...(signedIn ? cookies : []), ['lang', lang] as const];
  await context.addCookies(all.map(([name, value]) => ({ name, value, url: origin })));
  return context.newPage();
}

/** Words differ between languages, the structure hardly: one page that reads each way is examined in full. */
const TELLING = new Set(['list', 'released', 'form', 'log']);

describe('pages about blocking', { timeout: 240_000 }, () => {
  it.each(WALKED)('fit in %s, axe finds nothing serious, and no address of the list is a link', async (lang) => {
    const [inside, outside] = [await pageIn(lang, true), await pageIn(lang, false)];
    for (const [name, path] of Object.entries(paths)) {
      // What an analyst proposes with is looked at below, by an analyst.
      if (name === 'propose' || (lang !== 'ar' && lang !== 'fr' && !TELLING.has(name))) continue;
      const page = path.startsWith('/desk') ? inside : outside;
      const answer = await page.goto(`${origin}${path.replace('{lang}', lang)}`);
      expect(answer?.status(), name).toBe(200);
      await unfold(page);
      await fits(page, `${name}-${lang}`);
      if (lang === 'ar' || TELLING.has(name)) expect(await graveViolations(page), name).toEqual([]);
      const links = await page.evaluate(() =>
        [...document.querySelectorAll('a')].map((a) => a.getAttribute('href') ?? ''),
      );
      expect(links.filter((href) => /sample-host|xn--fcebook|ordered\.example/.test(href))).toEqual([]);
      if (!path.startsWith('/desk'))
        expect(await page.content(), name).not.toMatch(/sample-host|fcebook|ordered\.example|innocent/);
      else
        expect(await page.content(), name).not.toMatch(
          /(?:https?:\/\/|")(?:photos\.sample-host|xn--fcebook-2fg)\.example/,
        );
    }
    await inside.context().close();
    await outside.context().close();
  });

  it('are worked by keyboard alone: from the list to a decision', async () => {
    const page = await pageIn('fr', true);
    await page.setViewportSize({ width: 1280, height: 900 });
    await page.goto(`${origin}/desk/blocking`);
    const target = paths.ordered as string;
    for (let presses = 0; presses < 80; presses++) {
      await page.keyboard.press('Tab');
      if ((await page.evaluate(() => document.activeElement?.getAttribute('href'))) === target) break;
    }
    await page.keyboard.press('Enter');
    await page.waitForURL(`${origin}${target}`);
    const open = await page.evaluate(() => document.querySelector('#reason-release') !== null);
    expect(open).toBe(true);
    for (let presses = 0; presses < 80; presses++) {
      if ((await page.evaluate(() => document.activeElement?.id)) === 'reason-release') break;
      await page.keyboard.press('Tab');
    }
    await page.keyboard.type('Comparé avec le document.');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.waitForLoadState();
    await expect
      .poll(async () => (await b.blocking.store.get(b.scene.platform.db, target.split('/').at(-1) as string)).state)
      .toBe('released');
    await page.context().close();
  });
});
