import { sql } from 'kysely';
import { type Db, transaction } from '../../platform/db.ts';
import { createTranslator, type Lang } from '../../platform/i18n/index.ts';
import { uuidv7 } from '../../platform/ids.ts';
import type { Platform } from '../../platform/platform.ts';
import { recordAudits } from '../audit/index.ts';
import type { CategoryId } from '../country/index.ts';
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
}

/** Steps after which the repeats become hourly; a page never falls silent while nobody has taken it. */
const HOURLY_AFTER = 12;

/** Whom step `n` (0 = at once) reaches. Pure. */
export function peopleForStep(step: number, duty: Duty): DutyPerson[] {
  const chosen: DutyPerson[] = [];
  const add = (p: DutyPerson | undefined) => {
    if (p && !chosen.some((c) => c.id === p.id)) chosen.push(p);
  };
  if (step === 0) add(duty.first ?? duty.second);
  else if (step === 1) {
    add(duty.first);
    add(duty.second);
  }
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

export interface DeliveryDeps {
  duty(now: Date): Promise<Duty>;
  categoryName(id: CategoryId, lang: Lang): string;
  zone: string;
}

/** The two ticks behind paging: one turns due steps into deliveries, one sends what is due. */
export function createDangerDelivery(platform: Platform, deps: DeliveryDeps) {
  const { db, clock, random, config, mail, log } = platform;

  async function planSteps(now: Date): Promise<void> {
    const duty = await deps.duty(now);
    await transaction(db, async (tx) => {
      const q = tx.withTables<ReportingTables>();
      const due = await q
        .selectFrom('reporting.danger_page')
        .select(['id', 'step'])
        .where('state', '=', 'waiting')
        .where('next_step_at', '<=', now)
        .orderBy('next_step_at')
        .limit(BATCH)
        .forUpdate()
        .skipLocked()
        .execute();
      for (const page of due) {
        const targets: { channel: 'mail' | 'webhook'; target: string }[] = peopleForStep(page.step, duty).map((p) => ({
          channel: 'mail',
          target: p.id,
        }));
        if (config.oncallWebhook) targets.push({ channel: 'webhook', target: config.oncallWebhook });
        if (targets.length === 0)
          log.error({ page: page.id }, 'danger waits and nobody can be paged: no rota, no webhook');
        if (targets.length > 0)
          await q
            .insertInto('reporting.page_delivery')
            .values(
              targets.map((t) => ({
                id: uuidv7(clock, random),
                page: page.id,
                step: page.step,
                ...t,
                state: 'due' as const,
                attempts: 0,
                next_try_at: now,
                sent_at: null,
                last_error: null,
              })),
            )
            .onConflict((c) => c.doNothing())
            .execute();
        await q
          .updateTable('reporting.danger_page')
          .set({ step: page.step + 1, next_step_at: new Date(now.getTime() + delayAfterStep(page.step)) })
          .where('id', '=', page.id)
          .execute();
      }
      if (due.length > 0)
        await recordAudits(
          tx,
          due.map((p) => ({
            id: uuidv7(clock, random),
            at: now,
            actor: 'system',
            action: p.step === 0 ? 'reporting.danger.paged' : 'reporting.danger.escalated',
            subject: `reporting.danger_page:${p.id}`,
            detail: { step: p.step },
          })),
        );
    });
  }

  async function deliver(
    page: ReportingTables['reporting.danger_page'],
    d: ReportingTables['reporting.page_delivery'],
    duty: Duty,
  ) {
    const link = `${config.publicOrigin}/desk/danger/${page.id}`;
    if (d.channel === 'webhook') {
      // The operator's own alerting, an address from the configuration: not an address that came from outside.
      const response = await fetch(d.target, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'idempotency-key': d.id },
        body: JSON.stringify({
          type: 'danger',
          page: page.id,
          delivery: d.id,
          step: d.step,
          raisedAt: page.raised_at.toISOString(),
          category: page.category,
          kinds: page.kinds,
          declared: page.declared,
          link,
        }),
        signal: AbortSignal.timeout(10_000),
      });
      if (!response.ok) throw new Error(`webhook answered ${response.status}`);
      return;
    }
    const person =
      duty.everybody.find((p) => p.id === d.target) ?? [duty.first, duty.second].find((p) => p?.id === d.target);
    if (!person) throw new Error('the account is gone or suspended');
    const tr = createTranslator(platform.i18n, person.lang, deps.zone);
    const params = {
      category: page.category ? deps.categoryName(page.category, person.lang) : tr.t('reporting.page.noCategory'),
      at: tr.date(page.raised_at),
      link,
    };
    await mail.send({
      to: person.email,
      subject: tr.t('reporting.page.subject', { step: d.step }),
      text: tr.t('reporting.page.body', params),
      messageId: `<${d.id}@${new URL(config.publicOrigin).hostname}>`,
      headers: { 'X-Priority': '1', 'Auto-Submitted': 'auto-generated' },
    });
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
  const droppedEntry = (d: Pick<ReportingTables['reporting.page_delivery'], 'id' | 'page' | 'step' | 'channel'>) => ({
    id: uuidv7(clock, random),
    at: clock.now(),
    actor: 'system',
    action: 'reporting.danger.delivery-dropped',
    subject: `reporting.danger_page:${d.page}`,
    detail: { delivery: d.id, step: d.step, channel: d.channel },
  });

  /** Sends one delivery that is due, or drops it when its danger is taken; false when there is none. The row stays locked while it is sent. */
  async function sendNext(now: Date, duty: Duty, channel: 'mail' | 'webhook'): Promise<boolean> {
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
        const reason = (error instanceof Error ? error.message : String(error)).slice(0, 300);
        log.error({ page: page.id, delivery: d.id, attempts, reason }, 'a danger page could not be delivered yet');
        const state = attempts >= MAX_ATTEMPTS ? ('failed' as const) : ('due' as const);
        const next = new Date(now.getTime() + retryDelay(attempts));
        await q
          .updateTable('reporting.page_delivery')
          .set({ state, attempts, next_try_at: next, last_error: reason })
          .where('id', '=', d.id)
          .execute();
      }
      return true;
    });
  }

  async function sendDue(now: Date): Promise<void> {
    const { rows } =
      await sql`select 1 from reporting.page_delivery where state = 'due' and next_try_at <= ${now} limit 1`.execute(
        db,
      );
    if (rows.length === 0) return;
    const duty = await deps.duty(now);
    const lane = async (channel: 'mail' | 'webhook') => {
      for (let n = 0; n < BATCH && (await sendNext(now, duty, channel)); n++);
    };
    // Lanes apart: a webhook that hangs must not hold up the mails, nor one slow mail the next person's.
    await Promise.all([lane('mail'), lane('mail'), lane('webhook'), lane('webhook')]);
  }

  platform.ticks.every('reporting.danger-steps', 1000, planSteps);
  platform.ticks.every('reporting.danger-deliveries', 1000, sendDue);
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
