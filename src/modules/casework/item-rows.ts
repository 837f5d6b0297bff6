import { sql } from 'kysely';
import type { Db } from '../../platform/db.ts';
import type { CaseworkTables, ItemRow } from './schema.ts';

/*
 * Many rows in one statement: one parameter a column, so that its text does not grow with the rows and no batch meets
 * PostgreSQL's limit of 65,535 parameters.
 */

const each = <T, V>(rows: readonly T[], of: (row: T) => V): V[] => rows.map(of);

/** Items that nobody has reported before, as they begin: nobody holds or has judged them. */
export type NewItem = Pick<
  ItemRow,
  | 'id'
  | 'kind'
  | 'key'
  | 'url'
  | 'host'
  | 'registrable'
  | 'platform'
  | 'name_report'
  | 'name_ordinal'
  | 'category'
  | 'urgency'
  | 'danger'
  | 'facts'
  | 'reasons'
  | 'set_urgency'
  | 'visibility'
  | 'state'
  | 'reports'
  | 'first_reported_at'
  | 'last_reported_at'
  | 'changed_at'
>;

export async function insertItems(tx: Db, items: readonly NewItem[]): Promise<void> {
  if (items.length === 0) return;
  await sql`
    insert into casework.item (id, kind, key, url, host, registrable, platform, name_report, name_ordinal, category, urgency,
      danger, visibility, state, reports, first_reported_at, last_reported_at, changed_at, facts, reasons)
    select * from unnest(
      ${each(items, (i) => i.id)}::uuid[], ${each(items, (i) => i.kind)}::text[], ${each(items, (i) => i.key)}::text[],
      ${each(items, (i) => i.url)}::text[], ${each(items, (i) => i.host)}::text[],
      ${each(items, (i) => i.registrable)}::text[], ${each(items, (i) => i.platform)}::text[],
      ${each(items, (i) => i.name_report)}::uuid[], ${each(items, (i) => i.name_ordinal)}::int[],
      ${each(items, (i) => i.category)}::text[], ${each(items, (i) => i.urgency)}::int[],
      ${each(items, (i) => i.danger)}::boolean[], ${each(items, (i) => i.visibility)}::text[],
      ${each(items, (i) => i.state)}::text[], ${each(items, (i) => i.reports)}::int[],
      ${each(items, (i) => i.first_reported_at)}::timestamptz[], ${each(items, (i) => i.last_reported_at)}::timestamptz[],
      ${each(items, (i) => i.changed_at)}::timestamptz[], ${each(items, (i) => JSON.stringify(i.facts))}::jsonb[],
      ${each(items, (i) => JSON.stringify(i.reasons))}::jsonb[])`.execute(tx);
}

export type ItemLink = Pick<CaseworkTables['casework.item_report'], 'item' | 'report' | 'at'>;

/** Ties reports to items; answers the ties that are new. */
export async function insertLinks(tx: Db, links: readonly ItemLink[]): Promise<Pick<ItemLink, 'item' | 'report'>[]> {
  const { rows } = await sql<Pick<ItemLink, 'item' | 'report'>>`
    insert into casework.item_report (item, report, at)
    select * from unnest(${each(links, (l) => l.item)}::uuid[], ${each(links, (l) => l.report)}::uuid[],
      ${each(links, (l) => l.at)}::timestamptz[])
    on conflict do nothing returning item, report`.execute(tx);
  return rows;
}

/** What another report changes of an item. */
export type ReportedAgain = Pick<
  ItemRow,
  | 'id'
  | 'reports'
  | 'urgency'
  | 'danger'
  | 'facts'
  | 'reasons'
  | 'set_urgency'
  | 'visibility'
  | 'state'
  | 'gone_at'
  | 'last_reported_at'
  | 'changed_at'
>;

export async function updateItems(tx: Db, items: readonly ReportedAgain[]): Promise<void> {
  if (items.length === 0) return;
  await sql`
    update casework.item i
    set reports = u.reports, urgency = u.urgency, danger = u.danger, visibility = u.visibility, state = u.state,
      gone_at = u.gone_at, last_reported_at = u.last_reported_at, changed_at = u.changed_at,
      facts = u.facts, reasons = u.reasons, set_urgency = u.set_urgency
    from unnest(
      ${each(items, (i) => i.id)}::uuid[], ${each(items, (i) => i.reports)}::int[],
      ${each(items, (i) => i.urgency)}::int[], ${each(items, (i) => i.danger)}::boolean[],
      ${each(items, (i) => i.visibility)}::text[], ${each(items, (i) => i.state)}::text[],
      ${each(items, (i) => i.gone_at)}::timestamptz[], ${each(items, (i) => i.last_reported_at)}::timestamptz[],
      ${each(items, (i) => i.changed_at)}::timestamptz[], ${each(items, (i) => JSON.stringify(i.facts))}::jsonb[],
      ${each(items, (i) => JSON.stringify(i.reasons))}::jsonb[], ${each(items, (i) => i.set_urgency)}::int[]
    ) as u (id, reports, urgency, danger, visibility, state, gone_at, last_reported_at, changed_at, facts, reasons,
      set_urgency)
    where i.id = u.id`.execute(tx);
}

export async function insertHistory(
  tx: Db,
  lines: readonly { id: string; item: string; at: Date; actor: string; what: string; detail: object }[],
): Promise<void> {
  if (lines.length === 0) return;
  await sql`
    insert into casework.history (id, item, at, actor, what, detail)
    select * from unnest(
      ${each(lines, (l) => l.id)}::uuid[], ${each(lines, (l) => l.item)}::uuid[],
      ${each(lines, (l) => l.at)}::timestamptz[], ${each(lines, (l) => l.actor)}::text[],
      ${each(lines, (l) => l.what)}::text[], ${each(lines, (l) => JSON.stringify(l.detail))}::jsonb[])`.execute(tx);
}
