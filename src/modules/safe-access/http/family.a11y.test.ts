import type { Browser as Chromium, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Lang } from '../../../platform/i18n/index.ts';
import { graveViolations, WALKED } from '../../../platform/testkit/axe.ts';
import { fits, launchBrowser, PICTURES, unfold } from '../../../platform/testkit/pages.ts';
import { asKept } from '../pact-words.ts';
import { type FamilySite, openFamilySite } from '../testing/family-site.ts';

const DAY = 86_400_000;

let site: FamilySite;
let browser: Chromium;
let parent: string;
let teacher: string;
let administrator: string;
/** Address without origin and language, by name; who looks at it. */
const pages: Record<string, { path: string; as: 'nobody' | 'parent' | 'teacher' }> = {};

/** A family with two children, a request, a pact that waits, devices of each kind; a school with classes. */
async function fill(): Promise<void> {
  const { safeAccess, platform } = site;
  const someone = await site.person('mama', 'parent');
  parent = someone.token;
  const { actor } = someone;
  const family = await safeAccess.families.create(actor);
  const rules = {
    ...safeAccess.preset('9-12'),
    keeps: 'names' as const,
    allow: ['library.example'],
    deny: ['loud.example'],
  };
  const owner = { family: family.id };
  const { profile, childToken } = await safeAccess.profiles.create(actor, owner, {
    label: 'نجمة',
    band: '9-12',
    lang: 'ar',
    rules,
  });
  const second = await safeAccess.profiles.create(actor, owner, { label: 'Yanis', band: '13-15', lang: 'fr' });
  await safeAccess.profiles.giveBonus(actor, second.profile.id, { minutes: 30, opens: ['games'] });
  const device = await safeAccess.devices.add(actor, profile.id, { kind: 'android', label: 'الهاتف الأزرق' });
  for (const kind of ['iphone', 'windows', 'router', 'other'] as const) {
    const { id } = await safeAccess.devices.add(actor, profile.id, { kind, label: kind });
    pages[`device-${kind}`] = { path: `/family/child/${profile.id}/device/${id}`, as: 'parent' };
  }
  await safeAccess.children.ask(childToken, 'games-and-more.example');
  const answered = await safeAccess.children.ask(childToken, 'comics.example');
  await safeAccess.requests.answer(actor, answered.id, { kind: 'refused', reason: 'let-us-talk' });
  const { closed, windows, safeSearch, youtube, keeps } = rules;
  const terms = {
    closed,
    windows,
    safeSearch,
    youtube,
    keeps,
    noPunishmentForTelling: true as const,
    parentPromises: [asKept('listen'), asKept('no-spying'), 'نلعب معا يوم الأحد'],
    childPromises: [asKept('tell'), asKept('no-meeting')],
    reviewOn: new Date(platform.clock.now().getTime() + 60 * DAY).toISOString().slice(0, 10),
  };
  const pact = await safeAccess.pacts.propose(actor, profile.id, terms);
  await safeAccess.children.agree(childToken, pact.id);
  await safeAccess.pacts.propose(actor, profile.id, { ...terms, childPromises: [asKept('meals')] });

  const school = await site.school('مدرسة الأطلس');
  const teaching = await site.person('ustada', 'teacher', school.id);
  teacher = teaching.token;
  const tech = await site.person('technician', 'administrator', school.id);
  administrator = tech.token;
  await safeAccess.networks.add(tech.actor, school.id, '203.0.113.0/24');
  await safeAccess.networks.add(tech.actor, school.id, '2001:db8:77::/48');
  const [first] = await safeAccess.profiles.importClasses(teaching.actor, school.id, [
    { label: '6A', band: '9-12', lang: 'ar', networks: ['203.0.113.0/28', '2001:db8:77:1::/64'] },
    { label: '3B', band: '13-15', lang: 'fr' },
  ]);
  const at = `/family/child/${profile.id}`;
  Object.assign(pages, {
    welcome: { path: '/family', as: 'nobody' },
    'sign-in': { path: '/family/sign-in', as: 'nobody' },
    sent: { path: '/family/sign-in/sent', as: 'nobody' },
    join: { path: '/family/join/x', as: 'nobody' },
    home: { path: '/family', as: 'parent' },
    new: { path: '/family/new', as: 'parent' },
    child: { path: at, as: 'parent' },
    rules: { path: `${at}/rules`, as: 'parent' },
    windows: { path: `${at}/windows`, as: 'parent' },
    'device-add': { path: `${at}/device`, as: 'parent' },
    'device-lost': { path: `${at}/device/${device.id}/new-address`, as: 'parent' },
    'device-android': { path: `${at}/device/${device.id}`, as: 'parent' },
    pact: { path: `${at}/pact`, as: 'parent' },
    'pact-new': { path: `${at}/pact/new`, as: 'parent' },
    remove: { path: `${at}/remove`, as: 'parent' },
    parents: { path: '/family/parents', as: 'parent' },
    account: { path: '/family/account', as: 'parent' },
    mine: { path: `/mine/${childToken}`, as: 'nobody' },
    check: { path: `/check/${device.id}`, as: 'nobody' },
    blocked: { path: '/blocked?n=something.example', as: 'nobody' },
    'blocked-family': { path: `/blocked?n=loud.example&d=${device.id}`, as: 'nobody' },
    closed: { path: `/closed?device=${device.id}&why=window`, as: 'nobody' },
    school: { path: '/school', as: 'teacher' },
    'school-class': { path: `/school/class/${first?.id}`, as: 'teacher' },
    'school-import': { path: '/school/import', as: 'teacher' },
  });
}

beforeAll(async () => {
  site = await openFamilySite({ seed: 71 });
  await fill();
  browser = await launchBrowser();
}, 180_000);
afterAll(async () => {
  await browser?.close();
  await site?.close();
});

async function pageOf(who: 'nobody' | 'parent' | 'teacher' | 'administrator'): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 360, height: 800 }, javaScriptEnabled: true });
  const token = { parent, teacher, administrator, nobody: undefined }[who];
  if (token) await context.addCookies([{ name: 'ss', value: token, url: site.origin }]);
  return context.newPage();
}

/** Where words differ, the structure hardly does: these are examined by axe in each language. */
const TELLING = new Set([
  'home',
  'mine',
  'pact',
  'child',
  'windows',
  'device-android',
  'school-import',
  'blocked-family',
]);

describe('the families’ pages', { timeout: 300_000 }, () => {
  it.each(WALKED)('fit in %s, have one heading, and axe finds nothing serious', async (lang: Lang) => {
    const looks = { nobody: await pageOf('nobody'), parent: await pageOf('parent'), teacher: await pageOf('teacher') };
    for (const [name, { path, as }] of Object.entries(pages)) {
      if (!PICTURES && lang !== 'ar' && !TELLING.has(name)) continue;
      const page = looks[as];
      const answer = await page.goto(`${site.origin}/${lang}${path}`);
      expect([200, 403], name).toContain(answer?.status());
      const [language, headings] = await page.evaluate(() => [
        document.documentElement.lang,
        document.querySelectorAll('h1').length,
      ]);
      expect([language, headings], name).toEqual([lang, 1]);
      await unfold(page);
      await fits(page, `${name}-${lang}`);
      if (lang === 'ar' || TELLING.has(name)) expect(await graveViolations(page), name).toEqual([]);
    }
    for (const page of Object.values(looks)) await page.context().close();
  });

  it.each(['ar', 'fr'] as const)('ask one question at a time in %s', async (lang: Lang) => {
    const page = await pageOf('parent');
    const next = () => page.locator('main form.form button.btn-primary').first().click();
    await page.goto(`${site.origin}/${lang}/family/new`);
    await page.fill('input[name=label]', 'نجمة');
    await next();
    await page.waitForSelector('input[name=band]');
    await fits(page, `new-2-${lang}`);
    expect(await graveViolations(page)).toEqual([]);
    await page.locator('input[name=band][value="under-9"]').check();
    await next();
    await page.waitForSelector('input[name=matters]');
    await fits(page, `new-3-${lang}`);
    expect(await graveViolations(page)).toEqual([]);
    await page.context().close();
  });

  it.each(['ar', 'fr'] as const)('show a child’s link, an invitation and a reason in %s', async (lang: Lang) => {
    const page = await pageOf('parent');
    const at = `${site.origin}/${lang}${pages.child?.path}`;
    await page.goto(at);
    await page.locator('form[action$="/why"] input[name=name]').evaluate((input) => {
      input.closest('details')?.setAttribute('open', '');
    });
    await page.fill('form[action$="/why"] input[name=name]', 'loud.example');
    await page.locator('form[action$="/why"] button').click();
    await page.waitForSelector('details .callout');
    await fits(page, `why-${lang}`);
    await page.locator('form[action$="/link"] button').click();
    await page.waitForSelector('#child-link');
    await fits(page, `link-${lang}`);
    expect(await graveViolations(page)).toEqual([]);
    await page.goto(`${site.origin}/${lang}/family/parents`);
    await page.locator('form[action$="/invite"] button').click();
    await page.waitForSelector('#invitation');
    await fits(page, `invited-${lang}`);
    await page.context().close();
    // Somebody else's file, with a fault.
    const school = await pageOf('teacher');
    await school.goto(`${site.origin}/${lang}/school/import`);
    const file = 'class,band,network\n6A,9-12,203.0.113.0/28\n3C,teen,10.0.0.0/8\n4D,13-15,2001:db8:77:2::/64';
    await school.fill('textarea[name=csv]', file);
    await school.locator('main form.form button').first().click();
    await school.waitForSelector('table');
    await fits(school, `school-preview-${lang}`);
    expect(await graveViolations(school)).toEqual([]);
    await school.fill('textarea[name=csv]', 'class,band,network\n6A,9-12,203.0.113.0/28\n4D,13-15,2001:db8:77:2::/64');
    await school.locator('main form.form button').first().click();
    await school.waitForSelector('button:has-text("2"), .tag-done');
    await fits(school, `school-good-${lang}`);
    await school.context().close();
    const desk = await pageOf('administrator');
    await desk.context().addCookies([{ name: 'lang', value: lang, url: site.origin }]);
    await desk.goto(`${site.origin}/desk/admin/networks`);
    await desk.waitForSelector('select[name=school]');
    await fits(desk, `networks-${lang}`);
    expect(await graveViolations(desk)).toEqual([]);
    await desk.context().close();
  });
});
