import type { Db } from '../../../platform/db.ts';
import { uuidv7 } from '../../../platform/ids.ts';
import type { Platform } from '../../../platform/platform.ts';
import { type AuditEntry, commitTo, type EntryJson, entryJson, leafHash, recordAudit } from '../../audit/index.ts';
import type { EntryEvent } from '../entry/entry.ts';
import { type EntryRow, type LogLineRow, tables } from '../schema.ts';

/** What the public log says was decided. Proposals are not in it: nothing was decided yet. */
export type LoggedDecision = EntryEvent | 'appeal-upheld' | 'appeal-upheld-in-part' | 'appeal-rejected';

export const LINE_ACTION = 'blocking.log.line';

/** What a commitment of the log is about; see {@link commitTo}. */
export const committedText = (kind: string, target: string): string => `${kind}\n${target}`;
export const commitmentOf = (nonce: Buffer, kind: string, target: string): Buffer =>
  commitTo(nonce, committedText(kind, target));

/** The line as an entry of the audit log: so its proofs are those of the audit log. */
function entryOf(row: Omit<LogLineRow, 'hash' | 'entry'>): AuditEntry {
  return {
    id: row.audit,
    at: row.at,
    // Who decided stands in the audit log beside it; the public learns what was decided, not by whom.
    actor: 'system',
    action: LINE_ACTION,
    subject: `blocking.line:${row.line}`,
    detail: {
      line: row.line,
      decision: row.decision,
      basis: row.basis,
      why: row.why,
      previous: row.previous.toString('hex'),
    },
    commitment: row.commitment,
  };
}

export interface LogHead {
  /** How many lines there are; 0 before the first. */
  line: number;
  /** Hash of the last line: SHA-256(0x00 || canonical JSON), the leaf in the audit log's tree. */
  hash: Buffer;
}

/**
 * The public log of decisions: append-only, numbered without gaps, each line with the hash of the one before. A proof that
 * the last line is in the audit log is therefore one for all of them.
 */
export function createPublicLog({ db, clock, random }: Pick<Platform, 'db' | 'clock' | 'random'>) {
  async function write(
    tx: Db,
    entry: string | null,
    said: Pick<LogLineRow, 'decision' | 'basis' | 'why' | 'commitment'>,
  ): Promise<void> {
    const head = await tables(tx).selectFrom('blocking.log_head').selectAll().forUpdate().executeTakeFirstOrThrow();
    const row = {
      line: head.line + 1,
      audit: uuidv7(clock, random),
      ...said,
      at: clock.now(),
      previous: head.hash,
    };
    const line = entryOf(row);
    const hash = leafHash(entryJson(line));
    await recordAudit(tx, line);
    await tables(tx)
      .insertInto('blocking.log_line')
      .values({ ...row, entry, hash })
      .execute();
    await tables(tx).updateTable('blocking.log_head').set({ line: row.line, hash }).execute();
  }

  return {
    /** Writes one line in the transaction of the decision. Its row lock makes the order of lines the order of commits. */
    append: (
      tx: Db,
      entry: Pick<EntryRow, 'id' | 'basis' | 'commitment'>,
      decision: LoggedDecision,
      why: string | null,
    ): Promise<void> => write(tx, entry.id, { decision, basis: entry.basis, why, commitment: entry.commitment }),

    /**
     * The line of a decided appeal that took nothing off the list: the same whether its name was listed or not, under a
     * commitment that belongs to no entry. Else anybody could ask the log, by appealing, what is on the list.
     */
    appendAppeal: (tx: Db, decision: LoggedDecision): Promise<void> =>
      write(tx, null, { decision, basis: 'none', why: 'appeal', commitment: random.bytes(32) }),

    async head(): Promise<LogHead> {
      const { line, hash } = await tables(db).selectFrom('blocking.log_head').selectAll().executeTakeFirstOrThrow();
      return { line, hash };
    },

    /** Lines from number `from` on, oldest first. */
    async lines(from: number, limit: number): Promise<(EntryJson & { hash: string })[]> {
      const rows = await tables(db)
        .selectFrom('blocking.log_line')
        .selectAll()
        .where('line', '>=', from)
        .orderBy('line')
        .limit(limit)
        .execute();
      return rows.map((row) => ({ ...entryJson(entryOf(row)), hash: row.hash.toString('hex') }));
    },

    /** The audit entry of a line, for its proof; undefined when there is no such line. */
    async auditOf(line: number): Promise<string | undefined> {
      const row = await tables(db)
        .selectFrom('blocking.log_line')
        .select('audit')
        .where('line', '=', line)
        .executeTakeFirst();
      return row?.audit;
    },

    /** Numbers of the lines about an entry; for staff. */
    async linesOf(entry: string): Promise<number[]> {
      const rows = await tables(db)
        .selectFrom('blocking.log_line')
        .select('line')
        .where('entry', '=', entry)
        .orderBy('line')
        .execute();
      return rows.map((r) => r.line);
    },
  };
}
export type PublicLog = ReturnType<typeof createPublicLog>;
