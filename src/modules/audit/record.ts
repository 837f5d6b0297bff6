import { sql } from 'kysely';
import type { Db } from '../../platform/db.ts';
import type { AuditEntry } from './log/entry.ts';

/**
 * Writes an audit entry in the caller's transaction; the sealer chains it within a second of the commit.
 * The same id twice is an error: an entry is written once.
 */
export async function recordAudit(tx: Db, entry: AuditEntry): Promise<void> {
  await recordAudits(tx, [entry]);
}

/** Writes many entries in one statement. */
export async function recordAudits(tx: Db, entries: readonly AuditEntry[]): Promise<void> {
  if (entries.length === 0) return;
  const column = <T>(of: (entry: AuditEntry) => T): T[] => entries.map(of);
  await sql`
    with entry as (
      insert into audit.entry (id, at, actor, action, subject, detail, commitment)
      select * from unnest(
        ${column((it) => it.id)}::uuid[], ${column((it) => it.at)}::timestamptz[], ${column((it) => it.actor)}::text[],
        ${column((it) => it.action)}::text[], ${column((it) => it.subject)}::text[],
        ${column((it) => JSON.stringify(it.detail))}::jsonb[], ${column((it) => it.commitment ?? null)}::bytea[]
      )
      returning id
    )
    insert into audit.pending (entry) select id from entry`.execute(tx);
}
