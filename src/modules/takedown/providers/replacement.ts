import { sql } from 'kysely';
import { type Db, transaction } from '../../../platform/db.ts';
import type { Platform } from '../../../platform/platform.ts';
import type { Country } from '../../country/index.ts';
import { rungOf } from '../escalation/ladder.ts';
import type { LetterStore } from '../letter/letter-store.ts';
import { type NoticeState, possible } from '../notice/notice.ts';
import type { NoticeStore } from '../notice/notice-store.ts';
import type { Preparation } from '../notice/preparation.ts';
import { chosen, contactFields, mayHear, type Tracer } from '../notice/trace-item.handler.ts';
import { type NoticeRow, tables } from '../schema.ts';
import type { Contact } from '../tracing/index.ts';
import { addressKey, UNUSABLE } from './contact-state.ts';
import type { Contacts } from './contacts.ts';
import { replaceContact } from './replace-contact.job.ts';

/** Where a wrong address still matters: it was not sent, or nobody has reacted. */
const AFFECTED: readonly NoticeState[] = ['queued', 'by-hand', 'failed', 'no-contact', 'sent'];
/** A reminder that waits for a decision ends at once. What else is held looks for somebody else when it is released. */
const affects = (n: Pick<NoticeRow, 'state' | 'reminder_of'>) =>
  AFFECTED.includes(n.state) || (n.state === 'held' && n.reminder_of !== null);
const MOST = 500;

export interface ReplacementNeeds {
  country: Country;
  store: NoticeStore;
  letters: LetterStore;
  contacts: Contacts;
  preparation: Preparation;
  tracer: Tracer;
}

/** Moves notices on from an address that is wrong or does not exist. */
export function createReplacement(platform: Platform, needs: ReplacementNeeds) {
  const { db, clock, jobs } = platform;
  const { country, store, letters, contacts, preparation, tracer } = needs;

  const isUsable = async (tx: Db, address: string) => {
    const row = (await contacts.rowsOf([address], tx)).get(addressKey(address));
    return !row || !UNUSABLE.includes(row.state);
  };

  /** A notice that went out is not unsent: another one, of its own Message-ID, goes to the right address. */
  async function succeed(tx: Db, first: NoticeRow, next: Contact): Promise<void> {
    const { item, round, category, legal_articles, url, host, platform: on, assessed_at, assessed_by } = first;
    const { network, hosted_in, trace, purpose } = first;
    // Those who said since that few can see it were not asked before the first notice.
    const toAsk = await preparation.unasked(tx, item);
    const notice = await store.insert(tx, {
      ...{ item, round, category, legal_articles, url, host, platform: on, assessed_at, assessed_by, purpose },
      createdBy: 'system',
      holds: toAsk.length > 0 ? ['reporter'] : [],
    });
    const fields = { ...contactFields(next), network, hosted_in, trace, purpose };
    if (toAsk.length > 0) {
      await preparation.askReporters(tx, item, toAsk, assessed_by);
      // Released, it is traced anew, and finds the same.
      return store.setFields(tx, notice.id, { trace, purpose });
    }
    const { event, patch } = chosen(fields.channel ?? 'mail', clock.now());
    await store.move(
      tx,
      notice.id,
      event,
      'system',
      { ...patch, ...fields },
      { after: first.id, why: 'contact-wrong' },
    );
  }

  /** On its way at this moment: whether it was taken is known when the lease is over. */
  async function notBeingSent(tx: Db, notice: NoticeRow): Promise<void> {
    if (notice.state === 'queued' && (await letters.isBeingSent(tx, notice)))
      throw new Error(`notice ${notice.id} is being sent, its contact is replaced afterwards`);
  }

  /** A reminder goes to whom it reminds: where that address is wrong, it ends, and what it followed goes elsewhere. */
  async function endReminder(tx: Db, id: string): Promise<void> {
    const reminder = await store.locked(tx, id);
    if (!reminder.contact || (await isUsable(tx, reminder.contact))) return;
    await notBeingSent(tx, reminder);
    if (affects(reminder) && possible(reminder.state, 'replaced'))
      await store.move(tx, id, 'replaced', 'system', { next_try_at: null }, { why: 'contact-wrong' });
  }

  /** Whom this notice may go to instead: who can do the same. Other rungs are the ladder's to climb; terms have none. */
  function nextFor(notice: NoticeRow, ranked: readonly Contact[], used: ReadonlySet<string>): Contact | undefined {
    const ladder = country.ladderFor(notice.category);
    const rung = rungOf(ladder, notice.reach).id;
    return ranked.find(
      (c) =>
        !used.has(addressKey(c.contact)) &&
        mayHear(notice.purpose, c) &&
        (notice.purpose === 'terms' || rungOf(ladder, c.reach).id === rung),
    );
  }

  async function replaceIn(tx: Db, id: string, ranked: readonly Contact[]): Promise<void> {
    const notice = await store.locked(tx, id);
    if (!AFFECTED.includes(notice.state) || !notice.contact || (await isUsable(tx, notice.contact))) return;
    await notBeingSent(tx, notice);
    const others = (await store.ofItem(tx, notice.item)).filter(
      (n) => n.round === notice.round && n.id !== id && n.kind === 'ask',
    );
    const used = new Set([...others, notice].map((n) => addressKey(n.contact ?? '')));
    const next = nextFor(notice, ranked, used);
    if (notice.state === 'sent') {
      // An objection is decided first; and where somebody else was written to meanwhile, that one stands.
      if (!next || (await store.hasDispute(tx, notice.item))) return;
      if (others.some((n) => n.created_at > notice.created_at && n.state !== 'cancelled')) return;
      return succeed(tx, notice, next);
    }
    if (notice.state === 'queued')
      await store.move(tx, id, 'refused', 'system', { next_try_at: null, lease_until: null }, { why: 'contact-wrong' });
    if (!next) return;
    const fields = contactFields(next);
    const { event, patch } = chosen(fields.channel ?? 'mail', clock.now());
    const { state } = await store.get(tx, id);
    if (!possible(state, event)) return;
    await store.move(tx, id, event, 'system', { ...patch, ...fields, letter: null }, { why: 'contact-wrong' });
  }

  return {
    /** In the transaction that says so: every open notice to this address becomes a job. */
    async onUnusable(tx: Db, address: string): Promise<void> {
      const rows = await tables(tx)
        .selectFrom('takedown.notice')
        .select('id')
        .where(sql<string>`lower(contact)`, '=', address.toLowerCase())
        .where((e) =>
          e.or([e('state', 'in', [...AFFECTED]), e.and([e('state', '=', 'held'), e('reminder_of', 'is not', null)])]),
        )
        .orderBy('created_at', 'desc')
        .limit(MOST)
        .execute();
      for (const { id } of rows)
        await jobs.enqueue(tx, replaceContact, { notice: id }, { key: `takedown.replace:${id}` });
    },

    /** Traces again if the trace is old, then moves the notice, or its successor, to the next contact nobody wrote to. */
    async handle({ notice }: { notice: string }): Promise<void> {
      const before = await store.get(db, notice);
      if (!affects(before)) return;
      const asked = before.reminder_of ?? notice;
      const ranked = await tracer.refresh(asked);
      await transaction(db, async (tx) => {
        // All of the item, in the order of ids, as everybody locks them: the ladder is touched between the two.
        await store.lockedAll(tx, before.item);
        await replaceIn(tx, asked, ranked);
        if (before.reminder_of) await endReminder(tx, notice);
      });
    },
  };
}
