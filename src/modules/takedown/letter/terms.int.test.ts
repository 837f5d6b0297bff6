import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openScene, type Scene } from '../testing/scene.ts';

let scene: Scene;
beforeAll(async () => {
  scene = await openScene({ seed: 35 });
  scene.world.desk.mode = 'silent';
});
afterAll(() => scene.close());

let photos = 950;
const reported = () => scene.report({ url: `http://photos.sample-host.example/p/${++photos}` });
const harmful = (item: string) => scene.assess(item, { outcome: 'harmful', legalArticles: [] });
const mails = (id: string) => scene.world.mail.messages.filter((m) => m.text.includes(id));

describe('content that is harmful and not illegal', () => {
  it('is a hint at the site’s own terms: no law, no deadline, nobody upstream', async () => {
    const { item, report } = await reported();
    await harmful(item);
    // The site publishes a contact, which comes before the host.
    const notice = await scene.notice(item, 'queued', 'no-contact');
    expect(notice).toMatchObject({ purpose: 'terms', round: 1 });
    if (notice.state === 'no-contact') {
      // Nobody at the site is known: who carries it is not told.
      const contact = { channel: 'mail', contact: 'moderation@sample-host.example', language: 'fr', name: '' } as const;
      await scene.takedown.actions.chooseContact(notice.id, contact, await scene.account('analyst'));
    }
    await scene.pass(0);
    await scene.pass(0);
    const sent = await scene.notice(item, 'sent');
    const [mail] = mails(sent.id);
    expect(mail?.subject).toContain('selon vos propres règles');
    expect(mail?.text).toContain('Nous ne disons pas qu’il est illégal');
    expect(mail?.text).not.toMatch(/Base légale|heures|illégal :/);
    expect((await scene.casework.item(item)).state).toBe('harmful');
    expect((await scene.steps(report)).at(-1)).toBe('asked-site');
    expect(await scene.takedown.watches.find(scene.platform.db, item)).toMatchObject({ state: 'open' });
    // Gone is gone: the notice closes, and the judgement stays what it was.
    scene.world.sites.set(`http://photos.sample-host.example/p/${photos}`, 'removed');
    for (let i = 0; i < 3; i++) await scene.pass(61_000);
    expect(await scene.notice(item, 'closed')).toMatchObject({ id: sent.id });
    expect(await scene.casework.item(item)).toMatchObject({ state: 'harmful', gone_at: null });
  });

  it('takes a demand back when it proves to be lawful, and says so; the other way round the demand follows', async () => {
    const { item } = await reported();
    await scene.assess(item);
    await scene.notice(item, 'queued');
    await scene.pass(0);
    const demand = await scene.notice(item, 'sent');
    await harmful(item);
    const all = await scene.notices(item);
    expect(all.find((n) => n.id === demand.id)?.state).toBe('taken-back');
    expect(all.filter((n) => n.purpose === 'terms')).toHaveLength(1);
    await scene.pass(0);
    expect(mails(demand.id)[1]?.text).toMatch(/n’a plus lieu d’être|no longer stands/);

    await scene.assess(item);
    const again = await scene.notice(item, 'queued', 'tracing');
    expect(again).toMatchObject({ purpose: 'removal', round: 1 });
    await scene.notice(item, 'queued');
    await scene.pass(0);
    expect((await scene.notice(item, 'sent')).id).toBe(again.id);
    // The hint that had not gone out is replaced.
    expect((await scene.notices(item)).find((n) => n.purpose === 'terms')?.state).not.toBe('queued');
  });

  it('judged the same again asks nobody twice', async () => {
    const { item } = await reported();
    await harmful(item);
    await scene.notice(item, 'queued', 'no-contact');
    await harmful(item);
    expect(await scene.notices(item)).toHaveLength(1);
  });
});
