import { sql } from 'kysely';
import { type Db, transaction } from '../../../platform/db.ts';
import { uuidv7 } from '../../../platform/ids.ts';
import type { Platform } from '../../../platform/platform.ts';
import { recordAudit } from '../../audit/index.ts';
import type { CategoryId, Country } from '../../country/index.ts';
import { type Display, looked, mayLook, protect, type Stand, standAt, type Verdict } from './rule.ts';

const DAYS = 14;

type StandRow = {
  account: string;
  shift_started_at: Date;
  shift_ms: number;
  shift_looks: number;
  go_ms: number;
  go_looks: number;
  last_look_at: Date;
  break_until: Date | null;
};
type Tables = {
  'casework.look_stand': StandRow;
  'casework.display_choice': {
    account: string;
    blur: Display['blur'];
    grey: boolean;
    mute: boolean;
    clear_seconds: number;
    at: Date;
  };
  'casework.passed': { item: string; account: string; at: Date };
};

export interface DayTotal {
  account: string;
  day: string;
  looks: number;
  ms: number;
}

/** Counting what people look at, breaks, nights, personal protection, passing on. Totals only: never what it was. */
export function createWellbeing(
  platform: Platform,
  deps: { country: Country; onShift?: ((now: Date) => Promise<readonly string[]>) | undefined },
) {
  const { db, clock, random } = platform;
  const { country } = deps;
  const tables = (tx: Db) => tx.withTables<Tables>();
  const time = new Intl.DateTimeFormat('en-GB', {
    timeZone: country.pack().pack.zone,
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });

  async function stand(tx: Db, account: string, lock = false): Promise<Stand | undefined> {
    const q = tables(tx).selectFrom('casework.look_stand').selectAll().where('account', '=', account);
    const row = await (lock ? q.forUpdate() : q).executeTakeFirst();
    return (
      row && {
        shiftStartedAt: row.shift_started_at,
        shiftMs: row.shift_ms,
        shiftLooks: row.shift_looks,
        goMs: row.go_ms,
        goLooks: row.go_looks,
        lastLookAt: row.last_look_at,
        breakUntil: row.break_until,
      }
    );
  }

  return {
    /** Counts a look, in milliseconds; also one that should not have been. */
    seen: (account: string, ms: number): Promise<void> =>
      transaction(db, async (tx) => {
        await sql`select pg_advisory_xact_lock(hashtextextended(${`look:${account}`}, 0))`.execute(tx);
        const next = looked(country.wellbeing(), await stand(tx, account, true), Math.round(ms), clock.now());
        const row = {
          shift_started_at: next.shiftStartedAt,
          shift_ms: next.shiftMs,
          shift_looks: next.shiftLooks,
          go_ms: next.goMs,
          go_looks: next.goLooks,
          last_look_at: next.lastLookAt,
          break_until: next.breakUntil,
        };
        await tables(tx)
          .insertInto('casework.look_stand')
          .values({ account, ...row })
          .onConflict((c) => c.column('account').doUpdateSet(row))
          .execute();
      }),

    /** Whether somebody may look at content of this category now. Asked by every door to content. */
    async mayLook(account: string, category: CategoryId): Promise<Verdict> {
      const now = clock.now();
      const onShift = (await deps.onShift?.(now)) ?? [];
      return mayLook(country.wellbeing(), {
        stand: await stand(db, account),
        now,
        time: time.format(now),
        category,
        others: onShift.filter((id) => id !== account).length,
      });
    },

    standOf: async (account: string): Promise<Stand> =>
      standAt(country.wellbeing(), await stand(db, account), clock.now()),

    /** How content is shown to somebody. */
    async displayOf(account: string): Promise<Display> {
      const row = await tables(db)
        .selectFrom('casework.display_choice')
        .selectAll()
        .where('account', '=', account)
        .executeTakeFirst();
      const chosen = row && { blur: row.blur, grey: row.grey, mute: row.mute, clearSeconds: row.clear_seconds };
      return protect(country.wellbeing().display, chosen);
    },

    /** Keeps somebody's own protection; what would be less than the organisation's is kept as the organisation's. */
    choose: (account: string, chosen: Display): Promise<void> =>
      transaction(db, async (tx) => {
        const { clearSeconds, ...rest } = protect(country.wellbeing().display, chosen);
        const at = clock.now();
        const row = { ...rest, clear_seconds: clearSeconds, at };
        await tables(tx)
          .insertInto('casework.display_choice')
          .values({ account, ...row })
          .onConflict((c) => c.column('account').doUpdateSet(row))
          .execute();
        const id = uuidv7(clock, random);
        const subject = `identity.account:${account}`;
        await recordAudit(tx, {
          id,
          at,
          actor: `account:${account}`,
          action: 'casework.display.chosen',
          subject,
          detail: {},
        });
      }),

    /**
     * "Not me": the item goes back to the queue and is not offered to this person again. Nobody asks why, and the trail
     * says that it happened, not with which item.
     */
    async pass(tx: Db, item: string, account: string): Promise<void> {
      const at = clock.now();
      await tables(tx)
        .insertInto('casework.passed')
        .values({ item, account, at })
        .onConflict((c) => c.doNothing())
        .execute();
      await sql`update casework.item set lease_by = null, lease_until = null
        where id = ${item} and lease_by = ${account}`.execute(tx);
      const id = uuidv7(clock, random);
      const subject = `identity.account:${account}`;
      await recordAudit(tx, {
        id,
        at,
        actor: `account:${account}`,
        action: 'casework.item.passed',
        subject,
        detail: {},
      });
    },

    /** What each person looked at, day by day: how often and how long. */
    async totals(): Promise<DayTotal[]> {
      const from = country.localDate(new Date(clock.now().getTime() - (DAYS - 1) * 86_400_000));
      const { rows } =
        await sql<DayTotal>`select account, to_char(day, 'YYYY-MM-DD') as day, looks, ms from casework.exposure
        where day >= ${from}::date order by casework.exposure.day desc, ms desc`.execute(db);
      return rows;
    },
  };
}
