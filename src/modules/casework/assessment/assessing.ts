import { type Db, transaction } from '../../../platform/db.ts';
import { uuidv7 } from '../../../platform/ids.ts';
import type { Platform } from '../../../platform/platform.ts';
import { type AssessmentAnswers, type Country, covers, type Eyes } from '../../country/index.ts';
import type { Reporting } from '../../reporting/index.ts';
import { itemAssessed } from '../events.ts';
import { ASSESSMENT_STALE, type ItemEvent } from '../item.ts';
import { markReportsRead, reportIds } from '../reports-of-item.ts';
import type { AssessmentRow, CaseworkTables, ItemRow, Outcome } from '../schema.ts';
import { allAnswers, checked, type Judgement, PACK_OUTCOME } from './answers.ts';
import { type Article, crosswalk, type Decision } from './crosswalk.ts';
import { routesOf } from './routes-of.ts';
import type { SchemaStore } from './schema-store.ts';
import { ASSESSMENT_DISPUTED, ASSESSMENT_PROPOSED, afterLook, type VerificationKind } from './verification.ts';

/** What the item's own service does for the judgement: locks, state machine, history. */
export interface ItemWork {
  lease(tx: Db, id: string, account: string): Promise<ItemRow>;
  apply(
    tx: Db,
    id: string,
    event: ItemEvent,
    actor: string,
    detail?: Record<string, string | number | boolean | null>,
  ): Promise<ItemRow>;
  note(
    tx: Db,
    item: string,
    actor: string,
    what: string,
    detail: Record<string, string | number | boolean | null>,
  ): Promise<void>;
  getItem(tx: Db, id: string, lock?: boolean): Promise<ItemRow>;
}

export interface AssessingNeeds extends ItemWork {
  reporting: Reporting;
  country: Country;
  schemas: SchemaStore;
}

export interface AssessmentInput extends Judgement {
  /** The newest assessment that the analyst saw, null for none; another one made meanwhile is not overwritten unread. */
  basedOn?: string | null;
}

/** What becomes of a judgement the moment it is made. */
export type Standing =
  | { standing: 'in-force'; verified: boolean }
  | { standing: 'proposed'; kind: VerificationKind; blind: boolean };

const tables = (tx: Db) => tx.withTables<CaseworkTables>();

/** From an analyst's form to a judgement: proposed to a second person, or in force with all that follows. */
export function createAssessing(platform: Platform, needs: AssessingNeeds) {
  const { db, clock, random, events, keys } = platform;
  const { reporting, country, schemas, lease, apply, note } = needs;

  const newest = (tx: Db, item: string, inForce = false) => {
    let q = tables(tx).selectFrom('casework.assessment').selectAll().where('item', '=', item);
    if (inForce) q = q.where('in_force', '=', true);
    return q
      .orderBy((eb) => (inForce ? eb.fn.coalesce('in_force_at', 'at') : eb.ref('at')), 'desc')
      .orderBy('id', 'desc')
      .limit(1)
      .executeTakeFirst();
  };

  const nationalArticles = (category: Judgement['category']): Article[] => {
    const national = new Set(
      country
        .pack()
        .law.instruments.filter((i) => i.kind === 'national')
        .map((i) => i.id),
    );
    return country
      .law(country.category(category).legalArticles)
      .filter((a) => national.has(a.instrument))
      .map((a) => ({ id: a.id, verified: a.verified }));
  };

  const routing = (d: Decision) => routesOf(d, country.category(d.category).policeHold);

  /** How many people a judgement needs, by the country's rule. */
  function eyesFor(outcome: Outcome, category: Judgement['category']): Eyes {
    const rule = country.caseReview().verification.find((r) => covers(r, PACK_OUTCOME[outcome], category));
    return rule?.eyes ?? 'one';
  }

  async function insert(
    tx: Db,
    item: string,
    account: string,
    given: Judgement & { answers: AssessmentAnswers },
    standing: Standing,
    sameAs: string | null = null,
  ): Promise<AssessmentRow> {
    const schema = schemas.current();
    await schemas.keep(tx, schema);
    const id = uuidv7(clock, random);
    const { wrapped, key } = keys.newRecordKey(`casework.assessment:${id}`);
    const { routes, family } = routing({ ...given, answers: allAnswers(given) });
    return tables(tx)
      .insertInto('casework.assessment')
      .values({
        id,
        item,
        account,
        outcome: given.outcome,
        category: given.category,
        severity: given.severity,
        age_band: given.ageBand,
        sex: given.sex,
        legal_articles: given.legalArticles,
        data_key: wrapped,
        note: given.note ? key.seal(given.note, 'note') : null,
        at: clock.now(),
        schema: schema.id,
        answers: JSON.stringify(given.answers),
        in_force: standing.standing === 'in-force',
        verified: standing.standing === 'in-force' && standing.verified,
        routes,
        family,
        same_as: sameAs,
      })
      .returningAll()
      .executeTakeFirstOrThrow();
  }

  /** The judgement counts from now on: state, reporters, and whoever acts on it. `actor` is who made it count. */
  async function takeEffect(tx: Db, row: AssessmentRow, actor: string): Promise<void> {
    const at = clock.now();
    await apply(tx, row.item, { type: 'assessed', outcome: row.outcome }, actor, {
      outcome: row.outcome,
      category: row.category,
      severity: row.severity,
      ...(row.same_as ? { sameAs: row.same_as } : {}),
    });
    await tables(tx)
      .updateTable('casework.item')
      .set({ category: row.category, lease_by: null, lease_until: null })
      .where('id', '=', row.item)
      .execute();
    const step = row.outcome === 'illegal' ? 'read' : row.outcome === 'harmful' ? 'harmful' : 'not-actionable';
    await reporting.mailbox.addProgress(tx, await reportIds(tx, row.item), step);
    await events.emit(tx, itemAssessed, {
      item: row.item,
      assessment: row.id,
      outcome: row.outcome,
      account: row.account,
      at,
      routes: row.routes,
      family: row.family,
    });
  }

  async function openLook(
    tx: Db,
    row: AssessmentRow,
    item: ItemRow,
    kind: VerificationKind,
    blind: boolean,
  ): Promise<void> {
    const id = uuidv7(clock, random);
    await tables(tx)
      .insertInto('casework.verification')
      .values({
        id,
        assessment: row.id,
        item: row.item,
        kind,
        blind,
        state: 'proposed',
        urgency: item.urgency,
        first_account: row.account,
        first_outcome: row.outcome,
        category: row.category,
        proposed_at: row.at,
        second_account: null,
        second_outcome: null,
        second: null,
        second_at: null,
        decided_by: null,
        decided: null,
        decided_at: null,
        data_key: null,
        second_note: null,
        decision_note: null,
      })
      .execute();
  }

  /**
   * A new judgement replaces what waited for a second person: its author may think again, and a drawn sample is void.
   * @throws CASEWORK_ASSESSMENT_PROPOSED for anybody else, who is that second person instead;
   *   CASEWORK_ASSESSMENT_DISPUTED while two people disagree: a third decides, and nobody goes round them
   */
  async function withdrawOpen(tx: Db, item: string, account: string): Promise<void> {
    const open = await tables(tx)
      .selectFrom('casework.verification')
      .selectAll()
      .where('item', '=', item)
      .where('state', 'in', ['proposed', 'disagreed'])
      .forUpdate()
      .execute();
    for (const look of open) {
      if (look.state === 'disagreed') throw ASSESSMENT_DISPUTED();
      if (look.kind !== 'sample' && look.first_account !== account) throw ASSESSMENT_PROPOSED();
      const { state } = afterLook({ state: look.state, doneBy: [look.first_account] }, 'withdraw', account);
      await tables(tx).updateTable('casework.verification').set({ state }).where('id', '=', look.id).execute();
      await note(tx, item, `account:${account}`, 'look-withdrawn', { verification: look.id });
    }
  }

  /** Stores a judgement and lets it take effect or wait, as `standing` says. The item is locked by the caller. */
  async function record(
    tx: Db,
    item: ItemRow,
    account: string,
    given: Judgement & { answers: AssessmentAnswers },
    standing: Standing,
    sameAs: string | null = null,
  ): Promise<AssessmentRow> {
    await withdrawOpen(tx, item.id, account);
    const row = await insert(tx, item.id, account, given, standing, sameAs);
    if (standing.standing === 'in-force') {
      await takeEffect(tx, row, `account:${account}`);
      return row;
    }
    await openLook(tx, row, item, standing.kind, standing.blind);
    await apply(tx, item.id, { type: 'proposed' }, `account:${account}`, { assessment: row.id });
    await tables(tx)
      .updateTable('casework.item')
      .set({ lease_by: null, lease_until: null })
      .where('id', '=', item.id)
      .execute();
    await reporting.mailbox.addProgress(tx, await markReportsRead(tx, item.id, clock.now()), 'read');
    return row;
  }

  /** No judgement of the item counts any more, until somebody judges anew. The item is locked by the caller. */
  async function leaveForce(tx: Db, item: string): Promise<void> {
    await tables(tx)
      .updateTable('casework.assessment')
      .set({ in_force: false })
      .where('item', '=', item)
      .where('in_force', '=', true)
      .execute();
  }

  return {
    newest,
    leaveForce,
    insert,
    record,
    takeEffect,
    routing,

    /** The judgement in every other vocabulary, with the country's articles as they stand today. */
    crosswalk: (d: Decision) => crosswalk(d, nationalArticles(d.category)),

    /**
     * Judges an item. The lock must be held or free. Where the country's rule asks for a second person the judgement is
     * proposed and nothing leaves; else it takes effect in the same transaction, and by chance somebody looks again.
     */
    async assess(id: string, account: string, input: AssessmentInput, inside: Db = db): Promise<void> {
      const given = checked(country, schemas.current(), input);
      const eyes = eyesFor(given.outcome, given.category);
      await transaction(inside, async (tx) => {
        const item = await lease(tx, id, account);
        if (input.basedOn !== undefined) {
          const last = await newest(tx, id);
          if ((last?.id ?? null) !== input.basedOn) throw ASSESSMENT_STALE();
        }
        if (eyes !== 'one') {
          await record(tx, item, account, given, {
            standing: 'proposed',
            kind: 'four-eyes',
            blind: eyes === 'two-blind',
          });
          return;
        }
        const row = await record(tx, item, account, given, { standing: 'in-force', verified: false });
        const share = country.caseReview().sampling.find((r) => covers(r, PACK_OUTCOME[given.outcome], given.category));
        if (share && random.int(1000) < share.perMille) await openLook(tx, row, item, 'sample', true);
      });
    },
  };
}
export type Assessing = ReturnType<typeof createAssessing>;
