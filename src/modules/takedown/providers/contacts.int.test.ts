import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Browser } from '../../identity/testing/desk.ts';
import { tables } from '../schema.ts';
import { openScene, type Scene } from '../testing/scene.ts';

const DAY = 86_400_000;
let scene: Scene;
let analyst: string;
beforeAll(async () => {
  scene = await openScene({ seed: 31 });
  scene.world.desk.mode = 'silent';
  analyst = await scene.account('senior-analyst');
});
afterAll(() => scene.close());
afterEach(() => scene.world.mail.refuse(null));

const db = () => scene.platform.db;
let n = 0;
/** A provider with two contacts of its own, for a host that nobody else uses. */
async function provider(over: { first?: string; second?: string } = {}) {
  n += 1;
  const first = over.first ?? `first${n}@sample-host.example`;
  const second = over.second ?? `second${n}@elsewhere-host.example`;
  const { takedown } = scene;
  const id = await takedown.providers.save(analyst, {
    name: `Provider ${n}`,
    kind: 'host',
    domains: ['photos.sample-host.example'],
    language: 'fr',
    channel: 'mail',
    address: first,
    note: '',
  });
  await takedown.contacts.add(analyst, id, {
    purpose: 'abuse',
    channel: 'mail',
    address: second,
    languages: ['ar'],
    priority: 2,
  });
  return { id, first, second };
}
/** Takes a provider out of the way of the next test. */
const forget = async (id: string) => {
  await tables(db())
    .updateTable('takedown.provider')
    .set({ domains: ['nobody.example'] })
    .where('id', '=', id)
    .execute();
};
const stateOf = async (address: string) => (await scene.takedown.contacts.rowsOf([address])).get(address)?.state;
const tick = () => scene.platform.ticks.run('takedown.contacts');
async function ask(id: string, at = 0) {
  const contact = (await scene.takedown.contacts.ofProvider(id))[at];
  if (!contact) throw new Error('no contact');
  await scene.takedown.questions.ask(analyst, contact);
  const before = scene.world.mail.messages.length;
  await tick();
  return scene.world.mail.messages.slice(before).find((m) => m.to.includes(contact.standing.address));
}
const linkIn = (text: string) => /https?:\/\/\S+(\/contact\/\S+)/.exec(text)?.[1] as string;
let photos = 3000;
async function sentNotice() {
  const { item } = await scene.report({ url: `http://photos.sample-host.example/p/${++photos}` });
  await scene.assess(item);
  await scene.notice(item, 'queued');
  await scene.pass(0);
  return { item, notice: await scene.notice(item, 'sent') };
}
async function eventually<T>(read: () => Promise<T | undefined>): Promise<T> {
  for (let tries = 0; tries < 400; tries++) {
    const found = await read();
    if (found !== undefined) return found;
    await sleep(25);
  }
  throw new Error('it did not happen');
}

describe('the round trip', () => {
  it('asks in the contact’s language, verifies only by POST, and holds for a year', async () => {
    const { id, first } = await provider();
    const mail = await ask(id);
    expect(mail?.headers.find((h) => h.name.toLowerCase() === 'content-language')?.value).toBe('fr');
    expect(mail?.text).toContain('adresse');
    const link = linkIn(mail?.text ?? '');
    const reader = new Browser(scene.app);
    const page = await reader.get(`${link}?answer=confirmed`);
    expect(page.statusCode).toBe(200);
    expect(page.body).toContain('lang="fr"');
    expect(await stateOf(first)).toBe('unverified');
    // Asked twice at once, it is one question.
    const [contact] = await scene.takedown.contacts.ofProvider(id);
    await expect(scene.takedown.questions.ask(analyst, contact as never)).rejects.toThrow('TAKEDOWN_CONTACT_ASKED');

    expect((await reader.post(link, { answer: 'confirmed' })).statusCode).toBe(303);
    expect(await stateOf(first)).toBe('verified');
    expect((await scene.takedown.providers.get(id)).verified_at).not.toBeNull();
    expect((await reader.get(link)).body).toContain('Merci');
    // The same word again changes nothing.
    await reader.post(link, { answer: 'confirmed' });
    const changes = (await scene.takedown.providers.changes(id)).map((c) => c.what);
    expect(changes.filter((w) => w === 'contact-confirmed')).toHaveLength(1);

    scene.platform.clock.advance(364 * DAY);
    await tick();
    expect(await stateOf(first)).toBe('verified');
    scene.platform.clock.advance(2 * DAY);
    const before = scene.world.mail.messages.length;
    await tick();
    expect(await stateOf(first)).toBe('unverified');
    expect(scene.world.mail.messages.slice(before).map((m) => m.to[0])).toEqual([first]);
    await forget(id);
  });

  it('opens for no other signature', async () => {
    const { id } = await provider();
    const link = linkIn((await ask(id))?.text ?? '');
    for (const wrong of [`${link}x`, link.split('.')[0] as string, '/contact/.', '/contact/x'])
      expect((await scene.app.inject(wrong)).statusCode, wrong).toBe(404);
    await forget(id);
  });

  it('flags an address that does not exist, and one that never answers', async () => {
    const { id, first, second } = await provider();
    scene.world.mail.refuse('permanent');
    await ask(id);
    expect(await stateOf(first)).toBe('bounced');
    // The provider's own columns follow the contact that can still be used.
    expect(await scene.takedown.providers.get(id)).toMatchObject({ address: second, language: 'ar' });
    scene.world.mail.refuse(null);

    await ask(id, 1);
    scene.platform.clock.advance(13 * DAY);
    await tick();
    expect(await stateOf(second)).toBe('unverified');
    scene.platform.clock.advance(2 * DAY);
    await tick();
    expect(await stateOf(second)).toBe('silent');
    await forget(id);
  });

  it('tries again while the server is busy, and says nothing of the address when our own server refuses', async () => {
    const { id, first } = await provider({ second: 'somebody@relay-denied.example' });
    scene.world.mail.refuse('temporary');
    expect(await ask(id)).toBeUndefined();
    scene.world.mail.refuse(null);
    scene.platform.clock.advance(60_000);
    await tick();
    expect(scene.world.mail.messages.some((m) => m.to.includes(first))).toBe(true);
    // 5.7.1: relaying denied.
    await ask(id, 1);
    expect(await stateOf('somebody@relay-denied.example')).toBe('unverified');
    await forget(id);
  });
});

describe('a wrong contact', () => {
  it('"this is not us" is replaced: notices that were sent or wait go to the right address', async () => {
    const { id, first, second } = await provider();
    const link = linkIn((await ask(id))?.text ?? '');
    const sent = await sentNotice();
    expect(sent.notice).toMatchObject({ contact: first, provider: id });
    const { item: waitingItem } = await scene.report({ url: `http://photos.sample-host.example/p/${++photos}` });
    await scene.assess(waitingItem);
    const waiting = await scene.notice(waitingItem, 'queued');

    const reader = new Browser(scene.app);
    await reader.get(link);
    await reader.post(link, { answer: 'not-us', instead: 'right@sample-host.example' });
    expect(await stateOf(first)).toBe('wrong');
    // They can't take it back by themselves.
    await reader.post(link, { answer: 'confirmed' });
    expect(await stateOf(first)).toBe('wrong');
    const [question] = await scene.takedown.questions.ofAddresses([first]);
    expect(question).toMatchObject({ state: 'not-us', instead: 'right@sample-host.example' });

    const moved = await eventually(async () => {
      const now = await scene.takedown.store.get(db(), waiting.id);
      return now.contact === second ? now : undefined;
    });
    expect(moved).toMatchObject({ state: 'queued', message_id: waiting.message_id, language: 'ar' });
    const next = await eventually(async () =>
      (await scene.notices(sent.item)).find((m) => m.contact === second && m.state === 'queued'),
    );
    expect(next.message_id).not.toBe(sent.notice.message_id);
    expect(next).toMatchObject({ created_by: 'system', category: sent.notice.category, provider: id });
    // What went out went out: it stands until it is answered or the content is gone.
    expect((await scene.takedown.store.get(db(), sent.notice.id)).state).toBe('sent');
    await scene.pass(0);
    // Each has the Message-ID of the letter it went in.
    const [moved1, asked1] = await Promise.all([waiting.id, next.id].map((n) => scene.takedown.store.get(db(), n)));
    expect(scene.world.mail.messages.filter((m) => m.to.includes(second)).map((m) => m.messageId)).toEqual(
      expect.arrayContaining([moved1?.message_id, asked1?.message_id]),
    );
    expect(scene.world.mail.messages.filter((m) => m.to.includes(first)).map((m) => m.messageId)).not.toContain(
      moved1?.message_id,
    );

    // A new notice never goes to the wrong one.
    const { notice } = await sentNotice();
    expect(notice.contact).toBe(second);
    await forget(id);
  });

  it('a notice that bounced goes on to the next contact by itself', async () => {
    const { id, first, second } = await provider();
    const { item } = await scene.report({ url: `http://photos.sample-host.example/p/${++photos}` });
    await scene.assess(item);
    await scene.notice(item, 'queued');
    scene.world.mail.refuse('permanent');
    await scene.pass(0);
    const failed = await scene.notice(item, 'failed');
    scene.world.mail.refuse(null);
    await scene.platform.ticks.run('takedown.silence');
    expect(await stateOf(first)).toBe('bounced');
    expect(await scene.notice(item, 'queued')).toMatchObject({ id: failed.id, contact: second, attempts: 0 });
    await forget(id);
  });
});

describe('a silent contact', () => {
  it('is flagged after so many notices over so many days, comes last then, and is heard again', async () => {
    const { id, first, second } = await provider();
    const { takedown } = scene;
    await takedown.providerRule.set(analyst, {
      ...(await takedown.providerRule.current()),
      silentNotices: 2,
      silentDays: 5,
    });
    await sentNotice();
    scene.platform.clock.advance(6 * DAY);
    await scene.platform.ticks.run('takedown.silence');
    expect(await stateOf(first)).toBe('unverified');
    const late = await sentNotice();
    await scene.platform.ticks.run('takedown.silence');
    expect(await stateOf(first)).toBe('silent');

    const ranked = await takedown.tracer.refresh(late.notice.id);
    const place = (address: string) => ranked.findIndex((c) => c.contact === address);
    expect(place(second)).toBe(0);
    expect(place(first)).toBe(ranked.length - 1);
    expect(ranked[place(first)]?.confidence).toBeLessThan(0.5);

    await takedown.answers.answer(late.notice.id, 'received', '');
    await scene.platform.ticks.run('takedown.silence');
    expect(await stateOf(first)).toBe('unverified');
    await forget(id);
  });
});
