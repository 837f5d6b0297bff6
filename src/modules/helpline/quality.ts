import { sql } from 'kysely';
import { transaction } from '../../platform/db.ts';
import { uuidv7 } from '../../platform/ids.ts';
import type { Platform } from '../../platform/platform.ts';
import { recordAudit } from '../audit/index.ts';
import type { Country } from '../country/index.ts';
import type { Reporting } from '../reporting/index.ts';
import { INVALID, UNKNOWN } from './errors.ts';
import { tables } from './schema.ts';

const DAY_MS = 86_400_000;
/** Answers of so many days are sampled and counted. */
const DAYS = 30;

export interface Figures {
  /** Conversations whose first answer was given in the last 30 days, by language; the last row is all of them. */
  byLanguage: {
    language: string | null;
    answered: number;
    medianMs: number | null;
    p90Ms: number | null;
    late: number;
  }[];
  waiting: { language: string; waiting: number; oldestMs: number }[];
  quality: { reviewed: number; passed: number; failed: Record<string, number> };
}

/** How soon and how well we answer. */
export function createQuality(platform: Platform, deps: { country: Country; reporting: Reporting }) {
  const { db, clock, random } = platform;
  const { country, reporting } = deps;

  const since = () => new Date(clock.now().getTime() - DAYS * DAY_MS);

  return {
    async figures(): Promise<Figures> {
      const late = country.helpline().firstAnswerMinutes * 60_000;
      const { rows: byLanguage } = await sql<Figures['byLanguage'][number]>`
        select language, count(*)::int as answered,
          percentile_cont(0.5) within group (order by ms) as "medianMs",
          percentile_cont(0.9) within group (order by ms) as "p90Ms",
          count(*) filter (where ms > ${late})::int as late
        from (select language, extract(epoch from first_answer_at - first_waited_at) * 1000 as ms
          from helpline.conversation where first_answer_at >= ${since()} and first_waited_at is not null) x
        group by grouping sets ((language), ()) order by language nulls last`.execute(db);
      const { rows: waiting } = await sql<Figures['waiting'][number]>`
        select language, count(*)::int as waiting,
          extract(epoch from ${clock.now()}::timestamptz - min(waiting_since)) * 1000 as "oldestMs"
        from helpline.conversation where waiting_since is not null group by 1 order by 1`.execute(db);
      const reviews = await tables(db)
        .selectFrom('helpline.quality')
        .select(['failed'])
        .where('at', '>=', since())
        .execute();
      const failed: Record<string, number> = {};
      for (const r of reviews) for (const point of r.failed) failed[point] = (failed[point] ?? 0) + 1;
      const passed = reviews.filter((r) => r.failed.length === 0).length;
      return { byLanguage, waiting, quality: { reviewed: reviews.length, passed, failed } };
    },

    /** An answer that nobody has read again yet, by chance; never one of the reader's own. */
    async sample(reader: string): Promise<string | undefined> {
      const { rows } = await sql<{ message: string }>`
        select a.message from helpline.answer a left join helpline.quality q on q.message = a.message
        where q.message is null and a.account <> ${reader} and a.at >= ${since()}
        order by a.message desc limit 500`.execute(db);
      return rows.length === 0 ? undefined : rows[random.int(rows.length)]?.message;
    },

    /** What we wrote, for the reader of a sample, audited. The reporter's words are not in it. */
    openAnswer: (message: string, reader: string) =>
      transaction(db, async (tx) => {
        const row = await tables(tx)
          .selectFrom('helpline.answer as a')
          .innerJoin('helpline.conversation as c', 'c.report', 'a.report')
          .select(['a.message', 'a.report', 'a.account', 'a.at', 'c.language', 'c.child', 'c.age_band', 'c.category'])
          .where('a.message', '=', message)
          .executeTakeFirst();
        if (!row) throw UNKNOWN();
        const said = (await reporting.details.messages(tx, row.report)).find((m) => m.id === message);
        if (!said) throw UNKNOWN();
        await recordAudit(tx, {
          id: uuidv7(clock, random),
          at: clock.now(),
          actor: `account:${reader}`,
          action: 'helpline.answer.opened',
          subject: `reporting.report:${row.report}`,
          detail: { message },
        });
        return { ...row, text: said.body };
      }),

    answeredBy: async (message: string): Promise<string> => {
      const row = await tables(db)
        .selectFrom('helpline.answer')
        .select('account')
        .where('message', '=', message)
        .executeTakeFirst();
      if (!row) throw UNKNOWN();
      return row.account;
    },

    /** Keeps what the reader found, point by point. */
    review: (message: string, reader: string, passed: readonly string[]) =>
      transaction(db, async (tx) => {
        const points = country.helpline().qualityChecks.map((c) => c.id);
        if (passed.some((p) => !points.includes(p))) throw INVALID({ max: points.length });
        const row = await tables(tx)
          .selectFrom('helpline.answer')
          .selectAll()
          .where('message', '=', message)
          .executeTakeFirst();
        if (!row) throw UNKNOWN();
        const id = uuidv7(clock, random);
        const at = clock.now();
        const kept = await tables(tx)
          .insertInto('helpline.quality')
          .values({
            id,
            report: row.report,
            message,
            answered_by: row.account,
            reviewed_by: reader,
            passed: [...passed],
            failed: points.filter((p) => !passed.includes(p)),
            at,
          })
          .onConflict((c) => c.column('message').doNothing())
          .executeTakeFirst();
        if (kept.numInsertedOrUpdatedRows === 0n) return;
        await recordAudit(tx, {
          id: uuidv7(clock, random),
          at,
          actor: `account:${reader}`,
          action: 'helpline.answer.reviewed',
          subject: `reporting.report:${row.report}`,
          detail: { message, passed: passed.length },
        });
      }),
  };
}
