import { isIP } from 'node:net';
import { domainToASCII } from 'node:url';
import { getDomain } from 'tldts';

const LABEL = /^(?!-)[a-z0-9_-]{1,63}(?<!-)$/;

/**
 * What people type or paste as a site, as rules have it: `https://www.Example.ma/page` is `example.ma`. Undefined when it
 * is none, and for what belongs to nobody alone (`ma`, `co.ma`): one slip must not open or close a whole country. Pure.
 */
export function siteName(typed: string): string | undefined {
  const bare = typed
    .trim()
    .replace(/^[a-z][a-z0-9+.-]*:\/\//i, '')
    .replace(/[/?#].*$/s, '')
    .replace(/^[^@]*@/, '')
    .replace(/:\d{1,5}$/, '')
    .replace(/^\*\./, '')
    .replace(/[.。．｡]+$/u, '');
  if (bare === '' || /[\s/:@?#\\[\]%]/.test(bare)) return undefined;
  const ascii = domainToASCII(bare).replace(/^www\.(?=.+\.)/, '');
  if (ascii === '' || ascii.length > 253 || isIP(ascii) !== 0) return undefined;
  if (!ascii.split('.').every((label) => LABEL.test(label))) return undefined;
  return getDomain(ascii, { extractHostname: false, validateHostname: false }) === null ? undefined : ascii;
}
