import type { BaseAnswer, MxAnswer, SoaAnswer, SoaData, TxtAnswer } from 'dns-packet';
import { ALIASES, DOMAINS, REGISTRY_ADDRESS } from './actors.ts';
import type { Site } from './pages/page.ts';

/** The record types the world's zones hold. */
export type ZoneRecord = BaseAnswer<'A' | 'AAAA' | 'CNAME' | 'NS' | 'PTR', string> | MxAnswer | TxtAnswer | SoaAnswer;

export interface Zone {
  apex: string;
  soa: SoaData;
  /** By owner name, lower case, without the last dot. */
  names: Map<string, ZoneRecord[]>;
}

const NAME_SERVERS = ['ns1.sample-host.example', 'ns2.sample-host.example'];
const MAIL_HOST = 'mail.sample-host.example';
const TTL_S = 30;

/** Longer than any UDP answer may be: a client must come back over TCP to read it. */
const LONG_TEXT = Array.from({ length: 8 }, (_, i) => `part ${i} ${'.'.repeat(240)}`);

/** An empty zone. */
export function zone(apex: string, serial: number): Zone {
  const soa = {
    mname: NAME_SERVERS[0] ?? apex,
    rname: 'hostmaster.sample-host.example',
    serial,
    refresh: 7200,
    retry: 900,
    expire: 1_209_600,
    minimum: TTL_S,
  };
  const names = new Map<string, ZoneRecord[]>();
  names.set(apex, [
    { type: 'SOA', name: apex, ttl: TTL_S, data: soa },
    ...NAME_SERVERS.map((data): ZoneRecord => ({ type: 'NS', name: apex, ttl: TTL_S, data })),
  ]);
  return { apex, soa, names };
}

/** `3.10.0.127.in-addr.arpa` for `127.0.10.3`. */
function reverseName(address: string): string {
  return `${address.split('.').toReversed().join('.')}.in-addr.arpa`;
}

/** Every zone the name server is authoritative for: two top-level domains, the domains below them, and the reverse of 127/8. */
export function buildZones(sites: readonly Site[], now: Date): Zone[] {
  const serial = Math.floor(now.getTime() / 1000);
  const zones = ['example', 'test', '127.in-addr.arpa', ...DOMAINS.map((d) => d.name)].map((apex) =>
    zone(apex, serial),
  );
  const add = (record: ZoneRecord) => {
    const home = zoneOf(zones, record.name);
    if (!home) throw new Error(`no zone for ${record.name}`);
    home.names.set(record.name, [...(home.names.get(record.name) ?? []), { ttl: TTL_S, ...record }]);
  };
  for (const { name, mail } of DOMAINS) {
    for (const data of NAME_SERVERS)
      zoneOf(zones, 'example')?.names.set(name, [{ type: 'NS', name, ttl: TTL_S, data }]);
    add({ type: 'TXT', name, data: [mail ? 'v=spf1 mx -all' : 'v=spf1 -all'] });
    // RFC 7505: a domain that takes no mail says so.
    add({ type: 'MX', name, data: mail ? { preference: 10, exchange: MAIL_HOST } : { preference: 0, exchange: '.' } });
  }
  for (const { host, address } of sites) {
    add({ type: 'A', name: host, data: address });
    add({ type: 'PTR', name: reverseName(address), data: host });
  }
  for (const name of [...NAME_SERVERS, MAIL_HOST]) add({ type: 'A', name, data: '127.0.0.1' });
  for (const [name, data] of Object.entries(ALIASES)) add({ type: 'CNAME', name, data });
  add({ type: 'AAAA', name: 'ipv6.sample-host.example', data: '::1' });
  add({ type: 'TXT', name: 'long.sample-host.example', data: LONG_TEXT });
  add({ type: 'A', name: 'rdap.registry.example', data: REGISTRY_ADDRESS });
  // Traps for a careless client: names that lead inside, to a cloud's credentials, and one that is half a site.
  add({ type: 'A', name: 'inside.sample-host.example', data: '10.0.0.7' });
  add({ type: 'A', name: 'metadata.sample-host.example', data: '169.254.169.254' });
  for (const data of ['127.0.10.3', '10.0.0.7']) add({ type: 'A', name: 'mixed.sample-host.example', data });
  return zones;
}

/** The deepest zone a name lies in. */
export function zoneOf(zones: readonly Zone[], name: string): Zone | undefined {
  let best: Zone | undefined;
  for (const z of zones) {
    const inside = name === z.apex || name.endsWith(`.${z.apex}`);
    if (inside && (best === undefined || z.apex.length > best.apex.length)) best = z;
  }
  return best;
}
