import { getDomain } from 'tldts';
import type { DnsCode, EgressResponse, EgressResult } from '../../../platform/egress/index.ts';
import { alike, compare, textStays } from './compare.ts';
import { type NoticeTopic, PARKING_DOMAINS } from './lexicon.ts';
import { SHORT } from './notices.ts';
import { type Fingerprint, readSignals, type Signals } from './signals.ts';
import type { CheckState } from './state.ts';
import { fold, words } from './text.ts';

/** All that one look brought back. Lives in memory only: bodies are never stored. */
export interface Observation {
  url: string;
  at: Date;
  vantage: string;
  page: EgressResult;
  /** A random path beside the asked one; asked only where it can tell something. */
  probe?: EgressResult;
  /** The same address from other vantages; asked only where this one did not see a page. */
  elsewhere?: { vantage: string; page: EgressResult }[];
  /** What each resolver said about the host; `OK` when it has addresses. Two of one name count once. */
  resolvers?: { name: string; code: DnsCode | 'OK' }[];
  nameservers?: string[];
  /** Network of the address that answered. */
  asn?: number;
  imageHash?: string;
  baseline?: Fingerprint;
}

export interface Classification {
  state: CheckState;
  /** Stable, machine-readable, most telling first; such as `http-404` or `says-removed:fr`. */
  reasons: string[];
}

const found = (state: CheckState, ...reasons: (string | undefined)[]): Classification => ({
  state,
  reasons: reasons.filter((r) => r !== undefined),
});
const registrable = (host: string) => getDomain(host, { allowPrivateDomains: true }) ?? host;
const hostOf = (url: string) => (URL.canParse(url) ? new URL(url).hostname : url);
const ok = (status: number) => status >= 200 && status < 300;

function says(signals: Signals, topic: NoticeTopic): string | undefined {
  const hit = signals.hits[topic];
  return hit && `says-${topic}:${hit.lang}`;
}

/** A plain page, as far as words can tell. */
function showsPage(result: EgressResult): boolean {
  if (result.kind !== 'response' || !ok(result.status)) return false;
  const { hits, challenge, json } = readSignals(result);
  return !challenge && !json?.status && Object.keys(hits).length === 0;
}

/** Decides what a look means. Pure; every branch names its reason. */
export function classify(observation: Observation): Classification {
  const { page } = observation;
  const seenFrom = observation.elsewhere?.find((e) => showsPage(e.page))?.vantage;
  const verdict = page.kind === 'response' ? ofResponse(observation, page) : ofFailure(observation, page);
  // 404 or silence here while another vantage gets the page: hidden from us, not gone.
  const explained = verdict.state === 'legal-block' || verdict.reasons.some((r) => r.startsWith('challenge'));
  if (seenFrom && hides(verdict.state) && !explained)
    return found('geo-blocked', `seen-from:${seenFrom}`, ...verdict.reasons);
  return verdict;
}

const hides = (state: CheckState) =>
  ['gone-http', 'gone-dns', 'bot-wall', 'unreachable', 'tls-error', 'redirected', 'geo-blocked'].includes(state);

function ofFailure(observation: Observation, page: Exclude<EgressResult, EgressResponse>): Classification {
  const redirected = page.hops.length > 1;
  switch (page.kind) {
    case 'tls':
      return found('tls-error', `tls:${page.code}`);
    case 'network':
      return found('unreachable', `network:${page.code}`);
    case 'too-many-redirects':
      return found('unreachable', 'redirect-loop');
    case 'refused':
      // The asked address answers, with a way that we may not or can't follow (a private network, an app).
      return redirected
        ? found('redirected', `leads-to-refused:${page.reason}`)
        : found('unreachable', `refused:${page.reason}`);
    case 'dns': {
      if (redirected && page.host !== hostOf(observation.url))
        return found('redirected', `leads-to-dead-name:${page.code}`);
      const answers = new Map((observation.resolvers ?? []).map((r) => [r.name, r.code]));
      const denials = [...answers.values()].filter((code) => code === 'NXDOMAIN').length;
      if (page.code === 'NXDOMAIN' && denials >= 2 && denials === answers.size)
        return found('gone-dns', `nxdomain-from:${denials}`);
      return found('unreachable', `dns:${page.code}`, page.code === 'NXDOMAIN' ? 'not-confirmed' : undefined);
    }
  }
}

/** Parts of a query that say where a visitor comes from or how the page is shown, not which page it is. */
const BESIDE = /^(utm_\w+|fbclid|gclid|ref|referrer|lang|hl|locale|sid|phpsessid|session|s|from|source|amp|theme)$/i;

function lostQuery(from: URL, to: URL): boolean {
  const asked = [...from.searchParams].filter(([name]) => !BESIDE.test(name)).map(([, value]) => value);
  const place = safely(() => decodeURI(to.href), to.href);
  return asked.length > 0 && !asked.some((value) => value !== '' && place.includes(value));
}

const pathOf = (u: URL) =>
  safely(() => decodeURI(u.pathname), u.pathname)
    .replace(/\/+$/, '')
    .toLowerCase();

/** Redirects that change nothing: scheme, `www.`, a trailing slash, a language in front. */
function leadsElsewhere(asked: string, final: string): string | undefined {
  const from = new URL(asked);
  const to = new URL(final);
  if (registrable(from.hostname) !== registrable(to.hostname)) return 'other-site';
  const [a, b] = [pathOf(from), pathOf(to)];
  if (a === b) return lostQuery(from, to) ? 'query-dropped' : undefined;
  if (b.endsWith(a) && a !== '') return undefined;
  if (a === '' && !lostQuery(from, to)) return undefined;
  return b === '' || a.startsWith(`${b}/`) || /^\/(index|home|accueil)\b/.test(b) ? 'shorter-path' : undefined;
}

/** The same site, at an address that has no word or number of the asked one: a search, a list, another page. */
function otherPath(asked: string, final: string): string | undefined {
  const [from, to] = [new URL(asked), new URL(final)];
  const parts = (u: URL) => `${pathOf(u)} ${u.search}`.split(/[^\p{L}\p{N}]+/u).filter((p) => p.length > 0);
  const [a, b] = [parts(from), new Set(parts(to))];
  const last = a.filter((p) => p.length > 2 || /\d/.test(p)).at(-1) ?? a.at(-1);
  const moved = pathOf(from) !== pathOf(to) && last !== undefined;
  if (!moved) return undefined;
  return b.has(last) && !/search|recherche|find|bahth|tag|category|categorie/i.test(to.pathname)
    ? undefined
    : 'other-path';
}

function safely<T>(f: () => T, otherwise: T): T {
  try {
    return f();
  } catch {
    return otherwise;
  }
}

const LOGIN_PATH =
  /\/(log-?in|sign-?in|connexion|auth|oauth2?|sso|register|signup|account\/login|users\/sign_in|wp-login|accounts?\/login|dukhul)(\/|\.|$)/i;
const REMOVED_PATH = /(^|[/_-])(removed|deleted|supprime|taken-?down)([/._-]|$)/i;
const MISSING_PATH = /(^|[/_-])(404|not-?found|introuvable)([/._-]|$)/i;
const SUSPENDED_PATH = /\/cgi-sys\/suspendedpage|\/suspended(page)?\b/i;

function parked(observation: Observation, page: EgressResponse, signals: Signals): string | undefined {
  const landing = registrable(hostOf(page.finalUrl));
  if (PARKING_DOMAINS.has(landing) && landing !== registrable(hostOf(observation.url)))
    return `parking-host:${landing}`;
  if (SUSPENDED_PATH.test(new URL(page.finalUrl).pathname) && page.hops.length > 1) return 'suspended-path';
  const domain = says(signals, 'parked');
  if (domain) return domain;
  const suspended = says(signals, 'suspended');
  if (suspended && wholeSite(observation, page, signals)) return suspended;
  const service = (observation.nameservers ?? []).map(registrable).find((d) => PARKING_DOMAINS.has(d));
  return service && ok(page.status) ? `parking-dns:${service}` : undefined;
}

/** "Account suspended" is said by hosting companies of a site and by platforms of one of their members. */
function wholeSite(observation: Observation, page: EgressResponse, signals: Signals): boolean {
  const { probe } = observation;
  const elsewhere = probe?.kind === 'response' && sameTemplate(observation, page, signals, probe);
  return elsewhere || HOSTING.test(` ${fold(`${signals.page.title} ${signals.page.own}`)} `);
}
/** Somebody who speaks of what they did themselves. */
const AUTHOR =
  /(?<![\p{L}])(?:j'ai|je l'ai|i(?:'ve| have)? (?:just )?(?:took|taken|removed|deleted|pulled)|(?:حيدت|حذفت|مسحت|ازلت)(?![\p{L}]))/u;
const HOSTING =
  /[^\p{L}](host\w*|webmaster|billing|bandwidth|web ?site|domain|cpanel|heberge\w*|site|paiement|domaine|الموقع|موقع|استضاف\p{L}*|الاستضافه|نطاق)[^\p{L}]/u;

/** The random path gives the same page. */
function sameTemplate(
  observation: Observation,
  page: EgressResponse,
  signals: Signals,
  probe: EgressResponse,
): boolean {
  if (!ok(probe.status)) return false;
  const asked = probe.hops[0]?.url ?? probe.finalUrl;
  const echoed = words(fold(safely(() => decodeURI(`${observation.url} ${page.finalUrl} ${asked}`), '')));
  return alike(signals, readSignals(probe), echoed);
}

function loginWall(page: EgressResponse, signals: Signals): string | undefined {
  if (page.status === 401 || page.status === 407 || page.status === 402) return `http-${page.status}`;
  if (page.hops.length > 1 && LOGIN_PATH.test(new URL(page.finalUrl).pathname)) return 'login-path';
  if (page.status === 404 || page.status === 410) return undefined;
  // A form in the header, or beside a picture with its text, is an offer and no wall.
  const { passwordField, passwordInFrame, media } = signals.page;
  const asks = passwordField
    ? media.length === 0 || signals.wordCount < 20
    : passwordInFrame && signals.wordCount < 15 && media.length === 0;
  if (asks && signals.wordCount < 60 && !signals.hits.removed && !signals.hits['not-found']) return 'password-field';
  return says(signals, 'login');
}

/** Up: still the same content, changed, or on another network. */
function present(observation: Observation, now: Fingerprint, signals: Signals): Classification {
  const { baseline } = observation;
  const likeness = baseline && compare(baseline, now);
  const moved = baseline?.asn !== undefined && observation.asn !== undefined && baseline.asn !== observation.asn;
  const reasons = [likeness?.reason ?? 'no-baseline', signals.shell ? 'needs-browser' : undefined];
  const [was, is] = [baseline?.finalUrl, now.finalUrl].map((u) => u && registrable(hostOf(u)));
  if (likeness?.same && was !== is) return found('moved-host', `now-at:${is}`, ...reasons);
  if (moved) return found('moved-host', `asn:${baseline.asn}->${observation.asn}`, ...reasons);
  return found(!likeness || likeness.same ? 'up-same' : 'up-changed', ...reasons);
}

function ofResponse(observation: Observation, page: EgressResponse): Classification {
  const signals = readSignals(page);
  const { status } = page;
  const now = { ...signals.fingerprint, ...(observation.imageHash ? { imageHash: observation.imageHash } : {}) };
  const http = `http-${status}`;

  // The reported content itself outweighs whatever status or address it comes with.
  const { baseline } = observation;
  const meaningful = baseline && baseline.length > 0 && !signals.challenge && (ok(baseline.status) || signals.shell);
  const likeness = meaningful ? compare(baseline, now) : undefined;
  const exact = likeness?.reason === 'same-bytes' || likeness?.reason === 'same-picture';
  const denied = signals.hits.removed?.where === 'head' || signals.hits['not-found']?.where === 'head';
  if (baseline && likeness?.same && (exact || !denied)) {
    const verdict = present({ ...observation, baseline }, now, signals);
    return ok(status) ? verdict : found(verdict.state, ...verdict.reasons, `despite-${http}`);
  }

  // An author who took a picture out of a page that is otherwise as it was.
  const told = Object.values(signals.hits);
  if (
    baseline &&
    meaningful &&
    ok(status) &&
    told.length > 0 &&
    !told.some((h) => h.where === 'head') &&
    AUTHOR.test(fold(signals.page.own)) &&
    textStays(baseline, now)
  )
    return found('up-changed', 'text-stays', likeness?.reason);

  if (status === 451) return found('legal-block', http);
  if (signals.challenge) return found('bot-wall', `challenge:${signals.challenge}`, http);
  if (status === 429) return found('bot-wall', http);
  const parking = parked(observation, page, signals);
  if (parking) return found('parked', parking, http);
  const login = loginWall(page, signals);
  if (login) return found('login-wall', login, http);
  if (status === 404 || status === 410) {
    // The asked server did not deny it: it pointed to a place that does not exist.
    const elsewhere = leadsElsewhere(observation.url, page.finalUrl);
    return elsewhere ? found('redirected', elsewhere, http) : found('gone-http', http);
  }
  if (signals.hits.geo) return found('geo-blocked', says(signals, 'geo'), http);
  if (signals.hits.legal && (status === 403 || ok(status))) return found('legal-block', says(signals, 'legal'), http);
  if (signals.hits.bot && (status >= 400 || signals.wordCount <= SHORT))
    return found('bot-wall', says(signals, 'bot'), http);
  if (status === 403) {
    const removed = says(signals, 'removed');
    return removed ? found('removed-notice', removed, http) : found('bot-wall', http);
  }
  if (status >= 300 && status < 400) return found('redirected', http);
  if (!ok(status)) return found('unreachable', http);
  return ofPage(observation, page, signals, now);
}

/** What an application interface says inside a 200. */
function ofJson(status: number): Classification {
  const reason = `json-${status}`;
  switch (status) {
    case 401:
    case 402:
      return found('login-wall', reason);
    case 403:
    case 429:
      return found('bot-wall', reason);
    case 404:
    case 410:
      return found('soft-404', reason);
    case 451:
      return found('legal-block', reason);
    default:
      return found('unreachable', reason);
  }
}

/** Small signs that together say "this is no page": each alone is nothing. */
function signsOfAbsence(observation: Observation, page: EgressResponse, signals: Signals): string[] {
  const { baseline } = observation;
  const { canonical, noindex, title, heads } = signals.page;
  const canonicalAway =
    canonical !== undefined &&
    URL.canParse(canonical, page.finalUrl) &&
    leadsElsewhere(observation.url, new URL(canonical, page.finalUrl).href) !== undefined;
  const excuse = EXCUSE.test(` ${fold(`${title} ${heads.join(' ')}`)} `);
  return [
    noindex ? 'noindex' : '',
    canonicalAway ? 'canonical-away' : '',
    excuse ? 'excuse' : '',
    baseline && signals.wordCount < baseline.wordCount * 0.6 ? 'shrunk' : '',
    baseline && baseline.media.length > 0 && signals.fingerprint.media.length === 0 ? 'media-gone' : '',
  ].filter((sign) => sign !== '');
}
const EXCUSE =
  /[^\p{L}\p{N}](404|oops|oups|ooops|uh oh|hmm+|sorry|desoles?|desolee|erreur|error|عذرا|عفوا|ناسف|خطا|سمح لينا|اسف|اسفون)[^\p{L}\p{N}]/u;

/** A 2xx answer without a wall in front. */
function ofPage(observation: Observation, page: EgressResponse, signals: Signals, now: Fingerprint): Classification {
  const finalPath = new URL(page.finalUrl).pathname;
  const went = page.hops.length > 1;
  const removed = says(signals, 'removed') ?? (went && REMOVED_PATH.test(finalPath) ? 'removed-path' : undefined);
  if (removed) return found('removed-notice', removed);
  const suspended = says(signals, 'suspended');
  if (suspended) return found('removed-notice', suspended);
  if (signals.json?.status) return ofJson(signals.json.status);
  const missing = says(signals, 'not-found') ?? (went && MISSING_PATH.test(finalPath) ? 'missing-path' : undefined);
  if (missing) return found('soft-404', missing);
  const pause = says(signals, 'maintenance');
  if (pause) return found('unreachable', pause);
  const elsewhere = leadsElsewhere(observation.url, page.finalUrl);
  if (elsewhere) return found('redirected', elsewhere);
  const sent = sentAway(observation, page, signals);
  if (sent) return sent;
  const { probe } = observation;
  if (probe?.kind === 'response' && !signals.shell && sameTemplate(observation, page, signals, probe))
    return found('soft-404', 'same-as-random-path');
  const other = went ? otherPath(observation.url, page.finalUrl) : undefined;
  if (other) return found('redirected', other);
  const signs = signsOfAbsence(observation, page, signals);
  if (signs.length >= 4) return found('soft-404', ...signs);
  return present(observation, now, signals);
}

/** A page that sends on by its markup or by a script. */
function sentAway(observation: Observation, page: EgressResponse, signals: Signals): Classification | undefined {
  const { refresh, scripted } = signals.page;
  const ways: [kind: string, to: string | undefined][] = [
    ['refresh', refresh],
    ['script', signals.wordCount < 30 ? scripted : undefined],
  ];
  for (const [kind, to] of ways) {
    if (!to || !URL.canParse(to, page.finalUrl)) continue;
    const target = new URL(to, page.finalUrl);
    if (LOGIN_PATH.test(target.pathname)) return found('login-wall', `${kind}-to-login`);
    if (REMOVED_PATH.test(target.pathname)) return found('removed-notice', `${kind}-to-removed`);
    if (MISSING_PATH.test(target.pathname)) return found('soft-404', `${kind}-to-missing`);
    const away = leadsElsewhere(observation.url, target.href) ?? otherPath(observation.url, target.href);
    if (away) return found('redirected', `${kind}-to-${away}`);
  }
  return undefined;
}
