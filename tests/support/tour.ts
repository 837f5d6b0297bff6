import type { Page } from 'playwright-core';
import { signIn, submit } from './browser.ts';
import type { PlatformProcess } from './platform-process.ts';
import { type Answers, choose, fillIn, openReceipt, receiptOn, send, stepOf } from './report-form.ts';

/** Called on every page of a tour. */
export type Look = (name: string) => Promise<void>;

/** Public pages that are there without doing anything first. */
export const readingPaths = (lang: string): [name: string, path: string][] => [
  ['home', `/${lang}`],
  ['help', `/${lang}/help/sextortion`],
  ['help-child', `/${lang}/help/image-abuse?for=child`],
  ['figures', `/${lang}/figures`],
  ['figures-providers', `/${lang}/figures/providers`],
  ['who-answers', `/${lang}/who-answers`],
  ['privacy', `/${lang}/privacy`],
  ['privacy-children', `/${lang}/privacy/children`],
  ['accessibility', `/${lang}/accessibility`],
  ['audit', `/${lang}/audit`],
  ['tools', `/${lang}/tools`],
  ['family', `/${lang}/family`],
  ['not-found', `/${lang}/nowhere`],
];

const EVERYTHING: Answers = {
  who: 'child',
  danger: 'yes',
  what: 'image-abuse',
  links: 'http://photos.sample-host.example/p/41',
  account: '@demo_member',
  story: 'Somebody keeps asking for pictures.',
  seen: 'public',
  when: 'week',
  age: '12-14',
  contact: '0600000000',
};

/** Walks the report form, its error pages and the page behind the follow-up number; every page is looked at. */
export async function reportTour(page: Page, origin: string, lang: string, look: Look): Promise<void> {
  await page.goto(`${origin}/${lang}/report`);
  await submit(page);
  await look('who-error');
  await page.goto(`${origin}/${lang}/report`);
  for (let step = stepOf(page); step !== 'review'; step = stepOf(page)) {
    await look(step === 'report' ? 'who' : step);
    if (step === 'now') {
      await page.locator('textarea[name=whereabouts]').fill('Near the station');
      await submit(page);
      await look('now-told');
    }
    if (step === 'where') {
      await page.locator('textarea[name=links]').fill('not an address at all');
      await submit(page);
      await look('where-error');
    }
    await fillOne(page, step);
  }
  await look('review');
  await send(page);
  const receipt = await receiptOn(page);
  await look('done');
  await page.goto(`${origin}/${lang}/receipt`);
  await look('receipt-sign-in');
  await page.locator('input[name=number]').fill('1234');
  await submit(page);
  await look('receipt-error');
  await openReceipt(page, origin, lang, receipt);
  await page.locator('textarea[name=message]').fill('Is somebody there?');
  await submit(page);
  for (const summary of await page.locator('main details > summary').all()) await summary.click();
  await look('receipt');
  await page.locator(`main a[href^="/${lang}/audit/proof/"]`).click();
  await page.locator('main pre').first().waitFor();
  await look('receipt-proof');
  await page.goto(`${origin}/exit?lang=${lang}`);
  await look('exit');
}

/** Answers the page that is open and no more. */
async function fillOne(page: Page, step: string): Promise<void> {
  const order = ['report', 'danger', 'now', 'what', 'where', 'story', 'seen', 'when', 'age', 'contact', 'review'];
  await fillIn(page, EVERYTHING, order[order.indexOf(step) + 1] ?? 'review');
}

/** A draft that is left half-way: the desk shows it as unfinished. */
export async function leaveUnfinished(page: Page, origin: string, lang: string): Promise<void> {
  await page.goto(`${origin}/${lang}/report`);
  await fillIn(page, { ...EVERYTHING, danger: 'no' }, 'story');
  await submit(page, 'main form button[formaction$="/report/leave"]');
}

/** Every room of the desk, with something in each that has been reported before. */
export async function deskTour(page: Page, platform: PlatformProcess, lang: string, look: Look): Promise<void> {
  const { origin } = platform;
  const as = async (role: string) => {
    await page.context().clearCookies();
    await signIn(page, platform.signInUrl(role), lang);
  };
  const go = async (name: string, path: string) => {
    await page.goto(origin + path);
    await look(name);
  };
  await page.context().clearCookies();
  await page.context().addCookies([{ name: 'lang', value: lang, url: origin }]);
  await go('sign-in', '/desk/sign-in');
  await page.goto(platform.signInUrl('analyst'));
  await look('demo-sign-in');

  await as('senior-analyst');
  await look('queue');
  await go('queue-empty', '/desk?host=nothing-here.example');
  await go('item', await firstLink(page, `${origin}/desk`, '/desk/items/'));
  await choose(page, 'illegal');
  await submit(page, 'main form[action$="/assess"] button.btn-primary');
  await look('item-error');
  await go('danger-list', '/desk/danger');
  await go('danger-alert', await firstLink(page, `${origin}/desk/danger`, '/desk/danger/'));
  await go('unfinished', '/desk/unfinished');
  await go('notices', '/desk/notices');
  await go('evidence', '/desk/evidence');
  await go('evidence-keys', '/desk/keys');
  await go('referrals', '/desk/referrals');
  await go('referral', await firstLink(page, `${origin}/desk/referrals`, '/desk/referrals/'));
  await go('refer-at-once', await firstLink(page, `${origin}/desk/danger`, '/desk/referrals/new'));
  await go('new-report', '/desk/report/new');
  await go('bulk', '/desk/bulk');
  await go('cases', '/desk/cases');
  await go('account', '/desk/account');
  await go('desk-not-found', '/desk/items/01900000-0000-7000-8000-000000000000');

  await secondLookTour(page, origin, as, look);
  await peopleTour({ page, as, go, look, origin });

  await as('supervisor');
  await go('quality', '/desk/quality');
  await go('clocks', '/desk/clocks');
  await go('providers', '/desk/providers');
  await go('mailbox', '/desk/mailbox');
  await go('retention', '/desk/retention');
  await as('police');
  await go('received', '/desk/referrals');
  await go('received-one', await firstLink(page, `${origin}/desk/referrals`, '/desk/referrals/'));
  await as('administrator');
  await go('bodies', '/desk/admin/bodies');
  await go('accounts', '/desk/admin/accounts');
  await go('one-account', await firstLink(page, `${origin}/desk/admin/accounts`, '/desk/admin/accounts/'));
  await go('keys', '/desk/admin/api-keys');
  await go('rota', '/desk/admin/rota');
  await as('auditor');
  await go('desk-audit', '/desk/audit');
  await as('analyst');
  await go('forbidden', '/desk/admin/accounts');
}

/** One judgement, a second person who judges otherwise, and the supervisor who decides. */
async function secondLookTour(page: Page, origin: string, as: (role: string) => Promise<void>, look: Look) {
  await as('analyst');
  await page.goto(`${origin}/desk`);
  // The last of the queue: the first ones are for other pages of the tour.
  const rows = await page.locator('main [data-row]').evaluateAll((all) => all.map((r) => r.getAttribute('data-row')));
  await page.goto(`${origin}/desk/items/${rows.at(-1)}`);
  await judge(page, 'illegal', 'main form[action$="/assess"]');
  await look('item-proposed');

  await as('senior-analyst');
  await page.goto(`${origin}/desk/verify`);
  await look('verify');
  await page.goto(origin + (await firstLink(page, `${origin}/desk/verify`, '/desk/verify/')));
  await look('verify-look');
  await page
    .locator('.desk-panel details')
    .first()
    .evaluate((d: HTMLDetailsElement) => d.setAttribute('open', ''));
  await judge(page, 'harmful', '.desk-panel details form');

  await as('supervisor');
  await page.goto(`${origin}/desk/disagreements`);
  await look('disagreements');
  await page.goto(origin + (await firstLink(page, `${origin}/desk/disagreements`, '/desk/disagreements/')));
  await look('disagreement');
  await choose(page, 'second');
  await submit(page, 'main form[action^="/desk/disagreements/"] button');
}

async function judge(page: Page, outcome: string, form: string): Promise<void> {
  await page.locator(`${form} input[name=outcome][value=${outcome}]`).check();
  await page.locator(`${form} select[name=category]`).selectOption('harassment');
  // A box among the other articles is folded away.
  await page.locator(`${form} input[name=articles][value=penal-447-2]`).evaluate((box: HTMLInputElement) => {
    box.checked = true;
  });
  for (const [name, value] of Object.entries({ severity: 'serious', ageBand: '12-14', sex: 'unknown' }))
    await page.locator(`${form} select[name=${name}]`).selectOption(value);
  await submit(page, `${form} button.btn-primary`);
}

interface DeskWalk {
  page: Page;
  look: Look;
  origin: string;
  as(role: string): Promise<void>;
  go(name: string, path: string): Promise<void>;
}

/** The people who answer, those who look, and the custodian: each of their rooms with something in it. */
async function peopleTour({ page, as, go, look, origin }: DeskWalk): Promise<void> {
  await as('helpline');
  await go('helpline', '/desk/helpline');
  const conversation = await firstLink(page, `${origin}/desk/helpline`, '/desk/helpline/0');
  await page.goto(origin + conversation);
  await look('conversation');
  const press = (action: string) => submit(page, `main form[action*="${action}"] button`);
  if ((await page.locator('main form[action$="/take"]').count()) > 0) await press('/take');
  await press('/crisis');
  await press('/open');
  for (const summary of await page.locator('main details > summary').all()) await summary.click();
  await look('conversation-open');
  await page.goto(origin + conversation);
  if ((await page.locator('main form[action*="/call-rules"]').count()) > 0) {
    await press('/call-rules');
    await look('call-rules');
  }
  if ((await page.locator('main form[action*="/desk/care/for/"]').count()) > 0) await press('/desk/care/for/');
  else await page.goto(origin + (await firstLink(page, origin + conversation, '/desk/care/')));
  const plan = page.url();
  const unfold = () =>
    page.locator('main details').evaluateAll((all) => {
      for (const d of all) d.setAttribute('open', '');
    });
  await unfold();
  await page.locator('textarea[name=who]').first().fill('The psychologist of the centre');
  await press('/needs');
  await unfold();
  await choose(page, 'best-interests');
  await page.locator('textarea[name=reason]').fill('Danger at home.');
  await press('/referrals');
  await page.goto(plan);
  await unfold();
  await look('care-plan');
  await go('care', '/desk/care');
  await go('helpline-figures', '/desk/helpline/figures');
  await as('analyst');
  const item = await firstLink(page, `${origin}/desk`, '/desk/items/');
  await page.goto(origin + item);
  const ask = await page.locator('main a[href^="/desk/identities/for/"]').first().getAttribute('href');
  if (ask) {
    await page.goto(origin + ask);
    await look('identity-ask');
    await page.locator('textarea[name=reason]').fill('A reason.');
    await submit(page);
  }
  await go('wellbeing', '/desk/wellbeing');
  await as('custodian');
  await go('identities', '/desk/identities');
  await as('supervisor');
  await go('helpline-quality', '/desk/helpline/quality');
  await go('totals', '/desk/wellbeing');
}

/** Path of the first link on a page that leads below `prefix`. */
export async function firstLink(page: Page, at: string, prefix: string): Promise<string> {
  await page.goto(at);
  const href = await page.locator(`main a[href^="${prefix}"]`).first().getAttribute('href');
  if (!href) throw new Error(`no link to ${prefix} at ${at}`);
  return href;
}
