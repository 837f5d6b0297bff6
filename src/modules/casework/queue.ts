import { sql } from 'kysely';
import type { Db } from '../../platform/db.ts';
import type { CategoryId } from '../country/index.ts';
import type { CaseworkTables, ItemKind, ItemRow, ItemState } from './schema.ts';

export interface QueueFilter {
  state: ItemState;
  category?: CategoryId;
  kind?: ItemKind;
  /** Part of a host or address, as typed. */
  host?: string;
  /** The last row of the page before: keyset paging stays fast at a million items. */
  after?: { urgency: number; at: Date; id: string };
  limit: number;
}

/** Most urgent first, oldest first. Every query walks an index in order and stops after one page. */
export async function queuePage(db: Db, f: QueueFilter): Promise<ItemRow[]> {
  let q = db.withTables<CaseworkTables>().selectFrom('casework.item').selectAll().where('state', '=', f.state);
  if (f.category) q = q.where('category', '=', f.category);
  if (f.kind) q = q.where('kind', '=', f.kind);
  if (f.host) q = q.where('host', '=', f.host);
  if (f.after)
    q = q.where(sql<boolean>`(urgency, first_reported_at, id) > (${f.after.urgency}, ${f.after.at}, ${f.after.id})`);
  return q.orderBy('urgency').orderBy('first_reported_at').orderBy('id').limit(f.limit).execute();
}

/** Counting stops here: "1,000 and more" says enough, and costs the same at any size. */
export const COUNT_LIMIT = 1000;

export interface QueueCounts {
  states: Record<ItemState, number>;
  /** Waiting items with danger. */
  danger: number;
}

export async function queueCounts(db: Db): Promise<QueueCounts> {
  const states: ItemState[] = ['waiting', 'illegal', 'asked', 'gone', 'harmful', 'not-actionable'];
  const { rows } = await sql<{ state: ItemState; n: number }>`
    select s.state, (select count(*) from (select 1 from casework.item i where i.state = s.state limit ${COUNT_LIMIT}) x)::int as n
    from unnest(${states}::text[]) as s(state)`.execute(db);
  const danger = await sql<{ n: number }>`
    select count(*)::int as n from (select 1 from casework.item where state = 'waiting' and urgency = 0 limit ${COUNT_LIMIT}) x`.execute(
    db,
  );
  const counts = Object.fromEntries(states.map((s) => [s, 0])) as Record<ItemState, number>;
  for (const r of rows) counts[r.state] = r.n;
  return { states: counts, danger: danger.rows[0]?.n ?? 0 };
}

/** Median first answer and median withdrawal over the last 30 days, in milliseconds; undefined without data. */
export async function deskMedians(
  db: Db,
  now: Date,
): Promise<{ assessMs: number | undefined; withdrawMs: number | undefined }> {
  const since = new Date(now.getTime() - 30 * 24 * 3600_000);
  const { rows } = await sql<{ assess: number | null; withdraw: number | null }>`
    with recent as (
      select assessed_at - first_reported_at as assess, gone_at - first_notice_at as withdraw
      from casework.item where changed_at >= ${since} and assessed_at is not null
      order by changed_at desc limit 2000)
    select percentile_cont(0.5) within group (order by extract(epoch from assess)) * 1000 as assess,
           percentile_cont(0.5) within group (order by extract(epoch from withdraw)) filter (where withdraw is not null) * 1000 as withdraw
    from recent`.execute(db);
  const row = rows[0];
  return { assessMs: row?.assess ?? undefined, withdrawMs: row?.withdraw ?? undefined };
}
