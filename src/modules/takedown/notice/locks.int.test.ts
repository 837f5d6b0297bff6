import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { transaction } from '../../../platform/db.ts';
import { noticeSent } from '../events.ts';
import { type NoticeRow, type OriginRequestRow, tables } from '../schema.ts';
import { AT_ONCE, openScene, type Scene } from '../testing/scene.ts';

/*
 * Everything that can meet on the notices of one item, or of one letter, meets many times. Order of locks: items, all
 * notices of the item by id, ladder, watch, dispute; letters after notices. A ring of waiting transactions is counted by
 * the database itself, also where a job or a tick would try again.
 */

const HOUR = 3_600_000;
const ROUNDS = process.env.SALAMA_LONG ? 60 : 4;
const WRONG = 'wrong@sample-host.example';
let scene: Scene;
let analyst = '';
beforeAll(async () => {
  scene = await openScene({
    seed: 77,
    letterRule: { ...AT_ONCE, grouping: { ...AT_ONCE.grouping, maxNotices: 20 } },
  });
  scene.world.desk.mode = 'silent';
  analyst = await scene.account('analyst');
  await tables(scene.platform.db)
    .insertInto('takedown.contact')
    .values({
      ...{ address: WRONG, channel: 'mail', state: 'wrong', changed_by: 'system', why: null, reason: null },
      ...{ changed_at: scene.platform.clock.now(), verified_at: null, verified_until: null },
    })
    .execute();
  // A moment in which others come: what is fast on an idle machine is slow on a busy one.
  scene.platform.events.on(noticeSent, async (tx) => {
    await sql`select pg_sleep(0.004)`.execute(tx);
  });
});
afterAll(() => scene?.close());

const db = () => scene.platform.db;
const tick = (name: string) => scene.platform.ticks.run(name);
let photos = 9000;
/** Deadlocks that the server has counted in our database. */
async function deadlocks(): Promise<number> {
  // A session tells its numbers when it has been idle for a second.
  await sleep(1_200);
  const { rows } = await scene.platform.pool.query<{ deadlocks: number }>(
    'select deadlocks from pg_stat_database where datname = current_database()',
  );
  return Number(rows[0]?.deadlocks);
}
/** Runs all at once. A refusal by our own rules, or a job that comes again later, is an answer like any other. */
async function meet(...acts: (() => Promise<unknown>)[]): Promise<void> {
  for (const done of await Promise.allSettled(acts.map((act) => act())))
    if (done.status === 'rejected' && !/TAKEDOWN_|CASEWORK_|is being sent/.test(`${done.reason?.code} ${done.reason}`))
      throw new Error(`${done.reason?.code ?? ''} ${done.reason?.detail ?? ''} ${done.reason}`);
}
/** As many items whose notices are ready to go to one contact. */
async function queued(count: number): Promise<NoticeRow[]> {
  const made: string[] = [];
  for (let i = 0; i < count; i++) {
    const { item } = await scene.report({ url: `http://photos.sample-host.example/p/${++photos}` });
    await scene.assess(item);
    made.push(item);
  }
  const notices: NoticeRow[] = [];
  for (const item of made) notices.push(await scene.notice(item, 'queued'));
  await tick('takedown.checks');
  return notices;
}
const originOf = (n: NoticeRow): OriginRequestRow => ({
  ...{ notice: n.id, item: n.item, proxy: 'made-up-proxy', state: 'answered', asked_at: n.created_at },
  ...{ ended_at: scene.platform.clock.now(), ended_by: 'provider', place: null, trace: null },
  ...{ said_place: null, said_contact: null, decided_at: null, decided_by: null },
  contact: 'abuse@behind-the-proxy.example',
});

describe('the order of locks', () => {
  it('lets answers, arrivals and the ladder meet on one letter of many items', async () => {
    const before = await deadlocks();
    const { answers, tracer } = scene.takedown;
    for (let round = 0; round < ROUNDS; round++) {
      const notices = await queued(4);
      scene.world.mail.refuse('temporary');
      await tick('takedown.send');
      scene.world.mail.refuse(null);
      const [letter] = await Promise.all(notices.map((n) => scene.takedown.store.get(db(), n.id)));
      const row = await scene.takedown.letters.find(db(), letter?.letter as string);
      expect(row).toMatchObject({ state: 'trying' });
      expect([...(row?.notices ?? [])].sort()).toEqual(notices.map((n) => n.id).sort());
      scene.platform.clock.advance(HOUR);
      const turned = round % 2 === 0 ? notices : notices.toReversed();
      await meet(
        ...turned.map((n) => () => answers.answer(n.id, 'received', '')),
        () => tick('takedown.send'),
        () => tick('takedown.ladder'),
        () => tick('takedown.send'),
        () => tracer.refresh(notices[0]?.id as string, 0),
      );
      // Nothing was lost to the meeting.
      for (const n of notices) expect((await scene.takedown.store.get(db(), n.id)).state).toBe('received');
      await scene.platform.pool.query(`update takedown.watch set state = 'stopped', next_check_at = null`);
    }
    expect((await deadlocks()) - before).toBe(0);
  }, 240_000);

  it('lets replacement, origins, new reporters and the ladder meet on the notices of one item', async () => {
    const before = await deadlocks();
    const { actions, answers, replacement, store, tracer } = scene.takedown;
    for (let round = 0; round < ROUNDS; round++) {
      const [first] = (await queued(1)) as [NoticeRow];
      await tick('takedown.send');
      const sent = await scene.notice(first.item, 'sent');
      const reminders: string[] = [];
      for (let i = 0; i < 3; i++)
        reminders.push(
          await transaction(db(), (tx) =>
            actions.remind(tx, sent, 'reminder', scene.platform.clock.now(), 'system:ladder'),
          ),
        );
      const all = [sent.id, ...reminders];
      for (const id of all) await store.setFields(db(), id, { contact: WRONG });
      const last = await store.get(db(), reminders.at(-1) as string);
      await scene.platform.pool.query('update takedown.ladder set next_at = $2 where item = $1', [
        sent.item,
        scene.platform.clock.now(),
      ]);
      await meet(
        () => tracer.addOrigin(originOf(last)),
        () => replacement.handle({ notice: reminders[1] as string }),
        () => tick('takedown.ladder'),
        () => tracer.refresh(last.id, 0),
        () => scene.report({ url: sent.url as string, visibility: 'few' }),
        () => replacement.handle({ notice: reminders[2] as string }),
        () => tracer.addOrigin(originOf(sent)),
        () => tick('takedown.ladder'),
        () => answers.answer(sent.id, 'received', ''),
        () => actions.decideHold(reminders[0] as string, 'reporter', 'release', analyst),
        () => tick('takedown.send'),
      );
      await scene.platform.pool.query(`update takedown.watch set state = 'stopped', next_check_at = null`);
    }
    expect((await deadlocks()) - before).toBe(0);
  }, 240_000);
});
