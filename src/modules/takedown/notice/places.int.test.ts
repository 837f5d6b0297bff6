import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { transaction } from '../../../platform/db.ts';
import { Browser } from '../../identity/testing/desk.ts';
import { openScene, type Scene } from '../testing/scene.ts';

let scene: Scene;
let analyst = '';
let senior = '';
beforeAll(async () => {
  scene = await openScene({ seed: 35 });
  scene.world.desk.mode = 'silent';
  [analyst, senior] = [await scene.account('analyst'), await scene.account('senior-analyst')];
});
afterAll(() => scene.close());

let photos = 300;
async function sent() {
  const url = `http://photos.sample-host.example/p/${++photos}`;
  const { item } = await scene.report({ url });
  await scene.assess(item, { category: 'fraud-impersonation' });
  await scene.notice(item, 'queued');
  await scene.pass(0);
  return { item, url, notice: await scene.notice(item, 'sent') };
}
const body = async (path: string) => (await scene.app.inject(`${path}?lang=en`)).body;
const letterOf = (letter: string | null) => `/notice/letter/${scene.takedown.letterFacts.tokenOf(letter ?? '')}`;

/** Everything behind the links of one notice as it stands. */
async function everything(id: string): Promise<string> {
  const notice = await scene.takedown.store.get(scene.platform.db, id);
  const page = letterOf(notice.letter);
  const link = new URL(scene.takedown.facts.linkOf(notice)).pathname;
  const parts = [link, page, `${page}/notices.csv`, `${page}/xarf/${id}.json`].map(body);
  return (await Promise.all(parts)).join('\n');
}

describe('the exact place', () => {
  it.each(['not-us', 'bounced'] as const)(
    'is no more for whoever reads an address of which is known: %s; a person’s word brings it back',
    async (event) => {
      const { url, notice } = await sent();
      const contact = notice.contact ?? '';
      expect((await everything(notice.id)).split(url).length).toBeGreaterThan(4);
      const { contacts } = scene.takedown;
      const apply = (what: 'not-us' | 'bounced' | 'recorded') =>
        transaction(scene.platform.db, (tx) => contacts.apply(tx, contact, what, `account:${senior}`));
      await apply(event);
      const now = await everything(notice.id);
      expect(now).not.toContain(url);
      expect(now).toContain('the exact place is no longer shown here');
      await apply('recorded');
      expect(await everything(notice.id)).toContain(url);
    },
  );

  it('is no more while the objection "not ours" waits', async () => {
    const { url, notice } = await sent();
    const path = new URL(scene.takedown.facts.linkOf(notice)).pathname;
    const reader = new Browser(scene.app);
    await reader.get(path);
    await reader.post(path, { answer: 'disagree', ground: 'not-ours', reason: 'We host nothing of it.' });
    expect((await scene.takedown.store.get(scene.platform.db, notice.id)).state).toBe('disputed');
    expect(await everything(notice.id)).not.toContain(url);
    await scene.takedown.answers.decide(notice.id, senior, 'upheld', 'It is yours: the address is.');
    expect(await everything(notice.id)).toContain(url);
  });

  it('is no more on the links of before, once the notice went to somebody else', async () => {
    const { item, url, notice } = await sent();
    const { facts, store, actions } = scene.takedown;
    const before = [new URL(facts.linkOf(notice)).pathname, letterOf(notice.letter)];
    for (const path of before) expect(await body(path)).toContain(url);
    // Said to have failed after all, and a person names another.
    await store.setFields(scene.platform.db, notice.id, { state: 'failed', sent_at: null });
    const other = { channel: 'mail', contact: 'abuse@elsewhere-host.example', language: 'en', name: '' } as const;
    await actions.chooseContact(notice.id, other, analyst);
    await scene.pass(3_600_000);
    const now = await scene.notice(item, 'sent');
    expect(now).toMatchObject({ id: notice.id, contact: other.contact, addressed: 1 });
    for (const path of [...before, `${before[1]}/notices.csv`, `${before[1]}/xarf/${notice.id}.json`])
      expect(await body(path)).not.toContain(url);
    // Nor does the letter of before lead to the page of now, nor answer for it.
    const link = new URL(facts.linkOf(now)).pathname;
    expect(await body(before[1] ?? '')).not.toContain(link);
    const reader = new Browser(scene.app);
    // Those pages have no form any more; a form of another page does not help.
    await reader.get(link);
    expect((await reader.post(before[0] ?? '', { answer: 'removed' })).statusCode).toBe(409);
    await reader.post(before[1] ?? '', { answer: 'removed', notice: notice.id });
    expect((await store.get(scene.platform.db, notice.id)).state).toBe('sent');
    const mail = scene.world.mail.messages.find((m) => m.to.includes(other.contact) && m.text.includes(notice.id));
    expect(mail?.text).toContain(link);
    expect(await everything(notice.id)).toContain(url);
    // A made-up count opens nothing.
    const [id, , mac] = facts.tokenOf(notice.id, 1).split('.');
    for (const token of [`${id}.2.${mac}`, `${id}.${mac}`, `${id}.01.${mac}`, `${id}.1.1.${mac}`])
      expect((await scene.app.inject(`/notice/${token}`)).statusCode).toBe(404);
  });
});
