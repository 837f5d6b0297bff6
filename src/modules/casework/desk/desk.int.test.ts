import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAudit } from '../../audit/index.ts';
import { itemEventPossible } from '../index.ts';
import { createDesk, type Desk, report, type Visitor } from '../testing/desk-fixture.ts';
import type { RenderingPort } from './context.ts';

const STORY = 'A boy in his class posts unkind drawings of my son Adam.';
/** A PNG of one pixel. */
const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

describe('the desk', () => {
  let desk: Desk;
  let analyst: Visitor;
  let onCall: Visitor;
  let helpline: Visitor;
  let n = 0;
  const asked: { url: string; signal: AbortSignal }[] = [];
  const rendering: RenderingPort = {
    async render(url, signal) {
      asked.push({ url, signal });
      if (url.includes('silent')) return { unavailable: 'unreachable' };
      return { png: PNG, title: 'Drawings', finalHost: new URL(url).hostname };
    },
  };

  beforeAll(async () => {
    desk = await createDesk({ rendering });
    analyst = await desk.as('analyst');
    onCall = await desk.as('on-call');
    helpline = await desk.as('helpline');
  });
  afterAll(async () => {
    await desk?.close();
  });

  async function item(given: Parameters<typeof report>[1] = {}, host = `drawn-${++n}.example`) {
    const { id: reportId } = await desk.reporting.submit(
      report(desk.reporting, { links: [`https://${host}/p`], narrative: STORY, category: 'image-abuse', ...given }),
    );
    desk.platform.clock.advance(1000);
    while (await desk.casework.linker.drain());
    const [found] = await desk.casework.itemsOfReport(reportId);
    if (!found) throw new Error('not linked');
    return { id: found.id, report: reportId, host, page: `/desk/items/${found.id}` };
  }
  const stepsOf = async (reportId: string) => (await desk.reporting.mailbox.view(reportId)).progress.map((p) => p.step);
  const audited = async (subject: string, action: string) =>
    (await createAudit(desk.platform).search({ subject, action })).entries;
  const JUDGED = {
    outcome: 'illegal',
    category: 'image-abuse',
    severity: 'serious',
    ageBand: '12-14',
    sex: 'boy',
    articles: ['penal-447-1'],
    note: 'Two pages.',
    basedOn: '',
  };

  it('leads strangers to the sign-in and shows nobody what the policy closes', async () => {
    const { id } = await item();
    const stranger = await desk.server.inject({ method: 'GET', url: `/desk/items/${id}` });
    expect(stranger.statusCode).toBe(303);
    expect(stranger.headers.location).toMatch(/^\/desk\/sign-in\?next=/);
    const auditor = await desk.as('auditor');
    for (const path of ['/desk', `/desk/items/${id}`, '/desk/danger', '/desk/unfinished', '/desk/report/new'])
      expect((await auditor.get(path)).statusCode, path).toBe(403);
  });

  it('shows each person only the rooms that are open to them', async () => {
    const rooms = async (role: Parameters<Desk['as']>[0]) => {
      const visitor = await desk.as(role);
      const { body } = await visitor.get(role === 'auditor' || role === 'administrator' ? '/desk/account' : '/desk');
      return [...body.matchAll(/<li><a href="(\/[^"]+)"[^>]*><svg/g)].map((m) => m[1]);
    };
    const [first, rest] = [
      ['/desk', '/desk/danger', '/desk/cases'],
      ['/desk/unfinished', '/desk/notices', '/desk/blocking', '/desk/referrals'],
    ];
    expect(await rooms('analyst')).toEqual([
      ...first,
      ...rest,
      '/desk/report/new',
      '/desk/bulk',
      '/desk/wellbeing',
      '/en/figures',
      '/desk/identities',
    ]);
    expect(await rooms('senior-analyst')).toEqual([
      ...first,
      '/desk/verify',
      '/desk/helpline',
      ...rest,
      '/desk/providers',
      '/desk/law-lab',
      '/desk/takedown-figures',
      '/desk/evidence',
      '/desk/keys',
      '/desk/report/new',
      '/desk/bulk',
      '/desk/mailbox',
      '/desk/wellbeing',
      '/en/figures',
      '/desk/admin/rota',
      '/desk/identities',
    ]);
    expect(await rooms('supervisor')).toEqual([
      ...first,
      '/desk/clocks',
      '/desk/disagreements',
      '/desk/helpline',
      '/desk/care',
      ...rest,
      '/desk/providers',
      '/desk/law-lab',
      '/desk/takedown-figures',
      '/desk/evidence',
      '/desk/report/new',
      '/desk/bulk',
      '/desk/mailbox',
      '/desk/quality',
      '/desk/wellbeing',
      '/en/figures',
      '/desk/admin/rota',
      '/desk/retention',
    ]);
    expect(await rooms('auditor')).toEqual(['/desk/evidence', '/en/figures', '/desk/audit']);
    expect(await rooms('administrator')).toEqual([
      '/desk/mailbox',
      '/en/figures',
      '/desk/admin/accounts',
      '/desk/admin/api-keys',
      '/desk/admin/rota',
      '/desk/admin/help-lines',
      '/desk/admin/bodies',
    ]);
  });

  describe('the queue', () => {
    it('lists danger first and marked, with addresses as text and never as links', async () => {
      const calm = await item({ category: 'relationships' });
      const danger = await item({ danger: true, category: 'privacy' });
      const { body } = await analyst.get('/desk');
      expect(body.indexOf(danger.host)).toBeLessThan(body.indexOf(calm.host));
      expect(body).toMatch(new RegExp(`<tr[^>]*row-danger[^>]*>(?:(?!</tr>).)*${danger.host}`));
      expect(body).not.toMatch(/href="https?:\/\//);
      expect(body).toContain(`/desk/items/${danger.id}#danger`);
      expect(body).not.toContain(STORY);
    });

    it('filters by state, category, kind and host, and keeps the filters in its links', async () => {
      const a = await item({ category: 'csam' }, 'www.filtered.example');
      const b = await item({ category: 'privacy' }, 'other.filtered.example');
      const ids = async (query: string) =>
        [...(await analyst.get(`/desk?${query}`)).body.matchAll(/data-row="([^"]+)"/g)].map((m) => m[1]);
      expect(await ids('host=filtered.example')).toEqual([a.id, b.id]);
      expect(await ids('host=HTTPS://WWW.filtered.example/any')).toEqual([a.id]);
      expect(await ids('host=filtered.example&category=privacy')).toEqual([b.id]);
      expect(await ids('host=filtered.example&kind=account')).toEqual([]);
      expect(await ids('host=filtered.example&state=gone')).toEqual([]);
      const { body } = await analyst.get('/desk?host=filtered.example&category=privacy');
      expect(body).toContain(`href="/desk?category=privacy&amp;host=filtered.example&amp;item=${b.id}#chosen"`);
      // What is not a filter is not one: the whole queue, not an error.
      expect((await analyst.get('/desk?state=x&category=y&kind=z&after=1.2.3&host=%20')).statusCode).toBe(200);
    });

    it('says what to do when nothing matches', async () => {
      const { body } = await analyst.get('/desk?host=nobody-reported.example');
      expect(body).toContain('Nothing matches these filters');
    });

    it('shows the chosen row beside the list, and 404 for a row that never was', async () => {
      const { id, host } = await item();
      const { body } = await analyst.get(`/desk?item=${id}`);
      expect(body).toMatch(new RegExp(`<aside class="desk-panel"(?:(?!</aside>).)*${host}`, 's'));
      expect((await analyst.get('/desk?item=01900000-0000-7000-8000-000000000000')).statusCode).toBe(404);
    });
  });

  describe('the item', () => {
    it('shows facts and no sealed word on a GET, and tells nobody by it that something was read', async () => {
      const it = await item({ contact: { value: '0600000000', safeToCall: 'no', when: '', sharedWith: '' } });
      const answer = await analyst.get(it.page);
      expect(answer.statusCode).toBe(200);
      expect(answer.headers['cache-control']).toBe('no-store');
      for (const sealed of [STORY, '0600000000']) expect(answer.body).not.toContain(sealed);
      await analyst.get(it.page);
      expect(await stepsOf(it.report)).toEqual(['received']);
    });

    it('tells the reporter once that it was read, when somebody takes the item or opens what was written', async () => {
      const taken = await item();
      await analyst.post(`${taken.page}/lock`);
      expect(await stepsOf(taken.report)).toEqual(['received', 'read']);
      await analyst.post(`${taken.page}/reports/${taken.report}/narrative`);
      expect(await stepsOf(taken.report)).toEqual(['received', 'read']);

      const opened = await item();
      await analyst.post(`${opened.page}/reports/${opened.report}/narrative`);
      expect(await stepsOf(opened.report)).toEqual(['received', 'read']);

      const looked = await item();
      await analyst.post(`${looked.page}/look`);
      expect(await stepsOf(looked.report)).toEqual(['received', 'read']);

      const answered = await item();
      await analyst.post(`${answered.page}/reports/${answered.report}/reply`, { text: 'You are not alone.' });
      expect(await stepsOf(answered.report)).toEqual(['received', 'read']);
    });

    it('tells only the reporter whose report was opened, when an item has several', async () => {
      const one = await item({}, 'several.example');
      const two = await item({}, 'several.example');
      expect(two.id).toBe(one.id);
      await analyst.post(`${one.page}/reports/${two.report}/narrative`);
      expect([await stepsOf(one.report), await stepsOf(two.report)]).toEqual([['received'], ['received', 'read']]);
    });

    it('opens what was written by a POST, audited without a word of it', async () => {
      const it = await item();
      await desk.reporting.mailbox.reply(it.report, 'Is anybody there?');
      const closed = await analyst.get(it.page);
      expect(closed.body).toContain('1 new message');
      expect(closed.body).not.toContain('Is anybody there?');
      expect(await audited(`reporting.report:${it.report}`, 'casework.narrative.opened')).toEqual([]);
      const open = await analyst.post(`${it.page}/reports/${it.report}/narrative`);
      expect(open.body).toContain(STORY);
      expect(open.body).toContain('Is anybody there?');
      expect(open.headers['cache-control']).toBe('no-store');
      const [entry, ...more] = await audited(`reporting.report:${it.report}`, 'casework.narrative.opened');
      expect(more).toEqual([]);
      expect(entry?.actor).toMatch(/^account:/);
      expect(JSON.stringify(entry)).not.toContain('Adam');
      expect(
        (await desk.server.inject({ method: 'GET', url: `${it.page}/reports/${it.report}/narrative` })).statusCode,
      ).toBe(404);
    });

    it('does not open a report through an item that it does not belong to', async () => {
      const [one, two] = [await item(), await item()];
      const answer = await analyst.post(`${one.page}/reports/${two.report}/narrative`);
      expect(answer.statusCode).toBe(404);
      expect(answer.body).not.toContain(STORY);
      expect(await audited(`reporting.report:${two.report}`, 'casework.narrative.opened')).toEqual([]);
    });

    it('keeps the contact from those who judge, and opens it to those who call back', async () => {
      const it = await item({ contact: { value: '0611223344', safeToCall: 'yes', when: 'evening', sharedWith: '' } });
      const path = `${it.page}/reports/${it.report}/contact`;
      expect((await analyst.get(it.page)).body).not.toContain(path);
      const refused = await analyst.post(path);
      expect(refused.statusCode).toBe(403);
      expect(refused.body).not.toContain('0611223344');
      expect(await audited(`reporting.report:${it.report}`, 'casework.contact.opened')).toEqual([]);
      await helpline.get(it.page);
      expect((await helpline.post(path)).body).toContain('0611223344');
      expect(await audited(`reporting.report:${it.report}`, 'casework.contact.opened')).toHaveLength(1);
    });

    it('opens an account’s name by a POST only, audited', async () => {
      const it = await item({
        links: [],
        accounts: [{ platform: 'instagram', name: 'paper.kite.77', key: 'paper.kite.77' }],
      });
      expect((await analyst.get(it.page)).body).not.toContain('paper.kite');
      expect((await analyst.post(`${it.page}/account`)).body).toContain('paper.kite.77');
      expect(await audited(`casework.item:${it.id}`, 'casework.account-name.opened')).toHaveLength(1);
    });

    it('shows text of strangers as text', async () => {
      const it = await item({ narrative: '<img src=x onerror=alert(1)> "quoted"' });
      const { body } = await analyst.post(`${it.page}/reports/${it.report}/narrative`);
      expect(body).not.toContain('<img src=x');
      expect(body).toContain('&lt;img src=x');
    });

    it('writes to the reporter, once for two presses, and keeps what was refused', async () => {
      const it = await item();
      await analyst.get(it.page);
      const path = `${it.page}/reports/${it.report}/reply`;
      const empty = await analyst.post(path, { text: '   ' });
      expect(empty.statusCode).toBe(400);
      expect(empty.body).toContain('Write a message first.');
      const long = await analyst.post(path, { text: `${'x'.repeat(20_001)}` });
      expect(long.statusCode).toBe(400);
      expect(long.body).toContain('x'.repeat(20_001));
      const sent = await Promise.all([
        analyst.post(path, { text: 'We have read it.' }),
        analyst.post(path, { text: 'We have read it.' }),
      ]);
      for (const answer of sent) expect(answer.statusCode).toBe(303);
      const { messages } = await desk.reporting.mailbox.view(it.report);
      expect(messages.map((m) => [m.author, m.body])).toEqual([['staff', 'We have read it.']]);
    });

    it('locks for one, says who to the other, and passes on without a reason', async () => {
      const it = await item();
      const senior = await desk.as('senior-analyst');
      expect((await analyst.post(`${it.page}/lock`, { to: `/desk?item=${it.id}` })).headers.location).toBe(
        `/desk?item=${it.id}`,
      );
      const refused = await senior.post(`${it.page}/lock`);
      expect(refused.statusCode).toBe(409);
      expect(refused.body).toContain('A colleague is working on this item.');
      expect(refused.body).toContain('<bdi>Salma</bdi>');
      await analyst.post(`${it.page}/unlock`);
      expect((await senior.post(`${it.page}/lock`)).statusCode).toBe(303);
      // Never out of the site, whatever the form says.
      expect((await senior.post(`${it.page}/unlock`, { to: 'https://elsewhere.example/' })).headers.location).toBe(
        `${it.page}?done=unlocked`,
      );
    });

    it('assesses, and shows the judgement with its law and note', async () => {
      const it = await item();
      await analyst.get(it.page);
      const answer = await analyst.post(`${it.page}/assess`, JUDGED);
      expect(answer.headers.location).toBe(`${it.page}?done=proposed`);
      const { body } = await analyst.get(`${it.page}?done=proposed`);
      expect(body).toContain('Nothing leaves before a second person agrees');
      expect(body).toContain('Two pages.');
      expect((await desk.casework.item(it.id)).state).toBe('proposed');
      // Nobody else's view: a second form that was open since before is told to read first.
      const stale = await analyst.post(`${it.page}/assess`, { ...JUDGED, outcome: 'harmful' });
      expect(stale.statusCode).toBe(409);
      expect(stale.body).toContain('Somebody assessed this item meanwhile');
      expect((await desk.casework.item(it.id)).state).toBe('proposed');
    });

    it('names every gap of an assessment and keeps what was chosen', async () => {
      const it = await item();
      await analyst.get(it.page);
      const answer = await analyst.post(`${it.page}/assess`, {
        ...JUDGED,
        severity: 'none',
        sex: 'x',
        articles: ['not-a-law'],
        note: 'Kept <b>note</b>',
      });
      expect(answer.statusCode).toBe(400);
      for (const sentence of [
        'Severity: Illegal content has a severity.',
        'Sex of the child: Choose an answer.',
        'Legal basis: “Illegal” needs at least one article of law.',
      ])
        expect(answer.body).toContain(sentence);
      expect(answer.body).toContain('Kept &lt;b>note&lt;/b>');
      expect(answer.body).toMatch(/value="illegal"[^>]*checked|checked[^>]*value="illegal"/);
      expect(await desk.casework.assessments(it.id)).toEqual([]);
    });

    it('lets a helpline worker read and answer, not judge, lock or look', async () => {
      const it = await item();
      const { body } = await helpline.get(it.page);
      expect(body).toContain('Analysts assess. This account can read.');
      expect(body).not.toContain(`${it.page}/assess`);
      for (const what of ['assess', 'lock', 'look', 'exposure'])
        expect((await helpline.post(`${it.page}/${what}`, JUDGED)).statusCode, what).toBe(403);
      expect(itemEventPossible((await desk.casework.item(it.id)).state, { type: 'assessed', outcome: 'illegal' })).toBe(
        true,
      );
      expect((await helpline.post(`${it.page}/reports/${it.report}/narrative`)).body).toContain(STORY);
    });

    it('refuses a form without its token', async () => {
      const it = await item();
      const cookie = [...analyst.cookies].map(([k, v]) => `${k}=${v}`).join('; ');
      const answer = await desk.server.inject({ method: 'POST', url: `${it.page}/lock`, headers: { cookie } });
      expect(answer.statusCode).toBe(403);
      expect((await desk.casework.item(it.id)).lease_by).toBeNull();
    });

    it('shows what a module downstream adds, and opens in every language', async () => {
      const it = await item({ danger: true });
      await analyst.post(`${it.page}/assess`, JUDGED);
      for (const lang of ['ar', 'fr', 'zgh'] as const) {
        const visitor = await desk.as('analyst', lang);
        for (const path of ['/desk', it.page, '/desk/danger', '/desk/unfinished', '/desk/report/new'])
          expect((await visitor.get(path)).statusCode, `${lang} ${path}`).toBe(200);
        expect((await visitor.get(it.page)).body).toContain(`<html lang="${lang}"`);
      }
    });
  });

  describe('the picture of a reported page', () => {
    it('is not made of a link that seems made for one person before somebody says so', async () => {
      const { id } = await desk.reporting.submit(
        report(desk.reporting, { links: ['https://invited.example/p?invite=Zk3vB9qL27pXw4Rt81mN'] }),
      );
      desk.platform.clock.advance(1000);
      while (await desk.casework.linker.drain());
      const [found] = await desk.casework.itemsOfReport(id);
      const page = `/desk/items/${found?.id}`;
      expect((await analyst.get(page)).body).toContain('name="leave"');
      const before = asked.length;
      expect((await analyst.post(`${page}/look`)).statusCode).toBe(409);
      expect((await analyst.post(`${page}/look`, {}, { accept: 'image/png' })).statusCode).toBe(409);
      expect(asked.length).toBe(before);
      const answer = await analyst.post(`${page}/look`, { leave: 'yes' }, { accept: 'image/png' });
      expect(answer.headers['content-type']).toBe('image/png');
      expect(asked.length).toBe(before + 1);
    });

    it('goes to the one answer as data, is stored nowhere, and leaves a line in the history', async () => {
      const it = await item();
      await analyst.get(it.page);
      const answer = await analyst.post(`${it.page}/look`, {}, { accept: 'image/png' });
      expect(answer.headers['content-type']).toBe('image/png');
      expect(answer.headers['cache-control']).toBe('no-store');
      expect(answer.rawPayload.equals(PNG)).toBe(true);
      expect(asked.at(-1)?.url).toBe(`https://${it.host}/p`);
      expect((await desk.casework.history(it.id))[0]).toMatchObject({ what: 'looked' });
      expect(await audited(`casework.item:${it.id}`, 'casework.item.looked')).toHaveLength(1);
    });

    it('comes folded, blurred and grey without a script, and each opening counts', async () => {
      const it = await item();
      const account = desk.accounts.find((a) => a.role === 'senior-analyst');
      const id = (await desk.identity.listAccounts()).find((a) => a.email === account?.email)?.id ?? '';
      const senior = await desk.as('senior-analyst');
      const before = await desk.casework.exposureToday(id);
      const answer = await senior.post(`${it.page}/look`);
      expect(answer.headers['cache-control']).toBe('no-store');
      expect(answer.body).toMatch(/<details(?![^>]* open).*data:image\/png;base64,.*blur-\[1\.5rem\] grayscale/s);
      expect(await desk.casework.exposureToday(id)).toBe(before + 5000);
      await senior.post(`${it.page}/exposure`, { ms: '1234' });
      expect(await desk.casework.exposureToday(id)).toBe(before + 6234);
      for (const ms of ['0', '-5', 'x', '60001'])
        expect((await senior.post(`${it.page}/exposure`, { ms })).statusCode).toBe(400);
      expect(await desk.casework.exposureToday(id)).toBe(before + 6234);
    });

    it('says in words why there is none', async () => {
      const it = await item({}, 'silent.example');
      await analyst.get(it.page);
      const fetched = await analyst.post(`${it.page}/look`, {}, { accept: 'image/png' });
      expect(fetched.statusCode).toBe(502);
      expect(fetched.body).toBe('The site does not answer.');
      expect((await analyst.post(`${it.page}/look`)).body).toContain('The site does not answer.');
      const account = await item({ links: [], accounts: [{ platform: 'x', name: 'nobody.here', key: 'nobody.here' }] });
      expect((await analyst.post(`${account.page}/look`)).statusCode).toBe(404);
    });
  });

  describe('danger', () => {
    const alertOf = async (reportId: string) => {
      const [page] = await desk.reporting.dangerOfReports(desk.platform.db, [reportId]);
      return page?.id ?? '';
    };

    it('lists what waits, shows who was told and what failed, and is taken by on-call (or a supervisor), not by an analyst', async () => {
      const it = await item({ danger: true, narrative: 'I want to kill myself' });
      const id = await alertOf(it.report);
      await desk.reporting.delivery.planSteps(desk.platform.clock.now());
      await desk.reporting.delivery.sendDue(desk.platform.clock.now());
      expect((await analyst.get('/desk/danger')).body).toContain(`/desk/danger/${id}`);
      const page = await onCall.get(`/desk/danger/${id}`);
      expect(page.body).toContain('Self-harm');
      expect(page.body).toContain('Nobody has taken it yet');
      // No mail server in this test: the failure is on the page, not in a log only.
      expect(page.body).toContain('1 try failed:');
      expect(page.body).not.toContain('kill myself');
      expect((await analyst.post(`/desk/danger/${id}/acknowledge`)).statusCode).toBe(403);
      expect((await onCall.post(`/desk/danger/${id}/acknowledge`)).headers.location).toBe(
        `/desk/danger/${id}?done=taken`,
      );
      expect((await onCall.get(`/desk/danger/${id}`)).body).toContain('Taken by Nora');
      expect((await analyst.get('/desk/danger')).body).not.toContain(`/desk/danger/${id}`);
      expect((await analyst.get(it.page)).body).toContain('Taken by Nora');
      expect((await onCall.get('/desk/danger/nonsense')).statusCode).toBe(404);
    });

    it('opens "where I am" to on-call only, by a POST, audited', async () => {
      const it = await item({ danger: true, whereabouts: 'Salé, near the library' });
      const id = await alertOf(it.report);
      expect((await onCall.get(`/desk/danger/${id}`)).body).not.toContain('near the library');
      const refused = await analyst.post(`/desk/danger/${id}/whereabouts`);
      expect(refused.statusCode).toBe(403);
      expect(await audited(`reporting.danger_page:${id}`, 'casework.whereabouts.opened')).toEqual([]);
      expect((await onCall.post(`/desk/danger/${id}/whereabouts`)).body).toContain('Salé, near the library');
      expect(await audited(`reporting.danger_page:${id}`, 'casework.whereabouts.opened')).toHaveLength(1);
    });

    it('opens the place of somebody who is still writing', async () => {
      const { drafts } = desk.reporting;
      const { draft } = await drafts.create(desk.platform.db, 'en');
      await drafts.save(desk.platform.db, draft, {
        answers: { danger: 'yes' },
        sealed: { whereabouts: 'Behind the station' },
      });
      const page = (await desk.reporting.waitingDanger(desk.platform.db)).find((p) => p.subject === draft.id);
      const closed = await onCall.get(`/desk/danger/${page?.id}`);
      expect(closed.body).toContain('A report being written');
      expect(closed.body).toContain('There is nothing to reply to yet.');
      expect((await onCall.post(`/desk/danger/${page?.id}/whereabouts`)).body).toContain('Behind the station');
      expect((await onCall.post(`/desk/danger/${page?.id}/reply`, { text: 'Hello' })).statusCode).toBe(404);
    });

    it('writes back from the alert', async () => {
      const it = await item({ danger: true });
      const id = await alertOf(it.report);
      await onCall.get(`/desk/danger/${id}`);
      expect((await onCall.post(`/desk/danger/${id}/reply`, { text: '' })).statusCode).toBe(400);
      await onCall.post(`/desk/danger/${id}/reply`, { text: 'Somebody is here.' });
      expect((await desk.reporting.mailbox.view(it.report)).messages.map((m) => m.body)).toEqual(['Somebody is here.']);
    });

    it('lists every alert that waits, in parts when there are many', async () => {
      await Promise.all(
        Array.from({ length: 120 }, (_, i) =>
          desk.reporting.submit(report(desk.reporting, { danger: true, submissionKey: `many-${i}` })),
        ),
      );
      const seen = new Set<string>();
      let parts = 0;
      for (let next: string | undefined = '/desk/danger'; next; parts++) {
        const { body } = await onCall.get(next);
        for (const [, id] of body.matchAll(/href="\/desk\/danger\/([0-9a-f-]{36})"/g)) seen.add(id as string);
        next = /rel="next" href="([^"]+)"/.exec(body)?.[1];
      }
      expect(parts).toBe(2);
      const waiting = await desk.reporting.waitingDanger(desk.platform.db, 500);
      expect(seen).toEqual(new Set(waiting.map((p) => p.id)));
      expect(waiting.length).toBeGreaterThanOrEqual(120);
    });

    it('shows unfinished drafts without the account’s name until it is opened', async () => {
      const { drafts } = desk.reporting;
      const { draft } = await drafts.create(desk.platform.db, 'en');
      await drafts.save(desk.platform.db, draft, {
        answers: { category: 'grooming', links: ['https://chat.example/u/7'] },
        sealed: { narrative: STORY, accounts: [{ platform: 'tiktok', name: 'half.written' }] },
      });
      await drafts.abandon(desk.platform.db, draft.id);
      const { body } = await analyst.get('/desk/unfinished');
      expect(body).toContain('chat.example/u/7');
      for (const sealed of ['half.written', STORY]) expect(body).not.toContain(sealed);
      expect((await analyst.post(`/desk/unfinished/${draft.id}/accounts`)).body).toContain('half.written');
      expect(await audited(`reporting.draft:${draft.id}`, 'casework.draft-accounts.opened')).toHaveLength(1);
      expect((await analyst.post('/desk/unfinished/nothing/accounts')).statusCode).toBe(404);
    });
  });

  describe('the form for a caller', () => {
    const formId = (body: string) => /name="formId" value="([^"]+)"/.exec(body)?.[1] ?? '';
    const CALL = {
      language: 'fr',
      reporter: 'parent',
      danger: 'no',
      category: 'harassment',
      links: 'https://called.example/a\nhttps://called.example/b',
      platform: ['whatsapp', '', ''],
      account: ['0612345678', '', ''],
      narrative: STORY,
      visibility: 'few',
      occurred: 'week',
      ageBand: '9-11',
      contact: '0655555555',
      safeToCall: 'yes',
      contactWhen: 'morning',
      contactShared: '',
    };

    it('files one report for two presses and reads the same number out', async () => {
      const id = formId((await helpline.get('/desk/report/new')).body);
      const [one, two] = await Promise.all([
        helpline.post('/desk/report/new', { ...CALL, formId: id }),
        helpline.post('/desk/report/new', { ...CALL, formId: id }),
      ]);
      const number = (body: string) => /receipt-number">([\d ]+)</.exec(body)?.[1]?.replaceAll(' ', '') ?? '';
      expect(number(one.body)).toMatch(/^\d{16}$/);
      expect(number(two.body)).toBe(number(one.body));
      const reportId = (await desk.reporting.mailbox.findByReceipt(number(one.body))) ?? '';
      const [details] = await desk.reporting.details.details(desk.platform.db, [reportId]);
      expect(details).toMatchObject({
        channel: 'operator',
        language: 'fr',
        reporter: 'parent',
        ageBand: '9-11',
        hasContact: true,
      });
      expect(details?.links).toHaveLength(2);
      expect(details?.accounts).toMatchObject([{ platform: 'whatsapp' }]);
      const [received] = await audited(`reporting.report:${reportId}`, 'reporting.report.received');
      expect(received?.actor).toMatch(/^account:/);
      desk.platform.clock.advance(1000);
      while (await desk.casework.linker.drain());
      expect(await desk.casework.itemsOfReport(reportId)).toHaveLength(3);
    });

    it('does not swallow other words under a form that was sent', async () => {
      const id = formId((await helpline.get('/desk/report/new')).body);
      await helpline.post('/desk/report/new', { ...CALL, formId: id });
      const changed = await helpline.post('/desk/report/new', { ...CALL, formId: id, narrative: 'Something else' });
      expect(changed.statusCode).toBe(409);
      expect(changed.body).toContain('This form was sent already, with other words.');
      expect(changed.body).toContain('Something else');
      expect(formId(changed.body)).not.toBe(id);
    });

    it('names each gap, keeps everything, and rings nobody for a form that was refused', async () => {
      const waiting = (await desk.reporting.waitingDanger(desk.platform.db, 500)).length;
      const id = formId((await helpline.get('/desk/report/new')).body);
      const bad = {
        ...CALL,
        formId: id,
        danger: 'yes',
        reporter: '',
        links: 'not a link at all',
        contactWhen: 'x'.repeat(501),
      };
      const answer = await helpline.post('/desk/report/new', bad);
      expect(answer.statusCode).toBe(400);
      for (const sentence of [
        'The caller is: Choose an answer.',
        'Links: This is not a link: not a link at all.',
        'When: Longer than 500 characters.',
      ])
        expect(answer.body).toContain(sentence);
      expect(answer.body).toContain(STORY);
      expect(answer.body).toContain('0612345678');
      expect(formId(answer.body)).toBe(id);
      expect((await desk.reporting.waitingDanger(desk.platform.db, 500)).length).toBe(waiting);
      const filed = await helpline.post('/desk/report/new', { ...bad, reporter: 'child', links: '', contactWhen: '' });
      expect(filed.body).toContain('The person on call has been paged');
      expect((await desk.reporting.waitingDanger(desk.platform.db, 500)).length).toBe(waiting + 1);
    });
  });
});
