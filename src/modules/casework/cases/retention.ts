import { sql } from 'kysely';
import { NIL } from '../../../platform/ids.ts';
import type { Retention } from '../../retention/index.ts';
import { OPEN_STATES } from '../schema.ts';

/** Nothing that is in the case now is still worked on. */
const nothingOpen = sql`not exists (
  select from casework.case_member m join casework.item i on i.id = m.subject
  where m."case" = c.id and m.kind = 'item' and m.removed_at is null and i.state = any(${[...OPEN_STATES]}::text[]))`;

/**
 * What staff called a case and its people goes by the country's rule, once the case has ended and nothing in it is open;
 * that there was one, what was in it and what happened to it stays, with nobody's name.
 */
export function registerCaseRetention(retention: Retention): void {
  retention.register({
    rule: 'case',
    recordType: 'casework.case',
    async due(tx, before, limit, cursor) {
      const { rows } = await sql<{ id: string; items: string[]; reports: string[] }>`
        select c.id,
          coalesce(array_agg(m.subject) filter (where m.kind = 'item'), '{}') as items,
          coalesce(array_agg(m.subject) filter (where m.kind = 'report'), '{}') as reports
        from casework."case" c left join casework.case_member m on m."case" = c.id and m.removed_at is null
        where c.data_key is not null and c.id > ${cursor ?? NIL} and c.state <> 'open' and c.changed_at < ${before}
          and ${nothingOpen}
        group by c.id order by c.id limit ${limit}`.execute(tx);
      // A hold on what is in the case holds how the case calls it.
      return rows.map(({ id, items, reports }) => ({
        id,
        related: [
          ...items.map((item) => ({ type: 'casework.item', id: item })),
          ...reports.map((report) => ({ type: 'reporting.report', id: report })),
        ],
      }));
    },
    async purge(tx, id, before) {
      const { rows } = await sql<{ data_key: Buffer }>`
        select c.data_key from casework."case" c
        where c.id = ${id} and c.data_key is not null and c.state <> 'open' and c.changed_at < ${before}
          and ${nothingOpen} for update`.execute(tx);
      if (!rows[0]) return undefined;
      await sql`update casework."case" set data_key = null, title = null where id = ${id}`.execute(tx);
      // Somebody who is also in a case that still has its title stays named there.
      const people = await sql<{ data_key: Buffer }>`
        with gone as (
          select p.id, p.data_key from casework.case_person p
          where p.data_key is not null
            and exists (select from casework.case_member m where m.subject = p.id and m.kind = 'person' and m."case" = ${id})
            and not exists (
              select from casework.case_member m join casework."case" c on c.id = m."case"
              where m.subject = p.id and m.kind = 'person' and m.removed_at is null and c.data_key is not null)
          for update)
        update casework.case_person p set data_key = null, label = null from gone where p.id = gone.id
        returning gone.data_key`.execute(tx);
      return [rows[0].data_key, ...people.rows.map((p) => p.data_key)];
    },
  });
  retention.registerSubject('casework.case', async (tx, id) => {
    const { rows } = await sql<{ ok: boolean }>`
      select exists (select from casework."case" where id = ${id}) as ok`.execute(tx);
    return rows[0]?.ok ?? false;
  });
}
