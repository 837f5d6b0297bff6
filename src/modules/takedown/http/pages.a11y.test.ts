import { AxeBuilder } from '@axe-core/playwright';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTranslator, LANGS, type Lang } from '../../../platform/i18n/index.ts';
import { noticeMail } from '../notice/notice-mail.tsx';
import { openScene, type Scene } from '../testing/scene.ts';

const CHROMIUM = {
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ],
};
/** Pictures for the eye, when somebody wants them. */
const PICTURES = process.env.PICTURES;

let scene: Scene;
let browser: Browser;
const paths: Record<string, string> = {};
const letters: Record<string, string> = {};

/** One notice in each telling state. */
async function fill(): Promise<void> {
  const { takedown, world, platform } = scene;
  const page = (n: number) => `http://photos.sample-host.example/p/${n}`;
  const judged = async (n: number, over: Parameters<Scene['report']>[0] = {}) => {
    const { item } = await scene.report({ url: page(n), ...over });
    await scene.assess(item, over.category ? { category: over.category } : {});
    return item;
  };
  const analyst = await scene.account('analyst');

  const held = await judged(901, { category: 'sextortion', visibility: 'few' });
  paths.held = `/desk/notices/${(await scene.notice(held, 'held')).id}`;

  world.mail.refuse('permanent');
  const failed = await judged(902);
  await scene.notice(failed, 'queued');
  await scene.pass(0);
  paths.failed = `/desk/notices/${(await scene.notice(failed, 'failed')).id}`;
  world.mail.refuse(null);

  const disputed = await judged(903);
  await scene.notice(disputed, 'queued');
  await scene.pass(0);
  const dispute = await scene.notice(disputed, 'sent');
  paths.sentPage = `/notice/${takedown.facts.tokenOf(dispute.id)}`;
  const other = await judged(904);
  await scene.notice(other, 'queued');
  await scene.pass(0);
  const objected = await scene.notice(other, 'sent');
  await takedown.answers.answer(objected.id, 'disagree', 'هذه صفحة وصفات طبخ. Cette page est une page de recettes.');
  paths.disputed = `/desk/notices/${objected.id}`;
  paths.disputedPage = `/notice/${takedown.facts.tokenOf(objected.id)}`;

  const gone = await judged(905);
  await scene.notice(gone, 'queued');
  await scene.pass(0);
  world.sites.set(page(905), 'removed');
  for (let i = 0; i < 3; i++) await scene.pass(31_000);
  const closed = await scene.notice(gone, 'closed');
  paths.closed = `/desk/notices/${closed.id}`;
  paths.closedPage = `/notice/${takedown.facts.tokenOf(closed.id)}`;

  const doubt = await judged(906);
  await scene.notice(doubt, 'queued');
  await scene.pass(0);
  world.sites.set(page(906), 'removed-notice');
  await scene.pass(31_000);
  paths.doubt = `/desk/notices/${(await scene.notice(doubt, 'sent')).id}`;

  const key = 'instagram:made_up_name';
  const account = await scene.report({ accounts: [{ platform: 'instagram', name: 'made_up_name', key }] });
  await scene.assess(account.item);
  const byHand = await scene.notice(account.item, 'by-hand');
  paths.byHand = `/desk/notices/${byHand.id}`;
  paths.text = `/desk/notices/${byHand.id}/text`;
  paths.accountPage = `/notice/${takedown.facts.tokenOf(byHand.id)}`;

  await takedown.providers.save(analyst, {
    name: 'Sample Photos',
    kind: 'host',
    domains: ['photos.sample-host.example'],
    language: 'ar',
    channel: 'mail',
    address: 'abuse@sample-host.example',
    note: '',
  });
  paths.list = '/desk/notices';
  paths.providers = '/desk/providers';

  const row = await takedown.store.get(platform.db, dispute.id);
  for (const lang of LANGS)
    letters[lang] = noticeMail(
      takedown.facts.factsOf({ ...row, round: lang === 'en' ? 2 : 1 }),
      createTranslator(platform.i18n, lang, 'Africa/Casablanca'),
    ).html;
}

beforeAll(async () => {
  scene = await openScene({ seed: 21 });
  scene.world.desk.mode = 'silent';
  await fill();
  browser = await chromium.launch(CHROMIUM);
}, 180_000);
afterAll(async () => {
  await browser?.close();
  await scene?.close();
});

async function context(lang: Lang, width: number, staff: boolean): Promise<BrowserContext> {
  const made = await browser.newContext({ viewport: { width, height: 900 }, javaScriptEnabled: true });
  const cookies = staff ? [...(await scene.signedIn('senior-analyst')).cookies] : [];
  const url = scene.platform.config.publicOrigin;
  await made.addCookies([...cookies, ['lang', lang] as const].map(([name, value]) => ({ name, value, url })));
  return made;
}

async function examine(page: Page, name: string): Promise<void> {
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  expect(wide, `${name} is wider than the screen`).toBeLessThanOrEqual(0);
  if (PICTURES) await page.screenshot({ path: `${PICTURES}/${name}.png`, fullPage: true });
}

/** The words differ between languages, the structure hardly: one that reads each way is examined in full. */
const TELLING = new Set(['list', 'disputed', 'providers', 'sentPage']);
const LOOKS: [Lang, number][] = [
  ['ar', 360],
  ['fr', 360],
  ['en', 360],
  ['zgh', 360],
  ['ar', 1280],
  ['fr', 1280],
];

describe.each(LOOKS)('pages in %s at %i px', (lang, width) => {
  const full = lang === 'ar' || (lang === 'fr' && width === 1280);

  it('fit, and axe finds nothing serious', { timeout: 240_000 }, async () => {
    const staff = await context(lang, width, true);
    const visitor = await context(lang, width, false);
    const [inside, outside] = [await staff.newPage(), await visitor.newPage()];
    for (const [name, path] of Object.entries(paths)) {
      if (!full && !TELLING.has(name)) continue;
      const page = path.startsWith('/desk') ? inside : outside;
      const query = path.startsWith('/notice') ? `?lang=${lang}` : '';
      const answer = await page.goto(`${scene.platform.config.publicOrigin}${path}${query}`);
      expect(answer?.status(), name).toBe(200);
      // Every closed part is opened: what is hidden is not examined.
      await page.evaluate(() => {
        for (const d of document.querySelectorAll('details')) d.open = true;
      });
      await examine(page, `${name}-${lang}-${width}`);
      if (width !== 360) continue;
      const { violations } = await new AxeBuilder({ page }).analyze();
      const grave = violations.filter((v) => v.impact === 'serious' || v.impact === 'critical');
      const told = grave.map((v) => `${v.id}: ${v.nodes.map((n) => n.html).join(' ')}`);
      expect(told, name).toEqual([]);
    }
    // A page of its own: ours forbid the inline styles that mail programs need.
    const mail = await visitor.newPage();
    await mail.setContent(letters[lang] ?? '');
    await examine(mail, `mail-${lang}-${width}`);
    await staff.close();
    await visitor.close();
  });
});
