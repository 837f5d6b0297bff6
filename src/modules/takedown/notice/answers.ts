import { type Db, transaction } from '../../../platform/db.ts';
import type { Lang } from '../../../platform/i18n/index.ts';
import { uuidv7 } from '../../../platform/ids.ts';
import type { Platform } from '../../../platform/platform.ts';
import type { Casework } from '../../casework/index.ts';
import type { Country } from '../../country/index.ts';
import type { Reporting } from '../../reporting/index.ts';
import { MORE_TIME_INVALID, MORE_TIME_SPENT, NOTICE_TRANSITION, REASON_MISSING } from '../errors.ts';
import type { Disputes } from '../escalation/disputes.ts';
import { questionsJudgement } from '../escalation/ground.ts';
import { judgementDisputed, judgementDoubted } from '../events.ts';
import { type DisputeDecision, type DisputeGround, type MoreTimeRow, type NoticeRow, tables } from '../schema.ts';
import type { WatchStore } from '../watch/watch-store.ts';
import type { Actions } from './actions.ts';
import { MAY_BE_OUT, type NoticeEvent, possible, STANDING_OUT, UNSENT } from './notice.ts';
import type { NoticeStore } from './notice-store.ts';
import type { Outbox } from './outbox.ts';

export const ANSWERS = ['received', 'removed', 'more-time', 'disagree'] as const;
export type Answer = (typeof ANSWERS)[number];
export const MAX_REASON = 5000;
const MAX_NAMED = 500;

export const EVENT_OF: Record<Answer, NoticeEvent> = {
  received: 'says-received',
  removed: 'says-removed',
  'more-time': 'granted-time',
  disagree: 'disagrees',
};

/** What comes with an answer, where it needs more than itself. */
export interface AnswerDetail {
  ground?: DisputeGround | undefined;
  /** Who is the right one, in the provider's words. */
  named?: string | undefined;
  until?: Date | undefined;
  language?: Lang | undefined;
}

export interface AnswerNeeds {
  casework: Casework;
  country: Country;
  reporting: Reporting;
  store: NoticeStore;
  watches: WatchStore;
  outbox: Outbox;
  actions: Actions;
  disputes: Disputes;
}

/** What providers say to a notice, and what we decide about it. */
export function createAnswers(platform: Platform, needs: AnswerNeeds) {
  const { db, clock, random, keys, events } = platform;
  const { casework, country, reporting, store, watches, outbox, actions, disputes } = needs;

  const context = (notice: string) => `takedown.notice:${notice}`;

  /** A notice's own key, which is made when the first text comes. */
  function keyOf(notice: NoticeRow) {
    const made = notice.data_key ? undefined : keys.newRecordKey(context(notice.id));
    const key = made?.key ?? keys.openRecordKey(notice.data_key as Buffer, context(notice.id));
    return {
      fresh: made ? { data_key: made.wrapped } : {},
      seal: (text: string, field: 'answer' | 'named' | 'why' | 'decision_reason') => key.seal(text, field),
    };
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

  const moreTimes = (tx: Db, notice: string): Promise<MoreTimeRow[]> =>
    tables(tx).selectFrom('takedown.more_time').selectAll().where('notice', '=', notice).orderBy('at').execute();

  /** How far a provider may still ask for: at most `until`; undefined when there was enough. */
  async function moreTimeBound(tx: Db, notice: NoticeRow): Promise<{ until: Date; maxHours: number } | undefined> {
    const { times, maxHours } = country.ladderFor(notice.category).moreTime;
    if ((await moreTimes(tx, notice.id)).length >= times) return undefined;
    return { until: new Date(clock.now().getTime() + maxHours * 3_600_000), maxHours };
  }

  async function grantTime(
    tx: Db,
    before: NoticeRow,
    until: Date | undefined,
    why: Buffer,
  ): Promise<Partial<NoticeRow>> {
    const bound = await moreTimeBound(tx, before);
    if (!bound) throw MORE_TIME_SPENT();
    if (!until || Number.isNaN(until.getTime()) || until <= clock.now() || until > bound.until)
      throw MORE_TIME_INVALID({ hours: bound.maxHours });
    await tables(tx)
      .insertInto('takedown.more_time')
      .values({ id: uuidv7(clock, random), notice: before.id, at: clock.now(), until, why })
      .execute();
    return { more_time_until: until };
  }

  /**
   * Reminders of a notice after its answer: what has not gone out does not go any more; what has no longer stands when the
   * notice itself doesn't (`sent-too`). `all`: the item's notices, locked.
   */
  async function dropReminders(
    tx: Db,
    all: readonly NoticeRow[],
    id: string,
    actor: string,
    which: 'unsent' | 'sent-too' = 'unsent',
  ): Promise<void> {
    for (const n of all.filter((r) => r.reminder_of === id)) {
      const { state } = await store.get(tx, n.id);
      if (UNSENT.includes(state)) await store.move(tx, n.id, 'replaced', actor, { next_try_at: null });
      else if (which === 'sent-too' && STANDING_OUT.includes(state))
        await store.move(tx, n.id, 'not-illegal', actor, { next_try_at: null });
    }
  }

  return {
    /**
     * The provider answers on the signed page. Saying the same twice changes nothing. "Removed" is only their word: it
     * brings the next look forward. A ground that was decided before is answered by that decision.
     * @throws TAKEDOWN_REASON_MISSING, TAKEDOWN_MORE_TIME_INVALID, TAKEDOWN_MORE_TIME_SPENT, TAKEDOWN_NOTICE_TRANSITION
     */
    async answer(id: string, answer: Answer, typed: string, more: AnswerDetail = {}): Promise<NoticeRow> {
      const reason = answer === 'disagree' || answer === 'more-time' ? reasonOf(typed) : '';
      return transaction(db, async (tx) => {
        const all = await outbox.hold(tx, id);
        const { state } = await store.get(tx, id);
        // Nobody else has the link: an answer proves that the mail arrived, also when its server's "accepted" was lost.
        if (MAY_BE_OUT.includes(state))
          await outbox.left(tx, id, state === 'by-hand' ? 'sent-by-hand' : 'accepted', 'provider', { proof: 'answer' });
        const before = await store.get(tx, id);
        if (!possible(before.state, EVENT_OF[answer]))
          throw NOTICE_TRANSITION({ state: before.state, event: EVENT_OF[answer] });
        const at = clock.now();
        const { fresh, seal } = keyOf(before);
        const patch: Partial<NoticeRow> = {
          answered_at: before.answered_at ?? at,
          ...(answer === 'removed' ? { removed_at: before.removed_at ?? at } : {}),
          ...(reason ? fresh : {}),
        };
        if (answer === 'more-time') Object.assign(patch, await grantTime(tx, before, more.until, seal(reason, 'why')));
        if (answer === 'disagree') {
          const ground = more.ground ?? 'other';
          const earlier = await disputes.earlier(tx, id, ground);
          const named = more.named?.trim().slice(0, MAX_NAMED);
          const given = {
            ground,
            language: more.language ?? before.language,
            words: seal(reason, 'answer'),
            named: named ? seal(named, 'named') : null,
          };
          await disputes.add(tx, before, given, earlier);
          if (earlier) {
            // Answered before: nothing changes, so what asks again goes on.
            await store.setFields(tx, id, patch);
            return { ...before, ...patch };
          }
          Object.assign(patch, {
            answer: given.words,
            dispute_decision: null,
            decided_at: null,
            decided_by: null,
          } satisfies Partial<NoticeRow>);
        }
        const notice = await store.move(tx, id, EVENT_OF[answer], 'provider', patch);
        if (answer === 'disagree' && questionsJudgement(more.ground ?? 'other'))
          await events.emit(tx, judgementDisputed, { item: notice.item, notice: id, at });
        if (notice.state !== before.state)
          await reporting.mailbox.addProgress(tx, await casework.reportsOf(notice.item, tx), 'site-answered');
        if (answer !== 'received') await dropReminders(tx, all, id, 'provider');
        if (answer === 'removed') {
          await watches.hurry(tx, notice.item);
          await disputes.drop(tx, id);
        }
        return notice;
      });
    },

    /**
     * A second person decides about an objection. Upheld: the notice goes on from there. Withdrawn: it is taken back;
     * where the judgement itself was questioned, everything that was asked about the item is taken back and somebody
     * judges anew; else others may still be asked, at once those whom the provider named when `writeTo` says so.
     * @throws TAKEDOWN_REASON_MISSING, TAKEDOWN_NOTICE_TRANSITION, TAKEDOWN_CONTACT_INVALID, TAKEDOWN_CONTACT_USED
     */
    async decide(
      id: string,
      account: string,
      decision: DisputeDecision,
      typed: string,
      writeToNamed = false,
    ): Promise<void> {
      const reason = reasonOf(typed);
      const actor = `account:${account}`;
      await transaction(db, async (tx) => {
        const { item } = await store.get(tx, id);
        await casework.locked(tx, item);
        const all = await store.lockedAll(tx, item);
        const open = await disputes.openOf(tx, id);
        const doubted = decision === 'withdrawn' && open !== undefined && questionsJudgement(open.ground);
        if (doubted && ['illegal', 'asked'].includes((await casework.item(item, tx)).state))
          await casework.apply(tx, item, { type: 'judge-again' }, actor, { notice: id });
        const before = await store.get(tx, id);
        if (before.state !== 'disputed') throw NOTICE_TRANSITION({ state: before.state, event: decision });
        const { fresh, seal } = keyOf(before);
        const sealed = seal(reason, 'decision_reason');
        const named = open && writeToNamed && !doubted ? disputes.named(before, open) : undefined;
        await store.move(tx, id, decision, actor, {
          dispute_decision: decision,
          decided_at: clock.now(),
          decided_by: account,
          decision_reason: sealed,
          ...fresh,
        });
        const decided = open && (() => disputes.decide(tx, open.id, { decision, account, reason: sealed }));
        if (decision !== 'withdrawn') return decided?.();
        await dropReminders(tx, all, id, actor, 'sent-too');
        if (doubted) {
          await store.moveAll(tx, item, 'not-illegal', actor);
          await events.emit(tx, judgementDoubted, { item, notice: id, at: clock.now() });
        }
        if (open?.ground === 'already-removed') await watches.hurry(tx, item);
        await decided?.();
        if (named) {
          const channel = /^https?:/.test(named) ? ('form' as const) : ('mail' as const);
          const fields = actions.manual({ channel, contact: named, language: before.language, name: '' });
          await actions.writeTo(tx, before, fields, actor, account);
        }
      });
    },

    moreTimeBound: (notice: NoticeRow) => moreTimeBound(db, notice),
    moreTimes: (notice: string) => moreTimes(db, notice),

    providerWords: (notice: NoticeRow) => opened(notice, 'answer'),
    ourReason: (notice: NoticeRow) => opened(notice, 'decision_reason'),
  };
}
export type Answers = ReturnType<typeof createAnswers>;
