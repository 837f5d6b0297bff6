import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type House, openHouse } from '../../helpline/testing/house.ts';
import type { MailTakenRow } from '../schema.ts';
import { dovecotInstalled, type ImapServer, startImapServer } from '../testing/imap-server.ts';

const PHOTO = 'https://photos.sample-host.example/p/91';
const WINDOWS_1256 = { marhaba: [0xe3, 0xd1, 0xcd, 0xc8, 0xc7] };
let unique = 0;

/** A mail as it lies on the server, with the headers that tell where somebody was. */
function mail(headers: Record<string, string>, body: string | Buffer): Buffer {
  const all = {
    Received: 'from [203.0.113.77] (helo=home) by mx.example; Tue, 24 Nov 2026 08:59:00 +0000',
    'X-Originating-IP': '[203.0.113.77]',
    From: 'Salma Exemple <salma@sample-host.example>',
    To: 'reports@e-salama.example',
    Date: 'Tue, 24 Nov 2026 08:59:00 +0000',
    'Message-ID': `<${++unique}@sample-host.example>`,
    Subject: 'Une page',
    ...headers,
  };
  const head = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.concat([Buffer.from(`${head.join('')}\r\n`), Buffer.from(body)]);
}

const part = (headers: string, body: string) => `--b\r\n${headers}\r\n\r\n${body}\r\n`;
const MIXED = { 'MIME-Version': '1.0', 'Content-Type': 'multipart/mixed; boundary=b' };
const JPEG = part(
  'Content-Type: image/jpeg; name="klmn.jpg"\r\nContent-Transfer-Encoding: base64',
  'c2VjcmV0IHBpeGVscw==',
);

describe.runIf(dovecotInstalled)('reports by mail, on a real mail server', () => {
  let imap: ImapServer;
  let house: House;
  beforeAll(async () => {
    imap = await startImapServer();
    house = await openHouse(undefined, { ...imap.env, IMAP_EVERY_SECONDS: '30' });
  });
  afterAll(async () => {
    await house?.close();
    await imap?.close();
  });
  beforeEach(() => house.platform.clock.advance(60_000));

  const look = () => house.platform.ticks.run('reporting.mail-intake');
  const answers = () => house.platform.ticks.run('reporting.mail-answers');
  const ledger = async (): Promise<MailTakenRow[]> =>
    (await sql<MailTakenRow>`select * from reporting.mail_taken order by id`.execute(house.platform.db)).rows;
  const reports = async (): Promise<number> =>
    (await sql<{ n: number }>`select count(*)::int as n from reporting.report`.execute(house.platform.db)).rows[0]?.n ??
    0;

  /** Delivers mails, looks once and answers what became of the last one. */
  async function takes(...mails: (string | Buffer)[]) {
    for (const m of mails) imap.deliver(m);
    await look();
    const row = (await ledger()).at(-1) as MailTakenRow;
    const { details } = house.reporting;
    if (!row.report) return { row };
    const [report] = await details.details(house.platform.db, [row.report]);
    const narrative = await details.narrative(house.platform.db, row.report);
    const contact = await details.contact(house.platform.db, row.report);
    return { row, report, narrative, contact };
  }

  it('makes a plain mail a report with its words, address and sender, and moves it', async () => {
    const { report, narrative, contact, row } = await takes(
      mail(
        {},
        `Bonjour, quelqu’un se moque de ma fille sur ${PHOTO} et aussi\r\nhttps://photos.sample-host.example/p/92.\r\n`,
      ),
    );
    expect(report).toMatchObject({
      channel: 'mail',
      reporter: 'unknown',
      category: 'other',
      language: 'fr',
      danger: false,
    });
    expect(report?.links.map((l) => l.url)).toEqual([PHOTO, 'https://photos.sample-host.example/p/92']);
    expect(narrative).toMatch(/^Une page\n\nBonjour, quelqu’un se moque/);
    expect(contact).toMatchObject({ value: 'Salma Exemple <salma@sample-host.example>', safeToCall: 'unknown' });
    expect(row).toMatchObject({ state: 'report', answer: 'due', settled_at: house.platform.clock.now() });
    expect([imap.count(), imap.count('Taken')]).toEqual([0, 1]);
    await look();
    expect(await reports()).toBe(1);
  });

  it('answers once a day to one sender, in the mail’s language, and repeats nothing', async () => {
    await answers();
    imap.deliver(mail({ Subject: 'Encore' }, 'Bonjour, encore une chose que je voulais vous dire.'));
    await look();
    await answers();
    expect(house.mailbox.messages.filter((m) => m.to.includes('salma@sample-host.example'))).toHaveLength(1);
    const [sent] = house.mailbox.messages;
    expect(sent?.subject).toBe('Votre message est bien arrivé');
    expect(sent?.headers.find((h) => h.name.toLowerCase() === 'auto-submitted')?.value).toBe('auto-replied');
    for (const word of ['moque', 'p/91', 'Une page', 'signal'])
      expect(`${sent?.subject}${sent?.text}`).not.toContain(word);
    expect(sent?.text).toContain('177');
    expect(sent?.text).toContain('/fr/report');
    expect(sent?.text).not.toMatch(/\d{4} \d{4} \d{4} \d{4}/);
    house.platform.clock.advance(25 * 3_600_000);
    imap.deliver(mail({}, 'Bonjour, le lendemain je vous écris encore.'));
    await look();
    await answers();
    expect(house.mailbox.messages.filter((m) => m.to.includes('salma@sample-host.example'))).toHaveLength(2);
  });

  it.each<[string, () => Buffer]>([
    [
      'windows-1256',
      () =>
        mail(
          { 'Content-Type': 'text/plain; charset=windows-1256', 'Content-Transfer-Encoding': '8bit' },
          Buffer.from(WINDOWS_1256.marhaba),
        ),
    ],
    ['no alphabet named', () => mail({}, Buffer.from(WINDOWS_1256.marhaba))],
    [
      'quoted-printable',
      () =>
        mail(
          { 'Content-Type': 'text/plain; charset=utf-8', 'Content-Transfer-Encoding': 'quoted-printable' },
          '=D9=85=D8=B1=D8=AD=D8=A8=D8=A7',
        ),
    ],
    [
      'base64',
      () =>
        mail(
          { 'Content-Type': 'text/plain; charset=UTF-8', 'Content-Transfer-Encoding': 'base64' },
          Buffer.from('مرحبا').toString('base64'),
        ),
    ],
    [
      'HTML only',
      () =>
        mail(
          { 'Content-Type': 'text/html; charset=utf-8' },
          '<div dir="rtl"><p>مرحبا</p><img src="https://t.example/x.gif"></div>',
        ),
    ],
  ])('reads Arabic in %s', async (_how, make) => {
    const source = make();
    const { narrative, report } = await takes(Buffer.from(source.toString('latin1').replace('Une page', ''), 'latin1'));
    expect(narrative).toBe('مرحبا');
    expect(report).toMatchObject({ language: 'ar', links: [] });
  });

  it('takes the words of a mail of many parts, and of its attachments a count and kinds only', async () => {
    const alternative =
      '--b\r\nContent-Type: multipart/alternative; boundary=c\r\n\r\n--c\r\nContent-Type: text/plain\r\n\r\nWords in plain.\r\n' +
      '--c\r\nContent-Type: text/html\r\n\r\n<b>Words in HTML.</b>\r\n--c--\r\n';
    const { narrative, report, row } = await takes(
      mail({ ...MIXED, Subject: 'Look' }, `${alternative}${JPEG}${JPEG}--b--\r\n`),
    );
    expect(narrative).toBe('Look\n\nWords in plain.');
    expect(report?.mail).toEqual({ attachments: 2, types: ['image/jpeg'], shortened: false, forwarded: false });
    expect(JSON.stringify(row)).not.toContain('klmn');
  });

  it('keeps a mail of pictures alone as a report of somebody who can be asked', async () => {
    const { narrative, report, contact } = await takes(mail({ ...MIXED, Subject: '' }, `${JPEG}--b--\r\n`));
    expect(narrative).toBeUndefined();
    expect(report?.mail?.attachments).toBe(1);
    expect(contact?.value).toContain('salma@');
  });

  it('takes the words of a forwarded mail, not who sent it to whom', async () => {
    const inner =
      'From: Somebody Else <else@mail.example>\r\nTo: friend@mail.example\r\nReceived: from [198.51.100.9]\r\n' +
      `Subject: La classe\r\nContent-Type: text/plain\r\n\r\nVoici la page ${PHOTO}`;
    const { narrative, report } = await takes(
      mail(
        MIXED,
        `${part('Content-Type: text/plain', 'Transféré par une mère.')}${part('Content-Type: message/rfc822', inner)}--b--\r\n`,
      ),
    );
    expect(narrative).toBe(`Une page\n\nTransféré par une mère.\n\nLa classe\n\nVoici la page ${PHOTO}`);
    expect(report).toMatchObject({ mail: { forwarded: true }, links: [{ url: PHOTO }] });
    expect(narrative).not.toContain('else@');
  });

  it('shortens a huge mail, and goes on', async () => {
    const { narrative, report } = await takes(mail({}, `Début. ${'mot '.repeat(3_000_000)}`));
    expect(narrative).toHaveLength(20_000);
    expect(report?.mail?.shortened).toBe(true);
  });

  it('lets no bad mail stop the others: it stays, flagged, and is shown with its reason', async () => {
    const before = await reports();
    const deep = mail({ Subject: '', 'Content-Type': 'text/html' }, '<div>'.repeat(50_000));
    const nothing = mail({ Subject: '' }, '   \r\n');
    imap.deliver(deep);
    imap.deliver(nothing);
    imap.deliver(Buffer.from('\xff\xfe\0 nonsense without any header\r\n: :\r\n\0\0'));
    imap.deliver(mail(MIXED, '--b\r\nContent-Type: text/plain; charset="\r\n\r\nWords in a broken mail\r\n--b'));
    const { narrative } = await takes(mail({ Subject: 'After' }, 'A good one.'));
    expect(narrative).toBe('After\n\nA good one.');
    const refused = (await ledger()).filter((r) => r.state === 'refused');
    expect(refused.map((r) => r.reason).sort()).toEqual(expect.arrayContaining(['empty', 'markup']));
    expect(imap.flagged()).toBe(refused.length);
    expect(await reports()).toBe(before + 5 - refused.length);
    await look();
    expect((await ledger()).filter((r) => r.state === 'refused')).toHaveLength(refused.length);
    const { rows } = await sql`select 1 from audit.entry where action = 'reporting.mail.refused'`.execute(
      house.platform.db,
    );
    expect(rows).toHaveLength(refused.length);
  });

  it('sets aside what machines write and answers none of them', async () => {
    const before = await reports();
    const sent = house.mailbox.messages.length;
    const from = (n: number) => ({ From: `m${n}@sample-host.example` });
    imap.deliver(mail({ ...from(1), 'Auto-Submitted': 'auto-replied' }, 'I am on leave.'));
    imap.deliver(mail({ From: 'MAILER-DAEMON@sample-host.example', 'Return-Path': '<>' }, 'Undelivered.'));
    imap.deliver(mail({ From: 'desk@e-salama.example' }, 'Our own.'));
    imap.deliver(mail({ ...from(2), 'List-Id': '<parents.sample-host.example>' }, 'A mother writes to a list.'));
    imap.deliver(mail({ From: 'no-reply@sample-host.example' }, 'A form of a school.'));
    await look();
    await answers();
    const rows = (await ledger()).slice(-5);
    expect(rows.map((r) => [r.state, r.reason, r.answer])).toEqual([
      ['set-aside', 'automatic', 'none'],
      ['set-aside', 'bounce', 'none'],
      ['set-aside', 'own', 'none'],
      ['report', null, 'none'],
      ['report', null, 'none'],
    ]);
    expect(await reports()).toBe(before + 2);
    expect(house.mailbox.messages).toHaveLength(sent);
  });

  it('takes one mail once: delivered twice, and under new numbers; other words under its id are another', async () => {
    const before = await reports();
    const first = mail({ 'Message-ID': '<twice@sample-host.example>' }, 'Delivered twice.');
    const again = Buffer.from(first.toString().replace('203.0.113.77', '203.0.113.78'));
    const { row } = await takes(first, again);
    expect(row).toMatchObject({ state: 'known', report: expect.any(String) });
    expect(await reports()).toBe(before + 1);
    await takes(mail({ 'Message-ID': '<twice@sample-host.example>' }, 'Something else under the same id.'));
    expect(await reports()).toBe(before + 2);
    imap.deliver(first);
    await imap.renumber();
    await look();
    expect(await reports()).toBe(before + 2);
    expect((await ledger()).at(-1)).toMatchObject({ state: 'known' });
  });

  it('pages whoever is on call for words of danger, as any other report', async () => {
    const { report } = await takes(mail({ Subject: 'aidez-moi' }, 'Il va me tuer ce soir, je veux mourir.'));
    expect(report?.danger).toBe(true);
    await house.page();
    const page = await house.mailbox.waitFor((m) => m.to.includes(house.email('on-call')));
    expect(page.text).toContain('/desk/danger/');
    expect(page.text).not.toContain('tuer');
  });

  it('waits for a server that is away, ever longer, and goes on when it is back', async () => {
    await imap.stop();
    imap.deliver(mail({ Subject: 'Meanwhile' }, 'Written while the server was away.'));
    await look();
    const box = await house.mailIntake.box();
    expect(box).toMatchObject({ last_error: 'connect', failures: 1 });
    await look();
    expect((await house.mailIntake.box())?.failures).toBe(1);
    const page = await (await house.as('supervisor', 'fr')).get('/desk/mailbox');
    expect(page.body).toContain('Le serveur ne répond pas.');
    await imap.start();
    house.platform.clock.advance(31_000);
    await look();
    expect(await house.mailIntake.box()).toMatchObject({ failures: 0, last_round_at: house.platform.clock.now() });
    const row = (await ledger()).at(-1);
    expect(await house.reporting.details.narrative(house.platform.db, row?.report ?? '')).toContain('Meanwhile');
  });

  it('keeps no word, no address of a person and no place of the network in clear', async () => {
    const { rows } = await sql<{ dump: string }>`
      select coalesce(string_agg(t::text, ' '), '') as dump from (
        select row_to_json(m) as t from reporting.mail_taken m union all select row_to_json(s) from reporting.mail_sender s
        union all select row_to_json(r) from reporting.report r union all select row_to_json(b) from reporting.mail_box b
        union all select row_to_json(e) from audit.entry e union all select row_to_json(p) from audit.pending p) x`.execute(
      house.platform.db,
    );
    for (const word of ['salma', '203.0.113', 'moque', 'klmn', 'twice@', 'secret pixels', 'Salma'])
      expect(rows[0]?.dump).not.toContain(word);
  });

  it('forgets by what a mail could be known, by the rule of the country, and whom it wrote to', async () => {
    const kept = (await ledger()).filter((r) => r.content_key);
    expect(kept.length).toBeGreaterThan(10);
    house.platform.clock.advance(13 * 31 * 86_400_000);
    await house.retention.purgeDue(house.platform.clock.now());
    await house.platform.ticks.run('reporting.mail-senders');
    expect((await ledger()).filter((r) => r.content_key && r.answer !== 'due')).toEqual([]);
    expect((await sql`select 1 from reporting.mail_sender`.execute(house.platform.db)).rows).toEqual([]);
  });
});
