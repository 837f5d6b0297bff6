import { sql } from 'kysely';
import type { Clock } from '../../platform/clock.ts';
import type { Db } from '../../platform/db.ts';
import { NIL, uuidFloor } from '../../platform/ids.ts';
import type { Reporting } from '../reporting/index.ts';
import type { Candidate, Retention } from '../retention/index.ts';
import { registerCaseRetention } from './cases/retention.ts';
import { OPEN_STATES } from './schema.ts';

/*
 * A report has come to its end when everything it points to has: withdrawn, or judged as nothing to withdraw. Only
 * casework knows that, so it acts on the rules about reports.
 */

const onReport = (report: string, items: readonly string[]): Candidate => ({
  id: report,
  related: [{ type: 'reporting.report', id: report }, ...items.map((id) => ({ type: 'casework.item', id }))],
});

/** Declares to `retention` what casework keeps, and what of a report may be destroyed when. */
export function registerRetention(retention: Retention, deps: { reporting: Reporting; clock: Clock }): void {
  const { reporting, clock } = deps;

  /** Reports whose items all ended before `before`; `which` chooses among them by their items. */
  async function ended(
    tx: Db,
    column: 'purged_at' | 'contact_purged_at',
    before: Date,
    limit: number,
    cursor: string | undefined,
    which: 'any' | 'founded' | 'unfounded',
  ): Promise<Candidate[]> {
    const having =
      which === 'any'
        ? sql`true`
        : which === 'unfounded'
          ? sql`bool_and(i.state = 'not-actionable')`
          : sql`not bool_and(i.state = 'not-actionable')`;
    const { rows } = await sql<{ report: string; items: string[] }>`
      select r.report, array_agg(r.item) as items
      from casework.item_report r join casework.item i on i.id = r.item
      where r.${sql.ref(column)} is null and r.report > ${cursor ?? NIL} and r.report < ${uuidFloor(before)}
      group by r.report
      having bool_and(i.state <> all(${[...OPEN_STATES]}::text[]) and i.changed_at < ${before} and r.at < ${before}) and ${having}
      order by r.report limit ${limit}`.execute(tx);
    return rows.map((row) => onReport(row.report, row.items));
  }

  /** Asks again under the locks of the items: a report that came meanwhile may have reopened one. */
  async function stillEnded(tx: Db, report: string, before: Date): Promise<boolean> {
    const { rows } = await sql<{ over: boolean }>`
      select (i.state <> all(${[...OPEN_STATES]}::text[]) and i.changed_at < ${before}) as over
      from casework.item i where i.id in (select item from casework.item_report where report = ${report})
      order by i.id for update`.execute(tx);
    return rows.length > 0 && rows.every((row) => row.over);
  }

  const mark = (tx: Db, column: 'purged_at' | 'contact_purged_at', report: string) =>
    sql`update casework.item_report set ${sql.ref(column)} = ${clock.now()} where report = ${report}`.execute(tx);

  for (const [rule, which] of [
    ['report', 'founded'],
    ['report-unfounded', 'unfounded'],
  ] as const)
    retention.register({
      rule,
      recordType: 'reporting.report',
      due: (tx, before, limit, cursor) => ended(tx, 'purged_at', before, limit, cursor, which),
      async purge(tx, report, before) {
        if (!(await stillEnded(tx, report, before))) return undefined;
        const keys = await reporting.purge(tx, report);
        await mark(tx, 'purged_at', report);
        await mark(tx, 'contact_purged_at', report);
        return keys;
      },
    });

  retention.register({
    rule: 'contact',
    // Sealed with the report's key, which lives on: what goes is the sealed text itself.
    recordType: 'reporting.contact',
    due: (tx, before, limit, cursor) => ended(tx, 'contact_purged_at', before, limit, cursor, 'any'),
    async purge(tx, report, before) {
      if (!(await stillEnded(tx, report, before))) return undefined;
      await mark(tx, 'contact_purged_at', report);
      return (await reporting.purgeContact(tx, report)) ? [] : undefined;
    },
  });

  retention.register({
    rule: 'assessment-note',
    recordType: 'casework.assessment',
    async due(tx, before, limit, cursor) {
      const { rows } = await sql<{ id: string; item: string }>`
        select a.id, a.item from (
          select id, item from casework.assessment where data_key is not null
          union all select id, item from casework.priority_change where data_key is not null
        ) a join casework.item i on i.id = a.item
        where a.id > ${cursor ?? NIL} and i.state <> all(${[...OPEN_STATES]}::text[]) and i.changed_at < ${before}
        order by a.id limit ${limit}`.execute(tx);
      return rows.map((row) => ({ id: row.id, related: [{ type: 'casework.item', id: row.item }] }));
    },
    async purge(tx, id, before) {
      // The reason of a priority that a person set goes as the note of an assessment does.
      for (const [table, words] of [
        ['casework.assessment', 'note'],
        ['casework.priority_change', 'reason'],
      ] as const) {
        const { rows } = await sql<{ data_key: Buffer }>`
          select a.data_key from ${sql.table(table)} a join casework.item i on i.id = a.item
          where a.id = ${id} and a.data_key is not null and i.state <> all(${[...OPEN_STATES]}::text[]) and i.changed_at < ${before}
          for update`.execute(tx);
        if (!rows[0]) continue;
        await sql`update ${sql.table(table)} set data_key = null, ${sql.ref(words)} = null where id = ${id}`.execute(
          tx,
        );
        if (table !== 'casework.assessment') return [rows[0].data_key];
        // What the second person and whoever decided between the two wrote about it goes with it.
        const looks = await sql<{ data_key: Buffer }>`
          with gone as (select id, data_key from casework.verification where assessment = ${id} and data_key is not null for update)
          update casework.verification v set data_key = null, second_note = null, decision_note = null
          from gone where v.id = gone.id returning gone.data_key`.execute(tx);
        return [rows[0].data_key, ...looks.rows.map((l) => l.data_key)];
      }
      return undefined;
    },
  });

  registerCaseRetention(retention);
  retention.registerSubject('reporting.report', reporting.reportExists);
  retention.registerSubject('casework.item', async (tx, id) => {
    const { rows } = await sql<{ ok: boolean }>`
      select exists (select from casework.item where id = ${id}) as ok`.execute(tx);
    return rows[0]?.ok ?? false;
  });
}
