import type { Platform } from '../../../platform/platform.ts';
import { reappeared, withdrawn } from '../events.ts';
import { tables } from '../schema.ts';

/**
 * Keeps at each notice that went out when its content was confirmed gone, and when it came back: figures read notices,
 * and what an item's watch knows is only its latest round.
 */
export function registerOutcomeDates(events: Platform['events']): void {
  events.on(withdrawn, async (tx, { item, round, at }) => {
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
