import { sql } from 'kysely';
import { NIL } from '../../../platform/ids.ts';
import type { Retention } from '../../retention/index.ts';

/** Notices of which nothing more is to come. */
const OVER = ['closed', 'cancelled', 'taken-back'];

/** What providers said and what we answered is destroyed by the country's rule. */
export function registerRetention(retention: Retention): void {
  retention.register({
    rule: 'notice-answer',
    recordType: 'takedown.notice',
    async due(tx, before, limit, cursor) {
      const { rows } = await sql<{ id: string; item: string }>`
        select id, item from takedown.notice
        where data_key is not null and id > ${cursor ?? NIL}
          and state = any(${OVER}::text[]) and changed_at < ${before}
        order by id limit ${limit}`.execute(tx);
      return rows.map((row) => ({ id: row.id, related: [{ type: 'casework.item', id: row.item }] }));
    },
    async purge(tx, id, before) {
      const { rows } = await sql<{ data_key: Buffer }>`
        select data_key from takedown.notice
        where id = ${id} and data_key is not null and state = any(${OVER}::text[]) and changed_at < ${before}
        for update`.execute(tx);
      if (!rows[0]) return undefined;
      await sql`update takedown.notice set data_key = null, answer = null, decision_reason = null
        where id = ${id}`.execute(tx);
      await sql`update takedown.dispute set words = null, named = null, reason = null where notice = ${id}`.execute(tx);
      await sql`update takedown.more_time set why = null where notice = ${id}`.execute(tx);
      return [rows[0].data_key];
    },
  });
}
