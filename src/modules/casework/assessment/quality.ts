import { sql } from 'kysely';
import type { Db } from '../../../platform/db.ts';
import type { CategoryId } from '../../country/index.ts';
import type { Outcome } from '../schema.ts';
import { type Agreement, agreementOf, type Pair } from './agreement.ts';

export interface QualityRow {
  category: CategoryId;
  agreement: Agreement;
}

export interface Quality {
  overall: Agreement;
  byCategory: QualityRow[];
  /** Looks in the period that were not blind; they say nothing about independent agreement and are only counted. */
  open: number;
}

/**
 * How far two people agree on the judgement (illegal, harmful, not actionable), over blind second looks of a month of the
 * country's clock (`YYYY-MM`). Totals only: who judged is not read.
 */
export async function qualityOf(db: Db, zone: string, month: string): Promise<Quality> {
  const from = sql`((${`${month}-01`})::date::timestamp at time zone ${zone})`;
  const until = sql`(((${`${month}-01`})::date + interval '1 month')::timestamp at time zone ${zone})`;
  const { rows } = await sql<{ category: CategoryId; first: Outcome; second: Outcome; blind: boolean }>`
    select category, first_outcome as first, second_outcome as second, blind from casework.verification
    where second_at >= ${from} and second_at < ${until} and second_outcome is not null`.execute(db);
  const blind = rows.filter((r) => r.blind);
  const byCategory = [...Map.groupBy(blind, (r) => r.category)]
    .map(([category, pairs]) => ({ category, agreement: agreementOf(pairs satisfies Pair[]) }))
    .sort((a, b) => b.agreement.pairs - a.agreement.pairs || a.category.localeCompare(b.category));
  return { overall: agreementOf(blind), byCategory, open: rows.length - blind.length };
}
