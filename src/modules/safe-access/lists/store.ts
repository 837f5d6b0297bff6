import type { Db } from '../../../platform/db.ts';
import type { Platform } from '../../../platform/platform.ts';
import { LIST_DECIDED, LIST_UNKNOWN } from './errors.ts';
import { type BuildRow, type ListRow, tables, type VersionRow } from './schema.ts';
import { afterEvent, type VersionEvent } from './version.ts';

export interface ListWithVersions extends ListRow {
  active: VersionRow | undefined;
  waiting: VersionRow | undefined;
}

/** Rows of lists and of their versions; every change of a version's state goes through `move`. */
export function createListStore({ db, clock }: Pick<Platform, 'db' | 'clock'>) {
  async function get(tx: Db, id: string, lock = false): Promise<ListRow> {
    let query = tables(tx).selectFrom('safe_access.list').selectAll().where('id', '=', id);
    if (lock) query = query.forUpdate();
    const row = await query.executeTakeFirst();
    if (!row) throw LIST_UNKNOWN();
    return row;
  }

  async function withVersions(rows: readonly ListRow[]): Promise<ListWithVersions[]> {
    const versions = await tables(db)
      .selectFrom('safe_access.list_version')
      .selectAll()
      .where('state', 'in', ['active', 'waiting'])
      .execute();
    const of = (list: string, state: string) => versions.find((v) => v.list === list && v.state === state);
    return rows.map((row) => ({ ...row, active: of(row.id, 'active'), waiting: of(row.id, 'waiting') }));
  }

  async function move(tx: Db, version: VersionRow, event: VersionEvent, actor: string): Promise<void> {
    const to = afterEvent(version.state, event);
    if (to === undefined) throw LIST_DECIDED();
    const { numUpdatedRows } = await tables(tx)
      .updateTable('safe_access.list_version')
      .set({ state: to, ...(event === 'replaced' ? {} : { decided_by: actor, decided_at: clock.now() }) })
      .where('id', '=', version.id)
      .where('state', '=', version.state)
      .executeTakeFirst();
    if (numUpdatedRows === 0n) throw LIST_DECIDED();
  }

  const inState = (tx: Db, list: string, state: 'active' | 'waiting') =>
    tables(tx)
      .selectFrom('safe_access.list_version')
      .selectAll()
      .where('list', '=', list)
      .where('state', '=', state)
      .executeTakeFirst();

  const newestOf = (list: string, limit: number): Promise<VersionRow[]> =>
    tables(db)
      .selectFrom('safe_access.list_version')
      .selectAll()
      .where('list', '=', list)
      .orderBy('number', 'desc')
      .limit(limit)
      .execute();

  async function replace(tx: Db, list: string, state: 'active' | 'waiting'): Promise<void> {
    const there = await inState(tx, list, state);
    if (there) await move(tx, there, 'replaced', 'system');
  }

  return {
    get,
    inState,
    newestOf,
    move,
    /** Whatever is in that state makes room for a newer one. */
    replace,
    async all(): Promise<ListWithVersions[]> {
      const rows = await tables(db).selectFrom('safe_access.list').selectAll().orderBy('title').execute();
      return withVersions(rows);
    },
    async one(id: string): Promise<ListWithVersions> {
      return (await withVersions([await get(db, id)]))[0] as ListWithVersions;
    },
    lastBuild: (): Promise<BuildRow | undefined> =>
      tables(db).selectFrom('safe_access.list_build').selectAll().orderBy('serial', 'desc').limit(1).executeTakeFirst(),
    /** Versions that a person has to look at. */
    async waitingCount(): Promise<number> {
      const rows = await tables(db)
        .selectFrom('safe_access.list_version')
        .select('id')
        .where('state', '=', 'waiting')
        .limit(100)
        .execute();
      return rows.length;
    },
  };
}
