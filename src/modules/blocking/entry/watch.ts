import { type Db, transaction } from '../../../platform/db.ts';
import { NIL } from '../../../platform/ids.ts';
import type { Platform } from '../../../platform/platform.ts';
import type { Country } from '../../country/index.ts';
import { cannotBeWithdrawn, reappeared, withdrawn } from '../../takedown/index.ts';
import type { Alerts } from '../alert.handler.ts';
import { type EntryRow, tables } from '../schema.ts';
import type { Decisions } from './decisions.ts';
import { OPEN_STATES } from './entry.ts';
import type { EvidenceOf } from './evidence.ts';
import type { Proposals } from './proposals.ts';
import { nameRefusals } from './refusal.ts';
import type { EntryStore } from './store.ts';

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

  events.on(withdrawn, async (tx, { item }) => {
    const url = await evidence.itemUrl(tx, item);
    const host = url ? new URL(url).hostname : undefined;
    const own = await store.ofItem(tx, item, OPEN_STATES);
    const around = host ? await store.covering(tx, host, OPEN_STATES) : [];
    const ids = [...new Set([...own, ...around].filter((e) => e.basis === 'csam').map((e) => e.id))];
    for (const row of await store.locked(tx, ids)) {
      if (!OPEN_STATES.includes(row.state) || !(await isGone(tx, row, item))) continue;
      await decisions.end(tx, row, 'remove', 'system', 'gone');
    }
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

  /** An address ends with its item; a name when nothing of what is known on it is up. An order ends by its own date. */
  async function isGone(tx: Db, row: EntryRow, item: string): Promise<boolean> {
    if (row.kind === 'url') return (await store.itemsOf(tx, row.id)).every((i) => i === item);
    if (row.name === null) return false;
    return (await evidence.under({ name: row.name, kind: row.kind }, tx)).listedUp === 0;
  }

  /** Runs `act` on each due entry in a transaction of its own: one that fails holds up no other. */
  async function each(rows: readonly { id: string }[], act: (tx: Db, row: EntryRow) => Promise<void>): Promise<void> {
    for (const { id } of rows)
      await transaction(db, async (tx) => {
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
