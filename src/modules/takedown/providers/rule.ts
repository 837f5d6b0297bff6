import { type Db, transaction } from '../../../platform/db.ts';
import { uuidv7 } from '../../../platform/ids.ts';
import type { Platform } from '../../../platform/platform.ts';
import { recordAudit } from '../../audit/index.ts';
import { PROVIDER_RULE_INVALID } from '../errors.ts';
import { tables } from '../schema.ts';

export const DAY_MS = 86_400_000;

/** When an address has to be checked again, when it counts as silent, and from how many notices a provider is compared. */
export interface ProviderRule {
  validDays: number;
  answerDays: number;
  silentNotices: number;
  silentDays: number;
  leagueNotices: number;
}

export const DEFAULT_PROVIDER_RULE: ProviderRule = {
  validDays: 365,
  answerDays: 14,
  silentNotices: 3,
  silentDays: 14,
  leagueNotices: 20,
};

const LIMITS: Record<keyof ProviderRule, readonly [number, number]> = {
  validDays: [30, 1825],
  answerDays: [1, 90],
  silentNotices: [1, 100],
  silentDays: [1, 365],
  // Ten and more: fewer would not hide who is behind a number.
  leagueNotices: [10, 10_000],
};
export const PROVIDER_RULE_FIELDS = Object.keys(LIMITS) as (keyof ProviderRule)[];
export const providerRuleLimits = (field: keyof ProviderRule) => LIMITS[field];

/** The thresholds in force: what somebody set, else those of the house. */
export function createProviderRule(platform: Platform) {
  const { db, clock, random } = platform;
  return {
    async current(tx: Db = db): Promise<ProviderRule> {
      const row = await tables(tx).selectFrom('takedown.provider_rule').selectAll().executeTakeFirst();
      if (!row) return DEFAULT_PROVIDER_RULE;
      return {
        validDays: row.valid_days,
        answerDays: row.answer_days,
        silentNotices: row.silent_notices,
        silentDays: row.silent_days,
        leagueNotices: row.league_notices,
      };
    },

    /** @throws TAKEDOWN_PROVIDER_RULE_INVALID outside {@link providerRuleLimits} */
    async set(account: string, rule: ProviderRule): Promise<void> {
      for (const field of PROVIDER_RULE_FIELDS) {
        const [least, most] = LIMITS[field];
        const value = rule[field];
        if (!Number.isInteger(value) || value < least || value > most) throw PROVIDER_RULE_INVALID();
      }
      const at = clock.now();
      const row = {
        singleton: true,
        valid_days: rule.validDays,
        answer_days: rule.answerDays,
        silent_notices: rule.silentNotices,
        silent_days: rule.silentDays,
        league_notices: rule.leagueNotices,
        set_at: at,
        set_by: account,
      };
      await transaction(db, async (tx) => {
        await tables(tx)
          .insertInto('takedown.provider_rule')
          .values(row)
          .onConflict((c) => c.column('singleton').doUpdateSet(row))
          .execute();
        await recordAudit(tx, {
          id: uuidv7(clock, random),
          at,
          actor: `account:${account}`,
          action: 'takedown.provider-rule.set',
          subject: 'takedown.provider_rule:only',
          detail: { ...rule },
        });
      });
    },
  };
}
export type ProviderRules = ReturnType<typeof createProviderRule>;
