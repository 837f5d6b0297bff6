import { sql } from 'kysely';
import { type Db, transaction } from '../../../platform/db.ts';
import type { Platform } from '../../../platform/platform.ts';
import type { Country } from '../../country/index.ts';
import type { LetterRow, NoticeRow } from '../schema.ts';
import { tables } from '../schema.ts';
import { fits, isUrgent, knowsHours, type LetterKey, type LetterRule, waitSeconds } from './letter.ts';
import type { LetterStore } from './letter-store.ts';

const BATCH = 100;
/** In place of a letter, where none says that a notice no longer stands. */
const TOLD_BY_PAGE = '00000000-0000-0000-0000-000000000000';

/**
 * What keeps a queued notice from going: not before the first look, which keeps what the content is to be recognised by;
 * not while the provider's objection to an earlier notice waits for a decision; and no reminder of what was answered
 * meanwhile, or has time that was granted.
 */
export const mayGo = (now: Date) => sql<boolean>`not exists (
    select 1 from takedown.watch w where w.item = n.item and w.state = 'open' and w.looks = 0 and not w.needs_leave)
  and not exists (select 1 from takedown.notice d where d.item = n.item and d.state = 'disputed')
  and (n.kind = 'ask' or exists (select 1 from takedown.notice p where p.id = n.reminder_of
    and (case when n.kind = 'contradiction' then p.state = 'removed'
      else p.state in ('sent', 'received') and (p.more_time_until is null or p.more_time_until <= ${now}) end)))`;

export interface GatheringNeeds {
  country: Country;
  letters: LetterStore;
  rule(): LetterRule;
}

/** Puts what is to be sent into letters: those of one contact that may wait for one another into one. */
export function createGathering(platform: Platform, needs: GatheringNeeds) {
  const { db, clock } = platform;
  const { country, letters } = needs;

  /** When a letter may be tried that is ready at `at`. */
  function dueAt(letter: Pick<LetterKey, 'channel' | 'urgent'>, at: Date, receiver: string | null): Date {
    return knowsHours(letter, needs.rule()) ? country.sendingTime(at, receiver) : at;
  }

  const keyOf = (notice: NoticeRow, kind: LetterKey['kind']): LetterKey => ({
    kind,
    contact: notice.contact ?? '',
    channel: notice.channel === 'api' ? 'api' : 'mail',
    language: notice.language,
    purpose: notice.purpose,
    again: kind === 'request' && notice.round > 1,
    urgent: kind === 'request' && isUrgent(country.category(notice.category), needs.rule()),
    provider: notice.provider,
    provider_name: notice.provider_name,
  });

  /** A place in the letter that gathers for its contact, or in one of its own where its mail may be under way already. */
  async function join(
    tx: Db,
    notice: NoticeRow,
    kind: LetterKey['kind'],
    alone?: { messageId?: string | undefined },
  ): Promise<LetterRow> {
    const rule = needs.rule();
    const now = clock.now();
    const key = keyOf(notice, kind);
    // A reminder waits for nothing: its time was chosen.
    const wait = notice.reminder_of ? 0 : waitSeconds(key, await letters.isKnown(tx, key.contact), rule) * 1000;
    const due = dueAt(key, new Date(now.getTime() + wait), notice.hosted_in);
    const letter = await letters.open(tx, key, due, alone);
    const already = (await letters.noticesOf(tx, letter)).length;
    const full = letter.filled || already + 1 >= rule.grouping.maxNotices;
    // The first notice said when; a later one can only bring it forward.
    const earlier = full && !alone ? dueAt(key, now, notice.hosted_in) : due;
    if (full !== letter.filled || earlier < letter.due_at)
      await letters.update(tx, letter.id, { filled: full, ...(earlier < letter.due_at ? { due_at: earlier } : {}) });
    return letter;
  }

  async function place(tx: Db, notice: NoticeRow): Promise<void> {
    const before = notice.letter ? await letters.locked(tx, notice.letter) : undefined;
    const known = before?.notices.includes(notice.id) && fits(before, notice);
    if (before && known && (before.state === 'trying' || before.state === 'gathering')) return;
    const patch = { next_try_at: null, lease_until: null };
    if (before && known && (before.state === 'failed' || before.state === 'closed')) {
      // Nobody ever received it: it goes on under its own Message-ID.
      await letters.move(tx, before, 'resumed', 'system', {
        attempts: 0,
        last_error: null,
        due_at: dueAt(before, clock.now(), notice.hosted_in),
      });
      await tables(tx).updateTable('takedown.notice').set(patch).where('id', '=', notice.id).execute();
      return;
    }
    // A reminder goes in the thread of what it follows. What was tried before there were letters keeps its Message-ID;
    // one that a letter has goes to nobody else.
    const first = before === undefined && !(await letters.hasMessage(tx, notice.message_id));
    const tried = first && (notice.lease_until !== null || notice.attempts > 0);
    const alone =
      tried || notice.reminder_of !== null ? { messageId: first ? notice.message_id : undefined } : undefined;
    const letter = await join(tx, notice, 'request', alone);
    const { id, message_id } = letter;
    await tables(tx)
      .updateTable('takedown.notice')
      .set({ ...patch, letter: id, message_id, attempts: 0 })
      .where('id', '=', notice.id)
      .execute();
  }

  /** One batch of notices that have no letter, or none that can carry them any more. Answers how many. */
  async function placeSome(): Promise<number> {
    return transaction(db, async (tx) => {
      const now = clock.now();
      const { rows } = await sql<NoticeRow>`
        select n.* from takedown.notice n left join takedown.letter l on l.id = n.letter
        where n.state = 'queued' and (n.lease_until is null or n.lease_until <= ${now}) and ${mayGo(now)}
          and (l.id is null or l.contact <> n.contact or l.channel <> n.channel or l.language <> n.language
            or l.purpose <> n.purpose or l.state in ('sent', 'failed', 'closed')
            or (l.state = 'trying' and n.id <> all(l.notices)))
        order by n.id limit ${BATCH} for update of n skip locked`.execute(tx);
      for (const notice of rows) await place(tx, notice);
      return rows.length;
    });
  }

  /**
   * Providers who were asked for something that no longer stands are told so, once, the way they were asked: by mail or by
   * their interface. Forms take no such word; the notice's page says it.
   */
  async function takeBackSome(): Promise<number> {
    return transaction(db, async (tx) => {
      await sql`update takedown.notice set counter_letter = ${TOLD_BY_PAGE} where id in (
        select id from takedown.notice
        where state = 'taken-back' and sent_at is not null and counter_letter is null
          and (channel is null or channel = 'form' or kind <> 'ask')
        order by id limit ${BATCH} for update skip locked)`.execute(tx);
      const { rows } = await sql<NoticeRow>`
        select * from takedown.notice
        where state = 'taken-back' and sent_at is not null and counter_letter is null and channel in ('mail', 'api')
          and kind = 'ask'
        order by id limit ${BATCH} for update skip locked`.execute(tx);
      for (const notice of rows) {
        const letter = await join(tx, notice, 'taken-back');
        await tables(tx)
          .updateTable('takedown.notice')
          .set({ counter_letter: letter.id })
          .where('id', '=', notice.id)
          .execute();
      }
      return rows.length;
    });
  }

  /** Letters in which nothing is left to be said. One that is being sent ends by itself. */
  async function closeEmpty(): Promise<void> {
    await transaction(db, async (tx) => {
      const { rows } = await sql<LetterRow>`
        select * from takedown.letter l
        where state in ('gathering', 'trying') and kind = 'request'
          and (lease_until is null or lease_until <= ${clock.now()})
          and not exists (select from takedown.notice n where n.letter = l.id and n.state = 'queued')
        order by id limit ${BATCH} for update skip locked`.execute(tx);
      for (const letter of rows) await letters.move(tx, letter, 'emptied', 'system', { lease_until: null });
    });
  }

  return {
    dueAt,

    async run(): Promise<void> {
      while ((await placeSome()) === BATCH);
      while ((await takeBackSome()) === BATCH);
      await closeEmpty();
    },
  };
}
export type Gathering = ReturnType<typeof createGathering>;
