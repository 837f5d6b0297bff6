import { sql } from 'kysely';
import type { Platform } from '../../../platform/platform.ts';
import { reappeared, withdrawn } from '../events.ts';
import { tables, type WithdrawnBy } from '../schema.ts';

/** What somebody here saw. A provider's or a reporter's word closes a case, but measures nobody. */
const SEEN: readonly WithdrawnBy[] = ['machine', 'person'];

/**
 * Keeps at each notice that went out when its content was confirmed gone, and when it came back: figures read notices,
 * and what an item's watch knows is only its latest round.
 */
export function registerOutcomeDates(events: Platform['events']): void {
  events.on(withdrawn, async (tx, { item, round, by, at }) => {
    if (!SEEN.includes(by)) return;
    await tables(tx)
      .updateTable('takedown.notice')
      .set({ gone_at: at })
      .where('item', '=', item)
      .where('round', '=', round)
      .where('sent_at', 'is not', null)
      .where('state', '=', 'closed')
      .execute();
  });
  events.on(reappeared, async (tx, { item, round, at }) => {
    await tables(tx)
      .updateTable('takedown.notice')
      .set({ back_at: at })
      .where('item', '=', item)
      .where('round', '=', round - 1)
      .where('gone_at', 'is not', null)
      .execute();
  });
}

/** Closed so lately that the last look before it may not have been read yet. */
const LATELY_MS = 86_400_000;

/**
 * Notices whose content was seen more than an hour after the provider had said "removed": an hour is given to copies in
 * caches. Reads only those that say so now, or did a day ago: by their indexes, so that the years before cost nothing.
 */
export const contradictions = (now: Date) => sql<{ id: string; at: Date }>`
  select n.id, min(c.at) as at from takedown.notice n
  join takedown.check c on c.item = n.item and c.round = n.round
    and c.at > n.removed_at + interval '1 hour' and c.state in ('up-same', 'moved-host')
  where n.removed_at is not null and n.contradicted_at is null
    and (n.state = 'removed' or n.changed_at > ${new Date(now.getTime() - LATELY_MS)})
  group by n.id`;

/** Marks {@link contradictions}, each with the first time at which it was seen. */
export async function markContradictions(platform: Pick<Platform, 'db' | 'clock'>): Promise<void> {
  await sql`update takedown.notice n set contradicted_at = seen.at
    from (${contradictions(platform.clock.now())}) seen where seen.id = n.id`.execute(platform.db);
}
