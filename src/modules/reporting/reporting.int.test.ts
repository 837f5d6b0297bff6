import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestPlatform, type TestPlatform } from '../../platform/testkit/index.ts';
import { ABANDON_AFTER_MS } from './draft-store.ts';
import { createReporting, type Reporting, reportsReceived } from './index.ts';
import type { ReportingTables } from './schema.ts';
import { reportInput as input } from './testing/report-input.ts';

describe('reporting on a real database', () => {
  let platform: TestPlatform;
  let reporting: Reporting;
  const received: string[] = [];

  beforeAll(async () => {
    platform = await createTestPlatform();
    reporting = createReporting(platform, {
      duty: async () => ({ everybody: [] }),
      zone: 'Africa/Casablanca',
      categoryName: (id) => id,
    });
    platform.events.on(reportsReceived, async (_tx, { reports }) => {
      received.push(...reports.map((r) => r.id));
    });
  });
  afterAll(() => platform.close());

  const tables = () => platform.db.withTables<ReportingTables>();

  it('stores a report once, whatever is sent again, and answers a replay with the same number', async () => {
    const first = await reporting.submit(input('k1'));
    const again = await Promise.all([reporting.submit(input('k1')), reporting.submit(input('k1'))]);
    expect(first.receipt).toMatch(/^\d{16}$/);
    for (const a of again) expect(a).toEqual({ id: first.id, receipt: first.receipt, fresh: false });
    expect(received.filter((id) => id === first.id)).toHaveLength(1);
  });

  it('refuses another body under the same key', async () => {
    await reporting.submit(input('k2', { bodyHash: Buffer.from('a') }));
    await expect(reporting.submit(input('k2', { bodyHash: Buffer.from('b') }))).rejects.toMatchObject({
      code: 'REPORTING_IDEMPOTENCY_CONFLICT',
      status: 409,
    });
  });

  it('keeps no word of a report in clear, and no follow-up number', async () => {
    const secret = 'مدرسة الأمل';
    const { id, receipt } = await reporting.submit(
      input('k3', {
        narrative: secret,
        contact: { value: '0612345678', safeToCall: 'no', when: 'soir', sharedWith: 'papa' },
        accounts: [{ platform: 'instagram', name: 'un_compte', key: 'un_compte' }],
        whereabouts: 'Derb Soltane',
      }),
    );
    const { rows } = await platform.pool.query(
      `select coalesce(string_agg(t::text, ' '), '') as dump from (
         select row_to_json(r) as t from reporting.report r union all select row_to_json(a) from reporting.report_account a
         union all select row_to_json(e) from audit.entry e) x`,
    );
    for (const word of [secret, '0612345678', 'papa', 'un_compte', 'Derb Soltane', receipt]) {
      expect(rows[0].dump).not.toContain(word);
      expect(rows[0].dump).not.toContain(Buffer.from(word).toString('hex'));
    }
    expect(await reporting.details.narrative(platform.db, id)).toBe(secret);
    expect(await reporting.details.whereabouts(platform.db, id)).toBe('Derb Soltane');
    expect((await reporting.details.contact(platform.db, id))?.sharedWith).toBe('papa');
    expect(await reporting.details.accountNames(platform.db, id)).toEqual([
      { ordinal: 0, platform: 'instagram', name: 'un_compte' },
    ]);
  });

  it('finds a report by its number only, and shows what belongs to the reporter', async () => {
    const { id, receipt } = await reporting.submit(input('k4'));
    expect(await reporting.mailbox.findByReceipt(receipt)).toBe(id);
    expect(await reporting.mailbox.findByReceipt('0000000000000000')).toBeUndefined();
    // All within one millisecond: what came first still stands first.
    await reporting.mailbox.write(platform.db, id, 'Vous n’êtes pas seul.', '00000000-0000-7000-8000-000000000001');
    await reporting.mailbox.reply(id, 'merci');
    await reporting.mailbox.addProgress(platform.db, [id], 'read');
    await reporting.mailbox.addProgress(platform.db, [id], 'read');
    const view = await reporting.mailbox.view(id);
    expect(view.messages.map((m) => [m.author, m.body])).toEqual([
      ['staff', 'Vous n’êtes pas seul.'],
      ['reporter', 'merci'],
    ]);
    expect(view.progress.map((p) => p.step)).toEqual(['received', 'read']);
  });

  it('adds a link once, refuses what is none, and destroys the contact for good', async () => {
    const { id } = await reporting.submit(
      input('k5', { contact: { value: 'a@b.example', safeToCall: 'yes', when: '', sharedWith: '' } }),
    );
    await reporting.mailbox.addLink(id, 'https://photos.sample-host.example/p/7?utm_source=x');
    await reporting.mailbox.addLink(id, 'http://photos.sample-host.example/p/7');
    expect((await reporting.mailbox.view(id)).links).toHaveLength(1);
    await expect(reporting.mailbox.addLink(id, 'rien')).rejects.toMatchObject({ code: 'REPORTING_INVALID' });
    await reporting.mailbox.deleteContact(id);
    expect(await reporting.details.contact(platform.db, id)).toBeUndefined();
    expect((await reporting.mailbox.view(id)).hasContact).toBe(false);
  });

  describe('drafts', () => {
    it('begin empty, are found by their token only, and end after half an hour', async () => {
      const { draft, token } = await reporting.drafts.create(platform.db, 'fr');
      expect(draft.answers).toEqual({ links: [], kinds: [] });
      expect((await reporting.drafts.find(platform.db, token))?.id).toBe(draft.id);
      expect(await reporting.drafts.find(platform.db, 'x')).toBeUndefined();
      platform.clock.advance(ABANDON_AFTER_MS + 1000);
      expect(await reporting.drafts.find(platform.db, token)).toBeUndefined();
    });

    it('when abandoned keep address, account, category and danger, and lose narrative and contact for good', async () => {
      const { draft, token } = await reporting.drafts.create(platform.db, 'fr');
      await reporting.drafts.save(platform.db, draft, {
        answers: {
          reporter: 'child',
          danger: 'no',
          category: 'harassment',
          links: ['https://photos.sample-host.example/p/9'],
        },
        sealed: {
          narrative: 'une longue histoire',
          contact: { value: '0600000000', safeToCall: 'yes', when: '', sharedWith: '' },
          accounts: [{ platform: 'tiktok', name: 'quelquun' }],
        },
      });
      const before = await tables()
        .selectFrom('reporting.draft')
        .selectAll()
        .where('id', '=', draft.id)
        .executeTakeFirstOrThrow();
      await reporting.drafts.abandon(platform.db, draft.id);
      expect(await reporting.drafts.find(platform.db, token)).toBeUndefined();
      const left = (await reporting.drafts.unfinished(platform.db, 50)).find((d) => d.id === draft.id);
      expect(left?.answers).toMatchObject({
        category: 'harassment',
        links: ['https://photos.sample-host.example/p/9'],
      });
      expect(left?.answers.reporter).toBeUndefined();
      expect(left?.sealed).toEqual({
        narrative: '',
        accounts: [{ platform: 'tiktok', name: 'quelquun' }],
        whereabouts: '',
      });
      const after = await tables()
        .selectFrom('reporting.draft')
        .selectAll()
        .where('id', '=', draft.id)
        .executeTakeFirstOrThrow();
      expect(after.data_key?.equals(before.data_key ?? Buffer.alloc(0))).toBe(false);
    });

    it('with nothing useful in them vanish', async () => {
      const { draft } = await reporting.drafts.create(platform.db, 'fr');
      await reporting.drafts.save(platform.db, draft, { sealed: { narrative: 'rien' } });
      await reporting.drafts.abandon(platform.db, draft.id);
      expect((await reporting.drafts.unfinished(platform.db, 100)).some((d) => d.id === draft.id)).toBe(false);
    });

    it('sent twice become one report, and hold nothing afterwards', async () => {
      const { draft } = await reporting.drafts.create(platform.db, 'fr');
      const one = await reporting.submitDraft(draft.id, input(`draft:${draft.id}`));
      const two = await reporting.submitDraft(draft.id, input(`draft:${draft.id}`));
      expect(two.id).toBe(one.id);
      const row = await tables()
        .selectFrom('reporting.draft')
        .selectAll()
        .where('id', '=', draft.id)
        .executeTakeFirstOrThrow();
      expect([row.state, row.data_key, row.sealed]).toEqual(['sent', null, null]);
    });
  });

  it('forgets after a day what could say a follow-up number again', async () => {
    await reporting.submit(input('old'));
    platform.clock.advance(25 * 3600_000);
    await platform.ticks.run('reporting.submission-keys');
    const { rows } = await platform.pool.query(
      `select count(*)::int as n from reporting.report where submission_key is not null`,
    );
    expect(rows[0].n).toBe(0);
    // A key used anew is another report with another number.
    const again = await reporting.submit(input('k1'));
    expect(again.fresh).toBe(true);
  });
});
