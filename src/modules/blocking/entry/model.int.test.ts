import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { transaction } from '../../../platform/db.ts';
import { reappeared, withdrawn } from '../../takedown/index.ts';
import { type FeedChange, replay } from '../index.ts';
import { type Blocks, openBlocks } from '../testing/blocks.ts';
import { ENTRY_STATES, type EntryState } from './entry.ts';

/*
 * Random people do random things, on a real database. The model below is written from the rules as people say them, not
 * from the code: it predicts what is taken and what is refused, and after every step the list is what the model says.
 */

type Kind = 'url' | 'domain';
interface Entry {
  id: string;
  kind: Kind;
  item: number;
  state: EntryState;
  proposer: string | null;
  approver: string | null;
  releaser: string | null;
  hands: Set<string>;
}
interface Model {
  entries: Entry[];
  appeals: { id: string; entries: Entry[] }[];
  gone: Set<number>;
}

const SITES = ['http://a.model-site.example/p', 'http://b.model-site.example/p', 'https://www.facebook.com/model/p'];
const FORBIDDEN = 2;
const DOMAIN = 'model-site.example';
const OPEN: EntryState[] = ['proposed', 'approved', 'released', 'suspended'];
const NAMES = ['judge-1', 'judge-2', 'amal', 'badr', 'chama', 'driss', 'elias', 'farah'] as const;

let b: Blocks;
let reader: { serial: number; listed: Map<string, FeedChange> } = { serial: 0, listed: new Map() };
const items: string[] = [];
const people = new Map<string, string>();
/** Items of which an entry once ended because they were gone: the machine proposes them again when they are back. */
const onceGone = new Set<number>();
/** What happened at least once: a model that never got anywhere would prove nothing. */
const reached = new Set<string>();

beforeAll(async () => {
  b = await openBlocks({ seed: 71 });
  for (const url of SITES) items.push(await b.listable(url));
  people.set('judge-1', await b.person('analyst', 'analyst'));
  people.set('judge-2', await b.person('senior-analyst', 'senior-analyst'));
  for (const name of NAMES.slice(2)) people.set(name, await b.person(name, 'senior-analyst'));
});
afterAll(() => b?.close());

const id = (name: string) => people.get(name) as string;
const isJudge = (name: string) => name.startsWith('judge');
const open = (m: Model, kind: Kind, item: number) =>
  m.entries.find((e) => OPEN.includes(e.state) && e.kind === kind && (kind === 'domain' || e.item === item));

/** Runs it and says whether it was taken; a refusal must be one of ours. */
async function taken(run: () => Promise<unknown>): Promise<boolean> {
  try {
    await run();
    return true;
  } catch (error) {
    if (!(error instanceof Error) || !/^(BLOCKING|CASEWORK)_/.test(error.message)) throw error;
    return false;
  }
}

async function same(m: Model): Promise<void> {
  const { db, pool } = b.scene.platform;
  for (const e of m.entries) {
    reached.add(e.state);
    const row = await b.blocking.store.get(db, e.id);
    expect({ id: e.id, state: row.state }).toEqual({ id: e.id, state: e.state });
  }
  const { rows } = await pool.query<{
    id: string;
    name: string;
    approved_by: string;
    released_by: string;
    proposed_by: string;
  }>(`select id, name, approved_by, released_by, proposed_by from blocking.entry where state = 'released' order by id`);
  // As every reader of the feed does it: on from where it stood.
  const changes = await b.blocking.feed.since(reader.serial);
  expect(changes.map((c) => c.serial)).toEqual(changes.map((_, i) => reader.serial + i + 1));
  reader = { serial: reader.serial + changes.length, listed: replay(changes, reader.listed) };
  expect([...reader.listed.keys()].sort()).toEqual(rows.map((r) => r.id));
  for (const row of rows) {
    expect(new Set([row.proposed_by, row.approved_by, row.released_by]).size).toBe(3);
    expect([id('judge-1'), id('judge-2')]).not.toContain(row.released_by);
    expect(row.name).not.toMatch(/facebook/);
  }
}

type Real = null;
type Command = fc.AsyncCommand<Model, Real>;
const pick = <T>(list: readonly T[], n: number): T | undefined =>
  list.length === 0 ? undefined : list[n % list.length];

abstract class Step implements Command {
  check = () => true;
  abstract act(m: Model): Promise<void>;
  async run(m: Model): Promise<void> {
    await this.act(m);
    await same(m);
  }
  abstract toString(): string;
}

class Propose extends Step {
  constructor(
    readonly kind: Kind,
    readonly item: number,
    readonly who: string,
    readonly dedicated: boolean,
  ) {
    super();
  }
  async act(m: Model) {
    const { kind, item, who, dedicated } = this;
    const want = item !== FORBIDDEN && (kind === 'url' || dedicated) && !open(m, kind, item);
    let made = '';
    const did = await taken(async () => {
      made = await b.blocking.proposals.fromItem({
        item: items[item] as string,
        kind,
        target: kind === 'domain' ? (item === FORBIDDEN ? 'facebook.com' : DOMAIN) : '',
        account: id(who),
        dedicated,
        grounds: 'Made up.',
      });
    });
    expect(did).toBe(want);
    const proposer = who;
    if (did)
      m.entries.push({
        id: made,
        kind,
        item,
        state: 'proposed',
        proposer,
        approver: null,
        releaser: null,
        hands: new Set([who]),
      });
  }
  toString = () => `${this.who} proposes ${this.kind} of ${this.item}${this.dedicated ? ', dedicated' : ''}`;
}

const DEEDS = ['approve', 'release', 'review', 'reject', 'suspend', 'remove', 'withdraw'] as const;
const FIT: Record<(typeof DEEDS)[number], EntryState[]> = {
  approve: ['proposed', 'suspended'],
  release: ['approved'],
  review: ['released'],
  reject: ['proposed', 'approved'],
  suspend: ['released'],
  remove: OPEN,
  withdraw: ['approved'],
};
class Deed extends Step {
  constructor(
    readonly deed: (typeof DEEDS)[number],
    readonly n: number,
    readonly who: string,
  ) {
    super();
  }
  async act(m: Model) {
    // Half of the time where it can succeed at all: blind choice would seldom get anything onto the list.
    const fit = m.entries.filter((e) => FIT[this.deed].includes(e.state));
    const e = pick(this.n % 2 === 0 && fit.length > 0 ? fit : m.entries, this.n >> 1);
    if (!e) return;
    const { who } = this;
    const { decisions } = b.blocking;
    const me = id(who);
    switch (this.deed) {
      case 'approve': {
        const want = (e.state === 'proposed' || e.state === 'suspended') && who !== e.proposer;
        expect(await taken(() => decisions.approve(e.id, me, 'x'))).toBe(want);
        if (want) Object.assign(e, { state: 'approved', approver: who, releaser: null });
        if (want) e.hands.add(who);
        return;
      }
      case 'release': {
        const want = e.state === 'approved' && who !== e.proposer && who !== e.approver && !isJudge(who);
        expect(await taken(() => decisions.release(e.id, me, 'x'))).toBe(want);
        if (want) Object.assign(e, { state: 'released', releaser: who });
        if (want) e.hands.add(who);
        return;
      }
      case 'review': {
        const want = e.state === 'released' && who !== e.releaser;
        expect(await taken(() => decisions.review(e.id, me, 'x'))).toBe(want);
        if (want) e.hands.add(who);
        return;
      }
      case 'reject': {
        const want = e.state === 'proposed' || e.state === 'approved';
        expect(await taken(() => decisions.reject(e.id, me, 'x'))).toBe(want);
        if (want) e.state = 'rejected';
        if (want) e.hands.add(who);
        return;
      }
      case 'suspend': {
        const want = e.state === 'released';
        expect(await taken(() => decisions.suspend(e.id, me, 'x'))).toBe(want);
        if (want) e.state = 'suspended';
        return;
      }
      case 'remove': {
        const want = OPEN.includes(e.state);
        expect(await taken(() => decisions.remove(e.id, me, 'mistake', 'x'))).toBe(want);
        if (want) e.state = 'removed';
        return;
      }
      case 'withdraw': {
        const want = e.state === 'approved' && e.approver === who;
        expect(await taken(() => decisions.withdrawApproval(e.id, me, 'x'))).toBe(want);
        if (want) Object.assign(e, { state: 'proposed', approver: null });
      }
    }
  }
  toString = () => `${this.who}: ${this.deed} #${this.n}`;
}

class Rollback extends Step {
  constructor(
    readonly of: string,
    readonly by: string,
  ) {
    super();
  }
  async act(m: Model) {
    const hit = m.entries.filter((e) => e.state === 'released' && (e.releaser === this.of || e.approver === this.of));
    const back = m.entries.filter((e) => e.state === 'approved' && e.approver === this.of);
    expect(await b.blocking.decisions.rollback({ account: id(this.of) }, id(this.by), 'x')).toBe(hit.length);
    if (hit.length > 0) reached.add('rolled-back');
    for (const e of hit) e.state = 'removed';
    for (const e of back) Object.assign(e, { state: 'proposed', approver: null });
  }
  toString = () => `${this.by} rolls back ${this.of}`;
}

class Gone extends Step {
  constructor(readonly item: number) {
    super();
  }
  async act(m: Model) {
    if (m.gone.has(this.item)) return;
    const item = items[this.item] as string;
    const { platform, casework } = b.scene;
    await transaction(platform.db, async (tx) => {
      await casework.apply(tx, item, { type: 'gone' }, 'system');
      await platform.events.emit(tx, withdrawn, { item, round: 1, by: 'machine', at: platform.clock.now() });
    });
    m.gone.add(this.item);
    const all = m.gone.has(0) && m.gone.has(1);
    for (const e of m.entries.filter((e) => OPEN.includes(e.state)))
      if (e.kind === 'url' ? e.item === this.item : all && this.item !== FORBIDDEN) {
        if (e.state === 'released') reached.add('gone');
        e.state = 'removed';
        onceGone.add(e.item);
      }
  }
  toString = () => `item ${this.item} is gone`;
}

class Back extends Step {
  constructor(readonly item: number) {
    super();
  }
  async act(m: Model) {
    if (!m.gone.delete(this.item)) return;
    await comesBack(this.item, true);
    if (!onceGone.has(this.item) || open(m, 'url', this.item)) return;
    const [made] = await b.blocking.store.ofItem(b.scene.platform.db, items[this.item] as string, ['proposed']);
    const proposed = await b.blocking.store.openOf(
      b.scene.platform.db,
      'url',
      SITES[this.item] as string,
      'csam',
      OPEN,
    );
    expect(made).toBeDefined();
    m.entries.push({
      id: proposed?.id as string,
      kind: 'url',
      item: this.item,
      state: 'proposed',
      proposer: null,
      approver: null,
      releaser: null,
      hands: new Set(),
    });
  }
  toString = () => `item ${this.item} is back`;
}

async function comesBack(n: number, tell: boolean): Promise<void> {
  const item = items[n] as string;
  const { platform, casework } = b.scene;
  await transaction(platform.db, async (tx) => {
    await casework.apply(tx, item, { type: 'back' }, 'system');
    if (tell) await platform.events.emit(tx, reappeared, { item, round: 2, at: platform.clock.now() });
  });
}

class Appeal extends Step {
  constructor(
    readonly n: number,
    readonly aimed: boolean,
  ) {
    super();
  }
  async act(m: Model) {
    const aim = this.aimed ? m.entries.find((e) => e.state === 'released')?.item : undefined;
    const about = aim ?? this.n % SITES.length;
    const url = SITES[about] as string;
    await b.blocking.appeals.file({ address: url, who: 'owner', words: 'Wrong.', contact: '', lang: 'fr' });
    const { rows } = await b.scene.platform.pool.query<{ id: string }>(
      'select id from blocking.appeal order by id desc limit 1',
    );
    const concerned = m.entries.filter(
      (e) =>
        (e.state === 'released' || e.state === 'suspended') &&
        (e.kind === 'url' ? e.item === about : about !== FORBIDDEN),
    );
    m.appeals.push({ id: rows[0]?.id as string, entries: concerned });
  }
  toString = () => `somebody contests ${this.aimed ? 'what is blocked' : this.n}`;
}

const DECISIONS = ['upheld', 'upheld-in-part', 'rejected', 'nothing-blocked'] as const;
class Hear extends Step {
  constructor(
    readonly n: number,
    readonly who: string,
    readonly decision: (typeof DECISIONS)[number],
  ) {
    super();
  }
  async act(m: Model) {
    const fit = m.appeals.filter((a) => a.entries.length > 0);
    const appeal = pick(this.n % 2 === 0 && fit.length > 0 ? fit : m.appeals, this.n >> 1);
    if (!appeal) return;
    const { who, decision } = this;
    const involved = appeal.entries.some((e) => isJudge(who) || e.hands.has(who) || e.proposer === who);
    const fits = (appeal.entries.length === 0) === (decision === 'nothing-blocked');
    const want = !involved && fits;
    expect(await taken(() => b.blocking.appeals.decide(appeal.id, id(who), decision, 'x'))).toBe(want);
    if (!want) return;
    m.appeals = m.appeals.filter((a) => a !== appeal);
    if (appeal.entries.length > 0) reached.add('heard');
    for (const e of appeal.entries)
      if (decision === 'upheld' && (e.state === 'released' || e.state === 'suspended')) e.state = 'removed';
      else if (decision === 'upheld-in-part' && e.state === 'released') e.state = 'suspended';
  }
  toString = () => `${this.who} hears appeal #${this.n}: ${this.decision}`;
}

const name = fc.constantFrom(...NAMES);
const item = fc.nat(SITES.length - 1);
const n = fc.nat(17);
// The way onto the list is long: its steps come more often, so that runs get there.
const commands = [
  fc.tuple(fc.constantFrom<Kind>('url', 'url', 'domain'), item, name, fc.boolean()).map((a) => new Propose(...a)),
  fc.tuple(fc.constantFrom<Kind>('url', 'domain'), fc.nat(1), name, fc.constant(true)).map((a) => new Propose(...a)),
  fc.tuple(fc.constant('approve' as const), n, name).map((a) => new Deed(...a)),
  fc.tuple(fc.constant('approve' as const), n, name).map((a) => new Deed(...a)),
  fc.tuple(fc.constant('release' as const), n, name).map((a) => new Deed(...a)),
  fc.tuple(fc.constant('release' as const), n, name).map((a) => new Deed(...a)),
  fc.tuple(fc.constant('suspend' as const), n, name).map((a) => new Deed(...a)),
  fc.tuple(fc.constantFrom(...DEEDS), n, name).map((a) => new Deed(...a)),
  fc.tuple(name, name).map((a) => new Rollback(...a)),
  item.map((i) => new Gone(i)),
  item.map((i) => new Back(i)),
  fc.tuple(item, fc.boolean()).map((a) => new Appeal(...a)),
  fc.tuple(n, name, fc.constantFrom(...DECISIONS)).map((a) => new Hear(...a)),
  fc.tuple(n, name, fc.constantFrom(...DECISIONS)).map((a) => new Hear(...a)),
];

/** Half of the runs begin with something on the list. */
const LISTED = [new Propose('url', 0, 'amal', false), new Deed('approve', 0, 'badr'), new Deed('release', 0, 'chama')];

describe('blocking', () => {
  it('keeps to its rules whatever people do in whatever order', async () => {
    await fc.assert(
      fc.asyncProperty(fc.boolean(), fc.commands(commands, { maxCommands: 60, size: '+2' }), async (warm, steps) => {
        const model: Model = { entries: [], appeals: [], gone: new Set() };
        await fc.asyncModelRun(() => ({ model, real: null }), warm ? [...LISTED, ...steps] : steps);
        for (const e of model.entries) reached.add(e.state);
        for (const i of model.gone) await comesBack(i, false);
        for (const e of model.entries)
          if (OPEN.includes(e.state)) await b.blocking.decisions.remove(e.id, id('amal'), 'mistake', 'End of the run.');
      }),
      { numRuns: process.env.SALAMA_LONG ? 200 : 20, endOnFailure: true },
    );
    expect([...reached].sort()).toEqual([...ENTRY_STATES, 'gone', 'heard', 'rolled-back'].sort());
  }, 600_000);
});
