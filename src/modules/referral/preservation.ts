import { type Db, transaction } from '../../platform/db.ts';
import { uuidv7 } from '../../platform/ids.ts';
import type { Platform } from '../../platform/platform.ts';
import { recordAudit } from '../audit/index.ts';
import { auditName, authorize, type StaffActor } from '../identity/index.ts';
import { holdEnded, type Retention } from '../retention/index.ts';
import { PRESERVATION_UNKNOWN } from './errors.ts';
import { type PreservationRow, tables } from './schema.ts';

export interface PreservationInput {
  item: string;
  referral: string | null;
  /** The provider or body that was asked to keep something. */
  askedOf: string;
  reference: string;
  until: Date;
  reason: string;
}

/** Requests to preserve: who was asked, for what, until when. While one stands, our own records of the item stay too. */
export function createPreservation(platform: Platform, retention: Retention) {
  const { db, clock, random, events } = platform;

  async function end(tx: Db, row: PreservationRow, actor: string): Promise<void> {
    await tables(tx)
      .updateTable('referral.preservation')
      .set({ ended_at: clock.now(), ended_by: actor.startsWith('account:') ? actor.slice('account:'.length) : null })
      .where('id', '=', row.id)
      .where('ended_at', 'is', null)
      .execute();
    await audit(tx, actor, 'ended', row.id, { item: row.item });
  }

  const audit = (tx: Db, actor: string, what: string, id: string, detail: Record<string, string>) =>
    recordAudit(tx, {
      id: uuidv7(clock, random),
      at: clock.now(),
      actor,
      action: `referral.preservation.${what}`,
      subject: `referral.preservation:${id}`,
      detail,
    });

  // Released on another page, or run out: the request has ended all the same.
  events.on(holdEnded, async (tx, { hold, actor }) => {
    const q = tables(tx).selectFrom('referral.preservation').selectAll();
    const row = await q.where('hold', '=', hold).where('ended_at', 'is', null).executeTakeFirst();
    if (row) await end(tx, row, actor);
  });

  return {
    /** @throws RETENTION_HOLD_INVALID, RETENTION_RECORD_UNKNOWN, RETENTION_ALREADY_PURGED */
    async ask(actor: StaffActor, given: PreservationInput): Promise<string> {
      authorize(actor, 'referral.preserve');
      return transaction(db, async (tx) => {
        const hold = await retention.hold(
          tx,
          {
            subject: { type: 'casework.item', id: given.item },
            kind: 'preservation',
            authority: given.askedOf,
            reference: given.reference,
            reason: given.reason,
            until: given.until,
          },
          auditName(actor),
        );
        const row: PreservationRow = {
          id: uuidv7(clock, random),
          item: given.item,
          referral: given.referral,
          hold,
          asked_of: given.askedOf.trim(),
          reference: given.reference.trim(),
          until: given.until,
          made_at: clock.now(),
          made_by: actor.accountId,
          ended_at: null,
          ended_by: null,
        };
        await tables(tx).insertInto('referral.preservation').values(row).execute();
        await audit(tx, auditName(actor), 'asked', row.id, { item: given.item, hold });
        return row.id;
      });
    },

    /** Ends the request and the hold with it. @throws REFERRAL_PRESERVATION_UNKNOWN, RETENTION_HOLD_TRANSITION */
    async release(actor: StaffActor, id: string, reason: string): Promise<string> {
      authorize(actor, 'referral.preserve');
      return transaction(db, async (tx) => {
        const q = tables(tx).selectFrom('referral.preservation').selectAll().where('id', '=', id);
        const row = await q.executeTakeFirst();
        if (!row) throw PRESERVATION_UNKNOWN();
        // The event of the released hold ends the request.
        await retention.release(tx, row.hold, reason, auditName(actor));
        return row.item;
      });
    },

    /** Newest first. */
    ofItem: (item: string): Promise<PreservationRow[]> =>
      tables(db)
        .selectFrom('referral.preservation')
        .selectAll()
        .where('item', '=', item)
        .orderBy('made_at', 'desc')
        .orderBy('id', 'desc')
        .execute(),
  };
}
