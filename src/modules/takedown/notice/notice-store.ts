import { sql } from 'kysely';
import type { Db } from '../../../platform/db.ts';
import { uuidv7 } from '../../../platform/ids.ts';
import type { Platform } from '../../../platform/platform.ts';
import { recordAudit } from '../../audit/index.ts';
import { NOTICE_UNKNOWN } from '../errors.ts';
import { addressKey } from '../providers/contact-state.ts';
import { type HoldRow, type NoticePurpose, type NoticeRow, tables } from '../schema.ts';
import { after, type HoldKind, LIVE, type NoticeEvent, type NoticeState, UNSENT } from './notice.ts';

export type Detail = Record<string, string | number | boolean | null>;

/** What a new notice asks for; the rest follows from tracing. */
export type NewNotice = Pick<
  NoticeRow,
  'item' | 'round' | 'category' | 'legal_articles' | 'url' | 'host' | 'platform' | 'assessed_at' | 'assessed_by'
> & {
  createdBy: string;
  holds: readonly HoldKind[];
  purpose?: NoticePurpose;
  /** A reminder, or a contradiction, of an earlier notice to the same contact. */
  follows?: Pick<NoticeRow, 'kind' | 'reminder_of' | 'first_sent_at' | 'seen_at'>;
};

/** Rows of `takedown.notice` and their holds. Locks are taken in one order everywhere: item, notices by id, ladder, watch, dispute. */
export function createNoticeStore(platform: Platform) {
  const { clock, random, config } = platform;
  const mailHost = new URL(config.publicOrigin).hostname;

  async function audit(tx: Db, actor: string, action: string, notice: string, detail: Detail): Promise<void> {
    await recordAudit(tx, {
      id: uuidv7(clock, random),
      at: clock.now(),
      actor,
      action: `takedown.${action}`,
      subject: `takedown.notice:${notice}`,
      detail,
    });
  }

  async function locked(tx: Db, id: string): Promise<NoticeRow> {
    const row = await tables(tx)
      .selectFrom('takedown.notice')
      .selectAll()
      .where('id', '=', id)
      .forUpdate()
      .executeTakeFirst();
    if (!row) throw NOTICE_UNKNOWN();
    return row;
  }

  /** Moves a notice by its state machine, with an audit entry. @throws TAKEDOWN_NOTICE_TRANSITION */
  async function move(
    tx: Db,
    id: string,
    event: NoticeEvent,
    actor: string,
    patch: Partial<NoticeRow> = {},
    detail: Detail = {},
  ): Promise<NoticeRow> {
    const row = await locked(tx, id);
    const state = after(row.state, event);
    // Whoever it was addressed to before has its link: that one shows the exact place no more.
    const elsewhere =
      row.contact !== null &&
      typeof patch.contact === 'string' &&
      addressKey(patch.contact) !== addressKey(row.contact);
    const change = {
      ...patch,
      ...(elsewhere ? { addressed: row.addressed + 1 } : {}),
      state,
      changed_at: clock.now(),
    };
    await tables(tx).updateTable('takedown.notice').set(change).where('id', '=', id).execute();
    await audit(tx, actor, `notice.${event}`, id, { ...detail, from: row.state, to: state });
    if (row.purpose === 'removal') await wake(tx, row.item, row.round);
    return { ...row, ...change };
  }

  /** Whatever happens to a notice, the ladder of its round looks at it again. */
  async function wake(tx: Db, item: string, round: number): Promise<void> {
    const at = clock.now();
    await sql`insert into takedown.ladder (item, round, step, reason, changed_at, next_at)
      values (${item}, ${round}, 'new', 'new', ${at}, ${at})
      on conflict (item, round) do update set next_at = excluded.next_at`.execute(tx);
  }

  return {
    audit,
    locked,
    move,
    wake,

    /** Mail headers that put an answer or reminder under the first letter of this notice. */
    async thread(tx: Db, notice: string): Promise<Record<string, string>> {
      const first = await tables(tx)
        .selectFrom('takedown.notice')
        .select('message_id')
        .where('id', '=', notice)
        .executeTakeFirst();
      return first ? { 'In-Reply-To': first.message_id, References: first.message_id } : {};
    },

    async get(tx: Db, id: string): Promise<NoticeRow> {
      const row = await tables(tx).selectFrom('takedown.notice').selectAll().where('id', '=', id).executeTakeFirst();
      if (!row) throw NOTICE_UNKNOWN();
      return row;
    },

    async setFields(tx: Db, id: string, fields: Partial<NoticeRow>): Promise<void> {
      await tables(tx).updateTable('takedown.notice').set(fields).where('id', '=', id).execute();
    },

    /** Newest first. */
    ofItem: (tx: Db, item: string): Promise<NoticeRow[]> =>
      tables(tx)
        .selectFrom('takedown.notice')
        .selectAll()
        .where('item', '=', item)
        .orderBy('created_at', 'desc')
        .orderBy('id', 'desc')
        .execute(),

    holds: (tx: Db, notices: readonly string[]): Promise<HoldRow[]> =>
      notices.length === 0
        ? Promise.resolve([])
        : tables(tx)
            .selectFrom('takedown.hold')
            .selectAll()
            .where('notice', 'in', [...notices])
            .orderBy('kind')
            .execute(),

    /** Who was asked whether a notice may go out although few can see the content. */
    askedReporters: async (tx: Db, item: string): Promise<string[]> =>
      (await tables(tx).selectFrom('takedown.asked_reporter').select('report').where('item', '=', item).execute()).map(
        (r) => r.report,
      ),

    async markAsked(tx: Db, item: string, reports: readonly string[]): Promise<void> {
      if (reports.length === 0) return;
      await tables(tx)
        .insertInto('takedown.asked_reporter')
        .values(reports.map((report) => ({ item, report, at: clock.now() })))
        .onConflict((c) => c.doNothing())
        .execute();
    },

    /** A hold that must be decided (again): what was agreed before was agreed by others. A no stays a no. */
    async reopenHold(tx: Db, notice: string, kind: HoldKind): Promise<void> {
      await sql`insert into takedown.hold (notice, kind, opened_at) values (${notice}, ${kind}, ${clock.now()})
        on conflict (notice, kind) do update
        set decision = null, decided_at = null, decided_by = null, opened_at = excluded.opened_at
        where hold.decision = 'release'`.execute(tx);
    },

    async insert(tx: Db, wanted: NewNotice): Promise<NoticeRow> {
      const { createdBy, holds, follows, purpose = 'removal', ...asked } = wanted;
      const id = uuidv7(clock, random);
      const at = clock.now();
      const row: NoticeRow = {
        ...asked,
        id,
        state: holds.length > 0 ? 'held' : 'tracing',
        language: 'en',
        provider_name: null,
        contact: null,
        channel: null,
        source: null,
        confidence: null,
        trace: null,
        message_id: `<${id}@${mailHost}>`,
        attempts: 0,
        next_try_at: null,
        lease_until: null,
        last_error: null,
        created_at: at,
        created_by: createdBy,
        changed_at: at,
        sent_at: null,
        answered_at: null,
        removed_at: null,
        dispute_decision: null,
        decided_at: null,
        decided_by: null,
        data_key: null,
        answer: null,
        decision_reason: null,
        purpose,
        provider: null,
        reach: null,
        network: null,
        hosted_in: null,
        letter: null,
        more_time_until: null,
        gone_at: null,
        back_at: null,
        contradicted_at: null,
        addressed: 0,
        counter_letter: null,
        kind: 'ask',
        reminder_of: null,
        first_sent_at: null,
        seen_at: null,
        ...follows,
      };
      await tables(tx).insertInto('takedown.notice').values(row).execute();
      if (holds.length > 0)
        await tables(tx)
          .insertInto('takedown.hold')
          .values(
            holds.map((kind) => ({
              notice: id,
              kind,
              opened_at: at,
              preservation_at: null,
              preservation_by: null,
              decision: null,
              decided_at: null,
              decided_by: null,
            })),
          )
          .execute();
      await audit(tx, createdBy, 'notice.prepared', id, {
        item: asked.item,
        round: asked.round,
        category: asked.category,
        holds: holds.join(' '),
        purpose,
        kind: row.kind,
      });
      if (row.purpose === 'removal') await wake(tx, row.item, row.round);
      return row;
    },

    /** Moves every notice of the item that `event` concerns. Locked in id order: two of these never wait in a ring. */
    async moveAll(
      tx: Db,
      item: string,
      event: 'gone' | 'not-illegal',
      actor: string,
      purpose?: NoticePurpose,
    ): Promise<void> {
      const rows = await tables(tx)
        .selectFrom('takedown.notice')
        .select('id')
        .where('item', '=', item)
        .where('state', 'in', [...LIVE])
        .$if(purpose !== undefined, (q) => q.where('purpose', '=', purpose as NoticePurpose))
        .orderBy('id')
        .forUpdate()
        .execute();
      for (const { id } of rows) await move(tx, id, event, actor, { next_try_at: null });
    },

    /** Newest changes first. */
    inStates: (tx: Db, states: readonly NoticeState[], limit: number): Promise<NoticeRow[]> =>
      tables(tx)
        .selectFrom('takedown.notice')
        .selectAll()
        .where('state', 'in', [...states])
        .orderBy('changed_at', 'desc')
        .orderBy('id')
        .limit(limit)
        .execute(),

    /** Said to be removed, and seen since. */
    contradicted: (tx: Db, limit: number): Promise<NoticeRow[]> =>
      tables(tx)
        .selectFrom('takedown.notice as n')
        .innerJoin('takedown.watch as w', 'w.item', 'n.item')
        .selectAll('n')
        .where('n.state', '=', 'removed')
        .where('w.state', '=', 'open')
        .where('w.last_state', 'in', ['up-same', 'moved-host'])
        .whereRef('w.last_look_at', '>', 'n.removed_at')
        .orderBy('n.removed_at')
        .limit(limit)
        .execute(),

    async count(tx: Db, states: readonly NoticeState[], limit: number): Promise<number> {
      const { rows } = await sql<{ n: number }>`select count(*)::int as n from (
        select 1 from takedown.notice where state = any(${[...states]}::text[]) limit ${limit}) x`.execute(tx);
      return rows[0]?.n ?? 0;
    },

    /** The newest notice of each of these items. */
    async newestOf(tx: Db, items: readonly string[]): Promise<Map<string, string>> {
      if (items.length === 0) return new Map();
      const rows = await tables(tx)
        .selectFrom('takedown.notice')
        .select(['item', 'id'])
        .distinctOn('item')
        .where('item', 'in', [...items])
        .orderBy('item')
        .orderBy('created_at', 'desc')
        .execute();
      return new Map(rows.map((r) => [r.item, r.id]));
    },

    hasDispute: async (tx: Db, item: string): Promise<boolean> =>
      (await tables(tx)
        .selectFrom('takedown.notice')
        .select('id')
        .where('item', '=', item)
        .where('state', '=', 'disputed')
        .limit(1)
        .executeTakeFirst()) !== undefined,

    /**
     * Every notice of the item, locked in id order. Whoever moves more than one of them, or goes on to its watch or its
     * disputes, does this first: item, notices, ladder, watch, dispute.
     */
    lockedAll: (tx: Db, item: string): Promise<NoticeRow[]> =>
      tables(tx).selectFrom('takedown.notice').selectAll().where('item', '=', item).orderBy('id').forUpdate().execute(),

    /** The same for several items at once: whoever moves notices of more than one locks those of all first. */
    lockedOfItems: (tx: Db, items: readonly string[]): Promise<NoticeRow[]> =>
      items.length === 0
        ? Promise.resolve([])
        : tables(tx)
            .selectFrom('takedown.notice')
            .selectAll()
            .where('item', 'in', [...items])
            .orderBy('id')
            .forUpdate()
            .execute(),

    /** A notice of the item that is not out yet, locked. */
    unsentOf: (tx: Db, item: string): Promise<NoticeRow[]> =>
      tables(tx)
        .selectFrom('takedown.notice')
        .selectAll()
        .where('item', '=', item)
        .where('state', 'in', [...UNSENT])
        .orderBy('id')
        .forUpdate()
        .execute(),
  };
}
export type NoticeStore = ReturnType<typeof createNoticeStore>;
