import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { transaction } from '../../platform/db.ts';
import { createTestPlatform, type TestPlatform } from '../../platform/testkit/index.ts';
import { createAudit } from '../audit/index.ts';
import { itemAssessed } from './events.ts';
import { type AssessmentInput, LEASE_MS } from './index.ts';
import { agreeOn, createDeskModules, type DeskModules, report } from './testing/desk-fixture.ts';

const SALMA = '01900000-0000-7000-8000-00000000000a';
const IDIR = '01900000-0000-7000-8000-00000000000b';

const JUDGED: AssessmentInput = {
  outcome: 'illegal',
  category: 'image-abuse',
  severity: 'serious',
  ageBand: '12-14',
  sex: 'girl',
  legalArticles: ['penal-447-1'],
  note: 'Seen on the second page.',
};

describe('locks and assessments', () => {
  let platform: TestPlatform;
  let m: DeskModules;
  let n = 0;

  beforeAll(async () => {
    platform = await createTestPlatform();
    m = await createDeskModules(platform);
  });
  afterAll(async () => {
    await m?.reporting.close();
    await platform?.close();
  });

  /** A fresh item and the report behind it. */
  async function item(): Promise<{ id: string; report: string }> {
    const { id: reportId } = await m.reporting.submit(
      report(m.reporting, { links: [`https://judged-${++n}.example/p`], category: 'image-abuse' }),
    );
    platform.clock.advance(1000);
    while (await m.casework.linker.drain());
    const [found] = await m.casework.itemsOfReport(reportId);
    return { id: found?.id ?? '', report: reportId };
  }
  const steps = async (id: string) => (await m.reporting.mailbox.view(id)).progress.map((p) => p.step);
  const code = (code: string) => expect.objectContaining({ code });

  it('gives an item to one of two analysts who take it at the same time', async () => {
    const { id } = await item();
    const taken = await Promise.allSettled([m.casework.lock(id, SALMA), m.casework.lock(id, IDIR)]);
    const won = taken.filter((t) => t.status === 'fulfilled');
    const lost = taken.filter((t) => t.status === 'rejected');
    expect(won).toHaveLength(1);
    expect(lost[0]?.reason).toEqual(code('CASEWORK_ITEM_LOCKED'));
    const holder = (await m.casework.item(id)).lease_by;
    expect(await m.casework.lock(id, holder as string)).toMatchObject({ lease_by: holder });
  });

  it('lets a colleague assess only when the lock is free or has run out', async () => {
    const { id } = await item();
    await m.casework.lock(id, SALMA);
    await expect(m.casework.assess(id, IDIR, JUDGED)).rejects.toEqual(code('CASEWORK_ITEM_LOCKED'));
    expect(await m.casework.assessments(id)).toEqual([]);
    platform.clock.advance(LEASE_MS + 1);
    await m.casework.assess(id, IDIR, JUDGED);
    expect(await m.casework.item(id)).toMatchObject({ state: 'proposed', lease_by: null });
    await agreeOn(m.casework, id, SALMA);
    expect(await m.casework.item(id)).toMatchObject({ state: 'illegal', lease_by: null });
  });

  it('frees an item only for whoever holds it', async () => {
    const { id } = await item();
    await m.casework.lock(id, SALMA);
    await m.casework.unlock(id, IDIR);
    expect((await m.casework.item(id)).lease_by).toBe(SALMA);
    await m.casework.unlock(id, SALMA);
    expect((await m.casework.item(id)).lease_by).toBeNull();
    expect(await m.casework.lock(id, IDIR)).toMatchObject({ lease_by: IDIR });
  });

  it('does not overwrite a judgement that the analyst has not seen', async () => {
    const { id } = await item();
    await m.casework.assess(id, SALMA, { ...JUDGED, basedOn: null });
    const again = { ...JUDGED, outcome: 'harmful' as const, legalArticles: [] };
    await expect(m.casework.assess(id, IDIR, { ...again, basedOn: null })).rejects.toEqual(
      code('CASEWORK_ASSESSMENT_STALE'),
    );
    await agreeOn(m.casework, id, IDIR);
    expect((await m.casework.item(id)).state).toBe('illegal');
    const [seen] = await m.casework.assessments(id);
    platform.clock.advance(1000);
    await m.casework.assess(id, IDIR, { ...again, basedOn: seen?.id ?? '' });
    expect((await m.casework.item(id)).state).toBe('harmful');
    expect((await m.casework.assessments(id)).map((a) => [a.account, a.outcome])).toEqual([
      [IDIR, 'harmful'],
      [SALMA, 'illegal'],
    ]);
  });

  it('seals the note, tells the reporter, emits the event and writes history and audit, or nothing of it', async () => {
    const { id, report: reportId } = await item();
    const events: string[] = [];
    platform.events.on(itemAssessed, async (_tx, e) => {
      if (e.item === id) events.push(e.outcome);
      if (e.item === id && events.length === 1) throw new Error('downstream failed');
    });
    await m.casework.assess(id, SALMA, JUDGED);
    expect(events).toEqual([]);
    expect(await m.casework.latestAssessment(id)).toBeUndefined();
    platform.clock.advance(60_000);
    await expect(agreeOn(m.casework, id, IDIR)).rejects.toThrow('downstream failed');
    expect(await m.casework.item(id)).toMatchObject({ state: 'proposed', assessed_at: null, lease_by: null });
    expect(await steps(reportId)).toEqual(['received', 'read']);

    await agreeOn(m.casework, id, IDIR);
    expect(events).toEqual(['illegal', 'illegal']);
    expect(await steps(reportId)).toEqual(['received', 'read']);
    expect((await m.casework.assessments(id))[0]).toMatchObject({ note: JUDGED.note, legal_articles: ['penal-447-1'] });
    const stored = await platform.pool.query('select note from casework.assessment where item = $1', [id]);
    expect((stored.rows[0] as { note: Buffer }).note.includes('second page')).toBe(false);
    expect((await m.casework.history(id)).map((h) => h.what)).toEqual([
      'assessed',
      'verified',
      'proposed',
      'locked',
      'reported',
    ]);
    const audit = await createAudit(platform).search({
      subject: `casework.item:${id}`,
      action: 'casework.item.assessed',
    });
    expect(audit.entries).toHaveLength(1);
    expect(audit.entries[0]).toMatchObject({
      actor: `account:${IDIR}`,
      detail: { outcome: 'illegal', to: 'illegal' },
    });
    expect(JSON.stringify(audit.entries)).not.toContain('second page');
  });

  it('refuses a judgement that the category or the law does not carry', async () => {
    const { id } = await item();
    const bad: Partial<AssessmentInput>[] = [
      { legalArticles: [] },
      { legalArticles: ['penal-447-1', 'no-such-article'] },
      { category: 'self-harm' },
      { note: 'x'.repeat(5001) },
    ];
    for (const change of bad)
      await expect(m.casework.assess(id, SALMA, { ...JUDGED, ...change })).rejects.toEqual(
        code('CASEWORK_ASSESSMENT_INVALID'),
      );
    expect(await m.casework.item(id)).toMatchObject({ state: 'waiting', lease_by: null });
  });

  it('says "read" once per report, whoever opens the item how often, also at the same time', async () => {
    const { id, report: reportId } = await item();
    const read = () => transaction(platform.db, (tx) => m.casework.markRead(tx, id));
    await Promise.all([read(), read(), read()]);
    await read();
    expect(await steps(reportId)).toEqual(['received', 'read']);
    platform.clock.advance(1000);
    await m.casework.assess(id, SALMA, { ...JUDGED, outcome: 'not-actionable', legalArticles: [] });
    await read();
    expect(await steps(reportId)).toEqual(['received', 'read', 'not-actionable']);
  });

  it('says "read" also when the first thing done is the judgement, and before it', async () => {
    const { id, report: reportId } = await item();
    await m.casework.assess(id, SALMA, { ...JUDGED, outcome: 'not-actionable', legalArticles: [] });
    expect(await steps(reportId)).toEqual(['received', 'read', 'not-actionable']);
  });

  it('says "read" once for a report with several items', async () => {
    const { id: reportId } = await m.reporting.submit(
      report(m.reporting, { links: [`https://two-${++n}.example/1`, `https://two-${n}.example/2`] }),
    );
    platform.clock.advance(1000);
    while (await m.casework.linker.drain());
    const [one, two] = await m.casework.itemsOfReport(reportId);
    await m.casework.lock(one?.id ?? '', SALMA);
    platform.clock.advance(1000);
    await m.casework.lock(two?.id ?? '', SALMA);
    expect(await steps(reportId)).toEqual(['received', 'read']);
  });

  it('adds up the time of looking by local day', async () => {
    platform.clock.set(new Date('2026-12-01T21:30:00Z'));
    await m.casework.addExposure(SALMA, 4000);
    await m.casework.addExposure(SALMA, 1500.4);
    await m.casework.addExposure(IDIR, 300);
    expect(await m.casework.exposureToday(SALMA)).toBe(5500);
    platform.clock.set(new Date('2026-12-02T09:00:00Z'));
    expect(await m.casework.exposureToday(SALMA)).toBe(0);
  });
});
