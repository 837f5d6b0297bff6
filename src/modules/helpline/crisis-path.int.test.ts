import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type House, openHouse } from './testing/house.ts';

let house: House;
beforeAll(async () => {
  house = await openHouse();
});
afterAll(() => house?.close());

const mailTo = (role: 'on-call' | 'supervisor') =>
  house.mailbox.waitFor((m) => m.to.includes(house.email(role)), 10_000);
const linkIn = (text: string) => new URL(/https?:\/\/\S+\/desk\/danger\/[0-9a-f-]{36}/.exec(text)?.[0] ?? '').pathname;

describe('the crisis path', () => {
  it('leads from a child’s message to the person on call, who takes it, and by the helpline to the supervisor', async () => {
    const { id: report, receipt } = await house.childReports();
    const child = await house.childReturns(receipt);
    const sent = await child.post('/fr/receipt/reply', { message: 'J’ai envie de mourir, je n’en peux plus.' });
    expect(sent.statusCode).toBe(303);

    // The page goes out over SMTP, without a word of the child's.
    await house.page();
    const mail = await mailTo('on-call');
    expect(mail.text).not.toContain('mourir');
    const onCall = await house.as('on-call');
    const alert = linkIn(mail.text);
    expect((await onCall.get(alert)).statusCode).toBe(200);
    expect((await onCall.post(`${alert}/acknowledge`)).statusCode).toBe(303);
    const { rows: pages } = await house.platform.pool.query('select * from reporting.danger_page where report = $1', [
      report,
    ]);
    expect(pages).toMatchObject([
      { state: 'acknowledged', acknowledged_by: house.id('on-call'), subject_kind: 'message' },
    ]);

    // The conversation waits first in line, marked as danger.
    const helper = await house.as('helpline');
    const list = await helper.get('/desk/helpline');
    expect(list.body).toContain(`/desk/helpline/${report}`);
    expect(list.body).toContain('row-danger');
    await helper.get(`/desk/helpline/${report}`);
    expect((await helper.post(`/desk/helpline/${report}/take`)).statusCode).toBe(303);
    await helper.get(`/desk/helpline/${report}`);
    await helper.post(`/desk/helpline/${report}/crisis`, { script: 'self-harm' });
    const [crisis] = await house.helpline.crises.of(report);
    const at = `/desk/helpline/${report}/crisis/${crisis?.id}`;

    // Not over, and not closed, before a supervisor was really called: a tick does not count.
    await helper.get(`/desk/helpline/${report}`);
    const all = crisis?.steps.map((s) => s.id) ?? [];
    expect((await helper.post(`${at}/steps`, { step: all, end: '1' })).statusCode).toBe(409);
    expect((await helper.post(`/desk/helpline/${report}/closing`)).statusCode).toBe(409);

    expect((await helper.post(`${at}/alarm`)).statusCode).toBe(303);
    await house.page();
    const alarm = await mailTo('supervisor');
    const supervisor = await house.as('supervisor');
    const call = linkIn(alarm.text);
    expect((await supervisor.get(call)).body).toContain('The helpline asks for a supervisor');
    expect((await supervisor.post(`${call}/acknowledge`)).statusCode).toBe(303);
    await helper.get(`/desk/helpline/${report}`);
    expect((await helper.post(`${at}/steps`, { end: '1' })).statusCode).toBe(303);
    expect((await house.helpline.crises.of(report))[0]?.ended_at).not.toBeNull();

    // The answer reaches the child.
    const opened = await helper.post(`/desk/helpline/${report}/open`);
    expect(opened.body).toContain('mourir');
    const basedOn = /name="basedOn" value="([^"]*)"/.exec(opened.body)?.[1] ?? '';
    expect(
      (await helper.post(`/desk/helpline/${report}/answer`, { text: 'Nous sommes là.', basedOn })).statusCode,
    ).toBe(303);
    expect((await child.get('/fr/receipt')).body).toContain('Nous sommes là.');
    expect(await house.helpline.conversations.get(report)).toMatchObject({
      state: 'waiting-for-reporter',
      waiting_since: null,
    });
  });
});
