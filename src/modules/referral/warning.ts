import type { Db } from '../../platform/db.ts';
import { createTranslator, type Lang } from '../../platform/i18n/index.ts';
import type { Platform } from '../../platform/platform.ts';
import type { Casework } from '../casework/index.ts';
import type { BodyKind, CategoryId, Country, ReportingDuty } from '../country/index.ts';
import { auditName, authorize, type StaffActor } from '../identity/index.ts';
import type { Reporter, Reporting } from '../reporting/index.ts';
import { INVALID, REASON_MISSING, WARNED_ALREADY, WARNING_NOBODY } from './errors.ts';
import type { UrgencyLevel } from './referral.ts';
import { type ReferralRow, tables, type WarningReason, type WarningRow } from './schema.ts';
import type { Store } from './store.ts';

export const MAX_WARNING = 1000;
/** Reporters of one item who may be chosen: those of the newest reports. Beyond that it is a crowd, not a confidence. */
const WARNED = 50;

/**
 * What staff decided: to tell these reporters as it goes and nobody else, or that telling anybody would not be safe. Who
 * else reported the same may be the person it is about.
 */
export type WarningChoice =
  | { decision: 'written'; reports: readonly string[]; words: string }
  | { decision: 'not-safe'; reason: WarningReason; words: string };

export interface WarningView extends Omit<WarningRow, 'data_key' | 'words'> {
  words: string;
  /** How many were chosen. */
  chosen: number;
}

/** One who may be chosen: no name, only what tells the reports of an item apart. */
export interface Warnable {
  report: string;
  reporter: Reporter;
  language: string;
  receivedAt: Date;
}

/**
 * The duties of people of the desk that a referral fulfils: those that name its category, the kind of its body and its
 * urgency. With one of them the reporter hears it first, where that is safe. Pure.
 */
export function dutiesMet(
  duties: readonly ReportingDuty[],
  to: { kind: BodyKind; urgency: UrgencyLevel },
): ReportingDuty[] {
  return duties.filter(
    ({ roles, before }) =>
      roles.length > 0 &&
      before !== undefined &&
      before.bodies.includes(to.kind) &&
      (before.urgencies === 'all' || before.urgencies.includes(to.urgency)),
  );
}

export interface WarningNeeds {
  casework: Casework;
  reporting: Reporting;
  country: Country;
  store: Store;
}

/** The step before a referral that the law may oblige to: a person's decision about the reporter, recorded. */
export function createWarnings(platform: Platform, needs: WarningNeeds) {
  const { db, clock, keys, i18n } = platform;
  const { casework, reporting, country, store } = needs;
  const context = (referral: string) => `referral.warning:${referral}`;

  const dutiesOf = (to: { category: CategoryId; kind: BodyKind; urgency: UrgencyLevel }): ReportingDuty[] =>
    dutiesMet(country.duties(to.category, {}), to);

  const find = (referral: string, tx: Db): Promise<WarningRow | undefined> =>
    tables(tx).selectFrom('referral.warning').selectAll().where('referral', '=', referral).executeTakeFirst();

  /** Those of the item whose mailbox is still there, newest first. */
  async function warnable(item: string, tx: Db = db): Promise<Warnable[]> {
    const ids = (await casework.reportsOf(item, tx)).slice(-WARNED);
    const open: Warnable[] = [];
    for (const { id, reporter, language, receivedAt } of await reporting.details.details(tx, ids))
      if (await reporting.mailbox.mayBeWrittenTo(tx, id)) open.push({ report: id, reporter, language, receivedAt });
    return open.toSorted((a, b) => b.receivedAt.getTime() - a.receivedAt.getTime());
  }

  /** @throws REFERRAL_WARNING_NOBODY, REFERRAL_INVALID for somebody who did not report it */
  async function chosenOf(tx: Db, row: ReferralRow, reports: readonly string[]): Promise<string[]> {
    const chosen = [...new Set(reports)];
    if (chosen.length === 0) throw WARNING_NOBODY();
    const may = new Set((await warnable(row.item, tx)).map((w) => w.report));
    if (!chosen.every((report) => may.has(report))) throw INVALID({ max: MAX_WARNING });
    return chosen;
  }

  const opened = (row: WarningRow): string =>
    row.data_key && row.words
      ? keys.openRecordKey(row.data_key, context(row.referral)).openText(row.words, 'words')
      : '';

  return {
    dutiesOf,

    /** Whether it may go: no duty stands behind it, or somebody decided about the reporter. */
    async done(tx: Db, row: ReferralRow): Promise<boolean> {
      return dutiesOf(row).length === 0 || (await find(row.id, tx)) !== undefined;
    },

    warnable,

    /**
     * Records the decision, in the transaction of the caller, who has the referral locked. Nothing is written yet: a
     * draft may be dropped, and a warning can't be taken back.
     * @throws REFERRAL_REASON_MISSING for "another reason" without words, REFERRAL_WARNED_ALREADY, REFERRAL_INVALID,
     *   REFERRAL_WARNING_NOBODY
     */
    async record(tx: Db, actor: StaffActor, row: ReferralRow, choice: WarningChoice): Promise<void> {
      if (choice.decision === 'written') authorize(actor, 'message.reply', { territory: null });
      const words = choice.words.trim();
      if (words.length > MAX_WARNING) throw INVALID({ max: MAX_WARNING });
      const reason = choice.decision === 'not-safe' ? choice.reason : null;
      if (reason === 'other' && !words) throw REASON_MISSING();
      if (await find(row.id, tx)) throw WARNED_ALREADY();
      const chosen = choice.decision === 'written' ? await chosenOf(tx, row, choice.reports) : [];
      const made = words ? keys.newRecordKey(context(row.id)) : undefined;
      await tables(tx)
        .insertInto('referral.warning')
        .values({
          referral: row.id,
          decision: choice.decision,
          reason,
          reports: 0,
          data_key: made?.wrapped ?? null,
          words: made?.key.seal(words, 'words') ?? null,
          account: actor.accountId,
          at: clock.now(),
        })
        .execute();
      if (chosen.length > 0)
        await tables(tx)
          .insertInto('referral.warned')
          .values(chosen.map((report) => ({ referral: row.id, report, told_at: null })))
          .execute();
      await store.audit(tx, auditName(actor), `warning.${choice.decision}`, row.id, { reason, chosen: chosen.length });
    },

    /**
     * The referral goes: whoever was chosen is written to, each in the language of the report, once. In the name of who
     * chose, with what they added.
     */
    async tell(tx: Db, id: string): Promise<void> {
      const row = await find(id, tx);
      if (row?.decision !== 'written') return;
      const waiting = await tables(tx)
        .selectFrom('referral.warned')
        .select('report')
        .where('referral', '=', id)
        .where('told_at', 'is', null)
        .orderBy('report')
        .execute();
      const more = opened(row);
      let told = 0;
      for (const { id: report, language } of await reporting.details.details(
        tx,
        waiting.map((w) => w.report),
      )) {
        // Its words were destroyed since: nobody is there to read it.
        if (!(await reporting.mailbox.mayBeWrittenTo(tx, report))) continue;
        const { t } = createTranslator(i18n, language as Lang, country.pack().pack.zone);
        const text = [t('referral.warning.standard'), more].filter(Boolean).join('\n\n');
        await reporting.mailbox.write(tx, report, text, row.account, 'notice');
        await tables(tx)
          .updateTable('referral.warned')
          .set({ told_at: clock.now() })
          .where('referral', '=', id)
          .where('report', '=', report)
          .execute();
        told += 1;
      }
      if (told === 0) return;
      await tables(tx)
        .updateTable('referral.warning')
        .set((e) => ({ reports: e('reports', '+', told) }))
        .where('referral', '=', id)
        .execute();
      await store.audit(tx, 'system', 'warning.told', id, { reports: told });
    },

    async of(referral: string): Promise<WarningView | undefined> {
      const row = await find(referral, db);
      if (!row) return undefined;
      const chosen = await tables(db)
        .selectFrom('referral.warned')
        .select('report')
        .where('referral', '=', referral)
        .execute();
      const { data_key, words, ...rest } = row;
      // Before there was a choice everybody was written to.
      return { ...rest, words: opened(row), chosen: Math.max(chosen.length, row.reports) };
    },
  };
}
export type Warnings = ReturnType<typeof createWarnings>;
