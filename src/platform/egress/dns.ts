import { Resolver } from 'node:dns/promises';

/** REFUSED, malformed answers and unreachable servers are all `SERVFAIL`: we learnt nothing about the name. */
export type DnsCode = 'NXDOMAIN' | 'NODATA' | 'SERVFAIL' | 'TIMEOUT';
export type AddressAnswer = { kind: 'addresses'; addresses: string[] } | { kind: 'dns'; code: DnsCode };
export type RecordType = 'A' | 'AAAA' | 'NS' | 'MX' | 'SOA' | 'CNAME' | 'TXT';
export type RecordAnswer = { kind: 'records'; records: string[] } | { kind: 'dns'; code: DnsCode };

export interface DnsResolver {
  /** The servers asked, or `system`; two resolvers with one name are one witness. */
  readonly name: string;
  /** A and AAAA, asked at the same time; IPv4 first. */
  addresses(host: string): Promise<AddressAnswer>;
  records(host: string, type: RecordType): Promise<RecordAnswer>;
}

function codeOf(error: unknown): DnsCode {
  switch ((error as NodeJS.ErrnoException).code) {
    case 'ENOTFOUND':
      return 'NXDOMAIN';
    case 'ENODATA':
      return 'NODATA';
    case 'ETIMEOUT':
    case 'ECANCELLED':
      return 'TIMEOUT';
    default:
      return 'SERVFAIL';
  }
}

async function query(resolver: Resolver, host: string, type: RecordType): Promise<string[]> {
  switch (type) {
    case 'A':
      return resolver.resolve4(host);
    case 'AAAA':
      return resolver.resolve6(host);
    case 'NS':
      return resolver.resolveNs(host);
    case 'CNAME':
      return resolver.resolveCname(host);
    case 'MX':
      return (await resolver.resolveMx(host)).sort((a, b) => a.priority - b.priority).map((r) => r.exchange);
    case 'TXT':
      return (await resolver.resolveTxt(host)).map((parts) => parts.join(''));
    case 'SOA': {
      const soa = await resolver.resolveSoa(host);
      return [`${soa.nsname} ${soa.hostmaster} ${soa.serial}`];
    }
  }
}

/**
 * A resolver of our own: it asks DNS servers only, never /etc/hosts or a search list, so a name means the same on
 * every machine.
 * @param servers `host` or `host:port`; the system's when empty
 */
export function createDnsResolver(servers: readonly string[] = [], timeoutMs = 2_000): DnsResolver {
  const resolver = new Resolver({ timeout: timeoutMs, tries: 2 });
  if (servers.length > 0) resolver.setServers([...servers]);

  const records = async (host: string, type: RecordType): Promise<RecordAnswer> => {
    try {
      const found = await query(resolver, host, type);
      return found.length > 0 ? { kind: 'records', records: found } : { kind: 'dns', code: 'NODATA' };
    } catch (error) {
      return { kind: 'dns', code: codeOf(error) };
    }
  };

  const addresses = async (host: string): Promise<AddressAnswer> => {
    const answers = await Promise.all([records(host, 'A'), records(host, 'AAAA')]);
    const found = answers.flatMap((a) => (a.kind === 'records' ? a.records : []));
    if (found.length > 0) return { kind: 'addresses', addresses: found };
    const codes = answers.flatMap((a) => (a.kind === 'dns' ? [a.code] : []));
    // A name is gone only if both questions say so: some servers answer NXDOMAIN to AAAA for a name that has an A.
    if (codes.every((c) => c === 'NXDOMAIN')) return { kind: 'dns', code: 'NXDOMAIN' };
    const worst = (['TIMEOUT', 'SERVFAIL'] as const).find((c) => codes.includes(c));
    return { kind: 'dns', code: worst ?? 'NODATA' };
  };

  return { name: servers.length > 0 ? servers.join(',') : 'system', addresses, records };
}
