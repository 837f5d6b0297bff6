import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PageState, StateName } from '../../../../world/index.ts';
import { type CheckState, STANDING } from '../check/index.ts';
import { reappeared, type WithdrawnBy, withdrawn } from '../index.ts';
import { openScene, QUICK, type Scene } from '../testing/scene.ts';

/*
 * The watch against a model of a dozen lines: whatever sites do and people decide, in whatever order, with workers side by
 * side, an item closes only by the rule or by a person who may, comes back when it is back, and no look is lost or counted
 * twice. Real PostgreSQL, real HTTP and DNS; only time is ours.
 */

const BECOMES: readonly [StateName, CheckState][] = [
  ['up', 'up-same'],
  ['changed', 'up-changed'],
  ['removed', 'gone-http'],
  ['removed-notice', 'removed-notice'],
  ['soft-404', 'soft-404'],
  ['parked', 'parked'],
  ['login-wall', 'login-wall'],
  ['bot-wall', 'bot-wall'],
  ['legal-block', 'legal-block'],
  ['server-error', 'unreachable'],
];

interface Modelled {
  item: string;
  page: string;
  serves: CheckState;
  open: boolean;
  round: number;
  /** Looks of this round that count, in order: what the rule is applied to. */
  denials: { at: number; vantage: string }[];
  looks: number;
  last: CheckState;
}
interface Model {
  items: Modelled[];
}
interface Real {
  scene: Scene;
  closed: { item: string; round: number; by: WithdrawnBy }[];
  back: { item: string; round: number }[];
}

const SHOWS = (state: CheckState): PageState | StateName => BECOMES.find(([, s]) => s === state)?.[0] ?? 'up';
const ITEMS = 4;
const STEP_MS = 125_000;

async function rows({ scene }: Real, item: string) {
  const watch = await scene.takedown.watches.find(scene.platform.db, item);
  if (!watch) throw new Error('an item is lost');
  return { watch, checks: await scene.takedown.watches.checks(scene.platform.db, item, 1_000) };
}

/** What one new look does to the model. */
function follow(m: Modelled, look: { at: Date; state: CheckState; vantage: string }): 'gone' | 'back' | undefined {
  m.looks++;
  m.last = look.state;
  const standing = STANDING[look.state];
  if (!m.open) {
    if (look.state !== 'up-same') return undefined;
    Object.assign(m, { open: true, round: m.round + 1, denials: [] });
    return 'back';
  }
  if (standing === 'gone') m.denials.push({ at: look.at.getTime(), vantage: look.vantage });
  else if (standing !== 'silent') m.denials = [];
  const [first, last] = [m.denials.at(0), m.denials.at(-1)];
  const enough =
    first !== undefined &&
    last !== undefined &&
    standing === 'gone' &&
    m.denials.length >= QUICK.minChecks &&
    last.at - first.at >= QUICK.minSpanMs &&
    new Set(m.denials.map((d) => d.vantage)).size >= QUICK.minVantages;
  if (!enough) return undefined;
  Object.assign(m, { open: false, denials: [] });
  return 'gone';
}

class Becomes implements fc.AsyncCommand<Model, Real> {
  constructor(
    readonly which: number,
    readonly state: CheckState,
  ) {}
  check = () => true;
  async run(model: Model, real: Real) {
    const m = model.items[this.which] as Modelled;
    m.serves = this.state;
    real.scene.world.sites.set(m.page, SHOWS(this.state));
  }
  toString = () => `becomes(${this.which}, ${this.state})`;
}

class Passes implements fc.AsyncCommand<Model, Real> {
  constructor(
    readonly ms: number,
    readonly workers: number,
  ) {}
  check = () => true;
  async run(model: Model, real: Real) {
    const { scene } = real;
    scene.platform.clock.advance(this.ms);
    const marks = { closed: real.closed.length, back: real.back.length };
    // Two processes at once: the same tick, twice.
    await Promise.all(Array.from({ length: this.workers }, () => scene.platform.ticks.run('takedown.checks')));
    const closed = real.closed.slice(marks.closed);
    const back = real.back.slice(marks.back);
    for (const m of model.items) {
      const { watch, checks } = await rows(real, m.item);
      const fresh = checks.slice(0, watch.looks - m.looks).toReversed();
      expect(checks.length, 'every look has one record').toBe(watch.looks);
      expect(watch.looks - m.looks, 'one look a tick').toBeLessThanOrEqual(1);
      for (const look of fresh) {
        expect(look.state).toBe(m.serves);
        const did = follow(m, look);
        expect(closed.filter((c) => c.item === m.item).map((c) => c.by)).toEqual(did === 'gone' ? ['machine'] : []);
        expect(back.filter((c) => c.item === m.item).length).toBe(did === 'back' ? 1 : 0);
      }
      if (fresh.length === 0) expect(closed.some((c) => c.item === m.item)).toBe(false);
      expect({ state: watch.state, round: watch.round }).toEqual({ state: m.open ? 'open' : 'gone', round: m.round });
      expect(watch.lease).toBeNull();
      // An open item always has a next look.
      if (m.open) expect(watch.next_check_at).not.toBeNull();
    }
  }
  toString = () => `passes(${this.ms} ms, ${this.workers})`;
}

/** A person says "gone", or "as it is", or "back"; what may not be said must change nothing. */
class Says implements fc.AsyncCommand<Model, Real> {
  constructor(
    readonly which: number,
    readonly what: 'gone' | 'as-is' | 'back',
  ) {}
  check = () => true;
  async run(model: Model, real: Real) {
    const m = model.items[this.which] as Modelled;
    const { outcomes } = real.scene.takedown;
    const analyst = await real.scene.account('analyst');
    const deeds = { gone: outcomes.confirmGone, 'as-is': outcomes.confirmAsIs, back: outcomes.confirmBack };
    const standing = STANDING[m.last];
    const may = {
      gone: m.open && (standing === 'doubt' || standing === 'gone' || m.last === 'up-changed'),
      'as-is': standing === 'doubt' || m.last === 'up-changed',
      back: !m.open,
    }[this.what];
    const done = await deeds[this.what](m.item, analyst).then(
      () => true,
      () => false,
    );
    expect(done, `${this.what} over ${m.last}`).toBe(may);
    if (may && this.what === 'gone') Object.assign(m, { open: false, denials: [] });
    if (may && this.what === 'back') Object.assign(m, { open: true, round: m.round + 1, denials: [] });
    const { watch } = await rows(real, m.item);
    expect(watch.state).toBe(m.open ? 'open' : 'gone');
  }
  toString = () => `says(${this.which}, ${this.what})`;
}

let scene: Scene;
const closed: Real['closed'] = [];
const back: Real['back'] = [];
let photos = 2_000;
beforeAll(async () => {
  scene = await openScene({ seed: 47 });
  scene.world.desk.mode = 'silent';
  scene.platform.events.on(withdrawn, async (_tx, { item, round, by }) => {
    closed.push({ item, round, by });
  });
  scene.platform.events.on(reappeared, async (_tx, { item, round }) => {
    back.push({ item, round });
  });
});
afterAll(() => scene.close());

async function begin(n: number): Promise<Modelled[]> {
  const items: Modelled[] = [];
  for (let i = 0; i < n; i++) {
    const page = `http://photos.sample-host.example/p/${++photos}`;
    const { item } = await scene.report({ url: page });
    await scene.assess(item);
    items.push({ item, page, serves: 'up-same', open: true, round: 1, denials: [], looks: 0, last: 'up-same' });
  }
  await scene.platform.ticks.run('takedown.checks');
  for (const m of items) {
    const { watch } = await rows({ scene, closed, back }, m.item);
    expect(watch.looks).toBe(1);
    m.looks = 1;
  }
  return items;
}

const state = fc.constantFrom(...BECOMES.map(([, s]) => s));
const which = fc.nat(ITEMS - 1);

describe('the watch', () => {
  it('does what its model does, whatever happens', { timeout: 240_000 }, async () => {
    const commands = fc.commands(
      [
        fc.tuple(which, state).map(([w, s]) => new Becomes(w, s)),
        // Denials are what closing is made of: often enough in a row.
        which.map((w) => new Becomes(w, 'gone-http')),
        fc.tuple(fc.constantFrom(20_000, 31_000, STEP_MS), fc.constantFrom(1, 2)).map(([ms, n]) => new Passes(ms, n)),
        fc.constantFrom(1, 2).map((n) => new Passes(STEP_MS, n)),
        fc.tuple(which, fc.constantFrom('gone', 'as-is', 'back')).map(([w, d]) => new Says(w, d as 'gone')),
      ],
      { maxCommands: 25, size: 'max' },
    );
    await fc.assert(
      fc.asyncProperty(commands, async (cmds) => {
        const items = await begin(ITEMS);
        await fc.asyncModelRun(() => ({ model: { items }, real: { scene, closed, back } }), cmds);
        for (const m of items) await scene.takedown.watches.stop(scene.platform.db, m.item);
      }),
      { numRuns: 8, seed: 20_261_128, endOnFailure: true },
    );
  });

  it('lives a year of many items in seconds: what left closes, comes back, and is closed again', {
    timeout: 240_000,
  }, async () => {
    const items = await begin(24);
    const real: Real = { scene, closed, back };
    let turn = 0;
    const days = 365;
    const marks = { closed: closed.length, back: back.length };
    // The rule of a test: a minute stands for hours; a year is walked in steps of six days.
    for (let day = 0; day < days; day += 6) {
      for (const [i, m] of items.entries()) {
        // Each leaves at its own time, one in three comes back, one in four hides behind a wall for good.
        const from = 20 + i * 7;
        const serves: CheckState =
          i % 4 === 3 ? 'bot-wall' : i % 3 === 0 && day > from + 60 && day < from + 90 ? 'up-same' : 'gone-http';
        m.serves = day < from ? 'up-same' : serves;
        scene.world.sites.set(m.page, SHOWS(m.serves));
      }
      await new Passes(6 * 86_400_000, (turn++ % 2) + 1).run({ items }, real);
    }
    const mine = new Set(items.map((m) => m.item));
    const ends = closed.slice(marks.closed).filter((c) => mine.has(c.item));
    expect(ends.every((c) => c.by === 'machine')).toBe(true);
    for (const [i, m] of items.entries()) {
      const closings = ends.filter((c) => c.item === m.item).length;
      if (i % 4 === 3) expect({ closings, open: m.open }).toEqual({ closings: 0, open: true });
      else if (20 + i * 7 < days - 40) expect(closings).toBeGreaterThanOrEqual(1);
    }
  });
});
