import { createHash } from 'node:crypto';
import type { Db } from '../../platform/db.ts';
import type { EventBus } from '../../platform/events.ts';
import { uuidv7 } from '../../platform/ids.ts';
import type { Platform } from '../../platform/platform.ts';
import { type AuditEntry, recordAudits } from '../audit/index.ts';
import { newDangerPage, takeDraftPages } from './danger-paging.ts';
import { IDEMPOTENCY_CONFLICT } from './errors.ts';
import { reportsReceived } from './events.ts';
import { type Accepted, dangerKinds, type ReportInput } from './intake.ts';
import { marksOf } from './marks.ts';
import { receiptOf } from './receipt.ts';
import { insertReportRows } from './report-rows.ts';
import type { ReportingTables, ReportRow } from './schema.ts';

/** What may wait in memory for its transaction: everything that takes processor time is done before. */
export interface Prepared {
  input: ReportInput;
  row: ReportRow;
  receipt: string;
  links: ReportingTables['reporting.report_link'][];
  accounts: ReportingTables['reporting.report_account'][];
  /** What lets it be seen to belong with others. */
  marks: ReportingTables['reporting.report_mark'][];
  /** What the reporter is told first. */
  progress: ReportingTables['reporting.progress'];
  audit: AuditEntry;
}

type Tools = Pick<Platform, 'clock' | 'random' | 'keys'>;

/** Seals the personal fields and makes every row of a report, outside the transaction. */
export function prepareReport(tools: Tools, input: ReportInput): Prepared {
  const { clock, random, keys } = tools;
  const id = uuidv7(clock, random);
  const at = clock.now();
  const receipt = receiptOf(keys, input.submissionKey, id);
  const { wrapped, key } = keys.newRecordKey(`reporting.report:${id}`);
  const kinds = dangerKinds(input);
  const entryId = uuidv7(clock, random);
  const actor = input.filedBy ?? 'reporter';
  const row: ReportRow = {
    id,
    submission_key: input.submissionKey,
    body_hash: input.bodyHash ?? null,
    receipt_hash: keys.receiptHash(receipt),
    channel: input.channel,
    language: input.language,
    reporter: input.reporter,
    category: input.category,
    danger_declared: input.danger,
    danger_kinds: kinds,
    visibility: input.visibility,
    age_band: input.ageBand,
    occurred: input.occurred,
    occurred_at: input.occurredAt ?? null,
    organisation: input.organisation ?? null,
    filed_by: input.filedBy ?? null,
    data_key: wrapped,
    narrative: input.narrative ? key.seal(input.narrative, 'narrative') : null,
    contact: input.contact ? key.seal(JSON.stringify(input.contact), 'contact') : null,
    whereabouts: input.whereabouts ? key.seal(input.whereabouts, 'whereabouts') : null,
    audit_entry: entryId,
    received_at: at,
    contact_deleted_at: null,
    purged_at: null,
  };
  return {
    input,
    row,
    receipt,
    links: input.links.map((l, ordinal) => ({ report: id, ordinal, url: l.url, url_key: l.key, original: l.original })),
    accounts: input.accounts.map((a, ordinal) => ({
      report: id,
      ordinal,
      platform: a.platform,
      name: key.seal(a.name, `account:${ordinal}`),
      name_index: keys.accountIndex(`${a.platform}\n${a.key}`),
    })),
    marks: marksOf(input).map((m) => ({ report: id, kind: m.kind, mark: keys.accountIndex(`${m.kind}\n${m.value}`) })),
    progress: { id: uuidv7(clock, random), report: id, step: 'received', at },
    audit: {
      id: entryId,
      at,
      actor,
      action: 'reporting.report.received',
      subject: `reporting.report:${id}`,
      detail: { channel: input.channel, category: input.category, danger: input.danger, kinds },
      // Binds the sealed content: whoever changes the row later can't change this any more.
      commitment: createHash('sha256')
        .update(id)
        .update(row.receipt_hash)
        .update(row.narrative ?? '')
        .digest(),
    },
  };
}

/** Stores a batch in the caller's transaction; each item's answer stands at its place. A replay answers as before. */
export async function insertReports(
  tx: Db,
  tools: Tools & { events: EventBus },
  batch: readonly Prepared[],
): Promise<(Accepted | Error)[]> {
  const db = tx.withTables<ReportingTables>();
  const ids = await insertReportRows(tx, batch);
  const fresh = batch.filter((p) => ids.has(p.row.id));
  if (fresh.length > 0) await insertConsequences(tx, tools, fresh);
  if (fresh.length === batch.length) return batch.map((p) => ({ id: p.row.id, receipt: p.receipt, fresh: true }));

  const replayed = await db
    .selectFrom('reporting.report')
    .select(['id', 'submission_key', 'body_hash'])
    .where(
      'submission_key',
      'in',
      batch.filter((p) => !ids.has(p.row.id)).map((p) => p.input.submissionKey),
    )
    .execute();
  const byKey = new Map(replayed.map((r) => [r.submission_key, r]));
  return batch.map((p) => {
    if (ids.has(p.row.id)) return { id: p.row.id, receipt: p.receipt, fresh: true };
    const earlier = byKey.get(p.input.submissionKey);
    if (!earlier) return new Error('a conflicting submission disappeared');
    const same = !p.input.bodyHash || (earlier.body_hash !== null && p.input.bodyHash.equals(earlier.body_hash));
    const receipt = receiptOf(tools.keys, p.input.submissionKey, earlier.id);
    return same ? { id: earlier.id, receipt, fresh: false } : IDEMPOTENCY_CONFLICT();
  });
}

/** What the arrival of reports brings about, in the same transaction. */
async function insertConsequences(tx: Db, tools: Tools & { events: EventBus }, fresh: Prepared[]): Promise<void> {
  const db = tx.withTables<ReportingTables>();
  const rang = await takeDraftPages(
    tx,
    fresh.flatMap((p) => (p.input.draft ? [{ draft: p.input.draft, report: p.row }] : [])),
  );
  // The drafts are emptied in the same transaction: a kill in between leaves no second copy of what was written.
  const drafts = fresh.flatMap((p) => (p.input.draft ? [p.input.draft] : []));
  if (drafts.length > 0)
    await db
      .updateTable('reporting.draft')
      .set({ state: 'sent', answers: '{}', data_key: null, sealed: null, touched_at: tools.clock.now() })
      .where('id', 'in', drafts)
      .execute();
  const pages = fresh
    .filter((p) => (p.row.danger_declared || p.row.danger_kinds.length > 0) && !rang.has(p.row.id))
    .map((p) =>
      newDangerPage(tools, {
        subjectKind: 'report',
        subject: p.row.id,
        report: p.row.id,
        kinds: p.row.danger_kinds,
        category: p.row.category,
        declared: p.row.danger_declared,
      }),
    );
  if (pages.length > 0)
    await db
      .insertInto('reporting.danger_page')
      .values(pages.map((p) => p.row))
      .execute();
  await recordAudits(tx, [...fresh.map((p) => p.audit), ...pages.map((p) => p.audit)]);
  const at = fresh[0]?.row.received_at as Date;
  await tools.events.emit(tx, reportsReceived, { reports: fresh.map((p) => ({ id: p.row.id })), at });
}
