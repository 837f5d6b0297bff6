import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LANGS } from '../../../platform/i18n/index.ts';
import { type House, openHouse } from '../../helpline/testing/house.ts';
import { createLedger, mailboxId } from './ledger.ts';

const CONTACT = 'Salma <salma@sample-host.example>';
let house: House;
let ledger: ReturnType<typeof createLedger>;
let uid = 0;
const place = () => ({ uidValidity: 1, uid: ++uid });

beforeAll(async () => {
  house = await openHouse(undefined, {
    IMAP_HOST: '127.0.0.1',
    // Nobody listens there: the page is about a server that does not answer.
    IMAP_PORT: '1',
    IMAP_TLS: 'none',
    IMAP_USER: 'reports',
    IMAP_PASSWORD: 'made-up-password',
    IMAP_ANSWER: 'number',
  });
  const { settings } = house.mailIntake;
  if (!settings) throw new Error('no mailbox');
  ledger = createLedger(house.platform, mailboxId(settings), settings.everyMs);
  await ledger.due(house.platform.clock.now());
});
afterAll(() => house?.close());

const file = (text: string, attachments = 0) =>
  ledger.takeReport(
    place(),
    text,
    {
      channel: 'mail',
      language: 'fr',
      reporter: 'unknown',
      category: 'other',
      danger: false,
      links: house.reporting.addresses.inText(text),
      accounts: [],
      narrative: text,
      contact: { value: CONTACT, safeToCall: 'unknown', when: '', sharedWith: '' },
      visibility: 'unknown',
      ageBand: 'unknown',
      occurred: 'unknown',
    },
    { attachments, attachment_types: attachments ? ['image/jpeg'] : [], shortened: true, forwarded: true },
    'salma@sample-host.example',
  );

describe('/desk/mailbox', () => {
  it('says in every language how the mailbox stands, and never its password', async () => {
    await house.platform.ticks.run('reporting.mail-intake');
    await ledger.putAside(place(), 'refused', 'markup');
    await ledger.putAside(place(), 'set-aside', 'bounce');
    for (const lang of LANGS) {
      const page = await (await house.as('supervisor', lang)).get('/desk/mailbox');
      expect(page.statusCode).toBe(200);
      expect(page.body).not.toMatch(/reporting\.mail\.|made-up-password/);
      expect(page.body).toContain('ECONNREFUSED');
    }
  });

  it('is open to those who look after intake, and to nobody else', async () => {
    for (const role of ['senior-analyst', 'on-call', 'supervisor', 'administrator'] as const)
      expect((await (await house.as(role)).get('/desk/mailbox')).statusCode).toBe(200);
    for (const role of ['analyst', 'helpline', 'custodian', 'auditor', 'police'] as const)
      expect((await (await house.as(role)).get('/desk/mailbox')).statusCode).toBe(403);
    const onCall = await house.as('on-call');
    expect((await onCall.post('/desk/mailbox/now')).statusCode).toBe(403);
  });

  it('counts what nobody has looked at beside the room, until somebody has', async () => {
    const supervisor = await house.as('supervisor');
    const before = await supervisor.get('/desk/mailbox');
    const id = /\/desk\/mailbox\/([0-9a-f-]{36})\/seen/.exec(before.body)?.[1];
    expect(await house.mailIntake.waitingCount()).toBe(1);
    expect((await supervisor.post(`/desk/mailbox/${id}/seen`)).statusCode).toBe(303);
    expect(await house.mailIntake.waitingCount()).toBe(0);
    await supervisor.get('/desk/mailbox');
    expect((await supervisor.post(`/desk/mailbox/${id}/again`)).statusCode).toBe(303);
    await supervisor.get('/desk/mailbox');
    expect((await supervisor.post(`/desk/mailbox/${id}/again`)).statusCode).toBe(404);
    expect((await supervisor.post('/desk/mailbox/nonsense/seen')).statusCode).toBe(404);
  });

  it('looks at once when asked to, however often it failed', async () => {
    await house.platform.ticks.run('reporting.mail-intake');
    expect((await house.mailIntake.box())?.failures).toBe(1);
    await (await house.as('administrator')).get('/desk/mailbox');
    const administrator = await house.as('administrator');
    await administrator.get('/desk/mailbox');
    expect((await administrator.post('/desk/mailbox/now')).statusCode).toBe(303);
    await house.platform.ticks.run('reporting.mail-intake');
    expect((await house.mailIntake.box())?.failures).toBe(2);
  });
});

describe('a report that came by mail', () => {
  it('says so on its item, with what was attached and not kept', async () => {
    await file('Voici https://photos.sample-host.example/p/91', 2);
    await house.platform.ticks.run('casework.link');
    const { rows } = await house.platform.pool.query(`select item from casework.item_report limit 1`);
    const page = await (await house.as('analyst')).get(`/desk/items/${rows[0].item}`);
    for (const said of ['By mail', '2 attachments, neither kept nor opened', 'image/jpeg', 'A forwarded mail is in it'])
      expect(page.body).toContain(said);
  });

  it('is answered with its follow-up number where an operator decided so, and the number opens it', async () => {
    await house.platform.ticks.run('reporting.mail-answers');
    const mail = await house.mailbox.waitFor((m) => m.to.includes('salma@sample-host.example'));
    const number = /\d{4}[ \u00a0]\d{4}[ \u00a0]\d{4}[ \u00a0]\d{4}/.exec(mail.text)?.[0] ?? '';
    const child = await house.childReturns(number);
    expect((await child.get('/fr/receipt')).statusCode).toBe(200);
  });

  it('is not answered when its contact is gone, and stops being tried after two days', async () => {
    house.platform.clock.advance(25 * 3_600_000);
    await file('Sans contact.');
    await house.platform.pool.query('update reporting.report set contact = null where received_at > $1', [
      new Date(house.platform.clock.now().getTime() - 1000),
    ]);
    const sent = house.mailbox.messages.length;
    await house.platform.ticks.run('reporting.mail-answers');
    expect(house.mailbox.messages).toHaveLength(sent);
    house.platform.clock.advance(25 * 3_600_000);
    await file('Le serveur est occupé.');
    house.mailbox.refuse('temporary');
    await house.platform.ticks.run('reporting.mail-answers');
    house.platform.clock.advance(49 * 3_600_000);
    await house.platform.ticks.run('reporting.mail-answers');
    house.mailbox.refuse(null);
    const { rows } = await house.platform.pool.query(
      `select answer, answer_error from reporting.mail_taken where report is not null order by id desc limit 1`,
    );
    expect(rows).toEqual([{ answer: 'failed', answer_error: '451' }]);
  });
});
