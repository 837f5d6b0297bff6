import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AssessmentInput } from '../index.ts';
import { createDesk, type Desk, report } from '../testing/desk-fixture.ts';

const SYSTEM = 'system';

describe('the tree of items', () => {
  let desk: Desk;
  let n = 0;
  beforeAll(async () => {
    desk = await createDesk();
  });
  afterAll(() => desk?.close());

  async function item(url = `https://tree-${++n}.example/page`) {
    const { id } = await desk.reporting.submit(
      report(desk.reporting, { links: [url], category: 'image-abuse', ageBand: '6-8' }),
    );
    desk.platform.clock.advance(1000);
    while (await desk.casework.linker.drain());
    const [found] = await desk.casework.itemsOfReport(id);
    if (!found) throw new Error('not linked');
    return found;
  }
  const add = (parent: string, url: string, kind: 'media' | 'redirect' | 'mirror' = 'media') =>
    desk.casework.tree.add({ parent, url, kind, actor: SYSTEM });
  const judged: AssessmentInput = {
    outcome: 'illegal',
    category: 'image-abuse',
    severity: 'serious',
    ageBand: '12-14',
    sex: 'girl',
    legalArticles: ['penal-447-1'],
    note: 'Only of the page.',
  };

  it('makes what nobody reported an item as urgent as its page, and knows what was reported', async () => {
    const page = await item();
    const known = await item('https://known.example/a');
    const made = await add(page.id, 'https://cdn.example/1.jpg');
    desk.platform.clock.advance(1000);
    expect(await desk.casework.item(made)).toMatchObject({ reports: 0, state: 'waiting', urgency: page.urgency });
    expect(await add(page.id, 'HTTPS://known.example:443/a', 'mirror')).toBe(known.id);
    expect(await add(page.id, 'https://cdn.example/1.jpg')).toBe(made);
    expect((await desk.casework.tree.below(page.id)).map((b) => [b.item.id, b.kind])).toEqual([
      [made, 'media'],
      [known.id, 'mirror'],
    ]);
    expect((await desk.casework.tree.above(made)).map((a) => a.item.id)).toEqual([page.id]);
    // A report that comes later joins the same item.
    expect((await item('https://cdn.example/1.jpg')).id).toBe(made);
    expect((await desk.casework.item(made)).reports).toBe(1);
  });

  it('takes from a machine what is worth a judgement, once, and nothing that does not fit', async () => {
    const page = await item('https://seen.example/p/1');
    const up = await item('https://seen.example/above');
    await add(up.id, page.url ?? '');
    const seen = [
      { url: 'https://seen.example/p/1', kind: 'redirect' as const },
      { url: 'https://seen.example/login', kind: 'redirect' as const },
      { url: 'https://else.example/final?token=abcdef', kind: 'redirect' as const },
      { url: 'https://cdn.seen.example/big.jpg', kind: 'media' as const },
      { url: 'https://seen.example/above', kind: 'media' as const },
      { url: 'data:image/png;base64,AAAA', kind: 'media' as const },
    ];
    const { tree } = desk.casework;
    expect(await tree.addSeen(desk.platform.db, { parent: page.id, seen, actor: SYSTEM })).toBe(2);
    expect(await tree.addSeen(desk.platform.db, { parent: page.id, seen, actor: SYSTEM })).toBe(0);
    const below = await tree.below(page.id);
    // Sorted by their ids: both were added at one moment.
    expect(below.map((b) => [b.kind, b.item.url, b.item.state]).sort()).toEqual([
      ['media', 'https://cdn.seen.example/big.jpg', 'waiting'],
      ['redirect', 'https://else.example/final?token=abcdef', 'waiting'],
    ]);
    const many = Array.from({ length: 210 }, (_, i) => ({ url: `https://many.example/${i}`, kind: 'media' as const }));
    expect(await tree.addSeen(desk.platform.db, { parent: page.id, seen: many, actor: SYSTEM })).toBe(198);
    // No item was made for what had no room.
    const { rows } = await desk.platform.pool.query(`select 1 from casework.item where host = 'many.example'`);
    expect(rows).toHaveLength(198);
  });

  it('has no circle and nothing twice, whatever is added and taken away in whatever order', async () => {
    let run = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(4), fc.nat(4), fc.boolean()), { minLength: 1, maxLength: 14 }),
        async (steps) => {
          run += 1;
          const urls = [0, 1, 2, 3, 4].map((i) => `https://circle-${run}.example/${i}`);
          const root = await item(`https://circle-${run}.example/root`);
          const ids = await Promise.all(urls.map((url) => add(root.id, url)));
          for (const id of ids) await desk.casework.tree.remove(root.id, id, SYSTEM);
          const model = new Set<string>();
          const reaches = (from: number, to: number): boolean =>
            from === to || [...model].some((e) => e.startsWith(`${from}>`) && reaches(Number(e.slice(2)), to));
          for (const [a, b, adds] of steps) {
            if (!adds) {
              model.delete(`${a}>${b}`);
              await desk.casework.tree.remove(ids[a] as string, ids[b] as string, SYSTEM);
            } else if (reaches(b, a)) {
              await expect(add(ids[a] as string, urls[b] as string)).rejects.toThrow('CASEWORK_TREE_CIRCLE');
            } else {
              model.add(`${a}>${b}`);
              await add(ids[a] as string, urls[b] as string);
            }
          }
          const { rows } = await desk.platform.pool.query<{ parent: string; child: string }>(
            'select parent, child from casework.item_edge where parent = any($1)',
            [ids],
          );
          expect(new Set(rows.map((r) => `${ids.indexOf(r.parent)}>${ids.indexOf(r.child)}`))).toEqual(model);
        },
      ),
      { numRuns: 8 },
    );
  });

  it('closes no circle when two people add at once', async () => {
    const [a, b] = [await item(), await item()];
    const both = await Promise.allSettled([add(a.id, b.url ?? ''), add(b.id, a.url ?? '')]);
    expect(both.map((r) => r.status).sort()).toEqual(['fulfilled', 'rejected']);
  });

  it('applies a judgement to what a person chose: one decision, one assessment each, all or none', async () => {
    const page = await item();
    const [one, two, three] = [
      await add(page.id, `https://cdn-${n}.example/1`),
      await add(page.id, `https://cdn-${n}.example/2`),
      await add(page.id, `https://cdn-${n}.example/3`),
    ];
    const account = desk.accounts.find((a) => a.role === 'analyst')?.url ?? '';
    expect(account).not.toBe('');
    const analyst = await desk.as('analyst');
    const at = `/desk/items/${page.id}`;
    await analyst.get(at);
    expect((await analyst.post(`${at}/tree/assess`, { child: [one] })).statusCode).toBe(409);
    const me = (await desk.identity.accountsWithRole('analyst'))[0]?.id as string;
    await desk.casework.assess(page.id, me, judged);
    expect((await desk.casework.item(one)).state).toBe('waiting');
    const other = await item();
    expect((await analyst.post(`${at}/tree/assess`, { child: [one, other.id] })).statusCode).toBe(409);
    expect((await desk.casework.item(one)).state).toBe('waiting');
    expect((await analyst.post(`${at}/tree/assess`, { child: [one, two] })).statusCode).toBe(303);
    for (const id of [one, two]) expect(await desk.casework.assessments(id)).toMatchObject([{ outcome: 'illegal' }]);
    expect(await desk.casework.assessments(three)).toEqual([]);
    const { rows } = await desk.platform.pool.query(
      'select count(distinct decision)::int as decisions, count(*)::int as n from casework.assessment_applied',
    );
    expect(rows[0]).toEqual({ decisions: 1, n: 2 });
  });

  it('is shown on the page, with a form that says what was wrong', async () => {
    const page = await item();
    const analyst = await desk.as('analyst');
    const at = `/desk/items/${page.id}`;
    await analyst.get(at);
    const wrong = await analyst.post(`${at}/tree`, { url: 'not an address', kind: 'media' });
    expect(wrong.statusCode).toBe(400);
    expect(wrong.body).toContain('This is not a web address.');
    expect(wrong.body).toContain('value="not an address"');
    expect((await analyst.post(`${at}/tree`, { url: 'mirror.example/copy', kind: 'mirror' })).statusCode).toBe(303);
    const { body } = await analyst.get(at);
    expect(body).toContain('mirror.example/copy');
    const [child] = await desk.casework.tree.below(page.id);
    expect((await analyst.get(`/desk/items/${child?.item.id}`)).body).toContain('Is a mirror of');
    await analyst.post(`${at}/tree/remove`, { child: child?.item.id ?? '' });
    expect(await desk.casework.tree.below(page.id)).toEqual([]);
    const onCall = await desk.as('on-call');
    expect((await onCall.get(at)).body).not.toContain(`${at}/tree"`);
    expect((await onCall.post(`${at}/tree`, { url: 'a.example', kind: 'media' })).statusCode).toBe(403);
  });
});
