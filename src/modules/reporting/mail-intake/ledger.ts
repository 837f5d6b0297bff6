import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import { type Db, transaction } from '../../../platform/db.ts';
import type { EventBus } from '../../../platform/events.ts';
import { uuidv7 } from '../../../platform/ids.ts';
import type { ImapSettings } from '../../../platform/imap-config.ts';
import type { Platform } from '../../../platform/platform.ts';
import { recordAudit } from '../../audit/index.ts';
import type { ReportInput } from '../intake.ts';
import { insertReports, prepareReport } from '../intake-store.ts';
import type { MailState, MailTakenRow, ReportingTables } from '../schema.ts';
import type { MailboxError } from './client.ts';

/** A mail whose reading fails for no known reason is tried so often; then a person has to look. */
export const MAX_TRIES = 3;
/** One answer a day to one address: whoever writes ten mails in a night gets one. */
const ANSWER_EVERY_MS = 24 * 3_600_000;
/** A server that is away is asked again after ever longer, at most so many milliseconds. */
const MAX_BACKOFF_MS = 15 * 60_000;

type Tools = Pick<Platform, 'db' | 'clock' | 'random' | 'keys'> & { events: EventBus };
export interface Place {
  uidValidity: number;
  uid: number;
}
type Noted = Pick<MailTakenRow, 'attachments' | 'attachment_types' | 'shortened' | 'forwarded'>;
const NOTHING: Noted = { attachments: 0, attachment_types: [], shortened: false, forwarded: false };

/** A mailbox under a short digest; which it is stands in the configuration. */
export const mailboxId = (s: Pick<ImapSettings, 'host' | 'user' | 'folder'>): string =>
  createHash('sha256')
    .update(JSON.stringify([s.host, s.user, s.folder]))
    .digest('hex')
    .slice(0, 24);

/** How long the next try waits after so many failures in a row, in milliseconds. Pure. */
export const backoff = (failures: number, everyMs: number): number =>
  Math.min(everyMs * 2 ** Math.max(0, failures - 1), MAX_BACKOFF_MS);

/** The ledger of one mailbox: which mails were taken, and how the last rounds went. */
export function createLedger(tools: Tools, mailbox: string, everyMs: number) {
  const { db, clock, random, keys } = tools;
  const tables = (tx: Db) => tx.withTables<ReportingTables>();
  const contentKey = (same: string): Buffer => keys.accountIndex(`mail\n${same}`);

  const audit = (tx: Db, id: string, what: MailState, detail: Record<string, string | number>) =>
    recordAudit(tx, {
      id: uuidv7(clock, random),
      at: clock.now(),
      actor: 'system',
      action: `reporting.mail.${what}`,
      subject: `reporting.mail_taken:${id}`,
      detail,
    });

  const row = (place: Place, state: MailState, more: Partial<MailTakenRow>): MailTakenRow => ({
    id: uuidv7(clock, random),
    mailbox,
    uid_validity: place.uidValidity,
    uid: place.uid,
    state,
    reason: null,
    report: null,
    content_key: null,
    attempts: 0,
    ...NOTHING,
    at: clock.now(),
    settled_at: null,
    seen_at: null,
    answer: 'none',
    answer_attempts: 0,
    answer_next_at: null,
    answered_at: null,
    answer_error: null,
    ...more,
  });

  /** Writes what became of a mail, unless that is written already; a try that failed gives way. */
  async function put(tx: Db, given: MailTakenRow): Promise<boolean> {
    const q = tables(tx);
    await q
      .deleteFrom('reporting.mail_taken')
      .where('mailbox', '=', mailbox)
      .where('uid_validity', '=', given.uid_validity)
      .where('uid', '=', given.uid)
      .where('state', '=', 'trying')
      .execute();
    const made = await q
      .insertInto('reporting.mail_taken')
      .values(given)
      .onConflict((c) => c.doNothing())
      .returning('id')
      .executeTakeFirst();
    return made !== undefined;
  }

  /** Whether this address may be written to now; claims its one answer of the day. */
  async function claimAnswer(tx: Db, from: string): Promise<boolean> {
    const now = clock.now();
    const { rows } = await sql`
      insert into reporting.mail_sender (sender, answered_at) values (${keys.accountIndex(`mail-sender\n${from}`)}, ${now})
      on conflict (sender) do update set answered_at = excluded.answered_at
        where mail_sender.answered_at <= ${new Date(now.getTime() - ANSWER_EVERY_MS)}
      returning 1`.execute(tx);
    return rows.length > 0;
  }

  return {
    /** What is known of these mails. */
    async known(
      uidValidity: number,
      uids: readonly number[],
    ): Promise<Map<number, { state: MailState; settled: boolean }>> {
      const { rows } = await sql<{ uid: number; state: MailState; settled: boolean }>`
        select uid, state, settled_at is not null as settled from reporting.mail_taken
        where mailbox = ${mailbox} and uid_validity = ${uidValidity} and uid = any(${[...uids]}::bigint[])`.execute(db);
      return new Map(rows.map((r) => [r.uid, r]));
    },

    /**
     * Makes a mail into a report and writes that down, in one transaction: killed before its end there is neither, after
     * it both, and the mail is only still to be moved. A mail that came before is noted as known.
     */
    async takeReport(
      place: Place,
      same: string,
      input: Omit<ReportInput, 'submissionKey'>,
      noted: Noted,
      answerTo: string | undefined,
    ): Promise<'report' | 'known'> {
      const key = contentKey(same);
      const prepared = prepareReport(tools, { ...input, submissionKey: `mail:${key.toString('hex')}` });
      return transaction(db, async (tx) => {
        const given = row(place, 'report', { content_key: key, report: prepared.row.id, ...noted });
        const earlier = async () =>
          tables(tx)
            .selectFrom('reporting.mail_taken')
            .select('report')
            .where('content_key', '=', key)
            .executeTakeFirst();
        // Two that take one mail at once: the second waits here until the first has committed.
        await sql`select pg_advisory_xact_lock(hashtextextended(${`mail:${key.toString('hex')}`}, 0))`.execute(tx);
        const before = await earlier();
        if (before) {
          const known = row(place, 'known', { report: before.report });
          if (await put(tx, known)) await audit(tx, known.id, 'known', { report: before.report ?? '' });
          return 'known';
        }
        const [accepted] = await insertReports(tx, tools, [prepared]);
        if (!accepted || accepted instanceof Error) throw accepted ?? new Error('a report disappeared');
        const answered = answerTo !== undefined && (await claimAnswer(tx, answerTo));
        const taken: MailTakenRow = {
          ...given,
          report: accepted.id,
          ...(answered ? { answer: 'due', answer_next_at: clock.now() } : {}),
        };
        // The place is another process's: its report stands, ours must not.
        if (!(await put(tx, taken))) throw new Error('this mail is just being taken by another process');
        await audit(tx, taken.id, 'report', { report: accepted.id, attachments: noted.attachments });
        return 'report';
      });
    },

    /** Notes a mail that becomes no report: a machine wrote it, or nobody can read it. */
    async putAside(place: Place, state: 'set-aside' | 'refused', reason: string): Promise<void> {
      await transaction(db, async (tx) => {
        const given = row(place, state, { reason, settled_at: state === 'refused' ? clock.now() : null });
        if (await put(tx, given)) await audit(tx, given.id, state, { reason });
      });
    },

    /** Notes that reading it failed. Answers whether it is given up. */
    async failed(place: Place): Promise<boolean> {
      return transaction(db, async (tx) => {
        const { rows } = await sql<{ attempts: number }>`
          insert into reporting.mail_taken (id, mailbox, uid_validity, uid, state, attempts, at)
          values (${uuidv7(clock, random)}, ${mailbox}, ${place.uidValidity}, ${place.uid}, 'trying', 1, ${clock.now()})
          on conflict (mailbox, uid_validity, uid) do update set attempts = mail_taken.attempts + 1
            where mail_taken.state = 'trying'
          returning attempts`.execute(tx);
        const attempts = rows[0]?.attempts ?? 0;
        if (attempts < MAX_TRIES) return false;
        const given = row(place, 'refused', { reason: 'broken', attempts, settled_at: clock.now() });
        if (await put(tx, given)) await audit(tx, given.id, 'refused', { reason: 'broken' });
        return true;
      });
    },

    /** The mail server has done what is to be done with these. */
    async settled(uidValidity: number, uids: readonly number[]): Promise<void> {
      if (uids.length === 0) return;
      await sql`update reporting.mail_taken set settled_at = ${clock.now()} where mailbox = ${mailbox}
        and uid_validity = ${uidValidity} and uid = any(${[...uids]}::bigint[]) and settled_at is null`.execute(db);
    },

    /** What is gone from the folder is settled: it was moved, and we were killed before we could write that down. */
    async settleGone(uidValidity: number, present: readonly number[]): Promise<void> {
      await sql`update reporting.mail_taken set settled_at = ${clock.now()} where mailbox = ${mailbox} and settled_at is null
        and state <> 'trying' and (uid_validity <> ${uidValidity} or uid <> all(${[...present]}::bigint[]))`.execute(
        db,
      );
      await sql`delete from reporting.mail_taken where mailbox = ${mailbox} and state = 'trying'
        and (uid_validity <> ${uidValidity} or uid <> all(${[...present]}::bigint[]))`.execute(db);
    },

    /** True when a round may be made now. */
    async due(now: Date): Promise<boolean> {
      await sql`insert into reporting.mail_box (id) values (${mailbox}) on conflict do nothing`.execute(db);
      const box = await tables(db)
        .selectFrom('reporting.mail_box')
        .select('next_round_at')
        .where('id', '=', mailbox)
        .executeTakeFirstOrThrow();
      return box.next_round_at === null || box.next_round_at <= now;
    },

    async roundDone(uidValidity: number): Promise<void> {
      await tables(db)
        .updateTable('reporting.mail_box')
        .set({ uid_validity: uidValidity, last_round_at: clock.now(), failures: 0, next_round_at: null })
        .where('id', '=', mailbox)
        .execute();
    },

    async roundFailed(error: MailboxError): Promise<number> {
      const at = clock.now();
      return transaction(db, async (tx) => {
        const { failures } = await tables(tx)
          .updateTable('reporting.mail_box')
          .set((e) => ({
            failures: e('failures', '+', 1),
            last_error: error.trouble,
            last_error_detail: error.message,
            last_error_at: at,
          }))
          .where('id', '=', mailbox)
          .returning('failures')
          .executeTakeFirstOrThrow();
        await tables(tx)
          .updateTable('reporting.mail_box')
          .set({ next_round_at: new Date(at.getTime() + backoff(failures, everyMs)) })
          .where('id', '=', mailbox)
          .execute();
        return failures;
      });
    },

    /** Forgets who was written to, a day after. */
    async forgetSenders(now: Date): Promise<void> {
      await sql`delete from reporting.mail_sender
        where answered_at <= ${new Date(now.getTime() - ANSWER_EVERY_MS)}`.execute(db);
    },
  };
}
export type Ledger = ReturnType<typeof createLedger>;
