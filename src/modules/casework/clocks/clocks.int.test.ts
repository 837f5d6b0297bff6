import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { transaction } from '../../../platform/db.ts';
import { collectingMailer, createTestPlatform, type TestPlatform } from '../../../platform/testkit/index.ts';
import { securityForcesTold } from '../index.ts';
import {
  agreeOn,
  createDeskModules,
  createDeskServer,
  type DeskModules,
  report,
  signIn,
} from '../testing/desk-fixture.ts';
import { clockAlert } from './alert.job.ts';
import { dueAt } from './clock.ts';
import { ALERT_GAP_MS } from './clocks.ts';

const HOUR = 3_600_000;
const MINUTE = 60_000;
const at = (text: string) => new Date(text);

describe('the clocks of items', () => {
  let platform: TestPlatform;
  let m: DeskModules;
  const mailer = collectingMailer();
  const account = '01900000-0000-7000-8000-000000000001';
  let n = 0;

  beforeAll(async () => {
    // A Tuesday, 09:00 in Morocco, where the clock shows UTC.
    platform = await createTestPlatform({ env: { SALAMA_DEMO: '1' }, mailer });
    m = await createDeskModules(platform);
    await m.identity.createDemoAccounts();
  });
  afterAll(async () => {
    await m?.reporting.close();
    await platform?.close();
  });

  async function item(given: Parameters<typeof report>[1] = {}) {
    const { id } = await m.reporting.submit(
      report(m.reporting, { links: [`https://clock-${++n}.example/`], category: 'image-abuse', ...given }),
    );
    while (await m.casework.linker.drain());
    const [found] = await m.casework.itemsOfReport(id);
    if (!found) throw new Error('not linked');
    return found;
  }
  const clocksOf = async (id: string) =>
    (await m.casework.clocks.ofItem(id)).map((c) => `${c.step} ${c.state}${c.breached_at ? ' late' : ''}`);
  const judge = async (id: string) => {
    await m.casework.assess(id, account, {
      outcome: 'illegal',
      category: 'image-abuse',
      severity: 'serious',
      ageBand: '12-14',
      sex: 'girl',
      legalArticles: ['penal-447-1'],
      note: '',
    });
    await agreeOn(m.casework, id, '01900000-0000-7000-8000-000000000002');
  };
  const move = (id: string, type: 'notice-sent' | 'gone' | 'back') =>
    transaction(platform.db, (tx) => m.casework.apply(tx, id, { type }, 'system'));
  const tick = () => platform.ticks.run('casework.clocks');
  const alerts = async () =>
    (
      await platform.pool.query(
        "select payload from graphile_worker._private_jobs where task_id = (select id from graphile_worker._private_tasks where identifier = 'casework.clock-alert') order by id",
      )
    ).rows.map((r) => clockAlert.payload.parse(r.payload));

  it('are due on the country’s calendar: any time for danger; nights, holidays and Ramadan for the rest', () => {
    const { addWorkingTime } = m.country;
    const friday = at('2026-11-27T15:30:00Z');
    expect(dueAt({ minutes: 60, time: 'any' }, friday, addWorkingTime)).toEqual(at('2026-11-27T16:30:00Z'));
    expect(dueAt({ minutes: 120, time: 'working' }, friday, addWorkingTime)).toEqual(at('2026-11-30T09:30:00Z'));
    const beforeIndependence = at('2026-11-17T16:00:00Z');
    expect(dueAt({ minutes: 60, time: 'working' }, beforeIndependence, addWorkingTime)).toEqual(
      at('2026-11-19T09:00:00Z'),
    );
    const ramadan = at('2027-02-15T14:30:00Z');
    expect(dueAt({ minutes: 60, time: 'working' }, ramadan, addWorkingTime)).toEqual(at('2027-02-16T09:30:00Z'));
  });

  it('follow an item from the report to the removal and round again', async () => {
    const { id } = await item();
    expect(await clocksOf(id)).toEqual(['assessment running']);
    platform.clock.advance(10 * MINUTE);
    await judge(id);
    expect(await clocksOf(id)).toEqual(['assessment met', 'notice running']);
    platform.clock.advance(10 * MINUTE);
    await move(id, 'notice-sent');
    platform.clock.advance(10 * MINUTE);
    await move(id, 'gone');
    expect(await clocksOf(id)).toEqual(['assessment met', 'notice met', 'removal met']);
    platform.clock.advance(10 * MINUTE);
    await move(id, 'back');
    expect(await clocksOf(id)).toEqual(['assessment met', 'notice met', 'removal met', 'notice running']);
  });

  it('are planned anew when the urgency changes', async () => {
    const found = await item({ category: 'privacy', occurred: 'older' });
    const [before] = (await m.casework.clocks.of([found.id])).get(found.id) ?? [];
    await m.casework.priority.set(found.id, account, 0, 'A child waits at the door.');
    const [after] = (await m.casework.clocks.of([found.id])).get(found.id) ?? [];
    expect(after?.due_at).toEqual(new Date((after?.started_at.getTime() ?? 0) + HOUR));
    expect(after?.due_at?.getTime()).toBeLessThan(before?.due_at?.getTime() ?? 0);
  });

  it('tell supervisors once of each breach, many in one mail, without a word of what was reported', async () => {
    const danger = await item({ danger: true });
    platform.clock.advance(61 * MINUTE);
    await tick();
    await tick();
    expect(await clocksOf(danger.id)).toEqual(['assessment running late']);
    const first = await alerts();
    expect(first).toHaveLength(1);
    const more = [await item({ danger: true }), await item({ danger: true }), await item({ danger: true })];
    platform.clock.advance(61 * MINUTE);
    await tick();
    const second = (await alerts()).slice(1);
    expect(second.map((a) => a.breaches)).toEqual([3]);
    platform.clock.advance(ALERT_GAP_MS);
    await tick();
    expect(await alerts()).toHaveLength(2);

    await platform.jobs.start(platform.pool, 1);
    await expect.poll(() => mailer.sent.length, { timeout: 10_000 }).toBe(2);
    await platform.jobs.stop();
    const mail = mailer.sent.find((s) => s.messageId.includes(second[0]?.alert ?? '?'));
    for (const { id } of more) expect(mail?.text).toContain(`/desk/items/${id}`);
    for (const { text } of mailer.sent) expect(text).not.toContain('clock-');
  });

  it('are late when a step was done too late, also between two ticks', async () => {
    const { id } = await item({ danger: true });
    platform.clock.advance(2 * HOUR);
    await judge(id);
    expect(await clocksOf(id)).toEqual(['assessment met late', 'notice running']);
  });

  it('measure the way to the security forces only once something tells them', async () => {
    m.casework.clocks.measureTold();
    const { id } = await item();
    await judge(id);
    expect(await clocksOf(id)).toEqual(['assessment met', 'notice running', 'told running']);
    platform.clock.advance(HOUR);
    await transaction(platform.db, (tx) =>
      platform.events.emit(tx, securityForcesTold, { items: [id], at: platform.clock.now() }),
    );
    expect(await clocksOf(id)).toEqual(['assessment met', 'notice running', 'told met']);
  });

  it('give medians, ninetieths and shares that a desk can’t make better by leaving the hard ones', async () => {
    await platform.pool.query('delete from casework.clock');
    const { id } = await item();
    await platform.pool.query('delete from casework.clock');
    const now = platform.clock.now();
    const ago = (h: number) => new Date(now.getTime() - h * HOUR);
    const add = (step: string, state: string, began: number, took: number | null) =>
      platform.pool.query(
        `insert into casework.clock (id, item, step, state, urgency, started_at, due_at, ended_at)
         values (gen_random_uuid(), $1, $2, $3, 2, $4, $4, $5)`,
        [id, step, state, ago(began), took === null ? null : ago(began - took)],
      );
    for (const took of [1, 2, 3, 4, 40]) await add('assessment', 'met', 100, took);
    await add('assessment', 'running', 100 - 1, null);
    await add('assessment', 'dropped', 90, 2);
    await add('removal', 'met', 30, 20);
    const [assessment, told, , removal] = await m.casework.stepMetrics(ago(30 * 24), now);
    expect(assessment).toMatchObject({ step: 'assessment', done: 5, medianMs: 3 * HOUR, of24: 6, of72: 6 });
    expect(assessment?.p90Ms).toBeCloseTo(25.6 * HOUR, -3);
    expect(assessment?.within24).toBeCloseTo(4 / 6);
    expect(assessment?.within72).toBeCloseTo(5 / 6);
    expect(told).toMatchObject({ done: 0, medianMs: null, within24: null });
    // Ten hours old enough for a day, not for three.
    expect(removal).toMatchObject({ done: 1, within24: 1, of24: 1, within72: null, of72: 0 });
  });

  it('show on the supervisors’ page and in the queue', async () => {
    const late = await item({ danger: true, links: ['https://late-row.example/'] });
    platform.clock.advance(2 * HOUR);
    await tick();
    const server = await createDeskServer(m);
    const accounts = await m.identity.createDemoAccounts();
    const as = (role: string) => signIn(server, accounts.find((a) => a.role === role)?.url ?? '', 'en');
    const supervisor = await as('supervisor');
    const { body } = await supervisor.get('/desk/clocks');
    expect(body).toContain(`/desk/items/${late.id}`);
    expect(body).toContain('These times are a draft');
    expect((await supervisor.get('/desk?host=late-row.example')).body).toMatch(/Assessment: 1\s?h[^<]* late/);
    const analyst = await as('analyst');
    expect((await analyst.get('/desk/clocks')).statusCode).toBe(403);
    await server.close();
  });
});
