import { sql } from 'kysely';
import type { Db } from '../../../platform/db.ts';
import { BASES, type Basis } from '../entry/refusal.ts';
import type { TargetKind } from '../entry/target.ts';
import { changesSince, type FeedChange } from '../feed/feed.ts';
import { tables } from '../schema.ts';

/** What zones need to know of a change. */
export type SourceChange = Pick<FeedChange, 'serial' | 'op' | 'kind' | 'basis' | 'target'>;

/** Rows of one page of {@link createSource.whole}. */
const PAGE = 20_000;

/** What the zones read of the database. */
export function createSource(db: Db) {
  return {
    /** Where the feed log and the partners stand; one small question, asked every second. */
    async heads(): Promise<{ feed: number; partners: number; rebase: number }> {
      const { rows } = await sql<{ feed: number; partners: number; rebase: number }>`
        select (select serial from blocking.feed_head) as feed, (select version from blocking.partner_head) as partners,
          (select number from blocking.rebase_request) as rebase
      `.execute(db);
      return rows[0] as { feed: number; partners: number; rebase: number };
    },

    /** Changes after `serial`, oldest first. */
    since: (serial: number): Promise<SourceChange[]> => changesSince(db, serial),

    /** Gives the whole list to `take`, in pages of one snapshot. @returns the serial it stands at */
    async whole(take: (row: { kind: TargetKind; basis: Basis; target: string }) => void): Promise<number> {
      return db
        .transaction()
        .setIsolationLevel('repeatable read')
        .execute(async (tx) => {
          const { serial } = await tables(tx)
            .selectFrom('blocking.feed_head')
            .select('serial')
            .executeTakeFirstOrThrow();
          for (let last: string | undefined; ; ) {
            let page = tables(tx)
              .selectFrom('blocking.entry')
              .select(['id', 'kind', 'basis', 'target'])
              .where('state', '=', 'released')
              .orderBy('id')
              .limit(PAGE);
            if (last !== undefined) page = page.where('id', '>', last);
            const rows = await page.execute();
            for (const { kind, basis, target } of rows) if (target !== null) take({ kind, basis, target });
            last = rows.at(-1)?.id;
            if (rows.length < PAGE) return serial;
          }
        });
    },
  };
}
export type Source = ReturnType<typeof createSource>;

/** One of each basis. */
export const perBasis = <T>(make: (basis: Basis) => T): Record<Basis, T> =>
  Object.fromEntries(BASES.map((basis) => [basis, make(basis)])) as Record<Basis, T>;
