import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDesk, type Desk, report } from '../casework/testing/desk-fixture.ts';

let desk: Desk;
beforeAll(async () => {
  desk = await createDesk();
});
afterAll(() => desk?.close());

async function filed(): Promise<string> {
  const { id } = await desk.reporting.submit(report(desk.reporting, { links: ['https://kept.example/p'] }));
  return id;
}
const form = (id: string, over: Record<string, string> = {}) => ({
  type: 'reporting.report',
  id,
  kind: 'preservation',
  authority: 'Police judiciaire',
  reference: 'PV 12/2026',
  reason: 'Enquête en cours.',
  until: '2999-01-01',
  ...over,
});

describe('/desk/retention', () => {
  it('is for supervisors and custodians, in every language', async () => {
    for (const role of ['supervisor', 'custodian'] as const)
      for (const lang of ['ar', 'fr', 'en', 'zgh'] as const) {
        const answer = await (await desk.as(role, lang)).get('/desk/retention');
        expect(answer.statusCode).toBe(200);
        expect(answer.body).not.toContain('retention.');
      }
    for (const role of ['analyst', 'helpline', 'auditor', 'administrator'] as const)
      expect((await (await desk.as(role)).get('/desk/retention')).statusCode).toBe(403);
  });

  it('opens, extends and ends a hold', async () => {
    const id = await filed();
    const supervisor = await desk.as('supervisor', 'fr');
    await supervisor.get(`/desk/retention?type=reporting.report&id=${id}`);
    expect((await supervisor.post('/desk/retention/holds', form(id))).statusCode).toBe(303);
    const [hold] = (await desk.retention.holds()).filter((h) => h.subject === id);
    expect(hold).toMatchObject({ state: 'open', authority: 'Police judiciaire', kind: 'preservation' });
    const page = await supervisor.get('/desk/retention');
    expect(page.body).toContain('PV 12/2026');
    const path = `/desk/retention/holds/${hold?.id}`;
    expect((await supervisor.post(`${path}/extend`, { until: '2999-06-01' })).statusCode).toBe(303);
    expect((await supervisor.post(`${path}/release`, { reason: 'Classé sans suite.' })).statusCode).toBe(303);
    const again = await supervisor.post(`${path}/release`, { reason: 'Classé sans suite.' });
    expect(again.statusCode).toBe(409);
    expect((await desk.retention.holds()).find((h) => h.subject === id)).toMatchObject({
      state: 'released',
      endReason: 'Classé sans suite.',
    });
  });

  it.each([
    [{ id: 'no-number' }, 404],
    [{ authority: '' }, 422],
    [{ until: '' }, 422],
    [{ until: '2001-01-01' }, 422],
    [{ until: 'soon' }, 422],
  ])('says what is wrong with %j and keeps what was typed', async (over, status) => {
    const supervisor = await desk.as('supervisor', 'fr');
    await supervisor.get('/desk/retention');
    const answer = await supervisor.post('/desk/retention/holds', form(await filed(), over));
    expect(answer.statusCode).toBe(status);
    expect(answer.body).toContain('Enquête en cours.');
  });
});
