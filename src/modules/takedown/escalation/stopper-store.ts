import { sql } from 'kysely';
import { type Db, transaction } from '../../../platform/db.ts';
import type { Platform } from '../../../platform/platform.ts';
import type { StopperId } from '../../country/index.ts';
import { LADDER_UNKNOWN } from '../errors.ts';
import type { NoticeStore } from '../notice/notice-store.ts';
import { type LadderRow, type StopperRow, tables } from '../schema.ts';

type Round = Pick<LadderRow, 'item' | 'round'>;

/** A case for the law lab: no address, no item, nobody's name. */
export interface StalledRow {
  country: string | null;
  since: Date;
  stoppers: StopperId[];
  /** Of these, a person said so. */
  confirmed: StopperId[];
}

/** What stops cases: `takedown.stopper`. */
export function createStoppers(platform: Platform, store: NoticeStore) {
  const { db, clock } = platform;

  return {
    /** What facts tell now: new reasons are added, those that no longer hold go; a person's word stays. */
    async suggest(tx: Db, { item, round }: Round, reasons: readonly StopperId[]): Promise<void> {
      const at = clock.now();
      let gone = tables(tx)
        .deleteFrom('takedown.stopper')
        .where('item', '=', item)
        .where('round', '=', round)
        .where('state', '=', 'suggested');
      if (reasons.length > 0) gone = gone.where('reason', 'not in', [...reasons]);
      await gone.execute();
      if (reasons.length === 0) return;
      await tables(tx)
        .insertInto('takedown.stopper')
        .values(
          reasons.map((reason) => ({ item, round, reason, state: 'suggested' as const, since: at, by: null, at })),
        )
        .onConflict((c) => c.doNothing())
        .execute();
    },

    ofRound: ({ item, round }: Round): Promise<StopperRow[]> =>
      tables(db)
        .selectFrom('takedown.stopper')
        .selectAll()
        .where('item', '=', item)
        .where('round', '=', round)
        .orderBy('reason')
        .execute(),

    /** A person says what stops it: these, and none of the others. @throws TAKEDOWN_LADDER_UNKNOWN */
    async say({ item, round }: Round, reasons: readonly StopperId[], account: string): Promise<void> {
      await transaction(db, async (tx) => {
        const [notice] = (await store.ofItem(tx, item)).filter((n) => n.round === round);
        if (!notice) throw LADDER_UNKNOWN();
        const at = clock.now();
        const rows = await tables(tx)
          .selectFrom('takedown.stopper')
          .selectAll()
          .where('item', '=', item)
          .where('round', '=', round)
          .forUpdate()
          .execute();
        for (const reason of new Set([...rows.map((r) => r.reason), ...reasons])) {
          const state = reasons.includes(reason) ? ('confirmed' as const) : ('dismissed' as const);
          await tables(tx)
            .insertInto('takedown.stopper')
            .values({ item, round, reason, state, since: at, by: account, at })
            .onConflict((c) => c.columns(['item', 'round', 'reason']).doUpdateSet({ state, by: account, at }))
            .execute();
        }
        await store.audit(tx, `account:${account}`, 'stoppers.said', notice.id, {
          item,
          reasons: [...reasons].sort().join(' '),
        });
      });
    },

    /** Every case that something stops now. */
    async stalled(): Promise<StalledRow[]> {
      const { rows } = await sql<{
        country: string | null;
        since: Date;
        stoppers: StopperId[];
        confirmed: StopperId[];
      }>`
        select n.hosted_in as country, s.since, s.stoppers, s.confirmed
        from takedown.ladder l
        join lateral (
          select min(since) as since, array_agg(reason order by reason) as stoppers,
            coalesce(array_agg(reason order by reason) filter (where state = 'confirmed'), '{}') as confirmed
          from takedown.stopper where item = l.item and round = l.round and state <> 'dismissed'
        ) s on s.since is not null
        left join lateral (
          select hosted_in from takedown.notice where item = l.item and round = l.round
          order by created_at desc limit 1
        ) n on true
        where l.step <> 'stop'`.execute(db);
      return rows;
    },
  };
}
export type StopperStore = ReturnType<typeof createStoppers>;
