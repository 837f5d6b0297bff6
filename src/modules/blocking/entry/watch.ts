import { type Db, transaction } from '../../../platform/db.ts';
import { NIL } from '../../../platform/ids.ts';
import type { Platform } from '../../../platform/platform.ts';
import { itemAssessed } from '../../casework/index.ts';
import type { Country } from '../../country/index.ts';
import {
  cannotBeWithdrawn,
  judgementDisputed,
  judgementDoubted,
  reappeared,
  type WithdrawnBy,
  withdrawn,
} from '../../takedown/index.ts';
import type { Alerts } from '../alert.handler.ts';
import { type EntryRow, tables } from '../schema.ts';
import type { Decisions } from './decisions.ts';
import { OPEN_STATES } from './entry.ts';
import type { EvidenceOf } from './evidence.ts';
import type { Proposals } from './proposals.ts';
import { nameRefusals } from './refusal.ts';
import type { EntryStore } from './store.ts';

/** What says that content is gone without resting on the word of whoever gains by it. */
const SEEN: ReadonlySet<WithdrawnBy> = new Set(['machine', 'person']);
const DAY = 86_400_000;
const BATCH = 200;
const DUE_EVERY_MS = 60_000;
const SWEEP_EVERY_MS = 3_600_000;

export interface WatchNeeds {
  country: Country;
  store: EntryStore;
  evidence: EvidenceOf;
  proposals: Proposals;
  decisions: Decisions;
  alert: Alerts;
}

/** What happens to entries without a person: events of takedown, ends of time, and a list of protected names that grew. */
export function watchEntries(platform: Platform, needs: WatchNeeds): void {
  const { db, events, ticks } = platform;
  const { country, store, evidence, proposals, decisions, alert } = needs;

  events.on(cannotBeWithdrawn, async (tx, { item, url }) => {
    await proposals.byMachine(tx, item, url, 'ladder');
  });

  /** Open entries for abuse that this item stands behind, or whose whole name it lies on; locked. */
  async function concerned(tx: Db, item: string): Promise<EntryRow[]> {
    const url = await evidence.itemUrl(tx, item);
    const host = url ? new URL(url).hostname : undefined;
    const own = await store.ofItem(tx, item, OPEN_STATES);
    const around = host ? await store.covering(tx, host, OPEN_STATES) : [];
    const ids = [...new Set([...own, ...around].filter((e) => e.basis === 'csam').map((e) => e.id))];
    if (ids.length > 0) await decisions.holdList(tx);
    return (await store.locked(tx, ids)).filter((row) => OPEN_STATES.includes(row.state));
  }

  /** Off the list until two people decided anew; what is not on it yet waits for people as it is. */
  async function doubt(tx: Db, row: EntryRow): Promise<void> {
    if (row.state !== 'released') return;
    await decisions.move(tx, row, 'suspend', 'system', { patch: { suspend_reason: 'doubt' }, why: 'doubt' });
  }

  events.on(withdrawn, async (tx, { item, by }) => {
    for (const row of await concerned(tx, item)) {
      if (!(await isGone(tx, row, item))) continue;
      // Nobody gets off the list for good by saying so.
      if (SEEN.has(by)) await decisions.end(tx, row, 'remove', 'system', 'gone');
      else await doubt(tx, row);
    }
  });

  events.on(itemAssessed, async (tx, { item }) => {
    if (await evidence.assessed(tx, item)) return;
    for (const row of await concerned(tx, item)) {
      // A whole name on which it only lies is asked about anew. What is not blocked yet waits for people, who are refused.
      const items = await store.itemsOf(tx, row.id);
      const blocked = row.state === 'released' || row.state === 'suspended';
      const falls =
        items.includes(item) || (row.kind !== 'url' && blocked && (await decisions.against(tx, row, items)).length > 0);
      if (falls) await decisions.end(tx, row, 'remove', 'system', 'judged-anew');
    }
  });

  events.on(judgementDisputed, async (tx, { item }) => {
    for (const row of await concerned(tx, item))
      if ((await store.itemsOf(tx, row.id)).includes(item)) await doubt(tx, row);
  });

  events.on(judgementDoubted, async (tx, { item }) => {
    for (const row of await concerned(tx, item))
      if ((await decisions.against(tx, row, await store.itemsOf(tx, row.id))).length > 0) await doubt(tx, row);
  });

  events.on(reappeared, async (tx, { item }) => {
    const before = await tables(tx)
      .selectFrom('blocking.entry as e')
      .innerJoin('blocking.entry_item as i', 'i.entry', 'e.id')
      .select('e.id')
      .where('i.item', '=', item)
      .where('e.end_reason', '=', 'gone')
      .orderBy('e.ended_at', 'desc')
      .orderBy('e.id', 'desc')
      .executeTakeFirst();
    const url = before ? await evidence.itemUrl(tx, item) : null;
    if (before && url) await proposals.byMachine(tx, item, url, 'reappeared', before.id);
  });

  /** An address ends with the last item behind it; a name when nothing of what is known on it is up. An order ends by its own date. */
  async function isGone(tx: Db, row: EntryRow, item: string): Promise<boolean> {
    if (row.kind === 'url') {
      const items = await store.itemsOf(tx, row.id);
      if (!items.includes(item)) return false;
      for (const other of items) if (other !== item && !(await evidence.isGone(tx, other))) return false;
      return true;
    }
    if (row.name === null) return false;
    return (await evidence.under({ name: row.name, kind: row.kind }, tx)).listedUp === 0;
  }

  /** Runs `act` on each due entry in a transaction of its own: one that fails holds up no other. */
  async function each(rows: readonly { id: string }[], act: (tx: Db, row: EntryRow) => Promise<void>): Promise<void> {
    for (const { id } of rows)
      await transaction(db, async (tx) => {
        await decisions.holdList(tx);
        const [row] = await store.locked(tx, [id]);
        if (row) await act(tx, row);
      });
  }

  const select = () => tables(db).selectFrom('blocking.entry').select('id').orderBy('id').limit(BATCH);

  async function expire(now: Date): Promise<void> {
    const due = (row: EntryRow) => row.expires_at !== null && row.expires_at <= now && OPEN_STATES.includes(row.state);
    await each(
      await select().where('expires_at', '<=', now).where('state', 'in', OPEN_STATES).execute(),
      async (tx, row) => {
        if (due(row)) await decisions.end(tx, row, 'remove', 'system', 'expired');
      },
    );
  }

  async function alarm(now: Date): Promise<void> {
    await transaction(db, async (tx) => {
      // It changes many in no order: who else changes several waits.
      await decisions.holdList(tx);
      const rows = await tables(tx)
        .updateTable('blocking.entry')
        .set({ review_alarmed_at: now })
        .where('state', '=', 'released')
        .where('review_at', '<=', now)
        .where('review_alarmed_at', 'is', null)
        .returning(['id', 'data_key'])
        .execute();
      for (const row of rows) await store.note(tx, row, 'system', 'review-due');
      await alert(tx, 'review', rows.length);
    });
  }

  async function suspendOverdue(now: Date): Promise<void> {
    const late = new Date(now.getTime() - country.blocking().reviewGraceDays * DAY);
    await each(
      await select().where('state', '=', 'released').where('review_at', '<=', late).execute(),
      async (tx, row) => {
        if (row.state !== 'released' || row.review_at === null || row.review_at > late) return;
        await decisions.move(tx, row, 'suspend', 'system', {
          patch: { suspend_reason: 'review-overdue' },
          why: 'review-overdue',
        });
      },
    );
  }

  /** The pack protects more names than yesterday: what it protects comes off. */
  async function sweep(): Promise<void> {
    const never = evidence.never();
    for (let last = NIL; ; ) {
      const rows = await tables(db)
        .selectFrom('blocking.entry')
        .select(['id', 'kind', 'target', 'name'])
        .where('state', 'in', OPEN_STATES)
        .where('id', '>', last)
        .orderBy('id')
        .limit(BATCH)
        .execute();
      const hurt = rows.filter(
        (r) => nameRefusals({ kind: r.kind, target: r.target ?? '', name: r.name ?? '' }, never).length > 0,
      );
      await each(hurt, async (tx, row) => {
        if (OPEN_STATES.includes(row.state)) await decisions.end(tx, row, 'remove', 'system', 'protected');
      });
      const end = rows.at(-1);
      if (!end || rows.length < BATCH) return;
      last = end.id;
    }
  }

  ticks.every('blocking.due', DUE_EVERY_MS, async (now) => {
    await expire(now);
    await suspendOverdue(now);
    await alarm(now);
  });
  ticks.every('blocking.protected', SWEEP_EVERY_MS, sweep);
}
