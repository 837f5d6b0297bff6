import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { transaction } from '../../platform/db.ts';
import { createTestPlatform, type TestPlatform } from '../../platform/testkit/index.ts';
import type { AssessmentInput, Outcome } from '../casework/index.ts';
import { createDeskModules, type DeskModules, report } from '../casework/testing/desk-fixture.ts';
import type { NewHold } from './index.ts';

const ANALYST = '01900000-0000-7000-8000-00000000000a';
const SUPERVISOR = 'account:01900000-0000-7000-8000-00000000000b';
const DAY = 86_400_000;
const MONTH = 31 * DAY;

const judged = (outcome: Outcome): AssessmentInput => ({
  outcome,
  category: 'harassment',
  severity: 'minor',
  ageBand: 'unknown',
  sex: 'unknown',
  legalArticles: outcome === 'illegal' ? ['penal-447-1'] : [],
  note: 'Words of the analyst.',
});

describe('deletion by rule', () => {
  let platform: TestPlatform;
  let m: DeskModules;
  let n = 0;

  beforeAll(async () => {
    platform = await createTestPlatform({ seed: 61 });
    m = await createDeskModules(platform);
  });
  afterAll(async () => {
    await m?.reporting.close();
    await platform?.close();
  });

  async function filed(url = `https://kept-${++n}.example/p`): Promise<{ report: string; item: string }> {
    const { id } = await m.reporting.submit({
      ...report(m.reporting, { links: [url], category: 'harassment' }),
      narrative: 'Made-up words that must go.',
      contact: { value: '0600000000', safeToCall: 'yes', when: '', sharedWith: '' },
    });
    platform.clock.advance(1000);
    while (await m.casework.linker.drain());
    const [item] = await m.casework.itemsOfReport(id);
    return { report: id, item: item?.id ?? '' };
  }
  const assess = (item: string, outcome: Outcome) => m.casework.assess(item, ANALYST, judged(outcome));
  const purge = () => m.retention.purgeDue(platform.clock.now());
  const row = async (id: string) =>
    (
      await sql<{ data_key: Buffer | null; narrative: Buffer | null; contact: Buffer | null; purged_at: Date | null }>`
        select data_key, narrative, contact, purged_at from reporting.report where id = ${id}`.execute(platform.db)
    ).rows[0];
  const hold = (subject: NewHold['subject'], over: Partial<NewHold> = {}) =>
    transaction(platform.db, (tx) =>
      m.retention.hold(
        tx,
        {
          subject,
          kind: 'legal',
          authority: 'A court',
          reference: '12/2026',
          reason: 'Proceedings.',
          until: null,
          ...over,
        },
        SUPERVISOR,
      ),
    );
  const months = (count: number) => platform.clock.advance(count * MONTH);

  it('destroys the words of an unfounded report after its time, not before, and proves it', async () => {
    const { report: id, item } = await filed();
    await m.reporting.mailbox.reply(id, 'A message of the reporter.');
    await assess(item, 'not-actionable');
    const key = (await row(id))?.data_key as Buffer;
    months(11);
    await purge();
    expect((await row(id))?.data_key).toEqual(key);
    months(2);
    await purge();
    expect(await row(id)).toMatchObject({ data_key: null, narrative: null, contact: null });
    const { rows } = await sql<{ links: number; accounts: number; messages: number }>`
      select (select count(*)::int from reporting.report_link where report = ${id}) as links,
        (select count(*)::int from reporting.report_account where report = ${id}) as accounts,
        (select count(*)::int from reporting.message where report = ${id}) as messages`.execute(platform.db);
    expect(rows[0]).toEqual({ links: 0, accounts: 0, messages: 0 });
    const proof = (await m.retention.purges()).find((p) => p.record === id && p.rule === 'report-unfounded');
    expect(proof?.key_digests).toEqual([createHash('sha256').update(key).digest('hex')]);
    const entry = await sql<{ detail: { keys: string } }>`
      select detail from audit.entry where action = 'retention.purged' and subject = ${`reporting.report:${id}`}`.execute(
      platform.db,
    );
    expect(entry.rows.map((r) => r.detail.keys)).toEqual(proof?.key_digests);
  });

  it('tells the reporter, takes nothing more, and does it once', async () => {
    const { report: id, item } = await filed();
    await assess(item, 'not-actionable');
    months(13);
    expect(await purge()).toBeGreaterThan(0);
    const proofs = (await m.retention.purges(1000)).length;
    expect(await purge()).toBe(0);
    expect((await m.retention.purges(1000)).length).toBe(proofs);
    const view = await m.reporting.mailbox.view(id);
    expect(view.purgedAt).not.toBeNull();
    expect(view.messages).toEqual([]);
    await expect(m.reporting.mailbox.reply(id, 'Again')).rejects.toThrow('REPORTING_REPORT_PURGED');
  });

  it('never touches what somebody still works on, however old', async () => {
    const waiting = await filed();
    const illegal = await filed();
    await assess(illegal.item, 'illegal');
    months(120);
    await purge();
    for (const { report: id } of [waiting, illegal]) expect((await row(id))?.data_key).not.toBeNull();
  });

  it('waits for the last thing that a report points to', async () => {
    const { id } = await m.reporting.submit(
      report(m.reporting, { links: [`https://two-${++n}.example/a`, `https://two-${n}.example/b`] }),
    );
    platform.clock.advance(1000);
    while (await m.casework.linker.drain());
    const [a, b] = (await m.casework.itemsOfReport(id)).map((i) => i.id) as [string, string];
    await assess(a, 'not-actionable');
    months(30);
    await purge();
    expect((await row(id))?.data_key).not.toBeNull();
    await assess(b, 'not-actionable');
    months(11);
    await purge();
    expect((await row(id))?.data_key).not.toBeNull();
    months(2);
    await purge();
    expect((await row(id))?.data_key).toBeNull();
  });

  it('forgets how to reach the reporter before it forgets the report', async () => {
    const { report: id, item } = await filed();
    await assess(item, 'harmful');
    months(13);
    await purge();
    expect(await row(id)).toMatchObject({ contact: null, purged_at: null });
    expect((await row(id))?.narrative).not.toBeNull();
    months(50);
    await purge();
    expect((await row(id))?.narrative).toBeNull();
    const note = await sql<{ note: Buffer | null; data_key: Buffer | null }>`
      select note, data_key from casework.assessment where item = ${item}`.execute(platform.db);
    expect(note.rows).toEqual([{ note: null, data_key: null }]);
  });

  it('stops for a hold on the report or on its item, and goes on when it ends', async () => {
    const one = await filed();
    const two = await filed();
    for (const { item } of [one, two]) await assess(item, 'not-actionable');
    const onReport = await hold({ type: 'reporting.report', id: one.report });
    const until = new Date(platform.clock.now().getTime() + 40 * MONTH);
    await hold({ type: 'casework.item', id: two.item }, { kind: 'preservation', until });
    months(20);
    await purge();
    for (const { report: id } of [one, two]) expect((await row(id))?.data_key).not.toBeNull();

    await transaction(platform.db, (tx) => m.retention.release(tx, onReport, 'Closed without charge.', SUPERVISOR));
    await purge();
    expect((await row(one.report))?.data_key).toBeNull();
    expect((await row(two.report))?.data_key).not.toBeNull();
    months(21);
    await platform.ticks.run('retention.sweep');
    expect((await row(two.report))?.data_key).toBeNull();
    expect((await m.retention.holds()).map((h) => h.state).sort()).toEqual(['expired', 'released']);
  });

  it('holds nothing that is not there, nothing that is gone, and says what is missing', async () => {
    const { report: id, item } = await filed();
    const code = (name: string) => expect.objectContaining({ code: `RETENTION_${name}` });
    const nobody = '01900000-0000-7000-8000-0000000000ff';
    await expect(hold({ type: 'reporting.report', id: nobody })).rejects.toEqual(code('RECORD_UNKNOWN'));
    await expect(hold({ type: 'made.up', id })).rejects.toEqual(code('RECORD_UNKNOWN'));
    const report = { type: 'reporting.report', id };
    await expect(hold(report, { authority: ' ' })).rejects.toEqual(code('HOLD_INVALID'));
    await expect(hold(report, { kind: 'preservation' })).rejects.toEqual(code('HOLD_INVALID'));
    await expect(hold(report, { until: platform.clock.now() })).rejects.toEqual(code('HOLD_INVALID'));
    await assess(item, 'not-actionable');
    months(13);
    await purge();
    await expect(hold(report)).rejects.toEqual(code('ALREADY_PURGED'));
  });

  it('keeps the reason sealed, and opens it for the page', async () => {
    const { report: id } = await filed();
    await hold({ type: 'reporting.report', id }, { reason: 'A reason with a name in it.' });
    const { rows } = await sql<{ reason: Buffer }>`select reason from retention.hold where subject = ${id}`.execute(
      platform.db,
    );
    expect(rows[0]?.reason.includes('reason with a name')).toBe(false);
    expect((await m.retention.holds()).find((h) => h.subject === id)?.reason).toBe('A reason with a name in it.');
  });

  it('under chance, never deletes what is held or worked on, and deletes everything else in the end', async () => {
    const { random, clock } = platform;
    type Case = { report: string; item: string; ended: number | undefined; hold: string | undefined };
    const cases: Case[] = [];
    for (let step = 0; step < 120; step++) {
      const known = cases[random.int(Math.max(1, cases.length))];
      switch (random.int(6)) {
        case 0:
          cases.push({ ...(await filed()), ended: undefined, hold: undefined });
          break;
        case 1:
          if (known && known.ended === undefined) {
            await assess(known.item, 'not-actionable');
            known.ended = clock.now().getTime();
          }
          break;
        case 2:
          if (known && !known.hold && (await row(known.report))?.data_key)
            known.hold = await hold({ type: 'casework.item', id: known.item });
          break;
        case 3:
          if (known?.hold) {
            const id = known.hold;
            await transaction(platform.db, (tx) => m.retention.release(tx, id, 'Over.', SUPERVISOR));
            known.hold = undefined;
          }
          break;
        case 4:
          months(random.int(8));
          break;
        default:
          await purge();
      }
      for (const c of cases) {
        const gone = (await row(c.report))?.data_key === null;
        const age = c.ended === undefined ? 0 : clock.now().getTime() - c.ended;
        if (gone) expect(age).toBeGreaterThan(11 * MONTH);
      }
    }
    const before = new Map<string, boolean>();
    for (const c of cases) before.set(c.report, (await row(c.report))?.data_key === null);
    months(14);
    await purge();
    for (const c of cases) {
      const gone = (await row(c.report))?.data_key === null;
      const free = c.ended !== undefined && c.hold === undefined;
      expect(gone).toBe(before.get(c.report) || free);
    }
  });
});
