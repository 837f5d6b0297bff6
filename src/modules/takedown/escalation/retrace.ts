import { z } from 'zod';
import { transaction } from '../../../platform/db.ts';
import { defineJob } from '../../../platform/jobs.ts';
import type { Platform } from '../../../platform/platform.ts';
import { avoidsSite } from '../notice/notice.ts';
import type { NoticeStore } from '../notice/notice-store.ts';
import type { Tracer } from '../notice/trace-item.handler.ts';
import { tables } from '../schema.ts';

/** Asks anew who can act on what a round is about. */
export const retraceItem = defineJob('takedown.retrace', z.strictObject({ item: z.uuid(), round: z.int().min(1) }));

/** The job: keeps what the sources say now, and wakes the ladder. */
export function handleRetrace(platform: Platform, needs: { store: NoticeStore; tracer: Tracer }): void {
  const { db, clock, jobs } = platform;
  const { store, tracer } = needs;
  jobs.handle(retraceItem, async ({ item, round }) => {
    const [newest] = (await store.ofItem(db, item)).filter((n) => n.round === round && n.url);
    const row = await tables(db)
      .selectFrom('takedown.ladder')
      .select(['owner_cleared', 'step'])
      .where('item', '=', item)
      .where('round', '=', round)
      .executeTakeFirst();
    if (!newest || !row || row.step === 'stop') return;
    // The site's own addresses come into sight only once somebody said that its owner may be told.
    const looked = await tracer.look(newest, avoidsSite(newest.category) && row.owner_cleared !== true);
    await transaction(db, async (tx) => {
      const trace = await tracer.keep(tx, newest, looked);
      await tables(tx)
        .updateTable('takedown.ladder')
        .set({ trace, traced_at: looked.startedAt, next_at: clock.now() })
        .where('item', '=', item)
        .where('round', '=', round)
        .execute();
    });
  });
}
