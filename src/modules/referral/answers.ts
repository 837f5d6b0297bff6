import { type Db, transaction } from '../../platform/db.ts';
import type { Platform } from '../../platform/platform.ts';
import type { Casework } from '../casework/index.ts';
import type { Country } from '../country/index.ts';
import { auditName, authorize, type StaffActor } from '../identity/index.ts';
import type { Reporting } from '../reporting/index.ts';
import { MAX_WORDS } from './drafting.ts';
import { INVALID, NO_HOLD, NOT_THERE_YET, PURGED, REASON_MISSING } from './errors.ts';
import { mayProceed } from './events.ts';
import type { Mails } from './mails.ts';
import { OUT, possible } from './referral.ts';
import { type ReferralRow, tables } from './schema.ts';
import type { Store } from './store.ts';

/** What a body does with a referral. */
export type Answer =
  | { event: 'received' }
  | { event: 'accepted'; words: string }
  | { event: 'declined'; reason: string; words: string }
  | { event: 'returned'; words: string }
  | { event: 'outcome'; outcome: string; words: string };
export const ANSWERS = ['received', 'accepted', 'declined', 'returned', 'outcome'] as const;

/** Who speaks: somebody there, or one of us who writes down what was said by telephone or letter. */
export type Side = 'body' | 'sender';

export interface AnswerNeeds {
  casework: Casework;
  reporting: Reporting;
  country: Country;
  store: Store;
  mails: Mails;
}

/** The receiving side. Policy is asked here, with the record: nobody gets past it by another page. */
export function createAnswers(platform: Platform, needs: AnswerNeeds) {
  const { db, clock, keys, events } = platform;
  const { casework, reporting, country, store, mails } = needs;

  function authorizeSide(actor: StaffActor, side: Side, row: ReferralRow): void {
    if (side === 'body') authorize(actor, 'referral.receive', store.recordFor(row));
    else authorize(actor, 'referral.record-answer');
  }

  function wordsOf(answer: Answer): string {
    const words = 'words' in answer ? answer.words.trim() : '';
    if (words.length > MAX_WORDS) throw INVALID({ max: MAX_WORDS });
    // "For more" without saying what leaves the other side guessing.
    if (answer.event === 'returned' && !words) throw REASON_MISSING();
    return words;
  }

  /** The reporter hears that something happened, in words that name nothing: who reads the phone is not known. */
  async function tell(tx: Db, row: ReferralRow, step: 'referral-accepted' | 'referral-answered'): Promise<void> {
    if (!row.tell_reporter) return;
    await reporting.mailbox.addProgress(tx, await casework.reportsOf(row.item, tx), step);
  }

  async function apply(tx: Db, row: ReferralRow, answer: Answer, actor: StaffActor, side: Side): Promise<void> {
    const by = auditName(actor);
    const detail = { side };
    const words = wordsOf(answer);
    const { bodies } = country.pack();
    const said = (code: string | null) =>
      store.say(tx, row.id, { event: answer.event, side, account: actor.accountId, code, words });
    switch (answer.event) {
      case 'received': {
        await store.move(tx, row.id, 'received', by, { received_at: row.received_at ?? clock.now() }, detail);
        await mails.drop(tx, row.id);
        return said(null);
      }
      case 'accepted': {
        await store.move(tx, row.id, 'accepted', by, {}, detail);
        await tell(tx, row, 'referral-accepted');
        return said(null);
      }
      case 'declined': {
        if (!bodies.declineReasons.some((r) => r.id === answer.reason)) throw REASON_MISSING();
        const moved = await store.move(tx, row.id, 'declined', by, { reason_code: answer.reason }, detail);
        await mails.toSender(tx, moved, 'declined', true);
        return said(answer.reason);
      }
      case 'returned': {
        const moved = await store.move(tx, row.id, 'returned', by, {}, detail);
        await mails.toSender(tx, moved, 'returned');
        return said(null);
      }
      case 'outcome': {
        const outcome = bodies.outcomes.find((o) => o.id === answer.outcome);
        if (!outcome) throw REASON_MISSING();
        const event = outcome.final ? 'last-outcome' : 'outcome';
        const moved = await store.move(
          tx,
          row.id,
          event,
          by,
          { outcome: outcome.id },
          { ...detail, outcome: outcome.id },
        );
        await casework.note(tx, row.item, by, 'referral-answered', { code: row.code });
        await tell(tx, row, 'referral-answered');
        await mails.toSender(tx, moved, 'answered');
        return said(outcome.id);
      }
    }
  }

  return {
    /** @throws REFERRAL_TRANSITION, REFERRAL_REASON_MISSING */
    async answer(actor: StaffActor, id: string, side: Side, answer: Answer): Promise<void> {
      await transaction(db, async (tx) => {
        const row = await store.locked(tx, id);
        authorizeSide(actor, side, row);
        // Nobody decides on what never came: an answer by telephone says that it did.
        if (side === 'sender' && answer.event !== 'received' && possible(row.state, 'received'))
          await apply(tx, row, { event: 'received' }, actor, side);
        await apply(tx, row, answer, actor, side);
      });
    },

    /** The body's word that notices may go out: by its own button, or written down by one of us. */
    async proceed(actor: StaffActor, id: string, side: Side): Promise<void> {
      await transaction(db, async (tx) => {
        const row = await store.locked(tx, id);
        if (side === 'body') authorize(actor, 'referral.may-proceed', store.recordFor(row));
        // Our own word for it weighs as much as a release: only who may decide the hold may say so.
        else authorize(actor, 'notice.hold.decide');
        if (!row.hold || !OUT.includes(row.state)) throw NO_HOLD();
        if (row.proceed_at) return;
        const at = clock.now();
        await tables(tx)
          .updateTable('referral.referral')
          .set({ proceed_at: at, proceed_by: actor.accountId })
          .where('id', '=', id)
          .execute();
        await store.audit(tx, auditName(actor), 'may-proceed', id, { side, code: row.code });
        await store.say(tx, id, { event: 'may-proceed', side, account: actor.accountId, code: null, words: '' });
        await events.emit(tx, mayProceed, { referral: id, item: row.item, account: actor.accountId, at });
      });
    },

    /**
     * Hands the newest package over: to the receiving side, which has then received it, or a sealed copy to one of us who
     * carries it. Each time is custody, and audited. `data` is an age file, or the archive itself for a body without a key.
     */
    async open(
      actor: StaffActor,
      id: string,
      side: Side,
    ): Promise<{ name: string; data: Buffer; type: 'application/octet-stream' | 'application/zip' }> {
      return transaction(db, async (tx) => {
        const row = await store.locked(tx, id);
        if (side === 'body') authorize(actor, 'referral.receive', store.recordFor(row));
        else authorize(actor, 'referral.prepare', { territory: null });
        const kept = await tables(tx)
          .selectFrom('referral.package')
          .selectAll()
          .where('referral', '=', id)
          .orderBy('round', 'desc')
          .limit(1)
          .executeTakeFirst();
        if (!kept) throw NOT_THERE_YET();
        if (!kept.sealed) throw PURGED();
        // What only the body's session may open is not ours to carry about.
        if (side === 'sender' && kept.sealed_for === 'session') throw NOT_THERE_YET();
        await store.audit(tx, auditName(actor), 'package.opened', id, {
          side,
          round: kept.round,
          sealedFor: kept.sealed_for,
          sha256: kept.sha256,
        });
        if (side === 'body' && row.state === 'sent') await apply(tx, row, { event: 'received' }, actor, side);
        const name = `${row.code}-${kept.round}.zip`;
        if (kept.sealed_for === 'keys')
          return { name: `${name}.age`, data: kept.sealed, type: 'application/octet-stream' as const };
        if (!kept.data_key) throw PURGED();
        const key = keys.openRecordKey(kept.data_key, `referral.package:${kept.id}`);
        return { name, data: key.open(kept.sealed, 'package'), type: 'application/zip' as const };
      });
    },
  };
}
