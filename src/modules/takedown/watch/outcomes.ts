import { type Db, transaction } from '../../../platform/db.ts';
import type { Platform } from '../../../platform/platform.ts';
import type { Casework } from '../../casework/index.ts';
import type { Reporting } from '../../reporting/index.ts';
import { type CheckState, STANDING } from '../check/index.ts';
import { NO_LOOK, WATCH_STATE } from '../errors.ts';
import { reappeared, withdrawn } from '../events.ts';
import type { NoticeStore } from '../notice/notice-store.ts';
import type { Preparation } from '../notice/preparation.ts';
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

  async function gone(tx: Db, item: string, round: number, by: 'machine' | 'person', actor: string): Promise<void> {
    await casework.apply(tx, item, { type: 'gone' }, actor, { by, round });
    await store.moveAll(tx, item, 'gone', actor);
    // One of three links is not the whole: "gone" is only said to a reporter when nothing of the report is left.
    await reporting.mailbox.addProgress(tx, await casework.settledReportsOf(item, tx), 'gone');
    await events.emit(tx, withdrawn, { item, round, by, at: clock.now() });
  }

  /** Reopens the item, tells the reporters, and prepares the notice of the next round. */
  async function back(tx: Db, item: string, round: number, actor: string): Promise<void> {
    const before = await casework.item(item, tx);
    // Reported again meanwhile: it waits for a new judgement, which will prepare the notice.
    if (before.state !== 'gone') return;
    await casework.apply(tx, item, { type: 'back' }, actor, { round });
    await reporting.mailbox.addProgress(tx, await casework.reportsOf(item, tx), 'back');
    await events.emit(tx, reappeared, { item, round, at: clock.now() });
    const assessment = await casework.latestAssessment(item, tx);
    if (assessment) await preparation.prepare(tx, await casework.item(item, tx), assessment, round, 'system');
  }

  return {
    gone,
    back,

    /**
     * A person confirms that content is gone: for what a machine may not decide (a removal page, a soft 404, a parked
     * domain, a wall), on the evidence of the last look; for an account, on the platform's word.
     * @throws TAKEDOWN_NO_LOOK when the last look saw the content, or nothing was looked at or said
     */
    async confirmGone(item: string, account: string): Promise<void> {
      await transaction(db, async (tx) => {
        const seen = await watches.find(tx, item);
        const actor = `account:${account}`;
        const now = clock.now();
        // An account, or a link that nobody let us fetch: there is only what the provider said.
        if (!seen || (seen.needs_leave && seen.state === 'open')) {
          const said = (await store.ofItem(tx, item)).find((n) => n.state === 'removed');
          if (!said) throw NO_LOOK();
          await gone(tx, item, said.round, 'person', actor);
          await store.audit(tx, actor, 'gone.confirmed', said.id, { item, evidence: 'provider-word' });
          if (seen)
            await watches.update(tx, item, { state: 'gone', closed_at: now, closed_by: actor, next_check_at: null });
          return;
        }
        if (seen.state !== 'open') throw WATCH_STATE();
        if (!seen.last_state || !deniable(seen.last_state)) throw NO_LOOK();
        await gone(tx, item, seen.round, 'person', actor);
        const watch = await watches.locked(tx, item);
        // A look that ended in between may have seen it after all.
        if (watch.state !== 'open' || watch.last_state !== seen.last_state) throw WATCH_STATE();
        await watches.update(tx, item, {
          state: 'gone',
          closed_at: now,
          closed_by: actor,
          looks_since_closing: 0,
          next_check_at: nextAfterClosing(now, 0, await rules.current(tx), now),
          lease: null,
          lease_until: null,
        });
        await casework.note(tx, item, actor, 'gone-confirmed', { evidence: seen.last_state, round: seen.round });
      });
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
