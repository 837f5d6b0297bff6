import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CARRIER, DAY, HOST, type Life, openLife, REGISTRAR } from '../testing/life.ts';
import type { Scene } from '../testing/scene.ts';

let life: Life;
let scene: Scene;
beforeAll(async () => {
  life = await openLife(22);
  scene = life.scene;
});
afterAll(() => scene.close());

describe('a year of an item’s life', () => {
  it('runs in seconds, and every mail is one that had to be sent', async () => {
    const { item, url } = await life.begun();
    const { answers } = scene.takedown;
    const supervisor = await scene.account('supervisor');
    const begin = scene.platform.clock.now().getTime();
    const day = () => (scene.platform.clock.now().getTime() - begin) / DAY;

    // Nobody answers: a reminder after the deadline.
    await life.pass(item, 3, 6, (r) => r.reason === 'reminded');
    expect(day()).toBeLessThanOrEqual(1.5);
    const first = (await scene.notices(item)).find((n) => n.kind === 'ask') as { id: string };
    // They ask for two days, and get them.
    const until = new Date(scene.platform.clock.now().getTime() + 2 * DAY);
    await answers.answer(first.id, 'more-time', 'On leave.', { until });
    const waiting = await life.pass(item, 1.5);
    expect(waiting).toMatchObject({ step: 'wait', reason: 'more-time', until });
    // They say removed, and it is not.
    await answers.answer(first.id, 'removed', '');
    await life.pass(item, 2, 6, (r) => r.reason === 'contradicted');
    // They object: everything stands still for as long as that takes.
    await answers.answer(first.id, 'disagree', 'Wrong page.', { ground: 'wrong-address' });
    const disputed = await life.pass(item, 10, 12);
    expect(disputed).toMatchObject({ step: 'wait', reason: 'dispute' });
    expect(await life.mails(item)).toEqual([
      `1 ask ${HOST}`,
      `1 reminder ${HOST} re ask`,
      `1 contradiction ${HOST} re ask`,
    ]);
    await answers.decide(first.id, supervisor, 'upheld', 'It is that page.');
    // Then the registrar, and a reminder there; the network above is asked only if a person says so.
    const above = await life.pass(item, 20, 12, (r) => r.step === 'person');
    expect(above).toMatchObject({ step: 'person', reason: 'confirm', rung: 'upstream' });
    await scene.takedown.ladderDesk.confirmRung(item, supervisor, 'upstream');
    // Then only the owner is left, whom nobody tells without a word.
    const asked = await life.pass(item, 20, 12, (r) => r.step === 'person');
    expect(asked).toMatchObject({ step: 'person', reason: 'clearance' });
    expect(life.blocked.filter((b) => b.item === item)).toEqual([]);
    await life.pass(item, 10, 24);
    expect(life.blocked.filter((b) => b.item === item)).toEqual([]);
    await scene.takedown.ladderDesk.clearOwner(item, supervisor, false, 'police');
    expect(await life.settle(item)).toMatchObject({ step: 'exhausted' });
    const ofItem = () => life.blocked.filter((b) => b.item === item);
    expect(ofItem()).toMatchObject([{ item, url, round: 1 }]);
    const lab = await scene.takedown.stoppers.stalled();
    expect(lab.flatMap((c) => c.stoppers)).toContain('site-not-cleared');

    // Months of nothing.
    await life.pass(item, 120, 48);
    const all = [
      `1 ask ${HOST}`,
      `1 reminder ${HOST} re ask`,
      `1 contradiction ${HOST} re ask`,
      `1 ask ${REGISTRAR}`,
      `1 reminder ${REGISTRAR} re ask`,
      `1 ask ${CARRIER}`,
      `1 reminder ${CARRIER} re ask`,
    ];
    expect(await life.mails(item)).toEqual(all);
    expect(ofItem()).toHaveLength(1);

    // It goes, and comes back: a new round begins with the host again.
    scene.world.sites.set(url, 'removed');
    const gone = await life.pass(item, 5, 6, (r) => r.step === 'stop');
    expect(gone).toMatchObject({ step: 'stop', reason: 'gone' });
    expect((await scene.casework.item(item)).state).toBe('gone');
    await life.pass(item, 20, 24);
    scene.world.sites.set(url, 'up');
    await life.pass(item, 30, 24, (r) => r.round === 2);
    await life.pass(item, 0.5, 6);
    expect(await life.mails(item)).toEqual([...all, `2 ask ${HOST}`]);
    scene.world.sites.set(url, 'removed');
    await life.pass(item, 5, 6, (r) => r.step === 'stop');
    await life.pass(item, Math.max(0, 365 - day()), 72);
    expect(day()).toBeGreaterThanOrEqual(365);
    expect(await life.mails(item)).toEqual([...all, `2 ask ${HOST}`]);
    expect(ofItem()).toHaveLength(1);
  }, 300_000);
});
