import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type House, openHouse } from './testing/house.ts';

let house: House;
beforeAll(async () => {
  house = await openHouse();
});
afterAll(() => house?.close());

const state = async (report: string) => (await house.helpline.conversations.get(report)).state;
const basedOn = async (report: string) => (await house.helpline.conversations.get(report)).last_message;
const contact = {
  value: '0600000000',
  safeToCall: 'no' as const,
  when: 'après 17 h',
  sharedWith: 'mon père',
  codeWord: 'citron',
};

describe('the helpline’s desk', () => {
  it('opens a conversation for a child’s report at once, for others when they write', async () => {
    const child = await house.childReports();
    expect(await state(child.id)).toBe('new');
    const witness = await house.childReports({ reporter: 'witness' });
    expect(await house.helpline.conversations.find(witness.id)).toBeUndefined();
    await house.reporting.mailbox.reply(witness.id, 'Y a-t-il du nouveau ?');
    expect(await state(witness.id)).toBe('new');
  });

  it('lists danger first, then who has waited longest', async () => {
    house.platform.clock.advance(60_000);
    const late = await house.childReports({ danger: true });
    const { rows } = await house.helpline.conversations.list('waiting', { account: '', limit: 50, offset: 0 });
    expect(rows[0]?.report).toBe(late.id);
    const calm = rows.filter((r) => !r.danger).map((r) => r.waiting_since?.getTime() ?? 0);
    expect(calm).toEqual([...calm].sort((a, b) => a - b));
  });

  it('refuses an answer to something that was not read, and keeps what was typed', async () => {
    const { id } = await house.childReports();
    const helper = await house.as('helpline');
    await helper.get(`/desk/helpline/${id}`);
    await helper.post(`/desk/helpline/${id}/take`);
    await house.reporting.mailbox.reply(id, 'Une chose encore : il connaît mon école.');
    await helper.get(`/desk/helpline/${id}`);
    const refused = await helper.post(`/desk/helpline/${id}/answer`, { text: 'Bien noté, merci.', basedOn: '' });
    expect(refused.statusCode).toBe(409);
    expect(refused.body).toContain('Bien noté, merci.');
    expect(refused.body).toContain('il connaît mon école');
    expect(await state(id)).toBe('waiting-for-us');
    expect((await house.reporting.mailbox.view(id)).messages).toHaveLength(1);
  });

  it('opens a closed conversation again by a message, in anybody’s hands', async () => {
    const { id } = await house.childReports();
    const me = house.id('helpline');
    const { conversations } = house.helpline;
    await conversations.take(id, me);
    await conversations.beginClosing(id, me);
    const helper = await house.as('helpline');
    const page = await helper.get(`/desk/helpline/${id}`);
    // The letter in the child's language, marked as not reviewed.
    expect(page.body).toContain('On ferme cette conversation maintenant');
    expect(page.body).toContain('Not yet reviewed by a professional');
    await helper.post(`/desk/helpline/${id}/close`, { text: 'À bientôt.', basedOn: '' });
    expect(await state(id)).toBe('closed');
    expect((await house.reporting.mailbox.view(id)).progress.at(-1)?.step).toBe('closed');
    await house.reporting.mailbox.reply(id, 'Cela recommence.');
    expect(await conversations.get(id)).toMatchObject({ state: 'waiting-for-us', holder: null, closed_at: null });
  });

  it('does not close over a message that came while the letter was written', async () => {
    const { id } = await house.childReports();
    const me = house.id('helpline');
    const { conversations } = house.helpline;
    await conversations.take(id, me);
    await conversations.beginClosing(id, me);
    const seen = await basedOn(id);
    await house.reporting.mailbox.reply(id, 'Attendez, une question.');
    await expect(conversations.close(id, me, 'Fin.', seen)).rejects.toThrow('HELPLINE_STALE');
    expect(await state(id)).toBe('waiting-for-us');
  });

  it('hands over with a sealed note, to somebody who answers, and not out of another’s hands', async () => {
    const { id } = await house.childReports();
    const { conversations } = house.helpline;
    await conversations.take(id, house.id('helpline'));
    await expect(conversations.take(id, house.id('on-call'))).rejects.toThrow('HELPLINE_TAKEN');
    await expect(conversations.handOver(id, house.id('helpline'), house.id('auditor'), 'x')).rejects.toThrow(
      'HELPLINE_COLLEAGUE_UNKNOWN',
    );
    await conversations.handOver(id, house.id('helpline'), house.id('on-call'), 'Promis d’écrire demain.');
    expect((await conversations.get(id)).holder).toBe(house.id('on-call'));
    expect((await conversations.notes(id)).map((n) => n.text)).toEqual(['Promis d’écrire demain.']);
    const { rows } = await house.platform.pool.query('select body from helpline.note where report = $1', [id]);
    expect(rows[0].body.toString('utf8')).not.toContain('Promis');
  });

  it('says "do not call" first, and shows the number only after a question, with a reason that is kept', async () => {
    const { id } = await house.childReports({ contact });
    const helper = await house.as('helpline');
    const before = await helper.get(`/desk/helpline/${id}`);
    expect(before.body).not.toContain('0600000000');
    const rules = await helper.post(`/desk/helpline/${id}/call-rules`);
    expect(rules.body).toContain('Do not call. Write only.');
    expect(rules.body).toContain('citron');
    expect(rules.body).not.toContain('0600000000');
    expect((await helper.post(`/desk/helpline/${id}/call-number`, { confirm: 'on' })).statusCode).toBe(400);
    const shown = await helper.post(`/desk/helpline/${id}/call-number`, { confirm: 'on', reason: 'Danger immédiat.' });
    expect(shown.body).toContain('0600000000');
    expect((await house.helpline.conversations.notes(id)).map((n) => n.text)).toContain('Danger immédiat.');
  });

  it('lets the supervisor see no words of a child, only what we answered', async () => {
    const { id } = await house.childReports({ narrative: 'Un secret de papier.' });
    await house.helpline.conversations.answer(id, house.id('helpline'), 'Merci d’avoir écrit.', null);
    const supervisor = await house.as('supervisor');
    expect((await supervisor.get(`/desk/helpline/${id}`)).statusCode).toBe(200);
    expect((await supervisor.post(`/desk/helpline/${id}/open`)).statusCode).toBe(403);
    await supervisor.get('/desk/helpline/quality');
    const { rows } = await house.platform.pool.query('select message from helpline.answer where report = $1', [id]);
    const sheet = await supervisor.post(`/desk/helpline/quality/${rows[0].message}/open`);
    expect(sheet.body).toContain('Merci d’avoir écrit.');
    expect(sheet.body).not.toContain('Un secret de papier');
    expect(
      (await supervisor.post(`/desk/helpline/quality/${rows[0].message}`, { passed: ['warm', 'fit'] })).statusCode,
    ).toBe(303);
    const figures = await house.helpline.quality.figures();
    expect(figures.quality).toMatchObject({ reviewed: 1, passed: 0, failed: { safety: 1, true: 1, next: 1 } });
    expect((await supervisor.get('/desk/helpline/figures')).statusCode).toBe(200);
    expect(figures.byLanguage.at(-1)).toMatchObject({ language: null });
  });
});

describe('a child’s care plan', () => {
  it('needs a second person to go over a child’s no, and tells the child', async () => {
    const { id: report } = await house.childReports();
    const { care } = house.helpline;
    const me = house.id('helpline');
    const plan = await care.start(report, me);
    await care.addNeed(plan, me, { need: 'psychological', who: 'Psychologue du centre', due: '2030-01-15' });
    await care.propose(plan, me, { service: 'onde-2511', basis: 'best-interests', reason: 'Danger à la maison.' });
    const [referral] = (await care.read(plan, me)).referrals;
    const at = `/desk/care/${plan}/referrals/${referral?.id}`;
    const helper = await house.as('helpline');
    await helper.get(`/desk/care/${plan}`);
    expect((await helper.post(`${at}/agree`)).statusCode).toBe(403);
    expect((await helper.post(`${at}/pass-on`)).statusCode).toBe(409);
    const supervisor = await house.as('supervisor');
    await supervisor.get(`/desk/care/${plan}`);
    expect((await supervisor.post(`${at}/agree`)).statusCode).toBe(303);
    expect((await helper.post(`${at}/pass-on`)).statusCode).toBe(303);
    const told = await house.reporting.mailbox.view(report);
    expect(told.messages.at(-1)?.body).toMatch(/ta sécurité passe d’abord/);
    expect(told.progress.at(-1)?.step).toBe('referred');
    expect(
      (await house.platform.pool.query('select who from helpline.care_need')).rows[0].who.toString(),
    ).not.toContain('Psycho');
  });

  it('is shown to care workers of the child’s province and to nobody outside', async () => {
    const { id: report, receipt } = await house.childReports();
    const { care } = house.helpline;
    const plan = await care.start(report, house.id('helpline'));
    const [province] = house.country.provinces();
    if (!province) throw new Error('no province');
    await care.place(plan, house.id('helpline'), province.code);
    expect((await care.list('open', 50, [province.region.code])).map((p) => p.id)).toContain(plan);
    expect((await care.list('open', 50, ['MA-XX'])).map((p) => p.id)).not.toContain(plan);
    // Whoever holds the follow-up number, which may be a parent, finds no word of it, and no door.
    const visitor = await house.childReturns(receipt);
    expect((await visitor.get('/fr/receipt')).body).not.toMatch(/care|prise en charge/i);
    for (const path of [`/fr/care/${plan}`, `/fr/receipt/care`, `/api/v1/care/${plan}`])
      expect((await visitor.get(path)).statusCode).toBe(404);
    expect((await visitor.get(`/desk/care/${plan}`)).statusCode).toBe(303);
    for (const role of ['analyst', 'custodian', 'administrator', 'on-call'] as const)
      expect((await (await house.as(role)).get(`/desk/care/${plan}`)).statusCode).toBe(403);
    const doors = house.server
      .printRoutes({ commonPrefix: false })
      .split('\n')
      .filter((l) => /care/.test(l));
    expect(doors.length).toBeGreaterThan(0);
  });
});

describe('what the helpline keeps', () => {
  it('destroys notes once their time is over, and not while the conversation is open', async () => {
    const before = await house.platform.pool.query(
      'select count(*)::int as n from helpline.note where data_key is not null',
    );
    expect(before.rows[0].n).toBeGreaterThan(0);
    await house.platform.pool.query("update helpline.conversation set state = 'closed', closed_at = $1", [
      house.platform.clock.now(),
    ]);
    house.platform.clock.advance(26 * 31 * 86_400_000);
    await house.platform.ticks.run('retention.sweep');
    const after = await house.platform.pool.query(
      'select count(*)::int as n from helpline.note where data_key is not null',
    );
    expect(after.rows[0].n).toBe(0);
  });
});
