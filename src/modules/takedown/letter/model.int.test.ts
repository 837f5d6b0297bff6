import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { UNSENT } from '../notice/notice.ts';
import { AT_ONCE, openScene, type Scene } from '../testing/scene.ts';
import type { LetterRule } from './letter.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const RULE: LetterRule = {
  urgent: ['danger', 'urgent'],
  window: 'working-time',
  grouping: { ...AT_ONCE.grouping, newContact: 1800, knownContact: 6 * 3600, takenBack: 3600, maxNotices: 3 },
};

let scene: Scene;
beforeAll(async () => {
  scene = await openScene({ seed: 41, letterRule: RULE });
  scene.world.desk.mode = 'silent';
});
afterAll(() => scene.close());

interface Known {
  id: string;
  item: string;
  url: string;
  urgent: boolean;
  /** It left a letter whose fate nobody knew: the one case in which it may come under two names. */
  doubtful: boolean;
}
interface Model {
  notices: Known[];
}
type Command = fc.AsyncCommand<Model, Scene>;

let photos = 2000;
const get = (id: string) => scene.takedown.store.get(scene.platform.db, id);
/** Names of the letters that asked for something; the one that takes it back is another. */
async function namesOf(id: string): Promise<Set<string>> {
  const { counter_letter } = await get(id);
  const counter = counter_letter && (await scene.takedown.letters.find(scene.platform.db, counter_letter));
  const about = scene.world.mail.messages.filter((m) => m.text.includes(id)).map((m) => m.messageId);
  return new Set(about.filter((name) => !counter || name !== counter.message_id));
}

/** What must hold after every step, whatever the steps. */
async function invariants(model: Model): Promise<void> {
  const { db } = scene.platform;
  for (const known of model.notices) {
    const notice = await get(known.id);
    const names = await namesOf(known.id);
    // Never in two letters.
    if (!known.doubtful) expect([...names].length).toBeLessThanOrEqual(1);
    // What counts as sent has arrived, under the name that it has.
    if (notice.state === 'sent') expect(names).toContain(notice.message_id);
    const letter = notice.letter ? await scene.takedown.letters.find(db, notice.letter) : undefined;
    if (!letter?.tried_at || letter.notices.length === 0) continue;
    expect(letter.urgent).toBe(known.urgent);
    // The first try of what can wait is in working hours; what cannot, waits for nothing.
    if (letter.urgent) expect(letter.due_at.getTime()).toBeLessThanOrEqual(scene.platform.clock.now().getTime() + HOUR);
    else expect(scene.takedown.country.sendingTime(letter.tried_at, notice.hosted_in)).toEqual(letter.tried_at);
  }
}

/** One round of the clock; only what was queued before may leave. */
async function pass(model: Model, ms: number): Promise<void> {
  const before = new Map<string, string>();
  for (const { id } of model.notices) before.set(id, (await get(id)).state);
  const mails = scene.world.mail.messages.length;
  await scene.pass(ms);
  await scene.platform.ticks.run('takedown.send');
  for (const mail of scene.world.mail.messages.slice(mails))
    for (const { id } of model.notices)
      if (mail.text.includes(id)) expect(['queued', 'taken-back']).toContain(before.get(id));
}

const step = (name: string, run: (model: Model) => Promise<void>): Command => ({
  check: () => true,
  async run(model) {
    await run(model);
    await invariants(model);
  },
  toString: () => name,
});

async function add(model: Model, urgent: boolean): Promise<void> {
  const url = `http://photos.sample-host.example/p/${++photos}`;
  const { item } = await scene.report({ url });
  await scene.assess(item, { category: urgent ? 'image-abuse' : 'harassment' });
  const { id } = await scene.notice(item, 'queued');
  await scene.platform.ticks.run('takedown.checks');
  model.notices.push({ id, item, url, urgent, doubtful: false });
}

/** The notice that a number means, if it is in one of these states. */
async function pick(model: Model, n: number, ...states: string[]): Promise<Known | undefined> {
  const known = model.notices[n % Math.max(1, model.notices.length)];
  return known && states.includes((await get(known.id)).state) ? known : undefined;
}

const commands = [
  fc.boolean().map((urgent) => step(`new${urgent ? ' urgent' : ''}`, (m) => add(m, urgent))),
  fc.constant(step('new', (m) => add(m, false))),
  fc
    .constantFrom(MINUTE, 20 * MINUTE, 2 * HOUR, 9 * HOUR, 26 * HOUR)
    .map((ms) => step(`pass ${ms / MINUTE}`, (m) => pass(m, ms))),
  fc
    .constantFrom('temporary', 'permanent', 'lost-reply', null, null, null)
    .map((how) => step(`server ${how}`, async () => scene.world.mail.refuse(how))),
  fc.nat(20).map((n) =>
    step(`few ${n}`, async (m) => {
      const known = await pick(m, n, 'queued');
      if (!known) return;
      const { letter } = await get(known.id);
      const row = letter ? await scene.takedown.letters.find(scene.platform.db, letter) : undefined;
      if (row?.state === 'trying') known.doubtful = true;
      await scene.report({ url: known.url, visibility: 'few' });
      expect((await get(known.id)).state).toBe('held');
    }),
  ),
  fc.nat(20).map((n) =>
    step(`release ${n}`, async (m) => {
      const known = await pick(m, n, 'held');
      if (!known) return;
      await scene.takedown.actions.decideHold(known.id, 'reporter', 'release', await scene.account('analyst'));
      await scene.notice(known.item, 'queued');
    }),
  ),
  fc.nat(20).map((n) =>
    step(`lawful ${n}`, async (m) => {
      const known = await pick(m, n, 'queued', 'held', 'failed', 'sent');
      if (known) await scene.assess(known.item, { outcome: 'not-actionable', legalArticles: [] });
    }),
  ),
  fc.nat(20).map((n) =>
    step(`answer ${n}`, async (m) => {
      const known = await pick(m, n, 'sent');
      if (known) await scene.takedown.answers.answer(known.id, 'received', '');
    }),
  ),
  fc.nat(20).map((n) =>
    step(`retry ${n}`, async (m) => {
      const known = await pick(m, n, 'failed');
      if (known) await scene.takedown.actions.retry(known.id, await scene.account('analyst'));
    }),
  ),
];

describe('letters, whatever happens', () => {
  it('carry each notice once, lose none, and keep to holds and windows', { timeout: 240_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.commands(commands, { maxCommands: 25, size: 'max' }), async (steps) => {
        scene.world.mail.refuse(null);
        const model: Model = { notices: [] };
        await fc.asyncModelRun(() => ({ model, real: scene }), steps);
        // In the end: the server is well, everything is released, and time passes.
        scene.world.mail.refuse(null);
        const analyst = await scene.account('analyst');
        for (const { id, item } of model.notices) {
          const { state } = await get(id);
          if (state === 'held') {
            await scene.takedown.actions.decideHold(id, 'reporter', 'release', analyst);
            await scene.notice(item, 'queued');
          }
          if (state === 'failed') await scene.takedown.actions.retry(id, analyst);
        }
        await scene.platform.ticks.run('takedown.send');
        for (let n = 0; n < 24; n++) await pass(model, 7 * HOUR);
        await invariants(model);
        for (const { id } of model.notices) expect(UNSENT).not.toContain((await get(id)).state);
      }),
      { numRuns: Number(process.env.SALAMA_LONG === '1' ? 40 : 4), seed: 4_242, endOnFailure: true },
    );
  });
});
