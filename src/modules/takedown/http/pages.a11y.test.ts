import type { Browser, BrowserContext } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { transaction } from '../../../platform/db.ts';
import { createTranslator, LANGS, type Lang } from '../../../platform/i18n/index.ts';
import { graveViolations, WALKED } from '../../../platform/testkit/axe.ts';
import { fits, launchBrowser, unfold } from '../../../platform/testkit/pages.ts';
import { letterMail } from '../letter/letter-mail.tsx';
import { openScene, type Scene } from '../testing/scene.ts';

let scene: Scene;
let browser: Browser;
const paths: Record<string, string> = {};
const letters: Record<string, string> = {};

/** One that went up the ladder, with an objection decided and a time granted on the way; and what the law lab says of it. */
async function climb(analyst: string): Promise<void> {
  const { takedown, platform } = scene;
  const { item } = await scene.report({ url: 'http://photos.sample-host.example/p/910', category: 'image-abuse' });
  await scene.assess(item, { category: 'image-abuse' });
  await scene.notice(item, 'queued');
  await scene.pass(0);
  const first = await scene.notice(item, 'sent');
  const { answers } = takedown;
  await answers.answer(first.id, 'disagree', 'Cette image n’est plus chez nous.', {
    ground: 'not-ours',
    named: 'abuse@registrar.example',
  });
  const supervisor = await scene.account('supervisor');
  await answers.decide(first.id, supervisor, 'upheld', 'L’adresse répond toujours depuis votre réseau.');
  await answers.answer(first.id, 'disagree', 'Encore une fois.', { ground: 'not-ours' });
  await answers.answer(first.id, 'disagree', 'Nous pensons que c’est licite.', { ground: 'not-illegal-here' });
  await answers.decide(first.id, supervisor, 'upheld', 'Le code pénal s’applique ici.');
  paths.objectionsPage = `/notice/${takedown.facts.tokenOf(first.id)}`;
  for (let n = 0; n < 3; n++) {
    await scene.pass(25 * 3_600_000);
    await platform.ticks.run('takedown.ladder');
    await scene.pass(1_000);
    await platform.ticks.run('takedown.ladder');
  }
  await takedown.ladderDesk.seen(item, analyst);
  await takedown.ladderDesk.saysStoppers(item, ['court-order', 'silent-here'], analyst);
  paths.ladder = `/desk/notices/${first.id}`;
  paths['law-lab'] = '/desk/law-lab';
}

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

  const provider = await takedown.providers.save(analyst, {
    name: 'Sample Photos',
    kind: 'host',
    domains: ['photos.sample-host.example'],
    language: 'ar',
    channel: 'mail',
    address: 'abuse@sample-host.example',
    note: '',
  });
  await takedown.contacts.add(analyst, provider, {
    purpose: 'urgent',
    channel: 'mail',
    address: 'night@sample-host.example',
    languages: ['fr', 'ar'],
    priority: 2,
  });
  const [first, second] = await takedown.contacts.ofProvider(provider);
  if (!first || !second) throw new Error('two contacts were added');
  await takedown.contacts.record(analyst, provider, first.id, 'recorded', 'مكالمة هاتفية مع الفريق.');
  await takedown.questions.ask(analyst, second);
  await platform.ticks.run('takedown.contacts');
  const [question] = await takedown.questions.ofAddresses([second.standing.address]);
  paths.contactPage = `/contact/${takedown.questions.tokenOf(question?.id ?? '')}`;
  await takedown.providers.addAgreement(analyst, provider, {
    kind: 'trusted-flagger',
    since: '2026-02-01',
    until: '',
    note: 'Night desk by mail.',
  });
  const way = { channel: 'api', address: scene.world.apiUrl, purpose: 'technical', languages: ['fr'] } as const;
  await takedown.contacts.add(analyst, provider, { ...way, languages: ['fr'], priority: 9 });
  const token = { set: 'made-up-token-1', address: scene.world.apiUrl };
  await takedown.settings.save(provider, analyst, { attach: 'link', extra: {}, token });
  await takedown.comments.set(analyst, provider, 'نجيب في اليوم نفسه.', 'ar');
  await takedown.operatorNetworks.save(analyst, {
    asn: 'AS64500',
    name: 'Sample front',
    upstreams: ['AS64510'],
    proxy: true,
    note: '',
  });
  paths.provider = `/desk/providers/${provider}`;
  paths.networks = '/desk/providers/networks';
  paths.figures = '/desk/takedown-figures';
  paths.list = '/desk/notices';
  paths.doubts = '/desk/doubts';
  paths.providers = '/desk/providers';

  await climb(analyst);

  await takedown.store.setFields(platform.db, dispute.id, { reach: 'proxy' });
  await transaction(platform.db, (tx) => takedown.origins.onSent(tx, { notice: dispute.id }));
  const named = { place: 'photos.sample-host.example', contact: 'owner@photos.sample-host.example' };
  await takedown.origins.says(dispute.id, named);
  paths.origins = '/desk/origins';
  paths.originPage = `/notice/${takedown.facts.tokenOf(dispute.id)}`;
  paths.originDesk = `/desk/notices/${dispute.id}`;

  const row = await takedown.store.get(platform.db, dispute.id);
  const letter = await takedown.letters.find(platform.db, row.letter ?? '');
  if (!letter) throw new Error('no letter');
  paths.letters = '/desk/letters';
  paths.letter = `/desk/letters/${letter.id}`;
  paths.letterPage = `/notice/letter/${takedown.letterFacts.tokenOf(letter.id)}`;
  for (const lang of LANGS)
    letters[lang] = letterMail(
      takedown.letterFacts.of({ ...letter, language: lang, again: lang === 'en' }, [row], undefined),
      createTranslator(platform.i18n, lang, 'Africa/Casablanca'),
    ).html;
}

beforeAll(async () => {
  scene = await openScene({ seed: 21 });
  scene.world.desk.mode = 'silent';
  await fill();
  browser = await launchBrowser();
}, 180_000);
afterAll(async () => {
  await browser?.close();
  await scene?.close();
});

async function context(lang: Lang, staff: boolean): Promise<BrowserContext> {
  const made = await browser.newContext({ viewport: { width: 360, height: 900 }, javaScriptEnabled: true });
  const cookies = staff ? [...(await scene.signedIn('senior-analyst')).cookies] : [];
  const url = scene.platform.config.publicOrigin;
  await made.addCookies([...cookies, ['lang', lang] as const].map(([name, value]) => ({ name, value, url })));
  return made;
}

/**
 * The words differ between languages, the structure hardly: one that reads each way is examined in full. The provider's page
 * of a notice that was just sent is looked at in tests/a11y, in every language.
 */
const TELLING = new Set([
  'list',
  'origins',
  'doubts',
  'disputed',
  'provider',
  'contactPage',
  'objectionsPage',
  'law-lab',
]);

describe('pages about notices', { timeout: 240_000 }, () => {
  it.concurrent.each(WALKED)('fit in %s, and axe finds nothing serious', async (lang) => {
    const staff = await context(lang, true);
    const visitor = await context(lang, false);
    const [inside, outside] = [await staff.newPage(), await visitor.newPage()];
    for (const [name, path] of Object.entries(paths)) {
      if (lang !== 'ar' && lang !== 'fr' && !TELLING.has(name)) continue;
      const page = path.startsWith('/desk') ? inside : outside;
      const query = /^\/(notice|contact)\//.test(path) ? `?lang=${lang}` : '';
      const answer = await page.goto(`${scene.platform.config.publicOrigin}${path}${query}`);
      expect(answer?.status(), name).toBe(200);
      // Every closed part is opened: what is hidden is not examined.
      await unfold(page);
      await fits(page, `${name}-${lang}`);
      if (lang === 'ar' || TELLING.has(name)) expect(await graveViolations(page), name).toEqual([]);
    }
    // A page of its own: ours forbid the inline styles that mail programs need.
    const mail = await visitor.newPage();
    await mail.setContent(letters[lang] ?? '');
    await fits(mail, `mail-${lang}`);
    await staff.close();
    await visitor.close();
  });
});
