import { type Db, transaction } from '../../../platform/db.ts';
import { uuidv7 } from '../../../platform/ids.ts';
import type { Platform } from '../../../platform/platform.ts';
import { recordAudit } from '../../audit/index.ts';
import { type CheckRecord, type CheckRule, type ClosingRule, DEFAULT_CHECK_RULE } from '../check/index.ts';
import { RULE_INVALID } from '../errors.ts';
import { tables } from '../schema.ts';

/**
 * In the demonstration everything that takes days takes seconds: three looks 25 to 30 s apart, from as many vantages as
 * there are, then one a minute for ten minutes.
 */
export function demonstrationRule(vantages: number): CheckRule {
  return {
    minChecks: 3,
    minSpanMs: 50_000,
    minVantages: Math.min(3, vantages),
    intervalMs: 25_000,
    maxIntervalMs: 30_000,
    afterClosingMs: Array.from({ length: 10 }, (_, i) => (i + 1) * 60_000),
    jitter: 0.2,
  };
}

/** A rule that these looks can never meet leaves every closing to people; pages say so. */
export const unreachableRule = (rule: ClosingRule, vantages: number): boolean => rule.minVantages > vantages;

/** When the looks after a closing are due; null when all are done. `done` looks have been made since. */
export function nextAfterClosing(closedAt: Date, done: number, rule: CheckRule, now: Date): Date | null {
  const due = rule.afterClosingMs[done];
  return due === undefined ? null : new Date(Math.max(closedAt.getTime() + due, now.getTime()));
}

/** What a look at content that was closed means; another page at the same address wants a person, not a new notice. */
export function meaningAfterClosing(
  meaning: 'reappeared' | 'still-gone' | 'unclear',
  record: CheckRecord,
  hasBaseline: boolean,
): 'reappeared' | 'still-gone' | 'unclear' {
  return meaning === 'reappeared' && record.state === 'up-changed' && hasBaseline ? 'unclear' : meaning;
}

/** The rule in force: what somebody set, else the demonstration's or the house's. */
export function createRules(platform: Platform, vantages: number, base?: CheckRule) {
  const { clock, random, config, db } = platform;
  const fallback = base ?? (config.demo ? demonstrationRule(vantages) : DEFAULT_CHECK_RULE);
  return {
    vantages,

    async current(tx: Db = db): Promise<CheckRule> {
      const row = await tables(tx).selectFrom('takedown.closing_rule').selectAll().executeTakeFirst();
      if (!row) return fallback;
      return {
        ...fallback,
        minChecks: row.min_checks,
        minSpanMs: row.min_span_ms,
        minVantages: row.min_vantages,
      };
    },

    /** @throws TAKEDOWN_RULE_INVALID unless 1 to 20 looks over 0 to 720 hours from 1 to 10 vantages */
    async set(account: string, rule: ClosingRule): Promise<void> {
      const within = (n: number, from: number, to: number) => Number.isInteger(n) && n >= from && n <= to;
      const fits =
        within(rule.minChecks, 1, 20) && within(rule.minSpanMs, 0, 720 * 3_600_000) && within(rule.minVantages, 1, 10);
      if (!fits) throw RULE_INVALID();
      const at = clock.now();
      const row = {
        singleton: true,
        min_checks: rule.minChecks,
        min_span_ms: rule.minSpanMs,
        min_vantages: rule.minVantages,
        set_at: at,
        set_by: account,
      };
      await transaction(db, async (tx) => {
        await tables(tx)
          .insertInto('takedown.closing_rule')
          .values(row)
          .onConflict((c) => c.column('singleton').doUpdateSet(row))
          .execute();
        await recordAudit(tx, {
          id: uuidv7(clock, random),
          at,
          actor: `account:${account}`,
          action: 'takedown.closing-rule.set',
          subject: 'takedown.closing_rule:only',
          detail: { minChecks: rule.minChecks, minSpanMs: rule.minSpanMs, minVantages: rule.minVantages },
        });
      });
    },
  };
}
export type Rules = ReturnType<typeof createRules>;
