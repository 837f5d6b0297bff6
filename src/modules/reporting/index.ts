import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import { Coalescer } from '../../platform/coalesce.ts';
import { type Db, transaction } from '../../platform/db.ts';
import type { Lang } from '../../platform/i18n/index.ts';
import type { Platform } from '../../platform/platform.ts';
import type { CategoryId } from '../country/index.ts';
import { createAddresses } from './addresses.ts';
import { createDangerDelivery, type DeliveryDeps, deliveriesOf } from './danger-delivery.ts';
import { acknowledgeDanger, raiseDanger } from './danger-paging.ts';
import { createDetails } from './details.ts';
import { createDrafts } from './draft-store.ts';
import { createDraftTakeOver } from './draft-takeover.ts';
import { OVERLOADED } from './errors.ts';
import type { Accepted, ReportInput } from './intake.ts';
import { insertReports, type Prepared, prepareReport } from './intake-store.ts';
import { createMailbox } from './mailbox.ts';
import type { MarkKind } from './marks.ts';
import { receiptOf } from './receipt.ts';
import type { ReportingTables } from './schema.ts';

export { type DangerKind, dangerKinds as DANGER_KINDS } from './danger/index.ts';
export type { Duty, DutyPerson } from './danger-delivery.ts';
export type { ReportDetails } from './details.ts';
export * from './events.ts';
export type { Accepted, Account, Contact, Link, ReportInput } from './intake.ts';
export { MAX_ACCOUNT_NAME, MAX_ACCOUNTS, MAX_LINKS, MAX_NARRATIVE } from './intake.ts';
export { groupReceipt, parseReceipt } from './receipt.ts';
export {
  AGE_BANDS,
  type AgeBand,
  CHANNELS,
  type Channel,
  type ProgressStep,
  REPORTERS,
  type Reporter,
  VISIBILITIES,
  type Visibility,
} from './schema.ts';

/** A mark of more reports than this is no sign that two of them belong together. */
const COMMON_MARK = 100;

/** Reports at once from which on taking them in comes before what else this process does. */
const PRESSED = 8;

/** How long a replay of a submission gets its first answer again. */
export const REPLAY_WINDOW_MS = 24 * 3600_000;

export function bodyHash(body: unknown): Buffer {
  return createHash('sha256').update(JSON.stringify(body)).digest();
}

/** The module's service. Routes are in `routes.ts`; both are wired by compose. */
export function createReporting(platform: Platform, deps: DeliveryDeps) {
  const { db, clock } = platform;
  const drafts = createDrafts(platform);
  // The demonstration's and the tests' small Internet has names that don't exist outside.
  const addresses = createAddresses(platform.config.egress.allowPrivate || platform.config.demo || platform.config.dev);
  const mailbox = createMailbox(platform, addresses);
  const details = createDetails(platform);
  const delivery = createDangerDelivery(platform, deps);

  // Waiting reports share one transaction: one flush of the log for all of them.
  const coalescer = new Coalescer<Prepared, Accepted | Error>({
    write: (batch) => transaction(db, (tx) => insertReports(tx, platform, batch)),
    overloaded: (waiting) => OVERLOADED({ waiting }),
  });

  /** Stores a report durably; resolves after the commit. A replayed submission resolves with its first answer. */
  async function submit(input: ReportInput): Promise<Accepted> {
    const answer = await coalescer.add(prepareReport(platform, input));
    if (answer instanceof Error) throw answer;
    return answer;
  }

  platform.ticks.every('reporting.drafts', 60_000, (now) => drafts.sweep(db, now));
  platform.ticks.every('reporting.submission-keys', 600_000, async (now) => {
    await sql`update reporting.report set submission_key = null, body_hash = null
      where submission_key is not null and received_at < ${new Date(now.getTime() - REPLAY_WINDOW_MS)}`.execute(db);
  });

  const takeOver = createDraftTakeOver(platform, { drafts, addresses, submit });

  return {
    submit,
    addresses,
    drafts,
    mailbox,
    details,
    delivery,

    /** What was left of a draft that told of danger becomes a report of whoever is on duty. */
    takeOverDraft: takeOver.takeOver,
    draftStates: takeOver.states,

    /** Sends a draft: report and emptied draft in one transaction. Sending twice gives the same report. */
    submitDraft: (draft: string, input: ReportInput): Promise<Accepted> => submit({ ...input, draft }),

    /** The report of a submission and its follow-up number, for as long as the submission key is kept. */
    async findSubmission(submissionKey: string): Promise<{ id: string; receipt: string } | undefined> {
      const row = await db
        .withTables<ReportingTables>()
        .selectFrom('reporting.report')
        .select('id')
        .where('submission_key', '=', submissionKey)
        .executeTakeFirst();
      return row && { id: row.id, receipt: receiptOf(platform.keys, submissionKey, row.id) };
    },

    /**
     * Destroys what a report says of people: its data key, everything sealed with it, the addresses as they were typed,
     * the index of its account names, its messages. What remains counts: category, month, language, where it stood.
     * Answers the wrapped keys; undefined when there was nothing left.
     */
    async purge(tx: Db, report: string): Promise<Buffer[] | undefined> {
      const q = tx.withTables<ReportingTables>();
      const row = await q
        .selectFrom('reporting.report')
        .select('data_key')
        .where('id', '=', report)
        .forUpdate()
        .executeTakeFirst();
      if (!row?.data_key) return undefined;
      await q
        .updateTable('reporting.report')
        .set({
          data_key: null,
          narrative: null,
          contact: null,
          whereabouts: null,
          submission_key: null,
          body_hash: null,
          purged_at: clock.now(),
        })
        .where('id', '=', report)
        .execute();
      await q.deleteFrom('reporting.report_link').where('report', '=', report).execute();
      await q.deleteFrom('reporting.report_account').where('report', '=', report).execute();
      await q.deleteFrom('reporting.message').where('report', '=', report).execute();
      await q.deleteFrom('reporting.report_mark').where('report', '=', report).execute();
      return [row.data_key];
    },

    /** Destroys how its reporter can be reached. True when there was something. */
    async purgeContact(tx: Db, report: string): Promise<boolean> {
      const changed = await tx
        .withTables<ReportingTables>()
        .updateTable('reporting.report')
        .set({ contact: null, whereabouts: null, contact_deleted_at: clock.now() })
        .where('id', '=', report)
        .where((e) => e.or([e('contact', 'is not', null), e('whereabouts', 'is not', null)]))
        .executeTakeFirst();
      return changed.numUpdatedRows > 0n;
    },

    /** Other reports that name a phone number or a wallet that these name, or share much of their words; none is opened. */
    async similarReports(tx: Db, reports: readonly string[]): Promise<{ report: string; kind: MarkKind }[]> {
      if (reports.length === 0) return [];
      const { rows } = await sql<{ report: string; kind: MarkKind }>`
        with ours as (select distinct mark, kind from reporting.report_mark where report = any(${[...reports]}::uuid[])),
          telling as (
            -- What very many name, such as a help line, tells nothing.
            select mark, kind from ours o where (select count(*) from (select 1 from reporting.report_mark m
              where m.mark = o.mark and m.kind = o.kind limit ${COMMON_MARK + 1}) x) <= ${COMMON_MARK})
        select distinct m.report, m.kind from telling t join reporting.report_mark m using (mark, kind)
        where m.report <> all(${[...reports]}::uuid[]) limit 200`.execute(tx);
      return rows;
    },

    /**
     * By what the words of these reports can be recognised: keyed digests, made when a report came in. Two reports that
     * share one tell nearly the same; nothing is opened, and nothing can be read from them.
     */
    async wordMarks(tx: Db, reports: readonly string[]): Promise<{ report: string; mark: string }[]> {
      if (reports.length === 0) return [];
      const { rows } = await sql<{ report: string; mark: string }>`
        select report, encode(mark, 'hex') as mark from reporting.report_mark
        where kind = 'words' and report = any(${[...reports]}::uuid[])`.execute(tx);
      return rows;
    },

    reportExists: async (tx: Db, report: string): Promise<boolean> =>
      (await tx
        .withTables<ReportingTables>()
        .selectFrom('reporting.report')
        .select('id')
        .where('id', '=', report)
        .executeTakeFirst()) !== undefined,

    acknowledgeDanger: (page: string, account: string) => acknowledgeDanger(db, platform, page, account),

    /**
     * Pages a supervisor and whoever is on call, in the caller's transaction. `crisis` is what they are asked to come in
     * for; asking twice while nobody has come is one page.
     */
    alarm: (tx: Db, given: { crisis: string; report: string; kinds: string[]; category: CategoryId }) =>
      raiseDanger(tx, platform, {
        subjectKind: 'crisis',
        subject: given.crisis,
        report: given.report,
        kinds: given.kinds,
        category: given.category,
        declared: false,
      }),

    /** A danger page for the desk. */
    async dangerPage(page: string) {
      const row = await db
        .withTables<ReportingTables>()
        .selectFrom('reporting.danger_page')
        .selectAll()
        .where('id', '=', page)
        .executeTakeFirst();
      return row ? { ...row, deliveries: await deliveriesOf(db, page) } : undefined;
    },

    /** Pages nobody has taken yet, oldest first. */
    async waitingDanger(tx: Db, limit = 50, offset = 0) {
      return tx
        .withTables<ReportingTables>()
        .selectFrom('reporting.danger_page')
        .selectAll()
        .where('state', '=', 'waiting')
        .orderBy('raised_at')
        .orderBy('id')
        .limit(limit)
        .offset(offset)
        .execute();
    },

    /** How many pages nobody has taken yet. */
    async waitingDangerCount(tx: Db): Promise<number> {
      const { rows } = await sql<{ n: number }>`select count(*)::int as n from reporting.danger_page
        where state = 'waiting'`.execute(tx);
      return rows[0]?.n ?? 0;
    },

    async dangerOfReports(tx: Db, reports: string[]) {
      if (reports.length === 0) return [];
      return tx
        .withTables<ReportingTables>()
        .selectFrom('reporting.danger_page')
        .selectAll()
        .where('report', 'in', reports)
        .orderBy('raised_at')
        .execute();
    },

    /** For `GET /api/v1/reports/{id}`: where a report of this organisation stands. */
    async apiStatus(id: string, organisation: string) {
      const q = db.withTables<ReportingTables>();
      const row = await q
        .selectFrom('reporting.report')
        .select(['id', 'category', 'received_at', 'language'])
        .where('id', '=', id)
        .where('organisation', '=', organisation)
        .executeTakeFirst();
      if (!row) return undefined;
      const progress = await q
        .selectFrom('reporting.progress')
        .select(['step', 'at'])
        .where('report', '=', id)
        .orderBy('at')
        .orderBy('id')
        .execute();
      return { ...row, progress };
    },

    /** Reports by category and month of the country's clock (`YYYY-MM`); for the observatory, which controls what is shown. */
    async monthlyCounts(
      zone: string,
      months: string[],
    ): Promise<{ category: CategoryId; month: string; count: number }[]> {
      const { rows } = await sql<{ category: CategoryId; month: string; count: number }>`
        select category, to_char(received_at at time zone ${zone}, 'YYYY-MM') as month, count(*)::int as count
        from reporting.report
        where received_at >= (${`${months[0]}-01`}::date::timestamp at time zone ${zone})
        group by 1, 2`.execute(db);
      const wanted = new Set(months);
      return rows.filter((r) => wanted.has(r.month));
    },

    languageOf: async (report: string): Promise<Lang | undefined> =>
      (
        await db
          .withTables<ReportingTables>()
          .selectFrom('reporting.report')
          .select('language')
          .where('id', '=', report)
          .executeTakeFirst()
      )?.language,

    /** Whether many people wait for their report to be taken in, in this process: what can wait then gives way. */
    pressed: () => coalescer.underWay >= PRESSED,

    now: () => clock.now(),
    /** Resolves when nothing waits for a transaction any more. */
    close: () => coalescer.drain(),
  };
}
export type Reporting = ReturnType<typeof createReporting>;
