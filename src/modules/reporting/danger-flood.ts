import { sql } from 'kysely';
import { type Db, transaction } from '../../platform/db.ts';
import { uuidv7 } from '../../platform/ids.ts';
import type { Platform } from '../../platform/platform.ts';
import type { ReportingTables } from './schema.ts';

export type PageDelivery = ReportingTables['reporting.page_delivery'];
export type DeliveryChannel = PageDelivery['channel'];
type Tools = Pick<Platform, 'clock' | 'random' | 'config'>;

/** Only one process gathers at a time. */
const GATHER_LOCK = 7_202_611_281;

/** First pages and reminders are counted apart: reminders of a flood must not use up what a new danger rings with. */
const laneOf = (channel: DeliveryChannel, target: string, step: number) =>
  `${channel} ${step === 0 ? 'first' : 'again'} ${target}`;

/**
 * How many messages of its own each mailbox and webhook may still get now. Answers a function that takes one: false means
 * that this one is gathered with others. Nothing is lost by it, and the first messages always ring at once.
 */
export async function floodGate(
  tx: Db,
  { config }: Tools,
  now: Date,
): Promise<(channel: DeliveryChannel, target: string, step: number) => boolean> {
  const { pages, windowMs } = config.oncallBurst;
  const { rows } = await sql<{ channel: DeliveryChannel; target: string; step: number; n: number }>`
    select channel, target, least(step, 1) as step, count(*)::int as n from reporting.page_delivery
    where planned_at > ${new Date(now.getTime() - windowMs)} and state <> 'gathered' and digest is null
    group by 1, 2, 3`.execute(tx);
  const used = new Map(rows.map((r) => [laneOf(r.channel, r.target, r.step), r.n]));
  return (channel, target, step) => {
    const lane = laneOf(channel, target, step);
    const n = used.get(lane) ?? 0;
    if (n >= pages) return false;
    used.set(lane, n + 1);
    return true;
  };
}

/**
 * Puts what is gathered into one message for each mailbox and webhook: the first at once, further ones at short
 * intervals. One that could not be sent yet takes in what has come since.
 */
export async function gatherDigests(db: Db, tools: Tools, now: Date): Promise<void> {
  const { clock, random, config } = tools;
  const anything = await sql`select 1 from reporting.page_delivery where state = 'gathered' and digest is null
    limit 1`.execute(db);
  if (anything.rows.length === 0) return;
  await transaction(db, async (tx) => {
    const lock = await sql<{ got: boolean }>`select pg_try_advisory_xact_lock(${GATHER_LOCK}) as got`.execute(tx);
    if (!lock.rows[0]?.got) return;
    const q = tx.withTables<ReportingTables>();
    const lanes = await q
      .selectFrom('reporting.page_delivery')
      .select(['channel', 'target'])
      .distinct()
      .where('state', '=', 'gathered')
      .where('digest', 'is', null)
      .execute();
    for (const { channel, target } of lanes) {
      const last = await q
        .selectFrom('reporting.page_digest')
        .select(['id', 'state', 'made_at', 'sent_at'])
        .where('channel', '=', channel)
        .where('target', '=', target)
        .where('state', '!=', 'dropped')
        .orderBy('made_at', 'desc')
        .orderBy('id', 'desc')
        .limit(1)
        .executeTakeFirst();
      let digest: string;
      if (last?.state === 'due') {
        // Being sent in this moment: what it says is fixed. The next tick sees how that ended.
        const free = await q
          .selectFrom('reporting.page_digest')
          .select('id')
          .where('id', '=', last.id)
          .where('state', '=', 'due')
          .forUpdate()
          .skipLocked()
          .executeTakeFirst();
        if (!free) continue;
        digest = free.id;
      } else {
        const since = last ? now.getTime() - (last.sent_at ?? last.made_at).getTime() : Number.POSITIVE_INFINITY;
        if (since < config.oncallBurst.digestMs) continue;
        digest = uuidv7(clock, random);
        await q
          .insertInto('reporting.page_digest')
          .values({
            id: digest,
            channel,
            target,
            state: 'due',
            attempts: 0,
            next_try_at: now,
            made_at: now,
            sent_at: null,
            last_error: null,
          })
          .execute();
      }
      await q
        .updateTable('reporting.page_delivery')
        .set({ digest })
        .where('channel', '=', channel)
        .where('target', '=', target)
        .where('state', '=', 'gathered')
        .where('digest', 'is', null)
        .execute();
    }
  });
}

/** What a gathered message says: never a word of a report. */
export interface DigestFacts {
  /** Dangers in it that nobody has taken. */
  count: number;
  /** Those of them where somebody said so themselves. */
  declared: number;
  /** All dangers that nobody has taken, with those that rang alone. */
  waiting: number;
  oldest: Date;
}

/** What still waits of a gathered message, and the rows that need not be sent any more. */
export async function digestFacts(tx: Db, digest: string) {
  // Waits for whoever is just taking one, and gives the locks back: see `settledPage`.
  await sql`savepoint look`.execute(tx);
  const rows = await tx
    .withTables<ReportingTables>()
    .selectFrom('reporting.page_delivery as d')
    .innerJoin('reporting.danger_page as p', 'p.id', 'd.page')
    .select(['d.id', 'd.page', 'd.step', 'd.channel', 'p.state', 'p.declared', 'p.raised_at'])
    .where('d.digest', '=', digest)
    .where('d.state', '=', 'gathered')
    .orderBy('p.raised_at')
    .orderBy('d.id')
    .forShare('p')
    .execute();
  await sql`rollback to savepoint look`.execute(tx);
  const open = rows.filter((r) => r.state === 'waiting');
  const all = await sql<{ n: number }>`select count(*)::int as n from reporting.danger_page
    where state = 'waiting'`.execute(tx);
  const pages = new Map(open.map((r) => [r.page, r]));
  const facts: DigestFacts | undefined = open[0] && {
    count: pages.size,
    declared: [...pages.values()].filter((p) => p.declared).length,
    waiting: all.rows[0]?.n ?? pages.size,
    oldest: open[0].raised_at,
  };
  return { facts, open: open.map((r) => r.id), taken: rows.filter((r) => r.state !== 'waiting') };
}
