import { type Db, transaction } from '../../../platform/db.ts';
import type { RecordKey } from '../../../platform/keys.ts';
import type { Platform } from '../../../platform/platform.ts';
import type { AssessmentAnswers } from '../../country/index.ts';
import { ITEM_TRANSITION, possible } from '../item.ts';
import type { AssessmentRow, CaseworkTables, ItemRow, VerificationRow } from '../schema.ts';
import { agree, allAnswers, checked, type Judgement } from './answers.ts';
import type { Assessing, AssessingNeeds } from './assessing.ts';
import { afterLook, isSettled, VERIFICATION_BLIND, VERIFICATION_UNKNOWN } from './verification.ts';

/** A second judgement as it is kept: the note is sealed beside it. */
type SecondStored = Omit<Judgement, 'note'>;

export interface OpenLook {
  look: VerificationRow;
  item: ItemRow;
}

export interface LookDetail extends OpenLook {
  first: AssessmentRow & { openNote: string };
  second: (SecondStored & { openNote: string }) | undefined;
}

const tables = (tx: Db) => tx.withTables<CaseworkTables>();

/** Who judged so far, in order. */
export const doneByOf = (look: Pick<VerificationRow, 'first_account' | 'second_account' | 'decided_by'>): string[] =>
  [look.first_account, look.second_account, look.decided_by].filter((a) => a !== null);

/** Second looks: taking them, and deciding between two that differ. Order of locks: item, then look. */
export function createSecondLook(platform: Platform, needs: AssessingNeeds, assessing: Assessing) {
  const { db, clock, keys } = platform;
  const { country, schemas, getItem, note } = needs;

  async function find(tx: Db, id: string): Promise<VerificationRow> {
    const row = await tables(tx)
      .selectFrom('casework.verification')
      .selectAll()
      .where('id', '=', id)
      .executeTakeFirst();
    if (!row) throw VERIFICATION_UNKNOWN();
    return row;
  }

  async function locked(tx: Db, id: string): Promise<{ look: VerificationRow; item: ItemRow }> {
    const { item } = await find(tx, id);
    const row = await getItem(tx, item, true);
    const look = await tables(tx)
      .selectFrom('casework.verification')
      .selectAll()
      .where('id', '=', id)
      .forUpdate()
      .executeTakeFirstOrThrow();
    return { look, item: row };
  }

  const assessment = (tx: Db, id: string) =>
    tables(tx).selectFrom('casework.assessment').selectAll().where('id', '=', id).executeTakeFirstOrThrow();

  const judgementOf = (row: AssessmentRow): Judgement => ({
    outcome: row.outcome,
    category: row.category,
    severity: row.severity,
    ageBand: row.age_band,
    sex: row.sex,
    legalArticles: row.legal_articles,
    note: '',
    answers: row.answers as AssessmentAnswers,
  });

  const keyOf = (look: VerificationRow): { wrapped: Buffer; key: RecordKey } => {
    const context = `casework.verification:${look.id}`;
    return look.data_key
      ? { wrapped: look.data_key, key: keys.openRecordKey(look.data_key, context) }
      : keys.newRecordKey(context);
  };

  /** What was judged first counts from now on, behind it two people or three. */
  async function confirm(tx: Db, look: VerificationRow, actor: string): Promise<void> {
    const row = await tables(tx)
      .updateTable('casework.assessment')
      .set({ verified: true, ...(look.kind === 'sample' ? {} : { in_force: true, in_force_at: clock.now() }) })
      .where('id', '=', look.assessment)
      .returningAll()
      .executeTakeFirstOrThrow();
    if (look.kind !== 'sample') await assessing.takeEffect(tx, row, actor);
  }

  return {
    /** Looks that wait for a second person (`proposed`) or for a supervisor (`disagreed`); most urgent first. */
    async waiting(state: 'proposed' | 'disagreed', notBy: string, limit = 100): Promise<OpenLook[]> {
      const looks = await tables(db)
        .selectFrom('casework.verification as v')
        .innerJoin('casework.item as i', 'i.id', 'v.item')
        .selectAll('v')
        .where('v.state', '=', state)
        // What disappeared meanwhile can't be judged; it waits here should it come back.
        .where('i.state', '<>', 'gone')
        .where('v.first_account', '<>', notBy)
        .where((eb) => eb.or([eb('v.second_account', 'is', null), eb('v.second_account', '<>', notBy)]))
        .orderBy('v.urgency')
        .orderBy('v.proposed_at')
        .orderBy('v.id')
        .limit(limit)
        .execute();
      if (looks.length === 0) return [];
      const ids = looks.map((l) => l.item);
      const items = await tables(db).selectFrom('casework.item').selectAll().where('id', 'in', ids).execute();
      const byId = new Map(items.map((i) => [i.id, i]));
      return looks.map((look) => ({ look, item: byId.get(look.item) as ItemRow }));
    },

    /** How many wait, at most 100; for the desk's rooms. */
    async count(): Promise<{ proposed: number; disagreed: number }> {
      const rows = await tables(db)
        .selectFrom('casework.verification as v')
        .innerJoin('casework.item as i', 'i.id', 'v.item')
        .select('v.state')
        .where('v.state', 'in', ['proposed', 'disagreed'])
        .where('i.state', '<>', 'gone')
        .limit(100)
        .execute();
      return {
        proposed: rows.filter((r) => r.state === 'proposed').length,
        disagreed: rows.filter((r) => r.state === 'disagreed').length,
      };
    },

    find: (id: string) => find(db, id),

    /** Looks of one item, newest first. */
    ofItem: (item: string) =>
      tables(db)
        .selectFrom('casework.verification')
        .selectAll()
        .where('item', '=', item)
        .orderBy('proposed_at', 'desc')
        .orderBy('id', 'desc')
        .execute(),

    /** Both judgements with their notes. The caller asked the policy, and shows of a blind look only what may be seen. */
    async detail(id: string): Promise<LookDetail> {
      const look = await find(db, id);
      const [item, first] = await Promise.all([getItem(db, look.item), assessment(db, look.assessment)]);
      const firstNote =
        first.note && first.data_key
          ? keys.openRecordKey(first.data_key, `casework.assessment:${first.id}`).openText(first.note, 'note')
          : '';
      const second = look.second as SecondStored | null;
      const secondNote = look.second_note ? keyOf(look).key.openText(look.second_note, 'second') : '';
      return {
        look,
        item,
        first: { ...first, openNote: firstNote },
        second: second ? { ...second, openNote: secondNote } : undefined,
      };
    },

    /**
     * The second person judges. `agree` without a judgement of one's own is for looks that are not blind.
     * @throws CASEWORK_VERIFICATION_DONE, CASEWORK_VERIFICATION_OWN, CASEWORK_VERIFICATION_BLIND,
     *   CASEWORK_ASSESSMENT_INVALID; CASEWORK_ITEM_TRANSITION when the content is gone
     * @returns whether the two agree
     */
    async look(id: string, account: string, given: Judgement | 'agree'): Promise<{ agreed: boolean }> {
      const own = given === 'agree' ? undefined : checked(country, schemas.current(), given);
      return transaction(db, async (tx) => {
        const { look, item } = await locked(tx, id);
        if (!own && look.blind) throw VERIFICATION_BLIND();
        if (!possible(item.state, { type: 'assessed', outcome: look.first_outcome }))
          throw ITEM_TRANSITION({ state: item.state, event: 'assessed' });
        const first = judgementOf(await assessment(tx, look.assessment));
        const agreed = !own || agree(first, own, country.caseReview().compared);
        const after = afterLook({ state: look.state, doneBy: doneByOf(look) }, agreed ? 'agree' : 'disagree', account);
        const second = own ?? first;
        const { note: words, ...stored } = second;
        const { wrapped, key } = keyOf(look);
        await tables(tx)
          .updateTable('casework.verification')
          .set({
            state: after.state,
            second_account: account,
            second_outcome: second.outcome,
            second: JSON.stringify(stored),
            second_at: clock.now(),
            data_key: wrapped,
            second_note: words ? key.seal(words, 'second') : null,
          })
          .where('id', '=', id)
          .execute();
        await note(tx, look.item, `account:${account}`, agreed ? 'verified' : 'disagreed', { verification: id });
        if (isSettled(after.state)) await confirm(tx, look, `account:${account}`);
        return { agreed };
      });
    },

    /**
     * A third person decides between two judgements.
     * @throws CASEWORK_VERIFICATION_DONE, CASEWORK_VERIFICATION_OWN
     */
    async decide(id: string, account: string, pick: 'first' | 'second', why: string): Promise<void> {
      await transaction(db, async (tx) => {
        const { look, item } = await locked(tx, id);
        const after = afterLook({ state: look.state, doneBy: doneByOf(look) }, 'decide', account);
        const second = look.second as SecondStored;
        const { wrapped, key } = keyOf(look);
        await tables(tx)
          .updateTable('casework.verification')
          .set({
            state: after.state,
            decided: pick,
            decided_by: account,
            decided_at: clock.now(),
            data_key: wrapped,
            decision_note: why ? key.seal(why, 'decision') : null,
          })
          .where('id', '=', id)
          .execute();
        const actor = `account:${account}`;
        await note(tx, look.item, actor, 'decided', { verification: id, pick });
        if (pick === 'first') return confirm(tx, look, actor);
        const words = look.second_note ? key.openText(look.second_note, 'second') : '';
        const row = await assessing.insert(
          tx,
          item.id,
          look.second_account as string,
          { ...second, note: words, answers: second.answers ?? {} },
          { standing: 'in-force', verified: true },
        );
        await assessing.takeEffect(tx, row, actor);
      });
    },

    /** Every answer of a judgement in one, for showing it. */
    answersOf: (j: SecondStored) => allAnswers(j),
  };
}
