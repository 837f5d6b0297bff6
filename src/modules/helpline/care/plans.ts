import { sql } from 'kysely';
import { type Db, transaction } from '../../../platform/db.ts';
import type { Lang } from '../../../platform/i18n/index.ts';
import { uuidv7 } from '../../../platform/ids.ts';
import type { Platform } from '../../../platform/platform.ts';
import type { Country, HelpLine } from '../../country/index.ts';
import type { Reporting } from '../../reporting/index.ts';
import type { Conversations } from '../conversations.ts';
import { INVALID, UNKNOWN } from '../errors.ts';
import { type CareReferralRow, type NeedRow, type PlanRow, tables } from '../schema.ts';
import { afterCare, type CareEvent, firstState } from './referral.ts';

export const MAX_WORDS = 2000;

export interface PlanView extends PlanRow {
  needs: (Omit<NeedRow, 'data_key' | 'who'> & { who: string })[];
  referrals: (Omit<CareReferralRow, 'data_key' | 'reason'> & { reason: string })[];
}

/**
 * A child's care plan: what is needed, who does it, until when, done; and bringing the child to a service, with the
 * child's consent or over it for the child's best interests. Everything in it is sealed but its bare outline.
 */
export function createCare(
  platform: Platform,
  deps: { country: Country; reporting: Reporting; conversations: Conversations },
) {
  const { db, clock, random, keys } = platform;
  const { country, reporting, conversations } = deps;

  async function row(tx: Db, id: string, lock = false): Promise<PlanRow> {
    const q = tables(tx).selectFrom('helpline.care_plan').selectAll().where('id', '=', id);
    const found = await (lock ? q.forUpdate() : q).executeTakeFirst();
    if (!found) throw UNKNOWN();
    return found;
  }

  async function open(tx: Db, id: string): Promise<PlanRow> {
    const plan = await row(tx, id, true);
    if (plan.state !== 'open') throw UNKNOWN();
    return plan;
  }

  const words = (text: string, needed: boolean): string => {
    const trimmed = text.trim();
    if ((needed && !trimmed) || trimmed.length > MAX_WORDS) throw INVALID({ max: MAX_WORDS });
    return trimmed;
  };

  const audit = (tx: Db, account: string, action: string, plan: PlanRow, detail: Record<string, string> = {}) =>
    conversations.audit(tx, `account:${account}`, `care.${action}`, plan.report, { plan: plan.id, ...detail });

  const touch = (tx: Db, plan: string) =>
    tables(tx).updateTable('helpline.care_plan').set({ changed_at: clock.now() }).where('id', '=', plan).execute();

  async function referral(tx: Db, plan: string, id: string): Promise<CareReferralRow> {
    const found = await tables(tx)
      .selectFrom('helpline.care_referral')
      .selectAll()
      .where('id', '=', id)
      .where('plan', '=', plan)
      .forUpdate()
      .executeTakeFirst();
    if (!found) throw UNKNOWN();
    return found;
  }

  async function move(tx: Db, r: CareReferralRow, event: CareEvent, patch: Partial<CareReferralRow> = {}) {
    const state = afterCare(r.state, event);
    await tables(tx)
      .updateTable('helpline.care_referral')
      .set({ ...patch, state })
      .where('id', '=', r.id)
      .execute();
    return state;
  }

  /** Services of the country that a child can be brought to. */
  function services(): HelpLine[] {
    const lines = country.pack().helpLines.helpLines;
    return country.helpline().careServices.flatMap((id) => lines.find((l) => l.id === id) ?? []);
  }

  return {
    services,
    row: (id: string, tx: Db = db) => row(tx, id),

    planOf: (report: string) =>
      tables(db).selectFrom('helpline.care_plan').selectAll().where('report', '=', report).executeTakeFirst(),

    /** Plans in order of what changed last; the caller leaves out those that are not in its territory. */
    list: (state: PlanRow['state'], limit: number, territory: readonly string[] | null): Promise<PlanRow[]> => {
      let q = tables(db).selectFrom('helpline.care_plan').selectAll().where('state', '=', state);
      if (territory) q = q.where(sql<boolean>`territory && ${[...territory]}::text[]`);
      return q.orderBy('changed_at', 'desc').limit(limit).execute();
    },

    /** Opens a plan for the child behind a report, or answers the one there is. */
    start: (report: string, account: string): Promise<string> =>
      transaction(db, async (tx) => {
        await conversations.locked(tx, report);
        const known = await tables(tx)
          .selectFrom('helpline.care_plan')
          .select('id')
          .where('report', '=', report)
          .executeTakeFirst();
        if (known) return known.id;
        const now = clock.now();
        const plan: PlanRow = {
          id: uuidv7(clock, random),
          report,
          state: 'open',
          territory: null,
          opened_by: account,
          opened_at: now,
          closed_at: null,
          changed_at: now,
        };
        await tables(tx).insertInto('helpline.care_plan').values(plan).execute();
        await audit(tx, account, 'opened', plan);
        return plan.id;
      }),

    /** What stands in a plan, opened and audited. */
    read: (id: string, account: string): Promise<PlanView> =>
      transaction(db, async (tx) => {
        const plan = await row(tx, id);
        const needs = await tables(tx)
          .selectFrom('helpline.care_need')
          .selectAll()
          .where('plan', '=', id)
          .orderBy('at')
          .orderBy('id')
          .execute();
        const referrals = await tables(tx)
          .selectFrom('helpline.care_referral')
          .selectAll()
          .where('plan', '=', id)
          .orderBy('proposed_at')
          .orderBy('id')
          .execute();
        await audit(tx, account, 'read', plan);
        return {
          ...plan,
          needs: needs.map(({ data_key, who, ...n }) => ({
            ...n,
            who: data_key && who ? keys.openRecordKey(data_key, `helpline.care_need:${n.id}`).openText(who, 'who') : '',
          })),
          referrals: referrals.map(({ data_key, reason, ...r }) => ({
            ...r,
            reason:
              data_key && reason
                ? keys.openRecordKey(data_key, `helpline.care_referral:${r.id}`).openText(reason, 'reason')
                : '',
          })),
        };
      }),

    /** Where the child lives: a province, by which care workers find the plan. */
    place: (id: string, account: string, province: string): Promise<void> =>
      transaction(db, async (tx) => {
        const plan = await open(tx, id);
        const found = country.provinces().find((p) => p.code === province);
        if (province && !found) throw INVALID({ max: MAX_WORDS });
        await tables(tx)
          .updateTable('helpline.care_plan')
          .set({ territory: found ? [found.code, found.region.code] : null, changed_at: clock.now() })
          .where('id', '=', id)
          .execute();
        await audit(tx, account, 'placed', plan, { province: found?.code ?? '' });
      }),

    addNeed: (id: string, account: string, given: { need: string; who: string; due: string }): Promise<void> =>
      transaction(db, async (tx) => {
        const plan = await open(tx, id);
        const who = words(given.who, false);
        const due = /^\d{4}-\d\d-\d\d$/.test(given.due) && !Number.isNaN(Date.parse(given.due)) ? given.due : null;
        if (!country.helpline().careNeeds.some((n) => n.id === given.need) || (given.due && !due))
          throw INVALID({ max: MAX_WORDS });
        const need = uuidv7(clock, random);
        const { wrapped, key } = keys.newRecordKey(`helpline.care_need:${need}`);
        await tables(tx)
          .insertInto('helpline.care_need')
          .values({
            id: need,
            plan: id,
            need: given.need,
            data_key: wrapped,
            who: key.seal(who, 'who'),
            due,
            done_at: null,
            done_by: null,
            at: clock.now(),
          })
          .execute();
        await touch(tx, id);
        await audit(tx, account, 'need.added', plan, { need: given.need });
      }),

    doneNeed: (id: string, account: string, need: string): Promise<void> =>
      transaction(db, async (tx) => {
        const plan = await open(tx, id);
        const done = await tables(tx)
          .updateTable('helpline.care_need')
          .set({ done_at: clock.now(), done_by: account })
          .where('id', '=', need)
          .where('plan', '=', id)
          .where('done_at', 'is', null)
          .executeTakeFirst();
        if (done.numUpdatedRows === 0n) return;
        await touch(tx, id);
        await audit(tx, account, 'need.done', plan, { need });
      }),

    /** Proposes to bring the child to a service. `reason`: how the child agreed, or why the no is overridden. */
    propose: (
      id: string,
      account: string,
      given: { service: string; basis: CareReferralRow['basis']; reason: string },
    ): Promise<void> =>
      transaction(db, async (tx) => {
        const plan = await open(tx, id);
        const reason = words(given.reason, true);
        if (!services().some((s) => s.id === given.service)) throw INVALID({ max: MAX_WORDS });
        const state = firstState(given.basis);
        const referralId = uuidv7(clock, random);
        const { wrapped, key } = keys.newRecordKey(`helpline.care_referral:${referralId}`);
        await tables(tx)
          .insertInto('helpline.care_referral')
          .values({
            id: referralId,
            plan: id,
            service: given.service,
            basis: given.basis,
            state,
            data_key: wrapped,
            reason: key.seal(reason, 'reason'),
            proposed_by: account,
            proposed_at: clock.now(),
            decided_by: null,
            decided_at: null,
            told_at: null,
            answered_at: null,
          })
          .execute();
        await touch(tx, id);
        await audit(tx, account, 'referral.proposed', plan, { referral: referralId, basis: given.basis });
      }),

    /** Who proposed it: the second person must be somebody else. */
    async proposedBy(id: string, referralId: string): Promise<string> {
      return transaction(db, async (tx) => (await referral(tx, id, referralId)).proposed_by);
    },

    decide: (id: string, account: string, referralId: string, verdict: 'agree' | 'refuse'): Promise<void> =>
      transaction(db, async (tx) => {
        const plan = await open(tx, id);
        const r = await referral(tx, id, referralId);
        await move(tx, r, verdict, { decided_by: account, decided_at: clock.now() });
        await touch(tx, id);
        await audit(tx, account, `referral.${verdict}`, plan, { referral: referralId });
      }),

    /**
     * The service has been told. The child hears it in the same transaction, in words for the way it was decided.
     * `say`: the child's language.
     */
    passOn: (id: string, account: string, referralId: string): Promise<void> =>
      transaction(db, async (tx) => {
        const { report } = await row(tx, id);
        const conversation = await conversations.get(report, tx);
        const lang = conversation.language as Lang;
        const r = await tables(tx)
          .selectFrom('helpline.care_referral')
          .select(['service', 'basis'])
          .where('id', '=', referralId)
          .where('plan', '=', id)
          .executeTakeFirst();
        const service = services().find((s) => s.id === r?.service);
        const purpose = r?.basis === 'consent' ? 'consent' : 'best-interests';
        const text = country.helpline().texts.find((t) => t.purpose === purpose);
        if (!r || !service || !text) throw UNKNOWN();
        const letter = text[conversation.child ? 'child' : 'adult'][lang].replaceAll('{service}', service.name[lang]);
        // The report's lock first, as everywhere.
        await reporting.mailbox.write(tx, report, letter, account, 'notice');
        await reporting.mailbox.addProgress(tx, [report], 'referred');
        const plan = await open(tx, id);
        const now = clock.now();
        await move(tx, await referral(tx, id, referralId), 'pass-on', { told_at: now });
        await touch(tx, id);
        await audit(tx, account, 'referral.passed-on', plan, { referral: referralId });
      }),

    answered: (id: string, account: string, referralId: string, answer: 'accepted' | 'declined'): Promise<void> =>
      transaction(db, async (tx) => {
        const plan = await open(tx, id);
        await move(tx, await referral(tx, id, referralId), answer, { answered_at: clock.now() });
        await touch(tx, id);
        await audit(tx, account, `referral.${answer}`, plan, { referral: referralId });
      }),

    close: (id: string, account: string): Promise<void> =>
      transaction(db, async (tx) => {
        const plan = await open(tx, id);
        const now = clock.now();
        await tables(tx)
          .updateTable('helpline.care_plan')
          .set({ state: 'closed', closed_at: now, changed_at: now })
          .where('id', '=', id)
          .execute();
        await audit(tx, account, 'closed', plan);
      }),
  };
}
