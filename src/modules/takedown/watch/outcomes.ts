import { type Db, transaction } from '../../../platform/db.ts';
import type { Platform } from '../../../platform/platform.ts';
import type { Casework } from '../../casework/index.ts';
import type { Reporting } from '../../reporting/index.ts';
import { type CheckState, STANDING } from '../check/index.ts';
import { NO_LOOK, NOT_TO_BE_SEEN, SECOND_PERSON, WATCH_STATE } from '../errors.ts';
import { reappeared, withdrawn } from '../events.ts';
import { avoidsSite } from '../notice/notice.ts';
import type { NoticeStore } from '../notice/notice-store.ts';
import type { Preparation } from '../notice/preparation.ts';
import type { WithdrawnBy } from '../schema.ts';
import { nextAfterClosing, type Rules } from './rule.ts';
import type { WatchStore } from './watch-store.ts';

export interface OutcomeNeeds {
  casework: Casework;
  reporting: Reporting;
  store: NoticeStore;
  watches: WatchStore;
  preparation: Preparation;
  rules: Rules;
}

/** What follows when content is gone, or back. Order of locks: item, notices, watch. */
export function createOutcomes(platform: Platform, needs: OutcomeNeeds) {
  const { db, clock, events } = platform;
  const { casework, reporting, store, watches, preparation, rules } = needs;

  async function gone(tx: Db, item: string, round: number, by: WithdrawnBy, actor: string): Promise<void> {
    await casework.locked(tx, item);
    // A site that heeds its own terms, or content whose judgement was taken back, counts nowhere: nothing unlawful went.
    if ((await casework.latestAssessment(item, tx))?.outcome === 'illegal')
      await watches.addWithdrawal(tx, { item, round, by });
    await casework.apply(tx, item, { type: 'gone' }, actor, { by, round });
    await store.moveAll(tx, item, 'gone', actor);
    // One of three links is not the whole: "gone" is only said to a reporter when nothing of the report is left.
    await reporting.mailbox.addProgress(tx, await casework.settledReportsOf(item, tx), 'gone');
    await events.emit(tx, withdrawn, { item, round, by, at: clock.now() });
  }

  /** Reopens the item, tells the reporters, and prepares what its judgement in force asks for in the next round. */
  async function back(tx: Db, item: string, round: number, actor: string): Promise<void> {
    const before = await casework.locked(tx, item);
    // Reported again meanwhile: it waits for a new judgement, which will prepare the notice.
    if (before.state !== 'gone' && before.state !== 'harmful') return;
    const after = await casework.apply(tx, item, { type: 'back' }, actor, { round });
    await reporting.mailbox.addProgress(tx, await casework.reportsOf(item, tx), 'back');
    await events.emit(tx, reappeared, { item, round, at: clock.now() });
    const assessment = await casework.latestAssessment(item, tx);
    // Without a judgement in force somebody judges first, and that prepares the notice.
    if (after.state === 'illegal' && assessment?.outcome === 'illegal')
      await preparation.prepare(tx, after, assessment, round, 'system');
    else if (
      after.state === 'harmful' &&
      assessment?.outcome === 'harmful' &&
      assessment.routes.includes('terms-notice')
    )
      await preparation.prepare(tx, after, assessment, round, 'system', 'terms');
  }

  /**
   * Whose word there is that content is gone which we can't see ourselves: the provider's answer, else that of a reporter
   * who was asked. The latter needs a second person: not the one who asked.
   */
  async function wordOf(
    tx: Db,
    item: string,
    account: string,
  ): Promise<{ by: 'platform-word' | 'reporter-word'; round: number; notice?: string } | undefined> {
    const notices = await store.ofItem(tx, item);
    const said = notices.find((n) => n.state === 'removed');
    if (said) return { by: 'platform-word', round: said.round, notice: said.id };
    // Of this round only; and whoever still sees it outweighs everybody who does not.
    const round = notices[0]?.round ?? 1;
    const opened = Math.min(...notices.filter((n) => n.round === round).map((n) => n.created_at.getTime()));
    const words = (await watches.words(tx, item)).filter((w) => w.answer !== null && timeOf(w) >= opened);
    if (words.some((w) => w.answer === 'there')) return undefined;
    const [newest] = words.toSorted((a, b) => timeOf(b) - timeOf(a));
    if (newest?.answer !== 'gone') return undefined;
    if (newest.asked_by === account) throw SECOND_PERSON();
    return { by: 'reporter-word', round: notices[0]?.round ?? 1 };
  }

  return {
    gone,
    back,

    /**
     * A person confirms that content is gone: for what a machine may not decide (a removal page, a soft 404, a parked
     * domain), on the evidence of the last look; where we can't look (an account, a wall, silence), on the platform's or a
     * reporter's word.
     * @throws TAKEDOWN_NO_LOOK when the last look saw the content, or nothing was looked at or said;
     *   TAKEDOWN_SECOND_PERSON when the same person asked the reporter
     */
    async confirmGone(item: string, account: string): Promise<void> {
      await transaction(db, async (tx) => {
        const seen = await watches.find(tx, item);
        const actor = `account:${account}`;
        const now = clock.now();
        // An account, or a link that nobody let us fetch: there is only what others say.
        if (!seen || (seen.needs_leave && seen.state === 'open')) {
          const word = await wordOf(tx, item, account);
          if (!word) throw NO_LOOK();
          await gone(tx, item, seen?.round ?? word.round, word.by, actor);
          if (word.notice) await store.audit(tx, actor, 'gone.confirmed', word.notice, { item, evidence: word.by });
          else await casework.note(tx, item, actor, 'gone-confirmed', { evidence: word.by, round: word.round });
          if (seen)
            await watches.update(tx, item, { state: 'gone', closed_at: now, closed_by: actor, next_check_at: null });
          return;
        }
        if (seen.state !== 'open') throw WATCH_STATE();
        if (!seen.last_state || !deniable(seen.last_state)) throw NO_LOOK();
        // A wall or silence is no evidence: somebody who could see must say so.
        const word = STANDING[seen.last_state] === 'silent' ? await wordOf(tx, item, account) : undefined;
        if (STANDING[seen.last_state] === 'silent' && !word) throw NO_LOOK();
        await gone(tx, item, seen.round, word?.by ?? 'person', actor);
        const watch = await watches.locked(tx, item);
        // A look that ended in between may have seen it after all.
        if (watch.state !== 'open' || watch.last_state !== seen.last_state) throw WATCH_STATE();
        await watches.update(tx, item, {
          state: 'gone',
          closed_at: now,
          closed_by: actor,
          looks_since_closing: 0,
          next_check_at: nextAfterClosing(now, 0, await rules.current(tx), now),
          ruled_signature: watch.last_signature,
          lease: null,
          lease_until: null,
        });
        await casework.note(tx, item, actor, 'gone-confirmed', {
          evidence: word?.by ?? seen.last_state,
          round: seen.round,
        });
      });
    },

    /**
     * A person has seen what answers and says that the content is still there, or, after a closing, that this is not it:
     * nobody is asked again before something changes. Looks go on.
     * @throws TAKEDOWN_NO_LOOK when the last look is no question
     */
    async confirmAsIs(item: string, account: string): Promise<void> {
      await transaction(db, async (tx) => {
        const watch = await watches.locked(tx, item);
        if (!watch.last_state || !questionable(watch.last_state)) throw NO_LOOK();
        await watches.rule(tx, item);
        const said = watch.state === 'gone' ? 'not-back' : 'still-there';
        await casework.note(tx, item, `account:${account}`, said, { evidence: watch.last_state, round: watch.round });
      });
    },

    /** Looks as soon as possible, because a person wants to know. */
    async lookAgain(item: string, account: string): Promise<void> {
      await transaction(db, async (tx) => {
        const watch = await watches.locked(tx, item);
        if (watch.state === 'stopped') throw WATCH_STATE();
        await watches.hurry(tx, item);
        await casework.note(tx, item, `account:${account}`, 'look-again', {});
      });
    },

    /** Asks those who reported it, on their receipt page, whether it is still there: where they can see and we can't. */
    async askReporters(item: string, account: string): Promise<void> {
      await transaction(db, async (tx) => {
        const category = (await casework.latestAssessment(item, tx))?.category;
        if (category === 'csam' || category === 'pornography') throw NOT_TO_BE_SEEN();
        const named = await casework.placesOf(item, tx);
        // Where a look may hurt, no child is asked.
        const grownUps = !category || avoidsSite(category);
        const reports = await reporting.mailbox.askStillThere(tx, item, named, grownUps);
        await watches.asked(tx, item, reports, account);
        await casework.note(tx, item, `account:${account}`, 'reporter-asked', { reports: reports.length });
      });
    },

    /** A reporter answered for this item. "Still there" is looked at again at once; "gone" waits for a person. */
    async onReporterLooked(tx: Db, event: { report: string; item: string; answer: 'gone' | 'there' }): Promise<void> {
      const { report, item, answer } = event;
      if (!(await watches.answered(tx, item, report, answer))) return;
      await watches.hurry(tx, item);
      await casework.note(tx, item, 'reporter', 'reporter-answered', { answer });
    },

    /** A person lets an address be fetched that seems to be made for one person, knowing what that may tell. */
    async allowLooks(item: string, account: string): Promise<void> {
      await transaction(db, async (tx) => {
        if (await watches.allow(tx, item)) await casework.note(tx, item, `account:${account}`, 'looks-allowed', {});
      });
    },

    /** A person confirms that content that was closed is back, where a machine only saw "something". */
    async confirmBack(item: string, account: string): Promise<void> {
      await transaction(db, async (tx) => {
        const seen = await watches.find(tx, item);
        if (seen?.state !== 'gone') throw WATCH_STATE();
        const round = seen.round + 1;
        await back(tx, item, round, `account:${account}`);
        const watch = await watches.locked(tx, item);
        if (watch.state !== 'gone' || watch.round !== seen.round) throw WATCH_STATE();
        await watches.update(tx, item, reopened(round, clock.now()));
      });
    },
  };
}
export type Outcomes = ReturnType<typeof createOutcomes>;

/** A person may say "gone" over anything but a look that saw the reported content itself. */
export const deniable = (state: CheckState): boolean => STANDING[state] !== 'up' || state === 'up-changed';

/** Something else answers in the content's place: a question for a person. */
export const questionable = (state: CheckState): boolean => STANDING[state] === 'doubt' || state === 'up-changed';

const timeOf = (word: { answered_at: Date | null }) => word.answered_at?.getTime() ?? 0;

/** The watch of content that is back. */
export const reopened = (round: number, now: Date) =>
  ({
    state: 'open',
    round,
    opened_at: now,
    closed_at: null,
    closed_by: null,
    looks_since_closing: 0,
    next_check_at: now,
  }) as const;
