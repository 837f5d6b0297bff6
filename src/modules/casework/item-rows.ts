import { sql } from 'kysely';
import { booleans, instants, ints, jsons, texts, uuids } from '../../platform/columns.ts';
import type { Db } from '../../platform/db.ts';
import type { CaseworkTables, ItemRow } from './schema.ts';

/*
 * Many rows in one statement: one parameter a column, so that its text does not grow with the rows and no batch meets
 * PostgreSQL's limit of 65,535 parameters.
 */

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
  await sql`/* prepared */
    insert into casework.item (id, kind, key, url, host, registrable, platform, name_report, name_ordinal, category, urgency,
      danger, visibility, state, reports, first_reported_at, last_reported_at, changed_at, facts, reasons)
    select * from unnest(
      ${uuids(items, (i) => i.id)}::uuid[], ${texts(items, (i) => i.kind)}::text[], ${texts(items, (i) => i.key)}::text[],
      ${texts(items, (i) => i.url)}::text[], ${texts(items, (i) => i.host)}::text[],
      ${texts(items, (i) => i.registrable)}::text[], ${texts(items, (i) => i.platform)}::text[],
      ${uuids(items, (i) => i.name_report)}::uuid[], ${ints(items, (i) => i.name_ordinal)}::int[],
      ${texts(items, (i) => i.category)}::text[], ${ints(items, (i) => i.urgency)}::int[],
      ${booleans(items, (i) => i.danger)}::boolean[], ${texts(items, (i) => i.visibility)}::text[],
      ${texts(items, (i) => i.state)}::text[], ${ints(items, (i) => i.reports)}::int[],
      ${instants(items, (i) => i.first_reported_at)}::timestamptz[], ${instants(items, (i) => i.last_reported_at)}::timestamptz[],
      ${instants(items, (i) => i.changed_at)}::timestamptz[], ${jsons(items, (i) => i.facts)}::jsonb[],
      ${jsons(items, (i) => i.reasons)}::jsonb[])`.execute(tx);
}

export type ItemLink = Pick<CaseworkTables['casework.item_report'], 'item' | 'report' | 'at'>;

/** Ties reports to items; answers the ties that are new. */
export async function insertLinks(tx: Db, links: readonly ItemLink[]): Promise<Pick<ItemLink, 'item' | 'report'>[]> {
  const { rows } = await sql<Pick<ItemLink, 'item' | 'report'>>`/* prepared */
    insert into casework.item_report (item, report, at)
    select * from unnest(${uuids(links, (l) => l.item)}::uuid[], ${uuids(links, (l) => l.report)}::uuid[],
      ${instants(links, (l) => l.at)}::timestamptz[])
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
  await sql`/* prepared */
    update casework.item i
    set reports = u.reports, urgency = u.urgency, danger = u.danger, visibility = u.visibility, state = u.state,
      gone_at = u.gone_at, last_reported_at = u.last_reported_at, changed_at = u.changed_at,
      facts = u.facts, reasons = u.reasons, set_urgency = u.set_urgency
    from unnest(
      ${uuids(items, (i) => i.id)}::uuid[], ${ints(items, (i) => i.reports)}::int[],
      ${ints(items, (i) => i.urgency)}::int[], ${booleans(items, (i) => i.danger)}::boolean[],
      ${texts(items, (i) => i.visibility)}::text[], ${texts(items, (i) => i.state)}::text[],
      ${instants(items, (i) => i.gone_at)}::timestamptz[], ${instants(items, (i) => i.last_reported_at)}::timestamptz[],
      ${instants(items, (i) => i.changed_at)}::timestamptz[], ${jsons(items, (i) => i.facts)}::jsonb[],
      ${jsons(items, (i) => i.reasons)}::jsonb[], ${ints(items, (i) => i.set_urgency)}::int[]
    ) as u (id, reports, urgency, danger, visibility, state, gone_at, last_reported_at, changed_at, facts, reasons,
      set_urgency)
    where i.id = u.id`.execute(tx);
}

export async function insertHistory(
  tx: Db,
  lines: readonly { id: string; item: string; at: Date; actor: string; what: string; detail: object }[],
): Promise<void> {
  if (lines.length === 0) return;
  await sql`/* prepared */
    insert into casework.history (id, item, at, actor, what, detail)
    select * from unnest(
      ${uuids(lines, (l) => l.id)}::uuid[], ${uuids(lines, (l) => l.item)}::uuid[],
      ${instants(lines, (l) => l.at)}::timestamptz[], ${texts(lines, (l) => l.actor)}::text[],
      ${texts(lines, (l) => l.what)}::text[], ${jsons(lines, (l) => l.detail)}::jsonb[])`.execute(tx);
}
