import { isIP } from 'node:net';
import { type Db, transaction } from '../../../platform/db.ts';
import type { Platform } from '../../../platform/platform.ts';
import { ORIGIN_CHANGED, ORIGIN_ENDED, ORIGIN_INVALID } from '../errors.ts';
import type { NoticeStore } from '../notice/notice-store.ts';
import { hostName, mailAddress } from '../providers/provider-input.ts';
import { answersOf, type OriginRequestRow, tables } from '../schema.ts';
import { networkIn, type TraceAnswer } from './contact.ts';
import { traceOrigin } from './origin.job.ts';
import { type OriginEvent, originAfter } from './origin-state.ts';

/** What a proxy, or somebody here for it, tells of the host behind it. */
export interface OriginAnswer {
  /** Host name or IP address. */
  place: string;
  contact: string;
}

/** What one of us makes of what was named; `seen` is when that was said which the page showed. */
export type OriginDecision = { seen: string } & ({ decision: 'accepted'; as: OriginAnswer } | { decision: 'declined' });

/** @throws TAKEDOWN_ORIGIN_INVALID unless there is a host, an address or a mailbox */
export function readOrigin(typed: OriginAnswer): { place: string | null; contact: string | null } {
  const words = typed.place
    .trim()
    .replace(/^https?:\/\//i, '')
    .replace(/[/?#].*$/, '')
    .replace(/^\[|\]$/g, '');
  const place = words === '' ? null : isIP(words) ? words : hostName.safeParse(words).data;
  const contact = typed.contact.trim() === '' ? null : mailAddress.safeParse(typed.contact.trim()).data;
  if (place === undefined || contact === undefined || (place === null && contact === null)) throw ORIGIN_INVALID();
  return { place, contact };
}

/** Reverse proxies forward notices but host nothing: each that is written to is asked for the origin as well. */
export function createOrigins(platform: Platform, needs: { store: NoticeStore }) {
  const { db, clock, jobs } = platform;
  const { store } = needs;

  async function proxyOf(tx: Db, trace: string | null): Promise<string | undefined> {
    if (!trace) return undefined;
    const row = await tables(tx)
      .selectFrom('takedown.trace')
      .select('answers')
      .where('id', '=', trace)
      .executeTakeFirst();
    return row && networkIn(answersOf(row) as unknown as TraceAnswer[]).proxy;
  }

  /** @throws TAKEDOWN_ORIGIN_ENDED when nobody was asked */
  async function locked(tx: Db, notice: string): Promise<OriginRequestRow> {
    const row = await tables(tx)
      .selectFrom('takedown.origin_request')
      .selectAll()
      .where('notice', '=', notice)
      .forUpdate()
      .executeTakeFirst();
    if (!row) throw ORIGIN_ENDED();
    return row;
  }

  async function move(
    tx: Db,
    row: OriginRequestRow,
    event: OriginEvent,
    actor: string,
    patch: Partial<OriginRequestRow>,
  ): Promise<void> {
    const state = originAfter(row.state, event);
    await tables(tx)
      .updateTable('takedown.origin_request')
      .set({ ...patch, state })
      .where('notice', '=', row.notice)
      .execute();
    await store.audit(tx, actor, `origin.${event}`, row.notice, { from: row.state, to: state });
    if (state === 'answered')
      await jobs.enqueue(tx, traceOrigin, { notice: row.notice }, { key: `takedown.origin:${row.notice}` });
  }

  return {
    /** A notice to a proxy went out: the question for the origin went with it. */
    async onSent(tx: Db, { notice: id }: { notice: string }): Promise<void> {
      const notice = await store.get(tx, id);
      if (notice.reach !== 'proxy') return;
      const proxy = (await proxyOf(tx, notice.trace)) ?? notice.provider_name ?? notice.contact ?? '';
      await tables(tx)
        .insertInto('takedown.origin_request')
        .values({
          ...{ notice: id, item: notice.item, proxy, state: 'asked', asked_at: clock.now() },
          ...{ ended_at: null, ended_by: null, place: null, contact: null, trace: null },
          ...{ said_place: null, said_contact: null, decided_at: null, decided_by: null },
        })
        .onConflict((c) => c.doNothing())
        .execute();
      await store.audit(tx, 'system', 'origin.asked', id, { proxy });
    },

    find: (tx: Db, notice: string): Promise<OriginRequestRow | undefined> =>
      tables(tx).selectFrom('takedown.origin_request').selectAll().where('notice', '=', notice).executeTakeFirst(),

    ofItem: (item: string): Promise<OriginRequestRow[]> =>
      tables(db).selectFrom('takedown.origin_request').selectAll().where('item', '=', item).execute(),

    /** What waits for one of us, longest first. */
    waiting: (limit: number): Promise<OriginRequestRow[]> =>
      tables(db)
        .selectFrom('takedown.origin_request')
        .selectAll()
        .where('state', '=', 'named')
        .orderBy('ended_at')
        .limit(limit)
        .execute(),

    /**
     * Keeps what whoever has the notice's link says: the proxy, or its customer, to whom it passed the notice on. Nothing
     * is asked of anybody named before one of us accepts it. Who refused may name somebody later; what was accepted stays.
     * @throws TAKEDOWN_ORIGIN_INVALID, TAKEDOWN_ORIGIN_ENDED
     */
    async says(notice: string, typed: OriginAnswer | 'refused'): Promise<void> {
      const said = typed === 'refused' ? undefined : readOrigin(typed);
      await transaction(db, async (tx) => {
        const row = await locked(tx, notice);
        const told = said ? { said_place: said.place, said_contact: said.contact } : {};
        await move(tx, row, said ? 'names' : 'cannot-say', 'provider', {
          ...{ ended_at: clock.now(), ended_by: 'provider', decided_at: null, decided_by: null },
          ...told,
        });
      });
    },

    /**
     * One of us takes what was named, as it is or corrected, and it is traced; or does not take it.
     * @throws TAKEDOWN_ORIGIN_INVALID, TAKEDOWN_ORIGIN_ENDED, TAKEDOWN_ORIGIN_CHANGED when something else was named since
     */
    async decide(notice: string, account: string, made: OriginDecision): Promise<void> {
      const taken = made.decision === 'accepted' ? readOrigin(made.as) : {};
      await transaction(db, async (tx) => {
        const row = await locked(tx, notice);
        if (row.state === 'named' && row.ended_at?.toISOString() !== made.seen) throw ORIGIN_CHANGED();
        const by = { decided_at: clock.now(), decided_by: account };
        await move(tx, row, made.decision, `account:${account}`, { ...taken, ...by });
      });
    },

    /**
     * What the proxy said elsewhere, or a correction of what was taken; it is traced.
     * @throws TAKEDOWN_ORIGIN_INVALID, TAKEDOWN_ORIGIN_ENDED when nobody was asked
     */
    async record(notice: string, account: string, typed: OriginAnswer): Promise<void> {
      const taken = readOrigin(typed);
      await transaction(db, async (tx) => {
        const row = await locked(tx, notice);
        const by = { decided_at: clock.now(), decided_by: account };
        const first = row.ended_by === 'provider' ? {} : { ended_at: clock.now(), ended_by: `account:${account}` };
        await move(tx, row, 'typed', `account:${account}`, { ...taken, ...by, ...first });
      });
    },
  };
}
export type Origins = ReturnType<typeof createOrigins>;
