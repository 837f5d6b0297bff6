import { sql } from 'kysely';
import { z } from 'zod';
import { type Db, isConnectionError, transaction } from '../../../platform/db.ts';
import { defineError } from '../../../platform/errors.ts';
import { uuidv7 } from '../../../platform/ids.ts';
import { defineJob } from '../../../platform/jobs.ts';
import type { Platform } from '../../../platform/platform.ts';
import { recordAudit } from '../../audit/index.ts';
import type { Reporting } from '../../reporting/index.ts';
import type { BulkRow, CaseworkTables } from '../schema.ts';
import { type CsvRow, readCsv } from './csv.ts';
import { readRow } from './rows.ts';

export const BULK_UNKNOWN = defineError('casework', 'BULK_UNKNOWN', 404);
export const BULK_FILE = defineError('casework', 'BULK_FILE', 400);
export const BULK_STATE = defineError('casework', 'BULK_STATE', 409);

/** Rows in one step; progress is written after each. */
const STEP = 100;
/** A checked file that nobody starts is put aside after so long, in milliseconds: its rows are somebody's words. */
const WAIT_MS = 24 * 3_600_000;

export const bulkRun = defineJob('casework.bulk-run', z.strictObject({ bulk: z.uuid() }));
type Bulk = Omit<BulkRow, 'data_key' | 'rows_sealed'>;

/** Many reports from one file. */
export function createBulk(
  platform: Pick<Platform, 'db' | 'clock' | 'random' | 'keys' | 'jobs' | 'ticks' | 'log'>,
  reporting: Pick<Reporting, 'submit' | 'addresses'>,
) {
  const { db, clock, random, keys, jobs, ticks, log } = platform;
  const tables = (tx: Db) => tx.withTables<CaseworkTables>();
  const context = (id: string) => `casework.bulk:${id}`;

  const audit = (tx: Db, actor: string, what: string, id: string, detail: Record<string, number>) =>
    recordAudit(tx, {
      id: uuidv7(clock, random),
      at: clock.now(),
      actor,
      action: `casework.bulk.${what}`,
      subject: `casework.bulk:${id}`,
      detail,
    });

  async function locked(tx: Db, id: string): Promise<BulkRow> {
    const row = await tables(tx)
      .selectFrom('casework.bulk')
      .selectAll()
      .where('id', '=', id)
      .forUpdate()
      .executeTakeFirst();
    if (!row) throw BULK_UNKNOWN();
    return row;
  }

  const end = (tx: Db, id: string, state: 'done' | 'dropped') =>
    tables(tx)
      .updateTable('casework.bulk')
      .set({ state, data_key: null, rows_sealed: null, changed_at: clock.now() })
      .where('id', '=', id)
      .execute();

  /** Makes the report of a row, or finds that it is one already. */
  async function make(
    row: CsvRow,
    account: string,
  ): Promise<{ outcome: 'made' | 'known' | 'failed'; report: string | null }> {
    const { input } = readRow(row, reporting.addresses);
    if (!input) return { outcome: 'failed', report: null };
    const key = keys.accountIndex(`bulk\n${JSON.stringify(input)}`);
    const known = await tables(db)
      .selectFrom('casework.bulk_key')
      .select('report')
      .where('key', '=', key)
      .executeTakeFirst();
    if (known) return { outcome: 'known', report: known.report };
    // A stop between the report and the note of it: the submission key finds it again.
    const made = await reporting.submit({ ...input, submissionKey: `bulk:${key.toString('hex')}`, filedBy: account });
    await tables(db)
      .insertInto('casework.bulk_key')
      .values({ key, report: made.id })
      .onConflict((c) => c.doNothing())
      .execute();
    return { outcome: made.fresh ? 'made' : 'known', report: made.id };
  }

  jobs.handle(bulkRun, async ({ bulk }) => {
    const row = await tables(db).selectFrom('casework.bulk').selectAll().where('id', '=', bulk).executeTakeFirst();
    if (row?.state !== 'running' || !row.data_key || !row.rows_sealed) return;
    const rows = JSON.parse(
      keys.openRecordKey(row.data_key, context(bulk)).openText(row.rows_sealed, 'rows'),
    ) as CsvRow[];
    for (let from = row.done; from < rows.length; from += STEP) {
      const step = rows.slice(from, from + STEP);
      const results = await Promise.all(
        step.map(async (r) => {
          try {
            return { row: r.row, ...(await make(r, row.account)) };
          } catch (error) {
            if (isConnectionError(error)) throw error;
            log.error({ err: error, bulk, row: r.row }, 'a row of a file could not become a report');
            return { row: r.row, outcome: 'failed' as const, report: null };
          }
        }),
      );
      await transaction(db, async (tx) => {
        await tables(tx)
          .insertInto('casework.bulk_row')
          .values(results.map((r) => ({ bulk, ...r })))
          .onConflict((c) => c.doNothing())
          .execute();
        await tables(tx)
          .updateTable('casework.bulk')
          .set({ done: from + step.length, changed_at: clock.now() })
          .where('id', '=', bulk)
          .execute();
        if (from + step.length < rows.length) return;
        await end(tx, bulk, 'done');
        await audit(tx, row.account, 'done', bulk, { rows: rows.length });
      });
    }
  });

  ticks.every('casework.bulk', 600_000, async (now) => {
    await sql`update casework.bulk set state = 'dropped', data_key = null, rows_sealed = null, changed_at = ${now}
      where state = 'checked' and changed_at < ${new Date(now.getTime() - WAIT_MS)}`.execute(db);
  });

  return {
    /**
     * Checks a file; makes no report. Answers the id under which its faults are shown and it can be started.
     * @throws CASEWORK_BULK_FILE with `fault` and `detail` when it can't be read at all
     */
    async check(file: Buffer, account: string): Promise<string> {
      const read = readCsv(file);
      if ('fault' in read) throw BULK_FILE({ fault: read.fault, detail: read.detail });
      const faults = read.rows.flatMap((r) => readRow(r, reporting.addresses).faults);
      const bad = new Set(faults.map((f) => f.row));
      const good = read.rows.filter((r) => !bad.has(r.row));
      const id = uuidv7(clock, random);
      const { wrapped, key } = keys.newRecordKey(context(id));
      const at = clock.now();
      await transaction(db, async (tx) => {
        await tables(tx)
          .insertInto('casework.bulk')
          .values({
            id,
            data_key: wrapped,
            rows_sealed: key.seal(JSON.stringify(good), 'rows'),
            state: 'checked',
            account,
            rows: good.length,
            faults: JSON.stringify(faults),
            done: 0,
            created_at: at,
            changed_at: at,
          })
          .execute();
        await audit(tx, account, 'checked', id, { rows: read.rows.length, faulty: bad.size });
      });
      return id;
    },

    /** Makes the rows without a fault into reports, in the background. Starting twice is harmless. */
    async start(id: string, actor: string): Promise<void> {
      await transaction(db, async (tx) => {
        const row = await locked(tx, id);
        if (row.state === 'running' || row.state === 'done') return;
        if (row.state !== 'checked' || row.rows === 0) throw BULK_STATE();
        await tables(tx)
          .updateTable('casework.bulk')
          .set({ state: 'running', changed_at: clock.now() })
          .where('id', '=', id)
          .execute();
        await jobs.enqueue(tx, bulkRun, { bulk: id }, { key: `casework.bulk:${id}` });
        await audit(tx, actor, 'started', id, { rows: row.rows });
      });
    },

    /** Puts a checked file aside; its rows are destroyed. */
    async drop(id: string, actor: string): Promise<void> {
      await transaction(db, async (tx) => {
        if ((await locked(tx, id)).state !== 'checked') throw BULK_STATE();
        await end(tx, id, 'dropped');
        await audit(tx, actor, 'dropped', id, {});
      });
    },

    async find(id: string): Promise<Bulk> {
      const row = await tables(db).selectFrom('casework.bulk').selectAll().where('id', '=', id).executeTakeFirst();
      if (!row) throw BULK_UNKNOWN();
      const { data_key: _key, rows_sealed: _rows, ...rest } = row;
      return rest;
    },

    /** Newest first. */
    list: (): Promise<Pick<Bulk, 'id' | 'state' | 'rows' | 'done' | 'created_at'>[]> =>
      tables(db)
        .selectFrom('casework.bulk')
        .select(['id', 'state', 'rows', 'done', 'created_at'])
        .orderBy('created_at', 'desc')
        .limit(20)
        .execute(),

    results: (id: string) =>
      tables(db).selectFrom('casework.bulk_row').selectAll().where('bulk', '=', id).orderBy('row').execute(),
  };
}
