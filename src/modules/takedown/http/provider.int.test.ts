import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Browser } from '../../identity/testing/desk.ts';
import type { NoticeRow } from '../schema.ts';
import { openScene, type Scene } from '../testing/scene.ts';

let scene: Scene;
beforeAll(async () => {
  scene = await openScene({ seed: 12 });
  scene.world.desk.mode = 'silent';
});
afterAll(() => scene.close());

let photos = 700;
async function sent(): Promise<{ item: string; notice: NoticeRow; path: string }> {
  const { item } = await scene.report({ url: `http://photos.sample-host.example/p/${++photos}` });
  await scene.assess(item);
  await scene.notice(item, 'queued');
  await scene.pass(0);
  const notice = await scene.notice(item, 'sent');
  return { item, notice, path: `/notice/${scene.takedown.facts.tokenOf(notice.id)}` };
}
const get = (id: string) => scene.takedown.store.get(scene.platform.db, id);

describe('the provider’s page', () => {
  it('shows and never acts on GET, in four languages', async () => {
    const { notice, path } = await sent();
    const provider = new Browser(scene.app);
    for (const [lang, title] of [
      ['ar', 'طلب إزالة محتوى'],
      ['fr', 'Demande de retrait d’un contenu'],
      ['en', 'Request to remove content'],
      ['zgh', 'ⴰⵙⵓⵜⵔ ⵏ ⵓⴽⴽⵓⵙ'],
    ] as const) {
      const page = await provider.get(`${path}?lang=${lang}&answer=removed`);
      expect(page.statusCode).toBe(200);
      expect(page.body).toContain(title);
      expect(page.body).toContain(`lang="${lang}" dir="${lang === 'ar' ? 'rtl' : 'ltr'}"`);
    }
    expect((await get(notice.id)).state).toBe('sent');
  });

  it('does not open with another signature, for another notice, or without one', async () => {
    const { notice, path } = await sent();
    const other = await sent();
    const [, mac] = scene.takedown.facts.tokenOf(other.notice.id).split('.');
    for (const wrong of [
      `/notice/${notice.id}`,
      `/notice/${notice.id}.${mac}`,
      `${path}x`,
      `/notice/${notice.id}.${scene.platform.keys.token('csrf', notice.id)}`,
      '/notice/.',
      `${path}.${mac}`,
    ])
      expect((await scene.app.inject(wrong)).statusCode, wrong).toBe(404);
  });

  it('takes an answer only with the token of its own form', async () => {
    const { notice, path } = await sent();
    const stranger = await scene.app.inject({
      method: 'POST',
      url: path,
      payload: 'answer=removed',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
    expect(stranger.statusCode).toBe(403);
    expect((await get(notice.id)).state).toBe('sent');

    const provider = new Browser(scene.app);
    await provider.get(path);
    const answer = await provider.post(`${path}?lang=en`, { answer: 'received' });
    expect(answer.statusCode).toBe(303);
    expect(answer.headers.location).toBe(`${path}?lang=en`);
    expect((await provider.get(answer.headers.location as string)).body).toContain('received.');
    expect(await get(notice.id)).toMatchObject({ state: 'received' });
  });

  it('keeps what was typed when a reason is missing or too long', async () => {
    const { notice, path } = await sent();
    const provider = new Browser(scene.app);
    await provider.get(path);
    const empty = await provider.post(`${path}?lang=en`, { answer: 'disagree', reason: '   ' });
    expect(empty.statusCode).toBe(400);
    const long = `${'x'.repeat(5000)}end`;
    const kept = await provider.post(`${path}?lang=en`, { answer: 'disagree', reason: long });
    expect(kept.statusCode).toBe(400);
    expect(kept.body).toContain(long);
    expect(kept.body).toContain('at most 5,000 characters');
    expect((await get(notice.id)).state).toBe('sent');
  });

  it('"removed" brings the next look forward and closes nothing', async () => {
    const { item, path } = await sent();
    const provider = new Browser(scene.app);
    await provider.get(path);
    await provider.post(path, { answer: 'removed' });
    const { now } = { now: scene.platform.clock.now() };
    const watch = await scene.takedown.watches.find(scene.platform.db, item);
    expect(watch?.next_check_at?.getTime()).toBeLessThanOrEqual(now.getTime());
    await scene.pass(0);
    expect((await scene.casework.item(item)).state).toBe('asked');
    // Saying it twice changes nothing.
    await provider.get(path);
    expect((await scene.notices(item))[0]?.state).toBe('removed');
  });
});

describe('a dispute', () => {
  const REASON = 'C’est une page de recettes, signée par son auteur.';
  async function disputed() {
    const { item, notice, path } = await sent();
    const provider = new Browser(scene.app);
    await provider.get(path);
    await provider.post(path, { answer: 'disagree', reason: REASON });
    return { item, notice, path, provider };
  }

  it('is sealed at rest and read on the desk', async () => {
    const { notice } = await disputed();
    const { rows } = await scene.platform.pool.query('select answer from takedown.notice where id = $1', [notice.id]);
    expect((rows[0] as { answer: Buffer }).answer.toString('utf8')).not.toContain('recettes');
    const senior = await scene.signedIn('senior-analyst');
    expect((await senior.get(`/desk/notices/${notice.id}`)).body).toContain('recettes');
  });

  it('is decided by a second person, with a reason that the provider reads', async () => {
    const { notice, path, provider } = await disputed();
    const analyst = await scene.signedIn('analyst');
    const page = await analyst.get(`/desk/notices/${notice.id}`);
    expect(page.body).not.toContain('value="upheld"');
    const refused = await analyst.post(`/desk/notices/${notice.id}/dispute`, { decision: 'upheld', reason: 'x' });
    expect(refused.statusCode).toBe(403);

    // Who checked the judgement does not decide about it either.
    const senior = await scene.signedIn('senior-analyst');
    await senior.get(`/desk/notices/${notice.id}`);
    const checked = await senior.post(`/desk/notices/${notice.id}/dispute`, { decision: 'upheld', reason: 'x' });
    expect(checked.statusCode).toBe(403);

    const supervisor = await scene.signedIn('supervisor');
    await supervisor.get(`/desk/notices/${notice.id}`);
    const missing = await supervisor.post(`/desk/notices/${notice.id}/dispute`, { decision: 'upheld', reason: '' });
    expect(missing.statusCode).toBe(400);
    const done = await supervisor.post(`/desk/notices/${notice.id}/dispute`, {
      decision: 'upheld',
      reason: 'Article 447-2 holds here.',
    });
    expect(done.statusCode).toBe(303);
    expect(await get(notice.id)).toMatchObject({ state: 'received', dispute_decision: 'upheld' });
    expect((await provider.get(path)).body).toContain('Article 447-2 holds here.');
  });

  it('is not decided by the senior analyst who judged the content', async () => {
    const { item } = await scene.report({ url: `http://photos.sample-host.example/p/${++photos}` });
    await scene.assess(item, { by: 'senior-analyst' });
    await scene.notice(item, 'queued');
    await scene.pass(0);
    const notice = await scene.notice(item, 'sent');
    await scene.takedown.answers.answer(notice.id, 'disagree', REASON);
    const senior = await scene.signedIn('senior-analyst');
    await senior.get(`/desk/notices/${notice.id}`);
    const own = await senior.post(`/desk/notices/${notice.id}/dispute`, { decision: 'withdrawn', reason: 'x' });
    expect(own.statusCode).toBe(403);
    const supervisor = await scene.signedIn('supervisor');
    await supervisor.get(`/desk/notices/${notice.id}`);
    await supervisor.post(`/desk/notices/${notice.id}/dispute`, { decision: 'withdrawn', reason: 'They are right.' });
    expect((await get(notice.id)).state).toBe('taken-back');
    const page = await scene.app.inject(`/notice/${scene.takedown.facts.tokenOf(notice.id)}?lang=en`);
    expect(page.body).toContain('taken this request back');
    expect(page.body).not.toContain('data-reported-url');
  });

  it('stops further notices until it is decided', async () => {
    const { item, notice } = await disputed();
    const { actions } = scene.takedown;
    const analyst = await scene.account('analyst');
    const carrier = { channel: 'mail', contact: 'abuse@registrar.example', language: 'fr', name: '' } as const;
    await expect(actions.escalate(notice.id, carrier, analyst)).rejects.toThrow('TAKEDOWN_DISPUTE_OPEN');
    const supervisor = await scene.account('supervisor');
    await scene.takedown.answers.decide(notice.id, supervisor, 'upheld', 'It holds.');
    const next = await actions.escalate(notice.id, carrier, analyst);
    await expect(actions.escalate(notice.id, carrier, analyst)).rejects.toThrow('TAKEDOWN_CONTACT_USED');
    // The provider disagrees again before the second mail has left: it waits as well.
    await scene.takedown.answers.answer(notice.id, 'disagree', REASON, { ground: 'wrong-address' });
    await scene.pass(0);
    expect((await get(next)).state).toBe('queued');
    await scene.takedown.answers.decide(notice.id, supervisor, 'upheld', 'It still holds.');
    await scene.pass(0);
    expect((await get(next)).state).toBe('sent');
    expect((await scene.notices(item)).map((n) => n.message_id)).toHaveLength(2);
  });
});

describe('more time', () => {
  it('is granted within the bound, a few times, and shown', async () => {
    const { notice, path } = await sent();
    const provider = new Browser(scene.app);
    await provider.get(path);
    const ask = (hours: string, why = 'Our engineer is on leave.') =>
      provider.post(`${path}?lang=en`, { answer: 'more-time', hours, why });
    expect((await ask('24', ' ')).statusCode).toBe(400);
    const far = await ask('336');
    expect(far.statusCode).toBe(400);
    expect(far.body).toContain('within 168 hours');
    expect(far.body).toContain('Our engineer is on leave.');
    expect((await ask('24')).statusCode).toBe(303);
    const granted = await get(notice.id);
    expect(granted.state).toBe('received');
    expect(granted.more_time_until?.getTime()).toBeGreaterThan(scene.platform.clock.now().getTime() + 23 * 3_600_000);
    expect((await provider.get(`${path}?lang=en`)).body).toContain('You have until');
    expect((await ask('24')).statusCode).toBe(303);
    expect((await ask('24')).statusCode).toBe(409);
    expect((await provider.get(`${path}?lang=en`)).body).not.toContain('value="more-time"');
  });

  it('stops a link that answers without end', async () => {
    const { path } = await sent();
    const provider = new Browser(scene.app);
    await provider.get(path);
    for (let i = 0; i < 20; i++) await provider.post(path, { answer: 'received' });
    expect((await provider.post(path, { answer: 'received' })).statusCode).toBe(429);
    scene.platform.clock.advance(3_600_000);
    expect((await provider.post(path, { answer: 'received' })).statusCode).toBe(303);
  });
});

describe('a decided dispute', () => {
  const mailsAbout = (id: string) =>
    scene.world.mail.messages.filter((m) => m.messageId.includes('.decision@') && m.text.includes(id));
  const told = async (id: string, n: number) => {
    for (let i = 0; i < 400 && mailsAbout(id).length < n; i++) await new Promise((r) => setTimeout(r, 25));
    return mailsAbout(id);
  };
  async function objected(ground: string, more: Record<string, string> = {}) {
    const { item, notice, path } = await sent();
    const provider = new Browser(scene.app);
    await provider.get(path);
    await provider.post(`${path}?lang=fr`, { answer: 'disagree', ground, reason: 'Nos raisons.', ...more });
    return { item, notice, path, provider };
  }

  it('is told by mail in their language and thread; the same ground again is answered by it', async () => {
    const { notice, path, provider } = await objected('not-illegal-here');
    const supervisor = await scene.account('supervisor');
    await scene.takedown.answers.decide(notice.id, supervisor, 'upheld', 'Le motif de la décision.');
    const [first] = await told(notice.id, 1);
    expect(first?.text).toContain('Le motif de la décision.');
    expect(first?.text).toContain('maintenue');
    await provider.post(`${path}?lang=fr`, { answer: 'disagree', ground: 'not-illegal-here', reason: 'Encore.' });
    expect(await get(notice.id)).toMatchObject({ state: 'received' });
    expect((await provider.get(`${path}?lang=fr`)).body).toContain('Déjà décidée');
    expect(await told(notice.id, 2)).toHaveLength(2);
    // Another ground is another question.
    await provider.post(`${path}?lang=fr`, { answer: 'disagree', ground: 'wrong-address', reason: 'Autre chose.' });
    expect(await get(notice.id)).toMatchObject({ state: 'disputed' });
  });

  it('sends a judgement that was wrong back to the desk, and takes everything back', async () => {
    const { item, notice } = await objected('not-illegal-here');
    await scene.takedown.answers.decide(notice.id, await scene.account('supervisor'), 'withdrawn', 'Fondé.');
    expect((await get(notice.id)).state).toBe('taken-back');
    expect((await scene.casework.item(item)).state).toBe('waiting');
    // It is looked at on: somebody judges anew, and a new notice may go to the same provider then.
    expect((await scene.takedown.watches.find(scene.platform.db, item))?.state).toBe('open');
    await scene.assess(item);
    const again = await scene.notice(item, 'queued', 'sent');
    expect(again.id).not.toBe(notice.id);
  });

  it('that a judgement was lost to is not brought back by content that goes and comes', async () => {
    const { item, notice } = await objected('not-illegal-here');
    await scene.takedown.answers.decide(notice.id, await scene.account('supervisor'), 'withdrawn', 'Fondé.');
    expect(await scene.casework.latestAssessment(item)).toBeUndefined();
    const page = notice.url as string;
    const state = async () => (await scene.casework.item(item)).state;
    scene.world.sites.set(page, 'removed');
    for (let i = 0; i < 4 && (await state()) !== 'gone'; i++) await scene.pass(61_000);
    expect(await state()).toBe('gone');
    const { rows } = await scene.platform.pool.query('select 1 from takedown.withdrawal where item = $1', [item]);
    expect(rows).toEqual([]);
    scene.world.sites.set(page, 'up');
    for (let i = 0; i < 3 && (await state()) === 'gone'; i++) await scene.pass(61_000);
    expect(await state()).toBe('waiting');
    expect(await scene.notices(item)).toHaveLength(1);
  });

  it('"not ours" names another, whom a person confirms', async () => {
    const { item, notice } = await objected('not-ours', { named: 'abuse@registrar.example' });
    const supervisor = await scene.signedIn('supervisor');
    const page = await supervisor.get(`/desk/notices/${notice.id}`);
    expect(page.body).toContain('abuse@registrar.example');
    await supervisor.post(`/desk/notices/${notice.id}/dispute`, { decision: 'withdrawn', reason: 'Oui.', named: '1' });
    expect((await get(notice.id)).state).toBe('taken-back');
    expect((await scene.casework.item(item)).state).toBe('asked');
    const [next] = await scene.notices(item);
    expect(next).toMatchObject({ state: 'queued', contact: 'abuse@registrar.example', source: 'person' });
  });

  it('that waits too long is told once to those who may decide it', async () => {
    const { notice } = await objected('other');
    scene.platform.clock.advance(7 * 86_400_000);
    await scene.takedown.disputes.alarm();
    await scene.takedown.disputes.alarm();
    const alarms = () => scene.world.mail.messages.filter((m) => m.messageId.includes('.alarm@'));
    const mine = () => alarms().filter((m) => m.text.includes(notice.id));
    for (let i = 0; i < 400 && mine().length < 2; i++) await new Promise((r) => setTimeout(r, 25));
    await new Promise((r) => setTimeout(r, 200));
    // The supervisor and the other senior analyst; not the one who had a hand in it.
    const told = mine().flatMap((m) => m.to);
    expect(told).toHaveLength(2);
    expect(new Set(told).size).toBe(2);
  });
});
