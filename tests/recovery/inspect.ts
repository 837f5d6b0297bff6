import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import type { Db } from '../../src/platform/db.ts';
import type { Keyring } from '../../src/platform/keys.ts';
import type { StoredMail, World } from '../../world/index.ts';
import type { Ledger } from './load.ts';

/** Names of what is still on its way, with their numbers; empty when the server has done all it owes. */
export async function underWay(db: Db): Promise<string[]> {
  const { rows } = await sql<{ what: string; n: number }>`
    select 'reports without item' as what, count(*)::int as n from casework.inbox
    union all select 'audit entries to seal', count(*)::int from audit.pending
    union all select 'danger pages to send', count(*)::int from reporting.danger_page
      where step = 0 and state = 'waiting'
    union all select 'page deliveries due', count(*)::int from reporting.page_delivery where state in ('due', 'gathered')
    union all select 'gathered messages due', count(*)::int from reporting.page_digest where state = 'due'
    union all select 'notices to trace', count(*)::int from takedown.notice where state = 'tracing'
    union all select 'notices to send', count(*)::int from takedown.notice where state = 'queued'
    union all select 'jobs', count(*)::int from graphile_worker.jobs`.execute(db);
  return rows.filter((r) => r.n > 0).map((r) => `${r.n} ${r.what}`);
}

interface ReportFacts {
  id: string;
  marker: string;
  receiptHash: string;
  inDanger: boolean;
}

/** Every report as it lies there: its marker is read out of the sealed narrative. */
async function storedReports(db: Db, keys: Keyring): Promise<ReportFacts[]> {
  const { rows } = await sql<{
    id: string;
    data_key: Buffer;
    narrative: Buffer;
    receipt_hash: Buffer;
    danger_declared: boolean;
    danger_kinds: string[];
  }>`select id, data_key, narrative, receipt_hash, danger_declared, danger_kinds from reporting.report`.execute(db);
  return rows.map((r) => {
    const text = keys.openRecordKey(r.data_key, `reporting.report:${r.id}`).openText(r.narrative, 'narrative');
    return {
      id: r.id,
      marker: /^\[([^\]]+)\]/.exec(text)?.[1] ?? text,
      receiptHash: r.receipt_hash.toString('hex'),
      inDanger: r.danger_declared || r.danger_kinds.length > 0,
    };
  });
}

/** What is wrong with the reports; empty when each acknowledged one is there once and nothing else is. */
export async function reportFaults(db: Db, keys: Keyring, ledger: Ledger): Promise<string[]> {
  const faults: string[] = [];
  const stored = Map.groupBy(await storedReports(db, keys), (r) => r.marker);
  const senders = new Map(ledger.sent.map((s) => [s.marker, s]));
  for (const marker of stored.keys()) if (!senders.has(marker)) faults.push(`${marker} was never sent`);
  for (const sent of ledger.sent) {
    const found = stored.get(sent.marker) ?? [];
    const [report] = found;
    if (found.length > 1) faults.push(`${sent.marker} is there ${found.length} times`);
    if (sent.acknowledged && !report) faults.push(`${sent.marker} was acknowledged and is lost`);
    if (!report || !sent.acknowledged) continue;
    const { id, receipt } = sent.acknowledged;
    if (id !== undefined && id !== report.id) faults.push(`${sent.marker} was acknowledged under another id`);
    if (receipt !== undefined && keys.receiptHash(receipt).toString('hex') !== report.receiptHash)
      faults.push(`${sent.marker} was acknowledged with another follow-up number`);
    if (sent.danger && !report.inDanger) faults.push(`${sent.marker} says danger and does not count as such`);
  }
  return faults;
}

/** What is wrong between reports and items; empty when each report has its items and the items count right. */
export async function itemFaults(db: Db): Promise<string[]> {
  const { rows } = await sql<{ fault: string }>`
    select 'report ' || r.id || ' has no item' as fault from reporting.report r
      where not exists (select from casework.item_report l where l.report = r.id)
    union all
    select 'link ' || l.url || ' of report ' || l.report || ' has no item' from reporting.report_link l
      where not exists (
        select from casework.item i join casework.item_report ir on ir.item = i.id
        where i.key = 'url:' || l.url_key and ir.report = l.report)
    union all
    select 'item ' || i.id || ' counts ' || i.reports || ' reports' from casework.item i
      where i.reports <> (select count(*) from casework.item_report l where l.item = i.id)`.execute(db);
  return rows.map((r) => r.fault);
}

export interface PagingFacts {
  pages: number;
  deliveries: number;
  faults: string[];
}

/** Every danger must have reached somebody: by mail and by webhook, under the delivery's own name. */
export async function pagingFacts(db: Db, ledger: Ledger, world: World): Promise<PagingFacts> {
  const faults: string[] = [];
  const { rows: pages } = await sql<{
    id: string;
    subject: string;
    report: string | null;
    state: string;
    step: number;
  }>`
    select id, subject, report, state, step from reporting.danger_page`.execute(db);
  // A draft that rang rings no second time as a report: its page names both.
  const subjects = new Set(pages.flatMap((p) => [p.subject, p.report ?? '']));
  const { rows: reports } = await sql<{ id: string }>`
    select id from reporting.report where danger_declared or cardinality(danger_kinds) > 0`.execute(db);
  for (const { id } of reports) if (!subjects.has(id)) faults.push(`report ${id} is in danger and nobody was paged`);
  for (const { marker, dangerDraft } of ledger.sent) {
    if (dangerDraft === undefined) continue;
    const hash = createHash('sha256').update(dangerDraft).digest();
    const { rows } = await sql<{ id: string }>`select id from reporting.draft where token_hash = ${hash}`.execute(db);
    if (!rows[0] || !subjects.has(rows[0].id)) faults.push(`the draft ${marker} said danger and nobody was paged`);
  }

  const mails = new Set(world.mail.messages.map((m) => m.messageId));
  const hooks = new Set(world.webhook.received.map((h) => (h.body as { delivery?: string }).delivery));
  const { rows: deliveries } = await sql<{
    id: string;
    page: string;
    channel: 'mail' | 'webhook';
    state: string;
    digest: string | null;
  }>`select id, page, channel, state, digest from reporting.page_delivery`.execute(db);
  const takenPages = new Set(pages.filter((p) => p.state === 'acknowledged').map((p) => p.id));
  const reached = new Map<string, Set<string>>();
  for (const d of deliveries) {
    // In a flood many dangers come in one message, under its own name.
    const name = d.digest ?? d.id;
    const arrived = d.channel === 'mail' ? mails.has(`<${name}@localhost>`) : hooks.has(name);
    // Somebody took it before this message's turn came: it has been heard.
    const heard = d.state === 'dropped' && takenPages.has(d.page);
    if (d.state !== 'sent' && !heard) faults.push(`the ${d.channel} ${d.id} is ${d.state}`);
    else if (!arrived && !heard) faults.push(`the ${d.channel} ${d.id} counts as sent and never arrived`);
    else reached.set(d.page, (reached.get(d.page) ?? new Set()).add(d.channel));
  }
  for (const { id, state, step } of pages) {
    if (ledger.taken.has(id) && state !== 'acknowledged') faults.push(`page ${id} was taken and is ${state}`);
    // Somebody saw it in the list and took it before its first message was due.
    if (step === 0 && state === 'acknowledged') continue;
    if (reached.get(id)?.size !== 2) faults.push(`page ${id} came by ${[...(reached.get(id) ?? ['nothing'])].join()}`);
  }
  return { pages: pages.length, deliveries: deliveries.length, faults };
}

export interface NoticeFacts {
  notices: number;
  mails: number;
  faults: string[];
}

const OUT = ['sent', 'received', 'removed', 'disputed', 'closed'];

/**
 * Every notice that is due must have arrived, nothing may arrive under a name that it does not have, and no notice may be
 * in two letters.
 */
export async function noticeFacts(db: Db, ledger: Ledger, inbox: readonly StoredMail[]): Promise<NoticeFacts> {
  const faults: string[] = [];
  const { rows } = await sql<{
    id: string;
    item: string;
    state: string;
    url: string;
    message_id: string;
    error: string;
  }>`
    select id, item, state, url, message_id, last_error as error from takedown.notice`.execute(db);
  const byName = new Set(rows.map((n) => n.message_id));
  const arrived = Map.groupBy(inbox, (mail) => mail.messageId);
  for (const [name, mails] of arrived) {
    if (!byName.has(name)) faults.push(`a mail arrived that no notice owns: ${name} (${mails[0]?.subject})`);
    if (new Set(mails.map((m) => m.text)).size > 1) faults.push(`${name} arrived with different words`);
  }
  for (const n of rows) {
    const named = new Set(inbox.filter((mail) => mail.text.includes(n.id)).map((mail) => mail.messageId));
    if (named.size > 1) faults.push(`the notice on ${n.url} arrived in ${named.size} letters`);
    if (!OUT.includes(n.state)) faults.push(`the notice on ${n.url} is ${n.state} (${n.error})`);
    else if (!arrived.has(n.message_id)) faults.push(`the notice on ${n.url} counts as ${n.state} and never arrived`);
  }
  for (const [item, notices] of Map.groupBy(rows, (n) => n.item))
    if (notices.length > 1) faults.push(`item ${item} has ${notices.length} notices`);
  const noticed = new Set(rows.map((n) => n.item));
  for (const item of ledger.assessed) if (!noticed.has(item)) faults.push(`item ${item} is illegal and has no notice`);
  return { notices: rows.length, mails: inbox.length, faults };
}
