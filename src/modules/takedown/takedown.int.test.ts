import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openScene, PHOTO, type Scene } from './testing/scene.ts';

describe('from a judgement to a withdrawal', () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await openScene();
  });
  afterAll(() => scene.close());

  it('traces, writes, is answered, looks, closes, tells, and sees it come back', async () => {
    const { world, platform, casework, takedown } = scene;
    const { report, item } = await scene.report({ narrative: 'Ils se moquent de mon cousin ici.' });
    await scene.assess(item);

    const queued = await scene.notice(item, 'queued');
    expect(queued).toMatchObject({ contact: 'abuse@sample-host.example', channel: 'mail', language: 'fr', round: 1 });
    // Not before the first look, which keeps what the content is to be recognised by.
    await platform.ticks.run('takedown.send');
    expect(world.mail.messages).toHaveLength(0);
    await scene.pass(0);
    const sent = await scene.notice(item, 'sent', 'received', 'removed');
    expect(sent.message_id).toBe(`<${sent.letter}@localhost>`);
    expect((await casework.item(item)).state).toBe('asked');
    expect((await takedown.watches.find(platform.db, item))?.baseline).toBeTruthy();

    await world.desk.idle();
    const mail = world.mail.messages[0];
    expect(mail).toMatchObject({ messageId: sent.message_id, to: ['abuse@sample-host.example'] });
    expect(world.deskLog.map((e) => e.step)).toEqual(['opened', 'received', 'taken-down', 'removed']);
    expect(await scene.notice(item, 'removed')).toMatchObject({ id: sent.id });
    expect(await scene.steps(report)).toEqual(['received', 'read', 'asked-site', 'site-answered']);

    // The provider's word alone closes nothing: three denials over a minute, from both vantages, do.
    await scene.pass(0);
    await scene.pass(31_000);
    expect((await casework.item(item)).state).toBe('asked');
    await scene.pass(31_000);
    expect((await casework.item(item)).state).toBe('gone');
    expect((await scene.steps(report)).at(-1)).toBe('gone');
    expect((await scene.notices(item)).map((n) => n.state)).toEqual(['closed']);
    const looks = await takedown.watches.checks(platform.db, item, 10);
    expect(looks.map((c) => c.state)).toEqual(['gone-http', 'gone-http', 'gone-http', 'up-same']);
    expect(new Set(looks.map((c) => c.vantage))).toEqual(new Set(['rabat', 'paris']));

    // It stays under watch, and comes back.
    await scene.pass(61_000);
    expect((await takedown.watches.find(platform.db, item))?.looks_since_closing).toBe(1);
    world.sites.set(PHOTO, 'up');
    await scene.pass(61_000);
    expect((await casework.item(item)).state).toBe('illegal');
    expect((await scene.steps(report)).at(-1)).toBe('back');
    expect(await scene.notice(item, 'queued')).toMatchObject({ round: 2 });
    await scene.pass(0);
    await world.desk.idle();
    const second = await scene.notice(item, 'removed');
    expect(world.mail.messages.map((m) => m.messageId)).toEqual([sent.message_id, second.message_id]);
    expect(second.message_id).not.toBe(sent.message_id);
    expect((await scene.notices(item)).map((n) => [n.round, n.state])).toEqual([
      [2, 'removed'],
      [1, 'closed'],
    ]);
  });
});
