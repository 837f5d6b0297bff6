import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { itemEventPossible } from '../index.ts';
import { report } from '../testing/desk-fixture.ts';
import { type DeskRoom, JUDGED, openDeskRoom, PNG, STORY } from '../testing/desk-room.ts';

describe('an item on the desk', () => {
  let room: DeskRoom;
  let desk: DeskRoom['desk'];
  let analyst: DeskRoom['analyst'];
  let helpline: DeskRoom['helpline'];
  let item: DeskRoom['item'];
  let stepsOf: DeskRoom['stepsOf'];
  let audited: DeskRoom['audited'];
  let asked: DeskRoom['asked'];
  beforeAll(async () => {
    room = await openDeskRoom();
    ({ desk, analyst, helpline, item, stepsOf, audited, asked } = room);
  });
  afterAll(() => room?.desk.close());

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
});
