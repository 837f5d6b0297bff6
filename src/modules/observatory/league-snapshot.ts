import { sql } from 'kysely';
import { transaction } from '../../platform/db.ts';
import { uuidv7 } from '../../platform/ids.ts';
import type { Platform } from '../../platform/platform.ts';
import { recordAudit } from '../audit/index.ts';
import type { Country } from '../country/index.ts';
import type { Takedown } from '../takedown/index.ts';
import { monthsBack } from './figures.ts';
import { type PublishedLeague, publishLeague } from './league.ts';

const MONTHS = 12;
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
 * How providers act, taken in the night after a month has ended and not again: a table that followed each day's removals
 * would show, by subtraction, what was removed on one day.
 */
export function createLeague(platform: Platform, needs: LeagueNeeds) {
  const { db, clock, random, config } = platform;
  const { country, takedown } = needs;
  const zone = country.pack().pack.zone;

  function periodAt(now: Date): { from: string; to: string } {
    const months = monthsBack(country.localDate(now).slice(0, 7), MONTHS + 1);
    const kept = config.demo ? months.slice(1) : months.slice(0, -1);
    return { from: kept[0] ?? '', to: kept.at(-1) ?? '' };
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
      const last = await latest();
      if (!last) return true;
      if (config.demo) return now.getTime() - last.takenAt.getTime() >= demoEveryMs;
      return last.league.to !== periodAt(now).to;
    },

    async take(): Promise<LeagueSnapshot> {
      const now = clock.now();
      const period = periodAt(now);
      const last = new Date(Date.UTC(Number(period.to.slice(0, 4)), Number(period.to.slice(5, 7)), 0));
      const days = await takedown.scores.days(`${period.from}-01`, last.toISOString().slice(0, 10), zone);
      const { leagueNotices } = await takedown.providerRule.current();
      const { providers, unnamed } = await takedown.scores.league(days);
      const league = await publishLeague(providers, unnamed, period, leagueNotices);
      const id = uuidv7(clock, random);
      const running = config.demo;
      await transaction(db, async (tx) => {
        await sql`insert into observatory.league (id, taken_at, period_from, period_to, running, content)
          values (${id}, ${now}, ${period.from}, ${period.to}, ${running}, ${JSON.stringify(league)}::jsonb)`.execute(
          tx,
        );
        await sql`delete from observatory.league where id in
          (select id from observatory.league order by taken_at desc offset ${KEPT})`.execute(tx);
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
