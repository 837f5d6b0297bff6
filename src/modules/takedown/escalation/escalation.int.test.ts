import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { transaction } from '../../../platform/db.ts';
import type { NoticeState } from '../notice/notice.ts';
import { tables } from '../schema.ts';
import { HOST, type Life, openLife, REGISTRAR } from '../testing/life.ts';
import type { Scene } from '../testing/scene.ts';

let life: Life;
let scene: Scene;
beforeAll(async () => {
  life = await openLife(21);
  scene = life.scene;
});
afterAll(() => scene.close());
// Months pass in each test: what an earlier one left open would be looked at all that time.
afterEach(async () => {
  await scene.platform.pool.query(`update takedown.watch set state = 'stopped', next_check_at = null`);
});

describe('the ladder', () => {
  it('says in a reminder when it was seen, and leads to the first notice’s page', async () => {
    const { item } = await life.begun();
    await life.pass(item, 3, 6, (r) => r.reason === 'reminded');
    const notices = await scene.notices(item);
    const first = notices.find((n) => n.kind === 'ask');
    const reminder = notices.find((n) => n.kind === 'reminder');
    const mail = scene.world.mail.messages.find((m) => m.messageId === reminder?.message_id);
    expect(mail?.subject).toMatch(/^(Rappel|Reminder|تذكير)/);
    expect(mail?.text).toContain(`/notice/${first?.id}.`);
    expect(mail?.text).not.toContain(`/notice/${reminder?.id}.`);
    expect(
      (await scene.steps((await scene.casework.reportsOf(item))[0] as string)).filter((s) => s === 'asked-site'),
    ).toHaveLength(1);
    scene.world.sites.set(first?.url as string, 'removed');
    await life.pass(item, 3, 6, (r) => r.step === 'stop');
    expect(new Set((await scene.notices(item)).map((n) => n.state))).toEqual(new Set<NoticeState>(['closed']));
  });

  it('asks a person in front of a wall, and goes on with their word', async () => {
    const { item, url } = await life.begun();
    await life.settle(item);
    scene.world.sites.set(url, 'login-wall');
    const wall = await life.pass(item, 3, 6, (r) => r.step === 'person');
    expect(wall).toMatchObject({ step: 'person', reason: 'wall' });
    await life.pass(item, 2, 12);
    expect(await life.mails(item)).toEqual([`1 ask ${HOST}`]);
    expect((await scene.takedown.stoppers.ofRound(wall)).map((s) => s.reason)).toEqual(['login-wall']);
    const analyst = await scene.signedIn('analyst');
    const notice = (await scene.notices(item))[0]?.id;
    const page = await analyst.get(`/desk/notices/${notice}`);
    expect(page.body).toContain(`/desk/ladder/${item}/seen`);
    await analyst.post(`/desk/ladder/${item}/seen`, {});
    await life.settle(item);
    expect(await life.mails(item)).toEqual([`1 ask ${HOST}`, `1 reminder ${HOST} re ask`]);
  });

  it('asks new reporters who see it with few others before it writes to anybody else', async () => {
    const { item, url } = await life.begun();
    await life.settle(item);
    await scene.report({ url, visibility: 'few' });
    await life.pass(item, 3, 6, (r) => r.reason === 'held');
    const [held] = await scene.notices(item);
    expect(held).toMatchObject({ kind: 'reminder', state: 'held', contact: HOST });
    await life.pass(item, 5, 24);
    expect(await life.mails(item)).toEqual([`1 ask ${HOST}`]);
    await scene.takedown.actions.decideHold(held?.id as string, 'reporter', 'release', await scene.account('analyst'));
    await life.settle(item);
    // Whom it is for was decided: no tracing chooses again.
    expect(await life.mails(item)).toEqual([`1 ask ${HOST}`, `1 reminder ${HOST} re ask`]);
  });

  it('does not remind whoever has answered meanwhile, and takes reminders back with their notice', async () => {
    const { item, url } = await life.begun();
    await life.pass(item, 3, 6, (r) => r.reason === 'reminded');
    const { answers } = scene.takedown;
    const first = (await scene.notices(item)).find((n) => n.kind === 'ask') as { id: string };
    await scene.report({ url, visibility: 'few' });
    await answers.answer(first.id, 'removed', '');
    await life.pass(item, 2, 6, (r) => r.reason === 'held');
    const states = async () => (await scene.notices(item)).map((n) => `${n.kind} ${n.state}`).sort();
    expect(await states()).toEqual(['ask removed', 'contradiction held', 'reminder sent']);
    await answers.answer(first.id, 'disagree', 'Wrong page.', { ground: 'wrong-address' });
    expect(await states()).toEqual(['ask disputed', 'contradiction cancelled', 'reminder sent']);
    await answers.decide(first.id, await scene.account('supervisor'), 'withdrawn', 'They are right.');
    expect(await states()).toEqual(['ask taken-back', 'contradiction cancelled', 'reminder taken-back']);
  });

  it('leaves a dead address for the next one, and the failed notice is over', async () => {
    scene.world.mail.refuse('permanent');
    const { item } = await life.begun();
    await life.pass(item, 1, 6, (r) => r.reason === 'dead-contact');
    scene.world.mail.refuse(null);
    await life.pass(item, 3, 6, (r) => r.reason === 'deadline');
    expect(await life.mails(item)).toEqual([`1 ask ${REGISTRAR}`]);
    expect((await scene.notices(item)).map((n) => n.state)).toEqual(['sent', 'cancelled']);
  });

  it('waits for a person where the country’s data says so', async () => {
    const { item } = await life.begun('harassment');
    const row = await life.pass(item, 30, 12, (r) => r.step === 'person');
    expect(row).toMatchObject({ step: 'person', reason: 'confirm', rung: 'registrar' });
    // The host's own site publishes the same address; as a site it is reminded once, as a host twice.
    const { rungs } = scene.takedown.country.ladderFor('harassment');
    const first = (await scene.notices(item)).at(-1);
    const own = rungs.find((r) => r.reaches.some((reach) => reach === first?.reach));
    expect(await life.mails(item)).toEqual([
      `1 ask ${HOST}`,
      ...Array(own?.reminders ?? 0).fill(`1 reminder ${HOST} re ask`),
    ]);
    await scene.takedown.ladderDesk.confirmRung(item, await scene.account('analyst'), 'registrar');
    await life.settle(item);
    expect((await life.mails(item)).at(-1)).toBe(`1 ask ${REGISTRAR}`);
  });

  it('drafts a referral to the hotline of where it is hosted, once', async () => {
    const { item } = await life.begun();
    await life.settle(item);
    const { db } = scene.platform;
    await tables(db).updateTable('takedown.notice').set({ hosted_in: 'NL' }).where('item', '=', item).execute();
    const event = { item, assessment: item, outcome: 'illegal', account: item, at: new Date(), family: null } as const;
    await transaction(db, (tx) => scene.takedown.hotline.onAssessed(tx, { ...event, routes: ['foreign-hotline'] }));
    await life.pass(item, 3, 6, (r) => r.reason === 'reminded');
    await life.pass(item, 1, 6);
    const row = await scene.takedown.hotline.find(db, item);
    expect(row).toMatchObject({ body: 'hotline-nl', country: 'NL' });
    const referral = await scene.referral.store.get(row?.referral as string);
    expect(referral).toMatchObject({ state: 'draft', proposed: true, with_words: false, with_accounts: false });
    const { rows } = await scene.platform.pool.query(
      'select count(*)::int as n from referral.referral where item = $1',
      [item],
    );
    expect(rows).toEqual([{ n: 1 }]);
    expect(await life.mails(item)).toHaveLength(2);
  });

  it('shows itself on the desk and feeds the law lab, where nobody is named', async () => {
    const { item } = await life.begun();
    await life.pass(item, 30, 12, (r) => r.reason === 'clearance');
    const senior = await scene.signedIn('senior-analyst');
    const [notice] = await scene.notices(item);
    const page = await senior.get(`/desk/notices/${notice?.id}`);
    expect(page.body).toContain(`/desk/ladder/${item}/owner`);
    expect((await scene.takedown.ladderDesk.waiting(50)).map((n) => n.item)).toContain(item);
    expect((await senior.get('/desk/notices')).statusCode).toBe(200);
    await senior.post(`/desk/ladder/${item}/stoppers`, { 'stopper-court-order': 'on' });
    const analyst = await scene.signedIn('analyst');
    await analyst.get(`/desk/notices/${notice?.id}`);
    expect((await analyst.post(`/desk/ladder/${item}/owner`, { cleared: 'yes', ground: 'police' })).statusCode).toBe(
      403,
    );
    const manager = await scene.signedIn('programme-manager');
    const lab = await manager.get('/desk/law-lab?lang=en');
    expect(lab.statusCode).toBe(200);
    expect(lab.body).not.toContain('sample-host');
    const csv = await manager.get('/desk/law-lab.csv');
    expect(csv.body).toContain('court-order');
    expect(csv.body).not.toContain(item);
    expect((await analyst.get('/desk/law-lab')).statusCode).toBe(403);
  });
});
