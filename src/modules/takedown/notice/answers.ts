import { transaction } from '../../../platform/db.ts';
import type { Platform } from '../../../platform/platform.ts';
import type { Casework } from '../../casework/index.ts';
import type { Reporting } from '../../reporting/index.ts';
import { NOTICE_TRANSITION, REASON_MISSING } from '../errors.ts';
import type { DisputeDecision, NoticeRow } from '../schema.ts';
import type { WatchStore } from '../watch/watch-store.ts';
import { MAY_BE_OUT, type NoticeEvent } from './notice.ts';
import type { NoticeStore } from './notice-store.ts';
import type { Outbox } from './outbox.ts';

export const ANSWERS = ['received', 'removed', 'disagree'] as const;
export type Answer = (typeof ANSWERS)[number];
export const MAX_REASON = 5000;

export const EVENT_OF: Record<Answer, NoticeEvent> = {
  received: 'says-received',
  removed: 'says-removed',
  disagree: 'disagrees',
};

export interface AnswerNeeds {
  casework: Casework;
  reporting: Reporting;
  store: NoticeStore;
  watches: WatchStore;
  outbox: Outbox;
}

/** What providers say to a notice, and what we decide about it. */
export function createAnswers(platform: Platform, needs: AnswerNeeds) {
  const { db, clock, keys } = platform;
  const { casework, reporting, store, watches, outbox } = needs;

  const context = (notice: string) => `takedown.notice:${notice}`;

  /** Seals a text into a notice's own key, which is made when the first one comes. */
  function sealed(notice: NoticeRow, field: 'answer' | 'decision_reason', text: string): Partial<NoticeRow> {
    if (!text) return {};
    if (notice.data_key) return { [field]: keys.openRecordKey(notice.data_key, context(notice.id)).seal(text, field) };
    const { wrapped, key } = keys.newRecordKey(context(notice.id));
    return { data_key: wrapped, [field]: key.seal(text, field) };
  }

  function opened(notice: NoticeRow, field: 'answer' | 'decision_reason'): string | undefined {
    const box = notice[field];
    if (!box || !notice.data_key) return undefined;
    return keys.openRecordKey(notice.data_key, context(notice.id)).openText(box, field);
  }

  /** @throws TAKEDOWN_REASON_MISSING unless there is a reason of at most 5,000 characters */
  function reasonOf(text: string): string {
    const reason = text.trim();
    if (!reason || reason.length > MAX_REASON) throw REASON_MISSING({ max: MAX_REASON });
    return reason;
  }

  return {
    /**
     * The provider answers on the signed page. Saying the same twice changes nothing. "Removed" is only their word: it
     * brings the next look forward.
     */
    async answer(id: string, answer: Answer, typed: string): Promise<NoticeRow> {
      const reason = answer === 'disagree' ? reasonOf(typed) : '';
      return transaction(db, async (tx) => {
        const { state } = await store.get(tx, id);
        // Nobody else has the link: an answer proves that the mail arrived, also when its server's "accepted" was lost.
        if (MAY_BE_OUT.includes(state))
          await outbox.left(tx, id, state === 'by-hand' ? 'sent-by-hand' : 'accepted', 'provider', { proof: 'answer' });
        const before = await store.locked(tx, id);
        const at = clock.now();
        const patch: Partial<NoticeRow> = {
          answered_at: before.answered_at ?? at,
          ...(answer === 'removed' ? { removed_at: before.removed_at ?? at } : {}),
          ...(answer === 'disagree' ? { dispute_decision: null, decided_at: null, decided_by: null } : {}),
          ...sealed(before, 'answer', reason),
        };
        const notice = await store.move(tx, id, EVENT_OF[answer], 'provider', patch);
        if (notice.state !== before.state)
          await reporting.mailbox.addProgress(tx, await casework.reportsOf(notice.item, tx), 'site-answered');
        if (answer === 'removed') await watches.hurry(tx, notice.item);
        return notice;
      });
    },

    /** A second person decides about an objection. @throws TAKEDOWN_REASON_MISSING, TAKEDOWN_NOTICE_TRANSITION */
    async decide(id: string, account: string, decision: DisputeDecision, typed: string): Promise<void> {
      const reason = reasonOf(typed);
      await transaction(db, async (tx) => {
        const before = await store.locked(tx, id);
        if (before.state !== 'disputed') throw NOTICE_TRANSITION({ state: before.state, event: decision });
        const patch: Partial<NoticeRow> = {
          dispute_decision: decision,
          decided_at: clock.now(),
          decided_by: account,
          ...sealed(before, 'decision_reason', reason),
        };
        await store.move(tx, id, decision, `account:${account}`, patch);
      });
    },

    /** Who did what a dispute is about: they may not decide it. */
    doneBy: (notice: NoticeRow): string[] => [
      notice.assessed_by,
      ...(notice.created_by.startsWith('account:') ? [notice.created_by.slice('account:'.length)] : []),
    ],

    providerWords: (notice: NoticeRow) => opened(notice, 'answer'),
    ourReason: (notice: NoticeRow) => opened(notice, 'decision_reason'),
  };
}
export type Answers = ReturnType<typeof createAnswers>;
