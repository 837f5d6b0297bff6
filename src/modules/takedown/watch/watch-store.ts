import { sql } from 'kysely';
import { personalParts } from '../../../../packages/web-address/index.ts';
import type { Db } from '../../../platform/db.ts';
import { uuidv7 } from '../../../platform/ids.ts';
import type { Platform } from '../../../platform/platform.ts';
import type { CheckRecord } from '../check/index.ts';
import { WATCH_UNKNOWN } from '../errors.ts';
import { type CheckRow, type ReporterWordRow, tables, type WatchRow, type WithdrawnBy } from '../schema.ts';

/** A look takes at most some 50 s; whoever began one and died is not waited for longer than this. */
const LEASE_MS = 60_000;
/** Looks of one round that decisions are made from; they all lie at its end. */
const HISTORY = 300;

/** Addresses that are looked at, and what each look found. */
export function createWatchStore(platform: Platform) {
  const { clock, random } = platform;

  async function find(tx: Db, item: string): Promise<WatchRow | undefined> {
    return tables(tx).selectFrom('takedown.watch').selectAll().where('item', '=', item).executeTakeFirst();
  }

  return {
    find,

    async locked(tx: Db, item: string): Promise<WatchRow> {
      const row = await tables(tx)
        .selectFrom('takedown.watch')
        .selectAll()
        .where('item', '=', item)
        .forUpdate()
        .executeTakeFirst();
      if (!row) throw WATCH_UNKNOWN();
      return row;
    },

    /** Begins looking, at once; what was gone and is judged illegal again begins a new round. Answers the round. */
    async open(tx: Db, item: string, url: string): Promise<number> {
      const now = clock.now();
      const fresh: WatchRow = {
        item,
        url,
        state: 'open',
        round: 1,
        baseline: null,
        looks: 0,
        last_state: null,
        last_look_at: null,
        next_check_at: now,
        opened_at: now,
        closed_at: null,
        closed_by: null,
        looks_since_closing: 0,
        lease: null,
        lease_until: null,
        needs_leave: personalParts(url).length > 0,
        last_signature: null,
        doubt_since: null,
        ruled_signature: null,
        moved_to: null,
      };
      const inserted = await tables(tx)
        .insertInto('takedown.watch')
        .values(fresh)
        .onConflict((c) => c.doNothing())
        .executeTakeFirst();
      if (inserted.numInsertedOrUpdatedRows === 1n) return 1;
      const { rows } = await sql<{ round: number }>`
        update takedown.watch set
          round = case when state = 'gone' then round + 1 else round end,
          next_check_at = case when state = 'open' then next_check_at else ${now} end,
          opened_at = case when state = 'open' then opened_at else ${now} end,
          closed_at = null, closed_by = null, looks_since_closing = 0, state = 'open'
        where item = ${item} returning round`.execute(tx);
      return rows[0]?.round ?? 1;
    },

    /** Ends the looking; a look under way is thrown away. */
    async stop(tx: Db, item: string): Promise<void> {
      await tables(tx)
        .updateTable('takedown.watch')
        .set({ state: 'stopped', next_check_at: null, lease: null, lease_until: null })
        .where('item', '=', item)
        .execute();
    },

    /** A person lets the address be fetched although it seems to be made for one person. Idempotent. */
    async allow(tx: Db, item: string): Promise<boolean> {
      const changed = await tables(tx)
        .updateTable('takedown.watch')
        .set({ needs_leave: false, next_check_at: clock.now() })
        .where('item', '=', item)
        .where('needs_leave', '=', true)
        .executeTakeFirst();
      return changed.numUpdatedRows === 1n;
    },

    /** Looks as soon as possible: something was said that a look can prove. */
    async hurry(tx: Db, item: string): Promise<void> {
      await tables(tx)
        .updateTable('takedown.watch')
        .set({ next_check_at: clock.now() })
        .where('item', '=', item)
        .where('state', '!=', 'stopped')
        .execute();
    },

    /** Takes up to `limit` due addresses for this process, those that are due longest. */
    async claim(db: Db, now: Date, limit: number): Promise<(WatchRow & { lease: string })[]> {
      const lease = uuidv7(clock, random);
      const until = new Date(now.getTime() + LEASE_MS);
      const rows = await tables(db)
        .updateTable('takedown.watch')
        .set({ lease, lease_until: until })
        .where('item', 'in', (q) =>
          q
            .selectFrom('takedown.watch')
            .select('item')
            .where('next_check_at', '<=', now)
            .where('state', '!=', 'stopped')
            .where('needs_leave', '=', false)
            .where((e) => e.or([e('lease_until', 'is', null), e('lease_until', '<=', now)]))
            .orderBy('next_check_at')
            .limit(limit)
            .forUpdate()
            .skipLocked(),
        )
        .returningAll()
        .execute();
      return rows.map((row) => ({ ...row, lease }));
    },

    /**
     * Writes a claimed row back and frees it; false when the claim was lost meanwhile. An earlier time that somebody
     * asked for during the look ({@link hurry}) stays.
     */
    async finish(
      tx: Db,
      claimed: { item: string; lease: string; next_check_at: Date | null },
      change: Partial<WatchRow>,
    ): Promise<boolean> {
      const { next_check_at, ...rest } = change;
      const done = await tables(tx)
        .updateTable('takedown.watch')
        .set({ ...rest, lease: null, lease_until: null })
        .set((e) => ({
          next_check_at: sql<Date | null>`case when ${e.ref('next_check_at')} is not distinct from ${claimed.next_check_at}::timestamptz
            then ${next_check_at ?? null}::timestamptz else ${e.ref('next_check_at')} end`,
        }))
        .where('item', '=', claimed.item)
        .where('lease', '=', claimed.lease)
        .executeTakeFirst();
      return done.numUpdatedRows === 1n;
    },

    async update(tx: Db, item: string, change: Partial<WatchRow>): Promise<void> {
      await tables(tx).updateTable('takedown.watch').set(change).where('item', '=', item).execute();
    },

    async addCheck(tx: Db, row: Omit<CheckRow, 'id'>): Promise<void> {
      await tables(tx)
        .insertInto('takedown.check')
        .values({ ...row, id: uuidv7(clock, random), detail: JSON.stringify(row.detail) })
        .execute();
    },

    /** Oldest first. */
    async history(tx: Db, item: string, round: number): Promise<CheckRecord[]> {
      const rows = await tables(tx)
        .selectFrom('takedown.check')
        .select(['at', 'state', 'vantage'])
        .where('item', '=', item)
        .where('round', '=', round)
        .orderBy('at', 'desc')
        .limit(HISTORY)
        .execute();
      return rows.reverse();
    },

    /** Newest first. */
    checks: (tx: Db, item: string, limit: number): Promise<CheckRow[]> =>
      tables(tx)
        .selectFrom('takedown.check')
        .selectAll()
        .where('item', '=', item)
        .orderBy('at', 'desc')
        .orderBy('id', 'desc')
        .limit(limit)
        .execute(),

    /** The newest look at each. */
    async lastChecks(tx: Db, items: readonly string[]): Promise<Map<string, CheckRow>> {
      if (items.length === 0) return new Map();
      const rows = await tables(tx)
        .selectFrom('takedown.check')
        .selectAll()
        .distinctOn('item')
        .where('item', 'in', [...items])
        .orderBy('item')
        .orderBy('at', 'desc')
        .orderBy('id', 'desc')
        .execute();
      return new Map(rows.map((row) => [row.item, row]));
    },

    /**
     * Where something else answers in the content's place and no person has ruled on it, newest first: no machine closes
     * these.
     */
    doubtful: (tx: Db, limit: number): Promise<WatchRow[]> =>
      tables(tx)
        .selectFrom('takedown.watch')
        .selectAll()
        .where('state', '!=', 'stopped')
        .where(
          sql<boolean>`last_state in ('up-changed', 'removed-notice', 'legal-block', 'parked', 'soft-404', 'redirected')`,
        )
        .where(sql<boolean>`(ruled_signature is null or ruled_signature is distinct from last_signature)`)
        .orderBy('doubt_since', (o) => o.desc().nullsLast())
        .orderBy('last_look_at', 'desc')
        .limit(limit)
        .execute(),

    /** A person ruled on what the last look found. */
    rule: (tx: Db, item: string) =>
      tables(tx)
        .updateTable('takedown.watch')
        .set((e) => ({ ruled_signature: e.ref('last_signature') }))
        .where('item', '=', item)
        .execute(),

    async addWithdrawal(tx: Db, row: { item: string; round: number; by: WithdrawnBy }): Promise<void> {
      const at = clock.now();
      await tables(tx)
        .insertInto('takedown.withdrawal')
        .values({ ...row, at })
        .onConflict((c) => c.columns(['item', 'round']).doUpdateSet({ by: row.by, at }))
        .execute();
    },

    /** How many withdrawals of these months (`YYYY-MM` on the country's clock) rest on what. */
    async withdrawals(tx: Db, zone: string, months: readonly string[]): Promise<Record<WithdrawnBy, number>> {
      const { rows } = await sql<{ by: WithdrawnBy; n: number }>`
        select by, count(*)::int as n from takedown.withdrawal
        where to_char(at at time zone ${zone}, 'YYYY-MM') = any(${[...months]}::text[]) group by by`.execute(tx);
      const of = (by: WithdrawnBy) => rows.find((r) => r.by === by)?.n ?? 0;
      return {
        machine: of('machine'),
        person: of('person'),
        'platform-word': of('platform-word'),
        'reporter-word': of('reporter-word'),
      };
    },

    words: (tx: Db, item: string): Promise<ReporterWordRow[]> =>
      tables(tx)
        .selectFrom('takedown.reporter_word')
        .selectAll()
        .where('item', '=', item)
        .orderBy('asked_at')
        .execute(),

    /** Asks again where it was answered before. */
    async asked(tx: Db, item: string, reports: readonly string[], account: string): Promise<void> {
      const at = clock.now();
      const fresh = { asked_at: at, asked_by: account, answer: null, answered_at: null };
      for (const report of reports)
        await tables(tx)
          .insertInto('takedown.reporter_word')
          .values({ item, report, ...fresh })
          .onConflict((c) => c.columns(['item', 'report']).doUpdateSet(fresh))
          .execute();
    },

    /** What a reporter answered about the item; false when nobody asked, or it was answered. */
    answered: async (tx: Db, item: string, report: string, answer: 'gone' | 'there'): Promise<boolean> => {
      const changed = await tables(tx)
        .updateTable('takedown.reporter_word')
        .set({ answer, answered_at: clock.now() })
        .where('item', '=', item)
        .where('report', '=', report)
        .where('answer', 'is', null)
        .executeTakeFirst();
      return changed.numUpdatedRows === 1n;
    },
  };
}
export type WatchStore = ReturnType<typeof createWatchStore>;
