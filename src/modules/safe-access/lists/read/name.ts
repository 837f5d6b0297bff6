import { domainToASCII } from 'node:url';
import ipaddr from 'ipaddr.js';
import { getDomain } from 'tldts';
import type { SkipReason } from '../source.ts';

const LABEL = /^(?!-)[a-z0-9_-]{1,63}(?<!-)$/;
const PLAIN = /^[a-z0-9_-]+(?:\.[a-z0-9_-]+)*$/;
/** What browsers take for an IPv4 address in one of its spellings; no top-level domain is a number. */
const ENDS_IN_A_NUMBER = /(?:^|\.)(?:\d+|0x[0-9a-f]*)$/;
const NOT_IN_A_NAME = /[\s/:@?#\\[\]%*,;"'|^$=<>]/;

/**
 * The one spelling of a name from a list: lower case, A-labels (IDNA), no dot at the end; or why it is not taken. Public
 * suffixes are refused, those of site builders and of dynamic names too: everybody below one is somebody else.
 * Pure; never throws.
 */
export function nameOf(typed: string): { ok: true; name: string } | { ok: false; why: SkipReason } {
  const no = (why: SkipReason) => ({ ok: false as const, why });
  if (typed.length > 1000) return no('not-a-name');
  let name = typed.toLowerCase().replace(/[.。．｡]$/u, '');
  if (name === '' || NOT_IN_A_NAME.test(name)) return no(ipaddr.isValid(typed) ? 'address' : 'not-a-name');
  // What is ASCII already needs IDNA only to find out whether its xn-- labels are any.
  if (!PLAIN.test(name) || name.includes('xn--')) name = domainToASCII(name);
  if (name === '' || name.length > 253 || !name.split('.').every((label) => LABEL.test(label))) return no('not-a-name');
  if (ENDS_IN_A_NUMBER.test(name)) return no('address');
  if (!name.includes('.')) return no('public-suffix');
  const domain = getDomain(name, { allowPrivateDomains: true, extractHostname: false, validateHostname: false });
  return domain === null ? no('public-suffix') : { ok: true, name };
}
