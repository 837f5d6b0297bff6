import { transaction } from '../../../platform/db.ts';
import { uuidv7 } from '../../../platform/ids.ts';
import type { Platform } from '../../../platform/platform.ts';
import { recordAudit } from '../../audit/index.ts';
import { tables } from '../schema.ts';
import { readReport } from './report.ts';

/** The last request to bring the large zones up to date by day. */
export interface RebaseRequest {
  number: number;
  askedAt: Date | null;
  /** Whether the role has not done it yet. */
  waiting: boolean;
}

/** Asks the running role to bring base up to date now; it looks every second. */
export function createRebase({ db, clock, random }: Pick<Platform, 'db' | 'clock' | 'random'>) {
  async function state(): Promise<RebaseRequest> {
    const row = await tables(db).selectFrom('blocking.rebase_request').selectAll().executeTakeFirstOrThrow();
    const report = (await readReport(db))?.report;
    // Without the role there is nothing to be done before its first start, which begins with a new base.
    const done = report ? (report.rebased ?? row.number) : row.number;
    return { number: row.number, askedAt: row.asked_at, waiting: row.number !== done };
  }

  return {
    state,

    /** Nothing happens while an earlier request waits: it will do the same. @returns whether it was taken down */
    ask: async (actor: string): Promise<boolean> => {
      const before = await state();
      if (before.waiting) return false;
      return transaction(db, async (tx) => {
        const at = clock.now();
        const { numUpdatedRows } = await tables(tx)
          .updateTable('blocking.rebase_request')
          .set({ number: before.number + 1, asked_at: at })
          // Of two hands at once the second finds it done.
          .where('number', '=', before.number)
          .executeTakeFirst();
        if (numUpdatedRows === 0n) return false;
        await recordAudit(tx, {
          id: uuidv7(clock, random),
          at,
          actor,
          action: 'blocking.zones.rebase-asked',
          subject: 'blocking.zones:base',
          detail: { number: before.number + 1 },
        });
        return true;
      });
    },
  };
}
