import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { transaction } from '../../../platform/db.ts';
import { cannotBeWithdrawn, withdrawn } from '../../takedown/index.ts';
import { type Blocks, openBlocks } from '../testing/blocks.ts';

let b: Blocks;
beforeAll(async () => {
  b = await openBlocks({ seed: 45 });
});
afterAll(() => b?.close());

const row = (id: string) => b.blocking.store.get(b.scene.platform.db, id);
const at = () => b.scene.platform.clock.now();
const emit = <P>(event: Parameters<typeof b.scene.platform.events.emit<P>>[1], payload: P) =>
  transaction(b.scene.platform.db, (tx) => b.scene.platform.events.emit(tx, event, payload));
const lawful = (item: string) => b.scene.assess(item, { outcome: 'not-actionable', answers: {}, legalArticles: [] });
const off = async (entry: string) =>
  expect((await b.blocking.feed.newest(1))[0]).toMatchObject({ op: 'remove', entry });

/** A notice about the item that its provider may answer. The police are first with such content: here they have passed. */
async function asked(item: string): Promise<string> {
  const { id } = await b.scene.notice(item, 'held', 'queued', 'sent', 'no-contact');
  await b.scene.platform.pool.query(
    `update takedown.notice set state = 'sent', channel = 'mail', contact = 'abuse@sample-host.example' where id = $1`,
    [id],
  );
  return id;
}

describe('a judgement that falls', () => {
  it('ends the block of what is judged to be something else', async () => {
    const { entry, item } = await b.released();
    await lawful(item);
    expect(await row(entry)).toMatchObject({ state: 'removed', end_reason: 'judged-anew' });
    await off(entry);
  });

  it('ends the block of a whole name that is no longer dedicated, and of no other address on it', async () => {
    const item = await b.listable('http://whole-site.example/a/1');
    await b.listable('http://whole-site.example/a/2');
    const { proposals, decisions } = b.blocking;
    const account = await b.person('analyst-2', 'analyst');
    const given = { item, account, dedicated: true, grounds: 'All of it.' };
    const whole = await proposals.fromItem({ ...given, kind: 'domain', target: 'whole-site.example' });
    const one = await proposals.fromItem({ ...given, kind: 'url' });
    for (const id of [whole, one]) {
      await decisions.approve(id, await b.person('senior-2', 'senior-analyst'), 'Seen.');
      await decisions.release(id, await b.person('supervisor-2', 'supervisor'), 'Seen.');
    }
    const other = await b.scene.report({ url: 'http://whole-site.example/news' });
    await lawful(other.item);
    expect(await row(whole)).toMatchObject({ state: 'removed', end_reason: 'judged-anew' });
    expect(await row(one)).toMatchObject({ state: 'released' });
  });

  it('is off the list as soon as its provider questions it; upheld, it needs two people again', async () => {
    const { entry, item } = await b.released();
    const notice = await asked(item);
    const { answers } = b.scene.takedown;
    await answers.answer(notice, 'disagree', 'This is a drawing in a textbook.', { ground: 'not-illegal-here' });
    expect(await row(entry)).toMatchObject({ state: 'suspended', suspend_reason: 'doubt' });
    await off(entry);
    const [decider, third] = [
      await b.person('supervisor-2', 'supervisor'),
      await b.person('senior-3', 'senior-analyst'),
    ];
    await answers.decide(notice, decider, 'upheld', 'It is not.');
    expect(await row(entry)).toMatchObject({ state: 'suspended' });
    await b.blocking.decisions.approve(entry, third, 'Seen.');
    await b.blocking.decisions.release(entry, decider, 'Seen.');
    expect(await row(entry)).toMatchObject({ state: 'released' });
  });

  it('is off the list when an objection was found right, and nobody brings it back before it is judged anew', async () => {
    const { entry, item } = await b.released();
    const notice = await asked(item);
    const { answers } = b.scene.takedown;
    await answers.answer(notice, 'disagree', 'A drawing.', { ground: 'not-illegal-here' });
    // As where it was released before objections took anything off: what is decided counts all the same.
    await b.scene.platform.pool.query(`update blocking.entry set state = 'released' where id = $1`, [entry]);
    await answers.decide(notice, await b.person('supervisor-2', 'supervisor'), 'withdrawn', 'They are right.');
    expect((await b.scene.casework.item(item)).state).toBe('waiting');
    expect(await row(entry)).toMatchObject({ state: 'suspended', suspend_reason: 'doubt' });
    await expect(
      b.blocking.decisions.approve(entry, await b.person('senior-3', 'senior-analyst'), 'x'),
    ).rejects.toMatchObject({ code: 'BLOCKING_REFUSED' });
    await lawful(item);
    expect(await row(entry)).toMatchObject({ state: 'removed', end_reason: 'judged-anew' });
  });

  it('stays on the list when a provider only says that it is not the one to ask', async () => {
    const { entry, item } = await b.released();
    await b.scene.takedown.answers.answer(await asked(item), 'disagree', 'Not us.', { ground: 'not-ours' });
    expect(await row(entry)).toMatchObject({ state: 'released' });
  });
});

describe('what is said to be gone', () => {
  it.each(['platform-word', 'reporter-word'] as const)('by %s is left to a person', async (by) => {
    const { entry, item } = await b.released();
    await emit(withdrawn, { item, round: 1, by, at: at() });
    expect(await row(entry)).toMatchObject({ state: 'suspended', suspend_reason: 'doubt', ended_at: null });
  });

  it('ends a block only with the last item at its address', async () => {
    const { entry, item } = await b.released();
    const url = (await row(entry)).target as string;
    const second = await b.listable();
    for (let twice = 0; twice < 2; twice++) await emit(cannotBeWithdrawn, { item: second, round: 1, url, at: at() });
    const { db } = b.scene.platform;
    expect(await b.blocking.store.itemsOf(db, entry)).toEqual([item, second].sort());
    expect((await b.blocking.store.decisions(db, await row(entry))).map((d) => d.what)).toContain('item-joined');
    const goes = (id: string) =>
      transaction(db, async (tx) => {
        await b.scene.casework.apply(tx, id, { type: 'gone' }, 'system');
        await b.scene.platform.events.emit(tx, withdrawn, { item: id, round: 1, by: 'machine', at: at() });
      });
    await goes(item);
    expect(await row(entry)).toMatchObject({ state: 'released' });
    await goes(second);
    expect(await row(entry)).toMatchObject({ state: 'removed', end_reason: 'gone' });
  });
});

describe('questions about a name', () => {
  it('are answered from an index, and count what lies below it and nothing beside it', async () => {
    await b.listable('http://deep.below-site.example/a');
    await b.listable('http://below-site.example/a');
    await b.listable('http://notbelow-site.example/a');
    const { casework, platform } = b.scene;
    expect(await casework.itemsUnder('below-site.example', true, platform.db)).toMatchObject({
      listed: 2,
      listedUp: 2,
    });
    expect(await casework.itemsUnder('below-site.example', false, platform.db)).toMatchObject({ listed: 1 });
    const plans = await transaction(platform.db, async (tx) => {
      // In a table as small as a test's a scan is always cheaper.
      await sql`set local enable_seqscan = off`.execute(tx);
      const below = await sql`explain select id from casework.item
        where reverse(host) ~>=~ 'elpmaxe.' and reverse(host) ~<~ 'elpmaxe/'`.execute(tx);
      const ended = await sql`explain select id from blocking.entry where kind = 'url' and target = 'x'
        and ended_at is not null order by ended_at desc, id desc limit 1`.execute(tx);
      return [below, ended].map((r) => JSON.stringify(r.rows));
    });
    expect(plans[0]).toContain('item_host_below');
    expect(plans[1]).toContain('entry_ended');
    expect(plans[1]).not.toContain('Sort');
  });
});
