import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openScene, type Scene } from '../testing/scene.ts';

let scene: Scene;
beforeAll(async () => {
  scene = await openScene({ seed: 8 });
  scene.world.desk.mode = 'silent';
});
afterAll(() => scene.close());

const mails = () => scene.world.mail.messages.length;
/** Everything that could send, several times. */
async function wait(): Promise<void> {
  for (let i = 0; i < 3; i++) await scene.pass(3_600_000);
}
const url = (n: number) => `http://photos.sample-host.example/p/${n}`;

describe('holds', () => {
  it('nothing leaves before preservation is recorded and the police have agreed', async () => {
    const { item } = await scene.report({ url: url(201), category: 'csam' });
    await scene.assess(item, { category: 'csam', by: 'senior-analyst' });
    const held = await scene.notice(item, 'held');
    const before = mails();
    await wait();
    expect(mails()).toBe(before);

    const { actions, store } = scene.takedown;
    const senior = await scene.account('senior-analyst');
    await expect(actions.decideHold(held.id, 'police', 'release', senior)).rejects.toThrow(
      'TAKEDOWN_PRESERVATION_FIRST',
    );
    await actions.recordPreservation(held.id, await scene.account('analyst'));
    await wait();
    expect(mails()).toBe(before);
    await actions.decideHold(held.id, 'police', 'keep', senior);
    await wait();
    expect((await store.get(scene.platform.db, held.id)).state).toBe('held');

    await actions.decideHold(held.id, 'police', 'release', senior);
    // The site's owner may be the one: the network is written to, not the site's own mailbox.
    expect(await scene.notice(item, 'queued')).toMatchObject({
      source: 'rdap-ip',
      contact: 'abuse@sample-host.example',
    });
    await scene.pass(0);
    expect(mails()).toBe(before + 1);
  });

  it('the database refuses a release without preservation, whoever asks', async () => {
    const { item } = await scene.report({ url: url(202), category: 'grooming' });
    await scene.assess(item, { category: 'grooming' });
    const { id } = await scene.notice(item, 'held');
    await expect(
      scene.platform.pool.query("update takedown.hold set decision = 'release' where notice = $1", [id]),
    ).rejects.toThrow('hold_check');
  });

  it('where few can see it the reporter is asked in their language, and only a person reads the answer', async () => {
    const { item, report } = await scene.report({ url: url(203), visibility: 'few', language: 'ar' });
    await scene.assess(item);
    const { id } = await scene.notice(item, 'held');
    expect((await scene.steps(report)).at(-1)).toBe('asked-reporter');
    const view = await scene.reporting.mailbox.view(report);
    expect(view.messages.map((m) => [m.author, /هل نطلب من الموقع/.test(m.body)])).toEqual([['staff', true]]);

    const before = mails();
    await scene.reporting.mailbox.reply(report, 'نعم');
    await wait();
    expect(mails()).toBe(before);
    const { actions, store } = scene.takedown;
    expect((await store.get(scene.platform.db, id)).state).toBe('held');

    const analyst = await scene.account('analyst');
    await actions.decideHold(id, 'reporter', 'keep', analyst);
    await wait();
    expect(mails()).toBe(before);
    await actions.decideHold(id, 'reporter', 'release', analyst);
    await scene.notice(item, 'queued');
    await scene.pass(0);
    expect(mails()).toBe(before + 1);
  });

  it('both holds must be released, in any order', async () => {
    const { item } = await scene.report({ url: url(204), category: 'sextortion', visibility: 'reporter-only' });
    await scene.assess(item, { category: 'sextortion' });
    const { id } = await scene.notice(item, 'held');
    const { actions, store } = scene.takedown;
    const holds = await store.holds(scene.platform.db, [id]);
    expect(holds.map((h) => h.kind).sort()).toEqual(['police', 'reporter']);
    const senior = await scene.account('senior-analyst');
    await actions.decideHold(id, 'reporter', 'release', senior);
    expect((await store.get(scene.platform.db, id)).state).toBe('held');
    await actions.recordPreservation(id, senior);
    await actions.decideHold(id, 'police', 'release', senior);
    await scene.notice(item, 'queued');
  });

  it('content that vanishes while held closes the notice; nobody outside was told', async () => {
    const page = url(205);
    const { item, report } = await scene.report({ url: page, category: 'trafficking' });
    await scene.assess(item, { category: 'trafficking' });
    await scene.pass(0);
    scene.world.sites.set(page, 'removed');
    for (let i = 0; i < 4; i++) await scene.pass(31_000);
    const [notice] = await scene.notices(item);
    expect(notice).toMatchObject({ state: 'closed', sent_at: null });
    expect((await scene.steps(report)).at(-1)).toBe('gone');
    expect(scene.world.mail.messages.map((m) => m.messageId)).not.toContain(notice?.message_id);
  });

  it('another judgement cancels what is not out, stops the looks, and a later one begins anew', async () => {
    const { item } = await scene.report({ url: url(206), category: 'csam' });
    await scene.assess(item, { category: 'csam' });
    const first = await scene.notice(item, 'held');
    await scene.assess(item, { category: 'csam', outcome: 'not-actionable', legalArticles: [] });
    expect((await scene.notices(item)).map((n) => n.state)).toEqual(['cancelled']);
    expect((await scene.takedown.watches.find(scene.platform.db, item))?.state).toBe('stopped');
    await scene.assess(item, { category: 'harassment' });
    const second = await scene.notice(item, 'queued');
    expect(second.id).not.toBe(first.id);
    expect((await scene.takedown.watches.find(scene.platform.db, item))?.state).toBe('open');
    // The same judgement again changes nothing; another category replaces what has not left.
    await scene.assess(item, { category: 'harassment' });
    expect(await scene.notices(item)).toHaveLength(2);
    await scene.assess(item, { category: 'sextortion' });
    expect((await scene.notices(item)).map((n) => [n.category, n.state])).toEqual([
      ['sextortion', 'held'],
      ['harassment', 'cancelled'],
      ['csam', 'cancelled'],
    ]);
  });

  describe('somebody new says that few can see it', () => {
    const asked = async (report: string) =>
      (await scene.steps(report)).filter((step) => step === 'asked-reporter').length;

    it('holds a notice that is ready and asks the new reporter alone, once', async () => {
      const page = url(207);
      const { item, report: first } = await scene.report({ url: page });
      await scene.assess(item);
      const ready = await scene.notice(item, 'queued');
      const { report: second } = await scene.report({ url: page, visibility: 'few' });
      const before = mails();
      await wait();
      expect(mails()).toBe(before);
      expect((await scene.notices(item)).map((n) => [n.id, n.state])).toEqual([[ready.id, 'held']]);
      expect([await asked(first), await asked(second)]).toEqual([0, 1]);

      await scene.takedown.actions.decideHold(ready.id, 'reporter', 'release', await scene.account('analyst'));
      await scene.notice(item, 'queued');
      // A third one who sees it with few others: the second one's yes is not theirs.
      const { report: third } = await scene.report({ url: page, visibility: 'reporter-only' });
      await wait();
      expect(mails()).toBe(before);
      expect([await asked(second), await asked(third)]).toEqual([1, 1]);
      await scene.takedown.actions.decideHold(ready.id, 'reporter', 'release', await scene.account('analyst'));
      await scene.notice(item, 'queued');
      await scene.pass(0);
      expect(mails()).toBe(before + 1);
    });

    it('does not ask those who see it with many, nor hold for them', async () => {
      const page = url(208);
      const { item } = await scene.report({ url: page });
      await scene.assess(item);
      await scene.notice(item, 'queued');
      const { report } = await scene.report({ url: page, visibility: 'many' });
      expect(await asked(report)).toBe(0);
      await scene.notice(item, 'queued');
    });

    it('leaves a no a no', async () => {
      const page = url(209);
      const { item } = await scene.report({ url: page, visibility: 'few' });
      await scene.assess(item);
      const { id } = await scene.notice(item, 'held');
      const { actions, store } = scene.takedown;
      await actions.decideHold(id, 'reporter', 'keep', await scene.account('analyst'));
      await scene.report({ url: page, visibility: 'few' });
      expect((await store.holds(scene.platform.db, [id])).map((h) => h.decision)).toEqual(['keep']);
    });

    it('keeps the contact that a person chose', async () => {
      const page = url(210);
      const { item } = await scene.report({ url: page });
      await scene.assess(item);
      const { id } = await scene.notice(item, 'queued');
      const analyst = await scene.account('analyst');
      const { actions, store } = scene.takedown;
      const contact = {
        channel: 'form',
        contact: 'https://forms.sample-host.example/abuse',
        language: 'fr',
        name: 'Host',
      } as const;
      await scene.takedown.store.move(scene.platform.db, id, 'refused', 'system');
      await actions.chooseContact(id, contact, analyst);
      await scene.report({ url: page, visibility: 'few' });
      expect(await store.get(scene.platform.db, id)).toMatchObject({ state: 'held', contact: contact.contact });
      await actions.decideHold(id, 'reporter', 'release', analyst);
      expect(await store.get(scene.platform.db, id)).toMatchObject({ state: 'by-hand', contact: contact.contact });
    });

    it('asks before somebody else is written to as well', async () => {
      const page = url(211);
      const { item } = await scene.report({ url: page });
      await scene.assess(item);
      const first = await scene.notice(item, 'queued');
      await scene.pass(0);
      await scene.notice(item, 'sent');
      const { report } = await scene.report({ url: page, visibility: 'few' });
      // It is out; there is nothing to hold back.
      expect((await scene.takedown.store.get(scene.platform.db, first.id)).state).toBe('sent');
      expect(await asked(report)).toBe(0);
      const { actions, store } = scene.takedown;
      const analyst = await scene.account('analyst');
      const carrier = { channel: 'mail', contact: 'abuse@carrier.example', language: 'en', name: 'Carrier' } as const;
      const next = await actions.escalate(first.id, carrier, analyst);
      expect((await store.get(scene.platform.db, next)).state).toBe('held');
      expect(await asked(report)).toBe(1);
      await actions.decideHold(next, 'reporter', 'release', analyst);
      expect(await store.get(scene.platform.db, next)).toMatchObject({ state: 'queued', contact: carrier.contact });
    });
  });
});
