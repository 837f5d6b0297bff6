import type { FastifyRequest } from 'fastify';
import { type Actor, can, mayEver, staffOf } from '../../identity/index.ts';
import { shownOf } from '../assessment/http/shown.ts';
import { doneByOf } from '../assessment/second-look.ts';
import type { ItemRow } from '../index.ts';
import type { DutiesProps } from '../pages/duties.tsx';
import type { DangerNotice } from '../pages/item-danger.tsx';
import type { AssessmentView, HistoryLine, ItemPageProps } from '../pages/item-page.tsx';
import type { Holder, ItemFacts, Rights } from '../pages/item-panel.tsx';
import type { ItemReportsProps, ReportView } from '../pages/item-reports.tsx';
import { isDanger, linesToCall, platformName } from '../pages/words.tsx';
import { type DeskDeps, RECORD } from './context.ts';

/** Reports on one page of an item. */
const REPORTS = 10;
/** Of an item with very many reports, so many are asked for danger pages. */
const DANGER_LOOKUP = 200;

/** What this person may do with items. */
export function rightsOf(actor: Actor): Rights {
  return {
    lock: can(actor, 'item.lock', RECORD),
    assess: can(actor, 'item.assess', RECORD),
    look: can(actor, 'item.view-rendering', RECORD),
  };
}

/** Who holds these items now, by item. A lease that ran out holds nothing. */
export async function holdersOf(
  deps: DeskDeps,
  items: readonly ItemRow[],
  account: string,
  now: Date,
): Promise<Map<string, Holder>> {
  const held = items.flatMap((i) =>
    i.lease_by && i.lease_until && i.lease_until > now ? [{ id: i.id, by: i.lease_by, until: i.lease_until }] : [],
  );
  const names = await deps.identity.namesOf(held.map((h) => h.by));
  return new Map(
    held.map((h) => [h.id, { name: names.get(h.by) ?? '', until: h.until, mine: h.by === account } satisfies Holder]),
  );
}

/** What the desk says of one item, without anything sealed. */
export async function factsOf(deps: DeskDeps, req: FastifyRequest, item: ItemRow): Promise<ItemFacts> {
  const { country, platform } = deps;
  const now = platform.clock.now();
  const holders = await holdersOf(deps, [item], staffOf(req).accountId, now);
  return {
    item,
    platform: platformName(country, req.tr, item.platform),
    category: req.tr.text(country.category(item.category).name),
    provider: item.host ? country.providerForHost(item.host)?.name : undefined,
    holder: holders.get(item.id),
    now,
  };
}

/** How an actor of the audit trail is called on the desk: by name where it is a person. */
async function callers(deps: DeskDeps, req: FastifyRequest, actors: readonly string[]) {
  const ids = actors.flatMap((a) => (a.startsWith('account:') ? [a.slice('account:'.length)] : []));
  const names = await deps.identity.namesOf(ids);
  return (actor: string): string => {
    if (actor.startsWith('account:')) return names.get(actor.slice('account:'.length)) ?? '';
    return actor === 'reporter' ? req.tr.t('casework.by.reporter') : req.tr.t('casework.by.system');
  };
}

async function reportsView(
  deps: DeskDeps,
  req: FastifyRequest,
  item: ItemRow,
  page: number,
): Promise<ItemReportsProps> {
  const { casework, country, platform, reporting } = deps;
  const details = await casework.reportsPage(item.id, { limit: REPORTS, offset: (page - 1) * REPORTS });
  const reports = await Promise.all(
    details.map(async (d): Promise<ReportView> => {
      const messages = await reporting.details.messages(platform.db, d.id);
      const several = d.links.length + d.accounts.length > 1;
      const siblings = several ? await casework.itemsOfReport(d.id) : [];
      return {
        details: d,
        category: req.tr.text(country.category(d.category).name),
        messages: messages.length,
        unread: messages.filter((m) => m.author === 'reporter' && !m.read).length,
        siblings: siblings
          .filter((s) => s.id !== item.id)
          .map((s) => ({ item: s, platform: platformName(country, req.tr, s.platform) })),
      };
    }),
  );
  const at = (n: number) => `/desk/items/${item.id}${n > 1 ? `?reports=${n}` : ''}#reports`;
  return {
    itemId: item.id,
    itemUrl: item.url,
    reports,
    total: item.reports,
    rights: {
      read: can(req.actor, 'narrative.read', RECORD),
      reply: can(req.actor, 'message.reply', RECORD),
      contact: can(req.actor, 'contact.read', RECORD),
      askIdentity: can(req.actor, 'identity-access.request', RECORD),
    },
    now: platform.clock.now(),
    previous: page > 1 ? at(page - 1) : undefined,
    next: page * REPORTS < item.reports ? at(page + 1) : undefined,
  };
}

async function assessmentsView(deps: DeskDeps, req: FastifyRequest, item: string): Promise<AssessmentView[]> {
  const { casework, identity } = deps;
  const [rows, looks] = await Promise.all([casework.assessments(item), casework.secondLook.ofItem(item)]);
  const lookOf = new Map(looks.map((l) => [l.assessment, l]));
  const names = await identity.namesOf(rows.map((r) => r.account));
  return Promise.all(
    rows.map(async (row): Promise<AssessmentView> => {
      const look = lookOf.get(row.id);
      const by = names.get(row.account) ?? '';
      // Whoever may be the second person decides before seeing this, where the rule says so.
      const hidden =
        look?.blind &&
        look.state === 'proposed' &&
        can(req.actor, 'item.verify', { ...RECORD, doneBy: doneByOf(look) });
      const standing: AssessmentView['standing'] = row.in_force
        ? row.verified
          ? 'verified'
          : 'in-force'
        : look?.state === 'proposed' || look?.state === 'disagreed'
          ? look.state
          : 'not-in-force';
      return { id: row.id, by, at: row.at, standing, shown: hidden ? undefined : await shownOf(deps, req, row) };
    }),
  );
}

/** What waits for somebody else's judgement: nobody judges beside it. undefined: this person may judge. */
async function waitView(deps: DeskDeps, req: FastifyRequest, item: string): Promise<ItemPageProps['waitsFor']> {
  const open = (await deps.casework.secondLook.ofItem(item)).find(
    (l) => l.state === 'disagreed' || (l.state === 'proposed' && l.kind !== 'sample'),
  );
  if (!open) return undefined;
  const record = { ...RECORD, doneBy: doneByOf(open) };
  if (open.state === 'disagreed') {
    const href = can(req.actor, 'item.disagreement.decide', record) ? `/desk/disagreements/${open.id}` : undefined;
    return { what: 'disagreed', href };
  }
  if (open.first_account === staffOf(req).accountId) return undefined;
  return { what: 'proposed', href: can(req.actor, 'item.verify', record) ? `/desk/verify/${open.id}` : undefined };
}

async function dangerView(deps: DeskDeps, req: FastifyRequest, item: ItemRow): Promise<ItemPageProps['danger']> {
  const { casework, country, identity, platform, reporting } = deps;
  const mayTake = can(req.actor, 'danger.acknowledge');
  if (!isDanger(item)) return { lines: [], notices: [], mayTake };
  const newest = await casework.reportsPage(item.id, { limit: DANGER_LOOKUP, offset: 0 });
  const pages = await reporting.dangerOfReports(
    platform.db,
    newest.filter((r) => r.danger).map((r) => r.id),
  );
  const names = await identity.namesOf(pages.flatMap((p) => p.acknowledged_by ?? []));
  const notices = pages.map(
    (p): DangerNotice => ({
      id: p.id,
      raisedAt: p.raised_at,
      state: p.state,
      by: p.acknowledged_by ? names.get(p.acknowledged_by) : undefined,
    }),
  );
  return { lines: linesToCall(country, req.tr, item.category), notices, mayTake };
}

async function historyView(deps: DeskDeps, req: FastifyRequest, item: string): Promise<HistoryLine[]> {
  const rows = await deps.casework.history(item);
  const name = await callers(
    deps,
    req,
    rows.map((r) => r.actor),
  );
  return rows.map((r) => ({ id: r.id, at: r.at, by: name(r.actor), what: r.what }));
}

/** What the person at the desk may have to report by law, by their roles. */
function dutiesOf(deps: DeskDeps, req: FastifyRequest, item: ItemRow): DutiesProps {
  const { country } = deps;
  const found = staffOf(req).roles.flatMap((role) => country.duties(item.category, { role }));
  const duties = [...new Map(found.map((d) => [d.id, d])).values()];
  const { helpLines } = country.pack().helpLines;
  return { duties, lines: helpLines.filter((l) => l.active), verified: country.pack().duties.verified };
}

/** Everything the item page shows that is not sealed; what a POST opened is laid over it by the route. */
export async function itemView(
  deps: DeskDeps,
  req: FastifyRequest,
  item: ItemRow,
  reportsPage: number,
): Promise<Omit<ItemPageProps, 'done' | 'error' | 'accountName' | 'assess' | 'sections'>> {
  const [facts, danger, assessments, reports, history, crowd, waitsFor, takedown, blocking, evidence, referral] =
    await Promise.all([
      factsOf(deps, req, item),
      dangerView(deps, req, item),
      assessmentsView(deps, req, item.id),
      reportsView(deps, req, item, reportsPage),
      historyView(deps, req, item.id),
      deps.casework.crowd(item),
      waitView(deps, req, item.id),
      deps.takedownPanel?.(item.id, req),
      deps.blockingPanel?.(item.id, req),
      deps.evidencePanel?.(item.id, req),
      deps.referralPanel?.(item.id, req),
    ]);
  return {
    facts,
    rights: rightsOf(req.actor),
    danger,
    lookAvailable: deps.rendering !== undefined,
    duties: dutiesOf(deps, req, item),
    display: await deps.casework.wellbeing.displayOf(staffOf(req).accountId),
    assessments,
    reports,
    history,
    crowd,
    waitsFor,
    takedown,
    blocking,
    evidence,
    referral,
    auditHref: mayEver(req.actor, 'audit.read')
      ? `/desk/audit?subject=${encodeURIComponent(`casework.item:${item.id}`)}`
      : undefined,
  };
}
