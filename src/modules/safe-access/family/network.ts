import ipaddr from 'ipaddr.js';
import type { DnsSettings } from '../../../platform/dns-config.ts';

/**
 * Why a network can't be a school's: no address; too large, so surely somebody else's too; private, where the resolver
 * never sees private addresses; shared by an Internet provider's customers (RFC 6598); or of no use as a sender.
 */
export const NETWORK_FAULTS = ['address', 'wide', 'private', 'shared', 'special'] as const;
export type NetworkFault = (typeof NETWORK_FAULTS)[number];

/** A school's line is a few addresses; what is larger is somebody else's too. Inside of an own house there is more room. */
export const SHORTEST = {
  public: { ipv4: 24, ipv6: 48 },
  private: { ipv4: 16, ipv6: 48 },
} as const;

/** What kinds of addresses can reach the resolver. */
export interface Reach {
  /** The resolver stands in the house whose addresses these are, so that private ones mean the same to everybody. */
  readonly private: boolean;
  /** It is asked from the machine itself: the demonstration and tests only, for behind a proxy everybody would be. */
  readonly loopback: boolean;
}

/**
 * Whether private addresses mean anything to the resolver: it listens on an address of a private network and nobody hands
 * on questions of others. Behind a proxy, or open to the Internet, the same private address is a thousand homes.
 */
export function reachOf({ dns, demo }: { dns: Pick<DnsSettings, 'host' | 'proxies'>; demo: boolean }): Reach {
  const range = ipaddr.isValid(dns.host) ? ipaddr.process(dns.host).range() : 'unicast';
  const own = range === 'private' || range === 'uniqueLocal' || range === 'loopback';
  return { private: own && dns.proxies.length === 0, loopback: demo };
}

/** Reserved for examples (RFC 5737, 3849): they never reach anybody, so they do no harm. */
const EXAMPLES = ['192.0.2.0/24', '198.51.100.0/24', '203.0.113.0/24', '2001:db8::/32'].map((c) => ipaddr.parseCIDR(c));

const bytesOf = (cidr: string): { bytes: readonly number[]; bits: number } => {
  const [ip, bits] = ipaddr.parseCIDR(cidr);
  return { bytes: ip.toByteArray(), bits };
};

/** Whether all of `inner` lies in `outer`; both as {@link readNetwork} writes them. Pure. */
export function contains(outer: string, inner: string): boolean {
  const [a, b] = [bytesOf(outer), bytesOf(inner)];
  if (a.bytes.length !== b.bytes.length || a.bits > b.bits) return false;
  return a.bytes.every((byte, i) => {
    const rest = Math.min(8, Math.max(0, a.bits - i * 8));
    const mask = (0xff << (8 - rest)) & 0xff;
    return (byte & mask) === ((b.bytes[i] as number) & mask);
  });
}

/** Whether two networks have an address in common. Pure. */
export const overlaps = (a: string, b: string): boolean => contains(a, b) || contains(b, a);

/**
 * An address or a network as people write it, in one form: the first address and the length (`203.0.113.64/28`). Pure.
 * @param reach which kinds of addresses can ask our resolver
 */
export function readNetwork(typed: string, reach: Reach): { network: string } | { fault: NetworkFault } {
  const text = typed.trim();
  const [address = ''] = text.split('/');
  // "1.2" is an address for some programs and a mistake for people.
  const whole = address.includes(':') || ipaddr.IPv4.isValidFourPartDecimal(address);
  if (!whole || !ipaddr.isValid(address) || address.includes('%')) return { fault: 'address' };
  const kind = ipaddr.parse(address).kind();
  const cidr = text.includes('/') ? text : `${text}/${kind === 'ipv4' ? 32 : 128}`;
  if (!/\/\d{1,3}$/.test(cidr) || !ipaddr.isValidCIDR(cidr)) return { fault: 'address' };
  const [ip, bits] = ipaddr.parseCIDR(cidr);
  const range = ip.range();
  const example = EXAMPLES.some(([of, length]) => of.kind() === kind && ip.match(of, length));
  if (range === 'carrierGradeNat') return { fault: 'shared' };
  if (range === 'loopback' ? !reach.loopback : range !== 'unicast' && !example && !isPrivate(range))
    return { fault: 'special' };
  if (isPrivate(range) && !reach.private) return { fault: 'private' };
  if (bits < SHORTEST[isPrivate(range) ? 'private' : 'public'][kind]) return { fault: 'wide' };
  const first = kind === 'ipv4' ? ipaddr.IPv4.networkAddressFromCIDR(cidr) : ipaddr.IPv6.networkAddressFromCIDR(cidr);
  return { network: `${first.toString()}/${bits}` };
}

const isPrivate = (range: string): boolean => range === 'private' || range === 'uniqueLocal';

/** All networks of a cell or a form's field: divided by spaces, `+`, `|`, commas, semicolons or lines. Pure. */
export const networksOf = (typed: string): string[] => typed.split(/[\s,;+|]+/).filter((part) => part !== '');
