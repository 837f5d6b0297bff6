import { sql } from 'kysely';
import { type Db, transaction } from '../../../platform/db.ts';
import type { Platform } from '../../../platform/platform.ts';
import { possible } from '../item.ts';
import { reportIds } from '../reports-of-item.ts';
import { type CaseworkTables, type ItemRow, URGENCY_RANK } from '../schema.ts';
import type { AssessingNeeds } from './assessing.ts';

const DAY_MS = 24 * 3600_000;
const BATCH = 100;

/**
 * Accusations against an account that somebody read and nothing bore out, too old by the country's rule. Never a danger,
 * nothing urgent, nothing with a report that nobody has opened: silence of ours is not a finding about them.
 */
export function createAccusations(platform: Platform, needs: AssessingNeeds) {
  const { db, clock } = platform;
  const { country, reporting, getItem, apply } = needs;

  async function due(tx: Db, only?: string): Promise<string[]> {
    const { categories, days } = country.caseReview().accusations;
    const before = new Date(clock.now().getTime() - days * DAY_MS);
    let q = tx
      .withTables<CaseworkTables>()
      .selectFrom('casework.item as i')
      .select('i.id')
      .where('i.state', '=', 'waiting')
      .where('i.kind', '=', 'account')
      .where('i.danger', '=', false)
      .where('i.urgency', '>=', URGENCY_RANK.normal)
      .where(sql<boolean>`i.category = any(${categories}::text[])`)
      .where('i.last_reported_at', '<', before)
      .where((eb) => eb.or([eb('i.lease_until', 'is', null), eb('i.lease_until', '<', clock.now())]))
      .where((eb) =>
        eb.not(
          eb.exists(
            eb
              .selectFrom('casework.item_report as r')
              .select('r.report')
              .whereRef('r.item', '=', 'i.id')
              .where('r.read_at', 'is', null),
          ),
        ),
      )
      .orderBy('i.last_reported_at')
      .limit(BATCH);
    if (only) q = q.where('i.id', '=', only);
    return (await q.execute()).map((r) => r.id);
  }

  async function expire(id: string): Promise<boolean> {
    return transaction(db, async (tx) => {
      const item: ItemRow = await getItem(tx, id, true);
      // A report, a lock or a judgement may have come since it was found.
      if (!possible(item.state, { type: 'expired' }) || (await due(tx, id)).length === 0) return false;
      await apply(tx, id, { type: 'expired' }, 'system', { days: country.caseReview().accusations.days });
      await reporting.mailbox.addProgress(tx, await reportIds(tx, id), 'not-substantiated');
      return true;
    });
  }

  return {
    /** Ends what is due; answers how many. */
    async sweep(): Promise<number> {
      let ended = 0;
      for (;;) {
        const ids = await due(db);
        let moved = 0;
        for (const id of ids) if (await expire(id)) moved += 1;
        ended += moved;
        if (ids.length < BATCH || moved === 0) return ended;
      }
    },
  };
}
