import { domainToASCII } from 'node:url';
import ipaddr from 'ipaddr.js';
import { normaliseUrl } from '../../../../packages/web-address/index.ts';

/**
 * `domain`: a name and everything below it. `host`: that name alone. `url`: one address. `network`: an IP address or
 * network, by a court's order only. `hash`: the bytes of a file; taken once there is an index of hashes.
 */
export const TARGET_KINDS = ['domain', 'host', 'url', 'network', 'hash'] as const;
export type TargetKind = (typeof TARGET_KINDS)[number];

export interface Target {
  kind: TargetKind;
  /** The one spelling: names in lower case and ASCII (IDNA), addresses as `web-address` writes them, networks as CIDR. */
  target: string;
  /** The name that is to be protected or not; an IP literal for networks and for addresses with one. */
  name: string;
}

export type TargetFault = 'not-a-name' | 'not-an-address' | 'not-a-network' | 'too-long' | 'hash-not-yet';

/** A response policy zone puts its own name behind ours, and DNS takes 253 characters. */
export const MAX_NAME = 200;
const LABEL = /^(?!-)[a-z0-9_-]{1,63}(?<!-)$/;

/** The name as DNS has it, or undefined. Takes every spelling that a browser takes: other dots, wide letters, a dot at the end. */
export function asciiName(typed: string): string | undefined {
  const bare = typed
    .trim()
    .replace(/^\*\./, '')
    .replace(/[.。．｡]+$/u, '');
  if (bare === '' || /[\s/:@?#\\[\]%]/.test(bare)) return undefined;
  const ascii = domainToASCII(bare);
  if (ascii === '' || ascii.length > 253 || ipaddr.isValid(ascii)) return undefined;
  return ascii.split('.').every((label) => LABEL.test(label)) ? ascii : undefined;
}

function network(typed: string): Target | undefined {
  const [address = '', bits, ...rest] = typed.trim().split('/');
  if (rest.length > 0 || !ipaddr.isValid(address) || (bits !== undefined && !/^\d{1,3}$/.test(bits))) return undefined;
  // "1.2" is an address for some programs and a mistake for people.
  if (!address.includes(':') && !ipaddr.IPv4.isValidFourPartDecimal(address)) return undefined;
  const ip = ipaddr.process(address);
  const most = ip.kind() === 'ipv4' ? 32 : 128;
  const length = bits === undefined ? most : Number(bits);
  if (length > most) return undefined;
  const text = `${ip.toString()}/${length}`;
  const first =
    ip.kind() === 'ipv4' ? ipaddr.IPv4.networkAddressFromCIDR(text) : ipaddr.IPv6.networkAddressFromCIDR(text);
  return { kind: 'network', target: `${first.toString()}/${length}`, name: first.toString() };
}

/** What somebody typed, in its one spelling. Pure; never throws. */
export function normaliseTarget(
  kind: TargetKind,
  typed: string,
): { ok: true; target: Target } | { ok: false; fault: TargetFault } {
  switch (kind) {
    case 'hash':
      return { ok: false, fault: 'hash-not-yet' };
    case 'network': {
      const found = network(typed);
      return found ? { ok: true, target: found } : { ok: false, fault: 'not-a-network' };
    }
    case 'url': {
      const link = normaliseUrl(typed, { fragmentHosts: new Set() });
      if (!link.ok) return { ok: false, fault: link.reason === 'too-long' ? 'too-long' : 'not-an-address' };
      const name = link.host.replace(/^\[|\]$/g, '');
      return { ok: true, target: { kind, target: link.url, name } };
    }
    default: {
      const name = asciiName(typed);
      if (name === undefined) return { ok: false, fault: 'not-a-name' };
      if (name.length > MAX_NAME) return { ok: false, fault: 'too-long' };
      return { ok: true, target: { kind, target: name, name } };
    }
  }
}

/** `name` and what is above it, from the most precise: `a.b.c`, `b.c`, `c`. */
export function upwards(name: string): string[] {
  const labels = name.split('.');
  return labels.map((_, i) => labels.slice(i).join('.'));
}

/** Whether an entry takes this name away from those who ask for it. */
export function covers(entry: Pick<Target, 'kind' | 'target' | 'name'>, name: string): boolean {
  if (entry.kind === 'domain') return name === entry.target || name.endsWith(`.${entry.target}`);
  return entry.name === name;
}

/** A name or an address that nobody can press by mistake. */
export function defanged(target: string): string {
  return target.replace(/^http/i, 'hxxp').replace(/^ftp:/i, 'fxp:').replace('://', '[://]').replaceAll('.', '[.]');
}
