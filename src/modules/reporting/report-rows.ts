import { sql } from 'kysely';
import { booleans, byteas, instants, ints, texts, uuids } from '../../platform/columns.ts';
import type { Db } from '../../platform/db.ts';
import type { Prepared } from './intake-store.ts';

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
  const marks = batch.flatMap((p) => p.marks);
  const { rows } = await sql<{ id: string }>`/* prepared */
    with fresh as (
      insert into reporting.report (
        id, submission_key, body_hash, receipt_hash, channel, language, reporter, category, danger_declared, danger_kinds,
        visibility, age_band, occurred, occurred_at, organisation, filed_by, data_key, narrative, contact, whereabouts,
        audit_entry, received_at)
      select id, submission_key, body_hash, receipt_hash, channel, language, reporter, category, danger_declared,
        string_to_array(danger_kinds, ' '), visibility, age_band, occurred, occurred_at, organisation, filed_by, data_key,
        narrative, contact, whereabouts, audit_entry, received_at
      from unnest(
        ${uuids(reports, (r) => r.id)}::uuid[], ${texts(reports, (r) => r.submission_key)}::text[],
        ${byteas(reports, (r) => r.body_hash)}::bytea[], ${byteas(reports, (r) => r.receipt_hash)}::bytea[],
        ${texts(reports, (r) => r.channel)}::text[], ${texts(reports, (r) => r.language)}::text[],
        ${texts(reports, (r) => r.reporter)}::text[], ${texts(reports, (r) => r.category)}::text[],
        ${booleans(reports, (r) => r.danger_declared)}::boolean[],
        ${texts(reports, (r) => r.danger_kinds.join(' '))}::text[],
        ${texts(reports, (r) => r.visibility)}::text[], ${texts(reports, (r) => r.age_band)}::text[],
        ${texts(reports, (r) => r.occurred)}::text[], ${instants(reports, (r) => r.occurred_at)}::timestamptz[],
        ${uuids(reports, (r) => r.organisation)}::uuid[], ${texts(reports, (r) => r.filed_by)}::text[],
        ${byteas(reports, (r) => r.data_key)}::bytea[], ${byteas(reports, (r) => r.narrative)}::bytea[],
        ${byteas(reports, (r) => r.contact)}::bytea[], ${byteas(reports, (r) => r.whereabouts)}::bytea[],
        ${uuids(reports, (r) => r.audit_entry)}::uuid[], ${instants(reports, (r) => r.received_at)}::timestamptz[]
      ) as given (
        id, submission_key, body_hash, receipt_hash, channel, language, reporter, category, danger_declared, danger_kinds,
        visibility, age_band, occurred, occurred_at, organisation, filed_by, data_key, narrative, contact, whereabouts,
        audit_entry, received_at)
      on conflict (submission_key) do nothing
      returning id
    ), links as (
      insert into reporting.report_link (report, ordinal, url, url_key, original)
      select given.* from unnest(
        ${uuids(links, (l) => l.report)}::uuid[], ${ints(links, (l) => l.ordinal)}::int[],
        ${texts(links, (l) => l.url)}::text[], ${texts(links, (l) => l.url_key)}::text[],
        ${texts(links, (l) => l.original)}::text[]
      ) as given (report, ordinal, url, url_key, original)
      where report in (select id from fresh)
    ), accounts as (
      insert into reporting.report_account (report, ordinal, platform, name, name_index)
      select given.* from unnest(
        ${uuids(accounts, (a) => a.report)}::uuid[], ${ints(accounts, (a) => a.ordinal)}::int[],
        ${texts(accounts, (a) => a.platform)}::text[], ${byteas(accounts, (a) => a.name)}::bytea[],
        ${byteas(accounts, (a) => a.name_index)}::bytea[]
      ) as given (report, ordinal, platform, name, name_index)
      where report in (select id from fresh)
    ), steps as (
      insert into reporting.progress (id, report, step, at)
      select given.* from unnest(
        ${uuids(steps, (s) => s.id)}::uuid[], ${uuids(steps, (s) => s.report)}::uuid[],
        ${texts(steps, (s) => s.step)}::text[], ${instants(steps, (s) => s.at)}::timestamptz[]
      ) as given (id, report, step, at)
      where report in (select id from fresh)
    ), marks as (
      insert into reporting.report_mark (report, kind, mark)
      select given.* from unnest(
        ${uuids(marks, (m) => m.report)}::uuid[], ${texts(marks, (m) => m.kind)}::text[],
        ${byteas(marks, (m) => m.mark)}::bytea[]
      ) as given (report, kind, mark)
      where report in (select id from fresh)
      on conflict do nothing
    )
    select id from fresh`.execute(tx);
  return new Set(rows.map((r) => r.id));
}
