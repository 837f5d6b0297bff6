import { domainToUnicode } from 'node:url';
import ipaddr from 'ipaddr.js';
import { getDomain, parse } from 'tldts';

const reserved = new Set(['localhost', 'local', 'internal', 'lan', 'home', 'intranet', 'corp']);

/** IPv4 or IPv6 literal as `URL.hostname` writes it. */
function address(host: string): ipaddr.IPv4 | ipaddr.IPv6 | undefined {
  const bracketed = host.startsWith('[');
  // Before the parser is asked: it says no by an exception, which costs more than all the rest.
  if (!bracketed && !/^[0-9.]+$/.test(host)) return undefined;
  const bare = bracketed ? host.slice(1, -1) : host;
  return ipaddr.isValid(bare) ? ipaddr.process(bare) : undefined;
}

/** Hosts that mean something else on every network: single labels, names of local networks, non-public addresses. */
export function isPrivateHost(host: string): boolean {
  const literal = address(host);
  if (literal) return literal.range() !== 'unicast';
  const labels = host.split('.');
  const last = labels.at(-1) ?? '';
  return labels.length === 1 || reserved.has(last) || host.endsWith('.home.arpa');
}

/**
 * The domain somebody registered, or the tenant's own name under a suffix where hosts give names away
 * (`shop.github.io`); null for addresses and suffixes themselves. By the Public Suffix List.
 */
export function registrableOf(host: string): string | null {
  if (address(host)) return null;
  return getDomain(host, { allowPrivateDomains: true, extractHostname: false, validateHostname: false });
}

const documentation = new Set(['example', 'test', 'onion', 'invalid']);

/** Ends in a top-level domain that exists (or one set aside for documentation); tells links from "photo.jpg". */
export function hasKnownSuffix(host: string): boolean {
  const { isIcann, isPrivate, publicSuffix, domain } = parse(host, {
    allowPrivateDomains: true,
    validateHostname: false,
  });
  if (isIcann || isPrivate) return domain !== null;
  return documentation.has(publicSuffix ?? '') && domain !== null;
}

const scripts = [
  /\p{Script=Latin}/u,
  /\p{Script=Cyrillic}/u,
  /\p{Script=Greek}/u,
  /\p{Script=Arabic}/u,
  /\p{Script=Hebrew}/u,
  /\p{Script=Tifinagh}/u,
  /\p{Script=Armenian}/u,
];

/**
 * A host for people to read. A label that mixes alphabets, or writes a Latin-looking name in Cyrillic or Greek, stays
 * in Punycode: it is more likely to deceive than to inform.
 */
export function readableHost(host: string): string {
  return host
    .split('.')
    .map((label) => {
      if (!label.startsWith('xn--')) return label;
      const shown = domainToUnicode(label);
      const used = scripts.filter((script) => script.test(shown));
      const lookAlike =
        /^[\p{Script=Cyrillic}\p{Script=Greek}\p{Script=Armenian}\p{N}-]+$/u.test(shown) && !/\.(рф|ελ)$/u.test(host);
      return shown === '' || used.length > 1 || lookAlike ? label : shown;
    })
    .join('.');
}
