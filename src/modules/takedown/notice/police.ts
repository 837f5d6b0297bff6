import type { Db } from '../../../platform/db.ts';
import type { Platform } from '../../../platform/platform.ts';
import { mayProceed, referralMoved, referralSent } from '../../referral/index.ts';
import { type PoliceReferralRow, tables } from '../schema.ts';
import type { Actions } from './actions.ts';
import { mayRelease } from './notice.ts';
import type { NoticeStore } from './notice-store.ts';

/** What the security forces were sent about an item, and their word that a notice may go out. */
export function createPolice(platform: Platform, needs: { store: NoticeStore; actions: Actions }) {
  const { db, events } = platform;
  const { store, actions } = needs;

  events.on(referralSent, async (tx, e) => {
    const facts = { item: e.item, code: e.code, body: e.body, state: 'sent', hold: e.hold, hold_until: e.holdUntil };
    await tables(tx)
      .insertInto('takedown.police_referral')
      .values({ referral: e.referral, ...facts, sent_at: e.at, may_proceed_at: null, may_proceed_by: null })
      .onConflict((c) => c.column('referral').doUpdateSet({ ...facts, sent_at: e.at }))
      .execute();
  });

  events.on(referralMoved, async (tx, { referral, state }) => {
    await tables(tx).updateTable('takedown.police_referral').set({ state }).where('referral', '=', referral).execute();
  });

  // Recorded as the police's decision, by whoever spoke for them. Evidence first, as everywhere: a hold without
  // preservation stays, shows what the police said, and waits for a person.
  events.on(mayProceed, async (tx, { referral, item, account, at }) => {
    await tables(tx)
      .updateTable('takedown.police_referral')
      .set({ may_proceed_at: at, may_proceed_by: account })
      .where('referral', '=', referral)
      .execute();
    for (const notice of await store.unsentOf(tx, item)) {
      if (notice.state !== 'held') continue;
      const hold = (await store.holds(tx, [notice.id])).find((h) => h.kind === 'police');
      if (hold && hold.decision !== 'release' && mayRelease(hold))
        await actions.decideHoldIn(tx, notice.id, 'police', 'release', account);
    }
  });

  return {
    /** Newest first. */
    ofItem: (item: string, tx: Db = db): Promise<PoliceReferralRow[]> =>
      tables(tx)
        .selectFrom('takedown.police_referral')
        .selectAll()
        .where('item', '=', item)
        .where('hold', '=', true)
        .orderBy('sent_at', 'desc')
        .execute(),
  };
}
export type Police = ReturnType<typeof createPolice>;
