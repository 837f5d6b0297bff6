import { sql } from 'kysely';
import { NIL } from '../../platform/ids.ts';
import type { Retention } from '../retention/index.ts';

/** Names, grounds and appeals are destroyed by the country's rules; the public log and the numbered feed log stay. */
export function registerRetention(retention: Retention): void {
  retention.register({
    rule: 'block-entry',
    recordType: 'blocking.entry',
    async due(tx, before, limit, cursor) {
      const { rows } = await sql<{ id: string; items: string[] }>`
        select e.id, array(select item from blocking.entry_item where entry = e.id) as items from blocking.entry e
        where e.data_key is not null and e.id > ${cursor ?? NIL} and e.ended_at < ${before}
        order by e.id limit ${limit}`.execute(tx);
      return rows.map((r) => ({ id: r.id, related: r.items.map((id) => ({ type: 'casework.item', id })) }));
    },
    async purge(tx, id, before) {
      const { rows } = await sql<{ data_key: Buffer }>`
        select data_key from blocking.entry where id = ${id} and data_key is not null and ended_at < ${before}
        for update`.execute(tx);
      if (!rows[0]) return undefined;
      await sql`update blocking.decision set reason = null where entry = ${id}`.execute(tx);
      await sql`update blocking.entry set data_key = null, nonce = null, grounds = null, court = null, target = null,
        name = null where id = ${id}`.execute(tx);
      return [rows[0].data_key];
    },
  });
  retention.register({
    rule: 'block-appeal',
    recordType: 'blocking.appeal',
    async due(tx, before, limit, cursor) {
      const { rows } = await sql<{ id: string; entries: string[] }>`
        select a.id, array(select entry from blocking.appeal_entry where appeal = a.id) as entries
        from blocking.appeal a
        where a.data_key is not null and a.id > ${cursor ?? NIL} and a.decided_at < ${before}
        order by a.id limit ${limit}`.execute(tx);
      return rows.map((r) => ({ id: r.id, related: r.entries.map((id) => ({ type: 'blocking.entry', id })) }));
    },
    async purge(tx, id, before) {
      const { rows } = await sql<{ data_key: Buffer }>`
        select data_key from blocking.appeal where id = ${id} and data_key is not null and decided_at < ${before}
        for update`.execute(tx);
      if (!rows[0]) return undefined;
      await sql`update blocking.appeal set data_key = null, address = null, words = null, contact = null, proof = null,
        reason = null where id = ${id}`.execute(tx);
      return [rows[0].data_key];
    },
  });
}
