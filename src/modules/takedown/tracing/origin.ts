import { isIP } from 'node:net';
import { type Db, transaction } from '../../../platform/db.ts';
import type { Platform } from '../../../platform/platform.ts';
import { ORIGIN_ENDED, ORIGIN_INVALID } from '../errors.ts';
import type { NoticeStore } from '../notice/notice-store.ts';
import { hostName, mailAddress } from '../providers/provider-input.ts';
import { answersOf, type OriginRequestRow, tables } from '../schema.ts';
import { networkIn, type TraceAnswer } from './contact.ts';
import { traceOrigin } from './origin.job.ts';

/** What a proxy, or somebody here for it, tells of the host behind it. */
export interface OriginAnswer {
  /** Host name or IP address. */
  place: string;
  contact: string;
}

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
        })
        .onConflict((c) => c.doNothing())
        .execute();
      await store.audit(tx, 'system', 'origin.asked', id, { proxy });
    },

    find: (tx: Db, notice: string): Promise<OriginRequestRow | undefined> =>
      tables(tx).selectFrom('takedown.origin_request').selectAll().where('notice', '=', notice).executeTakeFirst(),

    ofItem: (item: string): Promise<OriginRequestRow[]> =>
      tables(db).selectFrom('takedown.origin_request').selectAll().where('item', '=', item).execute(),

    /**
     * Keeps the answer and traces what it names. Who refused may answer later; an answer is not taken back.
     * @param actor `provider`, or `account:…` of who typed it in
     * @throws TAKEDOWN_ORIGIN_INVALID, TAKEDOWN_ORIGIN_ENDED
     */
    async answer(notice: string, typed: OriginAnswer | 'refused', actor: string): Promise<void> {
      const said = typed === 'refused' ? undefined : readOrigin(typed);
      await transaction(db, async (tx) => {
        const row = await tables(tx)
          .selectFrom('takedown.origin_request')
          .selectAll()
          .where('notice', '=', notice)
          .forUpdate()
          .executeTakeFirst();
        if (!row || row.state === 'answered' || (row.state === 'refused' && !said)) throw ORIGIN_ENDED();
        const state = said ? ('answered' as const) : ('refused' as const);
        await tables(tx)
          .updateTable('takedown.origin_request')
          .set({ state, ended_at: clock.now(), ended_by: actor, ...said })
          .where('notice', '=', notice)
          .execute();
        await store.audit(tx, actor, `origin.${state}`, notice, {});
        if (said) await jobs.enqueue(tx, traceOrigin, { notice }, { key: `takedown.origin:${notice}` });
      });
    },
  };
}
export type Origins = ReturnType<typeof createOrigins>;
