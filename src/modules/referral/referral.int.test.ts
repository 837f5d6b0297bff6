import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AppError } from '../../platform/errors.ts';
import { can, type Role } from '../identity/index.ts';
import type { ReferralInput } from './drafting.ts';
import { openScene, type Scene } from './testing/scene.ts';

const HOUR = 3_600_000;
let scene: Scene;
beforeAll(async () => {
  scene = await openScene();
}, 60_000);
afterAll(() => scene?.close());

const codeOf = (error: unknown) => (error instanceof AppError ? error.code : String(error));
const attempt = (action: () => Promise<unknown>): Promise<string> => action().then(() => 'ok', codeOf);

/** Made and sealed, as the job does it. */
async function sent(
  change: Parameters<Scene['input']>[0] = {},
  by: Role = 'analyst',
): Promise<{ id: string; report: string; item: string }> {
  const made = await scene.item();
  const id = await scene.referral.drafting.create(
    scene.actor(by),
    { item: made.item, send: true },
    scene.input(change),
  );
  await scene.referral.seal({ referral: id });
  return { id, ...made };
}

describe('from a draft to an outcome', () => {
  it('tells both sides, and the reporter in words that name nothing', async () => {
    const { id, report, item } = await sent();
    const { answers, store } = scene.referral;
    const officer = scene.actor('police');
    expect(await attempt(() => answers.answer(officer, id, 'body', { event: 'accepted', words: '' }))).toBe(
      'REFERRAL_TRANSITION',
    );
    await answers.answer(officer, id, 'body', { event: 'received' });
    await answers.answer(officer, id, 'body', { event: 'accepted', words: '' });
    await answers.answer(officer, id, 'body', { event: 'outcome', outcome: 'suspect-identified', words: 'PV 12' });
    expect(await store.get(id)).toMatchObject({ state: 'answered', outcome: 'suspect-identified' });
    await answers.answer(officer, id, 'body', { event: 'outcome', outcome: 'closed', words: '' });
    expect(await store.get(id)).toMatchObject({ state: 'closed', due_at: null, next_reminder_at: null });
    expect(await scene.steps(report)).toEqual(['received', 'referred', 'referral-accepted', 'referral-answered']);
    const history = await scene.casework.history(item);
    expect(history.map((h) => h.what)).toContain('referred');
    expect(history.map((h) => h.what)).toContain('referral-answered');
    expect((await store.messages(id)).find((m) => m.event === 'outcome' && m.words)?.words).toBe('PV 12');
  });

  it('tells evidence which body has what, from its going to its end or its refusal', async () => {
    const { answers, drafting, store } = scene.referral;
    const officer = scene.actor('police');
    const made = await scene.item();
    const draft = await drafting.create(scene.actor('analyst'), { item: made.item, send: true }, scene.input());
    const mine = () =>
      store.recordsOf(made.item).then((all) => all.map((r) => can(officer, 'evidence.referred.open', r)));
    expect(await mine()).toEqual([false]);
    await scene.referral.seal({ referral: draft });
    expect(await mine()).toEqual([true]);
    expect((await store.itemsAt(officer.organisationId)).map((r) => r.item)).toContain(made.item);
    const elsewhere = await store.recordsOf(made.item);
    const stranger = { ...officer, organisationId: scene.organisation('Care service (demonstration)') };
    expect(elsewhere.some((r) => can(stranger, 'evidence.referred.open', r))).toBe(false);
    await answers.answer(officer, draft, 'body', { event: 'received' });
    await answers.answer(officer, draft, 'body', { event: 'declined', reason: 'not-competent', words: 'Elsewhere.' });
    expect(await mine()).toEqual([]);
    expect((await store.itemsAt(officer.organisationId)).map((r) => r.item)).not.toContain(made.item);
  });

  it('tells the reporter nothing where that was not wanted', async () => {
    const { id, report } = await sent({ tellReporter: false });
    await scene.referral.answers.answer(scene.actor('on-call'), id, 'sender', { event: 'accepted', words: '' });
    expect(await scene.steps(report)).toEqual(['received']);
  });

  it('is given back, completed and sent once more under the same code', async () => {
    const { id } = await sent();
    const { answers, drafting, store, seal } = scene.referral;
    const { code } = await store.get(id);
    await answers.answer(scene.actor('police'), id, 'body', { event: 'received' });
    expect(
      await attempt(() => answers.answer(scene.actor('police'), id, 'body', { event: 'returned', words: ' ' })),
    ).toBe('REFERRAL_REASON_MISSING');
    await answers.answer(scene.actor('police'), id, 'body', { event: 'returned', words: 'Which account?' });
    await drafting.change(
      scene.actor('analyst'),
      id,
      scene.input({ withAccounts: true, note: 'The account is named now.' }),
    );
    await drafting.send(scene.actor('analyst'), id);
    await seal({ referral: id });
    expect(await store.get(id)).toMatchObject({ state: 'sent', round: 2, code });
    expect((await store.packages(id)).map((p) => p.round)).toEqual([2, 1]);
  });

  it('goes through counsel where the body, the category or its content demand it, and by somebody else', async () => {
    const { item } = await scene.item();
    const { drafting, seal, store } = scene.referral;
    const senior = scene.actor('senior-analyst');
    for (const change of [{ body: 'onde' }, { sensitive: true }] as const)
      expect(await attempt(() => drafting.create(senior, { item, send: true }, scene.input(change)))).toBe(
        'REFERRAL_REVIEW_NEEDED',
      );
    const id = await drafting.create(senior, { item, send: false }, scene.input({ sensitive: true }));
    await drafting.askReview(senior, id);
    expect(await attempt(() => drafting.review(senior, id, true, ''))).toBe('IDENTITY_FORBIDDEN');
    expect(await attempt(() => drafting.review(scene.actor('custodian'), id, false, ''))).toBe(
      'REFERRAL_REASON_MISSING',
    );
    await drafting.review(scene.actor('custodian'), id, true, 'On the basis of article 1.');
    await drafting.change(senior, id, scene.input({ sensitive: true, note: 'more' }));
    expect(await attempt(() => drafting.send(senior, id))).toBe('REFERRAL_REVIEW_NEEDED');
    await drafting.askReview(senior, id);
    await drafting.review(scene.actor('supervisor'), id, true, '');
    await drafting.send(senior, id);
    await seal({ referral: id });
    expect((await store.get(id)).state).toBe('sent');
  });

  it('names its reporter only by an approval that is open when it is sent, and never to whoever asked', async () => {
    const { drafting, seal, store } = scene.referral;
    const { disclosure } = scene;
    const analyst = scene.actor('analyst');
    const custodian = scene.actor('custodian').accountId;
    const named = async (id: string) => {
      await drafting.send(analyst, id);
      await seal({ referral: id });
      expect((await store.get(id)).state).toBe('sent');
      const { rows } = await scene.platform.pool.query<{ contact: boolean }>(
        `select (detail->>'contact')::boolean as contact from audit.entry
         where action = 'referral.sealed' and subject = $1`,
        [`referral.referral:${id}`],
      );
      return rows[0]?.contact;
    };
    const asked = async () => {
      const { item } = await scene.item({
        contact: { value: '0600000009', safeToCall: 'no', when: '', sharedWith: '' },
      });
      const id = await drafting.create(analyst, { item, send: false }, scene.input());
      await drafting.askDisclosure(analyst, id, 'Demandé par le juge.');
      const [request] = await disclosure.ofReferral(id);
      return { id, request: request?.id as string };
    };
    const yes = { fields: ['contact'], hours: 1 };

    const approved = await asked();
    expect(await attempt(() => drafting.askDisclosure(analyst, approved.id, 'Again.'))).toBe('DISCLOSURE_ASKED');
    expect(await attempt(() => drafting.send(analyst, approved.id))).toBe('REFERRAL_DISCLOSURE_OPEN');
    await disclosure.approve(approved.request, custodian, yes);
    expect(await attempt(() => disclosure.open(approved.request, analyst.accountId))).toBe('DISCLOSURE_NOT_OPEN');
    expect(await named(approved.id)).toBe(true);

    const late = await asked();
    await disclosure.approve(late.request, custodian, yes);
    scene.platform.clock.advance(HOUR);
    expect(await named(late.id)).toBe(false);

    const revoked = await asked();
    await disclosure.approve(revoked.request, custodian, yes);
    await disclosure.revoke(revoked.request, custodian);
    expect(await named(revoked.id)).toBe(false);

    const refused = await asked();
    await disclosure.refuse(refused.request, custodian, 'Écrire suffit.');
    expect(await named(refused.id)).toBe(false);

    // Whoever prepares it may let go of what a colleague asked for, also when it was approved.
    const dropped = await asked();
    await disclosure.approve(dropped.request, custodian, yes);
    await drafting.dropDisclosure(scene.actor('senior-analyst'), dropped.id);
    expect(await attempt(() => drafting.dropDisclosure(analyst, dropped.id))).toBe('REFERRAL_TRANSITION');
    expect(await named(dropped.id)).toBe(false);
    expect(await attempt(() => drafting.askDisclosure(scene.actor('helpline'), dropped.id, 'x'))).toBe(
      'IDENTITY_FORBIDDEN',
    );
  });

  it('takes over what an older process asked and decided, reasons and all', async () => {
    const { item } = await scene.item();
    const id = await scene.referral.drafting.create(scene.actor('analyst'), { item, send: false }, scene.input());
    const { pool, keys, clock } = scene.platform;
    const row = '01a20cc8-0000-7000-8000-0000000000aa';
    const { wrapped, key } = keys.newRecordKey(`referral.disclosure:${row}`);
    const [who, by] = [scene.actor('analyst').accountId, scene.actor('custodian').accountId];
    await pool.query(
      `insert into referral.disclosure (id, referral, state, asked_at, asked_by, data_key, reason) values ($1, $2, 'asked', $3, $4, $5, $6)`,
      [row, id, clock.now(), who, wrapped, key.seal('Old words.', 'reason')],
    );
    expect(await scene.disclosure.ofReferral(id)).toMatchObject([{ id: row, state: 'asked', reason: 'Old words.' }]);
    await pool.query(
      `update referral.disclosure set state = 'approved', decided_at = $2, decided_by = $3 where id = $1`,
      [row, clock.now(), by],
    );
    expect(await scene.disclosure.carries(id, clock.now())).toEqual(['contact']);
    await scene.disclosure.revoke(row, by);
    await pool.query(`update referral.disclosure set state = 'approved' where id = $1`, [row]);
    expect(await scene.disclosure.carries(id, clock.now())).toEqual([]);
  });

  it('goes under a legal duty only after somebody chose whom to tell, or kept why that is not safe', async () => {
    const { drafting, warnings, store, seal } = scene.referral;
    const analyst = scene.actor('analyst');
    const { warning: _, ...undecided } = scene.input();
    const written = (reports: string[], words = '') => ({ decision: 'written', reports, words }) as const;
    const { report, item } = await scene.item({ language: 'fr', narrative: 'Des demandes, tous les soirs.' });
    // Somebody else reported the same: perhaps whoever it is about.
    const [link] = (await scene.reporting.details.details(scene.platform.db, [report])).flatMap((r) => r.links);
    const other = await scene.item({ language: 'ar', links: [link?.original as string] });
    expect(other.item).toBe(item);
    const create = (send: boolean, over: Partial<ReferralInput> = {}) =>
      drafting.create(analyst, { item, send }, { ...undecided, ...over });
    const mailbox = async (of = report) => (await scene.reporting.mailbox.view(of)).messages.map((m) => m.body);
    const audited = async (id: string) => {
      const { rows } = await scene.platform.pool.query<{ action: string; actor: string }>(
        `select action, actor from audit.entry where subject = $1 and action like 'referral.warning.%'`,
        [`referral.referral:${id}`],
      );
      return rows.map((r) => `${r.action} ${r.actor === `account:${analyst.accountId}`}`).sort();
    };

    // At once: nothing is made, and nothing is written, before the question is answered.
    expect(await attempt(() => create(true))).toBe('REFERRAL_WARNING_NEEDED');
    expect(await store.ofItem(item)).toEqual([]);
    expect(await attempt(() => create(false, { warning: { decision: 'not-safe', reason: 'other', words: ' ' } }))).toBe(
      'REFERRAL_REASON_MISSING',
    );

    const id = await create(false);
    expect(await attempt(() => drafting.send(analyst, id))).toBe('REFERRAL_WARNING_NEEDED');
    expect(await attempt(() => drafting.warn(scene.actor('helpline'), id, written([report])))).toBe(
      'IDENTITY_FORBIDDEN',
    );
    // Nobody is told unless chosen, and only who reported it can be.
    expect((await warnings.warnable(item)).map((w) => w.report).sort()).toEqual([report, other.report].sort());
    expect(await attempt(() => drafting.warn(analyst, id, written([])))).toBe('REFERRAL_WARNING_NOBODY');
    const stranger = await scene.item();
    expect(await attempt(() => drafting.warn(analyst, id, written([report, stranger.report])))).toBe(
      'REFERRAL_INVALID',
    );
    await drafting.warn(analyst, id, written([report], 'Nous restons là.'));
    // Decided; a draft may be dropped, so nobody has heard anything.
    expect(await mailbox()).toEqual([]);
    expect(await warnings.of(id)).toMatchObject({ decision: 'written', chosen: 1, reports: 0 });
    expect(
      await attempt(() => drafting.warn(analyst, id, { decision: 'not-safe', reason: 'phone-read', words: '' })),
    ).toBe('REFERRAL_WARNED_ALREADY');
    await drafting.send(analyst, id);
    await seal({ referral: id });
    expect((await store.get(id)).state).toBe('sent');
    const [told] = await mailbox();
    // In the language of the report, as it goes, with what staff added; and nobody else hears of it.
    expect(told).toContain('protéger les enfants');
    expect(told).toContain('Nous restons là.');
    expect(await mailbox(other.report)).toEqual([]);
    expect(await warnings.of(id)).toMatchObject({
      decision: 'written',
      chosen: 1,
      reports: 1,
      words: 'Nous restons là.',
    });
    expect(await audited(id)).toEqual(['referral.warning.told false', 'referral.warning.written true']);
    expect(await attempt(() => drafting.warn(analyst, id, written([report])))).toBe('REFERRAL_TRANSITION');
    // Given back and sent once more: it was said.
    const police = scene.actor('police', { organisationId: scene.organisation('Police (demonstration)') });
    await scene.referral.answers.answer(police, id, 'body', { event: 'received' });
    await scene.referral.answers.answer(police, id, 'body', { event: 'returned', words: 'Which night?' });
    await drafting.change(analyst, id, { ...undecided, note: 'Every night.' });
    await drafting.send(analyst, id);
    await seal({ referral: id });
    expect((await store.get(id)).round).toBe(2);
    expect((await mailbox()).length).toBe(1);

    // Taken back before it went: nobody was told.
    const dropped = await create(false, { warning: written([other.report]) });
    await drafting.withdraw(analyst, dropped, 'A mistake.');
    await seal({ referral: dropped });
    expect(await mailbox(other.report)).toEqual([]);
    expect(await warnings.of(dropped)).toMatchObject({ chosen: 1, reports: 0 });

    // Not safe: nobody is told, and why is kept sealed.
    const silent = await create(true, { warning: { decision: 'not-safe', reason: 'other', words: 'PLANTED-WHY' } });
    await seal({ referral: silent });
    expect((await store.get(silent)).state).toBe('sent');
    expect((await mailbox()).length).toBe(1);
    expect(await warnings.of(silent)).toMatchObject({ decision: 'not-safe', reason: 'other', words: 'PLANTED-WHY' });
    expect(await audited(silent)).toEqual(['referral.warning.not-safe true']);
    const { rows } = await scene.platform.pool.query(
      `select w::text as w, encode(words, 'escape') as e from referral.warning w`,
    );
    expect(JSON.stringify(rows)).not.toContain('PLANTED-WHY');

    // Where no duty stands behind it nobody has to decide anything: another category, another kind of body.
    const care = await create(false, { body: 'onde' });
    expect(await warnings.done(scene.platform.db, await store.get(care))).toBe(true);
    const plain = await create(false, { category: 'harassment', urgency: 'urgent' });
    expect(await warnings.done(scene.platform.db, await store.get(plain))).toBe(true);
  });

  it('can be taken back before it is received, also while it is sealed, and not after', async () => {
    const { drafting, seal, store, answers } = scene.referral;
    const { item } = await scene.item();
    const id = await drafting.create(scene.actor('analyst'), { item, send: true }, scene.input());
    await drafting.withdraw(scene.actor('analyst'), id, 'wrong item');
    await seal({ referral: id });
    expect(await store.get(id)).toMatchObject({ state: 'withdrawn', round: 0 });
    const other = await sent();
    await answers.open(scene.actor('police'), other.id, 'body');
    expect(await attempt(() => drafting.withdraw(scene.actor('analyst'), other.id, 'late'))).toBe(
      'REFERRAL_TRANSITION',
    );
  });

  it('is refused where nobody could open it', async () => {
    const { item } = await scene.item();
    const { drafting } = scene.referral;
    expect(
      await attempt(() =>
        drafting.create(scene.actor('analyst'), { item, send: true }, scene.input({ body: 'prosecutor' })),
      ),
    ).toBe('REFERRAL_BODY_UNREACHABLE');
    expect(
      await attempt(() =>
        drafting.create(scene.actor('analyst'), { item, send: true }, scene.input({ body: 'nobody' })),
      ),
    ).toBe('REFERRAL_BODY_UNKNOWN');
    expect(
      await attempt(() =>
        drafting.create(scene.actor('analyst'), { item, send: true }, scene.input({ urgencyReason: ' ' })),
      ),
    ).toBe('REFERRAL_REASON_MISSING');
  });
});

describe('clocks', () => {
  it('count urgent ones by the clock and others by working time; mails carry a code and no content', async () => {
    scene.platform.clock.set(new Date('2026-11-27T17:00:00Z'));
    await scene.pass(0);
    scene.mails.length = 0;
    const { id: urgent } = await sent({ urgencyReason: 'SECRETREASON' });
    const { id: ordinary } = await sent({ urgency: 'normal' });
    const { store } = scene.referral;
    const now = scene.platform.clock.now().getTime();
    expect((await store.get(urgent)).due_at?.getTime() ?? 0).toBeCloseTo(now + HOUR, -4);
    // Friday evening: the office opens again on Monday.
    expect((await store.get(ordinary)).due_at?.getTime()).toBeGreaterThan(now + 60 * HOUR);
    await scene.pass(0);
    expect(scene.mails.map((m) => m.to)).toEqual([['police@e-salama.example'], ['police@e-salama.example']]);
    const { code } = await store.get(urgent);
    const text = scene.mails.map((m) => m.text).join('\n');
    expect(text).toContain(code);
    expect(text).toContain(`/desk/referrals/${urgent}`);
    expect(text).not.toContain('SECRETREASON');
    expect(text).not.toContain('sample-app.example');

    scene.mails.length = 0;
    await scene.pass(HOUR + 1);
    // Others of this file wait, too.
    const told = () => scene.mails.filter((m) => m.text.includes(code)).flatMap((m) => m.to);
    expect(told().sort()).toEqual(['analyst@e-salama.example', 'police@e-salama.example']);
    await scene.pass(HOUR + 1);
    expect(told()).toContain('supervisor@e-salama.example');
    expect(await store.get(urgent)).toMatchObject({ state: 'sent', reminders: 2 });
    expect(await store.get(ordinary)).toMatchObject({ reminders: 0 });
    const { open } = await store.senders();
    expect(open[0]?.due_at?.getTime()).toBeLessThanOrEqual(open[1]?.due_at?.getTime() ?? Number.POSITIVE_INFINITY);
    await scene.referral.answers.answer(scene.actor('police'), urgent, 'body', { event: 'received' });
    expect(await store.get(urgent)).toMatchObject({ reminders: 0 });
  });

  it('say when a hold’s limit has passed, once, and release nothing', async () => {
    const { id } = await sent({ hold: true });
    await scene.pass(0);
    await scene.referral.answers.answer(scene.actor('police'), id, 'body', { event: 'received' });
    scene.mails.length = 0;
    await scene.pass(73 * HOUR);
    const told = () =>
      scene.mails.filter((m) => m.text.includes('مهلة التعليق') && m.to[0] === 'supervisor@e-salama.example').length;
    const before = told();
    expect(before).toBeGreaterThan(0);
    expect(await scene.referral.store.get(id)).toMatchObject({ hold_reminded: true, proceed_at: null });
  });
});

describe('requests to preserve', () => {
  it('hold the item’s deletion, and end with the hold, from either side', async () => {
    const { item } = await scene.item();
    const { preservation } = scene.referral;
    const until = new Date(scene.platform.clock.now().getTime() + 90 * 24 * HOUR);
    const ask = (role: Role) =>
      preservation.ask(scene.actor(role), {
        item,
        referral: null,
        askedOf: 'Sample Host',
        reference: 'R-1',
        until,
        reason: 'Logs of the week',
      });
    expect(await attempt(() => ask('analyst'))).toBe('IDENTITY_FORBIDDEN');
    const first = await ask('supervisor');
    const subject = [{ type: 'casework.item', id: item }];
    expect(await scene.retention.isHeld(scene.platform.db, subject)).toBe(true);
    await preservation.release(scene.actor('supervisor'), first, 'answered');
    expect(await scene.retention.isHeld(scene.platform.db, subject)).toBe(false);
    await ask('custodian');
    const hold = (await scene.retention.holds()).find((h) => h.state === 'open' && h.subject === item);
    await scene.retention.release(
      scene.platform.db,
      hold?.id ?? '',
      'elsewhere',
      `account:${scene.actor('supervisor').accountId}`,
    );
    expect((await preservation.ofItem(item)).map((r) => r.ended_at !== null)).toEqual([true, true]);
  });
});

describe('deletion', () => {
  it('destroys what an ended referral says, with its keys, and keeps that it was; a hold stops it', async () => {
    const { answers, store, preservation } = scene.referral;
    const end = async () => {
      const made = await sent({ note: 'A note.' });
      await answers.answer(scene.actor('police'), made.id, 'body', { event: 'received' });
      const declined = { event: 'declined', reason: 'not-competent', words: 'Not ours.' } as const;
      await answers.answer(scene.actor('police'), made.id, 'body', declined);
      return made;
    };
    const [gone, kept] = [await end(), await end()];
    const years = 6 * 365 * 24 * HOUR;
    const until = new Date(scene.platform.clock.now().getTime() + 2 * years);
    const asked = {
      item: kept.item,
      referral: kept.id,
      askedOf: 'The court',
      reference: 'R-2',
      until,
      reason: 'Trial',
    };
    await preservation.ask(scene.actor('custodian'), asked);
    scene.platform.clock.advance(years);
    await scene.retention.purgeDue(scene.platform.clock.now());
    const row = await store.get(gone.id);
    expect(row).toMatchObject({ state: 'declined', data_key: null, urgency_reason: null, note: null });
    expect((await store.packages(gone.id)).map((p) => p.kept)).toEqual([false]);
    expect((await store.messages(gone.id)).every((m) => m.words === undefined)).toBe(true);
    expect(await attempt(() => answers.open(scene.actor('police'), gone.id, 'body'))).toBe('REFERRAL_PURGED');
    expect((await store.get(kept.id)).data_key).not.toBeNull();
    expect(store.sealedFields(await store.get(kept.id)).note).toBe('A note.');
    const proof = (await scene.retention.purges(200)).find((p) => p.record === gone.id);
    expect(proof?.key_digests.length).toBeGreaterThan(1);
  });
});
