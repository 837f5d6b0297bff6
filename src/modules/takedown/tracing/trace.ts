import { isIP } from 'node:net';
import { getDomain } from 'tldts';
import type { Clock } from '../../../platform/clock.ts';
import type { Egress, EgressResponse, RecordType } from '../../../platform/egress/index.ts';
import { askAbuseZone } from './abuse-zone.ts';
import {
  type AddressFacts,
  type Contact,
  type ContactOptions,
  type DnsFacts,
  type KnownProvider,
  networkIn,
  type OwnNetworkFacts,
  rankContacts,
  type TraceAnswer,
} from './contact.ts';
import { NETWORK_DATA_NOTICE, type NetworkTable, PROXY_NETWORKS } from './networks.ts';
import { addressServer, domainServer, loadBootstrap, type RdapBootstrap, rdapAddress } from './rdap.ts';
import { createRdapClient, type RdapClient } from './rdap-client.ts';
import { parseSecurityTxt, type SecurityTxt } from './security-txt.ts';

export interface TraceDeps {
  egress: Egress;
  clock: Clock;
  networks: NetworkTable;
  /** Our own table, asked with the host and its parent domains, the most specific first. */
  findProvider(names: readonly string[]): Promise<KnownProvider | undefined>;
  /** What operators know of a network. */
  findNetwork?(asn: number): Promise<OwnNetworkFacts | undefined>;
  /**
   * `url` is one server for every question (tests, demonstration); else the bootstrap registries decide. `client` shares
   * what registries said between traces.
   */
  rdap?: { url?: string | undefined; bootstrap?: RdapBootstrap; client?: RdapClient };
  /** Zone that answers with abuse mailboxes (TXT below the reversed address); not asked when absent. */
  abuseZone?: string | undefined;
}

export interface TraceOptions extends ContactOptions {
  /** Ask registries and our own tables only: nothing at the host itself. */
  quiet?: boolean;
}

export interface TraceResult {
  url: string;
  host: string;
  /** The domain somebody registered; undefined for an address. */
  domain: string | undefined;
  startedAt: Date;
  /** One answer or more per source, in the order asked. */
  answers: TraceAnswer[];
  /** Best first; the rest is the ladder of escalation. */
  contacts: Contact[];
  /** Attribution to show where network facts are shown. */
  notice: string;
}

const MAX_SECURITY_TXT = 32 * 1024;

/** The host, then its parents down to the registrable domain: `a.b.example.co.ma`, `b.example.co.ma`, `example.co.ma`. */
function lineage(host: string, domain: string | undefined): string[] {
  const names = [host];
  while (domain && names.at(-1) !== domain) {
    const parent = names.at(-1)?.split('.').slice(1).join('.');
    if (!parent?.includes('.')) break;
    names.push(parent);
  }
  return names;
}

async function ownTable(names: readonly string[], deps: TraceDeps): Promise<TraceAnswer> {
  const base = { source: 'own-table', at: deps.clock.now(), via: names.join(' ') } as const;
  const data = await deps.findProvider(names);
  return data ? { ...base, outcome: 'found', data } : { ...base, outcome: 'none', reason: 'unknown' };
}

/** A file counts only if it is text, in one piece, on the site's own domain, with a contact, and not expired. */
function readFile(response: EgressResponse, domain: string, now: Date): SecurityTxt | string {
  if (response.status !== 200) return `http-${response.status}`;
  if (response.truncated) return 'too-long';
  if (!/^text\/plain\b/i.test(response.headers['content-type'] ?? '')) return 'not-text';
  const landed = new URL(response.finalUrl).hostname;
  if ((getDomain(landed) ?? landed) !== domain) return 'left-the-site';
  const file = parseSecurityTxt(response.body.toString('utf8'));
  if (file.emails.length + file.forms.length === 0) return 'no-contact';
  if (file.expires && file.expires <= now) return 'expired';
  return file;
}

async function securityTxt(host: string, domain: string, deps: TraceDeps): Promise<TraceAnswer> {
  const at = deps.clock.now();
  const failures: string[] = [];
  for (const name of new Set([host, domain])) {
    for (const scheme of ['https', 'http'] as const) {
      const via = `${scheme}://${name}/.well-known/security.txt`;
      const result = await deps.egress.fetch(via, {
        headers: { accept: 'text/plain' },
        maxBytes: MAX_SECURITY_TXT,
        timeoutMs: 5_000,
      });
      if (result.kind !== 'response') {
        failures.push(`${via} ${result.kind}`);
        // RFC 9116 §3 wants https; http is asked only where https does not exist at all.
        continue;
      }
      const file = readFile(result, domain, at);
      if (typeof file !== 'string') {
        const secure = scheme === 'https' && new URL(result.finalUrl).protocol === 'https:';
        return { source: 'security-txt', at, via, outcome: 'found', data: { ...file, secure } };
      }
      failures.push(`${via} ${file}`);
      break;
    }
  }
  return { source: 'security-txt', at, via: host, outcome: 'none', reason: failures.join('; ') };
}

async function dnsRecords(host: string, domain: string, deps: TraceDeps): Promise<TraceAnswer> {
  const { dns } = deps.egress;
  const base = { source: 'dns', at: deps.clock.now(), via: dns.name } as const;
  const ask = async (name: string, type: RecordType) => {
    const answer = await dns.records(name, type);
    return answer.kind === 'records' ? answer.records : [];
  };
  const [addresses, cname, ns, mx, soa] = await Promise.all([
    dns.addresses(host),
    ask(host, 'CNAME'),
    ask(domain, 'NS'),
    ask(domain, 'MX'),
    ask(domain, 'SOA'),
  ]);
  const data: DnsFacts = {
    addresses: addresses.kind === 'addresses' ? addresses.addresses : [],
    cname,
    ns,
    // A null MX (RFC 7505) says that the domain takes no mail.
    mx: mx.filter((exchange) => exchange !== '' && exchange !== '.'),
    soa,
  };
  if (Object.values(data).every((records) => records.length === 0))
    return { ...base, outcome: 'failed', reason: addresses.kind === 'dns' ? addresses.code : 'NODATA' };
  return { ...base, outcome: 'found', data };
}

async function networkFacts(addresses: readonly string[], deps: TraceDeps): Promise<TraceAnswer> {
  const base = { source: 'network', at: deps.clock.now(), via: 'ip-location-db' } as const;
  const data: AddressFacts[] = await Promise.all(
    addresses.slice(0, 8).map(async (address) => {
      const facts = await deps.networks.lookUp(address);
      const proxy = facts.asn === undefined ? undefined : PROXY_NETWORKS.get(facts.asn);
      return { address, ...facts, ...(proxy ? { proxy } : {}) };
    }),
  );
  if (data.length === 0) return { ...base, outcome: 'none', reason: 'no-address' };
  return { ...base, outcome: 'found', data };
}

async function rdap(
  kind: 'domain' | 'ip',
  key: string | undefined,
  bootstrap: RdapBootstrap | undefined,
  deps: TraceDeps,
): Promise<TraceAnswer> {
  const source = `rdap-${kind}` as const;
  const at = deps.clock.now();
  if (!key) return { source, at, via: kind, outcome: 'none', reason: kind === 'ip' ? 'no-address' : 'no-domain' };
  const server =
    deps.rdap?.url ?? (bootstrap && (kind === 'domain' ? domainServer(bootstrap, key) : addressServer(bootstrap, key)));
  if (!server) return { source, at, via: key, outcome: 'none', reason: 'no-rdap-server' };
  return { source, ...(await clientOf(deps).ask(deps.egress, rdapAddress(server, kind, key))) };
}

const clientOf = (deps: TraceDeps): RdapClient => deps.rdap?.client ?? createRdapClient({ clock: deps.clock });

/** The network above, where the registry names its address; only on the server that named it. */
async function parentNetwork(carrier: TraceAnswer, deps: TraceDeps): Promise<TraceAnswer[]> {
  if (carrier.source !== 'rdap-ip' || carrier.outcome !== 'found') return [];
  const { up } = carrier.data;
  if (!up || !URL.canParse(up) || new URL(up).host !== new URL(carrier.via).host) return [];
  return [{ source: 'rdap-parent', ...(await clientOf(deps).ask(deps.egress, up)) }];
}

async function ownNetwork(asn: number | undefined, deps: TraceDeps): Promise<TraceAnswer[]> {
  if (asn === undefined || !deps.findNetwork) return [];
  const base = { source: 'own-network', at: deps.clock.now(), via: `AS${asn}` } as const;
  const data = await deps.findNetwork(asn);
  return data ? [{ ...base, outcome: 'found', data }] : [];
}

async function abuseZone(address: string | undefined, deps: TraceDeps): Promise<TraceAnswer[]> {
  if (!deps.abuseZone || !address) return [];
  const base = { source: 'abuse-zone', at: deps.clock.now(), via: deps.abuseZone } as const;
  return [{ ...base, ...(await askAbuseZone(deps.egress.dns, deps.abuseZone, address)) }];
}

let packaged: RdapBootstrap | undefined;
function packagedBootstrap(): RdapBootstrap {
  packaged ??= loadBootstrap();
  return packaged;
}

/**
 * Finds who can remove what lies at an address. Every source is asked and its word kept, also after a first contact is
 * known: escalation needs the others. Failures of sources are answers, not errors.
 * Throws `TypeError` if `url` is no URL.
 */
export async function trace(url: string, deps: TraceDeps, options: TraceOptions = {}): Promise<TraceResult> {
  const startedAt = deps.clock.now();
  const host = new URL(url).hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
  const literal = isIP(host) !== 0;
  const domain = literal ? undefined : (getDomain(host) ?? undefined);
  const zone = domain ?? host;
  const bootstrap = deps.rdap?.url ? undefined : (deps.rdap?.bootstrap ?? packagedBootstrap());

  const [own, published, dns, registration] = await Promise.all([
    ownTable(literal ? [host] : lineage(host, domain), deps),
    options.quiet ? undefined : securityTxt(host, zone, deps),
    literal ? undefined : dnsRecords(host, zone, deps),
    rdap('domain', domain, bootstrap, deps),
  ]);
  const addresses = literal ? [host] : dns?.source === 'dns' && dns.outcome === 'found' ? dns.data.addresses : [];
  const [network, carrier, listed] = await Promise.all([
    networkFacts(addresses, deps),
    rdap('ip', addresses[0], bootstrap, deps),
    abuseZone(addresses[0], deps),
  ]);
  const [parent, operators] = await Promise.all([
    parentNetwork(carrier, deps),
    ownNetwork(networkIn([network, carrier]).asn, deps),
  ]);
  const guess: TraceAnswer[] =
    domain && !options.quiet
      ? [
          {
            source: 'rfc2142-guess',
            at: deps.clock.now(),
            via: 'RFC 2142',
            outcome: 'found',
            data: { email: `abuse@${domain}` },
          },
        ]
      : [];
  const answers = [
    own,
    ...(published ? [published] : []),
    ...(dns ? [dns] : []),
    network,
    ...operators,
    registration,
    carrier,
    ...parent,
    ...listed,
    ...guess,
  ];
  return {
    url,
    host,
    domain,
    startedAt,
    answers,
    contacts: rankContacts(answers, options),
    notice: NETWORK_DATA_NOTICE,
  };
}
