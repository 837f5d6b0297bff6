import { sql } from 'kysely';
import type { Db } from '../../platform/db.ts';
import type { Prepared } from './intake-store.ts';
import type { ReportingTables } from './schema.ts';

const each = <T, V>(rows: readonly T[], of: (row: T) => V): V[] => rows.map(of);

/**
 * Writes the rows of many reports in one statement, whose text does not grow with them: one parameter a column, not one
 * a value (bench/intake). A submission that is here already is left out, with all its parts.
 *
 * @returns the ids that are new
 */
export async function insertReportRows(tx: Db, batch: readonly Prepared[]): Promise<Set<string>> {
  const reports = batch.map((p) => p.row);
  const links = batch.flatMap((p) => p.links);
  const accounts = batch.flatMap((p) => p.accounts);
  const steps = batch.map((p) => p.progress);
  const { rows } = await sql<{ id: string }>`
    with fresh as (
      insert into reporting.report (
        id, submission_key, body_hash, receipt_hash, channel, language, reporter, category, danger_declared, danger_kinds,
        visibility, age_band, occurred, occurred_at, organisation, filed_by, data_key, narrative, contact, whereabouts,
        audit_entry, received_at)
      select id, submission_key, body_hash, receipt_hash, channel, language, reporter, category, danger_declared,
        string_to_array(danger_kinds, ' '), visibility, age_band, occurred, occurred_at, organisation, filed_by, data_key,
        narrative, contact, whereabouts, audit_entry, received_at
      from unnest(
        ${each(reports, (r) => r.id)}::uuid[], ${each(reports, (r) => r.submission_key)}::text[],
        ${each(reports, (r) => r.body_hash)}::bytea[], ${each(reports, (r) => r.receipt_hash)}::bytea[],
        ${each(reports, (r) => r.channel)}::text[], ${each(reports, (r) => r.language)}::text[],
        ${each(reports, (r) => r.reporter)}::text[], ${each(reports, (r) => r.category)}::text[],
        ${each(reports, (r) => r.danger_declared)}::boolean[],
        ${each(reports, (r) => r.danger_kinds.join(' '))}::text[],
        ${each(reports, (r) => r.visibility)}::text[], ${each(reports, (r) => r.age_band)}::text[],
        ${each(reports, (r) => r.occurred)}::text[], ${each(reports, (r) => r.occurred_at)}::timestamptz[],
        ${each(reports, (r) => r.organisation)}::uuid[], ${each(reports, (r) => r.filed_by)}::text[],
        ${each(reports, (r) => r.data_key)}::bytea[], ${each(reports, (r) => r.narrative)}::bytea[],
        ${each(reports, (r) => r.contact)}::bytea[], ${each(reports, (r) => r.whereabouts)}::bytea[],
        ${each(reports, (r) => r.audit_entry)}::uuid[], ${each(reports, (r) => r.received_at)}::timestamptz[]
      ) as given (
        id, submission_key, body_hash, receipt_hash, channel, language, reporter, category, danger_declared, danger_kinds,
        visibility, age_band, occurred, occurred_at, organisation, filed_by, data_key, narrative, contact, whereabouts,
        audit_entry, received_at)
      on conflict (submission_key) do nothing
      returning id
    ), links as (
      insert into reporting.report_link (report, ordinal, url, url_key, original)
      select given.* from unnest(
        ${each(links, (l) => l.report)}::uuid[], ${each(links, (l) => l.ordinal)}::int[],
        ${each(links, (l) => l.url)}::text[], ${each(links, (l) => l.url_key)}::text[],
        ${each(links, (l) => l.original)}::text[]
      ) as given (report, ordinal, url, url_key, original)
      where report in (select id from fresh)
    ), accounts as (
      insert into reporting.report_account (report, ordinal, platform, name, name_index)
      select given.* from unnest(
        ${each(accounts, (a) => a.report)}::uuid[], ${each(accounts, (a) => a.ordinal)}::int[],
        ${each(accounts, (a) => a.platform)}::text[], ${each(accounts, (a) => a.name)}::bytea[],
        ${each(accounts, (a) => a.name_index)}::bytea[]
      ) as given (report, ordinal, platform, name, name_index)
      where report in (select id from fresh)
    ), steps as (
      insert into reporting.progress (id, report, step, at)
      select given.* from unnest(
        ${each(steps, (s) => s.id)}::uuid[], ${each(steps, (s) => s.report)}::uuid[],
        ${each(steps, (s) => s.step)}::text[], ${each(steps, (s) => s.at)}::timestamptz[]
      ) as given (id, report, step, at)
      where report in (select id from fresh)
    )
    select id from fresh`.execute(tx);
  return new Set(rows.map((r) => r.id));
}

/** What lets reports be seen to belong together; one statement for the whole batch. */
export async function insertMarks(tx: Db, marks: readonly ReportingTables['reporting.report_mark'][]): Promise<void> {
  if (marks.length === 0) return;
  await sql`
    insert into reporting.report_mark (report, kind, mark)
    select * from unnest(${marks.map((m) => m.report)}::uuid[], ${marks.map((m) => m.kind)}::text[],
      ${marks.map((m) => m.mark)}::bytea[])
    on conflict do nothing`.execute(tx);
}
