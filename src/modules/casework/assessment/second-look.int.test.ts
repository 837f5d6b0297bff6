import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { transaction } from '../../../platform/db.ts';
import { createTestPlatform, type TestPlatform } from '../../../platform/testkit/index.ts';
import { type AssessmentInput, itemAssessed } from '../index.ts';
import { URGENCY_RANK } from '../schema.ts';
import { agreeOn, createDeskModules, type DeskModules, report } from '../testing/desk-fixture.ts';

const [SALMA, IDIR, NORA, HIBA] = ['a', 'b', 'c', 'd'].map((n) => `01900000-0000-7000-8000-00000000000${n}`) as [
  string,
  string,
  string,
  string,
];
const DAY = 24 * 3600_000;

const ILLEGAL: AssessmentInput = {
  outcome: 'illegal',
  category: 'image-abuse',
  severity: 'serious',
  ageBand: '12-14',
  sex: 'girl',
  legalArticles: ['penal-447-1'],
  note: 'Second row.',
};
const ABUSE: AssessmentInput = {
  ...ILLEGAL,
  category: 'csam',
  legalArticles: ['penal-503-2'],
  answers: { classification: 'posing', stage: 'pubescent', content: 'drawn' },
};
const HARMFUL: AssessmentInput = { ...ILLEGAL, outcome: 'harmful', legalArticles: [], note: '' };

describe('second looks', () => {
  let platform: TestPlatform;
  let m: DeskModules;
  let n = 0;
  const left: { item: string; outcome: string; routes: readonly string[] }[] = [];

  beforeAll(async () => {
    platform = await createTestPlatform();
    m = await createDeskModules(platform);
    // Chance draws where a test asks for it, and nowhere else.
    for (const rule of ['abuse', 'rest'])
      await m.country.setOverlay('system', `caseReview.sampling.${rule}.perMille`, 0);
    platform.events.on(
      itemAssessed,
      async (_tx, { item, outcome, routes }) => void left.push({ item, outcome, routes }),
    );
  });
  afterAll(async () => {
    await m?.reporting.close();
    await platform?.close();
  });

  const code = (c: string) => expect.objectContaining({ code: c });
  async function item(given: Parameters<typeof report>[1] = {}): Promise<{ id: string; report: string }> {
    const sent = await m.reporting.submit(
      report(m.reporting, { links: [`https://second-${++n}.example/p`], category: 'image-abuse', ...given }),
    );
    platform.clock.advance(1000);
    while (await m.casework.linker.drain());
    const [found] = await m.casework.itemsOfReport(sent.id);
    return { id: found?.id ?? '', report: sent.id };
  }
  const lookOf = async (id: string) => {
    const [look] = await m.casework.secondLook.ofItem(id);
    if (!look) throw new Error('no look');
    return look;
  };
  const state = async (id: string) => (await m.casework.item(id)).state;
  const leftOf = (id: string) => left.filter((l) => l.item === id).map((l) => l.outcome);
  const steps = async (id: string) => (await m.reporting.mailbox.view(id)).progress.map((p) => p.step);

  it('let nothing leave before a second person agrees, and never the first', async () => {
    const { id, report: sent } = await item();
    await m.casework.assess(id, SALMA, ILLEGAL);
    const { id: look } = await lookOf(id);
    expect([await state(id), leftOf(id)]).toEqual(['proposed', []]);
    expect(await m.casework.latestAssessment(id)).toBeUndefined();
    await expect(m.casework.secondLook.look(look, SALMA, 'agree')).rejects.toEqual(code('CASEWORK_VERIFICATION_OWN'));
    expect((await m.casework.secondLook.waiting('proposed', SALMA)).map((w) => w.item.id)).not.toContain(id);
    expect((await m.casework.secondLook.waiting('proposed', IDIR)).map((w) => w.item.id)).toContain(id);

    expect(await m.casework.secondLook.look(look, IDIR, 'agree')).toEqual({ agreed: true });
    expect([await state(id), leftOf(id)]).toEqual(['illegal', ['illegal']]);
    expect(await m.casework.latestAssessment(id)).toMatchObject({ account: SALMA, verified: true, in_force: true });
    await expect(m.casework.secondLook.look(look, NORA, 'agree')).rejects.toEqual(code('CASEWORK_VERIFICATION_DONE'));
    expect(leftOf(id)).toEqual(['illegal']);
    expect(await steps(sent)).toEqual(['received', 'read']);
  });

  it('let two people agree at once only once', async () => {
    const { id } = await item();
    await m.casework.assess(id, SALMA, ILLEGAL);
    const { id: look } = await lookOf(id);
    const both = await Promise.allSettled([IDIR, NORA].map((who) => m.casework.secondLook.look(look, who, 'agree')));
    expect(both.map((b) => b.status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(leftOf(id)).toEqual(['illegal']);
  });

  it('are blind for abuse material: who agrees must have judged', async () => {
    const { id } = await item({ category: 'csam' });
    await expect(m.casework.assess(id, SALMA, { ...ABUSE, answers: {} })).rejects.toEqual(
      code('CASEWORK_ASSESSMENT_INVALID'),
    );
    await m.casework.assess(id, SALMA, ABUSE);
    const look = await lookOf(id);
    expect(look.blind).toBe(true);
    await expect(m.casework.secondLook.look(look.id, IDIR, 'agree')).rejects.toEqual(
      code('CASEWORK_VERIFICATION_BLIND'),
    );
    // Another severity is no disagreement; another level of the content is.
    expect(await m.casework.secondLook.look(look.id, IDIR, { ...ABUSE, severity: 'severe' })).toEqual({ agreed: true });
    expect(left.at(-1)).toMatchObject({
      item: id,
      routes: ['police-first', 'notice', 'foreign-hotline', 'national-list'],
    });
    expect(await m.casework.latestAssessment(id)).toMatchObject({ severity: 'serious', family: null });
  });

  it('go to a third person when two differ, whom nobody can go round', async () => {
    const { id } = await item();
    await m.casework.assess(id, SALMA, ILLEGAL);
    const { id: look } = await lookOf(id);
    expect(await m.casework.secondLook.look(look, IDIR, { ...HARMFUL, note: 'Only unkind.' })).toEqual({
      agreed: false,
    });
    expect([await state(id), leftOf(id)]).toEqual(['proposed', []]);
    for (const who of [SALMA, IDIR, NORA])
      await expect(m.casework.assess(id, who, HARMFUL)).rejects.toEqual(code('CASEWORK_ASSESSMENT_DISPUTED'));
    for (const who of [SALMA, IDIR])
      await expect(m.casework.secondLook.decide(look, who, 'first', '')).rejects.toEqual(
        code('CASEWORK_VERIFICATION_OWN'),
      );
    const detail = await m.casework.secondLook.detail(look);
    expect([detail.first.openNote, detail.second?.openNote]).toEqual(['Second row.', 'Only unkind.']);
    await m.casework.secondLook.decide(look, HIBA, 'second', 'The law asks for more.');
    expect([await state(id), leftOf(id)]).toEqual(['harmful', ['harmful']]);
    expect(await m.casework.latestAssessment(id)).toMatchObject({
      account: IDIR,
      outcome: 'harmful',
      verified: true,
      routes: ['care', 'terms-notice', 'family-filter'],
      family: 'sexual',
    });
    await expect(m.casework.secondLook.decide(look, NORA, 'first', '')).rejects.toEqual(
      code('CASEWORK_VERIFICATION_DONE'),
    );
    const stored = JSON.stringify((await platform.pool.query('select * from casework.verification')).rows);
    for (const word of ['Only unkind', 'asks for more']) expect(stored).not.toContain(word);
  });

  it('leave an earlier judgement standing until the new one is agreed on', async () => {
    const { id } = await item();
    await m.casework.assess(id, SALMA, ILLEGAL);
    await agreeOn(m.casework, id, IDIR);
    platform.clock.advance(1000);
    await m.casework.assess(id, NORA, { ...ILLEGAL, severity: 'minor' });
    expect(await state(id)).toBe('illegal');
    expect(await m.casework.latestAssessment(id)).toMatchObject({ account: SALMA });
    platform.clock.advance(1000);
    // Judged anew by one person: what was proposed is withdrawn, and can't be agreed on any more.
    const { id: look } = await lookOf(id);
    await expect(m.casework.assess(id, IDIR, HARMFUL)).rejects.toEqual(code('CASEWORK_ASSESSMENT_PROPOSED'));
    await m.casework.assess(id, NORA, HARMFUL);
    expect(await state(id)).toBe('harmful');
    await expect(m.casework.secondLook.look(look, IDIR, 'agree')).rejects.toEqual(code('CASEWORK_VERIFICATION_DONE'));
  });

  it('wait while the content is gone', async () => {
    const { id } = await item();
    await m.casework.assess(id, SALMA, ILLEGAL);
    const { id: look } = await lookOf(id);
    await transaction(platform.db, (tx) => m.casework.apply(tx, id, { type: 'gone' }, 'system'));
    await expect(m.casework.secondLook.look(look, IDIR, 'agree')).rejects.toEqual(code('CASEWORK_ITEM_TRANSITION'));
    expect((await m.casework.secondLook.waiting('proposed', IDIR)).map((w) => w.look.id)).not.toContain(look);
    await transaction(platform.db, (tx) => m.casework.apply(tx, id, { type: 'back' }, 'system'));
    expect(await state(id)).toBe('waiting');
    await m.casework.secondLook.look(look, IDIR, 'agree');
    expect(await state(id)).toBe('illegal');
  });

  it('let nothing unverified leave, whoever does what in whatever order', async () => {
    const people = [SALMA, IDIR, NORA, HIBA];
    const who = fc.constantFrom(...people);
    const step = fc.oneof(
      fc.record({
        do: fc.constant('assess' as const),
        who,
        outcome: fc.constantFrom('illegal' as const, 'harmful' as const),
      }),
      fc.record({ do: fc.constant('agree' as const), who }),
      fc.record({ do: fc.constant('differ' as const), who }),
      fc.record({
        do: fc.constant('decide' as const),
        who,
        pick: fc.constantFrom('first' as const, 'second' as const),
      }),
    );
    let reached = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 8 }), async (steps) => {
        const { id } = await item();
        for (const s of steps) {
          platform.clock.advance(1000);
          const before = leftOf(id).length;
          const look = (await m.casework.secondLook.ofItem(id)).find(
            (l) => l.state === 'proposed' || l.state === 'disagreed',
          );
          try {
            if (s.do === 'assess') await m.casework.assess(id, s.who, s.outcome === 'illegal' ? ILLEGAL : HARMFUL);
            else if (!look) continue;
            else if (s.do === 'agree') await m.casework.secondLook.look(look.id, s.who, 'agree');
            else if (s.do === 'differ')
              await m.casework.secondLook.look(look.id, s.who, { ...HARMFUL, category: 'privacy' });
            else await m.casework.secondLook.decide(look.id, s.who, s.pick, '');
          } catch (error) {
            // Refused whole: nothing left with it.
            expect((error as { code?: string }).code).toMatch(/^CASEWORK_/);
            expect(leftOf(id)).toHaveLength(before);
          }
        }
        const looks = await m.casework.secondLook.ofItem(id);
        for (const l of looks) {
          const judges = [l.first_account, l.second_account, l.decided_by].filter((a) => a !== null);
          expect(new Set(judges).size).toBe(judges.length);
        }
        const illegal = leftOf(id).filter((o) => o === 'illegal').length;
        reached += illegal;
        // Each time something illegal left, two people stood behind one look.
        const settled = looks.filter(
          (l) =>
            l.first_outcome === 'illegal' &&
            (l.state === 'verified' || (l.state === 'decided' && l.decided === 'first')),
        );
        expect(illegal).toBe(settled.length);
        const inForce = (await m.casework.assessments(id)).filter((a) => a.outcome === 'illegal' && a.in_force);
        expect(inForce.every((a) => a.verified)).toBe(true);
      }),
      { numRuns: 25, seed: 4 },
    );
    expect(reached).toBeGreaterThan(2);
  }, 60_000);

  it('are drawn by chance from what one person decided, blind, and change nothing by themselves', async () => {
    await m.country.setOverlay('system', 'caseReview.sampling.abuse.perMille', 1000);
    const month = m.country.localDate(platform.clock.now()).slice(0, 7);
    const before = await m.casework.quality(month);
    const drawn = await item();
    await m.casework.assess(drawn.id, SALMA, HARMFUL);
    expect([await state(drawn.id), leftOf(drawn.id)]).toEqual(['harmful', ['harmful']]);
    const look = await lookOf(drawn.id);
    expect(look).toMatchObject({ kind: 'sample', blind: true, state: 'proposed' });
    await m.casework.secondLook.look(look.id, IDIR, HARMFUL);
    expect(leftOf(drawn.id)).toEqual(['harmful']);
    expect(await m.casework.latestAssessment(drawn.id)).toMatchObject({ verified: true });

    const other = await item();
    await m.casework.assess(other.id, SALMA, { ...HARMFUL, outcome: 'not-actionable', answers: { reason: 'adult' } });
    await m.casework.secondLook.look((await lookOf(other.id)).id, IDIR, ILLEGAL);
    expect([await state(other.id), leftOf(other.id)]).toEqual(['not-actionable', ['not-actionable']]);
    await m.casework.secondLook.decide((await lookOf(other.id)).id, HIBA, 'second', '');
    expect([await state(other.id), leftOf(other.id)]).toEqual(['illegal', ['not-actionable', 'illegal']]);

    const after = await m.casework.quality(month);
    expect(after.overall.pairs).toBe(before.overall.pairs + 2);
    expect(after.byCategory.find((r) => r.category === 'image-abuse')?.agreement).toMatchObject({
      pairs: 2,
      observed: 0.5,
    });
    expect((await m.casework.quality('2020-01')).overall.pairs).toBe(0);
    await m.country.setOverlay('system', 'caseReview.sampling.abuse.perMille', 0);
    const undrawn = await item();
    await m.casework.assess(undrawn.id, SALMA, HARMFUL);
    expect(await m.casework.secondLook.ofItem(undrawn.id)).toEqual([]);
  });

  it('keep the words of the questions that were asked', async () => {
    const { id } = await item();
    await m.casework.assess(id, SALMA, ILLEGAL);
    const [made] = await m.casework.assessments(id);
    const version = await m.casework.schemas.version(made?.schema ?? '');
    expect(version).toEqual(m.country.assessmentSchema());
    await platform.pool.query(
      `insert into casework.assessment_schema (id, body, first_used_at)
       select '2001-01-01.deadbeef', jsonb_set(body, '{outcomes,label,en}', '"Verdict"'), first_used_at
       from casework.assessment_schema where id = $1`,
      [version.id],
    );
    expect((await m.casework.schemas.version('2001-01-01.deadbeef')).outcomes.label.en).toBe('Verdict');
  });

  describe('known content', () => {
    const sha = (byte: string) => byte.repeat(32);
    const note = (item: string, text: string, source: 'evidence' | 'staff') =>
      transaction(platform.db, (tx) =>
        m.casework.known.seen(tx, { item, sha256: Buffer.from(text, 'hex'), source, account: NORA }),
      );

    it('is decided by its hash, without anybody seeing it again', async () => {
      const first = await item();
      expect(await note(first.id, sha('a1'), 'evidence')).toBe('noted');
      await m.casework.assess(first.id, SALMA, ILLEGAL);
      const early = await item();
      // Only what two people stand behind is repeated.
      expect(await note(early.id, sha('a1'), 'evidence')).toBe('noted');
      await agreeOn(m.casework, first.id, IDIR);

      const again = await item();
      expect(await note(again.id, sha('a1'), 'evidence')).toBe('decided');
      expect([await state(again.id), leftOf(again.id)]).toEqual(['illegal', ['illegal']]);
      const source = await m.casework.latestAssessment(first.id);
      expect(await m.casework.latestAssessment(again.id)).toMatchObject({
        same_as: source?.id,
        verified: true,
        category: 'image-abuse',
      });
      expect((await m.casework.history(again.id)).map((h) => h.what)).toContain('same-content');
      expect(await note(again.id, sha('a1'), 'evidence')).toBe('noted');
      expect(leftOf(again.id)).toEqual(['illegal']);
    });

    it('is a claim when a person entered the hash: a second one agrees first', async () => {
      const first = await item();
      await note(first.id, sha('b2'), 'evidence');
      await m.casework.assess(first.id, SALMA, ILLEGAL);
      await agreeOn(m.casework, first.id, IDIR);
      const claimed = await item();
      expect(await m.casework.known.enter(claimed.id, NORA, sha('B2').toUpperCase())).toBe('proposed');
      expect([await state(claimed.id), leftOf(claimed.id)]).toEqual(['proposed', []]);
      await expect(m.casework.secondLook.look((await lookOf(claimed.id)).id, NORA, 'agree')).rejects.toEqual(
        code('CASEWORK_VERIFICATION_OWN'),
      );
      await agreeOn(m.casework, claimed.id, IDIR);
      expect([await state(claimed.id), leftOf(claimed.id)]).toEqual(['illegal', ['illegal']]);
      await expect(m.casework.known.enter(claimed.id, NORA, 'b2')).rejects.toEqual(code('CASEWORK_HASH_INVALID'));
    });

    it('follows a later judgement of the same bytes', async () => {
      const first = await item();
      await note(first.id, sha('c3'), 'evidence');
      await m.casework.assess(first.id, SALMA, ILLEGAL);
      await agreeOn(m.casework, first.id, IDIR);
      platform.clock.advance(1000);
      await m.casework.assess(first.id, SALMA, HARMFUL);
      const again = await item();
      expect(await note(again.id, sha('c3'), 'evidence')).toBe('noted');
      expect(await state(again.id)).toBe('waiting');
    });
  });

  it('show a crowd with its numbers, and let it raise nothing', async () => {
    const link = 'https://crowded.example/p';
    const first = await item({ links: [link], category: 'harassment' });
    const alone = await m.casework.item(first.id);
    expect(await m.casework.crowd(alone)).toBeUndefined();
    for (let i = 0; i < 9; i++) await item({ links: [link], category: 'harassment' });
    const crowded = await m.casework.item(first.id);
    expect(crowded.reports).toBe(10);
    expect(await m.casework.crowd(crowded)).toMatchObject({ many: { reports: 10 } });
    expect([crowded.urgency, crowded.danger, crowded.state]).toEqual([alone.urgency, alone.danger, alone.state]);
    expect(crowded.urgency).toBe(URGENCY_RANK.normal);
  });

  it('knows few reports for one campaign when they tell it in nearly the same words, and opens none of them', async () => {
    const link = 'https://told-alike.example/p';
    const told = (more: string) =>
      `This page shows pictures of pupils of our school without asking them and laughs about every one of them. ${more}`;
    const own = [
      'Mon fils a trouvé ses dessins sur ce site, avec des mots qui se moquent de lui, et il n’ose plus aller en classe.',
      'Somebody I do not know wrote to my daughter there and asked her every evening for another photo of her room.',
      'Short.',
    ];
    let subject = '';
    const tell = async (narrative: string) => {
      subject = (await item({ links: [link], category: 'harassment', narrative })).id;
    };
    for (const narrative of own) await tell(narrative);
    for (const more of ['', 'It is unfair.', 'Please hurry!']) await tell(told(more));
    expect(await m.casework.crowd(await m.casework.item(subject))).toBeUndefined();
    await tell(told('REALLY.').toUpperCase());
    const found = await m.casework.crowd(await m.casework.item(subject));
    expect(found).toMatchObject({ many: undefined, alike: { reports: 4 } });
    const { rows } = await platform.pool.query(
      "select encode(mark, 'escape') as mark, length(mark) as n from reporting.report_mark",
    );
    expect(rows.every((r) => r.n === 32 && !/pupils|school/.test(r.mark))).toBe(true);
  });

  describe('accusations', () => {
    const account = (name: string, over: Parameters<typeof report>[1] = {}) =>
      item({
        links: [],
        accounts: [{ platform: 'instagram', name, key: `instagram:${name}` }],
        category: 'harassment',
        ...over,
      });

    it('end when somebody read them and nothing bore them out, and the reporter is told', async () => {
      const read = await account('somebody_one');
      const unread = await account('somebody_two');
      const danger = await account('somebody_three', { danger: true });
      const grooming = await account('somebody_four', { category: 'grooming' });
      for (const it of [read, danger, grooming]) await transaction(platform.db, (tx) => m.casework.markRead(tx, it.id));
      platform.clock.advance(89 * DAY);
      await m.casework.accusations.sweep();
      expect(await state(read.id)).toBe('waiting');
      platform.clock.advance(2 * DAY);
      expect(await m.casework.accusations.sweep()).toBe(1);
      expect(await state(read.id)).toBe('not-actionable');
      expect(await steps(read.report)).toEqual(['received', 'read', 'not-substantiated']);
      expect(await m.casework.latestAssessment(read.id)).toBeUndefined();
      for (const it of [unread, danger, grooming]) expect(await state(it.id)).toBe('waiting');
      expect(await m.casework.accusations.sweep()).toBe(0);
      // Somebody else says something new: it is looked at again.
      await account('somebody_one');
      expect(await state(read.id)).toBe('waiting');
    });
  });

  it('lose what was written in them together with the first note, by the rule of the country', async () => {
    const { id } = await item();
    await m.casework.assess(id, SALMA, ILLEGAL);
    const { id: look } = await lookOf(id);
    await m.casework.secondLook.look(look, IDIR, { ...HARMFUL, note: 'Only unkind.' });
    await m.casework.secondLook.decide(look, HIBA, 'second', 'The law asks for more.');
    const months = m.country.retentionRules().find((r) => r.id === 'assessment-note')?.months ?? 0;
    platform.clock.advance((months + 1) * 31 * DAY);
    await m.retention.purgeDue(platform.clock.now());
    const detail = await m.casework.secondLook.detail(look);
    expect([detail.first.openNote, detail.second?.openNote]).toEqual(['', '']);
    expect(detail.look).toMatchObject({ data_key: null, second_note: null, decision_note: null, decided: 'second' });
  });
});
