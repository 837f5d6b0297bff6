import type { Db } from '../../../platform/db.ts';
import { uuidv7 } from '../../../platform/ids.ts';
import type { RecordKey } from '../../../platform/keys.ts';
import type { Platform } from '../../../platform/platform.ts';
import { type JsonValue, recordAudit } from '../../audit/index.ts';
import { ENTRY_UNKNOWN } from '../errors.ts';
import { type DecisionRow, type EntryRow, tables } from '../schema.ts';
import type { EntryState } from './entry.ts';
import type { Basis, CourtOrder } from './refusal.ts';
import { covers, type TargetKind, upwards } from './target.ts';

export interface DecisionView extends Omit<DecisionRow, 'reason'> {
  reason: string;
}
/** What of an entry is sealed, opened. */
export interface Opened {
  grounds: string;
  court: CourtOrder | undefined;
  nonce: Buffer;
}

const context = (id: string) => `blocking.entry:${id}`;
/** Of one entry; more than anybody decides. */
const DECISIONS = 500;

/** SQL and sealing of entries. Order of locks: the feed's head where the list may change, entries by id, the public log's head. */
export function createEntryStore({ db, clock, random, keys }: Platform) {
  const keyOf = (row: Pick<EntryRow, 'id' | 'data_key'>): RecordKey | undefined =>
    row.data_key ? keys.openRecordKey(row.data_key, context(row.id)) : undefined;

  /** @throws BLOCKING_ENTRY_UNKNOWN */
  async function get(tx: Db, id: string): Promise<EntryRow> {
    const row = await tables(tx).selectFrom('blocking.entry').selectAll().where('id', '=', id).executeTakeFirst();
    if (!row) throw ENTRY_UNKNOWN();
    return row;
  }

  return {
    context,
    keyOf,
    get,

    /** Locks entries in the order of their ids: whoever changes several at once waits in one line. */
    async locked(tx: Db, ids: readonly string[]): Promise<EntryRow[]> {
      if (ids.length === 0) return [];
      return tables(tx)
        .selectFrom('blocking.entry')
        .selectAll()
        .where('id', 'in', [...ids])
        .orderBy('id')
        .forUpdate()
        .execute();
    },

    async lockedOne(tx: Db, id: string): Promise<EntryRow> {
      const row = await tables(tx)
        .selectFrom('blocking.entry')
        .selectAll()
        .where('id', '=', id)
        .forUpdate()
        .executeTakeFirst();
      if (!row) throw ENTRY_UNKNOWN();
      return row;
    },

    async update(tx: Db, id: string, patch: Partial<EntryRow>): Promise<void> {
      await tables(tx)
        .updateTable('blocking.entry')
        .set({ ...patch, changed_at: clock.now() })
        .where('id', '=', id)
        .execute();
    },

    opened(row: EntryRow): Opened | undefined {
      const key = keyOf(row);
      if (!key || !row.nonce) return undefined;
      return {
        nonce: key.open(row.nonce, 'nonce'),
        grounds: row.grounds ? key.openText(row.grounds, 'grounds') : '',
        court: row.court ? (JSON.parse(key.openText(row.court, 'court')) as CourtOrder) : undefined,
      };
    },

    async itemsOf(tx: Db, entry: string): Promise<string[]> {
      const rows = await tables(tx)
        .selectFrom('blocking.entry_item')
        .select('item')
        .where('entry', '=', entry)
        .orderBy('item')
        .execute();
      return rows.map((r) => r.item);
    },

    /** Entries behind which this item stands, in these states. */
    async ofItem(tx: Db, item: string, states: readonly EntryState[]): Promise<EntryRow[]> {
      return tables(tx)
        .selectFrom('blocking.entry as e')
        .innerJoin('blocking.entry_item as i', 'i.entry', 'e.id')
        .selectAll('e')
        .where('i.item', '=', item)
        .where('e.state', 'in', states)
        .orderBy('e.id')
        .execute();
    },

    async openOf(
      tx: Db,
      kind: TargetKind,
      target: string,
      basis: Basis,
      states: readonly EntryState[],
    ): Promise<EntryRow | undefined> {
      return tables(tx)
        .selectFrom('blocking.entry')
        .selectAll()
        .where('kind', '=', kind)
        .where('target', '=', target)
        .where('basis', '=', basis)
        .where('state', 'in', states)
        .executeTakeFirst();
    },

    /** The newest entry of the target on this basis that has ended. */
    async endedOf(tx: Db, kind: TargetKind, target: string, basis: Basis): Promise<EntryRow | undefined> {
      return tables(tx)
        .selectFrom('blocking.entry')
        .selectAll()
        .where('kind', '=', kind)
        .where('target', '=', target)
        .where('basis', '=', basis)
        .where('ended_at', 'is not', null)
        .orderBy('ended_at', 'desc')
        .orderBy('id', 'desc')
        .executeTakeFirst();
    },

    /** Entries in these states that take `name` away, or would. */
    async covering(tx: Db, name: string, states: readonly EntryState[]): Promise<EntryRow[]> {
      const rows = await tables(tx)
        .selectFrom('blocking.entry')
        .selectAll()
        .where('state', 'in', states)
        .where('name', 'in', upwards(name))
        .orderBy('id')
        .execute();
      return rows.filter(
        (r) => r.target !== null && covers({ kind: r.kind, target: r.target, name: r.name ?? '' }, name),
      );
    },

    async inStates(states: readonly EntryState[], limit: number): Promise<EntryRow[]> {
      return tables(db)
        .selectFrom('blocking.entry')
        .selectAll()
        .where('state', 'in', states)
        .orderBy('changed_at', 'desc')
        .orderBy('id')
        .limit(limit)
        .execute();
    },

    /** Writes what was done into the entry's history and, without names and reasons, into the audit log. */
    async note(
      tx: Db,
      row: Pick<EntryRow, 'id' | 'data_key'>,
      actor: string,
      what: string,
      over: { detail?: string | null; reason?: string; audit?: Record<string, JsonValue> } = {},
    ): Promise<void> {
      const id = uuidv7(clock, random);
      const at = clock.now();
      const key = keyOf(row);
      await tables(tx)
        .insertInto('blocking.decision')
        .values({
          id,
          entry: row.id,
          at,
          actor,
          what,
          detail: over.detail ?? null,
          reason: over.reason && key ? key.seal(over.reason, `reason:${id}`) : null,
        })
        .execute();
      await recordAudit(tx, {
        id: uuidv7(clock, random),
        at,
        actor,
        action: `blocking.entry.${what}`,
        subject: `blocking.entry:${row.id}`,
        detail: { ...(over.detail ? { why: over.detail } : {}), ...over.audit },
      });
    },

    /** The entry's history, oldest first. */
    async decisions(tx: Db, row: Pick<EntryRow, 'id' | 'data_key'>): Promise<DecisionView[]> {
      const rows = await tables(tx)
        .selectFrom('blocking.decision')
        .selectAll()
        .where('entry', '=', row.id)
        .orderBy('at')
        .orderBy('id')
        .limit(DECISIONS)
        .execute();
      const key = keyOf(row);
      return rows.map((d) => ({ ...d, reason: d.reason && key ? key.openText(d.reason, `reason:${d.id}`) : '' }));
    },
  };
}
export type EntryStore = ReturnType<typeof createEntryStore>;
