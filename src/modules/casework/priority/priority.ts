import { sql } from 'kysely';
import { type Db, transaction } from '../../../platform/db.ts';
import { defineError } from '../../../platform/errors.ts';
import { uuidv7 } from '../../../platform/ids.ts';
import type { Platform } from '../../../platform/platform.ts';
import { DANGER_KINDS } from '../../reporting/index.ts';
import type { CaseworkTables, ItemRow } from '../schema.ts';
import { factsOfOld, judgeUrgency, type Priority, type UrgencyFacts, withFacts } from './urgency.ts';

export const PRIORITY_INVALID = defineError('casework', 'PRIORITY_INVALID', 400);
export const MAX_REASON = 1000;

export interface PriorityChange {
  id: string;
  account: string;
  from: number;
  to: number;
  /** Empty when the retention rules destroyed it. */
  reason: string;
  at: Date;
}

interface Tools {
  getItem(tx: Db, id: string, lock?: boolean): Promise<ItemRow>;
  /** The item's urgency is another one. */
  changed(tx: Db, item: string): Promise<void>;
  note(tx: Db, item: string, actor: string, what: string, detail: Record<string, string | number>): Promise<void>;
}

/** Keeps the priority of items with its reasons; people may set it, and say why. */
export function createPriority(platform: Pick<Platform, 'db' | 'clock' | 'random' | 'keys'>, tools: Tools) {
  const { db, clock, random, keys } = platform;
  const context = (id: string) => `casework.priority_change:${id}`;

  async function keep(tx: Db, item: string, p: Priority, at: Date): Promise<void> {
    await tx
      .withTables<CaseworkTables>()
      .updateTable('casework.item')
      .set({
        urgency: p.urgency,
        danger: p.danger,
        facts: sql`${JSON.stringify(p.facts)}::jsonb`,
        reasons: sql`${JSON.stringify(p.reasons)}::jsonb`,
        set_urgency: p.set_urgency,
        changed_at: at,
      })
      .where('id', '=', item)
      .execute();
    await tools.changed(tx, item);
  }

  const learn = (tx: Db, item: ItemRow, more: Partial<UrgencyFacts>, at: Date) =>
    keep(tx, item.id, withFacts(item, [{ ...(item.facts ?? factsOfOld(item)), ...more }]), at);

  return {
    /** Words of a report raised danger: every item it points to is danger, whatever a person set before. */
    async dangerRaised(tx: Db, report: string, kinds: readonly string[], at: Date): Promise<void> {
      const known = DANGER_KINDS.filter((k) => kinds.includes(k));
      const items = await tx
        .withTables<CaseworkTables>()
        .selectFrom('casework.item')
        .selectAll()
        .where(sql<boolean>`id in (select item from casework.item_report where report = ${report})`)
        .orderBy('id')
        .forUpdate()
        .execute();
      for (const item of items)
        await learn(tx, { ...item, set_urgency: null }, known.length > 0 ? { kinds: known } : { declared: true }, at);
    },

    /** It had been gone and can be reached again. */
    cameBack: (tx: Db, item: ItemRow, at: Date) => learn(tx, item, { back: true }, at),

    /**
     * Sets the priority by hand. It holds until new facts make the item more urgent than the person could know.
     * @throws CASEWORK_PRIORITY_INVALID without a reason, or for a rank that is none
     */
    async set(id: string, account: string, urgency: number, reason: string): Promise<void> {
      const words = reason.trim();
      if (!words || [...words].length > MAX_REASON || !Number.isInteger(urgency) || urgency < 0 || urgency > 3)
        throw PRIORITY_INVALID({ max: MAX_REASON });
      await transaction(db, async (tx) => {
        const item = await tools.getItem(tx, id, true);
        const at = clock.now();
        const facts = item.facts ?? factsOfOld(item);
        const { reasons } = judgeUrgency(facts);
        await keep(tx, id, { urgency, danger: item.danger, facts, reasons, set_urgency: urgency }, at);
        const change = uuidv7(clock, random);
        const { wrapped, key } = keys.newRecordKey(context(change));
        await tx
          .withTables<CaseworkTables>()
          .insertInto('casework.priority_change')
          .values({
            id: change,
            item: id,
            account,
            from_urgency: item.urgency,
            to_urgency: urgency,
            data_key: wrapped,
            reason: key.seal(words, 'reason'),
            at,
          })
          .execute();
        await tools.note(tx, id, `account:${account}`, 'priority-set', { from: item.urgency, to: urgency });
      });
    },

    /** What people set, newest first. */
    async changes(item: string, tx: Db = db): Promise<PriorityChange[]> {
      const rows = await tx
        .withTables<CaseworkTables>()
        .selectFrom('casework.priority_change')
        .selectAll()
        .where('item', '=', item)
        .orderBy('at', 'desc')
        .orderBy('id', 'desc')
        .limit(20)
        .execute();
      return rows.map((r) => ({
        id: r.id,
        account: r.account,
        from: r.from_urgency,
        to: r.to_urgency,
        reason:
          r.reason && r.data_key ? keys.openRecordKey(r.data_key, context(r.id)).openText(r.reason, 'reason') : '',
        at: r.at,
      }));
    },
  };
}
