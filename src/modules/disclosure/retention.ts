import { sql } from 'kysely';
import { NIL } from '../../platform/ids.ts';
import type { Retention } from '../retention/index.ts';

/** A request is over when it was decided or taken back, and nothing is open by it any more. */
const over = (before: Date) => sql`state <> 'asked' and coalesce(decided_at, requested_at) < ${before}
  and (expires_at is null or expires_at < ${before})`;

/** Reasons go by the country's rule; who asked, who decided, when and what was opened stays. */
export function registerRetention(retention: Retention): void {
  retention.register({
    rule: 'disclosure',
    recordType: 'disclosure.request',
    async due(tx, before, limit, cursor) {
      const { rows } = await sql<{ id: string; report: string | null; referral: string | null }>`
        select id, report, referral from disclosure.request
        where data_key is not null and id > ${cursor ?? NIL} and ${over(before)} order by id limit ${limit}`.execute(
        tx,
      );
      return rows.map(({ id, report, referral }) => ({
        id,
        related: [
          ...(report ? [{ type: 'reporting.report', id: report }] : []),
          ...(referral ? [{ type: 'referral.referral', id: referral }] : []),
        ],
      }));
    },
    async purge(tx, id, before) {
      const { rows } = await sql<{ data_key: Buffer }>`
        select data_key from disclosure.request
        where id = ${id} and data_key is not null and ${over(before)} for update`.execute(tx);
      if (!rows[0]) return undefined;
      await sql`update disclosure.request set data_key = null, reason = null, decision_reason = null where id = ${id}`.execute(
        tx,
      );
      return [rows[0].data_key];
    },
  });
  retention.registerSubject('disclosure.request', async (tx, id) => {
    const { rows } = await sql<{ ok: boolean }>`
      select exists (select from disclosure.request where id = ${id}) as ok`.execute(tx);
    return rows[0]?.ok ?? false;
  });
}
