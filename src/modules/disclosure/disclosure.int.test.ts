import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type House, openHouse } from '../helpline/testing/house.ts';

let house: House;
beforeAll(async () => {
  house = await openHouse();
});
afterAll(() => house?.close());

const contact = { value: '0600000001', safeToCall: 'yes' as const, when: '', sharedWith: '' };

describe('who reported', () => {
  it('is opened by a custodian to one person, for a reason and a time, and every look is audited', async () => {
    const { id: report } = await house.childReports({ contact });
    const analyst = await house.as('analyst');
    await analyst.get(`/desk/identities/for/${report}`);
    expect((await analyst.post(`/desk/identities/for/${report}`, { field: 'contact', reason: '' })).statusCode).toBe(
      400,
    );
    await analyst.post(`/desk/identities/for/${report}`, {
      field: ['contact', 'whereabouts'],
      reason: 'Pour un motif de papier.',
    });
    const [request] = await house.disclosure.mine(house.id('analyst'));
    const at = `/desk/identities/${request?.id}`;
    expect((await analyst.post(`${at}/open`)).statusCode).toBe(403);
    expect((await analyst.post(`${at}/approve`, { field: 'contact', hours: '8' })).statusCode).toBe(403);

    const custodian = await house.as('custodian');
    const list = await custodian.get('/desk/identities');
    expect(list.body).toContain('Pour un motif de papier.');
    expect(list.body).not.toContain('0600000001');
    expect((await custodian.post(`${at}/approve`, { field: 'contact', hours: '8' })).statusCode).toBe(303);

    await analyst.get('/desk/identities');
    const opened = await analyst.post(`${at}/open`);
    expect(opened.body).toContain('0600000001');
    // Only what was approved.
    expect((await house.disclosure.open(request?.id ?? '', house.id('analyst'))).whereabouts).toBeUndefined();
    // Nobody else, not even with the same role's rights.
    const senior = await house.as('senior-analyst');
    expect((await senior.post(`${at}/open`)).statusCode).toBe(403);
    const { rows } = await house.platform.pool.query(
      "select count(*)::int as n from audit.entry where action = 'disclosure.identity.opened'",
    );
    expect(rows[0].n).toBe(2);
    house.platform.clock.advance(8 * 3_600_000);
    await expect(house.disclosure.open(request?.id ?? '', house.id('analyst'))).rejects.toThrow('DISCLOSURE_NOT_OPEN');
    const stored = await house.platform.pool.query('select reason from disclosure.request');
    expect(stored.rows[0].reason.toString('utf8')).not.toContain('papier');
  });

  it('stays sealed when it is refused, with the reason told', async () => {
    const { id: report } = await house.childReports({ contact });
    const id = await house.disclosure.ask({ report, account: house.id('analyst'), fields: ['contact'], reason: 'x' });
    await house.disclosure.refuse(id, house.id('custodian'), 'Écrire suffit.');
    expect((await house.disclosure.mine(house.id('analyst'))).find((r) => r.id === id)).toMatchObject({
      state: 'refused',
      decisionReason: 'Écrire suffit.',
    });
    await expect(house.disclosure.open(id, house.id('analyst'))).rejects.toThrow('DISCLOSURE_NOT_OPEN');
    await expect(
      house.disclosure.approve(id, house.id('custodian'), { fields: ['contact'], hours: 1 }),
    ).rejects.toThrow('DISCLOSURE_TRANSITION');
  });

  it('is never decided by who asked', async () => {
    const { id: report } = await house.childReports({ contact });
    const me = house.id('custodian');
    const id = await house.disclosure.ask({ report, account: me, fields: ['contact'], reason: 'x' });
    const custodian = await house.as('custodian');
    await custodian.get('/desk/identities');
    expect((await custodian.post(`/desk/identities/${id}/approve`, { field: 'contact', hours: '1' })).statusCode).toBe(
      403,
    );
    await expect(house.disclosure.approve(id, me, { fields: ['contact'], hours: 1 })).rejects.toThrow();
  });

  it('keeps who decided what, and destroys the reasons after their time, with a proof; a hold stops it', async () => {
    const { disclosure, retention, platform } = house;
    const ask = async () => {
      const { id: report } = await house.childReports({ contact });
      const id = await disclosure.ask({
        report,
        account: house.id('analyst'),
        fields: ['contact'],
        reason: 'Planted.',
      });
      return { id, report };
    };
    const [approved, refused, waiting, held] = [await ask(), await ask(), await ask(), await ask()];
    await disclosure.approve(approved.id, house.id('custodian'), { fields: ['contact'], hours: 1 });
    await disclosure.refuse(refused.id, house.id('custodian'), 'Écrire suffit.');
    await disclosure.refuse(held.id, house.id('custodian'), 'Gardé.');
    const now = platform.clock.now();
    const until = new Date(now.getTime() + 20 * 366 * 86_400_000);
    await retention.hold(
      platform.db,
      {
        subject: { type: 'reporting.report', id: held.report },
        kind: 'preservation',
        authority: 'Court',
        reference: 'R-2',
        reason: 'Trial',
        until,
      },
      'account:test',
    );
    platform.clock.advance(6 * 366 * 86_400_000);
    await retention.purgeDue(platform.clock.now());
    const rows = new Map((await disclosure.all()).map((r) => [r.id, r]));
    expect(rows.get(approved.id)).toMatchObject({ state: 'approved', reason: '', decided_by: house.id('custodian') });
    expect(rows.get(refused.id)).toMatchObject({ state: 'refused', reason: '', decisionReason: '' });
    expect(rows.get(waiting.id)).toMatchObject({ state: 'asked', reason: 'Planted.' });
    expect(rows.get(held.id)).toMatchObject({ reason: 'Planted.', decisionReason: 'Gardé.' });
    const proofs = (await retention.purges(200)).filter((p) => p.rule === 'disclosure').map((p) => p.record);
    expect(proofs).toEqual(expect.arrayContaining([approved.id, refused.id]));
    expect(proofs).not.toContain(held.id);
  });
});
