import { sql } from 'kysely';
import { transaction } from '../../../platform/db.ts';
import { createTranslator, type Lang } from '../../../platform/i18n/index.ts';
import { uuidv7 } from '../../../platform/ids.ts';
import type { ImapSettings } from '../../../platform/imap-config.ts';
import type { Platform } from '../../../platform/platform.ts';
import { recordAudit } from '../../audit/index.ts';
import type { Contact } from '../intake.ts';
import { groupReceipt, receiptOf } from '../receipt.ts';
import type { MailTakenRow, ReportingTables } from '../schema.ts';

/** So many answers in an hour and no more: whoever forges many senders must not make us write to them all. */
export const ANSWERS_PER_HOUR = 200;
/** An answer that could not be sent for so long would only confuse. */
const GIVE_UP_MS = 48 * 3_600_000;
const MAX_RETRY_MS = 3_600_000;

export interface AnswerDeps {
  platform: Platform;
  mode: ImapSettings['answer'];
  zone: string;
  /** Whom to call, by name and number, in this language. */
  helpLines(lang: Lang): string[];
}

/** The address in a contact that a mail left, where it says it is from. */
function addressIn(contact: string): string {
  const address = (/<([^<>\s]+)>/.exec(contact)?.[1] ?? contact.split(/\s/, 1)[0] ?? '').toLowerCase();
  // One mailbox and nothing else: a name that looks like a list of addresses is answered by nobody.
  return /^[^\s@,;<>"]+@[^\s@,;<>"]+$/.test(address) ? address : '';
}

/**
 * Says that a mail arrived. A mailbox is often read by others, at home or at school: so the answer repeats no word of what
 * was written, does not say what we are for in its subject, and carries the follow-up number only where an operator decided
 * so, because whoever holds the number reads the report.
 */
export function createAnswers({ platform, mode, zone, helpLines }: AnswerDeps) {
  const { db, clock, random, keys, mail, config, log } = platform;

  type Due = MailTakenRow & { language: Lang; data_key: Buffer; contact: Buffer };

  async function send(row: Due): Promise<void> {
    const report = row.report as string;
    const opened = keys.openRecordKey(row.data_key, `reporting.report:${report}`).openText(row.contact, 'contact');
    const tr = createTranslator(platform.i18n, row.language, zone);
    const site = `${config.publicOrigin}/${row.language}`;
    const blocks = [
      tr.t('reporting.mail.answer.arrived'),
      tr.t('reporting.mail.answer.danger', { lines: helpLines(row.language).join('\n') }),
      tr.t('reporting.mail.answer.pictures'),
      mode === 'number' && row.content_key
        ? tr.t('reporting.mail.answer.number', {
            number: groupReceipt(receiptOf(keys, `mail:${row.content_key.toString('hex')}`, report)),
            link: `${site}/receipt`,
          })
        : tr.t('reporting.mail.answer.goOn', { link: `${site}/report` }),
      tr.t('reporting.mail.answer.others'),
    ];
    await mail.send({
      to: addressIn((JSON.parse(opened) as Contact).value),
      subject: tr.t('reporting.mail.answer.subject'),
      text: blocks.join('\n\n'),
      messageId: `<mail-${row.id}@${new URL(config.publicOrigin).hostname}>`,
      // RFC 3834. Not "In-Reply-To": the id of somebody's mail is not kept.
      headers: { 'Auto-Submitted': 'auto-replied', 'X-Auto-Response-Suppress': 'All', Precedence: 'bulk' },
    });
  }

  /** Sends one answer that is due; false when there is none. The row stays locked while it is sent. */
  async function sendNext(now: Date): Promise<boolean> {
    return transaction(db, async (tx) => {
      const q = tx.withTables<ReportingTables>();
      const row = await q
        .selectFrom('reporting.mail_taken as m')
        .innerJoin('reporting.report as r', 'r.id', 'm.report')
        .selectAll('m')
        .select(['r.language', 'r.data_key', 'r.contact'])
        .where('answer', '=', 'due')
        .where('answer_next_at', '<=', now)
        .orderBy('answer_next_at')
        .limit(1)
        .forUpdate('m')
        .skipLocked()
        .executeTakeFirst();
      if (!row) return false;
      const change = async (set: Partial<MailTakenRow>) => {
        await q.updateTable('reporting.mail_taken').set(set).where('id', '=', row.id).execute();
      };
      const { data_key, contact } = row;
      // Deleted meanwhile, or switched off: nobody is to be written to.
      if (!data_key || !contact || mode === 'off') {
        await change({ answer: 'none', answer_next_at: null });
        return true;
      }
      const attempts = row.answer_attempts + 1;
      try {
        await send({ ...row, data_key, contact });
        await change({ answer: 'sent', answer_attempts: attempts, answered_at: now, answer_error: null });
        await recordAudit(tx, {
          id: uuidv7(clock, random),
          at: now,
          actor: 'system',
          action: 'reporting.mail.answered',
          subject: `reporting.mail_taken:${row.id}`,
          detail: { number: mode === 'number' },
        });
      } catch (error) {
        // A mail server quotes the address in its refusals: only its code is kept.
        const { responseCode, code } = error as { responseCode?: number; code?: string };
        const reason = String(responseCode ?? code ?? 'error').slice(0, 40);
        const over = (responseCode ?? 0) >= 500 || now.getTime() - row.at.getTime() > GIVE_UP_MS;
        const wait = Math.min(30_000 * 2 ** (attempts - 1), MAX_RETRY_MS);
        log.warn({ mail: row.id, attempts, reason }, 'the answer to a mail could not be sent yet');
        await change({
          answer: over ? 'failed' : 'due',
          answer_attempts: attempts,
          answer_next_at: new Date(now.getTime() + wait),
          answer_error: reason,
        });
      }
      return true;
    });
  }

  return async function sendDue(now: Date): Promise<void> {
    const { rows } = await sql<{ sent: number; due: boolean }>`
      select (select count(*)::int from reporting.mail_taken
          where answered_at > ${new Date(now.getTime() - 3_600_000)}) as sent,
        exists (select from reporting.mail_taken where answer = 'due' and answer_next_at <= ${now}) as due`.execute(db);
    if (!rows[0]?.due) return;
    for (let n = rows[0].sent; n < ANSWERS_PER_HOUR && (await sendNext(now)); n++);
  };
}
