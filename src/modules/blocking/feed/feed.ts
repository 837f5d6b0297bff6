import { sql } from 'kysely';
import type { Db } from '../../../platform/db.ts';
import type { Platform } from '../../../platform/platform.ts';
import type { Basis } from '../entry/refusal.ts';
import type { TargetKind } from '../entry/target.ts';
import { feedChanged } from '../events.ts';
import { type EntryRow, type FeedOp, tables } from '../schema.ts';

/** One change of the list, as feeds read it. */
export interface FeedChange {
  /** From 1, without gaps, in the order of commits. */
  serial: number;
  op: FeedOp;
  entry: string;
  kind: TargetKind;
  /** The zone it goes to: there is one for each legal basis. */
  basis: Basis;
  /** null when the name was destroyed meanwhile: then the entry left the list long ago, and a reader that old begins anew. */
  target: string | null;
  at: Date;
}

export interface Listed {
  entry: string;
  kind: TargetKind;
  basis: Basis;
  target: string;
}

/** Readers that wait: payload is the serial. It is sent with the commit. */
export const FEED_CHANNEL = 'blocking_feed';

/** The most changes in one answer of {@link Feed.since}. */
export const FEED_PAGE = 5_000;

/** Puts a log's changes one after the other on what was listed before. Pure; what every reader does. */
export function replay<T extends { entry: string; op: FeedOp }>(
  changes: Iterable<T>,
  from: ReadonlyMap<string, T> = new Map(),
): Map<string, T> {
  const listed = new Map(from);
  for (const change of changes) {
    if (change.op === 'add') listed.set(change.entry, change);
    else listed.delete(change.entry);
  }
  return listed;
}

/** Changes after `serial`, oldest first, {@link FEED_PAGE} at most unless told; for who has a database and no platform. */
export function changesSince(db: Db, serial: number, limit = FEED_PAGE): Promise<FeedChange[]> {
  return tables(db)
    .selectFrom('blocking.feed_entry as f')
    .innerJoin('blocking.entry as e', 'e.id', 'f.entry')
    .select(['f.serial', 'f.op', 'f.entry', 'f.kind', 'f.basis', 'e.target', 'f.at'])
    .where('f.serial', '>', serial)
    .orderBy('f.serial')
    .limit(limit)
    .execute();
}

/** The numbered log that the resolver, the zone primary and every other feed read. */
export function createFeed({ db, clock, events }: Pick<Platform, 'db' | 'clock' | 'events'>) {
  /**
   * Holds the list until the transaction ends: nothing is released or taken off meanwhile. Whoever may change it does
   * this before it reads or locks entries.
   */
  async function lock(tx: Db): Promise<void> {
    await tables(tx).selectFrom('blocking.feed_head').select('serial').forUpdate().executeTakeFirstOrThrow();
  }

  /**
   * Writes one change in the transaction of the release or removal. The row lock on the head is held until that commits:
   * nobody ever sees a number whose predecessor is still to come.
   */
  async function append(tx: Db, entry: Pick<EntryRow, 'id' | 'kind' | 'basis'>, op: FeedOp): Promise<void> {
    const { serial } = await tables(tx)
      .updateTable('blocking.feed_head')
      .set((eb) => ({ serial: eb('serial', '+', 1) }))
      .returning('serial')
      .executeTakeFirstOrThrow();
    const at = clock.now();
    await tables(tx)
      .insertInto('blocking.feed_entry')
      .values({ serial, entry: entry.id, op, kind: entry.kind, basis: entry.basis, at })
      .execute();
    await sql`select pg_notify(${FEED_CHANNEL}, ${String(serial)})`.execute(tx);
    await events.emit(tx, feedChanged, { serial, at });
  }

  const isCarried = sql<boolean>`coalesce((select f.op = 'add' from blocking.feed_entry f
    where f.entry = blocking.entry.id order by f.serial desc limit 1), false)`;

  return {
    lock,

    /**
     * Follows an entry that has just become released, or no longer is, under {@link lock}. Each legal basis has a line of
     * its own, because each has its own zone and some readers take one of them only: who keeps names, not entries, keeps
     * a name until its last basis is gone.
     */
    async follow(tx: Db, entry: EntryRow, released: boolean): Promise<void> {
      if (released) return append(tx, entry, 'add');
      const { carried } = await tables(tx)
        .selectFrom('blocking.entry')
        .select(isCarried.as('carried'))
        .where('id', '=', entry.id)
        .executeTakeFirstOrThrow();
      if (carried) await append(tx, entry, 'remove');
    },

    async serial(): Promise<number> {
      return (await tables(db).selectFrom('blocking.feed_head').select('serial').executeTakeFirstOrThrow()).serial;
    },

    /** Changes after `serial`, oldest first; the same question again with the last number gives the rest. */
    since: (serial: number, limit?: number): Promise<FeedChange[]> => changesSince(db, serial, limit),

    /** The newest changes, newest first; for the desk. */
    async newest(limit: number): Promise<FeedChange[]> {
      return tables(db)
        .selectFrom('blocking.feed_entry as f')
        .innerJoin('blocking.entry as e', 'e.id', 'f.entry')
        .select(['f.serial', 'f.op', 'f.entry', 'f.kind', 'f.basis', 'e.target', 'f.at'])
        .orderBy('f.serial', 'desc')
        .limit(limit)
        .execute();
    },

    /** Everything on the list and the serial it stands at, in one snapshot: where a new reader begins. */
    async snapshot(): Promise<{ serial: number; listed: Listed[] }> {
      return db
        .transaction()
        .setIsolationLevel('repeatable read')
        .execute(async (tx) => {
          const { serial } = await tables(tx)
            .selectFrom('blocking.feed_head')
            .select('serial')
            .executeTakeFirstOrThrow();
          const rows = await tables(tx)
            .selectFrom('blocking.entry')
            .select(['id as entry', 'kind', 'basis', 'target'])
            .where('state', '=', 'released')
            .orderBy('id')
            .execute();
          return { serial, listed: rows.flatMap((r) => (r.target === null ? [] : [{ ...r, target: r.target }])) };
        });
    },
  };
}
export type Feed = ReturnType<typeof createFeed>;
