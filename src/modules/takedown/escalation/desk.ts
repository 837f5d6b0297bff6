import { type Db, transaction } from '../../../platform/db.ts';
import { isUuid } from '../../../platform/ids.ts';
import type { Platform } from '../../../platform/platform.ts';
import type { RungId } from '../../country/index.ts';
import { LADDER_UNKNOWN } from '../errors.ts';
import { avoidsSite } from '../notice/notice.ts';
import type { NoticeStore } from '../notice/notice-store.ts';
import {
  type HotlineRow,
  type LadderRow,
  type LadderStepRow,
  type NoticeRow,
  type StopperRow,
  tables,
} from '../schema.ts';
import type { Hotline } from './hotline.ts';
import type { LadderRunner } from './run.ts';
import type { StopperStore } from './stopper-store.ts';

export interface LadderView {
  row: LadderRow;
  /** Oldest first. */
  steps: (LadderStepRow & { contact: string | null })[];
  stoppers: StopperRow[];
  hotline: HotlineRow | undefined;
  /** The owner may be the one who did it: nobody tells them without a recorded word. */
  ownerMatters: boolean;
}

export const CLEARED_GROUNDS = ['police', 'supervisor'] as const;
export type ClearedGround = (typeof CLEARED_GROUNDS)[number];

/** What people say to the ladder; the policy was asked by the caller. */
export function createLadderDesk(
  platform: Platform,
  needs: { store: NoticeStore; ladder: LadderRunner; stoppers: StopperStore; hotline: Hotline },
) {
  const { db, clock } = platform;
  const { store, ladder, stoppers, hotline } = needs;

  const newest = (tx: Db, item: string): Promise<LadderRow | undefined> =>
    tables(tx)
      .selectFrom('takedown.ladder')
      .selectAll()
      .where('item', '=', item)
      .orderBy('round', 'desc')
      .limit(1)
      .executeTakeFirst();

  /** Locks notices, then the ladder, as the tick does. @throws TAKEDOWN_LADDER_UNKNOWN */
  async function locked(tx: Db, item: string): Promise<{ row: LadderRow; notice: NoticeRow }> {
    const notices = await tables(tx)
      .selectFrom('takedown.notice')
      .selectAll()
      .where('item', '=', item)
      .orderBy('id')
      .forUpdate()
      .execute();
    const row = await tables(tx)
      .selectFrom('takedown.ladder')
      .selectAll()
      .where('item', '=', item)
      .orderBy('round', 'desc')
      .limit(1)
      .forUpdate()
      .executeTakeFirst();
    const notice = notices.at(-1);
    if (!row || !notice) throw LADDER_UNKNOWN();
    return { row, notice };
  }

  async function say(
    item: string,
    account: string,
    deed: Pick<LadderStepRow, 'kind' | 'reason' | 'rung'>,
    patch: Partial<LadderRow>,
  ): Promise<void> {
    await transaction(db, async (tx) => {
      const { row, notice } = await locked(tx, item);
      const now = clock.now();
      const actor = `account:${account}`;
      const key = `${deed.kind}:${deed.rung ?? ''}:${now.getTime()}`;
      await ladder.once(tx, row, { ...deed, key, notice: null, actor });
      await store.audit(tx, actor, `ladder.${deed.kind}`, notice.id, { item, reason: deed.reason, rung: deed.rung });
      await tables(tx)
        .updateTable('takedown.ladder')
        .set({ ...patch, next_at: now })
        .where('item', '=', row.item)
        .where('round', '=', row.round)
        .execute();
    });
  }

  return {
    /** The newest notice of each round that waits for a person's word on the ladder; what other lists show is left out. */
    async waiting(limit: number): Promise<NoticeRow[]> {
      const rows = await tables(db)
        .selectFrom('takedown.ladder as l')
        .innerJoin('takedown.notice as n', (j) => j.onRef('n.item', '=', 'l.item').onRef('n.round', '=', 'l.round'))
        .selectAll('n')
        .distinctOn(['l.changed_at', 'l.item'])
        .where('l.step', '=', 'person')
        .where('l.reason', 'in', ['wall', 'no-look', 'clearance', 'confirm'])
        .where('n.kind', '=', 'ask')
        .orderBy('l.changed_at')
        .orderBy('l.item')
        .orderBy('n.created_at', 'desc')
        .limit(limit)
        .execute();
      return rows;
    },

    async view(item: string): Promise<LadderView | undefined> {
      const row = isUuid(item) ? await newest(db, item) : undefined;
      if (!row) return undefined;
      const steps = await tables(db)
        .selectFrom('takedown.ladder_step as s')
        .leftJoin('takedown.notice as n', 'n.id', 's.notice')
        .selectAll('s')
        .select('n.contact')
        .where('s.item', '=', item)
        .where('s.round', '=', row.round)
        .orderBy('s.at')
        .orderBy('s.id')
        .execute();
      const [first] = (await store.ofItem(db, item)).filter((n) => n.round === row.round);
      return {
        row,
        steps,
        stoppers: await stoppers.ofRound(row),
        hotline: await hotline.find(db, item),
        ownerMatters: first !== undefined && first.url !== null && avoidsSite(first.category),
      };
    },

    /** A person looked at it themselves and saw it, where no look of ours can tell. */
    seen: (item: string, account: string) =>
      say(item, account, { kind: 'seen', reason: 'person', rung: null }, { seen_at: clock.now(), seen_by: account }),

    /** Whether the site's owner may be told, and on whose word. A yes brings the site's own addresses into sight. */
    clearOwner: (item: string, account: string, cleared: boolean, ground: ClearedGround) =>
      say(
        item,
        account,
        { kind: 'clearance', reason: `${cleared ? 'yes' : 'no'}-${ground}`, rung: 'site' },
        {
          owner_cleared: cleared,
          cleared_at: clock.now(),
          cleared_by: account,
          cleared_ground: ground,
          trace: null,
          traced_at: null,
        },
      ),

    /** A person says yes to a rung that asks for one. */
    confirmRung: (item: string, account: string, rung: RungId) =>
      say(item, account, { kind: 'confirm', reason: 'person', rung }, {}),

    saysStoppers: async (item: string, reasons: Parameters<StopperStore['say']>[1], account: string): Promise<void> => {
      const row = isUuid(item) ? await newest(db, item) : undefined;
      if (!row) throw LADDER_UNKNOWN();
      await stoppers.say(row, reasons, account);
    },
  };
}
export type LadderDesk = ReturnType<typeof createLadderDesk>;
