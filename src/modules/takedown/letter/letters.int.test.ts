import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Mail } from '../../../platform/mail.ts';
import { LEASE_MS } from '../notice/outbox.ts';
import { AT_ONCE, openScene, type Scene } from '../testing/scene.ts';
import type { LetterRule } from './letter.ts';

const HOUR = 3_600_000;
/** A day for those who know us, an hour for others; no office hours here. */
const DAY: LetterRule = {
  ...AT_ONCE,
  grouping: { urgent: 0, newContact: 3600, knownContact: 86_400, takenBack: 3600, api: 0, maxNotices: 5 },
};

let scene: Scene;
beforeAll(async () => {
  scene = await openScene({ seed: 31, letterRule: DAY });
  scene.world.desk.mode = 'silent';
});
afterAll(() => scene.close());
afterEach(async () => {
  scene.world.mail.refuse(null);
  // Nothing of one test waits in the next one.
  await scene.pass(30 * HOUR);
  await scene.pass(30 * HOUR);
});

let photos = 700;
const url = (n: number) => `http://photos.sample-host.example/p/${n}`;
interface Due {
  item: string;
  id: string;
  url: string;
}
async function due(category: 'harassment' | 'image-abuse' = 'harassment', visibility: 'public' | 'few' = 'public') {
  const at = url(++photos);
  const { item } = await scene.report({ url: at, category, visibility });
  await scene.assess(item, { category });
  const notice = await scene.notice(item, 'queued', 'held');
  await scene.platform.ticks.run('takedown.checks');
  return { item, id: notice.id, url: at } satisfies Due;
}
const get = (id: string) => scene.takedown.store.get(scene.platform.db, id);
const letterOf = async (id: string) => {
  const letter = await scene.takedown.letters.find(scene.platform.db, (await get(id)).letter ?? '');
  if (!letter) throw new Error('no letter');
  return letter;
};
const mailsAbout = (id: string) => scene.world.mail.messages.filter((m) => m.text.includes(id));
const send = () => scene.platform.ticks.run('takedown.send');

describe('letters', () => {
  it('wait an hour for a contact that is new, then hold everything of that hour', async () => {
    const a = await due();
    await send();
    expect(await letterOf(a.id)).toMatchObject({ state: 'gathering', urgent: false, notices: [] });
    await scene.pass(HOUR / 2);
    const b = await due();
    await send();
    expect((await get(b.id)).letter).toBe((await get(a.id)).letter);
    expect(mailsAbout(a.id)).toEqual([]);
    await scene.pass(HOUR / 2);
    const [mail, ...more] = mailsAbout(a.id);
    expect(more).toEqual([]);
    expect(mailsAbout(b.id)).toEqual([mail]);
    const letter = await letterOf(a.id);
    expect(letter).toMatchObject({ state: 'sent', notices: [a.id, b.id], message_id: mail?.messageId });
    for (const { id, item } of [a, b]) {
      expect(await get(id)).toMatchObject({ state: 'sent', message_id: letter.message_id });
      expect((await scene.casework.item(item)).state).toBe('asked');
    }
    // Both by the host, neither by its exact address.
    expect(mail?.text).not.toContain('/p/');
    expect(mail?.text).toContain('/notice/letter/');
  });

  it('wait a day for a contact that knows us, and go at once when they are full', async () => {
    const a = await due();
    await scene.pass(23 * HOUR);
    expect((await get(a.id)).state).toBe('queued');
    const others = [await due(), await due(), await due(), await due()];
    await send();
    // Five are as many as one letter takes.
    expect((await letterOf(a.id)).notices).toEqual([a.id, ...others.map((o) => o.id)]);
    const next = await due();
    await send();
    expect(await letterOf(next.id)).toMatchObject({ state: 'gathering' });
    expect((await get(next.id)).letter).not.toBe((await get(a.id)).letter);
    await scene.pass(24 * HOUR);
    expect(mailsAbout(next.id)).toHaveLength(1);
    expect(mailsAbout(a.id)).toHaveLength(1);
  });

  it('go at once, alone, when a category is urgent; the others go on waiting', async () => {
    const calm = await due();
    await send();
    const urgent = await due('image-abuse');
    await send();
    expect((await get(urgent.id)).state).toBe('sent');
    expect(await letterOf(urgent.id)).toMatchObject({ urgent: true, notices: [urgent.id] });
    expect((await get(calm.id)).state).toBe('queued');
  });

  it('lose what is gone, held again or judged otherwise before they go; the last one gone closes them', async () => {
    const [gone, held, anew, stays] = [await due(), await due(), await due(), await due('harassment')];
    scene.world.sites.set(gone.url, 'removed');
    for (let i = 0; i < 3; i++) await scene.pass(61_000);
    expect((await get(gone.id)).state).toBe('closed');
    await scene.report({ url: held.url, visibility: 'few' });
    expect((await get(held.id)).state).toBe('held');
    await scene.assess(anew.item, { outcome: 'not-actionable', legalArticles: [] });
    expect((await get(anew.id)).state).toBe('cancelled');
    await scene.pass(25 * HOUR);
    expect(await letterOf(stays.id)).toMatchObject({ state: 'sent', notices: [stays.id] });
    for (const { id } of [gone, held, anew]) expect(mailsAbout(id)).toEqual([]);

    // Released at last, it goes in another letter.
    await scene.takedown.actions.decideHold(held.id, 'reporter', 'release', await scene.account('analyst'));
    await scene.notice(held.item, 'queued');
    await send();
    await scene.pass(25 * HOUR);
    expect((await get(held.id)).state).toBe('sent');
    expect((await get(held.id)).letter).not.toBe((await get(stays.id)).letter);

    const alone = await due();
    await send();
    const { id } = await letterOf(alone.id);
    await scene.assess(alone.item, { outcome: 'not-actionable', legalArticles: [] });
    await send();
    expect((await scene.takedown.letters.find(scene.platform.db, id))?.state).toBe('closed');
  });

  it('go again under their Message-ID after a death, with the same list, and take nobody new', async () => {
    const [a, b] = [await due(), await due()];
    await send();
    scene.platform.clock.advance(24 * HOUR);
    const { mail } = scene.platform;
    const real = mail.send;
    let accepted: () => void = () => {};
    const took = new Promise<void>((resolve) => {
      accepted = resolve;
    });
    mail.send = async (message: Mail) => {
      await real(message);
      accepted();
      return new Promise<never>(() => {});
    };
    void send();
    await took;
    mail.send = real;
    const late = await due();
    await send();
    expect(mailsAbout(a.id)).toHaveLength(1);
    scene.platform.clock.advance(LEASE_MS + 1_000);
    await send();
    const letter = await letterOf(a.id);
    expect(letter).toMatchObject({ state: 'sent', notices: [a.id, b.id] });
    const arrived = scene.world.mail.messages.filter((m) => m.messageId === letter.message_id);
    expect(arrived).toHaveLength(2);
    expect(new Set(arrived.map((m) => m.text)).size).toBe(1);
    expect((await get(late.id)).state).toBe('queued');
    expect((await get(late.id)).letter).not.toBe(letter.id);
  });

  it('of which one was answered have arrived whole', async () => {
    const [a, b] = [await due(), await due()];
    await send();
    scene.platform.clock.advance(24 * HOUR);
    scene.world.mail.refuse('lost-reply');
    await send();
    expect((await get(b.id)).state).toBe('queued');
    scene.world.mail.refuse(null);
    await scene.takedown.answers.answer(a.id, 'received', '');
    expect((await get(a.id)).state).toBe('received');
    expect((await get(b.id)).state).toBe('sent');
    await scene.pass(HOUR);
    expect(mailsAbout(b.id)).toHaveLength(1);
  });

  it('are refused as a whole; what a person tries again goes under the Message-ID that nobody received', async () => {
    const [a, b] = [await due(), await due()];
    await send();
    scene.platform.clock.advance(24 * HOUR);
    scene.world.mail.refuse('permanent');
    await send();
    const letter = await letterOf(a.id);
    expect(letter).toMatchObject({ state: 'failed', attempts: 1 });
    for (const { id } of [a, b]) expect((await get(id)).state).toBe('failed');
    scene.world.mail.refuse(null);
    const analyst = await scene.account('analyst');
    for (const { id } of [a, b]) await scene.takedown.actions.retry(id, analyst);
    await send();
    expect(await letterOf(a.id)).toMatchObject({ id: letter.id, state: 'sent', notices: [a.id, b.id] });
    expect(mailsAbout(b.id).map((m) => m.messageId)).toEqual([letter.message_id]);
  });

  it('wait while an objection to one of their notices waits for a decision', async () => {
    const first = await due('image-abuse');
    await send();
    const analyst = await scene.account('analyst');
    const contact = { channel: 'mail', contact: 'abuse@registrar.example', language: 'en', name: 'Registrar' } as const;
    const second = await scene.takedown.actions.escalate(first.id, contact, analyst);
    await scene.takedown.gathering.run();
    await scene.takedown.answers.answer(first.id, 'disagree', 'a made-up reason');
    await send();
    expect((await get(second)).state).toBe('queued');
    await scene.takedown.answers.decide(first.id, await scene.account('senior-analyst'), 'upheld', 'it stands');
    await scene.pass(61_000);
    expect((await get(second)).state).toBe('sent');
    expect(mailsAbout(second)).toHaveLength(1);
  });

  it('tell who was asked, once, that a request no longer stands', async () => {
    const [a, b] = [await due('image-abuse'), await due('image-abuse')];
    await send();
    for (const { item } of [a, b]) await scene.assess(item, { outcome: 'not-actionable', legalArticles: [] });
    expect((await get(a.id)).state).toBe('taken-back');
    await scene.pass(HOUR);
    await scene.pass(HOUR);
    await scene.pass(48 * HOUR);
    const told = mailsAbout(a.id).slice(1);
    expect(told).toHaveLength(1);
    expect(mailsAbout(b.id).slice(1)).toEqual(told);
    expect((await get(a.id)).counter_letter).toBe((await get(b.id)).counter_letter);
    expect(told[0]?.text).not.toContain('/p/');
  });

  it('carry on what an older version of the program had begun, under the name it had', async () => {
    const { id } = await due('image-abuse');
    const at = scene.platform.clock.now();
    const old = `<old-${id}@localhost>`;
    await sql`update takedown.notice set message_id = ${old}, attempts = 2, next_try_at = ${at} where id = ${id}`.execute(
      scene.platform.db,
    );
    await send();
    expect(mailsAbout(id).map((m) => m.messageId)).toEqual([old]);
  });

  it('are recorded: opened, tried, accepted', async () => {
    const { id } = await due('image-abuse');
    await send();
    const { letter } = await get(id);
    const { rows } = await sql<{ action: string }>`
      select action from audit.entry where subject = ${`takedown.letter:${letter}`} order by at`.execute(
      scene.platform.db,
    );
    expect(rows.map((r) => r.action)).toEqual([
      'takedown.letter.opened',
      'takedown.letter.tried',
      'takedown.letter.accepted',
    ]);
  });
});
