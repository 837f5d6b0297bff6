import { sql } from 'kysely';
import type { Db } from '../../../platform/db.ts';
import type { Reporting } from '../../reporting/index.ts';
import type { ItemRow } from '../schema.ts';

/** Why two things may belong together. */
export const SIMILAR_REASONS = ['phone', 'wallet', 'words', 'site', 'report'] as const;
export type SimilarReason = (typeof SIMILAR_REASONS)[number];

export interface Suggestion {
  item: ItemRow;
  /** Strongest first. */
  reasons: SimilarReason[];
}

/** A site with more items than this is a platform: that two things are on it says nothing. */
const COMMON_SITE = 50;
const LIMIT = 15;

/**
 * Items that may belong to these: on the same small site, named in one report with them, or in reports that share a phone
 * number, a wallet or much of their words. Nothing sealed is opened for it. Only a suggestion, with its reasons.
 */
export async function similarItems(
  db: Db,
  reporting: Pick<Reporting, 'similarReports'>,
  items: readonly string[],
): Promise<Suggestion[]> {
  if (items.length === 0) return [];
  const ids = [...items];
  const { rows: own } = await sql<{ report: string }>`
    select distinct report from casework.item_report where item = any(${ids}::uuid[]) limit 500`.execute(db);
  const reports = own.map((r) => r.report);
  const alike = await reporting.similarReports(db, reports);
  const { rows } = await sql<{ item: string; reason: SimilarReason }>`
    select r.item, a.reason from unnest(${alike.map((a) => a.report)}::uuid[], ${alike.map((a) => a.kind)}::text[])
      as a (report, reason) join casework.item_report r on r.report = a.report
    union select r.item, 'report' from casework.item_report r where r.report = any(${reports}::uuid[])
    union select i.id, 'site' from casework.item i where i.registrable in (
      select o.registrable from casework.item o where o.id = any(${ids}::uuid[]) and o.registrable is not null
        and (select count(*) from (select 1 from casework.item x where x.registrable = o.registrable
          limit ${COMMON_SITE + 1}) y) <= ${COMMON_SITE})`.execute(db);
  const reasons = Map.groupBy(
    rows.filter((r) => !items.includes(r.item)),
    (r) => r.item,
  );
  if (reasons.size === 0) return [];
  const { rows: found } = await sql<ItemRow>`
    select * from casework.item where id = any(${[...reasons.keys()]}::uuid[])`.execute(db);
  return found
    .map((item) => ({
      item,
      reasons: SIMILAR_REASONS.filter((reason) => reasons.get(item.id)?.some((r) => r.reason === reason)),
    }))
    .sort((a, b) => rank(a) - rank(b) || b.item.last_reported_at.getTime() - a.item.last_reported_at.getTime())
    .slice(0, LIMIT);
}

const rank = (s: Suggestion): number => SIMILAR_REASONS.indexOf(s.reasons[0] ?? 'report') - s.reasons.length * 0.1;
