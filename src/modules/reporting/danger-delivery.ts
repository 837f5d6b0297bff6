import { sql } from 'kysely';
import { type Db, transaction } from '../../platform/db.ts';
import { createTranslator, type Lang } from '../../platform/i18n/index.ts';
import { uuidv7 } from '../../platform/ids.ts';
import type { Platform } from '../../platform/platform.ts';
import { recordAudits } from '../audit/index.ts';
import type { CategoryId } from '../country/index.ts';
import { type DeliveryChannel, type DigestFacts, digestFacts, floodGate, gatherDigests } from './danger-flood.ts';
import { ESCALATE_AFTER_MS } from './danger-paging.ts';
import type { ReportingTables } from './schema.ts';

/** Somebody who can be paged. */
export interface DutyPerson {
  id: string;
  name: string;
  email: string;
  lang: Lang;
}

/** Who is on duty now, in order, and who is asked when nobody answers; from the rota. */
export interface Duty {
  first?: DutyPerson;
  second?: DutyPerson;
  /** Everybody with the on-call or supervisor role: asked from the third step on, and at once when the rota is empty. */
  everybody: DutyPerson[];
  /** Who is asked with the first person when somebody at the helpline alarms a supervisor. */
  supervisors?: DutyPerson[];
}

/** Steps after which the repeats become hourly; a page never falls silent while nobody has taken it. */
const HOURLY_AFTER = 12;

/** Whom step `n` (0 = at once) reaches; a `crisis` reaches the supervisors from the first step on. Pure. */
export function peopleForStep(step: number, duty: Duty, crisis = false): DutyPerson[] {
  const chosen: DutyPerson[] = [];
  const add = (p: DutyPerson | undefined) => {
    if (p && !chosen.some((c) => c.id === p.id)) chosen.push(p);
  };
  if (step === 0) add(duty.first ?? duty.second);
  else if (step === 1) {
    add(duty.first);
    add(duty.second);
  }
  if (crisis) for (const p of duty.supervisors ?? []) add(p);
  if (chosen.length === 0 || step >= 2) for (const p of duty.everybody) add(p);
  return chosen;
}

export function delayAfterStep(step: number): number {
  return step < HOURLY_AFTER ? ESCALATE_AFTER_MS : 60 * 60_000;
}

/** A try that failed is made again after 5, 10, 20 … seconds, at most 5 minutes apart. */
export function retryDelay(attempts: number): number {
  return Math.min(5000 * 2 ** Math.max(0, attempts - 1), 5 * 60_000);
}
const MAX_ATTEMPTS = 40;
const BATCH = 50;
/** A lane begins nothing new after so many milliseconds: then everybody looks again at what is most urgent. */
const LANE_MS = 20_000;
/** One send ends within a minute. What takes longer hangs, and nobody in danger may wait for that. */
const RUN_LIMIT_MS = 120_000;

export interface DeliveryDeps {
  duty(now: Date): Promise<Duty>;
  categoryName(id: CategoryId, lang: Lang): string;
  zone: string;
}

type Delivery = ReportingTables['reporting.page_delivery'];

/** The two ticks behind paging: one turns due steps into deliveries, one sends what is due. */
export function createDangerDelivery(platform: Platform, deps: DeliveryDeps) {
  const { db, clock, random, config, mail, log } = platform;

  async function planSteps(now: Date): Promise<void> {
    const duty = await deps.duty(now);
    await transaction(db, async (tx) => {
      const q = tx.withTables<ReportingTables>();
      const due = await q
        .selectFrom('reporting.danger_page')
        .select(['id', 'step', 'subject_kind'])
        .where('state', '=', 'waiting')
        .where('next_step_at', '<=', now)
        .orderBy('next_step_at')
        .limit(BATCH)
        .forUpdate()
        .skipLocked()
        .execute();
      if (due.length === 0) return;
      const alone = await floodGate(tx, platform, now);
      const gathered = new Map<string, number>();
      for (const page of due) {
        const targets: { channel: DeliveryChannel; target: string }[] = peopleForStep(
          page.step,
          duty,
          page.subject_kind === 'crisis',
        ).map((p) => ({
          channel: 'mail',
          target: p.id,
        }));
        if (config.oncallWebhook) targets.push({ channel: 'webhook', target: config.oncallWebhook });
        if (targets.length === 0)
          log.error({ page: page.id }, 'danger waits and nobody can be paged: no rota, no webhook');
        const rows = targets.map((t) => ({
          id: uuidv7(clock, random),
          page: page.id,
          step: page.step,
          ...t,
          state: alone(t.channel, t.target, page.step) ? ('due' as const) : ('gathered' as const),
          attempts: 0,
          next_try_at: now,
          sent_at: null,
          last_error: null,
          planned_at: now,
          digest: null,
        }));
        gathered.set(page.id, rows.filter((r) => r.state === 'gathered').length);
        if (rows.length > 0)
          await q
            .insertInto('reporting.page_delivery')
            .values(rows)
            .onConflict((c) => c.doNothing())
            .execute();
        await q
          .updateTable('reporting.danger_page')
          .set({ step: page.step + 1, next_step_at: new Date(now.getTime() + delayAfterStep(page.step)) })
          .where('id', '=', page.id)
          .execute();
      }
      await recordAudits(
        tx,
        due.map((p) => ({
          id: uuidv7(clock, random),
          at: now,
          actor: 'system',
          action: p.step === 0 ? 'reporting.danger.paged' : 'reporting.danger.escalated',
          subject: `reporting.danger_page:${p.id}`,
          detail: { step: p.step, gathered: gathered.get(p.id) ?? 0 },
        })),
      );
    });
    await gatherDigests(db, platform, now);
  }

  /** The operator's own alerting, an address from the configuration: not an address that came from outside. */
  async function call(address: string, id: string, body: object): Promise<void> {
    const response = await fetch(address, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': id },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(10_000),
    });
    if (!response.ok) throw new Error(`webhook answered ${response.status}`);
  }

  /** Writes to somebody who can be paged, in their language. */
  async function write(
    id: string,
    account: string,
    duty: Duty,
    say: (tr: ReturnType<typeof createTranslator>, lang: Lang) => { subject: string; text: string },
  ): Promise<void> {
    const person = [...duty.everybody, duty.first, duty.second].find((p) => p?.id === account);
    if (!person) throw new Error('the account is gone or suspended');
    await mail.send({
      to: person.email,
      ...say(createTranslator(platform.i18n, person.lang, deps.zone), person.lang),
      messageId: `<${id}@${new URL(config.publicOrigin).hostname}>`,
      headers: { 'X-Priority': '1', 'Auto-Submitted': 'auto-generated' },
    });
  }

  function deliver(page: ReportingTables['reporting.danger_page'], d: Delivery, duty: Duty): Promise<void> {
    const link = `${config.publicOrigin}/desk/danger/${page.id}`;
    if (d.channel === 'webhook')
      return call(d.target, d.id, {
        type: 'danger',
        page: page.id,
        delivery: d.id,
        step: d.step,
        raisedAt: page.raised_at.toISOString(),
        category: page.category,
        kinds: page.kinds,
        declared: page.declared,
        link,
      });
    return write(d.id, d.target, duty, (tr, lang) => ({
      subject: tr.t('reporting.page.subject', { step: d.step }),
      text: tr.t('reporting.page.body', {
        category: page.category ? deps.categoryName(page.category, lang) : tr.t('reporting.page.noCategory'),
        at: tr.date(page.raised_at),
        link,
      }),
    }));
  }

  function deliverDigest(d: ReportingTables['reporting.page_digest'], facts: DigestFacts, duty: Duty): Promise<void> {
    const link = `${config.publicOrigin}/desk/danger`;
    const { oldest, ...counts } = facts;
    if (d.channel === 'webhook')
      return call(d.target, d.id, {
        type: 'danger-digest',
        delivery: d.id,
        ...counts,
        oldestRaisedAt: oldest.toISOString(),
        link,
      });
    return write(d.id, d.target, duty, (tr) => ({
      subject: tr.t('reporting.page.digest.subject', { count: counts.count }),
      text: tr.t('reporting.page.digest.body', { ...counts, at: tr.date(oldest), link }),
    }));
  }

  /**
   * The page as it is at this very moment: waits for whoever is just taking it. Its lock is given back at once, because
   * nobody who takes a danger may wait for a mail server to answer.
   */
  async function settledPage(tx: Db, id: string) {
    await sql`savepoint look`.execute(tx);
    const page = await tx
      .withTables<ReportingTables>()
      .selectFrom('reporting.danger_page')
      .selectAll()
      .where('id', '=', id)
      .forShare()
      .executeTakeFirstOrThrow();
    await sql`rollback to savepoint look`.execute(tx);
    return page;
  }

  /** That a message was not sent, because somebody had taken the danger before its turn came. */
  const droppedEntry = (d: Pick<Delivery, 'id' | 'page' | 'step' | 'channel'>) => ({
    id: uuidv7(clock, random),
    at: clock.now(),
    actor: 'system',
    action: 'reporting.danger.delivery-dropped',
    subject: `reporting.danger_page:${d.page}`,
    detail: { delivery: d.id, step: d.step, channel: d.channel },
  });

  /** Sends one delivery that is due, or drops it when its danger is taken; false when there is none. The row stays locked while it is sent. */
  async function sendNext(now: Date, duty: Duty, channel: DeliveryChannel): Promise<boolean> {
    return transaction(db, async (tx) => {
      const q = tx.withTables<ReportingTables>();
      const d = await q
        .selectFrom('reporting.page_delivery')
        .selectAll()
        .where('state', '=', 'due')
        .where('channel', '=', channel)
        .where('next_try_at', '<=', now)
        .orderBy('next_try_at')
        .limit(1)
        .forUpdate()
        .skipLocked()
        .executeTakeFirst();
      if (!d) return false;
      const page = await settledPage(tx, d.page);
      if (page.state !== 'waiting') {
        await q.updateTable('reporting.page_delivery').set({ state: 'dropped' }).where('id', '=', d.id).execute();
        await recordAudits(tx, [droppedEntry(d)]);
        return true;
      }
      const attempts = d.attempts + 1;
      try {
        await deliver(page, d, duty);
        await q
          .updateTable('reporting.page_delivery')
          .set({ state: 'sent', attempts, sent_at: now, last_error: null })
          .where('id', '=', d.id)
          .execute();
      } catch (error) {
        await q
          .updateTable('reporting.page_delivery')
          .set(failure(error, attempts, now, { page: page.id, delivery: d.id }))
          .where('id', '=', d.id)
          .execute();
      }
      return true;
    });
  }

  function failure(error: unknown, attempts: number, now: Date, ids: object) {
    const reason = (error instanceof Error ? error.message : String(error)).slice(0, 300);
    log.error({ ...ids, attempts, reason }, 'a danger page could not be delivered yet');
    const state = attempts >= MAX_ATTEMPTS ? ('failed' as const) : ('due' as const);
    return { state, attempts, next_try_at: new Date(now.getTime() + retryDelay(attempts)), last_error: reason };
  }

  /** Sends one gathered message that is due, about what nobody has taken meanwhile; false when there is none. */
  async function sendDigest(now: Date, duty: Duty, channel: DeliveryChannel): Promise<boolean> {
    return transaction(db, async (tx) => {
      const q = tx.withTables<ReportingTables>();
      const d = await q
        .selectFrom('reporting.page_digest')
        .selectAll()
        .where('state', '=', 'due')
        .where('channel', '=', channel)
        .where('next_try_at', '<=', now)
        .orderBy('next_try_at')
        .limit(1)
        .forUpdate()
        .skipLocked()
        .executeTakeFirst();
      if (!d) return false;
      const { facts, open, taken } = await digestFacts(tx, d.id);
      const settle = async (ids: string[], change: Pick<Partial<Delivery>, 'state' | 'sent_at' | 'last_error'>) => {
        if (ids.length > 0)
          await q
            .updateTable('reporting.page_delivery')
            .set(change)
            .where(sql<boolean>`id = any(${ids}::uuid[])`)
            .execute();
      };
      await settle(
        taken.map((r) => r.id),
        { state: 'dropped' },
      );
      if (taken.length > 0) await recordAudits(tx, taken.map(droppedEntry));
      const attempts = d.attempts + 1;
      const change = await (async () => {
        if (!facts) return { state: 'dropped' as const };
        try {
          await deliverDigest(d, facts, duty);
          await settle(open, { state: 'sent', sent_at: now, last_error: null });
          return { state: 'sent' as const, attempts, sent_at: now, last_error: null };
        } catch (error) {
          const failed = failure(error, attempts, now, { digest: d.id });
          await settle(open, {
            last_error: failed.last_error,
            ...(failed.state === 'failed' ? { state: failed.state } : {}),
          });
          return failed;
        }
      })();
      await q.updateTable('reporting.page_digest').set(change).where('id', '=', d.id).execute();
      return true;
    });
  }

  async function sendDue(now: Date): Promise<void> {
    const { rows } =
      await sql`select 1 where exists (select from reporting.page_delivery where state = 'due' and next_try_at <= ${now})
        or exists (select from reporting.page_digest where state = 'due' and next_try_at <= ${now})`.execute(db);
    if (rows.length === 0) return;
    const duty = await deps.duty(now);
    const lane = async (channel: DeliveryChannel) => {
      const next = async () => (await sendDigest(now, duty, channel)) || (await sendNext(now, duty, channel));
      const until = performance.now() + LANE_MS;
      for (let n = 0; n < BATCH && performance.now() < until && (await next()); n++);
    };
    // Lanes apart: a webhook that hangs must not hold up the mails, nor one slow mail the next person's.
    await Promise.all([lane('mail'), lane('mail'), lane('webhook'), lane('webhook')]);
  }

  platform.ticks.every('reporting.danger-steps', 1000, planSteps, RUN_LIMIT_MS);
  platform.ticks.every('reporting.danger-deliveries', 1000, sendDue, RUN_LIMIT_MS);
  return { planSteps, sendDue };
}

/** For the desk: how a page's deliveries stand. */
export async function deliveriesOf(db: Db, page: string) {
  return db
    .withTables<ReportingTables>()
    .selectFrom('reporting.page_delivery')
    .select(['id', 'step', 'channel', 'target', 'state', 'attempts', 'sent_at', 'last_error'])
    .where('page', '=', page)
    .orderBy('step')
    .execute();
}
