import { sql } from 'kysely';
import { byteas, instants, jsons, texts, uuids } from '../../platform/columns.ts';
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
  await sql`/* prepared */
    with entry as (
      insert into audit.entry (id, at, actor, action, subject, detail, commitment)
      select * from unnest(
        ${uuids(entries, (it) => it.id)}::uuid[], ${instants(entries, (it) => it.at)}::timestamptz[],
        ${texts(entries, (it) => it.actor)}::text[], ${texts(entries, (it) => it.action)}::text[],
        ${texts(entries, (it) => it.subject)}::text[], ${jsons(entries, (it) => it.detail)}::jsonb[],
        ${byteas(entries, (it) => it.commitment)}::bytea[]
      )
      returning id
    )
    insert into audit.pending (entry) select id from entry`.execute(tx);
}
