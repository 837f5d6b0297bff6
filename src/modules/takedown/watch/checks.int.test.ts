import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { StateName } from '../../../../world/index.ts';
import { withdrawn } from '../index.ts';
import { openScene, type Scene } from '../testing/scene.ts';

let scene: Scene;
const withdrawals: { item: string; by: string }[] = [];
beforeAll(async () => {
  scene = await openScene({ seed: 9 });
  scene.world.desk.mode = 'silent';
  scene.platform.events.on(withdrawn, async (_tx, { item, by }) => {
    withdrawals.push({ item, by });
  });
});
afterAll(() => scene.close());

let photos = 300;
/** A judged page that was looked at once. */
async function watched(): Promise<{ item: string; report: string; page: string }> {
  const page = `http://photos.sample-host.example/p/${++photos}`;
  const { item, report } = await scene.report({ url: page });
  await scene.assess(item);
  await scene.notice(item, 'queued');
  await scene.pass(0);
  return { item, report, page };
}
const watch = async (item: string) => {
  const row = await scene.takedown.watches.find(scene.platform.db, item);
  if (!row) throw new Error('not watched');
  return row;
};
const stateOf = async (item: string) => (await scene.casework.item(item)).state;

describe('looks', () => {
  it.each<[StateName, string]>([
    ['removed-notice', 'removed-notice'],
    ['soft-404', 'soft-404'],
    ['parked', 'parked'],
    ['legal-block', 'legal-block'],
  ])('a page that turns into %s is never closed by a machine; a person may', async (state, seen) => {
    const { item, page, report } = await watched();
    scene.world.sites.set(page, state);
    for (let i = 0; i < 5; i++) await scene.pass(61_000);
    expect((await watch(item)).last_state).toBe(seen);
    expect(await stateOf(item)).toBe('asked');
    await scene.takedown.outcomes.confirmGone(item, await scene.account('analyst'));
    expect(await stateOf(item)).toBe('gone');
    expect(await watch(item)).toMatchObject({ state: 'gone', closed_by: `account:${await scene.account('analyst')}` });
    expect((await scene.steps(report)).at(-1)).toBe('gone');
    expect(withdrawals.filter((w) => w.item === item)).toEqual([{ item, by: 'person' }]);
  });

  it.each<[StateName, string]>([
    ['bot-wall', 'bot-wall'],
    ['login-wall', 'login-wall'],
    ['server-error', 'unreachable'],
  ])(
    '%s closes neither by a machine nor by a person, unless the platform says that it is gone',
    async (state, seen) => {
      const { item, page } = await watched();
      const sent = await scene.notice(item, 'sent');
      scene.world.sites.set(page, state);
      for (let i = 0; i < 5; i++) await scene.pass(61_000);
      expect((await watch(item)).last_state).toBe(seen);
      const analyst = await scene.account('analyst');
      await expect(scene.takedown.outcomes.confirmGone(item, analyst)).rejects.toThrow('TAKEDOWN_NO_LOOK');
      expect(await stateOf(item)).toBe('asked');
      await scene.takedown.answers.answer(sent.id, 'removed', '');
      await scene.takedown.outcomes.confirmGone(item, analyst);
      expect(await stateOf(item)).toBe('gone');
      expect(withdrawals.filter((w) => w.item === item)).toEqual([{ item, by: 'platform-word' }]);
    },
  );

  it('a person may not say "gone" over a look that saw the content, nor before any look', async () => {
    const { item } = await watched();
    const analyst = await scene.account('analyst');
    await expect(scene.takedown.outcomes.confirmGone(item, analyst)).rejects.toThrow('TAKEDOWN_NO_LOOK');
    expect(await stateOf(item)).toBe('asked');
  });

  it('a look that is led to another site puts that address under the item, once, to be judged', async () => {
    const { item, page } = await watched();
    const photo = `http://photos.elsewhere-host.example/p/${photos}`;
    scene.world.sites.set(page, { kind: 'redirect', to: photo, status: 302 });
    for (let i = 0; i < 3; i++) await scene.pass(61_000);
    expect((await watch(item)).last_state).toBe('redirected');
    const below = await scene.casework.tree.below(item);
    expect(below.map((b) => [b.kind, b.item.url, b.item.state])).toEqual([['redirect', photo, 'waiting']]);
    expect(await scene.notices(below[0]?.item.id ?? '')).toEqual([]);
  });

  it('one sight of the content starts the count anew', async () => {
    const { item, page } = await watched();
    scene.world.sites.set(page, 'removed');
    await scene.pass(31_000);
    await scene.pass(31_000);
    scene.world.sites.set(page, 'up');
    await scene.pass(31_000);
    scene.world.sites.set(page, 'removed');
    await scene.pass(31_000);
    await scene.pass(31_000);
    expect(await stateOf(item)).toBe('asked');
    await scene.pass(31_000);
    expect(await stateOf(item)).toBe('gone');
    expect(withdrawals.filter((w) => w.item === item)).toEqual([{ item, by: 'machine' }]);
  });

  it('another page at the address of closed content is a question for a person', async () => {
    const { item, page, report } = await watched();
    scene.world.sites.set(page, 'removed');
    for (let i = 0; i < 3; i++) await scene.pass(31_000);
    expect(await stateOf(item)).toBe('gone');
    scene.world.sites.set(page, 'changed');
    await scene.pass(61_000);
    expect(await watch(item)).toMatchObject({ state: 'gone', last_state: 'up-changed' });
    expect(await stateOf(item)).toBe('gone');
    expect((await scene.takedown.watches.doubtful(scene.platform.db, 50)).map((w) => w.item)).toContain(item);
    await scene.takedown.outcomes.confirmBack(item, await scene.account('analyst'));
    expect(await stateOf(item)).toBe('illegal');
    expect((await scene.steps(report)).at(-1)).toBe('back');
    expect((await scene.notices(item)).map((n) => n.round)).toEqual([2, 1]);
  });

  it('looks after the closing end', async () => {
    const { item, page } = await watched();
    scene.world.sites.set(page, 'removed');
    for (let i = 0; i < 3; i++) await scene.pass(31_000);
    for (let i = 0; i < 3; i++) await scene.pass(61_000);
    expect(await watch(item)).toMatchObject({ state: 'gone', looks_since_closing: 3, next_check_at: null });
  });

  it('a report of two pages hears "gone" only when both are', async () => {
    const one = `http://photos.sample-host.example/p/${++photos}`;
    const two = `http://photos.sample-host.example/p/${++photos}`;
    const link = (url: string) => ({ url, key: url, original: url });
    const { report } = await scene.report({ links: [link(one), link(two)] });
    const items = await scene.casework.itemsOfReport(report);
    for (const { id } of items) {
      await scene.assess(id);
      await scene.notice(id, 'queued');
    }
    await scene.pass(0);
    scene.world.sites.set(one, 'removed');
    for (let i = 0; i < 3; i++) await scene.pass(31_000);
    expect(await scene.steps(report)).not.toContain('gone');
    scene.world.sites.set(two, 'removed');
    for (let i = 0; i < 3; i++) await scene.pass(31_000);
    expect((await scene.steps(report)).at(-1)).toBe('gone');
  });

  it('a withdrawal takes as many statements for a dozen reports as for one', async () => {
    const statements = async (reports: number) => {
      const { item, page } = await watched();
      for (let n = 1; n < reports; n++) await scene.report({ url: page });
      scene.world.sites.set(page, 'removed-notice');
      await scene.pass(31_000);
      const analyst = await scene.account('analyst');
      const query = vi.spyOn(pg.Client.prototype, 'query');
      try {
        await scene.takedown.outcomes.confirmGone(item, analyst);
        const asked = query.mock.calls.map(([config]) => JSON.stringify(config));
        return asked.filter((text) => text.includes('item_report')).length;
      } finally {
        query.mockRestore();
      }
    };
    const few = await statements(1);
    expect(few).toBeGreaterThan(0);
    expect(await statements(12)).toBe(few);
  });

  it('a look that was overtaken counts for nothing', async () => {
    const { item, page } = await watched();
    const before = (await watch(item)).looks;
    scene.world.sites.set(page, { kind: 'slow', delayMs: 700 });
    scene.platform.clock.advance(31_000);
    const looking = scene.platform.ticks.run('takedown.checks');
    // Judged otherwise while the page is still loading.
    await new Promise((resolve) => setTimeout(resolve, 200));
    await scene.assess(item, { outcome: 'not-actionable', legalArticles: [] });
    await looking;
    expect(await watch(item)).toMatchObject({ state: 'stopped', looks: before, next_check_at: null, lease: null });
  });

  it('never fetches a link that seems made for one person before a person allows it; the notice waits for no look', async () => {
    const page = `http://photos.sample-host.example/p/${++photos}?invite=Zk3vB9qL27pXw4Rt81mN`;
    const { item } = await scene.report({ url: page });
    await scene.assess(item);
    await scene.notice(item, 'queued');
    for (let i = 0; i < 3; i++) await scene.pass(31_000);
    expect(await watch(item)).toMatchObject({ looks: 0, needs_leave: true, state: 'open' });
    const sent = await scene.notice(item, 'sent');
    const { outcomes, answers, watches } = scene.takedown;
    const analyst = await scene.account('analyst');
    await expect(outcomes.confirmGone(item, analyst)).rejects.toThrow('TAKEDOWN_NO_LOOK');

    await answers.answer(sent.id, 'removed', '');
    await scene.pass(31_000);
    expect((await watch(item)).looks).toBe(0);
    await outcomes.allowLooks(item, analyst);
    await outcomes.allowLooks(item, analyst);
    await scene.pass(0);
    expect(await watch(item)).toMatchObject({ looks: 1, needs_leave: false });

    // Nobody allows it: the provider's word and a person's decision are what there is.
    const other = `http://photos.sample-host.example/p/${++photos}?invite=Zk3vB9qL27pXw4Rt82mN`;
    const second = await scene.report({ url: other });
    await scene.assess(second.item);
    await scene.pass(0);
    const notice = await scene.notice(second.item, 'queued', 'sent');
    await scene.pass(0);
    await answers.answer(notice.id, 'removed', '');
    await outcomes.confirmGone(second.item, analyst);
    for (let i = 0; i < 3; i++) await scene.pass(61_000);
    expect(await stateOf(second.item)).toBe('gone');
    expect(await watches.find(scene.platform.db, second.item)).toMatchObject({ state: 'gone', looks: 0 });
  });

  it('two processes look once', async () => {
    const { item } = await watched();
    const before = (await watch(item)).looks;
    scene.platform.clock.advance(31_000);
    await Promise.all([1, 2, 3].map(() => scene.platform.ticks.run('takedown.checks')));
    expect((await watch(item)).looks).toBe(before + 1);
  });

  it('a rule that somebody set is the rule', async () => {
    const supervisor = await scene.account('supervisor');
    await expect(scene.takedown.rules.set(supervisor, { minChecks: 0, minSpanMs: 0, minVantages: 1 })).rejects.toThrow(
      'TAKEDOWN_RULE_INVALID',
    );
    await scene.takedown.rules.set(supervisor, { minChecks: 1, minSpanMs: 0, minVantages: 1 });
    const { item, page } = await watched();
    scene.world.sites.set(page, 'removed');
    await scene.pass(31_000);
    expect(await stateOf(item)).toBe('gone');
  });
});
