import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { transaction } from '../../platform/db.ts';
import { createTestPlatform, type TestPlatform } from '../../platform/testkit/index.ts';
import type { ReportInput } from '../reporting/index.ts';
import type { AssessmentInput } from './index.ts';
import { createLinker } from './linker.ts';
import { type CaseworkTables, URGENCY_RANK } from './schema.ts';
import { agreeOn, createDeskModules, type DeskModules, report } from './testing/desk-fixture.ts';

const MINUTE = 60_000;

describe('linking reports to items', () => {
  let platform: TestPlatform;
  let m: DeskModules;
  /** Every test works on addresses of its own. */
  let host = '';
  let n = 0;

  beforeAll(async () => {
    platform = await createTestPlatform();
    m = await createDeskModules(platform);
  });
  afterAll(async () => {
    await m?.reporting.close();
    await platform?.close();
  });
  beforeEach(() => {
    n += 1;
    host = `site-${n}.example`;
  });

  const submit = async (given: Parameters<typeof report>[1] = {}) =>
    (await m.reporting.submit(report(m.reporting, given))).id;
  const drain = async () => {
    platform.clock.advance(1000);
    while (await m.casework.linker.drain());
  };
  const itemsOf = async (id: string) => m.casework.itemsOfReport(id);
  const onlyItem = async (id: string) => {
    const items = await itemsOf(id);
    expect(items).toHaveLength(1);
    return items[0] as (typeof items)[number];
  };
  const illegal = {
    severity: 'serious',
    ageBand: '12-14',
    sex: 'girl',
    legalArticles: ['penal-447-1'],
    note: '',
  } satisfies Partial<AssessmentInput>;
  const account = '01900000-0000-7000-8000-000000000001';

  it('links an address that is longer than an index row can be, once', async () => {
    const random = platform.random.bytes(1500).toString('hex');
    const a = await submit({ links: [`https://${host}/${random}`] });
    const b = await submit({ links: [`https://${host}/${random}#part`] });
    await drain();
    const item = await onlyItem(a);
    expect(item).toMatchObject({ url: `https://${host}/${random}`, reports: 2 });
    expect((await onlyItem(b)).id).toBe(item.id);
  });

  it('lets one report that can not be linked stop no other', async () => {
    const bad = await submit({ links: [`https://bad.${host}/`] });
    const good = await submit({ links: [`https://${host}/`] });
    await sql`alter table casework.item add constraint no_bad check (host <> ${sql.lit(`bad.${host}`)})`.execute(
      platform.db,
    );
    await drain();
    expect(await itemsOf(good)).toHaveLength(1);
    expect(await itemsOf(bad)).toEqual([]);
    await sql`alter table casework.item drop constraint no_bad`.execute(platform.db);
    await drain();
    expect(await itemsOf(bad)).toHaveLength(1);
  });

  it('makes one item of one address in several spellings, and keeps what was typed', async () => {
    const a = await submit({ links: [`https://${host}/a/b`] });
    const b = await submit({ links: [`HTTP://${host.toUpperCase()}:80/a/./b?utm_source=mail#top`] });
    await drain();
    const item = await onlyItem(a);
    expect(item).toMatchObject({ kind: 'url', host, registrable: host, reports: 2, state: 'waiting' });
    expect((await onlyItem(b)).id).toBe(item.id);
    const [details] = await m.reporting.details.details(platform.db, [b]);
    expect(details?.links[0]?.original).toContain('utm_source');
  });

  it('keeps two pages of one site apart', async () => {
    const a = await submit({ links: [`https://${host}/1`] });
    const b = await submit({ links: [`https://${host}/2`] });
    await drain();
    expect((await onlyItem(a)).id).not.toBe((await onlyItem(b)).id);
  });

  it('makes one item of one account, without its name in the clear', async () => {
    const name = `quiet.fox.${n}`;
    const given = { accounts: [{ platform: 'instagram', name, key: name }] };
    const a = await submit(given);
    const b = await submit(given);
    const other = await submit({ accounts: [{ platform: 'tiktok', name, key: name }] });
    await drain();
    const item = await onlyItem(a);
    expect(item).toMatchObject({ kind: 'account', platform: 'instagram', reports: 2, url: null });
    expect((await onlyItem(b)).id).toBe(item.id);
    expect((await onlyItem(other)).id).not.toBe(item.id);
    expect(JSON.stringify(item)).not.toContain(name);
    expect(await m.casework.accountName(item)).toBe(name);
  });

  it('makes an item of the report itself when it points nowhere', async () => {
    const a = await submit();
    const b = await submit();
    await drain();
    expect(await onlyItem(a)).toMatchObject({ kind: 'report', reports: 1, url: null, platform: null });
    expect((await onlyItem(a)).id).not.toBe((await onlyItem(b)).id);
  });

  it('lowers the rank for danger, never for the number of reports', async () => {
    const ids: string[] = [];
    for (let i = 0; i < 30; i++) ids.push(await submit({ links: [`https://${host}/crowd`], category: 'privacy' }));
    await drain();
    const crowd = await onlyItem(ids[0] as string);
    expect(crowd).toMatchObject({ reports: 30, urgency: URGENCY_RANK.normal, danger: false });

    await submit({ links: [`https://${host}/crowd`], category: 'privacy', danger: true });
    await drain();
    expect(await m.casework.item(crowd.id)).toMatchObject({ reports: 31, urgency: URGENCY_RANK.danger, danger: true });
    await submit({ links: [`https://${host}/crowd`], category: 'privacy' });
    await drain();
    expect(await m.casework.item(crowd.id)).toMatchObject({ urgency: URGENCY_RANK.danger, danger: true });
  });

  it('takes the rarer audience of two answers, so that no notice gives somebody away', async () => {
    const id = await submit({ links: [`https://${host}/p`], visibility: 'public' });
    await submit({ links: [`https://${host}/p`], visibility: 'few' });
    await submit({ links: [`https://${host}/p`], visibility: 'public' });
    await drain();
    expect((await onlyItem(id)).visibility).toBe('few');
  });

  it('links what the reporter adds later, once', async () => {
    const id = await submit({ links: [`https://${host}/first`] });
    await drain();
    await m.reporting.mailbox.addLink(id, `https://${host}/second`);
    await drain();
    await drain();
    const items = await itemsOf(id);
    expect(items.map((i) => i.url).sort()).toEqual([`https://${host}/first`, `https://${host}/second`]);
    expect(items.map((i) => i.reports)).toEqual([1, 1]);
  });

  it('raises an item whose reporter writes words of danger', async () => {
    const id = await submit({ links: [`https://${host}/p`], category: 'privacy' });
    await drain();
    await m.reporting.mailbox.reply(id, 'I want to kill myself tonight');
    expect(await onlyItem(id)).toMatchObject({ urgency: URGENCY_RANK.danger, danger: true });
  });

  it('raises it too when the words come while the report is being linked', async () => {
    const id = await submit({ links: [`https://${host}/race`], category: 'privacy' });
    let reply: Promise<void> | undefined;
    // A drain that has read the report but not committed yet; the message arrives in the middle.
    await transaction(platform.db, async (tx) => {
      const q = tx.withTables<CaseworkTables>();
      await q.selectFrom('casework.inbox').selectAll().where('report', '=', id).forUpdate().execute();
      const details = await m.reporting.details.details(tx, [id]);
      expect(details[0]?.danger).toBe(false);
      reply = m.reporting.mailbox.reply(id, 'I want to kill myself tonight');
      await new Promise((resolve) => setTimeout(resolve, 300));
      await m.casework.linker.link(tx, details);
      await q.deleteFrom('casework.inbox').where('report', '=', id).execute();
    });
    await reply;
    expect(await onlyItem(id)).toMatchObject({ urgency: URGENCY_RANK.danger, danger: true });
  });

  it('brings back what was gone, and tells later reporters of something judged how it stands', async () => {
    const first = await submit({ links: [`https://${host}/p`] });
    await drain();
    const { id } = await onlyItem(first);
    await m.casework.assess(id, account, { ...illegal, outcome: 'illegal', category: 'image-abuse' });
    await agreeOn(m.casework, id, '01900000-0000-7000-8000-00000000000b');

    const second = await submit({ links: [`https://${host}/p`] });
    await drain();
    expect((await m.casework.item(id)).state).toBe('illegal');
    expect((await m.reporting.mailbox.view(second)).progress.map((p) => p.step)).toEqual(['received', 'read']);

    await transaction(platform.db, (tx) => m.casework.apply(tx, id, { type: 'gone' }, 'system'));
    expect((await m.casework.item(id)).gone_at).toEqual(platform.clock.now());
    await submit({ links: [`https://${host}/p`] });
    await drain();
    expect(await m.casework.item(id)).toMatchObject({ state: 'waiting', gone_at: null, reports: 3 });
  });

  it('does not put what was judged harmful back into the queue because a crowd reports it', async () => {
    const first = await submit({ links: [`https://${host}/p`] });
    await drain();
    const { id } = await onlyItem(first);
    await m.casework.assess(id, account, { ...illegal, outcome: 'harmful', category: 'privacy', legalArticles: [] });
    const ids: string[] = [];
    for (let i = 0; i < 5; i++) ids.push(await submit({ links: [`https://${host}/p`] }));
    await drain();
    expect(await m.casework.item(id)).toMatchObject({ state: 'harmful', reports: 6 });
    expect((await m.reporting.mailbox.view(ids[4] as string)).progress.map((p) => p.step)).toEqual([
      'received',
      'harmful',
    ]);
  });

  it('links every report once when several workers drain at the same time', async () => {
    const inputs: ReportInput[] = [];
    for (let i = 0; i < 120; i++)
      inputs.push(report(m.reporting, { links: [`https://${host}/${i % 7}`], ...(i % 5 === 0 ? { links: [] } : {}) }));
    const ids = (await Promise.all(inputs.map((input) => m.reporting.submit(input)))).map((a) => a.id);
    const other = createLinker(platform, { ...m, clocks: m.casework.clocks });
    const work = async (linker: Pick<typeof other, 'drain'>) => {
      for (let i = 0; i < 10; i++) await linker.drain();
    };
    await Promise.all([work(m.casework.linker), work(other), work(m.casework.linker), work(other)]);
    await drain();
    const q = platform.db.withTables<CaseworkTables>();
    expect(await q.selectFrom('casework.inbox').selectAll().execute()).toEqual([]);
    for (const id of ids) expect(await itemsOf(id)).toHaveLength(1);
    const pages = await q.selectFrom('casework.item').selectAll().where('host', '=', host).execute();
    expect(pages).toHaveLength(7);
    expect(pages.reduce((sum, p) => sum + p.reports, 0)).toBe(96);
  });

  it('orders the queue by urgency and age, and pages through it without gaps, both ways', async () => {
    for (let i = 0; i < 9; i++) {
      await submit({
        links: [`https://${host}/${i}`],
        category: i % 3 === 0 ? 'sextortion' : 'relationships',
        danger: i === 5,
      });
      platform.clock.advance(MINUTE);
    }
    await drain();
    const all = (await m.casework.queue({ state: 'waiting', host, limit: 50 })).items;
    expect(all.map((i) => new URL(i.url as string).pathname)).toEqual([
      '/5',
      '/0',
      '/3',
      '/6',
      '/1',
      '/2',
      '/4',
      '/7',
      '/8',
    ]);
    const seen: string[] = [];
    let page = await m.casework.queue({ state: 'waiting', host, limit: 4 });
    expect(page.previous).toBeUndefined();
    for (;;) {
      seen.push(...page.items.map((i) => i.id));
      if (!page.next) break;
      page = await m.casework.queue({ state: 'waiting', host, limit: 4, after: page.next });
    }
    expect(seen).toEqual(all.map((i) => i.id));
    const back = await m.casework.queue({ state: 'waiting', host, limit: 4, before: page.previous });
    expect(back.items.map((i) => i.id)).toEqual(all.slice(4, 8).map((i) => i.id));
    expect(back.previous).toBeDefined();
    const start = await m.casework.queue({ state: 'waiting', host, limit: 4, before: back.previous });
    expect(start.items.map((i) => i.id)).toEqual(all.slice(0, 4).map((i) => i.id));
    expect(start.previous).toBeUndefined();
  });
});
