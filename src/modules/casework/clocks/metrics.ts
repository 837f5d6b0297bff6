import { sql } from 'kysely';
import type { Db } from '../../../platform/db.ts';
import { CLOCK_STEPS, type ClockStep } from '../../country/index.ts';
import type { CaseworkTables, ClockRow, ItemRow } from '../schema.ts';

const HOUR_MS = 3_600_000;

/** How fast one step was, over a time. Times in milliseconds of any time, nights and holidays too, as INHOPE counts. */
export interface StepMetrics {
  step: ClockStep;
  /** Steps that ended in the window by being done. */
  done: number;
  medianMs: number | null;
  p90Ms: number | null;
  /** Of those that began in the window and are old enough to tell, the share done within 24 and 72 hours, 0 to 1. */
  within24: number | null;
  within72: number | null;
  /** How many that share is of. */
  of24: number;
  of72: number;
}

/**
 * Medians and ninetieths of what was done between `from` and `to`, and shares within 24 and 72 hours. A share counts what
 * is not done yet as not done, once its hours are over: a desk that leaves the hard ones lying must not look fast. What
 * became pointless before its hours were over (gone before anybody was asked) counts nowhere.
 */
export async function stepMetrics(db: Db, from: Date, to: Date): Promise<StepMetrics[]> {
  const day = new Date(to.getTime() - 24 * HOUR_MS);
  const three = new Date(to.getTime() - 72 * HOUR_MS);
  const { rows } = await sql<StepMetrics>`
    with done as (
      select step, count(*)::int as done,
        percentile_cont(0.5) within group (order by extract(epoch from ended_at - started_at) * 1000) as median,
        percentile_cont(0.9) within group (order by extract(epoch from ended_at - started_at) * 1000) as p90
      from casework.clock where state = 'met' and ended_at >= ${from} and ended_at < ${to} group by step
    ), begun as (
      select step, started_at, state,
        ended_at - started_at <= interval '24 hours' as in24, ended_at - started_at <= interval '72 hours' as in72
      from casework.clock where started_at >= ${from} and started_at < ${to}
    ), shares as (
      select step,
        count(*) filter (where started_at <= ${day} and not (state = 'dropped' and in24))::int as of24,
        count(*) filter (where started_at <= ${day} and state = 'met' and in24)::int as n24,
        count(*) filter (where started_at <= ${three} and not (state = 'dropped' and in72))::int as of72,
        count(*) filter (where started_at <= ${three} and state = 'met' and in72)::int as n72
      from begun group by step
    )
    select s.step, coalesce(d.done, 0) as done, d.median as "medianMs", d.p90 as "p90Ms",
      n24::float8 / nullif(of24, 0) as within24, n72::float8 / nullif(of72, 0) as within72,
      coalesce(of24, 0) as of24, coalesce(of72, 0) as of72
    from unnest(${[...CLOCK_STEPS]}::text[]) with ordinality as s (step, place)
    left join done d on d.step = s.step left join shares h on h.step = s.step
    order by s.place`.execute(db);
  return rows;
}

export interface OverdueRow {
  clock: ClockRow;
  item: ItemRow;
}

/** Running clocks, overdue or not yet, by when they are due; those that are due before `until`. */
export async function runningClocks(db: Db, range: { from?: Date; until: Date }, limit: number): Promise<OverdueRow[]> {
  const q = db.withTables<CaseworkTables>();
  let clocks = q
    .selectFrom('casework.clock')
    .selectAll()
    .where('state', '=', 'running')
    .where('due_at', '<=', range.until);
  if (range.from) clocks = clocks.where('due_at', '>', range.from);
  const rows = await clocks.orderBy('due_at').orderBy('id').limit(limit).execute();
  if (rows.length === 0) return [];
  const items = await q
    .selectFrom('casework.item')
    .selectAll()
    .where(
      'id',
      'in',
      rows.map((r) => r.item),
    )
    .execute();
  const byId = new Map(items.map((i) => [i.id, i]));
  return rows.flatMap((clock) => {
    const item = byId.get(clock.item);
    return item ? [{ clock, item }] : [];
  });
}

/** How many running clocks are overdue, counted up to `limit`. */
export async function overdueCount(db: Db, now: Date, limit: number): Promise<number> {
  const { rows } = await sql<{ n: number }>`select count(*)::int as n from (
    select 1 from casework.clock where state = 'running' and due_at <= ${now} limit ${limit}) x`.execute(db);
  return rows[0]?.n ?? 0;
}
