import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { defineError } from '../../../platform/errors.ts';
import { isUuid } from '../../../platform/ids.ts';
import { localPath } from '../../../platform/ui/index.ts';
import { authorize, can, staffOf } from '../../identity/index.ts';
import { MAX_NARRATIVE } from '../../reporting/index.ts';
import { DangerAlertPage, type DangerFacts, DangerListPage, type DangerPageProps } from '../pages/danger-pages.tsx';
import { UnfinishedPage } from '../pages/unfinished-page.tsx';
import { linesToCall, platformName } from '../pages/words.tsx';
import { type DeskDeps, door, RECORD, show } from './context.ts';
import { among, bodyOf, type FormBody, one } from './forms.ts';
import type { Openings } from './openings.ts';
import { replyFault, writeReply } from './reply.ts';

const ALERT_UNKNOWN = defineError('casework', 'ALERT_UNKNOWN', 404);
const DRAFT_UNKNOWN = defineError('casework', 'DRAFT_UNKNOWN', 404);
const UNFINISHED = 100;
/** Dangers on one part of the list. */
const LISTED = 100;

type Alert = NonNullable<Awaited<ReturnType<DeskDeps['reporting']['dangerPage']>>>;

/** `/desk/danger` and `/desk/unfinished`: what can't wait, and what was never sent. */
export function dangerRoutes(deps: DeskDeps, openings: Openings) {
  const { platform, casework, reporting, country, identity } = deps;
  const { db, clock } = platform;

  /** Those of the alerts whose draft was left without being sent. */
  async function leftOf(rows: readonly Omit<Alert, 'deliveries'>[]): Promise<Set<string>> {
    const drafts = rows.filter((r) => r.subject_kind === 'draft' && !r.report);
    const states = await reporting.draftStates(drafts.map((r) => r.subject));
    return new Set(drafts.filter((r) => states.get(r.subject) === 'unfinished').map((r) => r.id));
  }

  function toFacts(req: FastifyRequest, row: Omit<Alert, 'deliveries'>, left: ReadonlySet<string>): DangerFacts {
    return {
      id: row.id,
      // Sent meanwhile: it is no longer being written.
      cause: row.subject_kind === 'draft' && row.report ? 'report' : row.subject_kind,
      report: row.report,
      left: left.has(row.id),
      kinds: row.kinds,
      category: row.category ? req.tr.text(country.category(row.category).name) : undefined,
      declared: row.declared,
      state: row.state,
      raisedAt: row.raised_at,
      step: row.step,
    };
  }

  const mayRefer = (req: FastifyRequest) => deps.referralPanel !== undefined && can(req.actor, 'danger.refer', RECORD);

  async function onDuty(): Promise<string[]> {
    const { first, second } = await identity.onDuty(clock.now());
    return [first, second].flatMap((p) => (p ? [p.name] : []));
  }

  async function alertOf(req: FastifyRequest): Promise<Alert> {
    const { id } = req.params as { id: string };
    const alert = isUuid(id) ? await reporting.dangerPage(id) : undefined;
    if (!alert) throw ALERT_UNKNOWN();
    return alert;
  }

  async function sealedPlace(alert: Alert): Promise<DangerPageProps['whereabouts']> {
    if (!alert.report) return { kind: alert.subject_kind === 'draft' ? 'unknown' : 'none' };
    const [details] = await reporting.details.details(db, [alert.report]);
    return { kind: details?.hasWhereabouts ? 'sealed' : 'none' };
  }

  async function alertPage(
    req: FastifyRequest,
    reply: FastifyReply,
    alert: Alert,
    over: { status?: number } & Partial<Pick<DangerPageProps, 'whereabouts' | 'reply' | 'done'>> = {},
  ) {
    authorize(req.actor, 'item.read', RECORD);
    const items = alert.report ? await casework.itemsOfReport(alert.report) : [];
    const deliveries: DangerPageProps['deliveries'] = alert.deliveries;
    const people = deliveries.flatMap((d) => (d.channel === 'mail' && d.target ? [d.target] : []));
    const names = await identity.namesOf([...people, ...(alert.acknowledged_by ? [alert.acknowledged_by] : [])]);
    const body = (
      <DangerAlertPage
        facts={toFacts(req, alert, await leftOf([alert]))}
        now={clock.now()}
        by={
          alert.acknowledged_by && alert.acknowledged_at
            ? { name: names.get(alert.acknowledged_by) ?? '', at: alert.acknowledged_at }
            : undefined
        }
        onDuty={await onDuty()}
        deliveries={deliveries}
        names={names}
        lines={linesToCall(country, req.tr, alert.category ?? 'other')}
        items={items.map((item) => ({ item, platform: platformName(country, req.tr, item.platform) }))}
        whereabouts={over.whereabouts ?? (await sealedPlace(alert))}
        rights={{
          take: can(req.actor, 'danger.acknowledge'),
          whereabouts: can(req.actor, 'whereabouts.open'),
          reply: can(req.actor, 'message.reply', RECORD),
          refer: mayRefer(req),
        }}
        reply={over.reply}
        done={over.done}
      />
    );
    return show(req, reply, {
      room: 'danger',
      title: req.tr.t('casework.danger.alertTitle'),
      path: `/desk/danger/${alert.id}`,
      body,
      status: over.status ?? 200,
    });
  }

  async function unfinishedPage(req: FastifyRequest, reply: FastifyReply, open?: string) {
    const drafts = await reporting.drafts.unfinished(db, UNFINISHED);
    const chosen = drafts.find((d) => d.id === open);
    if (open !== undefined && !chosen) throw DRAFT_UNKNOWN();
    const opened = chosen && (await openings.draftAccounts(staffOf(req), chosen.id, chosen.sealed.accounts));
    const body = (
      <UnfinishedPage
        now={clock.now()}
        drafts={drafts.map((d) => ({
          id: d.id,
          category: d.answers.category && req.tr.text(country.category(d.answers.category).name),
          danger: d.danger,
          kinds: d.answers.kinds,
          links: d.answers.links,
          accounts: d.sealed.accounts.length,
          touchedAt: d.touchedAt,
          opened:
            d === chosen
              ? opened?.map((a) => ({ platform: platformName(country, req.tr, a.platform), name: a.name }))
              : undefined,
        }))}
      />
    );
    return show(req, reply, {
      room: 'unfinished',
      title: req.tr.t('casework.unfinished.title'),
      path: '/desk/unfinished',
      body,
    });
  }

  return async (app: FastifyInstance) => {
    app.get('/desk/danger', door(deps, 'item.queue.read'), async (req, reply) => {
      const asked = Number(one(req.query as FormBody, 'part'));
      const part = Number.isInteger(asked) && asked > 0 ? Math.min(asked, 10_000) : 1;
      const rows = await reporting.waitingDanger(db, LISTED + 1, (part - 1) * LISTED);
      const left = await leftOf(rows);
      const body = (
        <DangerListPage
          pages={rows.slice(0, LISTED).map((r) => toFacts(req, r, left))}
          now={clock.now()}
          onDuty={await onDuty()}
          previous={part > 1 ? `/desk/danger?part=${part - 1}` : undefined}
          next={rows.length > LISTED ? `/desk/danger?part=${part + 1}` : undefined}
          mayRefer={mayRefer(req)}
        />
      );
      const title = req.tr.t('casework.danger.listTitle');
      return show(req, reply, { room: 'danger', title, path: '/desk/danger', body });
    });

    app.get('/desk/danger/:id', door(deps, 'item.read'), async (req, reply) =>
      alertPage(req, reply, await alertOf(req), {
        done: among(one(req.query as FormBody, 'done'), ['taken', 'replied'] as const),
      }),
    );

    app.post('/desk/danger/:id/acknowledge', door(deps, 'danger.acknowledge'), async (req, reply) => {
      const alert = await alertOf(req);
      authorize(req.actor, 'danger.acknowledge');
      await reporting.acknowledgeDanger(alert.id, staffOf(req).accountId);
      return reply.redirect(localPath(one(bodyOf(req), 'to'), `/desk/danger/${alert.id}?done=taken`), 303);
    });

    app.post('/desk/danger/:id/take-over', door(deps, 'danger.refer'), async (req, reply) => {
      const alert = await alertOf(req);
      authorize(req.actor, 'danger.refer', RECORD);
      authorize(req.actor, 'draft.unfinished.read', RECORD);
      await reporting.takeOverDraft(alert.id, staffOf(req).accountId);
      // The form of a referral begins with the item, which the next tick would make.
      while (await casework.linker.drain());
      return reply.redirect(mayRefer(req) ? `/desk/referrals/new?danger=${alert.id}` : `/desk/danger/${alert.id}`, 303);
    });

    app.post('/desk/danger/:id/whereabouts', door(deps, 'whereabouts.open'), async (req, reply) => {
      const alert = await alertOf(req);
      const text = await openings.whereabouts(staffOf(req), alert);
      return alertPage(req, reply, alert, { whereabouts: { kind: 'open', text } });
    });

    app.post('/desk/danger/:id/reply', door(deps, 'message.reply'), async (req, reply) => {
      const alert = await alertOf(req);
      authorize(req.actor, 'message.reply', RECORD);
      if (!alert.report) throw ALERT_UNKNOWN();
      const text = one(bodyOf(req), 'text').trim();
      const fault = replyFault(text);
      if (fault) {
        const error = req.tr.t(fault, { max: MAX_NARRATIVE });
        return alertPage(req, reply, alert, { status: 400, reply: { text, error } });
      }
      await writeReply(deps, staffOf(req), alert.report, text);
      return reply.redirect(`/desk/danger/${alert.id}?done=replied`, 303);
    });

    app.get('/desk/unfinished', door(deps, 'draft.unfinished.read'), async (req, reply) => {
      authorize(req.actor, 'draft.unfinished.read', RECORD);
      return unfinishedPage(req, reply);
    });

    app.post('/desk/unfinished/:id/accounts', door(deps, 'draft.unfinished.read'), async (req, reply) => {
      authorize(req.actor, 'draft.unfinished.read', RECORD);
      return unfinishedPage(req, reply, (req.params as { id: string }).id);
    });
  };
}
