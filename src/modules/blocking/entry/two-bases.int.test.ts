import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { transaction } from '../../../platform/db.ts';
import { withdrawn } from '../../takedown/index.ts';
import { feedChanged, replay } from '../index.ts';
import { type Blocks, openBlocks } from '../testing/blocks.ts';

const DAY = 86_400_000;
let b: Blocks;
beforeAll(async () => {
  b = await openBlocks({ seed: 91 });
});
afterAll(() => b?.close());

const manager = () => b.person('programme-manager', 'programme-manager');
const orderFor = async (url: string) => ({
  kind: 'url' as const,
  target: url,
  account: await manager(),
  number: '81/2026',
  court: 'Tribunal de première instance de Rabat',
  date: '2026-11-20',
  reference: 'Archive C-81',
  scope: 'Cette adresse.',
  grounds: 'Reçue ce matin.',
  expiresAt: new Date(b.scene.platform.clock.now().getTime() + 200 * DAY),
});
async function releasedOrder(url: string): Promise<string> {
  const id = await b.blocking.proposals.fromOrder(await orderFor(url));
  await b.blocking.decisions.approve(id, await b.person('senior-2', 'senior-analyst'), 'As the document says.');
  await b.blocking.decisions.release(id, await b.person('supervisor-2', 'supervisor'), 'Compared.');
  return id;
}
const state = async (id: string) => (await b.blocking.store.get(b.scene.platform.db, id)).state;
/** Entries that carry the address, by every way a reader has. */
async function carriers(url: string): Promise<string[]> {
  const { feed } = b.blocking;
  const log = [...replay(await feed.since(0)).values()].filter((c) => c.target === url).map((c) => c.entry);
  const { listed } = await feed.snapshot();
  expect(
    listed
      .filter((l) => l.target === url)
      .map((l) => l.entry)
      .sort(),
  ).toEqual(log.sort());
  return log;
}
const refusals = async (account: string) =>
  (
    await b.scene.platform.pool.query<{ detail: Record<string, string> }>(
      `select detail from audit.entry where action = 'blocking.proposal.refused' and actor = $1 order by at, id`,
      [`account:${account}`],
    )
  ).rows.map((r) => r.detail);

describe('an address on two legal bases', () => {
  it('takes a court’s order as if nothing were listed, and keeps each to its own history', async () => {
    const url = 'http://photos.sample-host.example/two/1';
    const { entry } = await b.released(url);
    const order = await b.blocking.proposals.fromOrder(await orderFor(url));
    expect(await b.blocking.store.get(b.scene.platform.db, order)).toMatchObject({
      basis: 'court',
      state: 'proposed',
      earlier: null,
    });
    // Also where the listing ended before: no link leads there.
    await b.blocking.decisions.remove(entry, await b.person('senior-2', 'senior-analyst'), 'mistake', 'x');
    await b.blocking.decisions.reject(order, await b.person('senior-2', 'senior-analyst'), 'x');
    const again = await b.blocking.proposals.fromOrder(await orderFor(url));
    expect((await b.blocking.store.get(b.scene.platform.db, again)).earlier).toBe(order);
    await expect(b.blocking.proposals.fromOrder(await orderFor(url))).rejects.toThrow('BLOCKING_ALREADY_OPEN');
  });

  it('tells the person who types in orders nothing of what is known on the name', async () => {
    const url = 'http://photos.sample-host.example/two/2';
    await b.released(url);
    const order = await b.blocking.proposals.fromOrder(await orderFor(url));
    const page = await (await b.as('programme-manager', 'programme-manager')).get(`/desk/blocking/${order}`);
    expect(page.statusCode).toBe(200);
    const worker = await (await b.as('senior-2', 'senior-analyst')).get(`/desk/blocking/${order}`);
    const known = 'Verified items for the list';
    expect(worker.body).toContain(known);
    expect(page.body).not.toContain(known);
  });

  it('has a line for each, and is carried as long as one of them stands', async () => {
    const { decisions } = b.blocking;
    const url = 'http://photos.sample-host.example/two/3';
    const { entry, item } = await b.released(url);
    expect(await carriers(url)).toEqual([entry]);
    const order = await releasedOrder(url);
    expect(await state(order)).toBe('released');
    expect(await carriers(url)).toEqual([entry, order].sort());
    // The content is gone: the court's order stands all the same.
    const { platform } = b.scene;
    await transaction(platform.db, (tx) =>
      platform.events.emit(tx, withdrawn, { item, round: 1, by: 'machine', at: platform.clock.now() }),
    );
    expect(await state(entry)).toBe('removed');
    expect(await carriers(url)).toEqual([order]);
    await decisions.remove(order, await b.person('senior-2', 'senior-analyst'), 'review', 'Lifted.');
    expect(await carriers(url)).toEqual([]);
  });

  it('keeps the other when one of them is suspended', async () => {
    const url = 'http://photos.sample-host.example/two/4';
    const order = await releasedOrder(url);
    const { entry } = await b.released(url);
    expect(await carriers(url)).toEqual([entry, order].sort());
    const senior = await b.person('senior-2', 'senior-analyst');
    const before = await b.blocking.feed.serial();
    await b.blocking.decisions.suspend(entry, senior, 'Looking into it.');
    expect(await b.blocking.feed.serial()).toBe(before + 1);
    expect(await carriers(url)).toEqual([order]);
    expect(await b.blocking.decisions.rollback({ entries: [order] }, senior, 'x')).toBe(1);
    expect(await carriers(url)).toEqual([]);
  });
});

describe('a proposal that is refused', () => {
  it('leaves an audit entry with the reason and without the name', async () => {
    const account = await manager();
    const before = (await refusals(account)).length;
    const order = await orderFor('http://www.gov.ma/x');
    await expect(b.blocking.proposals.fromOrder(order)).rejects.toThrow('BLOCKING_REFUSED');
    const made = (await refusals(account)).slice(before);
    expect(made).toEqual([{ kind: 'url', basis: 'court', source: 'order', why: 'government' }]);
    const twice = await orderFor('http://photos.sample-host.example/two/5');
    await b.blocking.proposals.fromOrder(twice);
    await expect(b.blocking.proposals.fromOrder(twice)).rejects.toThrow('BLOCKING_ALREADY_OPEN');
    expect((await refusals(account)).at(-1)).toMatchObject({ why: 'already-open' });
  });
});

describe('a rollback', () => {
  it('waits for a release that is being written, and takes it back too', async () => {
    const { proposals, decisions } = b.blocking;
    const taken = await b.person('taken-over-2', 'supervisor');
    const senior = await b.person('senior-2', 'senior-analyst');
    const item = await b.listable();
    const account = await b.person('analyst-2', 'analyst');
    const id = await proposals.fromItem({ item, kind: 'url', account, dedicated: false, grounds: 'Up.' });
    await decisions.approve(id, senior, 'x');

    // The release stands written and not committed, on a connection of its own.
    const written = Promise.withResolvers<void>();
    const gate = Promise.withResolvers<void>();
    let first = true;
    b.scene.platform.events.on(feedChanged, async () => {
      if (!first) return;
      first = false;
      written.resolve();
      await gate.promise;
    });
    const release = decisions.release(id, taken, 'x');
    await written.promise;
    let over = false;
    const rollback = decisions.rollback({ account: taken }, senior, 'Taken over.').finally(() => {
      over = true;
    });
    // Until the second connection waits for the first one's lock, or has gone by without it.
    for (let tries = 0; tries < 200 && !over; tries++) {
      const { rows } = await b.scene.platform.pool.query(`select 1 from pg_locks where not granted limit 1`);
      if (rows.length > 0) break;
      await sleep(10);
    }
    gate.resolve();
    await release;
    expect(await rollback).toBe(1);
    expect(await b.blocking.store.get(b.scene.platform.db, id)).toMatchObject({
      state: 'removed',
      end_reason: 'mistake',
    });
  });

  it('and decisions about the same entries never wait for each other in a ring', async () => {
    const { proposals, decisions } = b.blocking;
    const account = await b.person('analyst-2', 'analyst');
    const senior = await b.person('senior-2', 'senior-analyst');
    const [supervisor, third] = [
      await b.person('supervisor-2', 'supervisor'),
      await b.person('senior-3', 'senior-analyst'),
    ];
    for (let round = 0; round < 6; round++) {
      const made: string[] = [];
      for (let i = 0; i < 3; i++) {
        const item = await b.listable();
        const id = await proposals.fromItem({ item, kind: 'url', account, dedicated: false, grounds: 'Up.' });
        await decisions.approve(id, senior, 'x');
        made.push(id);
      }
      const done = await Promise.allSettled([
        ...made.map((id) => decisions.release(id, supervisor, 'x')),
        decisions.rollback({ account: senior }, third, 'x'),
        ...made.map((id) => decisions.remove(id, third, 'mistake', 'x')),
        b.scene.platform.ticks.run('blocking.due'),
      ]);
      for (const d of done) if (d.status === 'rejected') expect(String(d.reason)).toMatch(/BLOCKING_/);
    }
  });
});
