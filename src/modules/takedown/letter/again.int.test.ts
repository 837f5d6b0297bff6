import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { transaction } from '../../../platform/db.ts';
import { Browser } from '../../identity/testing/desk.ts';
import { replaceContact } from '../providers/replace-contact.job.ts';
import { type NoticeRow, tables } from '../schema.ts';
import { openScene, type Scene } from '../testing/scene.ts';

const HOUR = 3_600_000;
let scene: Scene;
let analyst = '';
beforeAll(async () => {
  scene = await openScene({ seed: 38 });
  scene.world.desk.mode = 'silent';
  analyst = await scene.account('analyst');
});
afterAll(() => scene.close());
afterEach(async () => {
  scene.world.mail.refuse(null);
  await scene.platform.pool.query(`update takedown.watch set state = 'stopped', next_check_at = null`);
});

const db = () => scene.platform.db;
const get = (id: string) => scene.takedown.store.get(db(), id);
const set = (id: string, fields: Partial<NoticeRow>) => scene.takedown.store.setFields(db(), id, fields);
const send = () => scene.platform.ticks.run('takedown.send');
const REGISTRAR = { channel: 'mail', contact: 'abuse@registrar.example', language: 'en', name: '' } as const;

let photos = 7000;
async function queued(outcome: 'illegal' | 'harmful' = 'illegal') {
  const { item } = await scene.report({ url: `http://photos.sample-host.example/p/${++photos}` });
  await scene.assess(item, outcome === 'illegal' ? {} : { outcome, legalArticles: [] });
  const notice = await scene.notice(item, 'queued', 'no-contact');
  await scene.platform.ticks.run('takedown.checks');
  return notice;
}
async function sent() {
  const { item } = await queued();
  await send();
  return scene.notice(item, 'sent');
}
const remind = async (first: NoticeRow, kind: 'reminder' | 'contradiction' = 'reminder') => {
  const now = await get(first.id);
  return transaction(db(), (tx) =>
    scene.takedown.actions.remind(tx, now, kind, scene.platform.clock.now(), 'system:ladder'),
  );
};
const mailsOf = (n: NoticeRow) => scene.world.mail.messages.filter((m) => m.messageId === n.message_id);

describe('a reminder', () => {
  it('whose address failed gets a letter of its own when it is addressed anew', async () => {
    const id = await remind(await sent());
    scene.world.mail.refuse('permanent');
    await send();
    const failed = await get(id);
    expect(failed.state).toBe('failed');
    scene.world.mail.refuse(null);
    // As an older version of the program did it.
    await transaction(db(), (tx) =>
      scene.takedown.store.move(tx, id, 'mail-chosen', 'system', { contact: REGISTRAR.contact, letter: null }),
    );
    await send();
    const now = await get(id);
    expect(now.state).toBe('sent');
    expect(now.message_id).not.toBe(failed.message_id);
    expect(mailsOf(now).map((m) => m.to[0])).toEqual([REGISTRAR.contact]);
  });

  it('goes to nobody else by a person’s choice', async () => {
    const id = await remind(await sent());
    scene.world.mail.refuse('permanent');
    await send();
    await expect(scene.takedown.actions.chooseContact(id, REGISTRAR, analyst)).rejects.toThrow(
      'TAKEDOWN_NOTICE_TRANSITION',
    );
  });

  it('ends where its address is wrong; what it reminds of stays', async () => {
    const first = await sent();
    const id = await remind(first);
    await set(first.id, { contact: 'wrong@sample-host.example' });
    await set(id, { contact: 'wrong@sample-host.example' });
    await tables(db())
      .insertInto('takedown.contact')
      .values({
        ...{ address: 'wrong@sample-host.example', channel: 'mail', state: 'wrong', changed_by: 'system' },
        ...{ changed_at: scene.platform.clock.now(), why: null, reason: null, verified_at: null, verified_until: null },
      })
      .execute();
    await transaction(db(), (tx) => scene.platform.jobs.enqueue(tx, replaceContact, { notice: id }));
    for (let tries = 0; tries < 200 && (await get(id)).state !== 'cancelled'; tries++) await sleep(25);
    expect((await get(id)).state).toBe('cancelled');
    expect((await get(first.id)).state).toBe('sent');
    const others = (await scene.notices(first.item)).filter((n) => n.id !== id && n.id !== first.id);
    // Whoever hosts it hears of it; a registrar is the ladder's.
    for (const n of others) expect(n).toMatchObject({ kind: 'ask', purpose: 'removal' });
    expect(others.filter((n) => n.reach === 'registrar' || n.reach === 'upstream')).toEqual([]);
  });

  it('that waits for a decision ends with its address, and never goes there', async () => {
    const { takedown } = scene;
    const first = await sent();
    // Somebody new says that few can see it: the reminder is held.
    await scene.report({ url: first.url as string, visibility: 'few' });
    const id = await remind(first);
    expect(await get(id)).toMatchObject({ state: 'held', kind: 'reminder' });
    const address = 'ends@sample-host.example';
    await set(first.id, { contact: address });
    await set(id, { contact: address });
    await transaction(db(), (tx) => takedown.contacts.apply(tx, address, 'bounced', 'system'));
    for (let tries = 0; tries < 200 && (await get(id)).state === 'held'; tries++) await sleep(25);
    expect((await get(id)).state).toBe('cancelled');
    expect((await get(first.id)).state).toBe('sent');
  });

  it('and any other notice that is released after its address failed goes to somebody else', async () => {
    const { takedown } = scene;
    const first = await sent();
    await scene.report({ url: first.url as string, visibility: 'few' });
    const address = 'second@sample-host.example';
    const id = await takedown.actions.escalate(first.id, { ...REGISTRAR, contact: address }, analyst);
    expect(await get(id)).toMatchObject({ state: 'held', contact: address });
    await transaction(db(), (tx) => takedown.contacts.apply(tx, address, 'bounced', 'system'));
    await takedown.actions.decideHold(id, 'reporter', 'release', analyst);
    await send();
    for (let tries = 0; tries < 40; tries++) await sleep(10);
    await send();
    expect(scene.world.mail.messages.filter((m) => m.to.includes(address))).toEqual([]);
    const now = await get(id);
    expect(now.state === 'no-contact' || now.contact !== address).toBe(true);
  });

  it('does not go when the provider has said "removed", or has more time; a contradiction goes only then', async () => {
    const [removed, later] = [await sent(), await sent()];
    const [a, b, early] = [await remind(removed), await remind(later), await remind(later, 'contradiction')];
    await set(removed.id, { state: 'removed', removed_at: scene.platform.clock.now() });
    await set(later.id, { more_time_until: new Date(scene.platform.clock.now().getTime() + HOUR) });
    const contra = await remind(removed, 'contradiction');
    await send();
    for (const id of [a, b, early]) expect((await get(id)).state).toBe('queued');
    expect((await get(contra)).state).toBe('sent');
    scene.platform.clock.advance(2 * HOUR);
    await send();
    expect((await get(b)).state).toBe('sent');
  });

  it('is answered on its letter’s page at what it reminds of', async () => {
    const first = await sent();
    const id = await remind(first);
    await send();
    const { letter } = await get(id);
    const path = `/notice/letter/${scene.takedown.letterFacts.tokenOf(letter as string)}`;
    const reader = new Browser(scene.app);
    await reader.get(path);
    const said = await reader.post(path, { answer: 'received', notice: id });
    expect(said.statusCode).toBe(303);
    expect((await get(first.id)).state).toBe('received');
    expect((await get(id)).state).toBe('sent');
  });

  it('is never taken back by a letter of its own, nor is what went by a form', async () => {
    const first = await sent();
    const id = await remind(first);
    await send();
    const form = await sent();
    await set(form.id, { channel: 'form' });
    for (const item of [first.item, form.item])
      await scene.assess(item, { outcome: 'not-actionable', legalArticles: [] });
    await send();
    const nobody = '00000000-0000-0000-0000-000000000000';
    expect((await get(id)).counter_letter).toBe(nobody);
    expect((await get(form.id)).counter_letter).toBe(nobody);
    expect((await get(first.id)).counter_letter).not.toBe(nobody);
    expect((await get(first.id)).counter_letter).not.toBeNull();
  });
});

describe('a hint at terms', () => {
  it('stays a hint when somebody else is named, and is not carried upstream', async () => {
    const hint = await queued('harmful');
    if (hint.state === 'no-contact')
      await scene.takedown.actions.chooseContact(hint.id, { ...REGISTRAR, contact: 'site@x.example' }, analyst);
    await send();
    const out = await scene.notice(hint.item, 'sent');
    await expect(scene.takedown.actions.escalate(out.id, REGISTRAR, analyst)).rejects.toThrow(
      'TAKEDOWN_NOTICE_TRANSITION',
    );
    const fields = scene.takedown.actions.manual(REGISTRAR);
    const next = await transaction(db(), (tx) => scene.takedown.actions.writeTo(tx, out, fields, 'system', analyst));
    expect((await get(next)).purpose).toBe('terms');
  });
});

describe('a letter that has left', () => {
  it('is not mailed again because its item moved on', async () => {
    const notice = await queued();
    await scene.platform.pool.query(`update casework.item set state = 'waiting' where id = $1`, [notice.item]);
    await send();
    const now = await get(notice.id);
    expect(now.state).toBe('sent');
    for (let i = 0; i < 3; i++) {
      scene.platform.clock.advance(HOUR);
      await send();
    }
    expect(mailsOf(now)).toHaveLength(1);
  });

  it('is under way while its lease lasts: nobody addresses it anew', async () => {
    const notice = await sent();
    const until = new Date(scene.platform.clock.now().getTime() + HOUR);
    await tables(db())
      .updateTable('takedown.letter')
      .set({ lease_until: until })
      .where('id', '=', notice.letter as string)
      .execute();
    await set(notice.id, { state: 'failed' });
    await expect(scene.takedown.actions.chooseContact(notice.id, REGISTRAR, analyst)).rejects.toThrow(
      'TAKEDOWN_NOTICE_TRANSITION',
    );
    await set(notice.id, { state: 'closed' });
  });
});
