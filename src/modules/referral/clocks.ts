import { transaction } from '../../platform/db.ts';
import type { Platform } from '../../platform/platform.ts';
import type { Mails } from './mails.ts';
import { OVER, THEIR_MOVE } from './referral.ts';
import { tables } from './schema.ts';
import type { Store } from './store.ts';

const BATCH = 100;

/** Reminds whoever's move it is when time is over, and again after as long; and says when a hold's limit has passed. */
export function createClocks(platform: Platform, needs: { store: Store; mails: Mails }) {
  const { db, clock } = platform;
  const { store, mails } = needs;

  async function remind(now: Date): Promise<void> {
    const due = await tables(db)
      .selectFrom('referral.referral')
      .select('id')
      .where('next_reminder_at', '<=', now)
      .orderBy('next_reminder_at')
      .limit(BATCH)
      .execute();
    for (const { id } of due)
      await transaction(db, async (tx) => {
        const row = await store.locked(tx, id);
        if (!row.next_reminder_at || row.next_reminder_at > clock.now()) return;
        const theirs = THEIR_MOVE.includes(row.state);
        await tables(tx)
          .updateTable('referral.referral')
          .set({ reminders: row.reminders + 1, next_reminder_at: store.dueAt(row.state, row.urgency, row.body) })
          .where('id', '=', id)
          .execute();
        await store.audit(tx, 'system', 'reminded', id, { code: row.code, state: row.state, count: row.reminders + 1 });
        if (theirs) await mails.toBody(tx, row, 'reminder');
        // Ours too: from the second time on supervisors hear of it.
        await mails.toSender(tx, row, 'late', row.reminders > 0);
      });
  }

  /** Never a release: a person decides, and is told that it is time. */
  async function holdsPassed(now: Date): Promise<void> {
    const rows = await tables(db)
      .selectFrom('referral.referral')
      .select('id')
      .where('hold', '=', true)
      .where('hold_until', '<=', now)
      .where('hold_reminded', '=', false)
      .where('proceed_at', 'is', null)
      .limit(BATCH)
      .execute();
    for (const { id } of rows)
      await transaction(db, async (tx) => {
        const row = await store.locked(tx, id);
        if (row.hold_reminded || row.proceed_at) return;
        await tables(tx).updateTable('referral.referral').set({ hold_reminded: true }).where('id', '=', id).execute();
        await store.audit(tx, 'system', 'hold-passed', id, { code: row.code });
        if (row.state === 'withdrawn') return;
        if (!OVER.includes(row.state)) await mails.toBody(tx, row, 'hold-passed');
        await mails.toSender(tx, row, 'hold-passed', true);
      });
  }

  platform.ticks.every('referral.clocks', 30_000, async (now) => {
    await remind(now);
    await holdsPassed(now);
  });
}
