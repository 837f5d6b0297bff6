import { sql } from 'kysely';
import { type Db, transaction } from '../../platform/db.ts';
import { uuidv7 } from '../../platform/ids.ts';
import type { Platform } from '../../platform/platform.ts';
import { type Account, findAccount } from './accounts.ts';
import type { Actor } from './actor.ts';
import { audit } from './audit-trail.ts';
import { ACCOUNT_UNKNOWN, SHIFT_INVALID, SHIFT_OVERLAPS, SHIFT_UNKNOWN } from './errors.ts';
import { authorize } from './policy.ts';
import { tables } from './schema.ts';

/** 1 is paged first, 2 when nobody has answered in time. */
export type Position = 1 | 2;

export interface NewShift {
  accountId: string;
  position: Position;
  startsAt: Date;
  endsAt: Date;
}

export interface Shift extends NewShift {
  id: string;
  name: string;
}

export interface OnDuty {
  first?: Account;
  second?: Account;
}

/** The longest shift, in milliseconds: a slip of the keyboard must not leave somebody on duty for a year. */
const LONGEST_MS = 7 * 24 * 3_600_000;
const ROTA_LOCK = 7_202_611_243;

export function createRota(platform: Platform) {
  const { clock, random, db } = platform;

  /** In the caller's transaction. Throws IDENTITY_SHIFT_OVERLAPS, IDENTITY_ACCOUNT_UNKNOWN. */
  async function insert(tx: Db, by: Actor | 'system', given: NewShift): Promise<string> {
    await sql`select pg_advisory_xact_lock(${ROTA_LOCK})`.execute(tx);
    const account = await findAccount(tx, given.accountId);
    if (account?.state !== 'active' || !account.roles.includes('on-call')) throw ACCOUNT_UNKNOWN();
    const overlap = await tables(tx)
      .selectFrom('identity.oncall_shift')
      .select('id')
      .where('position', '=', given.position)
      .where('starts_at', '<', given.endsAt)
      .where('ends_at', '>', given.startsAt)
      .executeTakeFirst();
    if (overlap) throw SHIFT_OVERLAPS();
    const id = uuidv7(clock, random);
    await tables(tx)
      .insertInto('identity.oncall_shift')
      .values({
        id,
        account: given.accountId,
        position: given.position,
        starts_at: given.startsAt,
        ends_at: given.endsAt,
      })
      .execute();
    await audit(platform, tx, by, 'shift.added', `shift:${id}`, {
      account: given.accountId,
      position: given.position,
      from: given.startsAt.toISOString(),
      to: given.endsAt.toISOString(),
    });
    return id;
  }

  return {
    insert,

    /** Throws IDENTITY_SHIFT_INVALID when it ends before it begins, is over already or longer than a week. */
    async add(actor: Actor, given: NewShift): Promise<string> {
      authorize(actor, 'rota.manage');
      const length = given.endsAt.getTime() - given.startsAt.getTime();
      if (!(length > 0 && length <= LONGEST_MS && given.endsAt > clock.now())) throw SHIFT_INVALID();
      return transaction(db, (tx) => insert(tx, actor, given));
    },

    /** Takes out a shift; one that runs is ended now, so that the history stays true. */
    async remove(actor: Actor, id: string): Promise<void> {
      authorize(actor, 'rota.manage');
      const now = clock.now();
      await transaction(db, async (tx) => {
        const row = await tables(tx)
          .selectFrom('identity.oncall_shift')
          .select('starts_at')
          .where('id', '=', id)
          .where('ends_at', '>', now)
          .forUpdate()
          .executeTakeFirst();
        if (!row) throw SHIFT_UNKNOWN();
        if (row.starts_at < now)
          await tables(tx).updateTable('identity.oncall_shift').set({ ends_at: now }).where('id', '=', id).execute();
        else await tables(tx).deleteFrom('identity.oncall_shift').where('id', '=', id).execute();
        await audit(platform, tx, actor, 'shift.removed', `shift:${id}`);
      });
    },

    /** Shifts that run or come, in order. */
    async upcoming(now: Date): Promise<Shift[]> {
      const rows = await tables(db)
        .selectFrom('identity.oncall_shift as s')
        .innerJoin('identity.account as a', 'a.id', 's.account')
        .select(['s.id', 's.account', 's.position', 's.starts_at', 's.ends_at', 'a.name'])
        .where('s.ends_at', '>', now)
        .orderBy('s.starts_at')
        .orderBy('s.position')
        .execute();
      return rows.map((row) => ({
        id: row.id,
        accountId: row.account,
        name: row.name,
        position: row.position === 1 ? 1 : 2,
        startsAt: row.starts_at,
        endsAt: row.ends_at,
      }));
    },

    /** Who is to be paged now. Suspended accounts and those without the role are skipped, as if nobody were there. */
    async onDuty(now: Date): Promise<OnDuty> {
      const rows = await tables(db)
        .selectFrom('identity.oncall_shift')
        .select(['account', 'position'])
        .where('starts_at', '<=', now)
        .where('ends_at', '>', now)
        .execute();
      const duty: OnDuty = {};
      for (const row of rows) {
        const account = await findAccount(db, row.account);
        if (account?.state === 'active' && account.roles.includes('on-call'))
          duty[row.position === 1 ? 'first' : 'second'] = account;
      }
      return duty;
    },
  };
}

export type Rota = ReturnType<typeof createRota>;
