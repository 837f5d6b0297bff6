import { isNone } from '../../casework/index.ts';
import type { CategoryId } from '../../country/index.ts';
import type { LetterLine } from './lines.ts';

/** Who files it: the programme. */
export interface XarfParty {
  org: string;
  contact: string;
  domain: string;
}

/** A report in the eXtended Abuse Reporting Format, version 4, category `content`. */
export type Xarf = Readonly<Record<string, unknown>> & { report_id: string; category: 'content'; type: string };

const VERSION = '4.2.0';
const MAX_ORG = 200;
const MAX_DESCRIPTION = 1000;
/** The schema's own pattern: names in punycode do not fit it, and are left out rather than bent. */
const DOMAIN = /^([a-z0-9]+(-[a-z0-9]+)*\.)+[a-z]{2,}$/;
const COUNTRY = /^[A-Z]{2}$/;

/** Types of category `content` that say what some of our categories are; all others have no word in XARF. */
const NEAREST: Partial<Record<CategoryId, string>> = { 'fraud-impersonation': 'fraud', privacy: 'exposed_data' };

/** What is said of the type; undefined where XARF has no word for it. */
function typeOf(line: LetterLine): (Readonly<Record<string, unknown>> & { type: string }) | undefined {
  if (line.purpose === 'terms') return undefined;
  if (!isNone(line.xarf))
    return line.xarf.type === 'csam'
      ? { type: 'csam', classification: line.xarf.classification, detection_method: 'manual_review' }
      : // The victim's age is not the host's business, though there would be a field for it.
        { type: 'csem', exploitation_type: line.xarf.exploitationType, detection_method: 'manual_review' };
  const nearest = NEAREST[line.category];
  return nearest ? { type: nearest } : undefined;
}

/**
 * One notice as XARF, or undefined: without an address there is nothing that its schemas let us say, and most of our
 * categories have no type there. Pure.
 */
export function xarfOf(line: LetterLine, party: XarfParty): Xarf | undefined {
  const type = typeOf(line);
  return type && line.url !== undefined ? report(line, line.url, type, party) : undefined;
}

/**
 * One notice for an interface (API), which takes every notice: what XARF has no word for goes as type `other` with our
 * category as a tag, and an account as the signed page that names it. Pure.
 */
export const xarfForApi = (line: LetterLine, party: XarfParty): Xarf =>
  report(line, line.url ?? line.link, typeOf(line) ?? { type: 'other' }, party);

function report(
  line: LetterLine,
  url: string,
  type: Readonly<Record<string, unknown>> & { type: string },
  party: XarfParty,
): Xarf {
  const by = { ...party, org: party.org.slice(0, MAX_ORG) };
  return {
    xarf_version: VERSION,
    report_id: line.reference,
    timestamp: line.firstSeen.toISOString(),
    reporter: by,
    sender: by,
    source_identifier: line.ip ?? line.host ?? new URL(url).hostname,
    category: 'content',
    ...type,
    url,
    ...(line.host !== undefined && DOMAIN.test(line.host) ? { domain: line.host } : {}),
    ...(line.network ? { asn: line.network } : {}),
    ...(line.hostedIn && COUNTRY.test(line.hostedIn) ? { country_code: line.hostedIn } : {}),
    verified_at: line.lastSeen.toISOString(),
    verification_method: 'manual',
    description: line.categoryName.slice(0, MAX_DESCRIPTION),
    tags: [`category:${line.category}`, `purpose:${line.purpose}`],
    legal_articles: line.articles,
    ...(line.deadline ? { deadline: line.deadline.toISOString() } : {}),
    answer_url: line.link,
  };
}

/** For an interface: a report that no longer stands. Our extension; it has no address, no category and no reason. */
export interface Withdrawal {
  report_id: string;
  status: 'withdrawn';
  withdrawn_at: string;
  reporter: XarfParty;
  sender: XarfParty;
  answer_url: string;
}

/** What takes back a report that an interface got under this reference. Pure. */
export function withdrawalOf(notice: { reference: string; at: Date; link: string }, party: XarfParty): Withdrawal {
  const by = { ...party, org: party.org.slice(0, MAX_ORG) };
  return {
    report_id: notice.reference,
    status: 'withdrawn',
    withdrawn_at: notice.at.toISOString(),
    reporter: by,
    sender: by,
    answer_url: notice.link,
  };
}
