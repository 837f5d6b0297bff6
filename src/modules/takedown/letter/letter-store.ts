import { sql } from 'kysely';
import type { Db } from '../../../platform/db.ts';
import { uuidv7 } from '../../../platform/ids.ts';
import type { Platform } from '../../../platform/platform.ts';
import { recordAudit } from '../../audit/index.ts';
import { LETTER_UNKNOWN } from '../errors.ts';
import { type LetterRow, type NoticeRow, tables } from '../schema.ts';
import { type LetterEvent, type LetterKey, type LetterState, letterAfter } from './letter.ts';

/** A letter that gathers is gone as soon as it is tried: another opens then, but not for ever. */
const MOST_TRIES = 5;

/** Rows of `takedown.letter`. Locked after items and notices, never before. */
export function createLetterStore(platform: Platform) {
  const { clock, random, config } = platform;
  const mailHost = new URL(config.publicOrigin).hostname;

  async function audit(
    tx: Db,
    actor: string,
    action: string,
    letter: string,
    detail: Record<string, string | number | boolean | null>,
  ): Promise<void> {
    await recordAudit(tx, {
      id: uuidv7(clock, random),
      at: clock.now(),
      actor,
      action: `takedown.letter.${action}`,
      subject: `takedown.letter:${letter}`,
      detail,
    });
  }

  async function locked(tx: Db, id: string): Promise<LetterRow> {
    const row = await tables(tx)
      .selectFrom('takedown.letter')
      .selectAll()
      .where('id', '=', id)
      .forUpdate()
      .executeTakeFirst();
    if (!row) throw LETTER_UNKNOWN();
    return row;
  }

  async function update(tx: Db, id: string, fields: Partial<LetterRow>): Promise<void> {
    await tables(tx).updateTable('takedown.letter').set(fields).where('id', '=', id).execute();
  }

  return {
    audit,
    locked,
    update,

    async find(tx: Db, id: string): Promise<LetterRow | undefined> {
      return tables(tx).selectFrom('takedown.letter').selectAll().where('id', '=', id).executeTakeFirst();
    },

    /** Moves a letter by its state machine, with an audit entry. @throws TAKEDOWN_LETTER_TRANSITION */
    async move(
      tx: Db,
      row: LetterRow,
      event: LetterEvent,
      actor: string,
      patch: Partial<LetterRow> = {},
    ): Promise<LetterRow> {
      const state = letterAfter(row.state, event);
      const change = { ...patch, state, changed_at: clock.now() };
      await update(tx, row.id, change);
      const notices = (patch.notices ?? row.notices).length;
      await audit(tx, actor, event, row.id, { from: row.state, to: state, notices });
      return { ...row, ...change };
    },

    /**
     * The letter that gathers under this key, locked; a new one where there is none.
     * @param alone one of its own, which nobody joins; `messageId` of a mail that may already be on its way, to be kept:
     * a second letter under it fails by the database
     */
    async open(tx: Db, key: LetterKey, dueAt: Date, alone?: { messageId?: string | undefined }): Promise<LetterRow> {
      for (let tries = 0; tries < MOST_TRIES; tries++) {
        const id = uuidv7(clock, random);
        const at = clock.now();
        const row: LetterRow = {
          ...key,
          id,
          state: 'gathering',
          filled: alone !== undefined,
          due_at: dueAt,
          attempts: 0,
          lease_until: null,
          last_error: null,
          message_id: alone?.messageId ?? `<${id}@${mailHost}>`,
          notices: [],
          opened_at: at,
          tried_at: null,
          changed_at: at,
          sent_at: null,
        };
        const made = await tables(tx)
          .insertInto('takedown.letter')
          .values(row)
          .$if(alone === undefined, (q) =>
            q.onConflict((c) =>
              c
                .expression(sql`kind, lower(contact), channel, language, purpose, again, urgent`)
                .where(sql<boolean>`state = 'gathering' and not filled`)
                .doNothing(),
            ),
          )
          .executeTakeFirst();
        if (made.numInsertedOrUpdatedRows === 1n) {
          await audit(tx, 'system', 'opened', id, { kind: key.kind, channel: key.channel, urgent: key.urgent });
          return row;
        }
        const { rows } = await sql<LetterRow>`
          select * from takedown.letter
          where state = 'gathering' and not filled and kind = ${key.kind} and lower(contact) = lower(${key.contact})
            and channel = ${key.channel} and language = ${key.language} and purpose = ${key.purpose}
            and again = ${key.again} and urgent = ${key.urgent} for update`.execute(tx);
        // Neither ours nor there: it was tried in this very moment, and another may open.
        if (rows[0]) return rows[0];
      }
      throw new Error(`no letter could be opened in ${MOST_TRIES} tries`);
    },

    /** Whether a letter has this Message-ID: then no other may. */
    async hasMessage(tx: Db, messageId: string): Promise<boolean> {
      const query = tables(tx).selectFrom('takedown.letter').select('id').where('message_id', '=', messageId);
      return (await query.executeTakeFirst()) !== undefined;
    },

    /** On its way at this moment: whether it was taken is known when the lease is over. Locks the letter. */
    async isBeingSent(tx: Db, notice: NoticeRow): Promise<boolean> {
      if (!notice.letter) return false;
      const letter = await locked(tx, notice.letter);
      const leased = letter.lease_until !== null && letter.lease_until > clock.now();
      return leased && letter.notices.includes(notice.id);
    },

    /** Whether this contact ever had a letter of ours. */
    async isKnown(tx: Db, contact: string): Promise<boolean> {
      const { rows } = await sql<{ known: boolean }>`select exists (
        select from takedown.notice where lower(contact) = lower(${contact}) and sent_at is not null) as known`.execute(
        tx,
      );
      return rows[0]?.known ?? false;
    },

    /** The notices in it, in their order; before its first try those that would go now. */
    async noticesOf(tx: Db, letter: LetterRow): Promise<NoticeRow[]> {
      const query = tables(tx).selectFrom('takedown.notice').selectAll().orderBy('id');
      if (letter.notices.length > 0) return query.where('id', 'in', letter.notices).execute();
      return letter.kind === 'request'
        ? query.where('letter', '=', letter.id).where('state', '=', 'queued').execute()
        : query.where('counter_letter', '=', letter.id).execute();
    },

    /** How many notices are in each of these. */
    async counts(tx: Db, rows: readonly LetterRow[]): Promise<Map<string, number>> {
      const fixed = new Map(rows.filter((l) => l.notices.length > 0).map((l) => [l.id, l.notices.length]));
      const open = rows.filter((l) => !fixed.has(l.id)).map((l) => l.id);
      if (open.length === 0) return fixed;
      const { rows: counted } = await sql<{ letter: string; n: number }>`
        select letter, count(*)::int as n from (
          select letter from takedown.notice where letter = any(${open}::uuid[]) and state = 'queued'
          union all
          select counter_letter from takedown.notice where counter_letter = any(${open}::uuid[])
        ) n group by letter`.execute(tx);
      for (const { letter, n } of counted) fixed.set(letter, n);
      return fixed;
    },

    /** Those that wait first due first, others newest first. */
    inStates: (tx: Db, states: readonly LetterState[], limit: number, order: 'due_at' | 'changed_at') =>
      tables(tx)
        .selectFrom('takedown.letter')
        .selectAll()
        .where('state', 'in', [...states])
        .orderBy(order, order === 'due_at' ? 'asc' : 'desc')
        .orderBy('id')
        .limit(limit)
        .execute(),
  };
}
export type LetterStore = ReturnType<typeof createLetterStore>;
