import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { report } from '../testing/desk-fixture.ts';
import { type DeskRoom, openDeskRoom, STORY } from '../testing/desk-room.ts';

describe('somebody in danger, and somebody on the telephone', () => {
  let room: DeskRoom;
  let desk: DeskRoom['desk'];
  let analyst: DeskRoom['analyst'];
  let onCall: DeskRoom['onCall'];
  let helpline: DeskRoom['helpline'];
  let item: DeskRoom['item'];
  let audited: DeskRoom['audited'];
  beforeAll(async () => {
    room = await openDeskRoom();
    ({ desk, analyst, onCall, helpline, item, audited } = room);
  });
  afterAll(() => room?.desk.close());

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
