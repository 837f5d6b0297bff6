import { sql } from 'kysely';
import { transaction } from '../../platform/db.ts';
import { uuidv7 } from '../../platform/ids.ts';
import type { Platform } from '../../platform/platform.ts';
import { recordAudit } from '../audit/index.ts';
import type { Country } from '../country/index.ts';
import type { Takedown } from '../takedown/index.ts';
import { type PublishedLeague, publishLeague } from './league.ts';
import { daysAfter, lastDayOf, type MonthSpan, runningPeriod, settledPeriod } from './league-period.ts';

/** Of the demonstration; what was published is kept, so that nothing overlaps it. */
const KEPT = 100;

export interface LeagueSnapshot {
  id: string;
  takenAt: Date;
  league: PublishedLeague;
  /** The running month is in it; only in the demonstration. */
  running: boolean;
}

export interface LeagueNeeds {
  country: Country;
  takedown: Pick<Takedown, 'scores' | 'providerRule'>;
}

/**
 * How providers act in a calendar period that is over and has settled; taken once. A table that followed each day's
 * removals, or shared months with another, would show by subtraction what was removed in a shorter time.
 */
export function createLeague(platform: Platform, needs: LeagueNeeds) {
  const { db, clock, random, config } = platform;
  const { country, takedown } = needs;
  const zone = country.pack().pack.zone;

  function periodAt(now: Date): MonthSpan {
    const rule = country.figures().providers;
    return (config.demo ? runningPeriod : settledPeriod)(country.localDate(now), rule);
  }

  /** The last month of which anything was published: also by the rolling tables of before, and when the rule changed. */
  async function publishedUntil(): Promise<string> {
    const { rows } = await sql<{ until: string | null }>`
      select max(period_to) as until from observatory.league where not running`.execute(db);
    return rows[0]?.until ?? '';
  }

  async function latest(): Promise<LeagueSnapshot | undefined> {
    const { rows } = await sql<{ id: string; taken_at: Date; running: boolean; content: PublishedLeague }>`
      select id, taken_at, running, content from observatory.league order by taken_at desc, id desc limit 1`.execute(
      db,
    );
    const row = rows[0];
    return row && { id: row.id, takenAt: row.taken_at, running: row.running, league: row.content };
  }

  return {
    latest,

    /** @param now the instant of the night */
    async isDue(now: Date, demoEveryMs: number): Promise<boolean> {
      if (!config.demo) return periodAt(now).from > (await publishedUntil());
      const last = await latest();
      return !last || now.getTime() - last.takenAt.getTime() >= demoEveryMs;
    },

    /** Throws, by the database, when another table of these months was published. */
    async take(): Promise<LeagueSnapshot> {
      const now = clock.now();
      const period = periodAt(now);
      const { settlingDays } = country.figures().providers;
      const last = lastDayOf(period.to);
      const days = await takedown.scores.days(`${period.from}-01`, last, zone);
      const settled = await takedown.scores.days(last, daysAfter(last, settlingDays), zone);
      const { leagueNotices } = await takedown.providerRule.current();
      const { providers, unnamed } = await takedown.scores.league(days, settled.to);
      const league = await publishLeague(providers, unnamed, { ...period, settlingDays }, leagueNotices);
      const id = uuidv7(clock, random);
      const running = config.demo;
      await transaction(db, async (tx) => {
        await sql`insert into observatory.league (id, taken_at, period_from, period_to, running, fixed, content)
          values (${id}, ${now}, ${period.from}, ${period.to}, ${running}, true, ${JSON.stringify(league)}::jsonb)`.execute(
          tx,
        );
        await sql`delete from observatory.league where id in
          (select id from observatory.league where running order by taken_at desc offset ${KEPT})`.execute(tx);
        await recordAudit(tx, {
          id: uuidv7(clock, random),
          at: now,
          actor: 'system',
          action: 'observatory.league.taken',
          subject: `observatory.league:${id}`,
          detail: { ...league.control, providers: league.providers.length, to: period.to },
        });
      });
      return { id, takenAt: now, league, running };
    },
  };
}
export type League = ReturnType<typeof createLeague>;
