import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Visitor } from '../../casework/testing/desk-fixture.ts';
import type { Role } from '../../identity/index.ts';
import { openScene, type Scene } from '../testing/scene.ts';

let scene: Scene;
let id: string;
let item: string;
const doors = new Map<Role, Visitor>();
const as = async (role: Role): Promise<Visitor> => {
  const known = doors.get(role) ?? (await scene.as(role));
  doors.set(role, known);
  return known;
};
const WORDS = 'THE-REPORTERS-OWN-WORDS';

beforeAll(async () => {
  scene = await openScene();
  ({ item } = await scene.item({ narrative: WORDS, danger: true, whereabouts: 'WHERE-THE-CHILD-IS' }));
  id = await scene.referral.drafting.create(
    scene.actor('analyst'),
    { item, send: true },
    scene.input({ urgencyReason: 'WHY-IT-IS-URGENT', withWords: true, hold: true }),
  );
  await scene.referral.seal({ referral: id });
}, 60_000);
afterAll(() => scene?.close());

const ROLES_IN: [Role, number][] = [
  ['analyst', 200],
  ['senior-analyst', 200],
  ['on-call', 200],
  ['helpline', 200],
  ['supervisor', 200],
  ['custodian', 200],
  ['police', 200],
  ['care-worker', 404],
  ['administrator', 403],
  ['auditor', 403],
  ['programme-manager', 403],
];

describe('who sees a referral', () => {
  it.each(ROLES_IN)('%s: %i', async (role, status) => {
    const visitor = await as(role);
    const answer = await visitor.get(`/desk/referrals/${id}`);
    expect(answer.statusCode).toBe(status);
    expect(answer.body).not.toContain(WORDS);
    // What the body's key alone opens is on no page of the receiving side.
    if (role === 'police') expect(answer.body).not.toContain('WHY-IT-IS-URGENT');
    if (status !== 200) expect(answer.body).not.toContain('WHY-IT-IS-URGENT');
  });

  it('leads the receiving side from the front of the desk to its room, where only its own are', async () => {
    const { code } = await scene.referral.store.get(id);
    const officer = await as('police');
    expect((await officer.get('/desk')).headers.location).toBe('/desk/referrals');
    expect((await officer.get('/desk/referrals')).body).toContain(code);
    expect((await officer.get(`/desk/referrals?code=${code.toLowerCase()}`)).headers.location).toBe(
      `/desk/referrals/${id}`,
    );
    const care = await as('care-worker');
    expect((await care.get('/desk/referrals')).body).not.toContain(code);
    expect((await care.get(`/desk/referrals?code=${code}`)).statusCode).toBe(200);
    for (const path of [`/desk/items/${item}`, '/desk/danger', '/desk/notices', '/desk/referrals/new'])
      expect((await officer.get(path)).statusCode).not.toBe(200);
  });

  it('lets nobody do what is not theirs', async () => {
    const deeds: [Role, string, Record<string, string>, number][] = [
      ['care-worker', 'answer', { event: 'received' }, 404],
      ['analyst', 'answer', { event: 'received' }, 403],
      ['helpline', 'package', {}, 403],
      ['care-worker', 'package', {}, 404],
      ['police', 'withdraw', { reason: 'x' }, 403],
      ['police', 'record', { event: 'accepted' }, 403],
      ['analyst', 'proceed', {}, 403],
      ['analyst', 'review/decide', { decision: 'passed' }, 403],
      ['police', 'disclosure', { reason: 'x' }, 403],
    ];
    for (const [role, deed, fields, status] of deeds) {
      const answer = await (await as(role)).post(`/desk/referrals/${id}/${deed}`, fields);
      expect({ role, deed, status: answer.statusCode }).toEqual({ role, deed, status });
    }
    expect((await scene.referral.store.get(id)).state).toBe('sent');
  });
});

describe('the receiver’s desk', () => {
  it('hands the package over, and takes every answer', async () => {
    const officer = await as('police');
    const at = `/desk/referrals/${id}`;
    const file = await officer.post(`${at}/package`);
    expect(file.headers).toMatchObject({
      'content-type': 'application/octet-stream',
      'content-disposition': expect.stringMatching(/^attachment; filename="ES-2026-.{9}-1\.zip\.age"$/),
      'cache-control': 'no-store',
    });
    expect(file.rawPayload.subarray(0, 21).toString()).toBe('age-encryption.org/v1');
    await officer.get(at);
    expect((await officer.post(`${at}/answer`, { event: 'declined', reason: '' })).statusCode).toBe(400);
    expect((await officer.post(`${at}/answer`, { event: 'accepted' })).headers.location).toBe(at);
    expect((await officer.post(`${at}/answer`, { event: 'accepted' })).statusCode).toBe(409);
    expect((await officer.post(`${at}/proceed`)).statusCode).toBe(303);
    expect(
      (await officer.post(`${at}/answer`, { event: 'outcome', outcome: 'in-court', words: 'next month' })).statusCode,
    ).toBe(303);
    const page = await (await as('senior-analyst')).get(at);
    expect(page.body).toContain('In court');
    expect(page.body).toContain('next month');
    expect((await (await as('auditor')).get('/referrals/signing-key.pem')).body).toBe(scene.referral.publicKeyPem);
  });
});

describe('refer at once', () => {
  it('is two clicks from a danger row, with everything filled in', async () => {
    const onCall = await as('on-call');
    const list = await onCall.get('/desk/danger');
    const link = /href="(\/desk\/referrals\/new\?danger=[0-9a-f-]{36})"/.exec(list.body)?.[1] as string;
    const form = await onCall.get(link);
    expect(form.statusCode).toBe(200);
    // What the browser would send on pressing "send", nothing typed.
    const fields: Record<string, string> = { go: 'send' };
    const main = form.body.slice(form.body.indexOf('<main'));
    for (const [, name, value] of main.matchAll(/<input type="hidden" name="([a-z]+)" value="([^"]*)"/g))
      fields[name as string] = value as string;
    for (const [tag] of main.matchAll(/<input type="checkbox"[^>]*>/g))
      if (/ checked/.test(tag)) fields[/name="(\w+)"/.exec(tag)?.[1] as string] = 'on';
    for (const [, name, rest] of main.matchAll(/<select[^>]*name="(\w+)"[^>]*>([\s\S]*?)<\/select>/g))
      fields[name as string] =
        (/<option value="([^"]*)" selected/.exec(rest as string) ??
          /<option selected value="([^"]*)"/.exec(rest as string))?.[1] ?? '';
    for (const [, name, text] of main.matchAll(/<textarea[^>]*name="(\w+)"[^>]*>([^<]*)</g))
      fields[name as string] = text as string;
    const { _csrf, ...typed } = fields;
    const answer = await onCall.post('/desk/referrals', typed);
    expect({ status: answer.statusCode, body: answer.statusCode === 303 ? '' : answer.body.slice(0, 3000) }).toEqual({
      status: 303,
      body: '',
    });
    const made = String(answer.headers.location).split('/').at(-1) as string;
    expect(await scene.referral.store.get(made)).toMatchObject({
      state: 'sealing',
      urgency: 'danger',
      body: 'dgsn',
      with_place: true,
      hold: true,
      tell_reporter: false,
      danger_page: expect.any(String),
    });
    expect((await (await as('supervisor')).get('/desk/danger')).body).not.toContain('/desk/referrals/new');
    expect((await (await as('analyst')).get(`/desk/items/${item}`)).body).toContain(`/desk/referrals/new?item=${item}`);
  });
});

describe('receiving bodies', () => {
  it('are the administrator’s, and a wrong key is refused', async () => {
    expect((await (await as('supervisor')).get('/desk/admin/bodies')).statusCode).toBe(403);
    const admin = await as('administrator');
    expect((await admin.get('/desk/admin/bodies')).statusCode).toBe(200);
    const fields = { channel: 'mail', address: 'desk@onde.example', organisation: '', review: 'on', active: 'on' };
    const wrong = `age1${'q'.repeat(58)}`;
    expect((await admin.post('/desk/admin/bodies/onde', { ...fields, ageKeys: wrong })).statusCode).toBe(400);
    expect((await admin.post('/desk/admin/bodies/onde', { ...fields, ageKeys: '' })).statusCode).toBe(303);
    expect(scene.country.bodies().find((b) => b.id === 'onde')).toMatchObject({
      channel: { kind: 'mail', address: 'desk@onde.example' },
      organisation: null,
    });
  });

  it('hear of a referral by a mail to their address that holds nothing but a code', async () => {
    const { generateIdentity, identityToRecipient } = await import('age-encryption');
    await scene.country.setOverlay('system', 'bodies.onde.ageKeys', [
      await identityToRecipient(await generateIdentity()),
    ]);
    await scene.country.setOverlay('system', 'bodies.onde.review', false);
    const made = await scene.item({ narrative: WORDS });
    const to = await scene.referral.drafting.create(
      scene.actor('analyst'),
      { item: made.item, send: true },
      scene.input({ body: 'onde' }),
    );
    await scene.referral.seal({ referral: to });
    await scene.pass(0);
    const mail = scene.mails.find((m) => m.to.includes('desk@onde.example'));
    expect(mail?.text).toContain((await scene.referral.store.get(to)).code);
    expect(mail?.text).not.toMatch(/THE-REPORTERS|sample-app|sextortion/i);
  });
});

describe('a danger that was told and never sent', () => {
  const WRITTEN = 'WORDS-OF-SOMEBODY-WHO-LEFT';

  async function draft() {
    const { drafts } = scene.reporting;
    const { draft: made, token } = await drafts.create(scene.platform.db, 'fr');
    await drafts.save(scene.platform.db, made, {
      answers: { reporter: 'child', danger: 'yes', category: 'sextortion', links: ['https://left.example/p/1'] },
      sealed: {
        narrative: WRITTEN,
        accounts: [{ platform: 'instagram', name: 'left.behind' }],
        whereabouts: 'LEFT-PLACE',
      },
    });
    const page = (await scene.reporting.waitingDanger(scene.platform.db, 500)).find((p) => p.subject === made.id);
    return { id: made.id, token, page: page?.id as string };
  }
  const reportOf = async (page: string) => (await scene.reporting.dangerPage(page))?.report ?? undefined;

  it('is referred from its danger row once it was left, and not while somebody is still writing', async () => {
    const { id: left, token, page } = await draft();
    const onCall = await as('on-call');
    const at = `/desk/danger/${page}/take-over`;
    expect((await onCall.get('/desk/danger')).body).not.toContain(at);
    expect((await onCall.get(`/desk/danger/${page}`)).body).toContain('Still being written');
    expect((await onCall.post(at)).statusCode).toBe(409);
    expect(await reportOf(page)).toBeUndefined();

    await scene.reporting.drafts.abandon(scene.platform.db, left);
    expect((await onCall.get('/desk/danger')).body).toContain(at);
    for (const role of ['helpline', 'supervisor', 'custodian', 'police'] as const)
      expect([role, (await (await as(role)).post(at)).statusCode]).toEqual([role, 403]);
    // Two at once make one report.
    const both = await Promise.all([onCall.post(at), (await as('analyst')).post(at)]);
    expect(both.map((a) => [a.statusCode, a.headers.location])).toEqual([
      [303, `/desk/referrals/new?danger=${page}`],
      [303, `/desk/referrals/new?danger=${page}`],
    ]);
    const report = (await reportOf(page)) as string;
    const items = await scene.casework.itemsOfReport(report);
    expect(items.map((i) => i.url).sort()).toEqual(['https://left.example/p/1', null].sort());
    expect(items.every((i) => i.danger)).toBe(true);
    const [details] = await scene.reporting.details.details(scene.platform.db, [report]);
    // The words were destroyed when the page was left; the place stays while the danger does.
    expect(details).toMatchObject({
      channel: 'operator',
      hasNarrative: false,
      hasContact: false,
      hasWhereabouts: true,
    });
    // No second alert, and whoever holds the old cookie finds nothing: not the report, and not its number.
    const pages = await scene.reporting.dangerOfReports(scene.platform.db, [report]);
    expect(pages.map((p) => p.id)).toEqual([page]);
    expect(await scene.reporting.drafts.find(scene.platform.db, token)).toBeUndefined();
    const { rows } = await scene.platform.pool.query(
      `select actor from audit.entry where action = 'reporting.draft.taken-over' and subject = $1`,
      [`reporting.draft:${left}`],
    );
    expect(rows.length).toBeGreaterThanOrEqual(1);

    const form = await onCall.get(`/desk/referrals/new?danger=${page}`);
    expect(form.statusCode).toBe(200);
    expect(form.body).not.toContain(WRITTEN);
    const fields: Record<string, string> = {
      item: items[0]?.id as string,
      danger: page,
      body: 'dgsn',
      category: 'sextortion',
      urgency: 'danger',
      urgencyReason: 'Begun and left, in danger.',
      warning: 'danger-now',
      go: 'send',
    };
    const sent = await onCall.post('/desk/referrals', fields);
    expect(sent.statusCode).toBe(303);
    const made = String(sent.headers.location).split('/').at(-1) as string;
    await scene.referral.seal({ referral: made });
    expect((await scene.referral.store.get(made)).state).toBe('sent');
  });

  it('can’t be taken over when nothing is left of it', async () => {
    const { id: left, page } = await draft();
    await scene.reporting.drafts.abandon(scene.platform.db, left);
    await scene.platform.pool.query('delete from reporting.draft where id = $1', [left]);
    const onCall = await as('on-call');
    await onCall.get('/desk');
    expect((await onCall.post(`/desk/danger/${page}/take-over`)).statusCode).toBe(410);
  });
});
