import pg from 'pg';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { createTestPlatform, type TestPlatform } from '../../platform/testkit/index.ts';
import { createDrafts } from './draft-store.ts';

let platform: TestPlatform;
beforeAll(async () => {
  platform = await createTestPlatform();
  const now = platform.clock.now().toISOString();
  // 100,000 drafts: what 30 days leave behind, a few of each kind due.
  await platform.pool.query(
    `insert into reporting.draft (id, token_hash, language, state, answers, danger, created_at, touched_at)
     select gen_random_uuid(), sha256(n::text::bytea), 'fr',
       (array['sent', 'unfinished', 'unfinished', 'open'])[1 + n % 4], '{}', false, at, at
     from generate_series(1, 100000) n,
       lateral (select $1::timestamptz - case when n % 1000 < 4 then interval '31 days' else interval '20 minutes' end as at) t`,
    [now],
  );
  await platform.pool.query('analyze reporting.draft');
});
afterAll(() => platform.close());

it('deletes and abandons old drafts by an index, whatever their number', async () => {
  const query = vi.spyOn(pg.Client.prototype, 'query');
  const asked: { text: string; values: unknown[] }[] = [];
  try {
    await createDrafts(platform).sweep(platform.db, platform.clock.now());
    for (const [text, values] of query.mock.calls as unknown as [unknown, unknown][])
      if (typeof text === 'string' && text.includes('"reporting"."draft"') && text.includes('"touched_at" <'))
        asked.push({ text, values: values as unknown[] });
  } finally {
    query.mockRestore();
  }
  expect(asked).toHaveLength(3);
  const used: string[] = [];
  for (const { text, values } of asked) {
    const { rows } = await platform.pool.query<{ 'QUERY PLAN': string }>(`explain ${text}`, values);
    const plan = rows.map((r) => r['QUERY PLAN']).join('\n');
    expect(plan).not.toContain('Seq Scan');
    used.push(/(?:using|on) (draft_\w+)/.exec(plan)?.[1] ?? plan);
  }
  expect(used.sort()).toEqual(['draft_open', 'draft_sent', 'draft_unfinished']);
  const { rows } = await platform.pool.query<{ n: number }>(
    `select count(*)::int as n from reporting.draft where touched_at < $1`,
    [new Date(platform.clock.now().getTime() - 30 * 24 * 3600_000)],
  );
  expect(rows[0]?.n).toBe(0);
});
