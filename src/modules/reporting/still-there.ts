import { sql } from 'kysely';
import { type Db, transaction } from '../../platform/db.ts';
import { isUuid, uuidv7 } from '../../platform/ids.ts';
import type { RecordKey } from '../../platform/keys.ts';
import type { Platform } from '../../platform/platform.ts';
import { INVALID } from './errors.ts';
import { reporterLooked } from './events.ts';
import type { ReporterDeed } from './reporter-deed.ts';
import type { ReportingTables } from './schema.ts';

/** Where a report names what is asked about: a link as it was added, or an account; neither when nothing is known. */
export interface Named {
  report: string;
  /** `url_key` of the link. */
  link?: string;
  /** Ordinal of the account. */
  account?: number;
}

/** A question on the receipt page, with the place in the reporter's own words. */
export interface StillThereQuestion {
  id: string;
  place: { kind: 'link'; typed: string } | { kind: 'account'; platform: string; name: string } | undefined;
}

/** "Is it still there?", asked of reporters for one thing at a time: they can see where we can't. */
export function createStillThere({ db, clock, random, events }: Platform, deed: ReporterDeed) {
  return {
    /**
     * Asks, on the receipt page, whether this item is still there; asked again, it can be answered again.
     * @param named where each report names it
     * @param grownUps leaves out children, and those who did not say who they are
     * @returns who was asked
     */
    async askStillThere(tx: Db, item: string, named: readonly Named[], grownUps: boolean): Promise<string[]> {
      const q = tx.withTables<ReportingTables>();
      const ids = named.map((n) => n.report);
      if (ids.length === 0) return [];
      const rows = await q
        .selectFrom('reporting.report')
        .select(['id', 'reporter'])
        .where(sql<boolean>`id = any(${ids}::uuid[])`)
        .execute();
      const who = new Map(rows.map((r) => [r.id, r.reporter]));
      const asked: string[] = [];
      for (const { report, link, account } of named) {
        const reporter = who.get(report);
        if (reporter === undefined || (grownUps && (reporter === 'child' || reporter === 'unknown'))) continue;
        const at =
          link === undefined
            ? undefined
            : await q
                .selectFrom('reporting.report_link')
                .select('ordinal')
                .where('report', '=', report)
                .where('url_key', '=', link)
                .orderBy('ordinal')
                .executeTakeFirst();
        const fresh = { asked_at: clock.now(), answer: null, answered_at: null };
        const place = { link: at?.ordinal ?? null, account: account ?? null };
        await q
          .insertInto('reporting.still_there_item')
          .values({ id: uuidv7(clock, random), report, item, ...place, ...fresh })
          .onConflict((c) => c.columns(['report', 'item']).doUpdateSet({ ...place, ...fresh }))
          .execute();
        asked.push(report);
      }
      return asked;
    },

    /**
     * The reporter's word on one of them; the first answer counts.
     * @throws REPORTING_INVALID for anything but a question and one of the two answers
     */
    async answerStillThere(report: string, question: string, answer: string): Promise<void> {
      if ((answer !== 'gone' && answer !== 'there') || !isUuid(question)) throw INVALID({ max: 0 });
      await transaction(db, async (tx) => {
        const changed = await deed(tx, report, 'still-there.answered', { answer }, (at) =>
          tx
            .withTables<ReportingTables>()
            .updateTable('reporting.still_there_item')
            .set({ answer, answered_at: at })
            .where('id', '=', question)
            .where('report', '=', report)
            .where('answer', 'is', null)
            .returning('item')
            .execute(),
        );
        for (const { item } of changed)
          await events.emit(tx, reporterLooked, { report, item, answer, at: clock.now() });
      });
    },

    /** What a reporter is asked now, oldest first. `key` opens names of accounts; without it nobody is asked any more. */
    async openQuestions(report: string, key: RecordKey | undefined): Promise<StillThereQuestion[]> {
      if (!key) return [];
      const rows = await db
        .withTables<ReportingTables>()
        .selectFrom('reporting.still_there_item as s')
        .leftJoin('reporting.report_link as l', (j) =>
          j.onRef('l.report', '=', 's.report').onRef('l.ordinal', '=', 's.link'),
        )
        .leftJoin('reporting.report_account as a', (j) =>
          j.onRef('a.report', '=', 's.report').onRef('a.ordinal', '=', 's.account'),
        )
        .select(['s.id', 'l.original', 'a.platform', 'a.name', 'a.ordinal'])
        .where('s.report', '=', report)
        .where('s.answer', 'is', null)
        .orderBy('s.asked_at')
        .orderBy('s.id')
        .execute();
      return rows.map(({ id, original, platform, name, ordinal }) => ({
        id,
        place:
          original !== null
            ? { kind: 'link', typed: original }
            : platform !== null && name !== null
              ? { kind: 'account', platform, name: key.openText(name, `account:${ordinal}`) }
              : undefined,
      }));
    },
  };
}
