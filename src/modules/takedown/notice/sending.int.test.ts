import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Mail, SEND_LIMIT_MS } from '../../../platform/mail.ts';
import { openScene, type Scene } from '../testing/scene.ts';
import { retryDelay } from './notice.ts';
import { LEASE_MS } from './outbox.ts';

let scene: Scene;
beforeAll(async () => {
  scene = await openScene({ seed: 7 });
  scene.world.desk.mode = 'silent';
});
afterAll(() => scene.close());
afterEach(async () => {
  scene.world.mail.refuse(null);
  scene.world.desk.mode = 'silent';
  await scene.world.desk.idle();
});

let photos = 100;
/** A notice that is due, of a page of its own. */
async function due(): Promise<{ item: string; report: string; id: string; messageId: string }> {
  const { item, report } = await scene.report({ url: `http://photos.sample-host.example/p/${++photos}` });
  await scene.assess(item);
  const notice = await scene.notice(item, 'queued');
  await scene.platform.ticks.run('takedown.checks');
  // Its letter gives it the Message-ID under which it goes.
  await scene.takedown.gathering.run();
  const { id, message_id } = await get(notice.id);
  return { item, report, id, messageId: message_id };
}
const dueAt = async (id: string) =>
  (await scene.takedown.letters.find(scene.platform.db, (await get(id)).letter ?? ''))?.due_at.getTime() ?? 0;
const send = () => scene.platform.ticks.run('takedown.send');
const arrivals = (messageId: string) => scene.world.mail.messages.filter((m) => m.messageId === messageId).length;
const get = (id: string) => scene.takedown.store.get(scene.platform.db, id);

describe('sending notices', () => {
  it('tries again later and later while the mail server is busy, then delivers once', async () => {
    const { item, report, id, messageId } = await due();
    scene.world.mail.refuse('temporary');
    for (let attempt = 1; attempt <= 3; attempt++) {
      await send();
      const waiting = await get(id);
      expect(waiting).toMatchObject({ state: 'queued', attempts: attempt, message_id: messageId });
      expect(waiting.last_error).toContain('451');
      const wait = (await dueAt(id)) - scene.platform.clock.now().getTime();
      expect(wait).toBeGreaterThan(retryDelay(attempt) * 0.9);
      expect(wait).toBeLessThanOrEqual(retryDelay(attempt) * 1.2);
      // Not before it is due.
      await send();
      expect((await get(id)).attempts).toBe(attempt);
      expect((await scene.casework.item(item)).state).toBe('illegal');
      scene.platform.clock.advance(retryDelay(attempt) * 1.2);
    }
    scene.world.mail.refuse(null);
    await send();
    expect(await get(id)).toMatchObject({ state: 'sent', last_error: null, next_try_at: null });
    expect(arrivals(messageId)).toBe(1);
    expect((await scene.casework.item(item)).state).toBe('asked');
    expect((await scene.steps(report)).at(-1)).toBe('asked-site');
  });

  it('shows a refusal for good, and goes on with another contact, who never had a letter of ours', async () => {
    const { item, report, id, messageId } = await due();
    scene.world.mail.refuse('permanent');
    await send();
    const failed = await get(id);
    expect(failed).toMatchObject({ state: 'failed', attempts: 1, next_try_at: null });
    expect(failed.last_error).toContain('550');
    expect(await scene.steps(report)).not.toContain('asked-site');
    scene.platform.clock.advance(86_400_000);
    await send();
    expect(arrivals(messageId)).toBe(0);

    const analyst = await scene.account('analyst');
    const contact = { channel: 'mail', contact: 'abuse@registrar.example', language: 'ar', name: 'Registrar' } as const;
    scene.world.mail.refuse(null);
    await scene.takedown.actions.chooseContact(id, contact, analyst);
    await send();
    expect(await get(id)).toMatchObject({ state: 'sent', language: 'ar', source: 'person', attempts: 0 });
    const sent = await get(id);
    const mail = scene.world.mail.messages.find((m) => m.messageId === sent.message_id);
    expect(arrivals(messageId)).toBe(0);
    expect(mail?.to).toEqual(['abuse@registrar.example']);
    expect(mail?.html).toContain('dir="rtl"');
    expect((await scene.casework.item(item)).state).toBe('asked');
  });

  it('keeps one Message-ID when the answer of the server is lost, and the desk acts once', async () => {
    scene.world.desk.mode = 'acts';
    const { id, messageId } = await due();
    scene.world.mail.refuse('lost-reply');
    await send();
    await scene.world.desk.idle();
    scene.world.mail.refuse(null);
    scene.platform.clock.advance(retryDelay(1) * 1.2);
    await send();
    await scene.world.desk.idle();
    // The provider's answer has proved the delivery by then: nothing is sent twice.
    expect(arrivals(messageId)).toBe(1);
    expect(await get(id)).toMatchObject({ state: 'removed' });
    const taken = scene.world.deskLog.filter((e) => e.messageId === messageId && e.step === 'taken-down');
    expect(taken).toHaveLength(1);
  });

  it('sends again under its Message-ID while nobody answered a lost reply', async () => {
    const { id, messageId } = await due();
    scene.world.mail.refuse('lost-reply');
    await send();
    expect((await get(id)).state).toBe('queued');
    scene.world.mail.refuse(null);
    scene.platform.clock.advance(retryDelay(1) * 1.2);
    await send();
    expect((await get(id)).state).toBe('sent');
    expect(arrivals(messageId)).toBe(2);
    expect(scene.world.mail.messages.filter((m) => m.text.includes(id)).map((m) => m.messageId)).toEqual([
      messageId,
      messageId,
    ]);
  });

  it('survives a death between "accepted" and the commit', async () => {
    const { id, messageId } = await due();
    const { mail } = scene.platform;
    const real = mail.send;
    let accepted: () => void = () => {};
    const took = new Promise<void>((resolve) => {
      accepted = resolve;
    });
    // This process never gets further than the server's answer.
    mail.send = async (message: Mail) => {
      await real(message);
      accepted();
      return new Promise<never>(() => {});
    };
    void send();
    await took;
    mail.send = real;
    await send();
    expect(arrivals(messageId)).toBe(1);
    scene.platform.clock.advance(LEASE_MS + 1_000);
    await send();
    expect(await get(id)).toMatchObject({ state: 'sent', message_id: messageId });
    expect(arrivals(messageId)).toBe(2);
  });

  it('is not taken by a second process as long as the slowest send may last', async () => {
    const { id, messageId } = await due();
    const { mail } = scene.platform;
    const real = mail.send;
    let started: () => void = () => {};
    let answer: () => void = () => {};
    const under = new Promise<void>((resolve) => {
      started = resolve;
    });
    const slow = new Promise<void>((resolve) => {
      answer = resolve;
    });
    mail.send = async (message: Mail) => {
      started();
      await slow;
      return real(message);
    };
    const first = send();
    await under;
    mail.send = real;
    scene.platform.clock.advance(SEND_LIMIT_MS + 1_000);
    await send();
    expect(arrivals(messageId)).toBe(0);
    answer();
    await first;
    expect((await get(id)).state).toBe('sent');
    expect(arrivals(messageId)).toBe(1);
  });

  it('takes a notice back that was judged otherwise while its mail was under way', async () => {
    const { item, id, messageId } = await due();
    const { mail } = scene.platform;
    const real = mail.send;
    mail.send = async (message: Mail) => {
      const answer = await real(message);
      await scene.assess(item, { outcome: 'harmful', legalArticles: [] });
      return answer;
    };
    await send();
    mail.send = real;
    expect(arrivals(messageId)).toBe(1);
    expect((await get(id)).state).toBe('taken-back');
    expect((await scene.casework.item(item)).state).toBe('harmful');
    const page = await scene.app.inject(`/notice/${scene.takedown.facts.tokenOf(id)}?lang=en`);
    expect(page.body).toContain('We have taken this request back');
    expect(page.body).not.toContain('data-reported-url');
  });

  it('is sent once by two processes at the same time', async () => {
    const several = [await due(), await due(), await due()];
    await Promise.all([send(), send(), send()]);
    for (const { id, messageId } of several) {
      expect((await get(id)).state).toBe('sent');
      expect(arrivals(messageId)).toBe(1);
    }
  });
});
