import { sql } from 'kysely';
import { type Db, isConnectionError, transaction } from '../../../platform/db.ts';
import { AppError } from '../../../platform/errors.ts';
import { SEND_LIMIT_MS } from '../../../platform/mail.ts';
import type { Platform } from '../../../platform/platform.ts';
import { type Casework, itemEventPossible } from '../../casework/index.ts';
import type { Reporting } from '../../reporting/index.ts';
import { noticeSent } from '../events.ts';
import type { Carriers } from '../letter/carriers.ts';
import { type Gathering, mayGo } from '../letter/gathering.ts';
import type { LetterStore } from '../letter/letter-store.ts';
import { type LetterRow, type NoticeRow, tables } from '../schema.ts';
import { MAX_ATTEMPTS, MAY_BE_OUT, possible, retryDelay } from './notice.ts';
import type { NoticeStore } from './notice-store.ts';

/** Letters on their way at the same time in one process. */
const PARALLEL = 4;
const PER_TICK = 50;
/**
 * After a crash between the server's "accepted" and our commit, the letter goes again so soon: same Message-ID. Longer
 * than any send, with time for the commit, so that no second process takes a letter that is still under way.
 */
export const LEASE_MS = SEND_LIMIT_MS + 30_000;
/** Fraction of a delay that chance adds at most: letters that failed together do not come back together. */
const JITTER = 0.2;
const MAX_ERROR = 300;
/** A letter that left and could not be recorded goes so often at most. */
const MOST_UNRECORDED = 3;
/** A letter whose notices all wait for a decision is looked at again so soon. */
const BLOCKED_MS = 60_000;

export interface OutboxNeeds {
  casework: Casework;
  reporting: Reporting;
  store: NoticeStore;
  letters: LetterStore;
  gathering: Gathering;
  carriers: Carriers;
}

/** A letter for this process, with what is still in it. */
type Claimed = LetterRow & { tried_at: Date; members: NoticeRow[] };

const wordsOf = (error: unknown) =>
  (error instanceof Error ? error.message : String(error)).replace(/\s+/g, ' ').slice(0, MAX_ERROR);

/** Sends what is queued, in letters: at least once, and never under a second Message-ID. */
export function createOutbox(platform: Platform, needs: OutboxNeeds) {
  const { db, clock, random, events } = platform;
  const { casework, reporting, store, letters, gathering, carriers } = needs;

  /** What follows when a notice has left the house; nothing, when that is known already. Order of locks: item, notice. */
  async function leftOne(
    tx: Db,
    id: string,
    event: 'accepted' | 'sent-by-hand',
    actor: string,
    detail: Record<string, string | number>,
  ): Promise<void> {
    const at = clock.now();
    const before = await store.get(tx, id);
    const news = MAY_BE_OUT.includes(before.state);
    // The item may have moved on while the mail was under way. The mail left all the same.
    if (news && itemEventPossible((await casework.item(before.item, tx)).state, { type: 'notice-sent' }))
      await casework.apply(tx, before.item, { type: 'notice-sent' }, actor, { notice: id });
    const patch = {
      next_try_at: null,
      lease_until: null,
      last_error: null,
      ...(before.sent_at ? {} : { sent_at: at }),
    };
    const notice = await store.move(tx, id, event, actor, patch, detail);
    // The reporter was told, and the clock runs, since the first one.
    if (!news || notice.state !== 'sent' || notice.reminder_of) return;
    await reporting.mailbox.addProgress(tx, await casework.reportsOf(notice.item, tx), 'asked-site');
    await events.emit(tx, noticeSent, { notice: id, item: notice.item, round: notice.round, at });
  }

  /** Items in one order, then every notice of them: before anything of any of them is moved. */
  async function lockItems(tx: Db, items: Iterable<string>): Promise<NoticeRow[]> {
    const ids = [...new Set(items)].sort();
    for (const item of ids) await casework.locked(tx, item);
    return store.lockedOfItems(tx, ids);
  }

  /** The letter in which this notice was tried and has not arrived yet, as far as anybody knows. */
  async function carrying(tx: Db, notice: Pick<NoticeRow, 'id' | 'letter'>): Promise<LetterRow | undefined> {
    const row = notice.letter ? await letters.find(tx, notice.letter) : undefined;
    return row?.notices.includes(notice.id) && row.state !== 'sent' ? row : undefined;
  }

  /** A whole letter has arrived: so has each notice in it. */
  async function letterArrived(
    tx: Db,
    letter: LetterRow,
    actor: string,
    detail: Record<string, string | number>,
  ): Promise<void> {
    if (letter.kind === 'request') {
      const members = await letters.noticesOf(tx, letter);
      await lockItems(
        tx,
        members.map((n) => n.item),
      );
      for (const { id } of members.toSorted((a, b) => a.item.localeCompare(b.item) || a.id.localeCompare(b.id))) {
        const now = await store.get(tx, id);
        // Addressed to somebody else meanwhile, or known to no longer stand.
        if (now.letter === letter.id && possible(now.state, 'accepted'))
          await leftOne(tx, id, 'accepted', actor, detail);
      }
    }
    const now = await letters.locked(tx, letter.id);
    if (now.state === 'sent') return;
    const patch = { lease_until: null, last_error: null, sent_at: clock.now() };
    await letters.move(tx, now, 'accepted', actor, patch);
  }

  /**
   * A notice has left the house, by a person's hand, or by proof (the provider answers): then its whole letter has
   * arrived, as it was last tried.
   */
  async function left(
    tx: Db,
    id: string,
    event: 'accepted' | 'sent-by-hand',
    actor: string,
    detail: Record<string, string | number>,
  ): Promise<void> {
    const row = event === 'accepted' ? await carrying(tx, await store.get(tx, id)) : undefined;
    if (row) await letterArrived(tx, row, actor, detail);
    else await leftOne(tx, id, event, actor, detail);
  }

  /** What may go of a letter now: who left it, or waits for a decision, is not in it. */
  async function membersOf(tx: Db, letter: LetterRow): Promise<NoticeRow[]> {
    if (letter.kind === 'taken-back') return letters.noticesOf(tx, letter);
    const before = letter.notices.length > 0 ? sql<boolean>`n.id = any(${letter.notices}::uuid[])` : sql<boolean>`true`;
    const { rows } = await sql<NoticeRow>`
      select n.* from takedown.notice n
      where n.letter = ${letter.id} and n.state = 'queued' and ${before} and ${mayGo(clock.now())} order by n.id`.execute(
      tx,
    );
    return rows;
  }

  /** One due letter for this process; its list is fixed now. `again`: there was one, but nothing of it may go yet. */
  async function claim(now: Date): Promise<Claimed | 'again' | undefined> {
    return transaction(db, async (tx) => {
      const letter = await tables(tx)
        .selectFrom('takedown.letter')
        .selectAll()
        .where('state', 'in', ['gathering', 'trying'])
        .where('due_at', '<=', now)
        .where((e) => e.or([e('lease_until', 'is', null), e('lease_until', '<=', now)]))
        .orderBy('due_at')
        .limit(1)
        .forUpdate()
        .skipLocked()
        .executeTakeFirst();
      if (!letter) return undefined;
      const members = await membersOf(tx, letter);
      if (members.length === 0) {
        // Either empty, which gathering sees, or blocked by an objection.
        await letters.update(tx, letter.id, { due_at: new Date(now.getTime() + BLOCKED_MS) });
        return 'again';
      }
      // It was due in their hours, and nobody came to it before the evening.
      const opening = gathering.dueAt(letter, now, members[0]?.hosted_in ?? null);
      if (opening > now) {
        await letters.update(tx, letter.id, { due_at: opening });
        return 'again';
      }
      const tried = letter.tried_at ?? now;
      const patch = {
        notices: members.map((n) => n.id),
        tried_at: tried,
        lease_until: new Date(now.getTime() + LEASE_MS),
      };
      const claimed = await letters.move(tx, letter, 'tried', 'system', patch);
      return { ...claimed, tried_at: tried, members };
    });
  }

  async function failed(letter: Claimed, error: unknown, forGood: boolean): Promise<void> {
    const last_error = wordsOf(error);
    const attempts = letter.attempts + 1;
    await transaction(db, async (tx) => {
      const { rows } = await sql<{ id: string }>`
        select id from takedown.notice where id = any(${letter.notices}::uuid[]) and letter = ${letter.id}
          and state = 'queued' order by id for update`.execute(tx);
      const now = await letters.locked(tx, letter.id);
      // Proved to have arrived meanwhile, or emptied.
      if (now.state !== 'trying') return;
      const over = forGood || attempts >= MAX_ATTEMPTS;
      const told = { attempts, last_error };
      for (const { id } of letter.kind === 'request' ? rows : [])
        if (over) await store.move(tx, id, 'refused', 'system', { ...told, next_try_at: null }, { attempts });
        else await store.setFields(tx, id, told);
      if (over) {
        await letters.move(tx, now, 'refused', 'system', { ...told, lease_until: null });
        return;
      }
      const delay = retryDelay(attempts);
      const next = new Date(clock.now().getTime() + delay + random.int(Math.floor(delay * JITTER) + 1));
      const due_at = gathering.dueAt(letter, next, letter.members[0]?.hosted_in ?? null);
      await letters.update(tx, letter.id, { ...told, due_at, lease_until: null });
    });
  }

  async function send(letter: Claimed): Promise<void> {
    const outcome = await carriers.deliver(letter, letter.members);
    if (!outcome.ok) return failed(letter, outcome.error, outcome.forGood);
    const detail = { attempts: letter.attempts + 1, letter: letter.id };
    const write = () => transaction(db, (tx) => letterArrived(tx, letter, 'system', detail));
    // Judged otherwise in this very moment: the second reading sees it, and the notice is taken back.
    await write()
      .catch((error: unknown) => {
        if (error instanceof AppError) return write();
        throw error;
      })
      .catch((error: unknown) => {
        if (isConnectionError(error)) throw error;
        // It has left: nobody gets the same mail for ever because we can't write that down.
        platform.log.error({ err: error, letter: letter.id }, 'letter left, and could not be recorded');
        return failed(letter, error, letter.attempts + 1 >= MOST_UNRECORDED);
      });
  }

  async function worker(first?: Claimed | 'again'): Promise<void> {
    for (let n = 0; n < PER_TICK; n++) {
      const letter = (n === 0 ? first : undefined) ?? (await claim(clock.now()));
      if (!letter) return;
      if (letter === 'again') continue;
      await send(letter).catch((err: unknown) => {
        // The lease runs out and the letter goes again under its Message-ID.
        if (isConnectionError(err)) throw err;
        platform.log.error({ err, letter: letter.id }, 'letter not recorded, it will be sent again');
      });
    }
  }

  return {
    left,

    /**
     * Locks a notice's item and all its notices, and with them whatever {@link left} would move if the notice proves to
     * have arrived: the rest of its letter. Answers the notices of its own item.
     */
    async hold(tx: Db, id: string): Promise<NoticeRow[]> {
      const notice = await store.get(tx, id);
      const letter = MAY_BE_OUT.includes(notice.state) ? await carrying(tx, notice) : undefined;
      const members = letter ? await letters.noticesOf(tx, letter) : [];
      const all = await lockItems(
        tx,
        [notice, ...members].map((n) => n.item),
      );
      return all.filter((n) => n.item === notice.item);
    },

    /** One round: what is queued finds its letter, and every letter that is due goes. */
    async run(): Promise<void> {
      await gathering.run();
      const first = await claim(clock.now());
      if (first) await Promise.all(Array.from({ length: PARALLEL }, (_, i) => worker(i === 0 ? first : undefined)));
    },
  };
}
export type Outbox = ReturnType<typeof createOutbox>;
