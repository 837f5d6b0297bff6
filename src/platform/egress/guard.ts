import { isIP } from 'node:net';
import { createAddressPolicy } from './address-policy.ts';
import { createDnsResolver, type DnsCode, type DnsResolver } from './dns.ts';
import type { EgressOptions, RefusalReason } from './types.ts';

/** A URL that may be asked for, its name not yet resolved. */
export interface Target {
  url: URL;
  /** Lower case, no trailing dot, no brackets. */
  host: string;
  port: number;
}

/** Where to connect: addresses that were all judged, in the order to try. */
export interface Route {
  kind: 'route';
  /** Everything the name server said, of both families; a literal address is its own answer. */
  answer: readonly string[];
  hops: { address: string; port: number }[];
}

export type Refused = { kind: 'refused'; reason: RefusalReason };

export interface Guard {
  readonly dns: DnsResolver;
  /** Checks what can be seen in the text of a URL. */
  target(url: string): Target | Refused;
  /** Resolves the name once and checks every address; connect to what it returns and to nothing else. */
  route(target: { host: string; port: number }): Promise<Route | Refused | { kind: 'dns'; code: DnsCode }>;
}

const MAX_URL = 8_192;
const METADATA_NAMES = new Set(['metadata', 'metadata.google.internal', 'metadata.goog', 'instance-data']);
/** Names that never lead to the public Internet: RFC 6762, 7686, 8375, 9476, and what home and office routers use. */
const SPECIAL_SUFFIXES = [
  'local',
  'internal',
  'localdomain',
  'lan',
  'home',
  'corp',
  'intranet',
  'home.arpa',
  'onion',
  'alt',
];

const endsIn = (host: string, suffix: string) => host === suffix || host.endsWith(`.${suffix}`);

function nameRefusal(host: string): RefusalReason | undefined {
  if (METADATA_NAMES.has(host) || endsIn(host, 'metadata.google.internal') || endsIn(host, 'ec2.internal'))
    return 'metadata';
  if (SPECIAL_SUFFIXES.some((s) => endsIn(host, s))) return 'special-name';
  // A single label would be completed by somebody's search list: an internal service.
  if (!host.includes('.') && host !== 'localhost') return 'special-name';
  return undefined;
}

export function createGuard(options: EgressOptions): Guard {
  const policy = createAddressPolicy(options);
  const dns = createDnsResolver(options.dnsServers);
  const portMap = new Map(Object.entries(options.portMap ?? {}).map(([from, to]) => [Number(from), to]));
  const ordinary = (port: number) => port === 80 || port === 443;
  const localFamily = options.localAddress ? isIP(options.localAddress) : 0;

  const target = (text: string): Target | Refused => {
    if (text.length > MAX_URL || !URL.canParse(text)) return { kind: 'refused', reason: 'bad-url' };
    const url = new URL(text);
    if (url.protocol !== 'http:' && url.protocol !== 'https:') return { kind: 'refused', reason: 'scheme' };
    if (url.username || url.password) return { kind: 'refused', reason: 'credentials' };
    const host = url.hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
    if (!host) return { kind: 'refused', reason: 'bad-url' };
    const port = url.port ? Number(url.port) : url.protocol === 'https:' ? 443 : 80;
    return { url, host, port };
  };

  const addressesOf = async (host: string) => {
    if (isIP(host)) return { kind: 'addresses' as const, addresses: [host] };
    // RFC 6761 §6.3: never asked of a server, so that no server can give it a meaning.
    if (endsIn(host, 'localhost')) return { kind: 'addresses' as const, addresses: ['127.0.0.1'] };
    return dns.addresses(host);
  };

  const route: Guard['route'] = async ({ host, port }) => {
    if (!ordinary(port) && !portMap.has(port)) return { kind: 'refused', reason: 'port' };
    const named = isIP(host) ? undefined : nameRefusal(host);
    if (named) return { kind: 'refused', reason: named };
    const answer = await addressesOf(host);
    if (answer.kind === 'dns') return answer;
    // One bad address condemns the name: a mixed answer is how rebinding is tried, and no honest site publishes one.
    for (const address of answer.addresses) {
      const verdict = policy.judge(address);
      if (verdict !== 'allowed') return { kind: 'refused', reason: verdict };
      if (!ordinary(port) && !policy.isException(address)) return { kind: 'refused', reason: 'port' };
    }
    const usable = answer.addresses.filter((a) => !localFamily || isIP(a) === localFamily);
    if (usable.length === 0) return { kind: 'dns', code: 'NODATA' };
    return {
      kind: 'route',
      answer: answer.addresses,
      hops: usable.map((address) => ({
        address,
        port: policy.isException(address) ? (portMap.get(port) ?? port) : port,
      })),
    };
  };

  return { dns, target, route };
}
