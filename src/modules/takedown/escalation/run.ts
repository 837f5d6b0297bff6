import { type Db, isConnectionError, transaction } from '../../../platform/db.ts';
import { uuidv7 } from '../../../platform/ids.ts';
import type { Platform } from '../../../platform/platform.ts';
import { cannotBeWithdrawn } from '../events.ts';
import { type Actions, LADDER } from '../notice/actions.ts';
import { possible } from '../notice/notice.ts';
import type { NoticeStore } from '../notice/notice-store.ts';
import { contactFields, hosting } from '../notice/trace-item.handler.ts';
import { answersOf, contactsOf, type LadderRow, type LadderStepRow, type NoticeRow, tables } from '../schema.ts';
import type { TraceAnswer } from '../tracing/index.ts';
import type { WatchStore } from '../watch/watch-store.ts';
import type { Disputes } from './disputes.ts';
import { type Gather, type Gathered, openHolds } from './gather.ts';
import type { Hotline } from './hotline.ts';
import { nextStep, type Step } from './ladder.ts';
import { retraceItem } from './retrace.ts';
import type { StopperStore } from './stopper-store.ts';
import { suggestStoppers } from './stoppers.ts';

const PER_TICK = 100;
const HOUR = 3_600_000;
/** No round is looked at again sooner by itself, however fast time goes, in milliseconds. */
const SOONEST = 30_000;
/** When a round is looked at again although nothing woke it, in milliseconds. */
const AGAIN = {
  look: 10 * 60_000,
  perhapsGone: HOUR,
  retrace: HOUR,
  person: 6 * HOUR,
  other: 24 * HOUR,
  spent: 168 * HOUR,
};

export interface RunNeeds {
  store: NoticeStore;
  watches: WatchStore;
  actions: Actions;
  disputes: Disputes;
  hotline: Hotline;
  stoppers: StopperStore;
  gather: Gather;
  /** Every wait is divided by this; 1 but in the demonstration. */
  faster: number;
}

/** Walks due rounds up the ladder: decides by {@link nextStep}, and does it once. */
export function createLadder(platform: Platform, needs: RunNeeds) {
  const { db, clock, random, events, jobs, log } = platform;
  const { store, watches, actions, disputes, hotline, stoppers, gather, faster } = needs;

  /** Writes a deed down; false when it was done before. */
  async function once(
    tx: Db,
    row: Pick<LadderRow, 'item' | 'round'>,
    deed: Pick<LadderStepRow, 'key' | 'kind' | 'reason' | 'rung' | 'notice' | 'actor'>,
  ): Promise<boolean> {
    const done = await tables(tx)
      .insertInto('takedown.ladder_step')
      .values({ ...deed, id: uuidv7(clock, random), item: row.item, round: row.round, at: clock.now() })
      .onConflict((c) => c.columns(['item', 'round', 'key']).doNothing())
      .executeTakeFirst();
    return done.numInsertedOrUpdatedRows === 1n;
  }

  const link = (tx: Db, row: LadderRow, key: string, notice: string) =>
    tables(tx)
      .updateTable('takedown.ladder_step')
      .set({ notice })
      .where('item', '=', row.item)
      .where('round', '=', row.round)
      .where('key', '=', key)
      .execute();

  async function ask(tx: Db, given: Gathered, step: Step & { kind: 'ask' }): Promise<void> {
    const { row, notices, trace } = given;
    const contact = trace && contactsOf(trace).find((c) => c.contact === step.contact.contact);
    const last = notices.find((n) => n.id === step.after);
    if (!trace || !contact || !last) throw new Error('the ladder chose a contact that no trace names');
    const key = `ask:${last.assessed_at.getTime()}:${contact.contact.toLowerCase()}`;
    const deed = { key, kind: 'ask', reason: step.reason, rung: step.rung, notice: null, actor: LADDER } as const;
    if (!(await once(tx, row, deed))) return;
    // What could not be delivered is not left for somebody to try again beside it.
    for (const n of notices)
      if (n.state === 'failed' && possible(n.state, 'replaced'))
        await store.move(tx, n.id, 'replaced', 'system', { next_try_at: null });
    const where = last.url ? hosting(answersOf(trace) as unknown as TraceAnswer[]) : {};
    const fields = { ...contactFields(contact), ...where, trace: trace.id };
    await link(tx, row, key, await actions.writeTo(tx, last, fields, LADDER, last.assessed_by));
  }

  async function again(tx: Db, given: Gathered, step: Step & { kind: 'remind' | 'contradict' }): Promise<void> {
    const { row, notices } = given;
    const first = notices.find((n) => n.id === step.notice) as NoticeRow;
    const key = step.kind === 'remind' ? `remind:${first.id}:${step.count}` : `contradict:${first.id}`;
    const deed = { key, kind: step.kind, reason: step.reason, rung: step.rung, notice: null, actor: LADDER } as const;
    if (!(await once(tx, row, deed))) return;
    const kind = step.kind === 'remind' ? 'reminder' : 'contradiction';
    await link(tx, row, key, await actions.remind(tx, first, kind, step.seenAt, LADDER));
  }

  async function exhausted(tx: Db, given: Gathered, step: Step & { kind: 'exhausted' }): Promise<void> {
    const { row, notices } = given;
    const last = notices.at(-1) as NoticeRow;
    const ends = step.ends.map((e) => `${e.rung}:${e.how}`).join(' ');
    const deed = {
      key: `exhausted:${last.assessed_at.getTime()}`,
      kind: 'exhausted',
      reason: ends,
      rung: null,
      notice: null,
      actor: LADDER,
    } as const;
    if (!(await once(tx, row, deed))) return;
    await store.audit(tx, 'system', 'ladder.exhausted', last.id, { item: row.item, round: row.round, ends });
    // An account has no address that anybody could block.
    if (last.url)
      await events.emit(tx, cannotBeWithdrawn, {
        item: row.item,
        round: row.round,
        url: last.url,
        at: clock.now(),
      });
  }

  /** Does the step, and says when to look again. */
  async function act(tx: Db, given: Gathered, step: Step, now: Date): Promise<Date | null> {
    const later = (ms: number) => new Date(now.getTime() + Math.max(ms / faster, SOONEST));
    switch (step.kind) {
      case 'stop':
        return null;
      case 'wait':
        if (step.until) return step.until;
        if (step.reason === 'look-first') {
          await watches.hurry(tx, given.row.item);
          return later(AGAIN.look);
        }
        return later(step.reason === 'perhaps-gone' ? AGAIN.perhapsGone : AGAIN.other);
      case 'person':
        return later(AGAIN.person);
      case 'retrace': {
        const { item, round } = given.row;
        await jobs.enqueue(tx, retraceItem, { item, round }, { key: `takedown.retrace:${item}:${round}` });
        return later(AGAIN.retrace);
      }
      case 'ask':
        await ask(tx, given, step);
        return later(AGAIN.other);
      case 'remind':
      case 'contradict':
        await again(tx, given, step);
        return later(AGAIN.other);
      case 'exhausted':
        await exhausted(tx, given, step);
        return later(AGAIN.spent);
    }
  }

  async function suggest(tx: Db, given: Gathered, step: Step): Promise<void> {
    const { row, notices, facts } = given;
    const newest = notices.at(-1);
    const disputed = notices.find((n) => n.state === 'disputed');
    const open = disputed && (await disputes.openOf(tx, disputed.id));
    const reasons = suggestStoppers({
      ladder: facts,
      step,
      abroad: hotline.isAbroad(newest?.hosted_in ?? null),
      noHotline: hotline.missing(await hotline.find(tx, row.item)),
      openHolds: openHolds(given).map((h) => ({ kind: h.kind, preserved: h.preservation_at !== null })),
      openDispute: open?.ground,
    });
    await stoppers.suggest(tx, row, reasons);
  }

  /** One round. Order of locks: all notices of the item by id, ladder, watch. Does nothing when somebody else has it, or it is not due. */
  async function walk(item: string, round: number): Promise<void> {
    await transaction(db, async (tx) => {
      await tables(tx)
        .selectFrom('takedown.notice')
        .select('id')
        .where('item', '=', item)
        .orderBy('id')
        .forUpdate()
        .execute();
      const now = clock.now();
      const row = await tables(tx)
        .selectFrom('takedown.ladder')
        .selectAll()
        .where('item', '=', item)
        .where('round', '=', round)
        .where('next_at', '<=', now)
        .forUpdate()
        .skipLocked()
        .executeTakeFirst();
      if (!row) return;
      const given = await gather(tx, row, now);
      const step = nextStep(given.facts, given.rules, now);
      const newest = given.notices.at(-1);
      // Beside the notices, from the first one that left: it stops none and waits for none.
      if (newest?.sent_at && step.kind !== 'stop') {
        const made = await hotline.prepare(tx, newest);
        if (made)
          await once(tx, row, {
            key: `hotline:${newest.hosted_in}`,
            kind: 'hotline',
            reason: made.body ?? 'none',
            rung: null,
            notice: null,
            actor: LADDER,
          });
      }
      await suggest(tx, given, step);
      const next_at = await act(tx, given, step, now);
      const changed = step.kind !== row.step || step.reason !== row.reason;
      await tables(tx)
        .updateTable('takedown.ladder')
        .set({
          step: step.kind,
          reason: step.reason,
          rung: 'rung' in step ? (step.rung ?? null) : null,
          until: 'until' in step ? (step.until ?? null) : null,
          next_at,
          ...(changed ? { changed_at: now } : {}),
        })
        .where('item', '=', item)
        .where('round', '=', round)
        .execute();
    });
  }

  return {
    once,
    /** One round over everything due. */
    async run(): Promise<void> {
      const due = await tables(db)
        .selectFrom('takedown.ladder')
        .select(['item', 'round'])
        .where('next_at', '<=', clock.now())
        .orderBy('next_at')
        .limit(PER_TICK)
        .execute();
      for (const { item, round } of due)
        await walk(item, round).catch((err: unknown) => {
          if (isConnectionError(err)) throw err;
          // One case that can't be decided must not stand before the others; it is tried again later.
          log.error({ err, item }, 'a round on the ladder could not be looked at');
          return tables(db)
            .updateTable('takedown.ladder')
            .set({ next_at: new Date(clock.now().getTime() + HOUR) })
            .where('item', '=', item)
            .where('round', '=', round)
            .execute();
        });
      await disputes.alarm();
    },
  };
}
export type LadderRunner = ReturnType<typeof createLadder>;
