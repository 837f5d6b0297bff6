import { sql } from 'kysely';
import { type Db, transaction } from '../../platform/db.ts';
import { uuidv7 } from '../../platform/ids.ts';
import type { Platform } from '../../platform/platform.ts';
import { recordAudit } from '../audit/index.ts';
import type { Country } from '../country/index.ts';
import type { Reporting } from '../reporting/index.ts';
import type { Retention } from '../retention/index.ts';
import { createAccusations } from './assessment/accusations.ts';
import { type AssessmentInput, createAssessing } from './assessment/assessing.ts';
import { crowdIn } from './assessment/crowd.ts';
import { createKnownContent, type KnownContent, ownKnownContent } from './assessment/known-content.ts';
import { qualityOf } from './assessment/quality.ts';
import { createSchemaStore } from './assessment/schema-store.ts';
import { createSecondLook } from './assessment/second-look.ts';
import { createBulk } from './bulk/bulk.ts';
import { createCases } from './cases/cases.ts';
import { similarItems } from './cases/similar.ts';
import { alertSupervisors, handleClockAlert, type Supervisor } from './clocks/alert.handler.ts';
import { createClocks } from './clocks/clocks.ts';
import { overdueCount, runningClocks, stepMetrics } from './clocks/metrics.ts';
import { itemReopened, securityForcesTold } from './events.ts';
import { fillInbox } from './inbox.ts';
import { after, ITEM_LOCKED, ITEM_UNKNOWN, type ItemEvent, possible } from './item.ts';
import { createLinker } from './linker.ts';
import { createPriority } from './priority/priority.ts';
import { COUNT_LIMIT, deskMedians, type QueueFilter, queueCounts, queuePage, times, waitingCount } from './queue.ts';
import {
  itemReports,
  markReportsRead,
  placesOf,
  reportBelongs,
  reportIds,
  reportTimes,
  settledReportIds,
} from './reports-of-item.ts';
import { registerRetention } from './retention.ts';
import type { AssessmentRow, CaseworkTables, ItemRow } from './schema.ts';
import { createTree } from './tree/tree.ts';
import { itemsUnder, judgesOf } from './under.ts';
import { createWellbeing } from './wellbeing/store.ts';

export { MAX_NOTE } from './assessment/answers.ts';
export type { AssessmentInput } from './assessment/assessing.ts';
export { type Crosswalk, crosswalk, isNone } from './assessment/crosswalk.ts';
export type { KnownContent, KnownResult } from './assessment/known-content.ts';
export { ROUTES, type Route } from './assessment/routes-of.ts';
export * from './events.ts';
export { after as itemAfter, type ItemEvent, possible as itemEventPossible } from './item.ts';
export type { Reason, UrgencyFacts } from './priority/urgency.ts';
export {
  COUNT_LIMIT,
  hostOf,
  type QueueCounts,
  type QueueFilter,
  type QueuePage,
  type QueuePlace,
  readPlace,
  writePlace,
} from './queue.ts';
export {
  type AssessmentRow,
  EDGE_KINDS,
  type EdgeKind,
  ITEM_KINDS,
  ITEM_STATES,
  type ItemKind,
  type ItemRow,
  type ItemState,
  OPEN_STATES,
  OUTCOMES,
  type Outcome,
  SEVERITIES,
  SEXES,
  type Severity,
  type Sex,
  URGENCY_RANK,
} from './schema.ts';
export type { Under } from './under.ts';

/** An analyst holds an item this long after the last action on it. */
export const LEASE_MS = 15 * 60_000;
/** Of an item with very many reports, so many are looked at for a crowd. */
const CROWD_REPORTS = 1000;
/** The newest entries of an item's history that the desk shows. */
const HISTORY_LIMIT = 100;

export interface CaseworkDeps {
  reporting: Reporting;
  country: Country;
  retention?: Retention;
  /** Who gets a mail when a step is overdue; nobody where it is not given. */
  supervisors?: () => Promise<readonly Supervisor[]>;
  /** Who knows content by its hash, when not our own earlier judgements. */
  knownContent?: KnownContent;
  /** Accounts on duty, from the rota; without it nobody is, and nobody looks at night. */
  onShift?: (now: Date) => Promise<readonly string[]>;
}

/** Items, their queue, locks and assessments. */
export function createCasework(platform: Platform, deps: CaseworkDeps) {
  const { db, clock, random, events, keys } = platform;
  const { reporting, country } = deps;
  if (deps.retention) registerRetention(deps.retention, { reporting, clock });
  const supervisors = deps.supervisors ?? (async () => []);
  const clocks = createClocks(platform, { country, alert: alertSupervisors(platform, supervisors) });
  handleClockAlert(platform, { clocks, supervisors, zone: country.pack().pack.zone });
  events.on(securityForcesTold, (tx, { items, at }) => clocks.told(tx, items, at));
  const linker = createLinker(platform, { ...deps, clocks });
  const priority = createPriority(platform, { getItem, note, changed: (tx, item) => clocks.replan(tx, [item]) });
  const wellbeing = createWellbeing(platform, { country, onShift: deps.onShift });

  fillInbox(platform, { linker, priority, pressed: deps.reporting.pressed });

  const tables = (tx: Db) => tx.withTables<CaseworkTables>();

  async function getItem(tx: Db, id: string, lock = false): Promise<ItemRow> {
    let q = tables(tx).selectFrom('casework.item').selectAll().where('id', '=', id);
    if (lock) q = q.forUpdate();
    const item = await q.executeTakeFirst();
    if (!item) throw ITEM_UNKNOWN();
    return item;
  }

  async function note(
    tx: Db,
    item: string,
    actor: string,
    what: string,
    detail: Record<string, string | number | boolean | null>,
  ): Promise<void> {
    const at = clock.now();
    await tables(tx)
      .insertInto('casework.history')
      .values({ id: uuidv7(clock, random), item, at, actor, what, detail: JSON.stringify(detail) })
      .execute();
    await recordAudit(tx, {
      id: uuidv7(clock, random),
      at,
      actor,
      action: `casework.item.${what}`,
      subject: `casework.item:${item}`,
      detail,
    });
  }

  /** Moves an item by its state machine and writes history and audit; answers the item as it was and as it is. */
  async function apply(
    tx: Db,
    id: string,
    event: ItemEvent,
    actor: string,
    detail: Record<string, string | number | boolean | null> = {},
  ): Promise<ItemRow> {
    const item = await getItem(tx, id, true);
    // What a provider was right about holds no more: it must not come back by itself with the content.
    if (event.type === 'judge-again') await assessing.leaveForce(tx, id);
    const judged =
      event.type === 'back' ? (await assessing.newest(tx, id, true))?.outcome === 'illegal' : item.assessed_at !== null;
    const state = after(item.state, event, judged);
    const at = clock.now();
    await tables(tx)
      .updateTable('casework.item')
      .set({
        state,
        changed_at: at,
        ...(event.type === 'assessed' ? { assessed_at: item.assessed_at ?? at } : {}),
        ...(event.type === 'notice-sent' ? { first_notice_at: item.first_notice_at ?? at } : {}),
        ...(event.type === 'gone' && state === 'gone' ? { gone_at: at } : {}),
        ...(event.type === 'back' ? { gone_at: null } : {}),
      })
      .where('id', '=', id)
      .execute();
    await clocks.follow(tx, [{ item: id, from: item.state, to: state, urgency: item.urgency, at }]);
    if (event.type === 'back') await priority.cameBack(tx, item, at);
    await note(tx, id, actor, event.type, { ...detail, from: item.state, to: state });
    return { ...item, state };
  }

  /**
   * "Read by a trained person": told once, to the reporters of what came since, when somebody does something with the
   * item, or with one report of it. Never for a page that was only fetched: a browser does that by itself.
   */
  async function markRead(tx: Db, item: string, report?: string): Promise<void> {
    const reports = await markReportsRead(tx, item, clock.now(), report);
    await reporting.mailbox.addProgress(tx, reports, 'read');
  }

  /** Takes the item for `account`, or extends the hold. @throws CASEWORK_ITEM_LOCKED while somebody else has it */
  async function lease(tx: Db, id: string, account: string): Promise<ItemRow> {
    const item = await getItem(tx, id, true);
    const now = clock.now();
    if (item.lease_by && item.lease_by !== account && item.lease_until && item.lease_until > now)
      throw ITEM_LOCKED({ account: item.lease_by });
    const until = new Date(now.getTime() + LEASE_MS);
    await tables(tx)
      .updateTable('casework.item')
      .set({ lease_by: account, lease_until: until })
      .where('id', '=', id)
      .execute();
    if (item.lease_by !== account) await note(tx, id, `account:${account}`, 'locked', {});
    await markRead(tx, id);
    return { ...item, lease_by: account, lease_until: until };
  }

  const schemas = createSchemaStore(platform, country);
  const needs = { reporting, country, schemas, lease, apply, note, getItem };
  const assessing = createAssessing(platform, needs);
  const secondLook = createSecondLook(platform, needs, assessing);
  const known = createKnownContent(platform, needs, assessing, deps.knownContent ?? ownKnownContent);
  const accusations = createAccusations(platform, needs);
  const cases = createCases(platform, {
    item: async (tx, id) =>
      (await tables(tx).selectFrom('casework.item').select('id').where('id', '=', id).executeTakeFirst()) !== undefined,
    report: (tx, id) => reporting.reportExists(tx, id),
  });
  const tree = createTree(platform, {
    reporting,
    clocks,
    getItem,
    note,
    newestAssessment: (tx, item) => assessing.newest(tx, item),
    assessAs: (tx, item, account, as) =>
      assessing.assess(
        item,
        account,
        {
          outcome: as.outcome,
          category: as.category,
          severity: as.severity,
          ageBand: as.age_band,
          sex: as.sex,
          legalArticles: as.legal_articles,
          note: '',
          answers: as.answers as NonNullable<AssessmentInput['answers']>,
        },
        tx,
      ),
  });
  platform.ticks.every('casework.accusations', 3600_000, async () => {
    await accusations.sweep();
  });

  return {
    linker,
    priority,
    clocks,
    tree,
    cases,
    bulk: createBulk(platform, reporting),
    /** Items that may belong to these, with why. */
    similarItems: (items: readonly string[]) => similarItems(db, reporting, items),
    stepMetrics: (from: Date, to: Date) => stepMetrics(db, from, to),
    runningClocks: (range: { from?: Date; until: Date }, limit: number) => runningClocks(db, range, limit),
    wellbeing,
    queue: (filter: QueueFilter) => queuePage(db, filter),
    counts: () => queueCounts(db),
    /** What waits in the desk's rooms; cheap enough for every page. */
    async navCounts(): Promise<{
      queue: number;
      danger: number;
      clocks: number;
      verify: number;
      disagreements: number;
    }> {
      const [queue, danger, overdue, looks] = await Promise.all([
        waitingCount(db),
        reporting.waitingDangerCount(db),
        overdueCount(db, clock.now(), COUNT_LIMIT),
        secondLook.count(),
      ]);
      return { queue, danger, clocks: overdue, verify: looks.proposed, disagreements: looks.disagreed };
    },
    /** Median times for the observatory. */
    times: (zone: string, months: string[]) => times(db, zone, months),
    medians: () => deskMedians(db, clock.now()),
    item: (id: string, tx: Db = db) => getItem(tx, id),
    /** The item, locked until the transaction ends: before anything that belongs to it. */
    locked: (tx: Db, id: string) => getItem(tx, id, true),
    /** Ids of the item's reports, oldest first. */
    reportsOf: (item: string, tx: Db = db) => reportIds(tx, item),
    /** Where each report of the item names it, oldest first. */
    placesOf: async (item: string, tx: Db = db) =>
      placesOf(tx, reporting, await getItem(tx, item), await reportIds(tx, item)),
    /** Ids of those reports of the item of which nothing waits or is still up, oldest first. */
    settledReportsOf: (item: string, tx: Db = db) => settledReportIds(tx, item),
    /** One page of the item's reports, newest first, without anything sealed. */
    reportsPage: (item: string, page: { limit: number; offset: number }) => itemReports(db, reporting, item, page),
    reportBelongs: (item: string, report: string, tx: Db = db) => reportBelongs(tx, item, report),
    apply,
    note,

    async itemsOfReport(report: string, tx: Db = db): Promise<ItemRow[]> {
      return tables(tx)
        .selectFrom('casework.item as i')
        .innerJoin('casework.item_report as r', 'r.item', 'i.id')
        .selectAll('i')
        .where('r.report', '=', report)
        .orderBy('i.first_reported_at')
        .execute();
    },

    /** The newest entries, newest first. */
    history: (item: string, limit = HISTORY_LIMIT) =>
      tables(db)
        .selectFrom('casework.history')
        .selectAll()
        .where('item', '=', item)
        .orderBy('at', 'desc')
        .orderBy('id', 'desc')
        .limit(limit)
        .execute(),

    async assessments(item: string): Promise<(Omit<AssessmentRow, 'note' | 'data_key'> & { note: string })[]> {
      const rows = await tables(db)
        .selectFrom('casework.assessment')
        .selectAll()
        .where('item', '=', item)
        .orderBy('at', 'desc')
        .orderBy('id', 'desc')
        .execute();
      return rows.map(({ note: sealed, data_key, ...row }) => ({
        ...row,
        note:
          sealed && data_key
            ? keys.openRecordKey(data_key, `casework.assessment:${row.id}`).openText(sealed, 'note')
            : '',
      }));
    },

    /** What is known on a name (and everything below it). */
    itemsUnder: (name: string, below: boolean, tx: Db = db) => itemsUnder(tx, name, below),
    /** Everybody who judged one of these items. */
    judgesOf: (items: readonly string[], tx: Db = db) => judgesOf(tx, items),
    /** The judgement in force; what waits for a second person is none. */
    latestAssessment: (item: string, tx: Db = db) => assessing.newest(tx, item, true),

    lock: (id: string, account: string) => transaction(db, (tx) => lease(tx, id, account)),

    /** Gives the item back, without a reason. */
    async unlock(id: string, account: string): Promise<void> {
      await transaction(db, async (tx) => {
        const freed = await tables(tx)
          .updateTable('casework.item')
          .set({ lease_by: null, lease_until: null })
          .where('id', '=', id)
          .where('lease_by', '=', account)
          .executeTakeFirst();
        if (freed.numUpdatedRows > 0n) await note(tx, id, `account:${account}`, 'unlocked', {});
      });
    },

    assess: assessing.assess,
    assessing,
    schemas,
    secondLook,
    known,
    accusations,

    /**
     * What makes the item's reports look like a campaign (many at once, or many in nearly the same words), or undefined.
     * Said to the analyst; it moves nothing.
     */
    async crowd(item: Pick<ItemRow, 'id' | 'reports'>) {
      const rule = country.caseReview().crowd;
      if (item.reports < Math.min(rule.reports, rule.alike.reports)) return undefined;
      const reports = await reportTimes(db, item.id, CROWD_REPORTS);
      const marks = await reporting.wordMarks(
        db,
        reports.map((r) => r.report),
      );
      return crowdIn(reports, marks, rule);
    },

    /** How far two people agree, in a month (`YYYY-MM`) of the country's clock. */
    quality: (month: string) => qualityOf(db, country.pack().pack.zone, month),

    markRead,

    /** Opens the name of an account item; the caller asked the policy and audits. */
    async accountName(item: ItemRow): Promise<string | undefined> {
      if (item.kind !== 'account' || !item.name_report) return undefined;
      const names = await reporting.details.accountNames(db, item.name_report);
      return names.find((n) => n.ordinal === item.name_ordinal)?.name;
    },

    /** Counts a look at content that was made visible. `ms` in milliseconds. */
    async addExposure(account: string, ms: number): Promise<void> {
      const day = country.localDate(clock.now());
      await sql`insert into casework.exposure (account, day, looks, ms) values (${account}, ${day}, 1, ${Math.round(ms)})
        on conflict (account, day) do update set looks = casework.exposure.looks + 1, ms = casework.exposure.ms + excluded.ms`.execute(
        db,
      );
      await wellbeing.seen(account, ms);
    },

    async exposureToday(account: string): Promise<number> {
      const day = country.localDate(clock.now());
      const row = await tables(db)
        .selectFrom('casework.exposure')
        .select('ms')
        .where('account', '=', account)
        .where('day', '=', day)
        .executeTakeFirst();
      return row?.ms ?? 0;
    },

    possible,
    reopened: itemReopened,
  };
}
export type Casework = ReturnType<typeof createCasework>;
