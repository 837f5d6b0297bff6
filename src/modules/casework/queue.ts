import { sql } from 'kysely';
import { getDomain } from 'tldts';
import type { Db } from '../../platform/db.ts';
import { isUuid } from '../../platform/ids.ts';
import type { CategoryId } from '../country/index.ts';
import { type CaseworkTables, ITEM_STATES, type ItemKind, type ItemRow, type ItemState } from './schema.ts';

/** A place in the queue: the row that a page begins after, or ends before. */
export interface QueuePlace {
  urgency: number;
  at: Date;
  id: string;
}

export interface QueueFilter {
  state: ItemState;
  category?: CategoryId;
  kind?: ItemKind;
  /** A host in ASCII; a registrable domain means everything under it. See {@link hostOf}. */
  host?: string;
  /** Leaves out what this account has passed to colleagues. */
  notFor?: string;
  /** Keyset paging stays fast at a million items. Give one of the two, or none for the first page. */
  after?: QueuePlace;
  before?: QueuePlace;
  limit: number;
}

export interface QueuePage {
  items: ItemRow[];
  previous: QueuePlace | undefined;
  next: QueuePlace | undefined;
}

export const placeOf = (item: Pick<ItemRow, 'urgency' | 'first_reported_at' | 'id'>): QueuePlace => ({
  urgency: item.urgency,
  at: item.first_reported_at,
  id: item.id,
});

export const writePlace = (p: QueuePlace): string => `${p.urgency}.${p.at.getTime()}.${p.id}`;

/** The place that {@link writePlace} wrote; undefined for anything else. */
export function readPlace(text: string): QueuePlace | undefined {
  const [urgency = '', at = '', id = '', ...rest] = text.split('.');
  if (!/^[0-3]$/.test(urgency) || !/^\d{1,15}$/.test(at) || !isUuid(id) || rest.length > 0) return undefined;
  return { urgency: Number(urgency), at: new Date(Number(at)), id };
}

/** The host in what somebody typed into the filter (a host or an address, in any script); undefined when there is none. */
export function hostOf(typed: string): string | undefined {
  const text = typed.trim().slice(0, 2100);
  if (!text) return undefined;
  const absolute = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`;
  return URL.canParse(absolute) ? new URL(absolute).hostname || undefined : undefined;
}

/** Most urgent first, oldest first. Every query walks an index in order and stops after one page. */
export async function queuePage(db: Db, f: QueueFilter): Promise<QueuePage> {
  let q = db.withTables<CaseworkTables>().selectFrom('casework.item').selectAll().where('state', '=', f.state);
  if (f.category) q = q.where('category', '=', f.category);
  if (f.kind) q = q.where('kind', '=', f.kind);
  if (f.host) q = q.where(getDomain(f.host) === f.host ? 'registrable' : 'host', '=', f.host);
  if (f.notFor)
    q = q.where(
      sql<boolean>`not exists (select from casework.passed p where p.account = ${f.notFor} and p.item = casework.item.id)`,
    );
  const { after, before } = f;
  if (after) q = q.where(sql<boolean>`(urgency, first_reported_at, id) > (${after.urgency}, ${after.at}, ${after.id})`);
  else if (before)
    q = q.where(sql<boolean>`(urgency, first_reported_at, id) < (${before.urgency}, ${before.at}, ${before.id})`);
  const backwards = !after && before !== undefined;
  const order = backwards ? 'desc' : 'asc';
  const rows = await q
    .orderBy('urgency', order)
    .orderBy('first_reported_at', order)
    .orderBy('id', order)
    .limit(f.limit + 1)
    .execute();
  const more = rows.length > f.limit;
  const items = rows.slice(0, f.limit);
  if (backwards) items.reverse();
  const first = items[0];
  const last = items.at(-1);
  return {
    items,
    previous: first && (backwards ? more : after !== undefined) ? placeOf(first) : undefined,
    next: last && (backwards || more) ? placeOf(last) : undefined,
  };
}

/** Counting stops here: "1,000 and more" says enough, and costs the same at any size. */
export const COUNT_LIMIT = 1000;

export interface QueueCounts {
  states: Record<ItemState, number>;
  /** Waiting items with danger. */
  danger: number;
}

export async function queueCounts(db: Db): Promise<QueueCounts> {
  const { rows } = await sql<{ state: ItemState; n: number }>`
    select s.state, (select count(*) from (select 1 from casework.item i where i.state = s.state limit ${COUNT_LIMIT}) x)::int as n
    from unnest(${[...ITEM_STATES]}::text[]) as s(state)`.execute(db);
  const danger = await sql<{ n: number }>`
    select count(*)::int as n from (select 1 from casework.item where state = 'waiting' and urgency = 0 limit ${COUNT_LIMIT}) x`.execute(
    db,
  );
  const counts = Object.fromEntries(ITEM_STATES.map((s) => [s, 0])) as Record<ItemState, number>;
  for (const r of rows) counts[r.state] = r.n;
  return { states: counts, danger: danger.rows[0]?.n ?? 0 };
}

/** How many items wait, counted up to {@link COUNT_LIMIT}; for the desk's rooms on every page. */
export async function waitingCount(db: Db): Promise<number> {
  const { rows } = await sql<{ n: number }>`
    select count(*)::int as n from (select 1 from casework.item where state = 'waiting' limit ${COUNT_LIMIT}) x`.execute(
    db,
  );
  return rows[0]?.n ?? 0;
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

export interface TimesRow {
  category: CategoryId;
  notices: number;
  medianToNoticeMs: number | null;
  withdrawals: number;
  medianToWithdrawalMs: number | null;
}

/** Median times of items first reported in these months (`YYYY-MM` in `zone`), by category and over all; milliseconds. */
export async function times(
  db: Db,
  zone: string,
  months: string[],
): Promise<{ byCategory: TimesRow[]; overall: Omit<TimesRow, 'category'> }> {
  const { rows } = await sql<TimesRow & { category: CategoryId | null }>`
    select category,
      count(first_notice_at)::int as notices,
      percentile_cont(0.5) within group (order by extract(epoch from first_notice_at - first_reported_at) * 1000)
        filter (where first_notice_at is not null) as "medianToNoticeMs",
      count(gone_at)::int as withdrawals,
      percentile_cont(0.5) within group (order by extract(epoch from gone_at - first_notice_at) * 1000)
        filter (where gone_at is not null and first_notice_at is not null) as "medianToWithdrawalMs"
    from casework.item
    where first_notice_at is not null and state <> 'harmful'
      and to_char(first_reported_at at time zone ${zone}, 'YYYY-MM') = any(${months}::text[])
    group by grouping sets ((category), ())`.execute(db);
  const none = { notices: 0, medianToNoticeMs: null, withdrawals: 0, medianToWithdrawalMs: null };
  return {
    byCategory: rows.filter((r) => r.category !== null),
    overall: rows.find((r) => r.category === null) ?? none,
  };
}
