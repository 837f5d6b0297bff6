import type { Db } from '../../../platform/db.ts';
import { isUuid } from '../../../platform/ids.ts';
import type { RecordKey } from '../../../platform/keys.ts';
import type { Platform } from '../../../platform/platform.ts';
import { UNKNOWN } from '../errors.ts';
import { type ProfileRow, tables } from '../schema.ts';

/** Profiles as rows, and the keys that their words are sealed with. */
export function createRows({ keys }: Pick<Platform, 'keys'>) {
  const context = (profile: string) => `safe_access.profile:${profile}`;
  return {
    /** Locked, so that two changes of one profile come one after the other. */
    async row(tx: Db, id: string): Promise<ProfileRow> {
      if (!isUuid(id)) throw UNKNOWN();
      const row = await tables(tx)
        .selectFrom('safe_access.profile')
        .selectAll()
        .where('id', '=', id)
        .where('removed_at', 'is', null)
        .where('data_key', 'is not', null)
        .$if(tx.isTransaction, (q) => q.forUpdate())
        .executeTakeFirst();
      if (!row) throw UNKNOWN();
      return row;
    },

    newKey: (profile: string) => keys.newRecordKey(context(profile)),
    keyOf: (row: Pick<ProfileRow, 'id' | 'data_key'>): RecordKey =>
      keys.openRecordKey(row.data_key as Buffer, context(row.id)),
    /** Finds a site's name again without storing it in clear. */
    nameIndex: (profile: string, name: string): Buffer => keys.accountIndex(`${context(profile)}#${name}`),
  };
}
export type Rows = ReturnType<typeof createRows>;
