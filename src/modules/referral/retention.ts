import { sql } from 'kysely';
import { NIL } from '../../platform/ids.ts';
import type { Retention } from '../retention/index.ts';

/** Referrals of which nothing more is owed. */
const ENDED = ['declined', 'answered', 'closed', 'withdrawn'];

/** What a referral says of people is destroyed by the country's rule; that there was one, and what came of it, stays. */
export function registerRetention(retention: Retention): void {
  retention.register({
    rule: 'referral',
    recordType: 'referral.referral',
    async due(tx, before, limit, cursor) {
      const { rows } = await sql<{ id: string; item: string }>`
        select id, item from referral.referral
        where data_key is not null and id > ${cursor ?? NIL} and state = any(${ENDED}::text[]) and changed_at < ${before}
        order by id limit ${limit}`.execute(tx);
      return rows.map((row) => ({ id: row.id, related: [{ type: 'casework.item', id: row.item }] }));
    },
    async purge(tx, id, before) {
      const { rows } = await sql<{ data_key: Buffer }>`
        select data_key from referral.referral
        where id = ${id} and data_key is not null and state = any(${ENDED}::text[]) and changed_at < ${before}
        for update`.execute(tx);
      if (!rows[0]) return undefined;
      const gone = [rows[0].data_key];
      for (const table of ['package', 'message', 'disclosure', 'warning']) {
        const keys = await sql<{ data_key: Buffer }>`
          select data_key from ${sql.table(`referral.${table}`)} where referral = ${id} and data_key is not null`.execute(
          tx,
        );
        gone.push(...keys.rows.map((r) => r.data_key));
      }
      await sql`update referral.referral set data_key = null, urgency_reason = null, note = null where id = ${id}`.execute(
        tx,
      );
      await sql`update referral.package set data_key = null, sealed = null where referral = ${id}`.execute(tx);
      await sql`update referral.message set data_key = null, words = null where referral = ${id}`.execute(tx);
      await sql`update referral.warning set data_key = null, words = null where referral = ${id}`.execute(tx);
      await sql`update referral.disclosure set data_key = null, reason = null where referral = ${id}`.execute(tx);
      return gone;
    },
  });
  retention.registerSubject('referral.referral', async (tx, id) => {
    const { rows } = await sql<{ ok: boolean }>`
      select exists (select from referral.referral where id = ${id}) as ok`.execute(tx);
    return rows[0]?.ok ?? false;
  });
}
