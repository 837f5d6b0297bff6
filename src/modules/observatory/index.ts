import { sql } from 'kysely';
import { transaction } from '../../platform/db.ts';
import { uuidv7 } from '../../platform/ids.ts';
import type { Platform } from '../../platform/platform.ts';
import { recordAudit } from '../audit/index.ts';
import type { Casework } from '../casework/index.ts';
import type { Country } from '../country/index.ts';
import type { Reporting } from '../reporting/index.ts';
import type { Takedown } from '../takedown/index.ts';
import { monthsBack, type PublishedFigures, publish } from './figures.ts';
import { createLeague } from './league-snapshot.ts';

export type { PublishedFigures } from './figures.ts';
export { leagueRoutes } from './league.routes.tsx';

/** Months in the public table. */
const MONTHS = 12;
/** Hour of the country's night at which the snapshot is taken. */
const NIGHT_HOUR = 3;
const DEMO_EVERY_MS = 60_000;
const SNAPSHOT_LOCK = 7_202_611_260;
const LEAGUE_LOCK = 7_202_611_284;
const KEPT = 400;

export interface Snapshot {
  id: string;
  takenAt: Date;
  figures: PublishedFigures;
  /** The running month is in it; only in the demonstration. */
  running: boolean;
}

export interface ObservatoryDeps {
  reporting: Reporting;
  casework: Casework;
  country: Country;
  takedown: Pick<Takedown, 'scores' | 'providerRule' | 'withdrawals'>;
}

/** Public figures: a nightly snapshot through the disclosure control, and nothing else. */
export function createObservatory(platform: Platform, deps: ObservatoryDeps) {
  const { db, clock, random, config, log } = platform;
  const { reporting, casework, country } = deps;
  const zone = country.pack().pack.zone;

  const localHour = (at: Date) =>
    Number(new Intl.DateTimeFormat('en-GB', { hour: '2-digit', hourCycle: 'h23', timeZone: zone }).format(at));

  /**
   * Outside the demonstration only months that are over are shown: two nights of a running month would show, by
   * subtraction, what came in on one day.
   */
  async function take(): Promise<Snapshot> {
    const now = clock.now();
    const thisMonth = country.localDate(now).slice(0, 7);
    const running = config.demo;
    const months = monthsBack(thisMonth, MONTHS + 1).slice(running ? 1 : 0, running ? undefined : -1);
    const counts = await reporting.monthlyCounts(zone, months);
    const times = await casework.times(zone, months);
    const withdrawals = await deps.takedown.withdrawals(zone, months);
    const figures = await publish(counts, months, times.byCategory, times.overall, withdrawals);
    const id = uuidv7(clock, random);
    await transaction(db, async (tx) => {
      await sql`insert into observatory.snapshot (id, taken_at, local_date, content)
        values (${id}, ${now}, ${country.localDate(now)}, ${JSON.stringify({ figures, running })}::jsonb)`.execute(tx);
      await sql`delete from observatory.snapshot where id in (select id from observatory.snapshot order by taken_at desc offset ${KEPT})`.execute(
        tx,
      );
      await recordAudit(tx, {
        id: uuidv7(clock, random),
        at: now,
        actor: 'system',
        action: 'observatory.snapshot.taken',
        subject: `observatory.snapshot:${id}`,
        detail: { ...figures.control },
      });
    });
    return { id, takenAt: now, figures, running };
  }

  async function latest(): Promise<Snapshot | undefined> {
    const { rows } = await sql<{
      id: string;
      taken_at: Date;
      content: { figures: PublishedFigures; running: boolean };
    }>`
      select id, taken_at, content from observatory.snapshot order by taken_at desc limit 1`.execute(db);
    const row = rows[0];
    return row && { id: row.id, takenAt: row.taken_at, ...row.content };
  }

  async function takeIfDue(now: Date): Promise<void> {
    const last = await latest();
    const due = config.demo
      ? !last || now.getTime() - last.takenAt.getTime() >= DEMO_EVERY_MS
      : !last || (country.localDate(last.takenAt) !== country.localDate(now) && localHour(now) >= NIGHT_HOUR);
    if (!due) return;
    await alone(SNAPSHOT_LOCK, async () => {
      const snapshot = await take();
      log.info({ snapshot: snapshot.id, ...snapshot.figures.control }, 'public figures taken');
    });
  }

  /** Held for the session of one connection: another worker that looks at the same second goes away. */
  async function alone(lock: number, work: () => Promise<void>): Promise<void> {
    await db.connection().execute(async (one) => {
      const { rows } = await sql<{ ok: boolean }>`select pg_try_advisory_lock(${lock}) as ok`.execute(one);
      if (!rows[0]?.ok) return;
      try {
        await work();
      } finally {
        await sql`select pg_advisory_unlock(${lock})`.execute(one);
      }
    });
  }

  const league = createLeague(platform, { country, takedown: deps.takedown });
  async function takeLeagueIfDue(now: Date): Promise<void> {
    if (!config.demo && localHour(now) < NIGHT_HOUR) return;
    if (!(await league.isDue(now, DEMO_EVERY_MS))) return;
    await alone(LEAGUE_LOCK, async () => {
      // Another worker may have taken it between the look and the lock.
      if (!(await league.isDue(now, DEMO_EVERY_MS))) return;
      const { id, league: shown } = await league.take();
      log.info({ league: id, ...shown.control }, 'public table of providers taken');
    });
  }

  platform.ticks.every('observatory.snapshot', config.demo ? 5000 : 60_000, takeIfDue);
  platform.ticks.every('observatory.league', config.demo ? 5000 : 60_000, takeLeagueIfDue);
  return { take, latest, takeIfDue, league, takeLeagueIfDue };
}
export type Observatory = ReturnType<typeof createObservatory>;
