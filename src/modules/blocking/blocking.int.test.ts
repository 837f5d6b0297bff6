import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { transaction } from '../../platform/db.ts';
import { cannotBeWithdrawn, reappeared, withdrawn } from '../takedown/index.ts';
import type { OrderProposal } from './entry/proposals.ts';
import { replay } from './index.ts';
import { type Blocks, openBlocks } from './testing/blocks.ts';

const DAY = 86_400_000;
let b: Blocks;
beforeAll(async () => {
  b = await openBlocks({ seed: 44 });
});
afterAll(() => b?.close());

const who = {
  analyst: () => b.person('analyst-2', 'analyst'),
  senior: () => b.person('senior-2', 'senior-analyst'),
  third: () => b.person('senior-3', 'senior-analyst'),
  supervisor: () => b.person('supervisor-2', 'supervisor'),
};
const row = (id: string) => b.blocking.store.get(b.scene.platform.db, id);
const emit = <P>(event: Parameters<typeof b.scene.platform.events.emit<P>>[1], payload: P) =>
  transaction(b.scene.platform.db, (tx) => b.scene.platform.events.emit(tx, event, payload));
const at = () => b.scene.platform.clock.now();
const last = async () => (await b.blocking.feed.newest(1))[0];
/** The demonstration's clock moves with every look at it; ticks are asked by name. */
const pass = async (ms: number) => {
  b.scene.platform.clock.advance(ms);
  await b.scene.platform.ticks.run('blocking.due');
};

const orderFor = async (target: string, over: Partial<OrderProposal> = {}): Promise<OrderProposal> => ({
  kind: 'domain',
  target,
  account: await b.person('programme-manager', 'programme-manager'),
  number: '77/2026',
  court: 'Tribunal de première instance de Rabat',
  date: '2026-11-20',
  reference: 'Archive C-77',
  scope: 'Le nom entier.',
  grounds: 'Reçue ce matin.',
  expiresAt: new Date(at().getTime() + 200 * DAY),
  ...over,
});

describe('what cannot be withdrawn', () => {
  it('is proposed by the machine, once, and released by two people who are not each other', async () => {
    const item = await b.listable('http://photos.sample-host.example/b/first');
    const url = 'http://photos.sample-host.example/b/first';
    await emit(cannotBeWithdrawn, { item, round: 1, url, at: at() });
    await emit(cannotBeWithdrawn, { item, round: 1, url, at: at() });
    const [entry, ...more] = await b.blocking.store.ofItem(b.scene.platform.db, item, ['proposed']);
    expect(more).toEqual([]);
    expect(entry).toMatchObject({ kind: 'url', target: url, source: 'ladder', proposed_by: null });
    const id = entry?.id as string;
    const { decisions } = b.blocking;
    await expect(decisions.release(id, await who.supervisor(), 'x')).rejects.toThrow('BLOCKING_TRANSITION');
    await decisions.approve(id, await who.senior(), 'Seen.');
    await expect(decisions.release(id, await who.senior(), 'x')).rejects.toThrow('BLOCKING_INVOLVED');
    // Those who judged the item, also the second of them, look at it with the eyes of the first decision.
    for (const judge of ['analyst', 'senior-analyst'] as const)
      await expect(decisions.release(id, await b.person(judge, judge), 'x')).rejects.toThrow('BLOCKING_INVOLVED');
    await decisions.release(id, await who.supervisor(), 'Seen anew.');
    expect(await row(id)).toMatchObject({ state: 'released' });
    expect(await last()).toMatchObject({ op: 'add', entry: id, target: url, basis: 'csam' });
  });

  it('is not proposed without a judgement that leads to the list', async () => {
    const url = 'http://photos.sample-host.example/b/lawful';
    const { item } = await b.scene.report({ url });
    await b.scene.assess(item);
    await emit(cannotBeWithdrawn, { item, round: 1, url, at: at() });
    expect(await b.blocking.store.ofItem(b.scene.platform.db, item, ['proposed', 'rejected'])).toEqual([]);
    await expect(
      b.blocking.proposals.fromItem({
        item,
        kind: 'url',
        account: await who.analyst(),
        dedicated: true,
        grounds: 'Because.',
      }),
    ).rejects.toMatchObject({ code: 'BLOCKING_REFUSED', params: { reasons: 'not-assessed' } });
  });

  it('is kept as refused where the rules forbid it, and nobody can release it', async () => {
    const url = 'https://www.facebook.com/photo/1';
    const item = await b.listable(url);
    await emit(cannotBeWithdrawn, { item, round: 1, url, at: at() });
    const [refused] = await b.blocking.store.ofItem(b.scene.platform.db, item, ['rejected']);
    expect(refused?.refused).toEqual(['platform']);
    await expect(b.blocking.decisions.approve(refused?.id as string, await who.senior(), 'x')).rejects.toThrow(
      'BLOCKING_TRANSITION',
    );
  });

  it('comes off by itself when it is gone, and is proposed again when it is back', async () => {
    const { entry, item } = await b.released();
    await emit(withdrawn, { item, round: 1, by: 'machine', at: at() });
    expect(await row(entry)).toMatchObject({ state: 'removed', end_reason: 'gone' });
    expect(await last()).toMatchObject({ op: 'remove', entry });
    await emit(reappeared, { item, round: 2, at: at() });
    const [again] = await b.blocking.store.ofItem(b.scene.platform.db, item, ['proposed']);
    expect(again).toMatchObject({ source: 'reappeared', earlier: entry });
  });
});

describe('a person’s proposal', () => {
  it('is for one address, or for a name that is dedicated', async () => {
    const url = 'http://only.dedicated-site.example/a/1';
    const item = await b.listable(url);
    const propose = async (kind: 'domain' | 'host', dedicated: boolean) =>
      b.blocking.proposals.fromItem({
        item,
        kind,
        account: await who.analyst(),
        target: kind === 'domain' ? 'dedicated-site.example' : '',
        dedicated,
        grounds: 'All of it.',
      });
    await expect(propose('domain', true)).rejects.toThrow('BLOCKING_REFUSED');
    await b.listable('http://dedicated-site.example/a/2');
    await expect(propose('domain', false)).rejects.toThrow('BLOCKING_REFUSED');
    const id = await propose('domain', true);
    expect(await row(id)).toMatchObject({ kind: 'domain', target: 'dedicated-site.example', listed: 2, others: 0 });
    await expect(propose('domain', true)).rejects.toThrow('BLOCKING_ALREADY_OPEN');
    // Something lawful turns up on it before the release: then the whole name is not dedicated.
    const other = await b.scene.report({ url: 'http://dedicated-site.example/news' });
    await b.scene.assess(other.item, { outcome: 'not-actionable', answers: {}, legalArticles: [] });
    await expect(b.blocking.decisions.approve(id, await who.senior(), 'x')).rejects.toThrow('BLOCKING_REFUSED');
    await b.blocking.decisions.reject(id, await who.senior(), 'Not all of it.');
  });

  it('needs another to approve it, an address of its own item, and waits for hashes', async () => {
    const item = await b.listable();
    const account = await who.senior();
    const base = { item, account, dedicated: false, grounds: 'Nobody answers.' };
    await expect(
      b.blocking.proposals.fromItem({ ...base, kind: 'url', target: 'http://elsewhere.example/' }),
    ).rejects.toThrow('BLOCKING_TARGET_INVALID');
    await expect(b.blocking.proposals.fromItem({ ...base, kind: 'hash', target: 'ab'.repeat(32) })).rejects.toThrow(
      'BLOCKING_HASH_NOT_YET',
    );
    await expect(b.blocking.proposals.fromItem({ ...base, kind: 'url', grounds: ' ' })).rejects.toThrow(
      'BLOCKING_REASON_MISSING',
    );
    const id = await b.blocking.proposals.fromItem({ ...base, kind: 'url' });
    await expect(b.blocking.decisions.approve(id, account, 'x')).rejects.toThrow('BLOCKING_INVOLVED');
  });

  it('is not released while whoever was asked to remove it disagrees', async () => {
    const item = await b.listable();
    const account = await who.analyst();
    const id = await b.blocking.proposals.fromItem({ item, kind: 'url', account, dedicated: false, grounds: 'Up.' });
    await b.blocking.decisions.approve(id, await who.senior(), 'Yes.');
    // Police first: the notice is held, so that the scene has it; a dispute is a state of it.
    const notice = await b.scene.notice(item, 'held', 'queued', 'sent', 'no-contact');
    const { pool } = b.scene.platform;
    await pool.query(`update takedown.notice set state = 'disputed' where id = $1`, [notice.id]);
    await expect(b.blocking.decisions.release(id, await who.supervisor(), 'x')).rejects.toThrow(
      'BLOCKING_DISPUTE_OPEN',
    );
    await pool.query(`update takedown.notice set state = $2 where id = $1`, [notice.id, notice.state]);
    await b.blocking.decisions.release(id, await who.supervisor(), 'Settled.');
    expect(await row(id)).toMatchObject({ state: 'released' });
  });
});

describe('a court’s order', () => {
  it('blocks a name or a narrow network, and comes off on its last day', async () => {
    const { proposals, decisions } = b.blocking;
    const id = await proposals.fromOrder(await orderFor('ordered.example'));
    const net = await proposals.fromOrder(await orderFor('193.0.6.9/32', { kind: 'network' }));
    await expect(proposals.fromOrder(await orderFor('gov.ma'))).rejects.toThrow('BLOCKING_REFUSED');
    await expect(proposals.fromOrder(await orderFor('other.example', { number: '' }))).rejects.toThrow(
      'BLOCKING_REFUSED',
    );
    for (const entry of [id, net]) {
      await decisions.approve(entry, await who.senior(), 'As the document says.');
      await decisions.release(entry, await who.supervisor(), 'Compared with the document.');
    }
    expect(b.blocking.store.opened(await row(id))?.court).toMatchObject({
      number: '77/2026',
      reference: 'Archive C-77',
    });
    await pass(95 * DAY);
    for (const entry of [id, net]) await decisions.review(entry, await who.senior(), 'Still in force.');
    await pass(100 * DAY);
    for (const entry of [id, net]) await decisions.review(entry, await who.senior(), 'Still in force.');
    await pass(20 * DAY);
    expect(await row(id)).toMatchObject({ state: 'removed', end_reason: 'expired' });
    expect(await row(net)).toMatchObject({ state: 'removed', end_reason: 'expired' });
  });
});

describe('time', () => {
  it('asks for a review, then suspends what nobody reviewed; back it comes by two people only', async () => {
    const { entry } = await b.released();
    await pass(91 * DAY);
    expect(await row(entry)).toMatchObject({ state: 'released' });
    expect((await row(entry)).review_alarmed_at).not.toBeNull();
    await expect(b.blocking.decisions.review(entry, await who.supervisor(), 'Still up.')).rejects.toThrow(
      'BLOCKING_INVOLVED',
    );
    await pass(15 * DAY);
    expect(await row(entry)).toMatchObject({ state: 'suspended', suspend_reason: 'review-overdue' });
    expect(await last()).toMatchObject({ op: 'remove' });
    await expect(b.blocking.decisions.release(entry, await who.supervisor(), 'x')).rejects.toThrow(
      'BLOCKING_TRANSITION',
    );
    await b.blocking.decisions.approve(entry, await who.third(), 'Still up.');
    await b.blocking.decisions.release(entry, await who.supervisor(), 'Still up.');
    expect(await row(entry)).toMatchObject({ state: 'released' });
  });

  it('takes off what the country has learned to protect', async () => {
    const url = 'http://became-help.example/x';
    const { entry } = await b.released(url);
    await b.country.setOverlay('system', 'neverBlock.names.late-help', {
      id: 'late-help',
      category: 'help',
      names: ['became-help.example'],
      verified: false,
      source: 'made up',
    });
    await b.scene.platform.ticks.run('blocking.protected');
    expect(await row(entry)).toMatchObject({ state: 'removed', end_reason: 'protected' });
  });
});

describe('a mistake', () => {
  it('is rolled back everywhere by one person: everything of an account, at once', async () => {
    const taken = await b.person('taken-over', 'senior-analyst');
    const { proposals, decisions, feed } = b.blocking;
    const account = await who.analyst();
    const made: string[] = [];
    for (let i = 0; i < 4; i++) {
      const item = await b.listable();
      made.push(await proposals.fromItem({ item, kind: 'url', account, dedicated: false, grounds: 'Up.' }));
    }
    const [one, two, three, four] = made as [string, string, string, string];
    await decisions.approve(one, await who.senior(), 'x');
    await decisions.release(one, taken, 'x');
    await decisions.approve(two, taken, 'x');
    await decisions.release(two, await who.supervisor(), 'x');
    await decisions.approve(three, taken, 'x');
    await decisions.approve(four, await who.senior(), 'x');
    await decisions.release(four, await who.supervisor(), 'x');
    const before = await feed.serial();
    await expect(decisions.rollback({}, account, 'x')).rejects.toThrow('BLOCKING_ROLLBACK_EMPTY');
    expect(await decisions.rollback({ account: taken }, await who.senior(), 'The account was taken over.')).toBe(2);
    expect((await feed.since(before)).map((c) => [c.op, c.entry]).sort()).toEqual(
      [
        ['remove', one],
        ['remove', two],
      ].sort(),
    );
    expect((await row(one)).end_reason).toBe('mistake');
    expect((await row(three)).state).toBe('proposed');
    expect((await row(four)).state).toBe('released');
    const from = new Date(((await row(four)).released_at as Date).getTime());
    expect(await decisions.rollback({ from }, await who.third(), 'All of that hour.')).toBe(1);
  });
});

describe('the feed log', () => {
  it('gives by replaying exactly what is released, without a gap, also when many decide at once', async () => {
    const { proposals, decisions, feed } = b.blocking;
    const account = await who.analyst();
    const made: string[] = [];
    for (let i = 0; i < 8; i++) {
      const item = await b.listable();
      const id = await proposals.fromItem({ item, kind: 'url', account, dedicated: false, grounds: 'Up.' });
      await decisions.approve(id, await who.senior(), 'x');
      made.push(id);
    }
    const [supervisor, third] = [await who.supervisor(), await who.third()];
    // Readers that ask all the while never see a number without the one before it.
    let reading = true;
    const reader = (async () => {
      let seen = await feed.serial();
      while (reading)
        for (const change of await feed.since(seen)) {
          expect(change.serial).toBe(seen + 1);
          seen = change.serial;
        }
    })();
    await Promise.all(made.map((id) => decisions.release(id, supervisor, 'x')));
    await Promise.allSettled([
      ...made.slice(0, 3).map((id) => decisions.remove(id, third, 'mistake', 'x')),
      decisions.rollback({ entries: made.slice(2, 6) }, third, 'x'),
    ]);
    reading = false;
    await reader;
    const changes = await feed.since(0);
    expect(changes.map((c) => c.serial)).toEqual(changes.map((_, i) => i + 1));
    const { serial, listed } = await feed.snapshot();
    expect(serial).toBe(changes.length);
    expect([...replay(changes).keys()].sort()).toEqual(listed.map((l) => l.entry).sort());
  });
});

describe('two hands at once', () => {
  it('release it once; a removal that comes between wins over neither law', async () => {
    const { proposals, decisions, feed } = b.blocking;
    const account = await who.analyst();
    for (let round = 0; round < 4; round++) {
      const item = await b.listable();
      const propose = () => proposals.fromItem({ item, kind: 'url', account, dedicated: false, grounds: 'Up.' });
      const made = await Promise.allSettled([propose(), propose()]);
      const [id, ...more] = made.flatMap((m) => (m.status === 'fulfilled' ? [m.value] : []));
      expect(more).toEqual([]);
      await decisions.approve(id as string, await who.senior(), 'x');
      const before = await feed.serial();
      const done = await Promise.allSettled([
        decisions.release(id as string, await who.supervisor(), 'x'),
        decisions.release(id as string, await who.third(), 'x'),
        emit(withdrawn, { item, round: 1, by: 'machine', at: at() }),
      ]);
      expect(done.filter((d, i) => i < 2 && d.status === 'fulfilled').length).toBeLessThanOrEqual(1);
      const ops = (await feed.since(before)).map((c) => c.op);
      expect(await row(id as string)).toMatchObject({ state: 'removed', end_reason: 'gone' });
      expect([[], ['add', 'remove']]).toContainEqual(ops);
    }
  });
});

describe('audit', () => {
  it('has an entry in the transaction of every decision, and no name in any', async () => {
    const { rows } = await b.scene.platform.pool.query<{ decisions: number; entries: number; lines: number }>(`
      select (select count(*)::int from blocking.decision) as decisions,
        (select count(*)::int from audit.entry where action like 'blocking.entry.%') as entries,
        (select count(*)::int from audit.entry where action = 'blocking.log.line') as lines`);
    expect(rows[0]?.decisions).toBeGreaterThan(50);
    expect(rows[0]?.entries).toBe(rows[0]?.decisions);
    expect(rows[0]?.lines).toBe((await b.blocking.log.head()).line);
    const told = await b.scene.platform.pool.query<{ n: number }>(
      `select count(*)::int as n from audit.entry
       where action like 'blocking.%' and (detail::text || subject) ~ 'sample-host|ordered.example|dedicated-site|Seen'`,
    );
    expect(told.rows[0]?.n).toBe(0);
  });
});
