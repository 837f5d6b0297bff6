import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Browser } from '../../identity/testing/desk.ts';
import { type Blocks, openBlocks } from '../testing/blocks.ts';

const DAY = 86_400_000;
const BLOCKED = 'http://listed-site.example/p';
let b: Blocks;
let entry: string;
beforeAll(async () => {
  b = await openBlocks({ seed: 46 });
  entry = (await b.released(BLOCKED)).entry;
});
afterAll(() => b?.close());

const form = (over: Record<string, string> = {}) => ({
  address: 'listed-site.example',
  who: 'owner',
  words: 'Ce site vend des tapis.',
  contact: '',
  ...over,
});
/** What differs by chance in every page: tokens and nonces. */
const bare = (html: string) =>
  html
    .replace(/value="[^"]{20,}"/g, 'value=""')
    .replace(/nonce="[^"]+"/g, 'nonce=""')
    .replace(/nonce-[\w-]+/g, '');
async function visitor(): Promise<Browser> {
  const browser = new Browser(b.app);
  await browser.get('/fr/blocked/appeal');
  return browser;
}
const newest = async () => {
  const [waiting] = (await b.blocking.appeals.list())
    .filter((a) => a.state === 'waiting')
    .sort((x, y) => (x.id < y.id ? 1 : -1));
  return waiting ?? expect.fail('nothing waits');
};
async function mailTo(address: string): Promise<string> {
  for (let tries = 0; tries < 200; tries++) {
    const mail = b.scene.world.mail.messages.find((m) => m.to.includes(address));
    if (mail) return `${mail.subject}\n${mail.text}`;
    await sleep(25);
  }
  throw new Error(`no mail to ${address}`);
}

describe('the public form', () => {
  it('answers the same for listed and other names, by page and by status', async () => {
    const browser = await visitor();
    const answers = [];
    for (const address of [
      'listed-site.example',
      BLOCKED,
      'innocent.example',
      'https://innocent.example/x',
      'gov.ma',
    ]) {
      const answer = await browser.post('/fr/blocked/appeal', form({ address }));
      const next = await browser.get(answer.headers.location as string);
      answers.push([answer.statusCode, answer.headers.location, bare(answer.body), next.statusCode, bare(next.body)]);
    }
    for (const answer of answers) expect(answer).toEqual(answers[0]);
    expect(answers[0]?.[0]).toBe(303);
    // Inside, only the first two are about something.
    const all = await b.blocking.appeals.list();
    expect(all.map((a) => a.entries.length).sort()).toEqual([0, 0, 0, 1, 1]);
  });

  it('keeps what was typed when something is missing, and takes no script and no novel', async () => {
    const browser = await visitor();
    const faults: Record<string, string>[] = [
      { words: ' ' },
      { address: '' },
      { address: 'a b' },
      { contact: 'nobody' },
    ];
    for (const over of faults) {
      const answer = await browser.post('/fr/blocked/appeal', form(over));
      expect(answer.statusCode).toBe(400);
      expect(answer.body).toContain(over.words ? 'listed-site.example' : 'tapis');
    }
    for (let i = 0; i < 40; i++) await browser.post('/fr/blocked/appeal', form({ words: '' }));
    expect((await browser.post('/fr/blocked/appeal', form())).statusCode).toBe(429);
    b.scene.platform.clock.advance(60_000);
  });

  it('seals every word', async () => {
    const { rows } = await b.scene.platform.pool.query('select * from blocking.appeal');
    for (const row of rows)
      for (const box of [row.words, row.address, row.contact])
        expect(box?.toString('latin1') ?? '').not.toMatch(/tapis|listed/);
  });
});

describe('an appeal', () => {
  it('is heard by somebody who had no hand in it, and told without saying what is listed', async () => {
    const browser = await visitor();
    const said: string[] = [];
    const logged = (await b.blocking.log.head()).line;
    for (const [address, contact] of [
      ['listed-site.example', 'owner-1@parking.example'],
      ['innocent.example', 'owner-2@parking.example'],
    ] as const) {
      await browser.post('/fr/blocked/appeal', form({ address, contact }));
      const appeal = await newest();
      const decision = appeal.entries.length > 0 ? 'rejected' : 'nothing-blocked';
      if (appeal.entries.length > 0)
        for (const [who, role] of [
          ['analyst-2', 'analyst'],
          ['senior-2', 'senior-analyst'],
          ['supervisor-2', 'supervisor'],
          ['senior-analyst', 'senior-analyst'],
        ] as const) {
          const account = await b.person(who, role);
          await expect(b.blocking.appeals.decide(appeal.id, account, 'upheld', 'x')).rejects.toThrow(
            'BLOCKING_INVOLVED',
          );
        }
      const outsider = await b.as('senior-4', 'senior-analyst');
      await outsider.get(`/desk/blocking/appeals/${appeal.id}`);
      const at = `/desk/blocking/appeals/${appeal.id}/decide`;
      expect((await outsider.post(at, { reason: 'x' })).statusCode).toBe(400);
      expect((await outsider.post(at, { decision, reason: 'Motif très précis.' })).statusCode).toBe(303);
      expect((await outsider.post(at, { decision, reason: 'again' })).statusCode).toBe(409);
      said.push(await mailTo(contact));
    }
    expect(said[0]).toBe(said[1]);
    // The log tells no more: one line each, alike, and neither under the commitment of a listed name.
    const lines = (await b.blocking.log.lines(logged + 1, 10)) as { detail: object; commitment: string }[];
    expect(lines.map((l) => l.detail)).toMatchObject([
      { decision: 'appeal-rejected', basis: 'none' },
      { decision: 'appeal-rejected', basis: 'none' },
    ]);
    const earlier = (await b.blocking.log.lines(1, logged)) as { commitment: string }[];
    expect(lines.filter((l) => earlier.some((e) => e.commitment === l.commitment))).toEqual([]);
    expect(said[0]).not.toMatch(/Motif|listed-site|innocent/);
    expect((await b.blocking.store.get(b.scene.platform.db, entry)).state).toBe('released');
  });

  it('by the owner’s link is about its entry, gets the decision with its reasons, and takes the block off', async () => {
    const link = new URL(b.blocking.appeals.linkOf(entry)).pathname;
    const browser = new Browser(b.app);
    const page = await browser.get(link);
    expect(page.statusCode).toBe(200);
    expect(page.body).not.toContain('listed-site');
    expect((await browser.get(`${link}x`)).statusCode).toBe(404);
    const answer = await browser.post(link, { words: 'Le domaine a été racheté.', contact: 'owner-3@parking.example' });
    expect(answer.statusCode).toBe(200);
    const appeal = await newest();
    expect(appeal).toMatchObject({ via: 'link', proven: true, who: 'owner' });
    const before = await b.blocking.log.head();
    await b.blocking.appeals.decide(
      appeal.id,
      await b.person('senior-4', 'senior-analyst'),
      'upheld',
      'Racheté, en effet.',
    );
    expect(await b.blocking.store.get(b.scene.platform.db, entry)).toMatchObject({
      state: 'removed',
      end_reason: 'appeal',
    });
    expect((await b.blocking.feed.newest(1))[0]).toMatchObject({ op: 'remove', entry });
    const lines = await b.blocking.log.lines(before.line + 1, 10);
    expect(lines.map((l) => l.detail.decision)).toEqual(['appeal-upheld']);
    const mail = await mailTo('owner-3@parking.example');
    expect(mail).toContain('Racheté, en effet.');
  });

  it('upheld in part suspends: back on the list it comes by two people only', async () => {
    const other = (await b.released('http://half-right.example/p')).entry;
    await b.blocking.appeals.file({ ...form({ address: 'half-right.example' }), who: 'owner', lang: 'fr' });
    const appeal = await newest();
    const account = await b.person('senior-4', 'senior-analyst');
    await b.blocking.appeals.prove(appeal.id, account, 'TXT record, looked up twice.');
    await b.blocking.appeals.decide(appeal.id, account, 'upheld-in-part', 'Half of it.');
    expect(await b.blocking.store.get(b.scene.platform.db, other)).toMatchObject({ state: 'suspended' });
    await expect(
      b.blocking.decisions.release(other, await b.person('supervisor-2', 'supervisor'), 'x'),
    ).rejects.toThrow('BLOCKING_TRANSITION');
  });

  it('that nobody hears in its time is told to those who may', async () => {
    const browser = await visitor();
    await browser.post('/fr/blocked/appeal', form({ address: 'late.example' }));
    b.scene.platform.clock.advance(16 * DAY);
    await b.scene.platform.ticks.run('blocking.appeals');
    await b.scene.platform.ticks.run('blocking.appeals');
    const person = await b.scene.identity.findAccount(await b.person('senior-4', 'senior-analyst'));
    const mail = await mailTo(person?.email as string);
    expect(mail).not.toMatch(/listed-site|late\.example/);
    expect(mail).toContain('/desk/blocking');
  });
});

describe('retention', () => {
  it('destroys appeals after a year and ended entries after five, and keeps both logs', async () => {
    const { clock, pool } = b.scene.platform;
    const decided = (await b.blocking.appeals.list()).filter((a) => a.state === 'decided');
    expect(decided.length).toBeGreaterThan(1);
    clock.advance(13 * 31 * DAY);
    await b.retention.purgeDue(clock.now());
    for (const { id } of decided) {
      const { rows } = await pool.query(
        'select data_key, words, contact, reason, address from blocking.appeal where id = $1',
        [id],
      );
      expect(Object.values(rows[0])).toEqual([null, null, null, null, null]);
    }
    expect((await b.blocking.store.get(b.scene.platform.db, entry)).target).not.toBeNull();
    const head = await b.blocking.log.head();
    clock.advance(60 * 31 * DAY);
    await b.retention.purgeDue(clock.now());
    const row = await b.blocking.store.get(b.scene.platform.db, entry);
    expect([row.target, row.name, row.nonce, row.grounds, row.data_key]).toEqual([null, null, null, null, null]);
    expect(await b.blocking.store.decisions(b.scene.platform.db, row)).not.toEqual([]);
    expect(await b.blocking.log.head()).toEqual(head);
    expect((await b.blocking.feed.since(0)).filter((c) => c.entry === entry).map((c) => c.op)).toEqual([
      'add',
      'remove',
    ]);
    const page = await (await b.as('senior-9', 'senior-analyst')).get(`/desk/blocking/${entry}`);
    expect(page.statusCode).toBe(200);
    expect(page.body).not.toContain('listed-site');
  });
});
