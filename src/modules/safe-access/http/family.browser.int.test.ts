import { setTimeout as sleep } from 'node:timers/promises';
import type { BrowserContext, Browser as Chromium, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nameFromText } from '../../../../packages/dns-table/index.ts';
import { launchBrowser } from '../../../platform/testkit/pages.ts';
import { type FamilySite, openFamilySite } from '../testing/family-site.ts';

let site: FamilySite;
let browser: Chromium;

beforeAll(async () => {
  site = await openFamilySite({ seed: 72 });
  browser = await launchBrowser();
}, 120_000);
afterAll(async () => {
  await browser?.close();
  await site?.close();
});

/** A telephone without JavaScript: all of this must work there. */
async function phone(): Promise<{ context: BrowserContext; page: Page }> {
  const context = await browser.newContext({ viewport: { width: 360, height: 740 }, javaScriptEnabled: false });
  return { context, page: await context.newPage() };
}
/** A question of a device, as the resolver's doors hand it on. */
async function askAs(device: string, name: string): Promise<void> {
  const resolver = site.safeAccess.resolver();
  await resolver.follower.once();
  const client = { transport: 'dot', address: '127.0.0.1', id: device } as const;
  const question = { packet: nameFromText(name), name: 0, type: 1, client, now: site.platform.clock.now().getTime() };
  resolver.policy.noted?.(question, resolver.policy.decide(question));
  await sleep(200);
}
const main = (page: Page) => page.locator('main').textContent();
const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).first().click();

async function signUp(page: Page, email: string): Promise<void> {
  await page.goto(`${site.origin}/en/family`);
  await page.getByRole('link', { name: 'Begin' }).click();
  await page.fill('input[name=email]', email);
  const before = site.mails.length;
  await press(page, 'Send the link');
  expect(await main(page)).toContain('The mail is on its way');
  for (let i = 0; i < 100 && site.mails.length === before; i++) await sleep(50);
  const url = /http:\S+\/en\/family\/enter\/\S+/.exec(site.mails.at(-1)?.text ?? '')?.[0];
  await page.goto(url ?? '');
  await press(page, 'Get in');
  expect(new URL(page.url()).pathname).toBe('/en/family');
}

describe('a family, without JavaScript', { timeout: 240_000 }, () => {
  let parent: Page;
  let child: Page;
  let childUrl: string;
  let device: string;
  let at: string;

  it('signs up by a mail, and three questions set up a child', async () => {
    parent = (await phone()).page;
    await signUp(parent, 'mama@family.example');
    await parent.getByRole('link', { name: 'Add a child' }).click();
    await press(parent, 'Continue');
    expect(await main(parent)).toContain('A nickname is missing');
    await parent.fill('input[name=label]', 'Najma <b>');
    await press(parent, 'Continue');
    await parent.getByLabel('9 to 12').check();
    await press(parent, 'Continue');
    await press(parent, 'Back');
    expect(await parent.getByLabel('9 to 12').isChecked()).toBe(true);
    await press(parent, 'Continue');
    expect(await parent.getByLabel('Quiet nights').isChecked()).toBe(true);
    await parent.getByLabel('Time for homework').check();
    await press(parent, 'Finish');
    await parent.getByLabel('Android phone').check();
    await press(parent, 'Continue');
    const path = new URL(parent.url()).pathname;
    [, at = '', device = ''] = /^(\/en\/family\/child\/[0-9a-f-]{36})\/device\/([a-z2-7]{12})$/.exec(path) ?? [];
    expect(await parent.locator('#dot-name').textContent()).toBe(`${device}.dns.localhost`);
  });

  it('tests whether it works by reloading', async () => {
    const { page } = await phone();
    const answer = await page.goto(`${site.origin}/en/check/${device}`);
    const probe = /src="(\/\/[a-z2-7]{16}\.check\.dns\.localhost\/)"/.exec(await page.content())?.[1];
    expect(answer?.headers()['content-security-policy']).toContain(`http:${probe?.slice(0, -1)}`);
    await page.getByRole('link', { name: 'See the result' }).click();
    expect(await main(page)).toContain('Not yet');
    await page.getByRole('link', { name: 'Test again' }).click();
    const word = /\/\/([a-z2-7]{16})\.check/.exec(await page.content())?.[1];
    await askAs(device, `${word}.check.dns.localhost`);
    await page.getByRole('link', { name: 'See the result' }).click();
    expect(await main(page)).toContain('Yes, it works');
    const missing = await page.goto(`${site.origin}/en/check/aaaaaaaaaaaa`);
    expect(missing?.status()).toBe(404);
  });

  it('renames the device, and gives a lost one another address', async () => {
    await parent.goto(`${site.origin}${at}/device/${device}`);
    await parent.getByText('Another name for this device').click();
    await parent.fill('form[action$="/name"] input[name=label]', '  ');
    await parent.locator('form[action$="/name"] button').click();
    expect(await main(parent)).toContain('The name is missing');
    await parent.fill('form[action$="/name"] input[name=label]', 'The <blue> phone');
    await parent.locator('form[action$="/name"] button').click();
    expect(await main(parent)).toContain('The <blue> phone');
    await parent.getByRole('link', { name: 'Is the device lost' }).click();
    expect(await main(parent)).toContain('The old address ends at once');
    await press(parent, 'Give a new address');
    expect(await main(parent)).toContain('The old address has ended');
    const [, fresh = ''] = /\/device\/([a-z2-7]{12})$/.exec(new URL(parent.url()).pathname) ?? [];
    expect([fresh.length, fresh === device]).toEqual([12, false]);
    expect(await parent.locator('#dot-name').textContent()).toBe(`${fresh}.dns.localhost`);
    expect((await parent.goto(`${site.origin}/en/check/${device}`))?.status()).toBe(404);
    const resolver = site.safeAccess.resolver();
    await resolver.follower.once();
    expect(resolver.registry.device(device)).toBeUndefined();
    expect(resolver.registry.device(fresh)).toBeDefined();
    device = fresh;
  });

  it('gives bonus time and pauses by one tap, and says until when', async () => {
    await parent.goto(`${site.origin}/en/family`);
    expect(await main(parent)).toContain('Najma <b>');
    await press(parent, 'One hour more');
    expect(await main(parent)).toMatch(/Bonus time until \d\d:\d\d/);
    await press(parent, 'End the bonus time');
    await press(parent, 'Pause for an hour');
    expect(await main(parent)).toMatch(/The Internet is paused until \d\d:\d\d/);
    await press(parent, 'End the pause');
    expect(await main(parent)).not.toContain('paused until');
  });

  it('edits windows: several, across midnight, and takes one out', async () => {
    await parent.goto(`${site.origin}${at}/windows`);
    const before = await parent.locator('.window-list > li').count();
    await parent.fill('input[name=from]', '22:30');
    await parent.fill('input[name=to]', '06:15');
    await press(parent, 'Add');
    expect(await main(parent)).toContain('from 22:30 to 06:15 (until the next day)');
    expect(await parent.locator('.window-list > li').count()).toBe(before + 1);
    await parent.getByRole('button', { name: 'Remove the time from 22:30 to 06:15' }).click();
    expect(await parent.locator('.window-list > li').count()).toBe(before);
    await parent.getByLabel('everything, except help').uncheck();
    await press(parent, 'Add');
    expect(await main(parent)).toContain('A day, a time or what is closed is missing');
  });

  it('edits rules, keeps what was typed when something is wrong, and refuses an old page', async () => {
    await parent.goto(`${site.origin}${at}/rules`);
    await parent.fill('textarea[name=deny]', 'https://www.loud.example/x\nnot a site://');
    await press(parent, 'Save');
    expect(await main(parent)).toContain('These are no names of sites');
    await parent.fill('textarea[name=deny]', 'https://www.loud.example/x');
    await parent.getByLabel('Names of what was blocked').check();
    const other = await parent.context().newPage();
    await other.goto(`${site.origin}${at}/rules`);
    await press(parent, 'Save');
    expect(await main(parent)).toContain('loud.example');
    await press(other, 'Save');
    expect(await main(other)).toContain('changed meanwhile');
    await other.close();
  });

  it('renames, chooses the language of explanations, and shows when rules changed', async () => {
    await parent.goto(`${site.origin}${at}`);
    await parent.getByText('Nickname and language of explanations').click();
    await parent.selectOption('select[name=lang]', 'fr');
    await parent.locator('form[action$="/name"] button').click();
    expect(await parent.locator('select[name=lang]').inputValue()).toBe('fr');
    expect(await main(parent)).toMatch(/· Change.*· Beginning/s);
    await parent.getByText('Nickname and language of explanations').click();
    await parent.selectOption('select[name=lang]', 'en');
    await parent.locator('form[action$="/name"] button').click();
  });

  it('gives the child a page of its own: the child asks, the parent answers', async () => {
    await parent.goto(`${site.origin}${at}`);
    await press(parent, 'Make the child’s link');
    childUrl = (await parent.locator('#child-link').textContent()) ?? '';
    child = (await phone()).page;
    await child.goto(childUrl);
    expect(await main(child)).toContain('Help first');
    expect(await main(child)).toContain('loud.example');
    await child.fill('input[name=name]', 'nonsense');
    await press(child, 'Send the request');
    expect(await main(child)).toContain('This is not the address of a site');
    await child.fill('input[name=name]', 'https://comics.example/page');
    await press(child, 'Send the request');
    expect(await main(child)).toContain('waiting');
    await parent.goto(`${site.origin}/en/family`);
    expect(await main(parent)).toContain('One request waits');
    await press(parent, 'Yes, an hour');
    await child.reload();
    expect(await main(child)).toMatch(/comics\.example open until \d\d:\d\d/);
  });

  it('makes a pact that holds when both have agreed, and keeps the versions', async () => {
    await parent.goto(`${site.origin}${at}/pact/new`);
    await parent.getByLabel('We answer each request on the same day.').check();
    await parent.fill('input[name=parentOwn]', 'key:tell <i>Sundays</i>');
    await press(parent, 'The parents agree');
    expect(await main(parent)).toContain('waits for the child');
    await child.goto(childUrl);
    expect(await main(child)).toContain('Whoever tells what happened is never punished.');
    expect(await main(child)).toContain('tell <i>Sundays</i>');
    await press(child, 'Let us talk first');
    await child.goto(childUrl);
    expect(await child.getByRole('button', { name: 'I agree' }).count()).toBe(0);
    await parent.goto(`${site.origin}${at}/pact/new`);
    await press(parent, 'The parents agree');
    await child.goto(childUrl);
    await press(child, 'I agree');
    expect(await main(child)).toContain('Agreed. The rules hold now.');
    await parent.goto(`${site.origin}${at}/pact`);
    expect(await parent.locator('.signatures').textContent()).not.toContain('not yet');
    const revisions = await parent.locator('details').textContent();
    expect(revisions).toContain('Version 1');
  });

  it('explains a block, in the language that is asked for, and repeats nothing that could run', async () => {
    const { page } = await phone();
    const answer = await page.goto(`${site.origin}/fr/blocked?n=loud.example&d=${device}`);
    expect(answer?.status()).toBe(403);
    expect(await main(page)).toContain('Fermé par les règles de cet appareil');
    await page.getByRole('button', { name: 'Demander d’ouvrir ce site' }).click();
    expect(await main(page)).toContain('La demande est partie');
    await parent.goto(`${site.origin}/en/family`);
    expect(await main(parent)).toContain('asks to open loud.example');

    for (const n of ['"><script>alert(1)</script>', 'javascript:alert(1)', '<img src=x>.example', 'x'.repeat(5000)]) {
      await page.goto(`${site.origin}/en/blocked?n=${encodeURIComponent(n)}&d=${encodeURIComponent(n)}`);
      expect(await page.content()).not.toMatch(/<script>alert|javascript:alert|<img|xxxxx/);
      expect(await main(page)).toContain('This page is closed here');
    }
    await page.goto(`${site.origin}/en/closed?device=${device}&why=window`);
    expect(await main(page)).toContain('It is time for something else now');
    await page.goto(`${site.origin}/en/closed?device=${device}&why=%3Cb%3E`);
    expect(await main(page)).toContain('This page is closed here');
  });

  it('sends names that are not ours to the block page on our own origin, without a cookie', async () => {
    const ask = (host: string, language: string) =>
      site.app.inject({ url: '/some/path?q=1', headers: { host, 'accept-language': language } });
    const answer = await ask('loud.example', 'fr');
    expect(answer.statusCode).toBe(302);
    expect(answer.headers.location).toBe(`${site.origin}/fr/blocked?n=loud.example`);
    expect(answer.headers['set-cookie']).toBeUndefined();
    expect((await ask('"><script>', 'ar')).headers.location).toBe(`${site.origin}/ar/blocked`);
    for (const own of [
      new URL(site.origin).host,
      '127.0.0.1:80',
      '[::1]:80',
      'dns.localhost',
      `${device}.dns.localhost`,
    ])
      expect((await ask(own, 'ar')).statusCode, own).toBe(404);
  });

  it('takes in a second parent by an invitation', async () => {
    await parent.goto(`${site.origin}/en/family/parents`);
    await press(parent, 'Invite the other parent');
    const url = (await parent.locator('#invitation').textContent()) ?? '';
    const { page } = await phone();
    await page.goto(url);
    await press(page, 'Begin');
    await page.fill('input[name=email]', 'baba@family.example');
    const before = site.mails.length;
    await press(page, 'Send the link');
    for (let i = 0; i < 100 && site.mails.length === before; i++) await sleep(50);
    const code = /^\d{5} \d{5}$/m.exec(site.mails.at(-1)?.text ?? '')?.[0] ?? '';
    await page.fill('input[name=code]', code);
    await press(page, 'Get in');
    await press(page, 'Accept the invitation');
    expect(await main(page)).toContain('Najma <b>');
  });

  it('deletes everything when the last parent goes', async () => {
    const tables = async () =>
      (await site.platform.pool.query('select id from safe_access.profile where label is not null')).rowCount;
    expect(await tables()).toBe(1);
    for (const email of ['mama@family.example', 'baba@family.example']) {
      const { page } = await phone();
      site.platform.clock.advance(7_200_000);
      await signUp(page, email);
      await page.goto(`${site.origin}/en/family/account`);
      await press(page, 'Delete the account');
      expect(await main(page)).toContain('tick “yes”');
      await page.getByLabel('Yes, delete everything').check();
      await press(page, 'Delete the account');
      expect(await main(page)).toContain('Everything is deleted');
    }
    expect(await tables()).toBe(0);
    expect(
      (await site.platform.pool.query("select 1 from identity.account where 'parent' = any(roles)")).rowCount,
    ).toBe(0);
    const gone = await child.goto(childUrl);
    expect(gone?.status()).toBe(404);
  });
});

describe('whoever is no parent', () => {
  it('sees what it is, and no family; a parent opens nothing of the desk', async () => {
    const visitor = site.browser();
    expect((await visitor.get('/fr/family/new')).headers.location).toBe('/fr/family');
    expect((await visitor.get('/ar/school')).headers.location).toBe('/desk/sign-in?next=%2Far%2Fschool');
    const parent = site.browser();
    parent.cookies.set('ss', (await site.person('other', 'parent')).token);
    expect((await parent.get('/en/family')).body).toContain('No child here yet');
    expect((await parent.get('/en/school')).statusCode).toBe(403);
    expect((await parent.get('/desk/admin/accounts')).statusCode).toBe(403);
    const school = await site.school('Atlas');
    const teacher = site.browser();
    teacher.cookies.set('ss', (await site.person('ustad', 'teacher', school.id)).token);
    await teacher.get('/en/school/import');
    const csv = 'class,band\n6A,9-12\n,9-12';
    const looked = await teacher.post('/en/school/import', { csv, do: 'make' });
    expect(looked.statusCode).toBe(422);
    expect(looked.body).toContain('Line 3, column “Class”');
    expect(looked.body).toContain('the name is missing.');
    expect(looked.body).toContain(csv);
    expect((await teacher.get('/en/school')).body).toContain('No classes yet');
    const admin = site.browser();
    admin.cookies.set('ss', (await site.person('admin', 'administrator', school.id)).token);
    await admin.get('/desk/admin/networks');
    expect((await admin.post('/desk/admin/networks', { network: '203.0.113.0/24' })).body).toContain('Choose a school');
    const wide = await admin.post('/desk/admin/networks', { school: school.id, network: '203.0.0.0/8' });
    expect(wide.statusCode).toBe(400);
    expect(wide.body).toContain('it is too large');
    await admin.post('/desk/admin/networks', { school: school.id, network: '203.0.113.0/24' });
    await teacher.get('/en/school/import');
    const made = await teacher.post('/en/school/import', {
      csv: 'class,band,network\n6A,9-12,203.0.113.0/28',
      do: 'make',
    });
    expect(made.headers.location).toBe('/en/school?done=saved');
    const page = await teacher.get('/en/school');
    expect(page.body.replaceAll('<wbr/>', '')).toContain('203.0.113.0/28');
    const path = /\/en\/school\/class\/[0-9a-f-]{36}/.exec(page.body)?.[0] ?? '';
    expect((await teacher.get(path)).body).toContain('203.0.113.0/28</textarea>');
    const outside = await teacher.post(`${path}/networks`, { networks: '198.51.100.7' });
    expect(outside.statusCode).toBe(409);
    expect(outside.body).toContain('198.51.100.7/32 is not within the school’s lines');
    expect(outside.body).toContain('198.51.100.7</textarea>');
    expect((await teacher.post(`${path}/networks`, { networks: '203.0.113.9' })).headers.location).toBe(
      `${path}?done=saved`,
    );
    expect((await admin.get('/desk/admin/networks')).body).toContain('203.0.113.0/24');
    await admin.post('/desk/admin/networks/remove', { network: '203.0.113.0/24' });
    expect((await admin.get('/desk/admin/networks')).body).toContain('No networks yet');
    expect((await teacher.get('/desk/admin/networks')).statusCode).toBe(403);
    expect((await parent.get(path.replace('/school/class', '/family/child'))).statusCode).toBe(403);
  });
});

describe('a site in the wrong place', () => {
  it('is said by one tap, and decided at the desk without knowing who said it', async () => {
    const { actor, token } = await site.person('says', 'parent');
    const family = await site.safeAccess.families.create(actor);
    const given = { label: 'x', band: '9-12', lang: 'fr' } as const;
    const { profile, childToken } = await site.safeAccess.profiles.create(actor, { family: family.id }, given);
    const parent = site.browser();
    parent.cookies.set('ss', token);
    await parent.get(`/en/family/child/${profile.id}`);
    const at = `/en/family/child/${profile.id}/contest`;
    expect((await parent.post(at, { name: 'poems.example', category: 'adult' })).headers.location).toContain(
      'contested',
    );
    const child = site.browser();
    await child.get(`/en/mine/${childToken}`);
    await child.post(`/en/mine/${childToken}/contest`, { name: 'https://poems.example/x', category: 'adult' });

    const school = await site.school('Desk');
    const senior = site.browser();
    senior.cookies.set('ss', (await site.person('senior', 'senior-analyst', school.id)).token);
    const page = await senior.get('/desk/contests');
    expect(page.body).toContain('poems.example');
    expect(page.body).not.toMatch(/href="[^"]*poems/);
    const path = /\/desk\/contests\/[0-9a-f-]{36}/.exec(page.body)?.[0] ?? '';
    await senior.post(path, { decision: 'taken-off' });
    expect((await senior.get('/desk/contests')).body).toContain('Nothing waits');
    expect((await parent.get('/desk/contests')).statusCode).toBe(403);
  });
});
