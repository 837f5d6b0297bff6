import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDesk, type Desk, report } from '../testing/desk-fixture.ts';

const PNG = Buffer.from('89504e470d0a1a0a', 'hex');
let desk: Desk;
let id: string;
beforeAll(async () => {
  desk = await createDesk({
    rendering: { render: async () => ({ png: PNG, title: 'A page', finalHost: 'x.example' }) },
  });
  const email = desk.accounts.find((a) => a.role === 'analyst')?.email;
  id = (await desk.identity.listAccounts()).find((a) => a.email === email)?.id ?? '';
});
afterAll(() => desk?.close());

let hosts = 0;
async function item(category: 'harassment' | 'sextortion' = 'harassment') {
  const input = report(desk.reporting, { category, links: [`https://wb-${++hosts}.example/p`] });
  const { id: made } = await desk.reporting.submit(input);
  await desk.platform.ticks.run('casework.link');
  const [first] = await desk.casework.itemsOfReport(made);
  return first?.id as string;
}

describe('those who look', () => {
  it('have a break after so much in one go: looking is refused kindly, nothing else is', async () => {
    const analyst = await desk.as('analyst');
    const one = await item();
    const page = `/desk/items/${one}`;
    await analyst.get(page);
    await desk.casework.addExposure(id, desk.country.wellbeing().breakAfter.seconds * 1000);
    const refused = await analyst.post(`${page}/look`);
    expect(refused.statusCode).toBe(409);
    expect(refused.body).toContain('Time for a break');
    expect(refused.body).not.toContain('data:image');
    const script = await analyst.post(`${page}/look`, {}, { accept: 'image/png' });
    expect(script.statusCode).toBe(409);
    expect(script.headers['content-type']).toContain('text/plain');
    // What was looked at all the same still counts; everything else goes on.
    expect((await analyst.post(`${page}/exposure`, { ms: '1000' })).statusCode).toBe(204);
    expect((await analyst.get(page)).statusCode).toBe(200);
    expect((await analyst.post(`${page}/lock`)).statusCode).toBe(303);
    expect((await analyst.get('/desk/wellbeing')).body).toContain('Until');
    desk.platform.clock.advance(16 * 60_000);
    expect((await analyst.post(`${page}/look`)).statusCode).toBe(200);
  });

  it('do not look alone at night at sexual content, and may at all else', async () => {
    const account = 'analyst';
    const sexual = await item('sextortion');
    // 23:30 on the country's clock.
    desk.platform.clock.set(new Date('2026-11-25T22:30:00Z'));
    const verdict = await desk.casework.wellbeing.mayLook(id, 'sextortion');
    expect(verdict).toEqual({ ok: false, why: 'alone' });
    expect(await desk.casework.wellbeing.mayLook(id, 'harassment')).toEqual({ ok: true });
    const analyst = await desk.as(account);
    await analyst.get(`/desk/items/${sexual}`);
    expect((await analyst.post(`/desk/items/${sexual}/look`)).body).toContain('Not alone at night');
  });

  it('choose more protection, never less', async () => {
    const analyst = await desk.as('analyst');
    await analyst.get('/desk/wellbeing');
    await analyst.post('/desk/wellbeing', { blur: 'strongest', clearSeconds: '3' });
    expect(await desk.casework.wellbeing.displayOf(id)).toEqual({
      blur: 'strongest',
      grey: true,
      mute: true,
      clearSeconds: 3,
    });
    expect((await analyst.get(`/desk/items/${await item()}`)).body).toMatch(/blur-\[3rem\] grayscale/);
    await analyst.post('/desk/wellbeing', { blur: 'strong', clearSeconds: '30' });
    expect(await desk.casework.wellbeing.displayOf(id)).toMatchObject({ grey: true, clearSeconds: 5 });
  });

  it('pass an item on without a word, and are not offered it again; others are', async () => {
    const analyst = await desk.as('analyst');
    const one = await item();
    await analyst.get(`/desk/items/${one}`);
    await analyst.post(`/desk/items/${one}/lock`);
    expect((await analyst.post(`/desk/items/${one}/pass`)).statusCode).toBe(303);
    const seen = async (account: string) =>
      (await desk.casework.queue({ state: 'waiting', limit: 100, notFor: account })).items.map((i) => i.id);
    expect(await seen(id)).not.toContain(one);
    expect(await seen('00000000-0000-7000-8000-000000000000')).toContain(one);
    expect((await desk.casework.item(one)).lease_by).toBeNull();
    // The trail says that it happened, and not with which item.
    const { rows } = await desk.platform.pool.query(
      "select subject || detail::text as e from audit.entry where action = 'casework.item.passed'",
    );
    expect(rows.length).toBe(1);
    expect(rows[0].e).not.toContain(one);
  });

  it('are seen by their supervisor as totals by day, never as items', async () => {
    const supervisor = await desk.as('supervisor');
    const page = await supervisor.get('/desk/wellbeing');
    expect(page.body).toContain('Totals by person and day');
    expect(page.body).toContain('Salma');
    expect(page.body).not.toContain('/desk/items/');
    expect((await supervisor.post('/desk/wellbeing', { blur: 'strong' })).statusCode).toBe(403);
    expect((await (await desk.as('helpline')).get('/desk/wellbeing')).statusCode).toBe(403);
  });
});
