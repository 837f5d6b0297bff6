import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import { agreeOn, report } from '../../src/modules/casework/testing/desk-fixture.ts';
import type { House } from '../../src/modules/helpline/testing/house.ts';
import type { Role } from '../../src/modules/identity/index.ts';

/** What stands in the rooms, so that each has something in it. */
export interface Things {
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
  /** May be proposed for the national list. */
  listable: string;
  /** An order of a court, typed in; and one that a senior analyst approved. */
  proposed: string;
  approved: string;
  appeal: string;
}

const staff = (house: House, role: Role) => ({
  kind: 'staff' as const,
  accountId: house.id(role),
  name: role,
  lang: 'ar' as const,
  roles: [role],
  organisationId: '',
  territory: null,
  assurance: 'full' as const,
  factors: ['passkey' as const],
  sessionId: 'test',
});

/** Mild, made-up things in every room, put there by the services themselves. */
export async function furnish(house: House): Promise<Things> {
  const { platform, reporting, casework, country, identity, archive, referral, disclosure, takedown } = house;
  const { db, clock, pool } = platform;
  const contact = { value: '0600000001', safeToCall: 'yes' as const, when: '', sharedWith: '' };
  const { id: told } = await house.childReports({ contact, danger: true, links: ['https://furnished.example/p/1'] });
  const items: string[] = [];
  for (const n of [2, 3, 4, 5]) {
    const links = [`https://furnished.example/p/${n}`];
    const { id } = await reporting.submit(
      report(reporting, { links, category: 'image-abuse', submissionKey: `kb-${n}` }),
    );
    await platform.ticks.run('casework.link');
    items.push((await casework.itemsOfReport(id))[0]?.id as string);
  }
  const item = (await casework.itemsOfReport(told))[0]?.id as string;
  const [first, second, third, listable] = items as [string, string, string, string];
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
  for (const id of [first, second, third]) await casework.assess(id, analyst, illegal);
  await agreeOn(casework, second, senior);
  await casework.assess(listable, analyst, {
    ...illegal,
    category: 'csam',
    legalArticles: country.category('csam').legalArticles.slice(0, 2),
    answers: { classification: 'posing', stage: 'pubescent', content: 'drawn' },
  });
  await agreeOn(casework, listable, senior);
  const other = (await casework.secondLook.ofItem(third)).find((l) => l.state === 'proposed');
  const harmful = { ...illegal, outcome: 'harmful' as const, category: 'harassment' as const, legalArticles: [] };
  await casework.secondLook.look(other?.id as string, senior, harmful);
  const made = await casework.cases.create('A class', [{ kind: 'item', subject: first }], `account:${analyst}`);

  const { draft } = await reporting.drafts.create(db, 'ar');
  await reporting.drafts.save(db, draft, {
    answers: { category: 'harassment' },
    sealed: { accounts: [{ platform: 'instagram', name: 'half.written' }] },
  });
  await reporting.drafts.abandon(db, draft.id);

  const police = (await identity.listAccounts()).find((a) => a.roles.includes('police'));
  await country.setOverlay('system', 'bodies.dgsn.organisation', police?.organisationId ?? null);
  const sent = await referral.drafting.create(
    staff(house, 'analyst'),
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
  const officer = { ...staff(house, 'police'), organisationId: police?.organisationId as string };
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
    listable,
    ...(await fillList(house)),
  };
}

/** Orders of a court, which the other people of the demonstration may decide, and an appeal. */
async function fillList(house: House): Promise<Pick<Things, 'proposed' | 'approved' | 'appeal'>> {
  const { proposals, decisions, appeals } = house.blocking;
  const order = (target: string) =>
    proposals.fromOrder({
      kind: 'domain',
      target,
      account: house.id('programme-manager'),
      number: '1/2026',
      court: 'A court',
      date: '2026-01-05',
      reference: 'Archive 1',
      scope: 'The whole name.',
      grounds: 'It came this morning.',
      expiresAt: new Date(house.platform.clock.now().getTime() + 90 * 86_400_000),
    });
  const [proposed, approved] = [await order('ordered-one.example'), await order('ordered-two.example')];
  await decisions.approve(approved, house.id('senior-analyst'), 'As the paper says.');
  await appeals.file({
    address: 'innocent.example',
    who: 'owner',
    words: 'This site sells carpets.',
    contact: 'owner@innocent.example',
    lang: 'ar',
  });
  return { proposed, approved, appeal: (await appeals.list())[0]?.id as string };
}
