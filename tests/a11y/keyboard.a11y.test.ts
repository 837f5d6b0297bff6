import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { agreeOn, report } from '../../src/modules/casework/testing/desk-fixture.ts';
import { type House, openHouse } from '../../src/modules/helpline/testing/house.ts';
import type { Role } from '../../src/modules/identity/index.ts';
import type { Lang } from '../../src/platform/i18n/index.ts';
import { launchBrowser, type Visitor, visitor } from '../support/browser.ts';
import { doByKeyboard, type KeyStep, walk } from '../support/keyboard.ts';

/** What stands in the rooms, so that each has something in it. */
interface Things {
  item: string;
  report: string;
  alert: string;
  case: string;
  draft: string;
  referral: string;
  disclosure: string;
  capture: string;
  verify: string;
  notice: string;
}

interface Room {
  name: string;
  as: Role;
  at: (t: Things) => string;
  /** The main thing that is done there, by keyboard alone; the page it leads to answers with success. */
  does?: readonly KeyStep[];
  /** Nothing in it can be pressed. */
  still?: true;
  /** How it shows that it was done. */
  shows?: (page: Page, t: Things) => Promise<unknown>;
}

let house: House;
let browser: Browser;
let origin = '';
let things: Things;
const people = new Map<Role, Visitor>();
const walked = new Set<string>();

/** Arabic: what is in order from right to left is in order; the other direction is the same list of controls. */
const LANG: Lang = 'ar';

const inUrl = (part: string) => async (page: Page) => expect(page.url()).toContain(part);
const unfold = (of: string): KeyStep => ({ on: `details:has(${of}) > summary` });

const ROOMS: readonly Room[] = [
  {
    name: 'the queue',
    as: 'analyst',
    at: () => '/desk',
    does: [{ on: 'tbody a[data-row]' }],
    // A row that has the focus opens its item; which one is beside the list is chosen with the letters.
    shows: inUrl('/desk/items/'),
  },
  {
    name: 'an item, taken',
    as: 'analyst',
    at: (t) => `/desk/items/${t.item}`,
    does: [{ on: 'form[data-lock-form] button' }],
    shows: async (_page, t) => expect((await house.casework.item(t.item)).lease_by).toBe(house.id('analyst')),
  },
  {
    name: 'the tree of an item',
    as: 'analyst',
    at: (t) => `/desk/items/${t.item}`,
    does: [
      unfold('#f-tree-url'),
      { on: '#f-tree-url', type: 'mirror.example/copy' },
      { on: 'form[action$="/tree"] button' },
    ],
    shows: async (_page, t) => expect(await house.casework.tree.below(t.item)).toHaveLength(1),
  },
  {
    name: 'evidence of an item, asked for',
    as: 'analyst',
    at: (t) => `/desk/items/${t.item}`,
    does: [{ on: 'form[action$="/evidence"] button' }],
    shows: async (_page, t) => expect((await house.archive.ofItem(t.item)).length).toBe(2),
  },
  {
    name: 'cases',
    as: 'analyst',
    at: () => '/desk/cases',
    does: [{ on: 'main td a, main th a' }],
    shows: inUrl('/desk/cases/'),
  },
  {
    name: 'a case, closed',
    as: 'analyst',
    at: (t) => `/desk/cases/${t.case}`,
    does: [{ on: 'form[action$="/close"] button' }],
    shows: async (_page, t) => expect((await house.casework.cases.find(t.case)).state).toBe('closed'),
  },
  { name: 'a report by telephone', as: 'analyst', at: () => '/desk/report/new' },
  {
    name: 'reports by file',
    as: 'analyst',
    at: () => '/desk/bulk',
    does: [{ on: 'a[href$="template.csv"]', downloads: true }],
  },
  {
    name: 'how content is shown',
    as: 'analyst',
    at: () => '/desk/wellbeing',
    does: [{ on: 'input[name=blur]', key: 'ArrowDown' }, { on: 'form[action="/desk/wellbeing"] button' }],
    shows: async () => expect((await house.casework.wellbeing.displayOf(house.id('analyst'))).blur).toBe('strongest'),
  },
  {
    name: 'asking who reported',
    as: 'analyst',
    at: (t) => `/desk/identities/for/${t.report}`,
    does: [
      { on: 'textarea[name=reason]', type: 'For the test' },
      { on: 'form[action^="/desk/identities/for/"] button' },
    ],
    shows: async () => expect(await house.disclosure.mine(house.id('analyst'))).toHaveLength(2),
  },
  {
    name: 'notices',
    as: 'analyst',
    at: () => '/desk/notices',
    does: [{ on: 'main tbody a' }],
    shows: inUrl('/desk/notices/'),
  },
  { name: 'one notice', as: 'analyst', at: (t) => `/desk/notices/${t.notice}` },
  {
    name: 'referrals, of those who send',
    as: 'analyst',
    at: () => '/desk/referrals',
    does: [{ on: 'main tbody a' }],
    shows: inUrl('/desk/referrals/'),
  },
  { name: 'one referral, of those who send', as: 'analyst', at: (t) => `/desk/referrals/${t.referral}` },
  {
    name: 'a second look',
    as: 'senior-analyst',
    at: (t) => `/desk/verify/${t.verify}`,
  },
  {
    name: 'what waits for a second look',
    as: 'senior-analyst',
    at: () => '/desk/verify',
    does: [{ on: 'main tbody a' }],
    shows: inUrl('/desk/verify/'),
  },
  {
    name: 'keys to evidence',
    as: 'senior-analyst',
    at: () => '/desk/keys',
    does: [
      { on: 'form:has(input[name=recipient]) input[name=label]', type: 'Elsewhere' },
      { on: 'input[name=recipient]', type: 'age1nonsense' },
      { on: 'form:has(input[name=recipient]) button' },
    ],
  },
  {
    name: 'dangers',
    as: 'on-call',
    at: () => '/desk/danger',
    does: [{ on: 'main tbody a' }],
    shows: inUrl('/desk/danger/'),
  },
  {
    name: 'a danger, referred at once',
    as: 'on-call',
    at: (t) => `/desk/referrals/new?danger=${t.alert}`,
    does: [{ on: 'main form button[value=send]' }],
    shows: async (_page, t) => expect(await house.referral.store.ofItem(t.item)).toHaveLength(2),
  },
  {
    name: 'a danger, taken',
    as: 'on-call',
    at: (t) => `/desk/danger/${t.alert}`,
    does: [{ on: 'form[action$="/acknowledge"] button' }],
    shows: inUrl('done=taken'),
  },
  {
    name: 'what was never sent',
    as: 'on-call',
    at: () => '/desk/unfinished',
    does: [{ on: 'form[action$="/accounts"] button' }],
  },
  {
    name: 'the people who answer',
    as: 'helpline',
    at: () => '/desk/helpline',
    does: [{ on: 'main a[href^="/desk/helpline/0"]' }],
    shows: inUrl('/desk/helpline/0'),
  },
  {
    name: 'a conversation, taken',
    as: 'helpline',
    at: (t) => `/desk/helpline/${t.report}`,
    does: [{ on: 'form[action$="/take"] button' }],
    shows: async (_page, t) =>
      expect(await house.helpline.conversations.get(t.report)).toMatchObject({ holder: house.id('helpline') }),
  },
  {
    name: 'a conversation, answered',
    as: 'helpline',
    at: (t) => `/desk/helpline/${t.report}`,
    does: [{ on: 'form[action*="/open"] button' }],
  },
  { name: 'care plans', as: 'helpline', at: () => '/desk/care' },
  { name: 'figures of the helpline', as: 'helpline', at: () => '/desk/helpline/figures' },
  {
    name: 'clocks',
    as: 'supervisor',
    at: () => '/desk/clocks',
    does: [{ on: 'main tbody a' }],
    shows: inUrl('/desk/items/'),
  },
  {
    name: 'quality',
    as: 'supervisor',
    at: () => '/desk/quality',
    does: [{ on: 'form[action="/desk/quality"] button' }],
  },
  { name: 'totals', as: 'supervisor', at: () => '/desk/wellbeing', still: true },
  { name: 'disagreements', as: 'supervisor', at: () => '/desk/disagreements' },
  {
    name: 'evidence',
    as: 'supervisor',
    at: () => '/desk/evidence',
    does: [{ on: 'main tbody a' }],
    shows: inUrl('/desk/evidence/'),
  },
  {
    name: 'providers',
    as: 'supervisor',
    at: () => '/desk/providers',
    does: [{ on: 'form[action="/desk/providers/rule"] button' }],
  },
  // No case here stands still because of the law: the room says so, and there is nothing to press.
  { name: 'the law lab, empty', as: 'supervisor', at: () => '/desk/law-lab', still: true },
  {
    name: 'retention, held',
    as: 'supervisor',
    at: (t) => `/desk/retention?type=reporting.report&id=${t.report}`,
    does: [{ on: 'form[action$="/holds"] input[name=id]', type: '' }, { on: 'form[action$="/holds"] button' }],
  },
  { name: 'the rota', as: 'supervisor', at: () => '/desk/admin/rota' },
  {
    name: 'who reported, decided',
    as: 'custodian',
    at: () => '/desk/identities',
    does: [{ on: 'form[action$="/approve"] button' }],
    shows: inUrl('done=1'),
  },
  {
    name: 'referrals, of those who receive',
    as: 'police',
    at: () => '/desk/referrals',
    does: [{ on: 'main tbody a' }],
    shows: inUrl('/desk/referrals/'),
  },
  {
    name: 'one referral, received and accepted',
    as: 'police',
    at: (t) => `/desk/referrals/${t.referral}`,
    does: [{ on: 'form[action$="/answer"] button' }],
    shows: async (_page, t) => expect((await house.referral.store.get(t.referral)).state).toBe('accepted'),
  },
  {
    name: 'evidence that was referred',
    as: 'police',
    at: () => '/desk/evidence',
    does: [{ on: 'main tbody a' }],
    shows: inUrl('/desk/evidence/'),
  },
  { name: 'one capture', as: 'police', at: (t) => `/desk/evidence/${t.capture}` },
  { name: 'help lines', as: 'administrator', at: () => '/desk/admin/help-lines' },
];

const staff = (role: Role) => ({
  kind: 'staff' as const,
  accountId: house.id(role),
  name: role,
  lang: LANG,
  roles: [role],
  organisationId: '',
  territory: null,
  assurance: 'full' as const,
  factors: ['passkey' as const],
  sessionId: 'test',
});

/** Mild, made-up things in every room, put there by the services themselves. */
async function furnish(): Promise<Things> {
  const { platform, reporting, casework, country, identity, archive, referral, disclosure, takedown } = house;
  const { db, clock, pool } = platform;
  const contact = { value: '0600000001', safeToCall: 'yes' as const, when: '', sharedWith: '' };
  const { id: told } = await house.childReports({ contact, danger: true, links: ['https://furnished.example/p/1'] });
  const items: string[] = [];
  for (const n of [2, 3, 4]) {
    const links = [`https://furnished.example/p/${n}`];
    const { id } = await reporting.submit(
      report(reporting, { links, category: 'image-abuse', submissionKey: `kb-${n}` }),
    );
    await platform.ticks.run('casework.link');
    items.push((await casework.itemsOfReport(id))[0]?.id as string);
  }
  const item = (await casework.itemsOfReport(told))[0]?.id as string;
  const [first, second, third] = items as [string, string, string];
  const illegal = {
    outcome: 'illegal' as const,
    category: 'image-abuse' as const,
    severity: 'serious' as const,
    ageBand: '12-14' as const,
    sex: 'unknown' as const,
    legalArticles: ['penal-447-1'],
    note: '',
  };
  const [analyst, senior] = [house.id('analyst'), house.id('senior-analyst')];
  for (const id of items) await casework.assess(id, analyst, illegal);
  await agreeOn(casework, second, senior);
  const other = (await casework.secondLook.ofItem(third)).find((l) => l.state === 'proposed');
  const harmful = { ...illegal, outcome: 'harmful' as const, category: 'harassment' as const, legalArticles: [] };
  await casework.secondLook.look(other?.id as string, senior, harmful);
  const made = await casework.cases.create('A class', [{ kind: 'item', subject: first }], `account:${analyst}`);

  const { draft } = await reporting.drafts.create(db, LANG);
  await reporting.drafts.save(db, draft, {
    answers: { category: 'harassment' },
    sealed: { accounts: [{ platform: 'instagram', name: 'half.written' }] },
  });
  await reporting.drafts.abandon(db, draft.id);

  const police = (await identity.listAccounts()).find((a) => a.roles.includes('police'));
  await country.setOverlay('system', 'bodies.dgsn.organisation', police?.organisationId ?? null);
  const sent = await referral.drafting.create(
    staff('analyst'),
    { item, send: true },
    {
      body: 'dgsn',
      category: 'sextortion',
      urgency: 'urgent',
      urgencyReason: 'It goes on tonight.',
      note: '',
      place: '',
      hold: true,
      sensitive: false,
      tellReporter: false,
      withWords: false,
      withAccounts: false,
      withPlace: false,
      warning: { decision: 'not-safe', reason: 'danger-now', words: '' },
    },
  );
  await referral.seal({ referral: sent });
  const officer = { ...staff('police'), organisationId: police?.organisationId as string };
  await referral.answers.answer(officer, sent, 'body', { event: 'received' });

  const asked = await disclosure.ask({ report: told, account: analyst, fields: ['contact'], reason: 'To call back.' });
  const recipient = await identityToRecipient(await generateX25519Identity());
  await archive.openers.add(senior, { label: 'Desk', recipient });
  const capture = await archive.request(item, analyst, { confirmed: false, mask: true });
  // Nobody looks into it here: that it stands in the lists, with its buttons, is enough.
  const bytes = Buffer.alloc(32, 7);
  await pool.query(
    `update evidence.capture set state = 'sealed', seq = 1, sealed_at = $2, package_sha256 = $3, package_bytes = 9,
       manifest_sha256 = $3, previous = $3, stamp = $3, stamped_at = $2, sealed_to = '{}' where id = $1`,
    [capture, clock.now(), bytes],
  );
  const look = (await casework.secondLook.ofItem(first)).find((l) => l.state === 'proposed');
  const [notice] = await takedown.store.ofItem(db, second);
  const [alert] = await reporting.dangerOfReports(db, [told]);
  return {
    item,
    report: told,
    alert: alert?.id as string,
    case: made,
    draft: draft.id,
    referral: sent,
    disclosure: asked,
    capture,
    verify: look?.id as string,
    notice: notice?.id as string,
  };
}

/** Somebody's browser, signed in, in a window of a desk. */
async function personOf(role: Role, lang: Lang = LANG, options: Parameters<typeof visitor>[2] = {}): Promise<Visitor> {
  const signedIn = await house.as(role, lang);
  const made = await visitor(browser, origin, {
    viewport: { width: 1280, height: 900 },
    reducedMotion: 'reduce',
    ...options,
  });
  await made.context.addCookies([...signedIn.cookies].map(([name, value]) => ({ name, value, url: origin })));
  return made;
}

beforeAll(async () => {
  house = await openHouse();
  things = await furnish();
  // Something is overdue, and everybody signs in after that.
  house.platform.clock.advance(3 * 86_400_000);
  origin = await house.server.listen({ host: '127.0.0.1', port: 0 });
  browser = await launchBrowser();
}, 120_000);
afterAll(async () => {
  for (const { complaints } of people.values()) expect(complaints).toEqual([]);
  await browser?.close();
  await house?.close();
});

describe('the desk by keyboard alone', { timeout: 60_000 }, () => {
  it.each(ROOMS)('$name', async ({ as, at, does, still, shows }) => {
    const person = people.get(as) ?? (await personOf(as));
    people.set(as, person);
    const { page } = person;
    // What was walked through for one thing need not be for the next.
    if (!walked.has(`${as} ${at(things)}`)) {
      walked.add(`${as} ${at(things)}`);
      await page.goto(origin + at(things));
      const { controls, faults } = await walk(page);
      expect(faults).toEqual([]);
      expect(controls > 0).toBe(!still);
    }
    if (!does) return;
    await page.goto(origin + at(things));
    const status = await doByKeyboard(page, does);
    expect(status).toBeLessThan(500);
    await shows?.(page, things);
  });

  it('has the skip link first, then the rooms in their order, then the page', async () => {
    const { page } = people.get('analyst') as Visitor;
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
  it.each(['ar', 'fr'] as const)('shows the room one is in, without a script, in %s', async (lang) => {
    const phone = { viewport: { width: 360, height: 740 }, javaScriptEnabled: false };
    const { page, close } = await personOf('supervisor', lang, phone);
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
    await close();
  });
});
