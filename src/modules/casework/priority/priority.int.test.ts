import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAudit } from '../../audit/index.ts';
import { createDesk, type Desk, report } from '../testing/desk-fixture.ts';

describe('the priority of an item', () => {
  let desk: Desk;
  beforeAll(async () => {
    desk = await createDesk();
  });
  afterAll(() => desk?.close());

  async function item(given: Parameters<typeof report>[1]) {
    const { id } = await desk.reporting.submit(report(desk.reporting, given));
    desk.platform.clock.advance(1000);
    while (await desk.casework.linker.drain());
    const [found] = await desk.casework.itemsOfReport(id);
    if (!found) throw new Error('not linked');
    return found;
  }
  const again = (id: string) => desk.casework.item(id);

  it('keeps what its reports said and why it is where it is, and a crowd moves nothing', async () => {
    const links = ['https://crowd.example/1'];
    const first = await item({ links, category: 'harassment', occurred: 'week' });
    expect(first).toMatchObject({ urgency: 2, reasons: ['category-normal', 'public'], set_urgency: null });
    for (let n = 0; n < 30; n++) await desk.reporting.submit(report(desk.reporting, { links, occurred: 'week' }));
    while (await desk.casework.linker.drain());
    expect(await again(first.id)).toMatchObject({ reports: 31, urgency: 2, reasons: ['category-normal', 'public'] });
    await item({ links, ageBand: '6-8', occurred: 'week' });
    expect(await again(first.id)).toMatchObject({ urgency: 1, reasons: ['category-normal', 'young', 'public'] });
  });

  it('shows the reasons in the queue and on the page, in words', async () => {
    const it_ = await item({ links: ['https://young.example/1'], ageBand: '6-8', occurred: 'now', danger: true });
    const analyst = await desk.as('analyst');
    expect((await analyst.get('/desk?host=young.example')).body).toContain('Danger was declared · ');
    const { body } = await analyst.get(`/desk/items/${it_.id}`);
    for (const words of ['Danger was declared', 'Child of 11 or younger', 'It happens now', 'Everybody can see it'])
      expect(body).toContain(words);
  });

  it('lets a person set it with a reason, sealed and audited, until new danger is heard', async () => {
    const links = ['https://set.example/1'];
    const it_ = await item({ links, occurred: 'week' });
    const analyst = await desk.as('analyst');
    const page = `/desk/items/${it_.id}`;
    await analyst.get(page);
    const refused = await analyst.post(`${page}/priority`, { urgency: 'low', reason: ' ' });
    expect(refused.statusCode).toBe(400);
    expect(refused.body).toContain('A priority and a reason');
    expect((await analyst.post(`${page}/priority`, { urgency: 'high', reason: 'x' })).statusCode).toBe(400);
    const done = await analyst.post(`${page}/priority`, { urgency: 'low', reason: 'The same game as last week.' });
    expect(done.headers.location).toBe(`${page}?done=prioritised`);
    expect(await again(it_.id)).toMatchObject({ urgency: 3, set_urgency: 3 });
    expect((await analyst.get(page)).body).toContain('The same game as last week.');
    const stored = await desk.platform.pool.query('select reason::text as reason from casework.priority_change');
    expect(stored.rows[0].reason).not.toContain('game');
    const { entries } = await createAudit(desk.platform).search({
      subject: `casework.item:${it_.id}`,
      action: 'casework.item.priority-set',
    });
    expect(entries.map((e) => e.detail)).toEqual([{ from: 2, to: 3 }]);
    await item({ links, narrative: 'He wants to kill himself tonight.', occurred: 'week' });
    expect(await again(it_.id)).toMatchObject({ urgency: 0, set_urgency: null, danger: true });
  });

  it('is not for those who may only answer', async () => {
    const it_ = await item({ links: ['https://closed.example/1'] });
    const helpline = await desk.as('helpline');
    const page = await helpline.get(`/desk/items/${it_.id}`);
    expect(page.body).not.toContain(`/desk/items/${it_.id}/priority`);
    expect((await helpline.post(`/desk/items/${it_.id}/priority`, { urgency: 'low', reason: 'x' })).statusCode).toBe(
      403,
    );
  });

  it('is judged anew when the content comes back', async () => {
    const links = ['https://back.example/1'];
    const it_ = await item({ links, occurred: 'week' });
    await desk.casework.apply(desk.platform.db, it_.id, { type: 'gone' }, 'system');
    await item({ links, occurred: 'week' });
    expect(await again(it_.id)).toMatchObject({
      state: 'waiting',
      urgency: 1,
      reasons: ['category-normal', 'back', 'public'],
    });
  });
});
