import { type Db, transaction } from '../../../platform/db.ts';
import type { Lang } from '../../../platform/i18n/index.ts';
import type { Platform } from '../../../platform/platform.ts';
import type { Casework } from '../../casework/index.ts';
import { CONTACT_USED, DISPUTE_OPEN, HOLD_UNKNOWN, NOTICE_TRANSITION, PRESERVATION_FIRST } from '../errors.ts';
import type { LetterStore } from '../letter/letter-store.ts';
import { addressKey, UNUSABLE } from '../providers/contact-state.ts';
import type { Contacts } from '../providers/contacts.ts';
import { checkContact } from '../providers/provider-input.ts';
import { replaceContact } from '../providers/replace-contact.job.ts';
import { type HoldRow, type NoticeChannel, type NoticeRow, tables } from '../schema.ts';
import { type HoldDecision, type HoldKind, isReleased, mayRelease, STANDING_OUT } from './notice.ts';
import type { NoticeStore } from './notice-store.ts';
import type { Outbox } from './outbox.ts';
import type { Preparation } from './preparation.ts';
import { chosen } from './trace-item.handler.ts';

export interface ActionNeeds {
  casework: Casework;
  store: NoticeStore;
  preparation: Preparation;
  outbox: Outbox;
  letters: LetterStore;
  contacts: Contacts;
}

const BY_PERSON = 'person';
/** Whoever the ladder asks was chosen by it: no hold makes tracing choose again. */
export const LADDER = 'system:ladder';

/** A contact that a person chose. */
export interface ChosenContact {
  channel: NoticeChannel;
  contact: string;
  language: Lang;
  name: string;
}

/** What people on the desk do with a notice; the policy was asked by the caller. */
export function createActions(platform: Platform, needs: ActionNeeds) {
  const { db, clock, jobs } = platform;
  const { store, preparation, outbox, letters, contacts } = needs;

  async function lockedHold(tx: Db, notice: string, kind: HoldKind): Promise<HoldRow> {
    const row = await tables(tx)
      .selectFrom('takedown.hold')
      .selectAll()
      .where('notice', '=', notice)
      .where('kind', '=', kind)
      .forUpdate()
      .executeTakeFirst();
    if (!row) throw HOLD_UNKNOWN();
    return row;
  }

  const change = (tx: Db, notice: string, kind: HoldKind, patch: Partial<HoldRow>) =>
    tables(tx).updateTable('takedown.hold').set(patch).where('notice', '=', notice).where('kind', '=', kind).execute();

  function held(notice: NoticeRow, event: string): void {
    if (notice.state !== 'held') throw NOTICE_TRANSITION({ state: notice.state, event });
  }

  const manual = (given: ChosenContact): Partial<NoticeRow> => ({
    contact: checkContact(given.channel, given.contact),
    channel: given.channel,
    language: given.language,
    provider_name: given.name.trim().slice(0, 200) || null,
    source: BY_PERSON,
    confidence: null,
    provider: null,
    reach: null,
  });

  async function decideHoldIn(tx: Db, id: string, kind: HoldKind, decision: HoldDecision, account: string) {
    held(await store.locked(tx, id), decision);
    const hold = await lockedHold(tx, id, kind);
    if (decision === 'release' && !mayRelease(hold)) throw PRESERVATION_FIRST();
    await change(tx, id, kind, { decision, decided_at: clock.now(), decided_by: account });
    await store.audit(tx, `account:${account}`, 'hold.decided', id, { kind, decision });
    if (!isReleased(await store.holds(tx, [id]))) return;
    const actor = `account:${account}`;
    const notice = await store.move(tx, id, 'released', actor);
    // Whom a person chose stays chosen; what tracing found may have changed while the notice waited.
    const chosenBefore = notice.source === BY_PERSON || notice.created_by === LADDER;
    if (!chosenBefore || !notice.channel) return preparation.beginTracing(tx, id);
    const known = notice.contact ? await contacts.rowsOf([notice.contact], tx) : undefined;
    const standing = known?.get(addressKey(notice.contact ?? ''));
    if (standing && UNUSABLE.includes(standing.state)) {
      // While it waited the address turned out wrong: nothing goes there, and somebody else is looked for.
      await store.move(tx, id, 'nobody-found', actor, { next_try_at: null }, { why: 'contact-wrong' });
      await jobs.enqueue(tx, replaceContact, { notice: id }, { key: `takedown.replace:${id}` });
      return;
    }
    const { event, patch } = chosen(notice.channel, clock.now());
    await store.move(tx, id, event, actor, patch, { channel: notice.channel });
  }

  /** Those who said since that few can see it were not asked before the first notice; then it waits for their word. */
  async function heldOrChosen(
    tx: Db,
    next: NoticeRow,
    toAsk: Awaited<ReturnType<Preparation['unasked']>>,
    fields: Partial<NoticeRow>,
    who: { actor: string; writer: string; after: string },
  ): Promise<string> {
    if (toAsk.length > 0) {
      await preparation.askReporters(tx, next.item, toAsk, who.writer);
      await store.setFields(tx, next.id, fields);
      return next.id;
    }
    const channel = fields.channel ?? 'mail';
    const { event, patch } = chosen(channel, clock.now());
    await store.move(tx, next.id, event, who.actor, { ...patch, ...fields }, { channel, after: who.after });
    return next.id;
  }

  const askedBy = (n: NoticeRow) => ({
    item: n.item,
    round: n.round,
    category: n.category,
    legal_articles: n.legal_articles,
    url: n.url,
    host: n.host,
    platform: n.platform,
    purpose: n.purpose,
    assessed_at: n.assessed_at,
    assessed_by: n.assessed_by,
  });

  /**
   * A notice to one more contact of the same round. `actor` for the record; `writer` is the account in whose name
   * reporters are asked. The caller has looked whether it may be.
   * @throws TAKEDOWN_CONTACT_USED
   */
  async function writeTo(
    tx: Db,
    first: NoticeRow,
    fields: Partial<NoticeRow>,
    actor: string,
    writer: string,
  ): Promise<string> {
    const others = (await store.ofItem(tx, first.item)).filter(
      (n) => n.round === first.round && n.assessed_at.getTime() === first.assessed_at.getTime(),
    );
    if (others.some((n) => n.contact?.toLowerCase() === fields.contact?.toLowerCase())) throw CONTACT_USED();
    const toAsk = await preparation.unasked(tx, first.item);
    const next = await store.insert(tx, {
      ...askedBy(first),
      createdBy: actor,
      holds: toAsk.length > 0 ? ['reporter'] : [],
    });
    const trace = fields.trace ?? first.trace;
    return heldOrChosen(tx, next, toAsk, { ...fields, trace }, { actor, writer, after: first.id });
  }

  /** The same contact again, in the same thread: a notice of its own, which goes out like any other. */
  async function remind(
    tx: Db,
    first: NoticeRow,
    kind: 'reminder' | 'contradiction',
    seenAt: Date,
    actor: string,
  ): Promise<string> {
    const toAsk = await preparation.unasked(tx, first.item);
    const next = await store.insert(tx, {
      ...askedBy(first),
      createdBy: actor,
      holds: toAsk.length > 0 ? ['reporter'] : [],
      follows: { kind, reminder_of: first.id, first_sent_at: first.sent_at, seen_at: seenAt },
    });
    const { contact, channel, language, provider_name, provider, reach, source, confidence, trace } = first;
    // It opens the page of what it reminds of, by that one's link.
    const { addressed } = first;
    const to = { contact, channel, language, provider_name, provider, reach, source, confidence, trace, addressed };
    const where = { network: first.network, hosted_in: first.hosted_in };
    return heldOrChosen(tx, next, toAsk, { ...to, ...where }, { actor, writer: first.assessed_by, after: first.id });
  }

  return {
    /** Evidence is safe: the condition of every release by the police. */
    async recordPreservation(id: string, account: string): Promise<void> {
      await transaction(db, async (tx) => {
        held(await store.locked(tx, id), 'preservation');
        const hold = await lockedHold(tx, id, 'police');
        if (hold.preservation_at) return;
        await change(tx, id, 'police', { preservation_at: clock.now(), preservation_by: account });
        await store.audit(tx, `account:${account}`, 'hold.preserved', id, {});
      });
    },

    /**
     * Records the police's decision, or what the reporter answered. `keep` may become `release` later, also the other
     * way while the notice is still held. The last release lets the notice go on.
     * @throws TAKEDOWN_PRESERVATION_FIRST
     */
    async decideHold(id: string, kind: HoldKind, decision: HoldDecision, account: string): Promise<void> {
      await transaction(db, (tx) => decideHoldIn(tx, id, kind, decision, account));
    },
    decideHoldIn,

    /**
     * Another contact than tracing found, or any where it found none. A reminder goes to whom it reminds, nobody else.
     * @throws TAKEDOWN_CONTACT_INVALID, TAKEDOWN_NOTICE_TRANSITION also while it is being sent
     */
    async chooseContact(id: string, given: ChosenContact, account: string): Promise<void> {
      const fields = manual(given);
      await transaction(db, async (tx) => {
        const { event, patch } = chosen(given.channel, clock.now());
        const notice = await store.locked(tx, id);
        if (notice.kind !== 'ask' || (await letters.isBeingSent(tx, notice)))
          throw NOTICE_TRANSITION({ state: notice.state, event });
        // Its letter may go again with others of it, but not with this one.
        const elsewhere = fields.contact !== notice.contact || fields.channel !== notice.channel;
        const all = { ...patch, ...fields, ...(elsewhere ? { letter: null } : {}) };
        await store.move(tx, id, event, `account:${account}`, all, { channel: given.channel });
      });
    },

    /** Tries a failed notice again, at once and with all attempts before it. */
    async retry(id: string, account: string): Promise<void> {
      await transaction(db, async (tx) => {
        const patch = { attempts: 0, next_try_at: clock.now(), last_error: null };
        await store.move(tx, id, 'retry', `account:${account}`, patch);
      });
    },

    /** A person has put the text into the provider's form. */
    async markSent(id: string, account: string): Promise<void> {
      await transaction(db, async (tx) => {
        const { state, channel } = await store.get(tx, id);
        // Held again while the text was being pasted: it was sent all the same. What never had a form was not.
        if (state === 'held' && channel !== 'form') throw NOTICE_TRANSITION({ state, event: 'sent-by-hand' });
        await outbox.left(tx, id, 'sent-by-hand', `account:${account}`, { channel: 'form' });
      });
    },

    /**
     * Writes to somebody else too: a host that does not answer has a carrier, a name has a registrar. A new notice with
     * its own Message-ID; holds were settled for the first one.
     * @throws TAKEDOWN_DISPUTE_OPEN while an objection waits, TAKEDOWN_CONTACT_USED
     */
    async escalate(id: string, given: ChosenContact, account: string): Promise<string> {
      const fields = manual(given);
      return transaction(db, async (tx) => {
        const first = await store.locked(tx, id);
        // A hint at a site's own terms concerns nobody else.
        if (!STANDING_OUT.includes(first.state) || first.purpose === 'terms')
          throw NOTICE_TRANSITION({ state: first.state, event: 'escalate' });
        if (await store.hasDispute(tx, first.item)) throw DISPUTE_OPEN();
        return writeTo(tx, first, fields, `account:${account}`, account);
      });
    },

    writeTo,
    remind,
    manual,
  };
}
export type Actions = ReturnType<typeof createActions>;
