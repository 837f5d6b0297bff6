import { sql } from 'kysely';
import { type Db, transaction } from '../../platform/db.ts';
import { uuidv7 } from '../../platform/ids.ts';
import type { RecordKey } from '../../platform/keys.ts';
import type { Platform } from '../../platform/platform.ts';
import { recordAudit } from '../audit/index.ts';
import type { CategoryId } from '../country/index.ts';
import { type Addresses, withoutCredentials } from './addresses.ts';
import { detectDanger } from './danger/index.ts';
import { raiseDanger } from './danger-paging.ts';
import { INVALID, REPORT_PURGED, REPORT_UNKNOWN } from './errors.ts';
import { dangerRaised, linksAdded, reporterWrote, staffWrote } from './events.ts';
import { inDanger, MAX_LINKS, MAX_NARRATIVE, MAX_WHEREABOUTS, wordsOfAddress } from './intake.ts';
import { createReporterDeed } from './reporter-deed.ts';
import type { ProgressStep, Reporter, ReportingTables } from './schema.ts';
import { createStillThere, type StillThereQuestion } from './still-there.ts';

/** Kinds of danger that a text points to. */
const kindsIn = (text: string): string[] => [...new Set(detectDanger(text).map((s) => s.kind as string))].sort();

const PROGRESS_BATCH = 10_000;

export interface Message {
  id: string;
  author: 'staff' | 'reporter';
  body: string;
  at: Date;
  read: boolean;
}

export interface ReceiptView {
  id: string;
  category: CategoryId;
  reporter: Reporter;
  language: string;
  receivedAt: Date;
  danger: boolean;
  /** Words of danger that nobody of us has answered yet: whoever wrote them must see what to do meanwhile. */
  dangerWaits: boolean;
  messages: Message[];
  progress: { step: ProgressStep; at: Date }[];
  links: string[];
  hasContact: boolean;
  /** "Where I am" was given: never shown again, the phone may be shared. */
  hasWhereabouts: boolean;
  /** What they are asked whether it is still there; each until it is answered. */
  stillThere: StillThereQuestion[];
  /** Since when its words are destroyed. */
  purgedAt: Date | null;
  auditEntry: string;
}

/** Whether a report in danger waits for an answer of ours to it, or to the last message that speaks of danger. Pure. */
export function dangerWaits(messages: readonly Pick<Message, 'author' | 'body'>[]): boolean {
  const last = messages.findLastIndex((m) => m.author === 'reporter' && kindsIn(m.body).length > 0);
  return !messages.slice(last + 1).some((m) => m.author === 'staff');
}

/** What happens between a reporter with a follow-up number and the staff. */
export function createMailbox(platform: Platform, addresses: Addresses) {
  const { db, clock, random, keys, events } = platform;
  const deed = createReporterDeed(platform);
  const stillThere = createStillThere(platform, deed);

  async function reportKey(tx: Db, report: string): Promise<RecordKey> {
    const row = await tx
      .withTables<ReportingTables>()
      .selectFrom('reporting.report')
      .select('data_key')
      .where('id', '=', report)
      // What is sealed from here on must not outlive the key: a deletion waits for this transaction.
      .forShare()
      .executeTakeFirst();
    if (!row) throw REPORT_UNKNOWN();
    if (!row.data_key) throw REPORT_PURGED();
    return keys.openRecordKey(row.data_key, `reporting.report:${report}`);
  }

  async function addMessage(
    tx: Db,
    report: string,
    author: 'staff' | 'reporter',
    body: string,
    account: string | null,
  ): Promise<string> {
    const key = await reportKey(tx, report);
    const id = uuidv7(clock, random);
    const at = clock.now();
    await tx
      .withTables<ReportingTables>()
      .insertInto('reporting.message')
      .values({ id, report, author, account, body: key.seal(body, `message:${id}`), at, read_at: null })
      .execute();
    await recordAudit(tx, {
      id: uuidv7(clock, random),
      at,
      actor: account ? `account:${account}` : 'reporter',
      action: 'reporting.message.written',
      subject: `reporting.report:${report}`,
      detail: { message: id, author },
    });
    return id;
  }

  /** Takes the reporter's words in; danger in them raises the report's urgency and pages somebody, all in `tx`. */
  async function hear(tx: Db, report: string, body: string, kinds: string[]): Promise<void> {
    const at = clock.now();
    // Locked before anything else is: whoever follows the conversation locks it after the report, never before.
    if (kinds.length > 0) await sql`select 1 from reporting.report where id = ${report} for update`.execute(tx);
    const message = await addMessage(tx, report, 'reporter', body, null);
    await events.emit(tx, reporterWrote, { report, message, at });
    if (kinds.length === 0) return;
    await raiseDanger(tx, platform, {
      subjectKind: 'message',
      subject: message,
      report,
      kinds,
      category: null,
      declared: false,
    });
    const q = tx.withTables<ReportingTables>();
    const row = await q
      .selectFrom('reporting.report')
      .select('danger_kinds')
      .where('id', '=', report)
      .forUpdate()
      .executeTakeFirstOrThrow();
    const all = [...new Set([...row.danger_kinds, ...kinds])].sort();
    await q.updateTable('reporting.report').set({ danger_kinds: all }).where('id', '=', report).execute();
    await events.emit(tx, dangerRaised, { report, kinds, at });
  }

  return {
    askStillThere: stillThere.askStillThere,
    answerStillThere: stillThere.answerStillThere,

    /** The report behind a follow-up number; undefined when there is none. */
    async findByReceipt(digits: string): Promise<string | undefined> {
      const row = await db
        .withTables<ReportingTables>()
        .selectFrom('reporting.report')
        .select('id')
        .where('receipt_hash', '=', keys.receiptHash(digits))
        .executeTakeFirst();
      return row?.id;
    },

    async view(report: string): Promise<ReceiptView> {
      const q = db.withTables<ReportingTables>();
      const row = await q.selectFrom('reporting.report').selectAll().where('id', '=', report).executeTakeFirst();
      if (!row) throw REPORT_UNKNOWN();
      const key = row.data_key ? keys.openRecordKey(row.data_key, `reporting.report:${report}`) : undefined;
      const messages = await q
        .selectFrom('reporting.message')
        .selectAll()
        .where('report', '=', report)
        .orderBy('at')
        .orderBy('id')
        .execute();
      const progress = await q
        .selectFrom('reporting.progress')
        .select(['step', 'at'])
        .where('report', '=', report)
        .orderBy('at')
        .orderBy('id')
        .execute();
      const links = await q
        .selectFrom('reporting.report_link')
        .select('original')
        .where('report', '=', report)
        .orderBy('ordinal')
        .execute();
      const asked = await stillThere.openQuestions(report, key);
      const opened = key
        ? messages.map((m) => ({
            id: m.id,
            author: m.author,
            body: key.openText(m.body, `message:${m.id}`),
            at: m.at,
            read: m.read_at !== null,
          }))
        : [];
      const danger = row.danger_declared || row.danger_kinds.length > 0;
      return {
        id: row.id,
        category: row.category,
        reporter: row.reporter,
        language: row.language,
        receivedAt: row.received_at,
        danger,
        dangerWaits: danger && dangerWaits(opened),
        messages: opened,
        progress,
        links: links.map((l) => l.original),
        hasContact: row.contact !== null,
        hasWhereabouts: row.whereabouts !== null,
        stillThere: asked,
        purgedAt: row.purged_at,
        auditEntry: row.audit_entry,
      };
    },

    /** Whether there is a mailbox still: its words were not destroyed. */
    async mayBeWrittenTo(tx: Db, report: string): Promise<boolean> {
      const row = await tx
        .withTables<ReportingTables>()
        .selectFrom('reporting.report')
        .select('data_key')
        .where('id', '=', report)
        .executeTakeFirst();
      return row?.data_key != null;
    },

    /** The reporter writes. Words of danger page somebody in the same transaction. */
    async reply(report: string, text: string): Promise<void> {
      const body = text.trim();
      if (!body || body.length > MAX_NARRATIVE) throw INVALID({ max: MAX_NARRATIVE });
      await transaction(db, (tx) => hear(tx, report, body, kindsIn(body)));
    },

    /**
     * Staff writes to the reporter; the policy was asked by the caller. A `notice` is something we tell or ask in the
     * course of the work: it is no answer, and leaves what the reporter wrote unread. A `letter` ends a conversation.
     */
    async write(
      tx: Db,
      report: string,
      text: string,
      account: string,
      kind: 'answer' | 'letter' | 'notice' = 'answer',
    ): Promise<string> {
      const body = text.trim();
      if (!body || body.length > MAX_NARRATIVE) throw INVALID({ max: MAX_NARRATIVE });
      const message = await addMessage(tx, report, 'staff', body, account);
      if (kind === 'notice') return message;
      const read = await tx
        .withTables<ReportingTables>()
        .updateTable('reporting.message')
        .set({ read_at: clock.now() })
        .where('report', '=', report)
        .where('author', '=', 'reporter')
        .where('read_at', 'is', null)
        .returning('id')
        .execute();
      if (kind === 'letter') return message;
      const answers = read.map((row) => row.id);
      await events.emit(tx, staffWrote, { report, message, account, answers, at: clock.now() });
      return message;
    },

    /**
     * Adds a link to a report that exists. Throws REPORTING_INVALID when it is no address, or there are 50 already.
     * Words of danger typed there are heard like those of a message, and kept as one: whoever is paged must be able to
     * read them, also when they hold no link.
     */
    async addLink(report: string, given: string): Promise<void> {
      const typed = withoutCredentials(given);
      const link = addresses.read(typed);
      const kinds = kindsIn(wordsOfAddress(typed));
      const danger = kinds.length > 0;
      if (!link && !danger) throw INVALID({ max: MAX_LINKS });
      await transaction(db, async (tx) => {
        const q = tx.withTables<ReportingTables>();
        if (danger) await hear(tx, report, typed.trim().slice(0, MAX_NARRATIVE), kinds);
        if (!link) return;
        await q
          .selectFrom('reporting.report')
          .select('id')
          .where('id', '=', report)
          .forUpdate()
          .executeTakeFirstOrThrow();
        const have = await q
          .selectFrom('reporting.report_link')
          .select(['ordinal', 'url_key'])
          .where('report', '=', report)
          .execute();
        if (have.some((l) => l.url_key === link.key)) return;
        if (have.length >= MAX_LINKS) {
          if (danger) return;
          throw INVALID({ max: MAX_LINKS });
        }
        const at = clock.now();
        const ordinal = Math.max(-1, ...have.map((l) => l.ordinal)) + 1;
        await q
          .insertInto('reporting.report_link')
          .values({ report, ordinal, url: link.url, url_key: link.key, original: link.original })
          .execute();
        await recordAudit(tx, {
          id: uuidv7(clock, random),
          at,
          actor: 'reporter',
          action: 'reporting.link.added',
          subject: `reporting.report:${report}`,
          detail: { ordinal },
        });
        await events.emit(tx, linksAdded, { report, at });
      });
    },

    /**
     * Where somebody in danger is: sealed, only on-call opens it. Rings anew unless a page of this report waits already.
     * @throws REPORTING_INVALID when it is too long, or the report speaks of no danger
     */
    async tellWhere(report: string, text: string): Promise<void> {
      const where = text.trim();
      if (!where) return;
      if (where.length > MAX_WHEREABOUTS) throw INVALID({ max: MAX_WHEREABOUTS });
      await transaction(db, async (tx) => {
        const q = tx.withTables<ReportingTables>();
        const row = await q
          .selectFrom('reporting.report')
          .select(['danger_declared', 'danger_kinds', 'category'])
          .where('id', '=', report)
          .forUpdate()
          .executeTakeFirst();
        if (!row) throw REPORT_UNKNOWN();
        if (!inDanger(row)) throw INVALID({ max: MAX_WHEREABOUTS });
        const key = await reportKey(tx, report);
        await deed(tx, report, 'whereabouts.told', {}, () =>
          q
            .updateTable('reporting.report')
            .set({ whereabouts: key.seal(where, 'whereabouts') })
            .where('id', '=', report)
            .returning('id')
            .execute(),
        );
        const waiting = await q
          .selectFrom('reporting.danger_page')
          .select('id')
          .where('report', '=', report)
          .where('state', '=', 'waiting')
          .limit(1)
          .execute();
        if (waiting.length > 0) return;
        await raiseDanger(tx, platform, {
          subjectKind: 'report',
          subject: report,
          report,
          kinds: row.danger_kinds,
          category: row.category,
          declared: row.danger_declared,
        });
      });
    },

    /** Destroys the sealed contact; the report stays. */
    async deleteContact(report: string): Promise<void> {
      await transaction(db, (tx) =>
        deed(tx, report, 'contact.deleted', {}, (at) =>
          tx
            .withTables<ReportingTables>()
            .updateTable('reporting.report')
            .set({ contact: null, contact_deleted_at: at })
            .where('id', '=', report)
            .where('contact', 'is not', null)
            .returning('id')
            .execute(),
        ),
      );
    },

    /** Tells reporters where their reports stand. A step that is already the newest is not said twice. */
    async addProgress(tx: Db, reports: string[], step: ProgressStep): Promise<void> {
      if (reports.length === 0) return;
      // A statement takes 65,535 parameters, a row of ours four: one address can have more reports than that.
      if (reports.length > PROGRESS_BATCH) {
        for (let at = 0; at < reports.length; at += PROGRESS_BATCH)
          await this.addProgress(tx, reports.slice(at, at + PROGRESS_BATCH), step);
        return;
      }
      const q = tx.withTables<ReportingTables>();
      const latest = await q
        .selectFrom('reporting.progress')
        .select(['report', 'step'])
        .distinctOn('report')
        .where('report', 'in', reports)
        .orderBy('report')
        .orderBy('at', 'desc')
        .orderBy('id', 'desc')
        .execute();
      const last = new Map(latest.map((l) => [l.report, l.step]));
      const rows = reports
        .filter((r) => last.get(r) !== step)
        .map((report) => ({ id: uuidv7(clock, random), report, step, at: clock.now() }));
      if (rows.length > 0) await q.insertInto('reporting.progress').values(rows).execute();
    },
  };
}
