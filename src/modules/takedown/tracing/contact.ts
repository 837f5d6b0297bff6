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
  /** All its contacts, by priority; the one above when there are none. */
  contacts?: readonly KnownContact[];
}

export interface KnownContact {
  contact: string;
  channel: Contact['channel'];
  languages: readonly string[];
  purpose: 'abuse' | 'urgent' | 'legal' | 'technical';
}

/** What is known of an address from what came of it before. */
export type Standing = 'unverified' | 'verified' | 'bounced' | 'silent' | 'wrong';

/** What operators know of a network: nobody publishes who carries whom. */
export interface OwnNetworkFacts {
  asn: number;
  name: string;
  /** Name of the reverse proxy that it is, when it is one. */
  proxy?: string;
  /** Who runs it, from our own table of providers. */
  provider?: KnownProvider;
  upstreams: readonly { asn: number; provider?: KnownProvider }[];
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
  /** The network that the registry says it was assigned from. */
  'rdap-parent': RdapFacts;
  'own-network': OwnNetworkFacts;
  /** Mailboxes from a zone of abuse contacts (TXT below the reversed address). */
  'abuse-zone': { emails: string[] };
  /** Where a reverse proxy said that the content really is. */
  origin: { proxy: string; place?: string; contact?: string };
  /** RFC 2142 §4: nobody said that this mailbox exists. */
  'rfc2142-guess': { email: string };
}
export type TraceSource = keyof SourceData;

/** One source's word: what, when, and by which way; kept as it came. */
export type TraceAnswer = {
  [S in TraceSource]: {
    source: S;
    at: Date;
    via: string /** Asked about the host behind a proxy. */;
    of?: 'origin';
  } & ({ outcome: 'found'; data: SourceData[S] } | { outcome: 'none' | 'failed'; reason: string });
}[TraceSource];

export interface Contact {
  contact: string;
  channel: 'email' | 'form' | 'api';
  source: TraceSource;
  /** What its owner can do: a host or site removes content, a registrar can only suspend the name. */
  reach: 'provider' | 'site' | 'host' | 'proxy' | 'registrar' | 'upstream';
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
  /** By address (mail in lower case): who is wrong or bounces is left out, who never reacts comes last. */
  standings?: ReadonlyMap<string, Standing>;
  /** A child is at risk now: contacts for urgent matters first. */
  urgent?: boolean;
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

/** The network in front: packaged data first, then what the registry says about the address. */
export function networkIn(answers: readonly TraceAnswer[]): { asn?: number; country?: string; proxy?: string } {
  const direct = answers.filter((a) => a.of === undefined);
  const packaged = foundIn(direct, 'network')?.[0];
  const registry = foundIn(direct, 'rdap-ip');
  const asn = packaged?.asn ?? registry?.asn;
  const country = packaged?.country ?? registry?.country;
  const proxy = packaged?.proxy ?? foundIn(direct, 'own-network')?.proxy;
  return {
    ...(asn === undefined ? {} : { asn }),
    ...(country === undefined ? {} : { country }),
    ...(proxy === undefined ? {} : { proxy }),
  };
}

/** The order to try them in; also the ladder of escalation. */
const STEPS = ['own', 'site', 'origin', 'network', 'rdap', 'zone', 'registrar', 'parent', 'upstream', 'guess'] as const;
type Step = (typeof STEPS)[number];

const PURPOSE_SURE = { abuse: 0.95, urgent: 0.95, legal: 0.5, technical: 0.4 } as const;
/** A host named by operators as running the network; a carrier above it can only press. */
const SURE = { host: 0.7, proxy: 0.6, registrar: 0.5, upstream: 0.3 } as const;

type Add = (step: Step, contact: Contact) => void;

function addKnown(
  add: Add,
  step: Step,
  reach: Contact['reach'],
  source: TraceSource,
  who: KnownProvider,
  most: number,
) {
  const all = who.contacts ?? [
    { contact: who.contact, channel: who.channel, languages: who.languages ?? [], purpose: 'abuse' as const },
  ];
  for (const { contact, channel, languages, purpose } of all) {
    const language = firstWritten(languages);
    add(step, {
      ...{ contact, channel, source, reach },
      confidence: Math.min(most, PURPOSE_SURE[purpose]),
      name: who.name,
      provider: who.id,
      ...(language ? { language } : {}),
    });
  }
}

/** By purpose, for what kind of notice it is; the operators' priority decides among equals. */
function forPurpose(who: KnownProvider, urgent: boolean): KnownProvider {
  const order = urgent ? ['urgent', 'abuse', 'legal', 'technical'] : ['abuse', 'urgent', 'legal', 'technical'];
  if (!who.contacts) return who;
  return { ...who, contacts: who.contacts.toSorted((a, b) => order.indexOf(a.purpose) - order.indexOf(b.purpose)) };
}

function addMails(
  add: Add,
  step: Step,
  reach: 'host' | 'proxy' | 'registrar' | 'upstream',
  source: 'rdap-ip' | 'rdap-domain' | 'rdap-parent',
  facts: RdapFacts,
  fallback: { country?: string | undefined; name?: string | undefined } = {},
) {
  const language = ofCountry(facts.country ?? fallback.country);
  const name = facts.name ?? fallback.name;
  for (const contact of facts.emails)
    add(step, {
      ...{ contact, channel: 'email', source, reach },
      confidence: facts.role === 'abuse' ? SURE[reach] : SURE[reach] / 2,
      ...(language ? { language } : {}),
      ...(name ? { name } : {}),
    });
}

/** Who hosts what lies behind a proxy, by the proxy's own answer. */
function addOrigin(add: Add, answers: readonly TraceAnswer[], urgent: boolean): void {
  const behind = answers.filter((a) => a.of === 'origin');
  const said = foundIn(behind, 'origin');
  if (said?.contact)
    add('origin', { contact: said.contact, channel: 'email', source: 'origin', reach: 'host', confidence: 0.8 });
  const own = foundIn(behind, 'own-table') ?? foundIn(behind, 'own-network')?.provider;
  if (own) addKnown(add, 'origin', 'host', 'origin', forPurpose(own, urgent), 0.85);
  const registry = foundIn(behind, 'rdap-ip');
  if (registry)
    addMails(add, 'origin', 'host', 'rdap-ip', registry, { name: foundIn(behind, 'network')?.[0]?.organisation });
  for (const contact of foundIn(behind, 'abuse-zone')?.emails ?? [])
    add('origin', { contact, channel: 'email', source: 'abuse-zone', reach: 'host', confidence: 0.6 });
}

/** What came of an address before: lowers, never hides without a word, except who must not be written to. */
function weigh(contact: Contact, standing: Standing | undefined): Contact {
  if (standing === 'verified') return { ...contact, confidence: Math.max(contact.confidence, 0.97) };
  if (standing === 'silent') return { ...contact, confidence: contact.confidence * 0.4 };
  return contact;
}

/**
 * All contacts in the order to try them: our own table, what the site publishes, who hosts it behind a proxy, who carries
 * it, who registered it, who is above, a guess. The order is also the ladder of escalation. A host comes before a
 * registrar because it removes content while a registrar takes the whole name away. Pure.
 */
export function rankContacts(answers: readonly TraceAnswer[], options: ContactOptions = {}): Contact[] {
  const { standings = new Map<string, Standing>(), urgent = false } = options;
  const standingOf = (c: Contact) => standings.get(c.channel === 'email' ? c.contact.toLowerCase() : c.contact);
  const found: { step: Step; contact: Contact }[] = [];
  const add: Add = (step, contact) => void found.push({ step, contact });
  const direct = answers.filter((a) => a.of === undefined);
  const network = foundIn(direct, 'network')?.[0];
  const { proxy } = networkIn(answers);

  const own = foundIn(direct, 'own-table');
  if (own) addKnown(add, 'own', 'provider', 'own-table', forPurpose(own, urgent), 0.95);

  const published = foundIn(direct, 'security-txt');
  if (published && !options.avoidSite) {
    const language = firstWritten(published.languages);
    const base = { source: 'security-txt', reach: 'site', ...(language ? { language } : {}) } as const;
    const confidence = published.secure ? 0.75 : 0.5;
    for (const email of published.emails) add('site', { ...base, contact: email, channel: 'email', confidence });
    for (const form of published.forms)
      add('site', { ...base, contact: form, channel: 'form', confidence: confidence - 0.15 });
  }

  addOrigin(add, answers, urgent);

  const operators = foundIn(direct, 'own-network');
  if (operators?.provider)
    addKnown(add, 'network', proxy ? 'proxy' : 'host', 'own-network', forPurpose(operators.provider, urgent), 0.8);
  for (const { provider } of operators?.upstreams ?? [])
    if (provider) addKnown(add, 'upstream', 'upstream', 'own-network', forPurpose(provider, urgent), 0.4);

  const carrier = foundIn(direct, 'rdap-ip');
  if (carrier)
    addMails(add, 'rdap', proxy ? 'proxy' : 'host', 'rdap-ip', carrier, {
      country: network?.country,
      name: network?.organisation,
    });
  for (const contact of foundIn(direct, 'abuse-zone')?.emails ?? [])
    add('zone', {
      ...{ contact, channel: 'email', source: 'abuse-zone', reach: proxy ? 'proxy' : 'host' },
      confidence: 0.55,
      ...(network?.organisation ? { name: network.organisation } : {}),
    });
  const registration = foundIn(direct, 'rdap-domain');
  if (registration) addMails(add, 'registrar', 'registrar', 'rdap-domain', registration);
  const parent = foundIn(direct, 'rdap-parent');
  if (parent) addMails(add, 'parent', 'upstream', 'rdap-parent', parent);

  const guess = foundIn(direct, 'rfc2142-guess');
  if (guess && !options.avoidSite) {
    const takesMail = (foundIn(direct, 'dns')?.mx.length ?? 0) > 0;
    const confidence = takesMail ? 0.2 : 0.05;
    add('guess', { contact: guess.email, channel: 'email', source: 'rfc2142-guess', reach: 'site', confidence });
  }

  const ranked: Contact[] = [];
  const late = (c: Contact) => (standingOf(c) === 'silent' ? 1 : 0);
  for (const { contact } of found.toSorted(
    (a, b) => late(a.contact) - late(b.contact) || STEPS.indexOf(a.step) - STEPS.indexOf(b.step),
  )) {
    const standing = standingOf(contact);
    if (standing === 'wrong' || standing === 'bounced') continue;
    if (!ranked.some((r) => r.contact.toLowerCase() === contact.contact.toLowerCase()))
      ranked.push(weigh(contact, standing));
  }
  return ranked;
}

/** The contact to write to first, or undefined when nobody is known. Pure. */
export function chooseContact(answers: readonly TraceAnswer[], options: ContactOptions = {}): Contact | undefined {
  return rankContacts(answers, options)[0];
}
