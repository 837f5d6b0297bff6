import type { Db } from '../../platform/db.ts';
import { createTranslator, type Lang } from '../../platform/i18n/index.ts';
import type { Platform } from '../../platform/platform.ts';
import type { Casework } from '../casework/index.ts';
import type { BodyKind, CategoryId, Country, ReportingDuty } from '../country/index.ts';
import { auditName, authorize, type StaffActor } from '../identity/index.ts';
import type { Reporting } from '../reporting/index.ts';
import { INVALID, REASON_MISSING, WARNED_ALREADY } from './errors.ts';
import type { UrgencyLevel } from './referral.ts';
import { type ReferralRow, tables, type WarningReason, type WarningRow } from './schema.ts';
import type { Store } from './store.ts';

export const MAX_WARNING = 1000;
/** Reporters of one item who are written to: those of the newest reports. Beyond that it is a crowd, not a confidence. */
const WARNED = 50;

/** What staff decided: to tell the reporters before it goes, or that telling them would not be safe. */
export type WarningChoice =
  | { decision: 'written'; words: string }
  | { decision: 'not-safe'; reason: WarningReason; words: string };

export interface WarningView extends Omit<WarningRow, 'data_key' | 'words'> {
  words: string;
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

  /** The same words for everybody, each in the language of the report, and what staff adds. Answers how many. */
  async function write(tx: Db, row: ReferralRow, account: string, more: string): Promise<number> {
    const ids = (await casework.reportsOf(row.item, tx)).slice(-WARNED);
    let told = 0;
    for (const { id, language } of await reporting.details.details(tx, ids)) {
      if (!(await reporting.mailbox.mayBeWrittenTo(tx, id))) continue;
      const { t } = createTranslator(i18n, language as Lang, country.pack().pack.zone);
      const text = [t('referral.warning.standard'), more].filter(Boolean).join('\n\n');
      await reporting.mailbox.write(tx, id, text, account, 'notice');
      told += 1;
    }
    return told;
  }

  return {
    dutiesOf,

    /** Whether it may go: no duty stands behind it, or somebody decided about the reporter. */
    async done(tx: Db, row: ReferralRow): Promise<boolean> {
      return dutiesOf(row).length === 0 || (await find(row.id, tx)) !== undefined;
    },

    /**
     * Records the decision, in the transaction of the caller, who has the referral locked; to write is to write now.
     * @throws REFERRAL_REASON_MISSING for "another reason" without words, REFERRAL_WARNED_ALREADY, REFERRAL_INVALID
     */
    async record(tx: Db, actor: StaffActor, row: ReferralRow, choice: WarningChoice): Promise<void> {
      if (choice.decision === 'written') authorize(actor, 'message.reply', { territory: null });
      const words = choice.words.trim();
      if (words.length > MAX_WARNING) throw INVALID({ max: MAX_WARNING });
      const reason = choice.decision === 'not-safe' ? choice.reason : null;
      if (reason === 'other' && !words) throw REASON_MISSING();
      if (await find(row.id, tx)) throw WARNED_ALREADY();
      const reports = choice.decision === 'written' ? await write(tx, row, actor.accountId, words) : 0;
      const made = words ? keys.newRecordKey(context(row.id)) : undefined;
      await tables(tx)
        .insertInto('referral.warning')
        .values({
          referral: row.id,
          decision: choice.decision,
          reason,
          reports,
          data_key: made?.wrapped ?? null,
          words: made?.key.seal(words, 'words') ?? null,
          account: actor.accountId,
          at: clock.now(),
        })
        .execute();
      await store.audit(tx, auditName(actor), `warning.${choice.decision}`, row.id, { reason, reports });
    },

    async of(referral: string): Promise<WarningView | undefined> {
      const row = await find(referral, db);
      if (!row) return undefined;
      const { data_key, words, ...rest } = row;
      const open = data_key && words ? keys.openRecordKey(data_key, context(referral)).openText(words, 'words') : '';
      return { ...rest, words: open };
    },
  };
}
export type Warnings = ReturnType<typeof createWarnings>;
