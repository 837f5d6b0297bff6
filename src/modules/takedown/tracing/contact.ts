import type { NetworkFacts } from './networks.ts';
import type { RdapFacts } from './rdap.ts';
import type { SecurityTxt } from './security-txt.ts';

/** A provider from our own table, seeded by operators. */
export interface KnownProvider {
  id: string;
  name: string;
  contact: string;
  channel: 'email' | 'form' | 'api';
  /** In the provider's order. */
  languages?: readonly string[];
}

export interface DnsFacts {
  addresses: string[];
  cname: string[];
  /** Of the registrable domain. */
  ns: string[];
  mx: string[];
  soa: string[];
}

export interface AddressFacts extends NetworkFacts {
  address: string;
  /** Name of the reverse proxy in front of the real host, when the network is one. */
  proxy?: string;
}

/** What each source can say. */
export interface SourceData {
  'own-table': KnownProvider;
  'security-txt': SecurityTxt & { secure: boolean };
  dns: DnsFacts;
  network: AddressFacts[];
  'rdap-domain': RdapFacts;
  'rdap-ip': RdapFacts;
  /** RFC 2142 §4: nobody said that this mailbox exists. */
  'rfc2142-guess': { email: string };
}
export type TraceSource = keyof SourceData;

/** One source's word: what, when, and by which way; kept as it came. */
export type TraceAnswer = {
  [S in TraceSource]: { source: S; at: Date; via: string } & (
    | { outcome: 'found'; data: SourceData[S] }
    | { outcome: 'none' | 'failed'; reason: string }
  );
}[TraceSource];

export interface Contact {
  contact: string;
  channel: 'email' | 'form' | 'api';
  source: TraceSource;
  /** What its owner can do: a host or site removes content, a registrar can only suspend the name. */
  reach: 'provider' | 'site' | 'host' | 'proxy' | 'registrar';
  /** 0 to 1: how sure we are that somebody there reads and can act. */
  confidence: number;
  /** Language to write in, when something tells. */
  language?: string;
  name?: string;
  /** Id of the provider in our own table or the country pack. */
  provider?: string;
}

export interface ContactOptions {
  /**
   * Leave out everything that the site's owner controls (security.txt, abuse@ at the site): to be set where the owner
   * is suspected, whom a notice would warn.
   */
  avoidSite?: boolean;
}

/** Languages we can write. */
const WRITTEN = ['ar', 'fr', 'en', 'zgh'];
const ARABIC = new Set(['AE', 'BH', 'EG', 'IQ', 'JO', 'KW', 'LY', 'OM', 'PS', 'QA', 'SA', 'SY', 'YE']);
const FRENCH = new Set([
  'BE',
  'BF',
  'BJ',
  'CI',
  'CM',
  'DJ',
  'DZ',
  'FR',
  'GA',
  'GN',
  'LU',
  'MA',
  'MC',
  'ML',
  'MR',
  'NE',
  'SN',
  'TD',
  'TG',
  'TN',
]);

const firstWritten = (languages: readonly string[] = []) => languages.find((l) => WRITTEN.includes(l));
const ofCountry = (country: string | undefined) =>
  country && (ARABIC.has(country) ? 'ar' : FRENCH.has(country) ? 'fr' : 'en');

function foundIn<S extends TraceSource>(answers: readonly TraceAnswer[], source: S): SourceData[S] | undefined {
  // The union ties `data` to `source`, which the compiler can't follow through a type parameter.
  for (const answer of answers)
    if (answer.source === source && answer.outcome === 'found') return answer.data as SourceData[S];
  return undefined;
}

/**
 * All contacts in the order to try them: our own table, what the site publishes, who carries it, who registered it,
 * a guess. The order is also the ladder of escalation. A host comes before a registrar because it removes content
 * while a registrar takes the whole name away.
 */
export function rankContacts(answers: readonly TraceAnswer[], options: ContactOptions = {}): Contact[] {
  const ranked: Contact[] = [];
  const add = (contact: Contact) => {
    if (!ranked.some((r) => r.contact.toLowerCase() === contact.contact.toLowerCase())) ranked.push(contact);
  };
  const network = foundIn(answers, 'network')?.[0];

  const own = foundIn(answers, 'own-table');
  if (own) {
    const language = firstWritten(own.languages);
    add({
      contact: own.contact,
      channel: own.channel,
      source: 'own-table',
      reach: 'provider',
      confidence: 0.95,
      name: own.name,
      provider: own.id,
      ...(language ? { language } : {}),
    });
  }

  const published = foundIn(answers, 'security-txt');
  if (published && !options.avoidSite) {
    const language = firstWritten(published.languages);
    const base = { source: 'security-txt', reach: 'site', ...(language ? { language } : {}) } as const;
    const confidence = published.secure ? 0.75 : 0.5;
    for (const email of published.emails) add({ ...base, contact: email, channel: 'email', confidence });
    for (const form of published.forms) add({ ...base, contact: form, channel: 'form', confidence: confidence - 0.15 });
  }

  for (const source of ['rdap-ip', 'rdap-domain'] as const) {
    const facts = foundIn(answers, source);
    if (!facts) continue;
    const proxied = source === 'rdap-ip' && network?.proxy !== undefined;
    const reach = source === 'rdap-domain' ? 'registrar' : proxied ? 'proxy' : 'host';
    const sure = { host: 0.7, proxy: 0.6, registrar: 0.5 }[reach];
    const language = ofCountry(facts.country ?? (source === 'rdap-ip' ? network?.country : undefined));
    const name = facts.name ?? (source === 'rdap-ip' ? network?.organisation : undefined);
    for (const email of facts.emails)
      add({
        contact: email,
        channel: 'email',
        source,
        reach,
        confidence: facts.role === 'abuse' ? sure : sure / 2,
        ...(language ? { language } : {}),
        ...(name ? { name } : {}),
      });
  }

  const guess = foundIn(answers, 'rfc2142-guess');
  if (guess && !options.avoidSite) {
    const takesMail = (foundIn(answers, 'dns')?.mx.length ?? 0) > 0;
    add({
      contact: guess.email,
      channel: 'email',
      source: 'rfc2142-guess',
      reach: 'site',
      confidence: takesMail ? 0.2 : 0.05,
    });
  }
  return ranked;
}

/** The contact to write to first, or undefined when nobody is known. Pure. */
export function chooseContact(answers: readonly TraceAnswer[], options: ContactOptions = {}): Contact | undefined {
  return rankContacts(answers, options)[0];
}
