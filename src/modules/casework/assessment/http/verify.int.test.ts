import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LANGS } from '../../../../platform/i18n/index.ts';
import { createDesk, type Desk, report, type Visitor } from '../../testing/desk-fixture.ts';
import { lastMonths } from './verify.routes.tsx';

const SECRET = 'The third picture decides.';
const JUDGED = {
  outcome: 'illegal',
  category: 'harassment',
  severity: 'serious',
  ageBand: '12-14',
  sex: 'boy',
  articles: ['penal-447-2'],
  note: SECRET,
  basedOn: '',
};
const ABUSE = {
  ...JUDGED,
  category: 'csam',
  articles: ['penal-503-2'],
  classification: 'posing',
  stage: 'pubescent',
  content: 'drawn',
  doneBy: 'child',
};

describe('the pages of second looks', () => {
  let desk: Desk;
  let analyst: Visitor;
  let senior: Visitor;
  let supervisor: Visitor;
  let n = 0;

  beforeAll(async () => {
    desk = await createDesk();
    [analyst, senior, supervisor] = await Promise.all([
      desk.as('analyst'),
      desk.as('senior-analyst'),
      desk.as('supervisor'),
    ]);
  });
  afterAll(async () => {
    await desk?.close();
  });

  /** An item that an analyst has judged, and the look that waits. */
  async function judged(fields: Record<string, string | string[]> = JUDGED, by: Visitor = analyst) {
    const host = `paged-${++n}.example`;
    const sent = await desk.reporting.submit(report(desk.reporting, { links: [`https://${host}/p`] }));
    desk.platform.clock.advance(1000);
    while (await desk.casework.linker.drain());
    const [item] = await desk.casework.itemsOfReport(sent.id);
    const id = item?.id ?? '';
    await by.get(`/desk/items/${id}`);
    const answer = await by.post(`/desk/items/${id}/assess`, fields);
    expect(answer.statusCode, answer.body.slice(0, 500)).toBe(303);
    const [look] = await desk.casework.secondLook.ofItem(id);
    return { id, host, look: look?.id ?? '', page: `/desk/items/${id}` };
  }
  const state = async (id: string) => (await desk.casework.item(id)).state;

  it('are open to those who may take them, and closed to the first person', async () => {
    const { look } = await judged();
    expect((await analyst.get('/desk/verify')).statusCode).toBe(403);
    expect((await supervisor.get(`/desk/verify/${look}`)).statusCode).toBe(403);
    expect((await senior.get('/desk/disagreements')).statusCode).toBe(403);
    for (const who of [analyst, senior]) expect((await who.get('/desk/quality')).statusCode).toBe(403);
    expect((await senior.get('/desk/verify/01900000-0000-7000-8000-000000000000')).statusCode).toBe(404);

    const own = await judged(JUDGED, senior);
    expect((await senior.get('/desk/verify')).body).not.toContain(own.look);
    expect((await senior.get(`/desk/verify/${own.look}`)).statusCode).toBe(403);
    expect((await senior.post(`/desk/verify/${own.look}`, { agree: 'yes' })).statusCode).toBe(403);
    expect(await state(own.id)).toBe('proposed');
  });

  it('show the first judgement where the rule is not blind, and one press agrees', async () => {
    const it = await judged();
    const list = await senior.get('/desk/verify');
    expect(list.body).toContain(it.host);
    const { body } = await senior.get(`/desk/verify/${it.look}`);
    expect(body).toContain(SECRET);
    expect(body).toContain('The site is asked to remove it');
    const answer = await senior.post(`/desk/verify/${it.look}`, { agree: 'yes' });
    expect(answer.headers.location).toBe('/desk/verify?done=agreed');
    expect(await state(it.id)).toBe('illegal');
    expect((await senior.get(it.page)).body).toContain('Confirmed by two people');
    const again = await senior.post(`/desk/verify/${it.look}`, { agree: 'yes' });
    expect(again.statusCode).toBe(403);
  });

  it('hide the first judgement from whoever decides blind, also on the page of the item', async () => {
    const it = await judged(ABUSE);
    for (const path of [`/desk/verify/${it.look}`, it.page]) {
      const { body } = await senior.get(path);
      for (const word of [SECRET, 'In the words of others', 'value="penal-503-2" checked'])
        expect(body.includes(word), `${path} says ${word}`).toBe(false);
    }
    expect((await senior.get(it.page)).body).toContain('waits for a second person');
    // Who made it sees it; it says where it leads, care for the child who did it first.
    const own = (await analyst.get(it.page)).body;
    expect(own).toContain(SECRET);
    expect(own.indexOf('The child first')).toBeLessThan(own.indexOf('The police, before the site'));
    expect(own).toContain('<bdi dir="ltr" class="ltr">C</bdi>');
    expect(own).not.toContain('Child Pornography');

    await senior.get(`/desk/verify/${it.look}`);
    const shortcut = await senior.post(`/desk/verify/${it.look}`, { agree: 'yes' });
    expect(shortcut.statusCode).toBe(409);
    expect(shortcut.body).not.toContain(SECRET);
    const gap = await senior.post(`/desk/verify/${it.look}`, { ...ABUSE, stage: '', note: 'Mine' });
    expect(gap.statusCode).toBe(400);
    expect(gap.body).toContain('Stage of the body: Choose an answer.');
    expect(gap.body).toContain('Mine');
    expect((await senior.post(`/desk/verify/${it.look}`, { ...ABUSE, note: '' })).headers.location).toBe(
      '/desk/verify?done=agreed',
    );
    expect((await senior.get(it.page)).body).toContain(SECRET);
  });

  it('lead a disagreement to a supervisor, who sees both and looks at nothing', async () => {
    const it = await judged();
    await senior.get(`/desk/verify/${it.look}`);
    const differs = await senior.post(`/desk/verify/${it.look}`, { ...JUDGED, outcome: 'harmful', note: 'Only rude.' });
    expect(differs.headers.location).toBe('/desk/verify?done=disagreed');
    expect((await supervisor.get('/desk/disagreements')).body).toContain(it.host);
    const { body } = await supervisor.get(`/desk/disagreements/${it.look}`);
    for (const words of [SECRET, 'Only rude.', 'Harmful, not illegal']) expect(body).toContain(words);
    expect(body).not.toContain('/look"');
    // Nobody judges beside it meanwhile.
    expect((await analyst.get(it.page)).body).toContain('wait for a supervisor');
    expect((await analyst.post(`${it.page}/assess`, JUDGED)).statusCode).toBe(409);
    const nothing = await supervisor.post(`/desk/disagreements/${it.look}`, { pick: 'third' });
    expect(nothing.statusCode).toBe(400);
    expect(nothing.body).toContain('Choose one of the two judgements.');
    const decided = await supervisor.post(`/desk/disagreements/${it.look}`, {
      pick: 'second',
      why: 'Rude is not illegal.',
    });
    expect(decided.headers.location).toBe('/desk/disagreements?done=decided');
    expect(await state(it.id)).toBe('harmful');
  });

  it('let a colleague take the second look instead of judging beside it', async () => {
    const it = await judged();
    const { body } = await senior.get(it.page);
    expect(body).toContain(`/desk/verify/${it.look}`);
    const beside = await senior.post(`${it.page}/assess`, { ...JUDGED, outcome: 'harmful' });
    expect(beside.statusCode).toBe(409);
    expect(await state(it.id)).toBe('proposed');
    // Its author may think again.
    const [made] = await desk.casework.assessments(it.id);
    await analyst.get(it.page);
    await analyst.post(`${it.page}/assess`, { ...JUDGED, outcome: 'harmful', basedOn: made?.id ?? '' });
    expect(await state(it.id)).toBe('harmful');
  });

  it('take a hash that somebody gave, and say what is wrong with one', async () => {
    const first = await judged();
    await senior.get(first.page);
    await senior.post(`/desk/verify/${first.look}`, { agree: 'yes' });
    const hash = 'ab'.repeat(32);
    await analyst.get(first.page);
    expect((await analyst.post(`${first.page}/hash`, { sha256: hash })).headers.location).toMatch(/done=hash-noted$/);
    const sent = await desk.reporting.submit(report(desk.reporting, { links: ['https://hashed.example/p'] }));
    desk.platform.clock.advance(1000);
    while (await desk.casework.linker.drain());
    const [item] = await desk.casework.itemsOfReport(sent.id);
    const page = `/desk/items/${item?.id}`;
    await analyst.get(page);
    const wrong = await analyst.post(`${page}/hash`, { sha256: 'xyz' });
    expect(wrong.statusCode).toBe(400);
    expect(wrong.body).toContain('A SHA-256 hash has 64 digits');
    expect((await analyst.post(`${page}/hash`, { sha256: hash })).headers.location).toMatch(/done=hash-proposed$/);
    const helpline = await desk.as('helpline');
    await helpline.get(page);
    expect((await helpline.post(`${page}/hash`, { sha256: hash })).statusCode).toBe(403);
  });

  it('say how far people agree, in totals and in every language', async () => {
    for (const lang of LANGS) {
      const visitor = await desk.as('supervisor', lang);
      for (const path of ['/desk/quality', '/desk/quality?month=2020-99', '/desk/disagreements']) {
        const { statusCode, body } = await visitor.get(path);
        expect(statusCode, path).toBe(200);
        expect(body).toContain(`lang="${lang}"`);
      }
      const { body } = await visitor.get('/desk/quality');
      for (const person of desk.accounts) if (person.role !== 'supervisor') expect(body).not.toContain(person.url);
    }
  });

  it('offer the last months, over the turn of the year', () => {
    expect(lastMonths('2026-02', 3)).toEqual(['2026-02', '2026-01', '2025-12']);
  });
});
