import type { Addresses } from '../addresses.ts';
import { type Link, MAX_NARRATIVE } from '../intake.ts';
import type { Fetched } from './client.ts';
import { MAX_PART, type ReadHead, readHead, readPart, sameMail, UnreadableMail } from './read.ts';
import { outline, type TextPart } from './structure.ts';

/** A mail that was read: words and what is noted of the rest. */
export interface ReadMail {
  head: ReadHead;
  /** Subject and words, at most as long as a report may be. */
  narrative: string;
  links: Link[];
  attachments: string[];
  forwarded: boolean;
  /** It said more than is kept. */
  shortened: boolean;
  /** The report of a mail server about another mail. */
  automatic: boolean;
  /** Equal for two deliveries of one mail. */
  same: string;
}

/** Characters in which addresses are looked for. */
const MAX_SEARCHED = 400_000;
/** Addresses that mail programs put below every mail; they name no content. */
const FOOTERS: ReadonlySet<string> = new Set(['aka.ms', 'overview.mail.yahoo.com', 'www.avast.com', 'www.avg.com']);

/** The address behind one that a mail filter put in its place; the same when it is none. Pure. */
export function unwrapped(address: string): string {
  if (!URL.canParse(address)) return address;
  const url = new URL(address);
  const inner = url.hostname.endsWith('.safelinks.protection.outlook.com') ? url.searchParams.get('url') : null;
  return inner && /^https?:\/\//i.test(inner) ? inner : address;
}

/** Addresses that are reported; our own (quoted from an answer of ours) and mail programs' footers are none. */
export function reportedLinks(text: string, addresses: Addresses, ownHost: string): Link[] {
  const found = addresses.inText(text.slice(0, MAX_SEARCHED));
  const links = new Map<string, Link>();
  for (const link of found) {
    const inner = unwrapped(link.url);
    const real = inner === link.url ? link : (addresses.read(inner) ?? link);
    const host = URL.canParse(real.url) ? new URL(real.url).hostname : '';
    if (host !== ownHost && !FOOTERS.has(host)) links.set(real.key, real);
  }
  return [...links.values()];
}

type Parts = (parts: readonly TextPart[]) => Promise<Map<string, Buffer>>;

/** The first form of a part that has words. A form that can't be read counts as none while there is another. */
async function words(part: TextPart, raw: ReadonlyMap<string, Buffer>): Promise<string> {
  let unreadable: UnreadableMail | undefined;
  for (const form of [part, ...part.instead]) {
    const octets = raw.get(form.part);
    if (!octets) continue;
    try {
      const text = await readPart(form, octets);
      if (text) return text;
    } catch (error) {
      if (!(error instanceof UnreadableMail)) throw error;
      unreadable = error;
    }
  }
  if (unreadable) throw unreadable;
  return '';
}

/**
 * Reads a mail: its head, then the parts that are words. A mail inside the mail gives its subject and words, never who
 * sent it to whom. Throws {@link UnreadableMail}.
 */
export async function readMail(
  fetched: Fetched,
  fetchParts: Parts,
  tools: { addresses: Addresses; ownHost: string },
): Promise<ReadMail> {
  const head = await readHead(fetched.head);
  const plan = outline(fetched.structure);
  const raw = await fetchParts(plan.texts);
  const blocks: string[] = head.subject ? [head.subject] : [];
  let unreadable: UnreadableMail | undefined;
  let lastInner: string | undefined;
  for (const part of plan.texts) {
    try {
      const text = await words(part, raw);
      if (part.innerSubject !== undefined && part.innerSubject !== lastInner) blocks.push(part.innerSubject.trim());
      lastInner = part.innerSubject;
      blocks.push(text);
    } catch (error) {
      if (!(error instanceof UnreadableMail)) throw error;
      unreadable = error;
    }
  }
  const text = blocks.filter(Boolean).join('\n\n');
  // A subject is words too: who can only be heard there is heard.
  if (!text && unreadable) throw unreadable;
  if (!text && plan.attachments.length === 0) throw new UnreadableMail('empty');
  const cut = [...raw.values()].some((octets) => octets.length >= MAX_PART);
  return {
    head,
    narrative: text.slice(0, MAX_NARRATIVE).toWellFormed(),
    links: reportedLinks(text, tools.addresses, tools.ownHost),
    attachments: plan.attachments,
    forwarded: plan.forwarded > 0,
    shortened: cut || text.length > MAX_NARRATIVE || unreadable !== undefined,
    automatic: plan.automatic || head.report,
    same: sameMail(head, text, plan.attachments),
  };
}
