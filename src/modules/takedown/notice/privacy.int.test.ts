import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { xarfForApi } from '../letter/xarf.ts';
import { openScene, type Scene } from '../testing/scene.ts';

let scene: Scene;
beforeAll(async () => {
  scene = await openScene({ seed: 11 });
  scene.world.desk.mode = 'silent';
});
afterAll(() => scene.close());

let photos = 500;
const marked = (text: string) => `${text} Zqx${++photos}`;

/**
 * What a provider gets of one page: the mail, the signed pages, the table, the file for machines and what an interface
 * would get; with the notice's own id and times taken out.
 */
async function outside(said: {
  narratives: readonly string[];
  note: string;
  contact: string;
  whereabouts: string;
  ageBand: '6-8' | '15-17';
  times: number;
}): Promise<Record<'mail' | 'page' | 'letter' | 'csv' | 'xarf' | 'api', string>> {
  const url = `http://photos.sample-host.example/p/${++photos}`;
  let item = '';
  for (const narrative of said.narratives)
    item = (
      await scene.report({
        url,
        narrative,
        ageBand: said.ageBand,
        reporter: said.times % 2 === 0 ? 'child' : 'parent',
        whereabouts: said.whereabouts,
        contact: { value: said.contact, safeToCall: 'yes', when: said.contact, sharedWith: said.contact },
      })
    ).item;
  await scene.assess(item, {
    category: 'image-abuse',
    note: said.note,
    ageBand: said.ageBand,
    sex: 'girl',
    severity: 'extreme',
  });
  await scene.notice(item, 'queued');
  await scene.pass(0);
  const notice = await scene.notice(item, 'sent');
  const mail = scene.world.mail.messages.find((m) => m.messageId === notice.message_id);
  if (!mail) throw new Error('no mail');
  const page = await scene.app.inject(`/notice/${scene.takedown.facts.tokenOf(notice.id)}?lang=fr`);
  const { takedown, platform } = scene;
  const token = takedown.letterFacts.tokenOf(notice.letter ?? '');
  const behind = async (path: string) => (await scene.app.inject(`/notice/letter/${token}${path}`)).body;
  const letter = await takedown.letters.find(platform.db, notice.letter ?? '');
  if (!letter) throw new Error('no letter');
  const party = { org: 'e-Salama', contact: 'notices@e-salama.example', domain: 'e-salama.example' };
  const lines = await takedown.lines.of(platform.db, letter, [notice]);
  const neutral = (text: string) =>
    text
      .replaceAll(token, 'LETTER')
      .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'INSTANT')
      .replaceAll(scene.takedown.facts.tokenOf(notice.id), 'TOKEN')
      .replaceAll(notice.id, 'ID')
      .replaceAll(notice.letter ?? 'none', 'LETTER')
      .replaceAll(url, 'URL')
      .replace(/name="_csrf" value="[^"]*"/g, 'CSRF')
      .replace(/nonce="[^"]*"/g, 'NONCE')
      .replace(/\d{1,2}:\d{2}|\d{1,2} h \d{2}/g, 'TIME')
      .replace(/boundary="?[^"]*"?/g, 'BOUNDARY');
  const headers = mail.headers.map((h) => `${h.name}: ${h.value}`).filter((h) => !/^date:/i.test(h));
  return {
    mail: neutral([mail.subject, mail.text, mail.html ?? '', ...headers].join('\n')),
    page: neutral(page.body),
    letter: neutral(await behind('?lang=fr')),
    csv: neutral(await behind('/notices.csv')),
    xarf: neutral(await behind(`/xarf/${notice.id}.json`)),
    api: neutral(JSON.stringify(lines.map((line) => xarfForApi(line, party)))),
  };
}

describe('a notice', () => {
  it('is the same letter and the same page whatever the reports and the analyst said', {
    timeout: 120_000,
  }, async () => {
    const words = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 300 });
    const plain = await outside({
      narratives: [''],
      note: '',
      contact: 'x',
      whereabouts: '',
      ageBand: '6-8',
      times: 1,
    });
    expect(plain.mail).toContain('Base légale');
    expect(plain.page).toContain('data-reported-url');
    expect(plain.letter).toContain('data-reported-url');
    expect(plain.csv).toContain('ID,URL,');
    expect(plain.xarf).toContain('"csem"');
    await fc.assert(
      fc.asyncProperty(
        fc.array(words, { minLength: 1, maxLength: 4 }),
        words,
        words,
        fc.constantFrom('6-8' as const, '15-17' as const),
        async (narratives, note, contact, ageBand) => {
          const told = await outside({
            narratives: narratives.map(marked),
            note: marked(note),
            contact: marked(contact),
            whereabouts: marked(contact),
            ageBand,
            times: narratives.length,
          });
          expect(told).toEqual(plain);
        },
      ),
      { numRuns: 8, seed: 42 },
    );
  });

  it('names the host in the mail, and the exact address only behind the signed link', async () => {
    const url = `http://photos.sample-host.example/p/${++photos}`;
    const { item } = await scene.report({ url });
    await scene.assess(item);
    await scene.notice(item, 'queued');
    await scene.pass(0);
    const notice = await scene.notice(item, 'sent');
    const mail = scene.world.mail.messages.find((m) => m.messageId === notice.message_id);
    const all = JSON.stringify(mail);
    expect(all).toContain('photos.sample-host.example');
    expect(all).not.toContain(`/p/${photos}`);
    const path = `/notice/${scene.takedown.facts.tokenOf(notice.id)}`;
    expect(mail?.text).toContain(path);
    const page = await scene.app.inject(path);
    expect(page.body).toContain(`data-reported-url="${url}"`);
    expect(page.headers['x-robots-tag']).toContain('noindex');
    expect(page.headers['cache-control']).toBe('no-store');
    expect(page.headers['referrer-policy']).toBe('no-referrer');
  });
});
