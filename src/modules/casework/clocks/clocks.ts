import { sql } from 'kysely';
import { instants, ints, texts, uuids } from '../../../platform/columns.ts';
import { type Db, transaction } from '../../../platform/db.ts';
import { uuidv7 } from '../../../platform/ids.ts';
import type { Platform } from '../../../platform/platform.ts';
import { recordAudits } from '../../audit/index.ts';
import type { ClockStep, Country } from '../../country/index.ts';
import { type CaseworkTables, type ClockRow, type ItemState, URGENCY_RANK } from '../schema.ts';
import { clockMoves, dueAt } from './clock.ts';

const BATCH = 500;
/** After a mail about breaches the next ones are gathered so long, in milliseconds: a flood is one mail, not a hundred. */
export const ALERT_GAP_MS = 10 * 60_000;
/** One process looks for breaches at a time. */
const BREACH_LOCK = 7_202_611_510;

/** An item that goes from one state to another, or changes its urgency on the way. */
export interface ClockCause {
  item: string;
  from: ItemState | undefined;
  to: ItemState;
  urgency: number;
  at: Date;
}

const urgencyName = (rank: number) =>
  (Object.keys(URGENCY_RANK) as (keyof typeof URGENCY_RANK)[]).find((u) => URGENCY_RANK[u] === rank) ?? 'low';

/** Keeps the clocks of items. `alert` is called in the transaction that marks breaches, once for each. */
export function createClocks(
  platform: Pick<Platform, 'db' | 'clock' | 'random' | 'ticks'>,
  deps: {
    country: Pick<Country, 'clockTarget' | 'addWorkingTime'>;
    alert(tx: Db, alert: { id: string; at: Date; breaches: number }): Promise<void>;
  },
) {
  const { db, clock, random, ticks } = platform;
  const tables = (tx: Db) => tx.withTables<CaseworkTables>();
  /** Nobody is told before there is a module that tells: a clock that nothing can stop would only cry wolf. */
  let toldMeasured = false;

  const due = (step: ClockStep, urgency: number, from: Date) =>
    dueAt(deps.country.clockTarget(step, urgencyName(urgency)), from, deps.country.addWorkingTime);

  async function end(tx: Db, item: string, step: ClockStep, state: 'met' | 'dropped', at: Date): Promise<void> {
    // What was done too late is late even when no tick has seen it.
    await sql`update casework.clock set state = ${state}, ended_at = ${at},
        breached_at = case when ${state} = 'met' and due_at < ${at} then coalesce(breached_at, ${at}) else breached_at end
      where item = ${item} and step = ${step} and state = 'running'`.execute(tx);
  }

  async function start(tx: Db, rows: readonly Pick<ClockRow, 'item' | 'step' | 'urgency' | 'started_at'>[]) {
    if (rows.length === 0) return;
    await sql`/* prepared */
      insert into casework.clock (id, item, step, state, urgency, started_at, due_at)
      select n.id, n.item, n.step, 'running', n.urgency, n.started_at, n.due_at from unnest(
        ${uuids(rows, () => uuidv7(clock, random))}::uuid[], ${uuids(rows, (r) => r.item)}::uuid[],
        ${texts(rows, (r) => r.step)}::text[], ${ints(rows, (r) => r.urgency)}::int[],
        ${instants(rows, (r) => r.started_at)}::timestamptz[],
        ${instants(rows, (r) => due(r.step, r.urgency, r.started_at))}::timestamptz[]
      ) as n (id, item, step, urgency, started_at, due_at)
      on conflict (item, step) where state = 'running' do nothing`.execute(tx);
  }

  /** Moves the clocks of items that have changed their state; in the transaction of the change. */
  async function follow(tx: Db, causes: readonly ClockCause[]): Promise<void> {
    const starts: Pick<ClockRow, 'item' | 'step' | 'urgency' | 'started_at'>[] = [];
    for (const c of causes)
      for (const { step, move } of clockMoves(c.from, c.to)) {
        if (move !== 'start') await end(tx, c.item, step, move, c.at);
        else if (step !== 'told' || toldMeasured)
          starts.push({ item: c.item, step, urgency: c.urgency, started_at: c.at });
      }
    await start(tx, starts);
  }

  /** Plans running clocks anew whose item has another urgency than they were planned with, or none yet. */
  async function replan(tx: Db, items: readonly string[]): Promise<void> {
    if (items.length === 0) return;
    const { rows } = await sql<Pick<ClockRow, 'id' | 'step' | 'started_at'> & { now: number }>`
      select c.id, c.step, c.started_at, i.urgency as now from casework.clock c join casework.item i on i.id = c.item
      where c.item = any(${[...items]}::uuid[]) and c.state = 'running' and (c.urgency <> i.urgency or c.due_at is null)
      for update of c`.execute(tx);
    for (const row of rows)
      await tables(tx)
        .updateTable('casework.clock')
        .set({ urgency: row.now, due_at: due(row.step, row.now, row.started_at) })
        .where('id', '=', row.id)
        .execute();
  }

  /** Marks what is overdue, once, and tells; a flood of breaches becomes one mail. */
  async function breach(now: Date): Promise<void> {
    await transaction(db, async (tx) => {
      const lock = await sql<{ got: boolean }>`select pg_try_advisory_xact_lock(${BREACH_LOCK}) as got`.execute(tx);
      if (!lock.rows[0]?.got) return;
      const unplanned = await tables(tx)
        .selectFrom('casework.clock')
        .select('item')
        .where('state', '=', 'running')
        .where('due_at', 'is', null)
        .limit(BATCH)
        .execute();
      await replan(
        tx,
        unplanned.map((u) => u.item),
      );
      const { rows } = await sql<{ id: string; item: string; step: ClockStep }>`
        update casework.clock set breached_at = ${now} where id in (
          select id from casework.clock where state = 'running' and breached_at is null and due_at <= ${now}
          order by due_at limit ${BATCH} for update)
        returning id, item, step`.execute(tx);
      await recordAudits(
        tx,
        rows.map((r) => ({
          id: uuidv7(clock, random),
          at: now,
          actor: 'system',
          action: 'casework.clock.breached',
          subject: `casework.item:${r.item}`,
          detail: { step: r.step },
        })),
      );
      await tell(tx, now);
    });
  }

  async function tell(tx: Db, now: Date): Promise<void> {
    const recent = await sql`select 1 from casework.clock_alert where at > ${new Date(now.getTime() - ALERT_GAP_MS)}
      limit 1`.execute(tx);
    if (recent.rows.length > 0) return;
    const id = uuidv7(clock, random);
    const { numAffectedRows } = await sql`update casework.clock set alert = ${id}
      where breached_at is not null and alert is null`.execute(tx);
    const breaches = Number(numAffectedRows ?? 0n);
    if (breaches === 0) return;
    await tables(tx).insertInto('casework.clock_alert').values({ id, at: now, breaches }).execute();
    await deps.alert(tx, { id, at: now, breaches });
  }

  ticks.every('casework.clocks', 30_000, breach);

  return {
    follow,
    replan,
    /** From now on what was judged illegal has to be told to the security forces in time: a module is there that does. */
    measureTold(): void {
      toldMeasured = true;
    },
    toldMeasured: () => toldMeasured,
    /** The security forces know of these items; in the transaction in which they were told. */
    async told(tx: Db, items: readonly string[], at: Date): Promise<void> {
      for (const item of items) await end(tx, item, 'told', 'met', at);
    },
    /** Running clocks of these items. */
    async of(items: readonly string[], tx: Db = db): Promise<Map<string, ClockRow[]>> {
      if (items.length === 0) return new Map();
      const rows = await tables(tx)
        .selectFrom('casework.clock')
        .selectAll()
        .where('item', 'in', [...items])
        .where('state', '=', 'running')
        .orderBy('due_at')
        .execute();
      return Map.groupBy(rows, (r) => r.item);
    },
    /** Every clock of an item there ever was, oldest first. */
    ofItem: (item: string) =>
      tables(db)
        .selectFrom('casework.clock')
        .selectAll()
        .where('item', '=', item)
        .orderBy('started_at')
        .orderBy('id')
        .execute(),
    /** Breaches that one mail was about, longest overdue first. */
    ofAlert: (alert: string, limit: number) =>
      tables(db)
        .selectFrom('casework.clock')
        .select(['id', 'item', 'step', 'due_at'])
        .where('alert', '=', alert)
        .orderBy('due_at')
        .limit(limit)
        .execute(),
  };
}
export type Clocks = ReturnType<typeof createClocks>;
