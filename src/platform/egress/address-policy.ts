import ipaddr from 'ipaddr.js';

export type AddressVerdict = 'allowed' | 'private-address' | 'metadata';

export interface AddressRules {
  /** Whether `allowedPrivate` counts at all. Demonstration and tests only. */
  allowPrivate: boolean;
  /** Networks (CIDR) that may be reached although they are not public; nothing when absent. */
  allowedPrivate?: readonly string[];
  /** Public networks (CIDR) that may never be reached, such as our own servers'. */
  denied?: readonly string[];
}

export interface AddressPolicy {
  /** Judges one textual IP address; anything that does not parse is private. */
  judge(address: string): AddressVerdict;
  /** True for an address that is reachable only through `allowedPrivate`. */
  isException(address: string): boolean;
}

type Address = ipaddr.IPv4 | ipaddr.IPv6;
type Network = [Address, number];

/**
 * Where cloud providers serve credentials. Some lie in link-local or shared space and would be refused anyway; Azure's
 * 168.63.129.16 looks public. They are named so that no exception for a private network can open them.
 */
const METADATA = [
  '169.254.169.254',
  '169.254.170.2',
  '169.254.170.23',
  '168.63.129.16',
  '100.100.100.200',
  '192.0.0.192',
  'fd00:ec2::254',
  'fd00:ec2::23',
  'fd20:ce::254',
].map((a) => ipaddr.parse(a));

/** The only IPv6 space handed out for the public Internet (RFC 4291 §2.4); all else is special (RFC 6890). */
const GLOBAL_V6 = ipaddr.parseCIDR('2000::/3');
/** NAT64 well-known prefix (RFC 6052): public exactly when the IPv4 address inside it is. */
const NAT64 = ipaddr.parseCIDR('64:ff9b::/96');

const inside = (address: Address, [network, bits]: Network): boolean =>
  address.kind() === network.kind() && address.match(network, bits);

/** The address a packet would really go to: IPv4 inside ::ffff:0:0/96, ::/96 or 64:ff9b::/96, else itself. */
function effective(address: Address): Address {
  if (address instanceof ipaddr.IPv4) return address;
  const bytes = address.toByteArray();
  const compatible = bytes.slice(0, 12).every((b) => b === 0) && address.range() === 'unicast';
  if (address.isIPv4MappedAddress() || compatible || inside(address, NAT64)) return new ipaddr.IPv4(bytes.slice(12));
  return address;
}

/**
 * Says which addresses the platform may connect to: public unicast only. 6to4, Teredo, local NAT64 and site-local
 * addresses are refused whatever they embed, since no honest host is reachable only there.
 */
export function createAddressPolicy(rules: AddressRules): AddressPolicy {
  const exceptions = rules.allowPrivate ? (rules.allowedPrivate ?? []).map((c) => ipaddr.parseCIDR(c)) : [];
  const denied = (rules.denied ?? []).map((c) => ipaddr.parseCIDR(c));

  const isPublic = (address: Address): boolean => {
    if (address.range() !== 'unicast') return false;
    return address.kind() === 'ipv4' || inside(address, GLOBAL_V6);
  };
  const parse = (text: string): Address | undefined =>
    ipaddr.isValid(text) && !text.includes('%') ? effective(ipaddr.parse(text)) : undefined;

  const judge = (text: string): AddressVerdict => {
    const address = parse(text);
    if (!address) return 'private-address';
    if (METADATA.some((m) => m.kind() === address.kind() && m.toString() === address.toString())) return 'metadata';
    if (denied.some((n) => inside(address, n))) return 'private-address';
    if (isPublic(address) || exceptions.some((n) => inside(address, n))) return 'allowed';
    return 'private-address';
  };

  return {
    judge,
    isException: (text) => {
      const address = parse(text);
      return address !== undefined && !isPublic(address) && judge(text) === 'allowed';
    },
  };
}

/** True when two texts name the same address, an IPv4-mapped one being equal to its IPv4 form. */
export function sameAddress(a: string, b: string): boolean {
  return ipaddr.isValid(a) && ipaddr.isValid(b) && ipaddr.process(a).toString() === ipaddr.process(b).toString();
}
