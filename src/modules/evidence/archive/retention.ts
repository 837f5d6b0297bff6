import { sql } from 'kysely';
import type { Clock } from '../../../platform/clock.ts';
import type { FileStore } from '../../../platform/files/index.ts';
import { NIL } from '../../../platform/ids.ts';
import { type Casework, OPEN_STATES } from '../../casework/index.ts';
import type { Retention } from '../../retention/index.ts';

/**
 * Sealed packages go by the country's rule; the server never had what opens them, so the file itself is what is destroyed.
 * The row stays with its hashes, its place in the chain and its custody: that it was there, and what became of it.
 */
export function registerRetention(
  retention: Retention,
  deps: { casework: Casework; clock: Clock; files: FileStore; namesOf(capture: string): readonly string[] },
): void {
  retention.register({
    rule: 'evidence',
    recordType: 'evidence.capture',
    async due(tx, before, limit, cursor) {
      const { rows } = await sql<{ id: string; item: string }>`
        select id, item from evidence.capture
        where package_sha256 is not null and purged_at is null and sealed_at < ${before} and id > ${cursor ?? NIL}
        order by id limit ${limit}`.execute(tx);
      return rows.map((row) => ({ id: row.id, related: [{ type: 'casework.item', id: row.item }] }));
    },
    async purge(tx, id, before) {
      const { rows } = await sql<{ item: string }>`
        select item from evidence.capture
        where id = ${id} and purged_at is null and sealed_at < ${before} for update`.execute(tx);
      if (!rows[0] || OPEN_STATES.includes((await deps.casework.item(rows[0].item, tx)).state)) return undefined;
      await sql`update evidence.capture set purged_at = ${deps.clock.now()} where id = ${id}`.execute(tx);
      // Before the commit: should that fail, the next sweep finds the row again and the file gone, which is the same.
      for (const name of deps.namesOf(id)) await deps.files.remove(name);
      return [];
    },
  });
  retention.registerSubject('evidence.capture', async (tx, id) => {
    const { rows } = await sql<{ ok: boolean }>`
      select exists (select from evidence.capture where id = ${id}) as ok`.execute(tx);
    return rows[0]?.ok ?? false;
  });
}
