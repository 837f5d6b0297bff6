import { sql } from 'kysely';
import type { Db } from '../../platform/db.ts';
import type { ReportDetails, Reporting } from '../reporting/index.ts';
import { accountKeyOf, itemKeyOf } from './linker.ts';
import { type CaseworkTables, OPEN_STATES } from './schema.ts';

const links = (tx: Db, item: string) =>
  tx.withTables<CaseworkTables>().selectFrom('casework.item_report').where('item', '=', item);

/** Ids of the item's reports, oldest first. */
export async function reportIds(tx: Db, item: string): Promise<string[]> {
  const rows = await links(tx, item).select('report').orderBy('at').orderBy('report').execute();
  return rows.map((r) => r.report);
}

/**
 * Ids of the item's reports of which no item waits for a judgement or for its withdrawal any more, oldest first. One
 * statement however many reports there are: an address that thousands reported is withdrawn like any other.
 */
export async function settledReportIds(tx: Db, item: string): Promise<string[]> {
  const rows = await links(tx, item)
    .select('report')
    .where(
      sql<boolean>`not exists (
        select 1 from casework.item_report other join casework.item i on i.id = other.item
        where other.report = casework.item_report.report and i.state = any(${[...OPEN_STATES]}::text[]))`,
    )
    .orderBy('at')
    .orderBy('report')
    .execute();
  return rows.map((r) => r.report);
}

/** The item's newest reports, and when they came. */
export const reportTimes = (tx: Db, item: string, limit: number): Promise<{ report: string; at: Date }[]> =>
  links(tx, item).select(['report', 'at']).orderBy('at', 'desc').limit(limit).execute();

export async function reportBelongs(tx: Db, item: string, report: string): Promise<boolean> {
  return (await links(tx, item).select('report').where('report', '=', report).executeTakeFirst()) !== undefined;
}

/** One page of the item's reports, newest first, without anything sealed. */
export async function itemReports(
  db: Db,
  reporting: Reporting,
  item: string,
  page: { limit: number; offset: number },
): Promise<ReportDetails[]> {
  const rows = await links(db, item)
    .select('report')
    .orderBy('at', 'desc')
    .orderBy('report')
    .limit(page.limit)
    .offset(page.offset)
    .execute();
  const ids = rows.map((r) => r.report);
  const byId = new Map((await reporting.details.details(db, ids)).map((d) => [d.id, d]));
  return ids.flatMap((id) => byId.get(id) ?? []);
}

/**
 * Marks the item's reports, or one of them, as read and answers those whose reporter is to be told: not the ones that were read already
 * through another item. Two people who open the item at once don't tell twice: the rows are locked by the first.
 */
export async function markReportsRead(tx: Db, item: string, at: Date, report?: string): Promise<string[]> {
  const { rows } = await sql<{ report: string }>`
    with read as (
      update casework.item_report set read_at = ${at} where item = ${item} and read_at is null
        and (${report ?? null}::uuid is null or report = ${report ?? null}) returning report)
    select report from read
    where not exists (
      select 1 from casework.item_report other
      where other.report = read.report and other.item <> ${item} and other.read_at is not null)`.execute(tx);
  return rows.map((r) => r.report);
}

/** Where each of these reports names the item; the oldest mention counts. */
export async function placesOf(
  tx: Db,
  reporting: Reporting,
  item: { key: string },
  reports: readonly string[],
): Promise<{ report: string; link?: string; account?: number }[]> {
  return (await reporting.details.details(tx, [...reports])).map(({ id, links: named, accounts }) => {
    const link = named.find((l) => itemKeyOf(l.key) === item.key);
    if (link) return { report: id, link: link.key };
    const account = accounts.find((a) => accountKeyOf(a.index) === item.key);
    return { report: id, ...(account ? { account: account.ordinal } : {}) };
  });
}
