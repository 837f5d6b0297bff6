import type { Db } from '../../platform/db.ts';
import { uuidv7 } from '../../platform/ids.ts';
import type { Platform } from '../../platform/platform.ts';
import type { Factor, StaffActor } from './actor.ts';
import { audit } from './audit-trail.ts';
import { isToken, newToken, tokenHash } from './credentials/tokens.ts';
import { tables } from './schema.ts';

const MINUTE = 60;
const HOUR = 60 * MINUTE;

/** Seconds a session lives in all, and without being used. */
const LIFETIMES = {
  /** The password was right, the code is missing. */
  password: { all: 10 * MINUTE, idle: 10 * MINUTE },
  /** A set-up link was opened, no way to sign in is stored yet. */
  link: { all: HOUR, idle: HOUR },
  staff: { all: 12 * HOUR, idle: 30 * MINUTE },
  /** Somebody watches the demonstration and goes for coffee. */
  demo: { all: 12 * HOUR, idle: 12 * HOUR },
} as const;

/** `last_seen_at` moves at most this often (milliseconds): reading a page is not worth a write each time. */
const SEEN_EVERY_MS = 60_000;

export interface OpenedSession {
  /** For the cookie; kept nowhere else. */
  token: string;
  sessionId: string;
}

export interface SessionInfo {
  id: string;
  factors: readonly Factor[];
  createdAt: Date;
  lastSeenAt: Date;
}

type Proof = { assurance: 'half'; factors: ['password'] | ['link'] } | { assurance: 'full'; factors: Factor[] };

function lifetimeOf({ assurance, factors }: Proof): { all: number; idle: number } {
  if (assurance === 'half') return factors[0] === 'link' ? LIFETIMES.link : LIFETIMES.password;
  return factors.includes('demo') ? LIFETIMES.demo : LIFETIMES.staff;
}

export function createSessions(platform: Platform) {
  const { clock, random, config } = platform;

  /** Opens a session in the caller's transaction. */
  async function open(tx: Db, accountId: string, proof: Proof): Promise<OpenedSession> {
    const token = newToken(random);
    const sessionId = uuidv7(clock, random);
    const now = clock.now();
    const lifetime = lifetimeOf(proof);
    await tables(tx)
      .insertInto('identity.session')
      .values({
        token_hash: tokenHash(token),
        id: sessionId,
        account: accountId,
        assurance: proof.assurance,
        factors: proof.factors,
        created_at: now,
        last_seen_at: now,
        expires_at: new Date(now.getTime() + lifetime.all * 1000),
        idle_seconds: lifetime.idle,
      })
      .execute();
    await audit(platform, tx, `account:${accountId}`, 'session.opened', `account:${accountId}`, {
      assurance: proof.assurance,
      factors: proof.factors,
    });
    return { token, sessionId };
  }

  /** A new token with new rights in place of the old one: whoever knew the old one gains nothing. */
  async function rotate(tx: Db, actor: StaffActor, proof: Proof): Promise<OpenedSession> {
    await tables(tx).deleteFrom('identity.session').where('id', '=', actor.sessionId).execute();
    return open(tx, actor.accountId, proof);
  }

  /**
   * Who holds this token, or undefined: unknown, expired, idle for too long, suspended since, or a session of the
   * demonstration on a server that is none.
   */
  async function actorOf(token: string): Promise<StaffActor | undefined> {
    if (!isToken(token)) return undefined;
    const now = clock.now();
    const row = await tables(platform.db)
      .selectFrom('identity.session as s')
      .innerJoin('identity.account as a', 'a.id', 's.account')
      .innerJoin('identity.organisation as o', 'o.id', 'a.organisation')
      .select(['s.id', 's.assurance', 's.factors', 's.last_seen_at', 's.idle_seconds', 's.account'])
      .select(['a.name', 'a.lang', 'a.roles', 'a.state', 'a.organisation', 'o.territory'])
      .where('s.token_hash', '=', tokenHash(token))
      .where('s.expires_at', '>', now)
      .executeTakeFirst();
    if (!row) return undefined;
    const unused = now.getTime() - row.last_seen_at.getTime();
    if (unused > row.idle_seconds * 1000) return undefined;
    if (row.state !== 'active' && !(row.state === 'invited' && row.factors.includes('link'))) return undefined;
    if (row.factors.includes('demo') && !config.demo) return undefined;
    if (unused >= SEEN_EVERY_MS)
      await tables(platform.db)
        .updateTable('identity.session')
        .set({ last_seen_at: now })
        .where('id', '=', row.id)
        .execute();
    return {
      kind: 'staff',
      accountId: row.account,
      name: row.name,
      lang: row.lang,
      roles: row.roles,
      organisationId: row.organisation,
      territory: row.territory,
      assurance: row.assurance,
      factors: row.factors,
      sessionId: row.id,
    };
  }

  /** The account's sessions, the one used last first. */
  async function list(accountId: string): Promise<SessionInfo[]> {
    const now = clock.now();
    const rows = await tables(platform.db)
      .selectFrom('identity.session')
      .select(['id', 'factors', 'created_at', 'last_seen_at', 'idle_seconds'])
      .where('account', '=', accountId)
      .where('expires_at', '>', now)
      .orderBy('last_seen_at', 'desc')
      .orderBy('id')
      .execute();
    return rows
      .filter((row) => now.getTime() - row.last_seen_at.getTime() <= row.idle_seconds * 1000)
      .map((row) => ({ id: row.id, factors: row.factors, createdAt: row.created_at, lastSeenAt: row.last_seen_at }));
  }

  /** Ends one of the account's sessions; of another account's nothing happens. */
  async function end(tx: Db, accountId: string, sessionId: string): Promise<void> {
    const { numDeletedRows } = await tables(tx)
      .deleteFrom('identity.session')
      .where('id', '=', sessionId)
      .where('account', '=', accountId)
      .executeTakeFirst();
    if (numDeletedRows > 0n) await audit(platform, tx, `account:${accountId}`, 'session.ended', `account:${accountId}`);
  }

  /** Ends all sessions of an account, or all but one. */
  async function endAll(tx: Db, accountId: string, except?: string): Promise<void> {
    await tables(tx)
      .deleteFrom('identity.session')
      .where('account', '=', accountId)
      .$if(except !== undefined, (q) => q.where('id', '!=', except as string))
      .execute();
    await audit(platform, tx, 'system', 'session.all-ended', `account:${accountId}`, { kept: except !== undefined });
  }

  return { open, rotate, actorOf, list, end, endAll };
}

export type Sessions = ReturnType<typeof createSessions>;
