import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAudit } from '../../audit/index.ts';
import { createDesk, type Desk, report } from '../testing/desk-fixture.ts';
import { afterCase, CASE_EVENTS, CASE_STATES, casePossible } from './case.ts';

const ACTOR = 'account:01900000-0000-7000-8000-000000000001';

it('the table of a case allows exactly this', () => {
  const allowed = CASE_STATES.flatMap((s) =>
    CASE_EVENTS.filter((e) => casePossible(s, e)).map((e) => `${s} ${e} ${afterCase(s, e)}`),
  );
  expect(allowed).toEqual([
    'open add open',
    'open remove open',
    'open merge-in open',
    'open merge-away merged',
    'open split open',
    'open close closed',
    'closed reopen open',
  ]);
});

describe('cases', () => {
  let desk: Desk;
  let n = 0;
  let items: string[] = [];

  beforeAll(async () => {
    desk = await createDesk();
    items = [];
    for (let i = 0; i < 5; i++) items.push((await item()).id);
  });
  afterAll(() => desk?.close());

  async function item(given: Parameters<typeof report>[1] = {}) {
    const { id } = await desk.reporting.submit(
      report(desk.reporting, { links: [`https://case-${++n}.example/`], narrative: '', ...given }),
    );
    desk.platform.clock.advance(1000);
    while (await desk.casework.linker.drain());
    const [found] = await desk.casework.itemsOfReport(id);
    if (!found) throw new Error('not linked');
    return found;
  }
  const inCase = async (id: string) => (await desk.casework.cases.members(id)).map((m) => m.subject).sort();
  const it_ = (i: number) => ({ kind: 'item', subject: items[i] as string }) as const;

  it('lose nothing, whatever is added, taken out, merged and split', async () => {
    const { cases } = desk.casework;
    const step = fc.record({
      op: fc.constantFrom('create', 'add', 'add', 'remove', 'merge', 'split', 'close', 'reopen'),
      a: fc.nat(3),
      b: fc.nat(3),
      i: fc.nat(4),
      j: fc.nat(4),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 18 }), async (steps) => {
        const ids: string[] = [];
        const model: { state: string; members: Set<string>; into?: number }[] = [];
        let events = 0;
        const make = (id: string, members: Set<string>) => {
          ids.push(id);
          model.push({ state: 'open', members });
        };
        make(await cases.create('First', [it_(0)], ACTOR), new Set([items[0] as string]));
        events += 1;
        for (const { op, a: ra, b: rb, i, j } of steps) {
          const [a, b] = [ra % ids.length, rb % ids.length];
          const [ma, mb] = [model[a] as (typeof model)[0], model[b] as (typeof model)[0]];
          const [ida, idb] = [ids[a] as string, ids[b] as string];
          const open = ma.state === 'open';
          const attempt = async (ok: boolean, act: () => Promise<unknown>) => {
            if (ok) return act();
            await expect(act()).rejects.toThrow(/CASEWORK_CASE_(TRANSITION|INVALID)/);
            return undefined;
          };
          if (op === 'create') {
            make(
              await cases.create('More', [it_(i), it_(j)], ACTOR),
              new Set([items[i] as string, items[j] as string]),
            );
            events += 1;
          } else if (op === 'add') {
            await attempt(open, () => cases.add(ida, it_(i), ACTOR));
            if (open) {
              ma.members.add(items[i] as string);
              events += 1;
            }
          } else if (op === 'remove') {
            await attempt(open, () => cases.remove(ida, it_(i), ACTOR));
            if (open && ma.members.delete(items[i] as string)) events += 1;
          } else if (op === 'merge') {
            const ok = open && mb.state === 'open' && a !== b;
            await attempt(ok, () => cases.merge(ida, idb, ACTOR));
            if (ok) {
              for (const m of ma.members) mb.members.add(m);
              ma.state = 'merged';
              ma.into = b;
              events += 2;
            }
          } else if (op === 'split') {
            const moved = [items[i], items[j]].filter((m): m is string => ma.members.has(m as string));
            const some = new Set(moved);
            const ok = open && some.size > 0 && some.size < ma.members.size;
            const id = await attempt(ok, () => cases.split(ida, [it_(i), it_(j)], 'Part', ACTOR));
            if (ok) {
              for (const m of some) ma.members.delete(m);
              make(id as string, some);
              events += 2;
            }
          } else {
            const ok = op === 'close' ? open : ma.state === 'closed';
            await attempt(ok, () => (op === 'close' ? cases.close(ida, ACTOR) : cases.reopen(ida, ACTOR)));
            if (ok) {
              ma.state = op === 'close' ? 'closed' : 'open';
              events += 1;
            }
          }
        }
        let told = 0;
        for (const [k, id] of ids.entries()) {
          const m = model[k] as (typeof model)[0];
          expect(await inCase(id)).toEqual([...m.members].sort());
          const view = await cases.find(id);
          expect(view.state).toBe(m.state);
          expect(view.merged_into).toBe(m.into === undefined ? null : ids[m.into]);
          told += (await cases.history(id)).length;
        }
        expect(told).toBe(events);
      }),
      { numRuns: 12 },
    );
  });

  it('keep what staff call them sealed, and every change in the audit', async () => {
    const { cases } = desk.casework;
    const id = await cases.create('The drawings of class 4', [it_(0)], ACTOR);
    await cases.addPerson(id, 'child', 'Girl with the red bag', ACTOR);
    const { rows } = await desk.platform.pool.query(
      'select c::text || (select string_agg(p::text, \'\') from casework.case_person p) as all from casework."case" c',
    );
    for (const row of rows) expect(row.all).not.toMatch(/drawings|red bag/);
    const { entries } = await createAudit(desk.platform).search({ subject: `casework.case:${id}` });
    expect(entries.map((e) => e.action).sort()).toEqual(['casework.case.added', 'casework.case.created']);
  });

  it('suggest what may belong together, and say why, without opening a report', async () => {
    const story =
      'Somebody on the game asks again and again for the name of the school and offers coins for an answer.';
    const a = await item({ links: ['https://small-site.example/1'], narrative: `${story} Call 0600000009.` });
    const b = await item({ links: ['https://small-site.example/2'] });
    const c = await item({
      links: ['https://elsewhere.example/'],
      narrative: 'The number is +212 600 00 00 09, no more.',
    });
    const d = await item({ links: ['https://third.example/'], narrative: `${story} It came back.` });
    const { id: both } = await desk.reporting.submit(
      report(desk.reporting, { links: [a.url ?? '', 'https://named-too.example/'], narrative: '' }),
    );
    while (await desk.casework.linker.drain());
    const e = (await desk.casework.itemsOfReport(both)).find((x) => x.id !== a.id);
    const found = new Map((await desk.casework.similarItems([a.id])).map((s) => [s.item.id, s.reasons]));
    expect(found.get(b.id)).toEqual(['site']);
    expect(found.get(c.id)).toEqual(['phone']);
    expect(found.get(d.id)).toContain('words');
    expect(found.get(e?.id ?? '')).toEqual(['report']);
    expect(found.size).toBe(4);
    const { rows } = await desk.platform.pool.query("select encode(mark, 'escape') as mark from reporting.report_mark");
    for (const { mark } of rows) expect(mark).not.toContain('600000009');
  });

  it('work on their pages without a script: begin, add, split, merge, close', async () => {
    const analyst = await desk.as('analyst');
    const first = await item({ links: ['https://paged.example/1'] });
    const second = await item({ links: ['https://paged.example/2'] });
    await analyst.get(`/desk/items/${first.id}`);
    const begun = await analyst.post(`/desk/items/${first.id}/case`, { title: 'Paged' });
    const at = begun.headers.location as string;
    expect(at).toMatch(/^\/desk\/cases\/[0-9a-f-]{36}$/);
    const shown = (await analyst.get(at)).body;
    expect(shown).toContain('On the same site');
    await analyst.post(`${at}/add`, { item: second.id });
    await analyst.post(`${at}/person`, { role: 'child', label: 'A pupil' });
    const split = await analyst.post(`${at}/split`, { member: [`item:${second.id}`], title: 'Other part' });
    const other = split.headers.location as string;
    expect((await analyst.get(other)).body).toContain('paged.example/2');
    expect((await analyst.post(`${at}/merge`, { into: other.split('/').at(-1) ?? '' })).headers.location).toBe(other);
    const merged = (await analyst.get(at)).body;
    expect(merged).toContain('Everything is now in');
    expect((await analyst.post(`${at}/close`)).statusCode).toBe(409);
    expect((await analyst.post(`${other}/close`)).statusCode).toBe(303);
    expect((await analyst.get('/desk/cases?state=closed')).body).toContain('Other part');
    expect((await analyst.get(`/desk/items/${first.id}`)).body).toContain('Other part');
    const helpline = await desk.as('helpline');
    expect((await helpline.get(other)).statusCode).toBe(200);
    expect((await helpline.post(`${other}/reopen`)).statusCode).toBe(403);
    expect((await (await desk.as('auditor')).get('/desk/cases')).statusCode).toBe(403);
  });
});

/** Calendar days that make any number of months of the rules below over. */
const SIX_YEARS = 6 * 366 * 24 * 3_600_000;

describe('what a case is called', () => {
  let desk: Desk;
  beforeAll(async () => {
    desk = await createDesk();
  });
  afterAll(() => desk?.close());

  it('is destroyed after its time with a proof, unless something in it is open or held', async () => {
    const { cases } = desk.casework;
    const made = async (name: string, link: string) => {
      const { id } = await desk.reporting.submit(report(desk.reporting, { links: [link], narrative: '' }));
      desk.platform.clock.advance(1000);
      while (await desk.casework.linker.drain());
      const [item] = await desk.casework.itemsOfReport(id);
      const subject = item?.id as string;
      return { id: await cases.create(name, [{ kind: 'item', subject }], ACTOR), item: subject };
    };
    const analyst = (await desk.identity.accountsWithRole('analyst'))[0]?.id as string;
    const judge = (item: string) =>
      desk.casework.assess(item, analyst, {
        outcome: 'harmful',
        category: 'harassment',
        severity: 'minor',
        ageBand: 'unknown',
        sex: 'unknown',
        legalArticles: [],
        note: '',
      });
    const gone = await made('Planted title of the first', 'https://kept-1.example/');
    const open = await made('Of the second', 'https://kept-2.example/');
    const held = await made('Of the third', 'https://kept-3.example/');
    const going = await made('Of the fourth, which goes on', 'https://kept-4.example/');
    const alone = await cases.addPerson(gone.id, 'child', 'Planted name', ACTOR);
    const shared = await cases.addPerson(going.id, 'witness', 'Neighbour', ACTOR);
    const merged = await cases.create('Of what was merged', [], ACTOR);
    const both = await cases.addPerson(merged, 'child', 'Cousin', ACTOR);
    await cases.merge(merged, going.id, ACTOR);
    for (const { item } of [gone, held]) await judge(item);
    for (const { id } of [gone, open, held]) await cases.close(id, ACTOR);
    const hold = {
      subject: { type: 'casework.item', id: held.item },
      kind: 'legal' as const,
      authority: 'Court',
      reference: 'R-1',
      reason: 'Trial',
      until: null,
    };
    await desk.retention.hold(desk.platform.db, hold, ACTOR);
    await desk.retention.purgeDue(desk.platform.clock.now());
    expect((await cases.find(gone.id)).title).toBe('Planted title of the first');

    desk.platform.clock.advance(SIX_YEARS);
    await desk.retention.purgeDue(desk.platform.clock.now());
    const titles = await Promise.all([gone, open, held, going].map(async (c) => (await cases.find(c.id)).title));
    expect(titles).toEqual(['', 'Of the second', 'Of the third', 'Of the fourth, which goes on']);
    expect((await cases.find(merged)).title).toBe('');
    // Whoever is in a case that goes on stays named in it.
    expect(new Map((await cases.people([alone, shared, both])).map((p) => [p.id, p.label]))).toEqual(
      new Map([
        [alone, ''],
        [shared, 'Neighbour'],
        [both, 'Cousin'],
      ]),
    );
    // What was in it, and what happened to it, stays.
    expect((await cases.members(gone.id)).length).toBe(2);
    expect((await cases.history(gone.id)).map((h) => h.what)).toEqual(['closed', 'added', 'created']);
    const proof = (await desk.retention.purges(50)).filter((p) => p.rule === 'case');
    expect(proof.map((p) => p.record).sort()).toEqual([gone.id, merged].sort());
    expect(proof.find((p) => p.record === gone.id)?.key_digests).toHaveLength(2);
    expect(await desk.retention.purgeDue(desk.platform.clock.now())).toBe(0);
  });
});
