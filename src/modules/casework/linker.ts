import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import { getDomain, getHostname } from 'tldts';
import { texts, uuids } from '../../platform/columns.ts';
import { type Db, isConnectionError, transaction } from '../../platform/db.ts';
import { uuidv7 } from '../../platform/ids.ts';
import type { Platform } from '../../platform/platform.ts';
import { recordAudits } from '../audit/index.ts';
import type { Country } from '../country/index.ts';
import type { ProgressStep, ReportDetails, Reporting } from '../reporting/index.ts';
import type { Clocks } from './clocks/clocks.ts';
import { itemReopened, reportsJoined } from './events.ts';
import { after } from './item.ts';
import { type ItemLink, insertHistory, insertItems, insertLinks, type NewItem, updateItems } from './item-rows.ts';
import { factsOfReport, firstPriority, withFacts } from './priority/urgency.ts';
import type { CaseworkTables, ItemRow, ItemState } from './schema.ts';

/** Reports linked in one transaction: more would keep whoever reports at that moment waiting longer for this thread. */
const BATCH = 200;
/** Whoever makes items or ties them together holds this: two that meet on one address can't wait for each other. */
export const LINK_LOCK = 7_202_611_250;

/** An index row of PostgreSQL holds about 2,700 bytes; addresses may be longer than that. */
const MAX_KEY = 1000;

/** A key that the unique index can hold: a long address is known by its digest. */
const indexable = (key: string): string =>
  key.length <= MAX_KEY ? key : `url-sha256:${createHash('sha256').update(key).digest('hex')}`;

/** The key of an address's item; `key` is equal for two spellings of one address. */
export const itemKeyOf = (key: string): string => indexable(`url:${key}`);
/** The key of an account's item; `index` is equal for two reports of one account. */
export const accountKeyOf = (index: Buffer): string => `account:${index.toString('hex')}`;

interface Wanted {
  key: string;
  report: ReportDetails;
  kind: ItemRow['kind'];
  url: string | null;
  host: string | null;
  platform: string | null;
  ordinal: number | null;
}

/** What a report points to: its addresses, its accounts, or, with neither, itself. Pure. */
export function itemsOf(report: ReportDetails): Wanted[] {
  const wanted: Wanted[] = [];
  for (const link of report.links)
    wanted.push({
      key: itemKeyOf(link.key),
      report,
      kind: 'url',
      url: link.url,
      host: getHostname(link.url),
      platform: null,
      ordinal: null,
    });
  for (const account of report.accounts)
    wanted.push({
      key: accountKeyOf(account.index),
      report,
      kind: 'account',
      url: null,
      host: null,
      platform: account.platform,
      ordinal: account.ordinal,
    });
  if (wanted.length === 0)
    wanted.push({
      key: `report:${report.id}`,
      report,
      kind: 'report',
      url: null,
      host: null,
      platform: null,
      ordinal: null,
    });
  return wanted;
}

/** What the reporter of something already judged is told at once: nobody has to open the item again for that. */
const KNOWN_STEP: Partial<Record<ItemState, ProgressStep>> = {
  proposed: 'read',
  illegal: 'read',
  asked: 'asked-site',
  harmful: 'harmful',
  'not-actionable': 'not-actionable',
};

const RARER: Record<string, number> = { 'reporter-only': 0, few: 1, unknown: 2, many: 3, public: 4 };

export function createLinker(platform: Platform, deps: { reporting: Reporting; country: Country; clocks: Clocks }) {
  const { db, clock, random, events, log } = platform;

  const factsOf = (report: ReportDetails) => factsOfReport(report, deps.country.category(report.category).urgency);

  function newItem(w: Wanted): NewItem {
    const { report } = w;
    return {
      id: uuidv7(clock, random),
      kind: w.kind,
      key: w.key,
      url: w.url,
      host: w.host,
      registrable: w.host ? getDomain(w.host) : null,
      platform: w.platform,
      name_report: w.kind === 'account' ? report.id : null,
      name_ordinal: w.ordinal,
      category: report.category,
      ...firstPriority(factsOf(report)),
      visibility: report.visibility,
      state: 'waiting',
      reports: 0,
      first_reported_at: report.receivedAt,
      last_reported_at: report.receivedAt,
      changed_at: clock.now(),
    };
  }

  /** What reports add to an item, new or old. */
  function grown<T extends NewItem | ItemRow>(item: T, their: readonly ReportDetails[], back = false): T {
    // Between two answers the rarer audience counts: a notice must not give away the one who could see it.
    const rarest = [item.visibility, ...their.map((r) => r.visibility)].sort(
      (a, b) => (RARER[a] ?? 2) - (RARER[b] ?? 2),
    )[0] as ItemRow['visibility'];
    return {
      ...item,
      reports: item.reports + their.length,
      ...withFacts(
        item,
        their.map((r) => ({ ...factsOf(r), back })),
      ),
      visibility: rarest,
      last_reported_at: new Date(
        Math.max(item.last_reported_at.getTime(), ...their.map((r) => r.receivedAt.getTime())),
      ),
      changed_at: clock.now(),
    };
  }

  async function link(tx: Db, reports: ReportDetails[]): Promise<void> {
    const q = tx.withTables<CaseworkTables>();
    const reportById = new Map(reports.map((r) => [r.id, r]));
    const reportOf = (l: { report: string }) => reportById.get(l.report) as ReportDetails;
    const byKey = Map.groupBy(reports.flatMap(itemsOf), (w) => w.key);
    if (byKey.size === 0) return;
    const known = await q
      .selectFrom('casework.item')
      .selectAll()
      .where(sql<boolean>`key = any(${texts([...byKey.keys()], (key) => key)}::text[])`)
      // In one order, as everybody who locks several.
      .orderBy('id')
      .forUpdate()
      .execute();
    const knownByKey = new Map(known.map((i) => [i.key, i]));
    const links: ItemLink[] = [];
    const fresh: NewItem[] = [];
    for (const [key, wanted] of byKey) {
      // A report that names one address twice is one report of it.
      const their = [...new Set(wanted.map((w) => w.report))];
      let item: NewItem | undefined = knownByKey.get(key);
      if (!item) {
        item = grown(newItem(wanted[0] as Wanted), their);
        fresh.push(item);
      }
      for (const r of their) links.push({ item: item.id, report: r.id, at: r.receivedAt });
    }
    await insertItems(tx, fresh);
    await deps.clocks.follow(
      tx,
      fresh.map((i) => ({ item: i.id, from: undefined, to: i.state, urgency: i.urgency, at: i.first_reported_at })),
    );
    const linked = await insertLinks(tx, links);
    await insertHistory(
      tx,
      linked.map((l) => ({
        id: uuidv7(clock, random),
        item: l.item,
        at: reportOf(l).receivedAt,
        actor: 'reporter',
        what: 'reported',
        detail: { report: l.report, category: reportOf(l).category },
      })),
    );
    await recordAudits(
      tx,
      fresh.map((i) => ({
        id: uuidv7(clock, random),
        at: clock.now(),
        actor: 'system',
        action: 'casework.item.created',
        subject: `casework.item:${i.id}`,
        detail: { kind: i.kind },
      })),
    );

    const knownById = new Map(known.map((i) => [i.id, i]));
    const again = [...Map.groupBy(linked, (l) => l.item)].flatMap(([id, theirs]) => {
      const item = knownById.get(id);
      if (!item) return [];
      const their = theirs.map(reportOf);
      const state = after(item.state, { type: 'reported-again' }, item.assessed_at !== null);
      const reopened = item.state === 'gone' && state !== 'gone';
      return [
        {
          before: item,
          now: { ...grown(item, their, reopened), state, ...(reopened ? { gone_at: null } : {}) },
          their,
        },
      ];
    });
    await updateItems(
      tx,
      again.map((a) => a.now),
    );
    await deps.clocks.follow(
      tx,
      again.map(({ before, now }) => ({
        item: now.id,
        from: before.state,
        to: now.state,
        urgency: now.urgency,
        at: now.last_reported_at,
      })),
    );
    await deps.clocks.replan(
      tx,
      again.flatMap(({ before, now }) => (before.urgency === now.urgency ? [] : [now.id])),
    );
    const joined = again.flatMap(({ now, their }) =>
      their.map((r) => ({ item: now.id, report: r.id, visibility: r.visibility })),
    );
    if (joined.length > 0) await events.emit(tx, reportsJoined, { joined });
    for (const { before, now, their } of again) {
      const step = KNOWN_STEP[now.state];
      if (step) await tellKnown(tx, now.id, their, step);
      if (now.state !== before.state) await events.emit(tx, itemReopened, { item: now.id, at: clock.now() });
    }
  }

  /** The reporters of something that was judged before are told where it stands. */
  async function tellKnown(tx: Db, item: string, their: readonly ReportDetails[], step: ProgressStep): Promise<void> {
    const reporters = their.map((r) => r.id);
    await tx
      .withTables<CaseworkTables>()
      .updateTable('casework.item_report')
      .set({ read_at: clock.now() })
      .where('item', '=', item)
      .where(sql<boolean>`report = any(${reporters}::uuid[])`)
      .execute();
    await deps.reporting.mailbox.addProgress(tx, reporters, step);
  }

  const oldest = async (tx: Db) =>
    (
      await tx
        .withTables<CaseworkTables>()
        .selectFrom('casework.inbox')
        .select('report')
        .orderBy('at')
        .limit(BATCH)
        .execute()
    ).map((w) => w.report);

  /** Links what of these still waits; undefined when another process links just now. */
  async function linkWaiting(choose: (tx: Db) => Promise<string[]>): Promise<number | undefined> {
    return transaction(db, async (tx) => {
      const locked = await sql<{ ok: boolean }>`select pg_try_advisory_xact_lock(${LINK_LOCK}) as ok`.execute(tx);
      if (!locked.rows[0]?.ok) return undefined;
      const q = tx.withTables<CaseworkTables>();
      const chosen = await choose(tx);
      if (chosen.length === 0) return 0;
      const waiting = await q
        .selectFrom('casework.inbox')
        .select('report')
        .where(sql<boolean>`report = any(${uuids(chosen, (id) => id)}::uuid[])`)
        .orderBy('at')
        .forUpdate()
        .execute();
      if (waiting.length === 0) return 0;
      const ids = waiting.map((w) => w.report);
      await link(tx, await deps.reporting.details.details(tx, ids));
      await sql`delete from casework.inbox where report = any(${uuids(ids, (id) => id)}::uuid[])`.execute(tx);
      return waiting.length;
    });
  }

  /** One by one: the report at fault stays, behind the others, and is said. */
  async function linkSingly(): Promise<void> {
    for (const report of await oldest(db))
      await linkWaiting(async () => [report]).catch(async (err: unknown) => {
        if (isConnectionError(err)) throw err;
        log.error({ err, report }, 'a report could not be linked to items; it waits');
        await db
          .withTables<CaseworkTables>()
          .updateTable('casework.inbox')
          .set({ at: clock.now() })
          .where('report', '=', report)
          .execute();
      });
  }

  /** Links waiting reports to items; true when there may be more. One that can't be linked never stops the others. */
  async function drain(): Promise<boolean> {
    try {
      return (await linkWaiting(oldest)) === BATCH;
    } catch (error) {
      if (isConnectionError(error)) throw error;
      await linkSingly();
      return false;
    }
  }

  return { drain, link };
}
