import { hasKnownSuffix, isPrivateHost, readableHost, registrableOf } from './host.ts';
import { decodeName, normalisePercent } from './percent.ts';
import { clean, trimPunctuation } from './text.ts';
import { trackingByHost, trackingEverywhere, trackingPrefixes } from './tracking.ts';

/** Longest address accepted, in characters, after cleaning. */
export const MAX_URL_LENGTH = 4096;

export type UrlFault = 'not-a-url' | 'scheme' | 'no-host' | 'credentials' | 'too-long' | 'private-host';

export interface NormalisedUrl {
  ok: true;
  /** Absolute and in ASCII, fit to be fetched. */
  url: string;
  /** Equal for spellings of one page: `url` without its scheme when that is http or https. */
  key: string;
  /** `url` for people to read: Unicode host and path. Never fetched, never compared. */
  display: string;
  /** ASCII (Punycode), lower case, no trailing dot, no port. */
  host: string;
  /** See `registrableOf`. */
  registrable: string | null;
  /** What was typed, untouched but for credentials that were to be dropped. */
  original: string;
}

export interface UrlOptions {
  /** Hosts (and their subdomains) whose fragment selects the content, such as `mega.nz`. */
  fragmentHosts: ReadonlySet<string>;
  /** Lets local names and non-public addresses pass; for the demonstration and tests. */
  allowPrivate?: boolean;
  /** Takes `user:password@` off instead of refusing the address; no part of the result holds it. */
  dropCredentials?: boolean;
}

const schemes = new Set(['http:', 'https:', 'ftp:']);

/** Undoes the habit of disarming links: hxxp, [.], (dot), [:]//. Only before the path, where brackets mean nothing else. */
export function rearm(text: string): string {
  const armed = /^h(?:tt|xx|\*\*)p(s?)\s?(?:\[:\/\/\]|(?:\[:\]|:)\/{0,2})(.*)$/is.exec(text);
  const whole = armed ? `http${armed[1]?.toLowerCase()}://${armed[2]}` : text;
  const start = /^[a-z]+:\/\//i.exec(whole)?.[0].length ?? 0;
  const path = whole.slice(start).search(/[/?#]/);
  const end = path === -1 ? whole.length : start + path;
  const authority = whole.slice(start, end).replace(/\s?[[({](?:\.|dot)[\])}]\s?/gi, '.');
  return whole.slice(0, start) + authority + whole.slice(end);
}

/** Takes `user:password@` off the addresses in a text: an address is the same page without, and a secret less is kept. Linear. */
export function dropCredentials(text: string): string {
  return text.replace(/((?:h(?:tt|xx)ps?|ftp):\/\/)[^\s/?#\\@]*(?:@[^\s/?#\\@]*)*@/gi, '$1');
}

const arabic = /[\u0600-\u06ff\u0750-\u077f\u08a0-\u08ff]/;
const glued = /([A-Za-z0-9])(?=[\u0600-\u06ff\u0750-\u077f\u08a0-\u08ff])/;

/**
 * Parts an address from Arabic words typed against it. Arabic after a letter or digit of a Latin address cannot be told
 * from prose and goes; Arabic after a slash, hyphen or dot is the address's own (`/wiki/مراكش`) and stays.
 */
function unglue(text: string): string {
  const scheme = text.search(/(?:h(?:tt|xx)ps?|ftp):\/\//i);
  const from = scheme > 0 && !/[A-Za-z0-9=?&#%/]/.test(text.charAt(scheme - 1)) ? scheme : 0;
  const rest = text.slice(from).replace(/^[\u0600-\u06ff\s:؛،]+(?=www\.)/, '');
  const cut = glued.exec(rest);
  if (!cut) return rest;
  const before = rest.slice(0, cut.index + 1);
  return arabic.test(before) ? rest : before;
}

/** Encodes a last character that would be taken for the end of a sentence when the address is read again. */
function endOpen(url: string): string {
  if (trimPunctuation(url) === url) return url;
  return `${url.slice(0, -1)}%${url
    .charCodeAt(url.length - 1)
    .toString(16)
    .toUpperCase()}`;
}

/** Gives a scheme to what people type without one. https: the address must not travel in clear for a missing prefix. */
function withScheme(text: string): string {
  if (text.startsWith('//')) return `https:${text}`;
  const named = /^([a-z][a-z0-9+.-]*):(.*)$/is.exec(text);
  const hostAndPort = named !== null && /^\d{1,5}(?:[/?#]|$)/.test(named[2] ?? '') && /[.]/.test(named[1] ?? '');
  if (named && !hostAndPort) return schemes.has(`${named[1]?.toLowerCase()}:`) ? text : 'scheme';
  return `https://${text}`;
}

function parse(text: string): URL | null {
  return URL.canParse(text) ? new URL(text) : null;
}

function siteRule(host: string, rules: Readonly<Record<string, ReadonlySet<string>>>): ReadonlySet<string> | undefined {
  for (let name = host; name.includes('.'); name = name.slice(name.indexOf('.') + 1)) {
    const rule = rules[name];
    if (rule) return rule;
  }
  return undefined;
}

/** Parameters keep their order and spelling: to some sites both matter. Only those that track are left out. */
function normaliseQuery(search: string, host: string): string {
  const here = siteRule(host, trackingByHost);
  const kept = search
    .slice(1)
    .split('&')
    .filter((parameter) => {
      const name = decodeName(parameter.split('=', 1)[0] ?? '');
      return (
        !trackingEverywhere.has(name) && !here?.has(name) && !trackingPrefixes.some((prefix) => name.startsWith(prefix))
      );
    });
  return kept.every((parameter) => parameter === '') ? '' : `?${normalisePercent(kept.join('&'))}`;
}

function isListed(host: string, hosts: ReadonlySet<string>): boolean {
  for (let name = host; name !== ''; name = name.includes('.') ? name.slice(name.indexOf('.') + 1) : '') {
    if (hosts.has(name)) return true;
  }
  return false;
}

/** The fragment is a place on the page and goes, unless it selects the page. Text directives (`:~:`) always go. */
function normaliseFragment(hash: string, host: string, options: UrlOptions): string {
  const fragment = hash.slice(1).split(':~:', 1)[0] ?? '';
  if (fragment === '') return '';
  const selects = fragment.startsWith('!') || fragment.startsWith('/') || isListed(host, options.fragmentHosts);
  return selects ? `#${normalisePercent(fragment)}` : '';
}

/** Readable text where the encoding hides letters; reserved characters and invisible ones stay encoded. */
function readable(part: string): string {
  return part.replace(/(?:%[89A-F][0-9A-F])+/g, (run) => {
    try {
      const decoded = decodeURIComponent(run);
      return /^[\p{L}\p{M}\p{N}]+$/u.test(decoded) ? decoded : run;
    } catch {
      return run;
    }
  });
}

/**
 * One address for one page, from what a person typed or pasted: marks, brackets, full stops and prose around it are
 * taken off, a disarmed link is put right, the WHATWG parser does host (IDNA), default ports and dot segments; tracking
 * parameters and fragments go. Never throws, and its `url` normalises to itself.
 *
 * In `key`, http and https are one: the same server answers both, and which one was pasted says nothing. `www.` is kept:
 * it is another name in the DNS, may be another machine, and a take-down checks names, not guesses. So are the trailing
 * slash, the order of parameters and the case of the path.
 */
export function normaliseUrl(given: string, options: UrlOptions): NormalisedUrl | { ok: false; reason: UrlFault } {
  const input = options.dropCredentials ? dropCredentials(given) : given;
  if (input.length > MAX_URL_LENGTH * 2) return { ok: false, reason: 'too-long' };
  // A white space ends the address: what follows is prose.
  const [word = ''] = unglue(rearm(trimPunctuation(clean(input)))).split(/\s/, 1);
  const bare = trimPunctuation(word);
  if (bare.length > MAX_URL_LENGTH) return { ok: false, reason: 'too-long' };
  if (bare === '') return { ok: false, reason: 'not-a-url' };
  const typed = withScheme(bare);
  if (typed === 'scheme') return { ok: false, reason: 'scheme' };
  if (/^(?:https?|ftp):\/*(?:[?#]|$)/i.test(typed)) return { ok: false, reason: 'no-host' };

  const parsed = parse(typed);
  if (!parsed) return { ok: false, reason: 'not-a-url' };
  if (parsed.username !== '' || parsed.password !== '') return { ok: false, reason: 'credentials' };
  const host = parsed.hostname.replace(/\.+$/, '');
  if (host === '') return { ok: false, reason: 'no-host' };
  if (host.length > 253 || host.includes('..') || host.startsWith('.')) return { ok: false, reason: 'not-a-url' };
  const schemeTyped = typed === bare;
  const isAddress = host.startsWith('[') || /^\d+(?:\.\d+){3}$/.test(host);
  if (!schemeTyped && !isAddress && !hasKnownSuffix(host)) return { ok: false, reason: 'not-a-url' };
  if (!options.allowPrivate && isPrivateHost(host)) return { ok: false, reason: 'private-host' };

  const port = parsed.port === '' ? '' : `:${parsed.port}`;
  const rest =
    normalisePercent(parsed.pathname) +
    normaliseQuery(parsed.search, host) +
    normaliseFragment(parsed.hash, host, options);
  const origin = `${parsed.protocol}//${host}${port}`;
  const url = endOpen(origin + rest);
  if (url.length > MAX_URL_LENGTH) return { ok: false, reason: 'too-long' };
  return {
    ok: true,
    url,
    key: parsed.protocol === 'ftp:' ? url : url.slice(parsed.protocol.length),
    display: `${parsed.protocol}//${readableHost(host)}${port}${readable(url.slice(origin.length))}`,
    host,
    registrable: registrableOf(host),
    original: input,
  };
}
