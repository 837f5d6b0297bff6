import { sql } from 'kysely';
import { NIL } from '../../platform/ids.ts';
import type { Candidate, Retention } from '../retention/index.ts';

const about = (id: string, report: string): Candidate => ({
  id,
  related: [{ type: 'reporting.report', id: report }],
});

/** Declares what the helpline keeps: notes go after the conversation is over, a care plan's words after the plan is. */
export function registerRetention(retention: Retention): void {
  // Words that somebody is still answering, or a plan that a child still needs, keep their report.
  retention.registerUser(async (tx, subjects) => {
    const reports = subjects.filter((s) => s.type === 'reporting.report').map((s) => s.id);
    const { rows } = await sql<{ used: boolean }>`
      select exists (select from helpline.conversation where report = any(${reports}::uuid[])
          and state in ('taken', 'waiting-for-us', 'closing'))
        or exists (select from helpline.care_plan where report = any(${reports}::uuid[]) and state <> 'closed') as used`.execute(
      tx,
    );
    return rows[0]?.used ?? false;
  });

  retention.register({
    rule: 'helpline-note',
    recordType: 'helpline.note',
    async due(tx, before, limit, cursor) {
      const { rows } = await sql<{ id: string; report: string }>`
        select n.id, n.report from helpline.note n join helpline.conversation c on c.report = n.report
        where n.data_key is not null and n.id > ${cursor ?? NIL} and c.state = 'closed' and c.closed_at < ${before}
        order by n.id limit ${limit}`.execute(tx);
      return rows.map((row) => about(row.id, row.report));
    },
    async purge(tx, id, before) {
      const { rows } = await sql<{ data_key: Buffer }>`
        select n.data_key from helpline.note n join helpline.conversation c on c.report = n.report
        where n.id = ${id} and n.data_key is not null and c.state = 'closed' and c.closed_at < ${before}
        for update of n, c`.execute(tx);
      if (!rows[0]) return undefined;
      await sql`update helpline.note set data_key = null, body = null where id = ${id}`.execute(tx);
      return [rows[0].data_key];
    },
  });

  retention.register({
    rule: 'care-plan',
    recordType: 'helpline.care_plan',
    async due(tx, before, limit, cursor) {
      const { rows } = await sql<{ id: string; report: string }>`
        select p.id, p.report from helpline.care_plan p
        where p.id > ${cursor ?? NIL} and p.state = 'closed' and p.closed_at < ${before}
          and (exists (select from helpline.care_need n where n.plan = p.id and n.data_key is not null)
            or exists (select from helpline.care_referral r where r.plan = p.id and r.data_key is not null))
        order by p.id limit ${limit}`.execute(tx);
      return rows.map((row) => about(row.id, row.report));
    },
    async purge(tx, id, before) {
      const { rows: over } = await sql`select 1 from helpline.care_plan
        where id = ${id} and state = 'closed' and closed_at < ${before} for update`.execute(tx);
      if (over.length === 0) return undefined;
      const { rows } = await sql<{ data_key: Buffer }>`
        select data_key from helpline.care_need where plan = ${id} and data_key is not null
        union all select data_key from helpline.care_referral where plan = ${id} and data_key is not null`.execute(tx);
      if (rows.length === 0) return undefined;
      await sql`update helpline.care_need set data_key = null, who = null where plan = ${id}`.execute(tx);
      await sql`update helpline.care_referral set data_key = null, reason = null where plan = ${id}`.execute(tx);
      return rows.map((r) => r.data_key);
    },
  });
}
