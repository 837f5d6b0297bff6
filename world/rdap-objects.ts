import { domainToASCII } from 'node:url';
import {
  cidrOf,
  DOMAINS,
  type Domain,
  NETWORKS,
  type Network,
  networkOf,
  ORGANISATIONS,
  type OrganisationId,
  PARENT_NETWORK,
} from './actors.ts';

type Json = string | number | boolean | null | Json[] | { [key: string]: Json };
export type RdapObject = { [key: string]: Json };

const CONFORMANCE = ['rdap_level_0', 'arin_originas0'];
const CHANGED = '2026-01-15T09:00:00Z';

/** jCard (RFC 7095) of an organisation's abuse desk. */
function abuseCard(id: OrganisationId): Json {
  const org = ORGANISATIONS[id];
  return [
    'vcard',
    [
      ['version', {}, 'text', '4.0'],
      ['fn', {}, 'text', `${org.name} abuse desk`],
      ['kind', {}, 'text', 'group'],
      ['org', {}, 'text', org.name],
      ['adr', { cc: org.country }, 'text', ['', '', '', '', '', '', '']],
      ['email', { type: 'work' }, 'text', org.abuse],
      ['tel', { type: 'voice' }, 'uri', `tel:${org.telephone}`],
    ],
  ];
}

/** An organisation in a role, its abuse desk inside it, as registries nest them (RFC 9083 section 5.1). */
function entity(id: OrganisationId, roles: string[]): RdapObject {
  const org = ORGANISATIONS[id];
  return {
    objectClassName: 'entity',
    handle: org.handle,
    roles,
    vcardArray: [
      'vcard',
      [
        ['version', {}, 'text', '4.0'],
        ['fn', {}, 'text', org.name],
        ['kind', {}, 'text', 'org'],
        ['adr', { cc: org.country }, 'text', ['', '', '', '', '', '', '']],
      ],
    ],
    entities: [
      { objectClassName: 'entity', handle: `${org.handle}-ABUSE`, roles: ['abuse'], vcardArray: abuseCard(id) },
    ],
  };
}

const events = (registered: string): Json => [
  { eventAction: 'registration', eventDate: registered },
  { eventAction: 'last changed', eventDate: CHANGED },
];

const links = (base: string, path: string): RdapObject[] => [
  { value: `${base}${path}`, rel: 'self', href: `${base}${path}`, type: 'application/rdap+json' },
];

function domainObject(d: Domain, base: string): RdapObject {
  return {
    objectClassName: 'domain',
    handle: `${d.name.toUpperCase()}-DOM`,
    ldhName: d.name,
    status: [...d.status],
    // A registry shows the registrar and hides the holder: what a registrar can do is suspend the name.
    entities: [entity(d.registrar, ['registrar'])],
    nameservers: ['ns1.sample-host.example', 'ns2.sample-host.example'].map((ldhName) => ({
      objectClassName: 'nameserver',
      ldhName,
    })),
    secureDNS: { delegationSigned: false },
    events: events(d.registered),
    links: links(base, `domain/${d.name}`),
  };
}

function networkObject(n: Network, base: string): RdapObject {
  return {
    objectClassName: 'ip network',
    handle: n.handle,
    startAddress: `${n.prefix}.0`,
    endAddress: `${n.prefix}.255`,
    ipVersion: 'v4',
    name: n.name,
    type: 'ASSIGNED PA',
    country: ORGANISATIONS[n.operator].country,
    status: ['active'],
    cidr0_cidrs: [{ v4prefix: `${n.prefix}.0`, length: 24 }],
    arin_originas0_originautnums: [n.asn],
    entities: [entity(n.operator, ['registrant'])],
    events: events('2023-06-01T00:00:00Z'),
    parentHandle: PARENT_NETWORK.handle,
    links: [...links(base, `ip/${cidrOf(n)}`), up(base)],
  };
}

const up = (base: string): RdapObject => {
  const href = `${base}ip/${PARENT_NETWORK.cidr}`;
  return { value: href, rel: 'up', href, type: 'application/rdap+json' };
};

/** The network above all others; it has none above itself. */
function parentObject(base: string): RdapObject {
  return {
    objectClassName: 'ip network',
    handle: PARENT_NETWORK.handle,
    startAddress: '127.0.0.0',
    endAddress: '127.0.255.255',
    ipVersion: 'v4',
    name: PARENT_NETWORK.name,
    type: 'ALLOCATED PA',
    country: ORGANISATIONS[PARENT_NETWORK.operator].country,
    status: ['active'],
    cidr0_cidrs: [{ v4prefix: '127.0.0.0', length: 16 }],
    entities: [entity(PARENT_NETWORK.operator, ['registrant'])],
    events: events('2020-02-01T00:00:00Z'),
    links: links(base, `ip/${PARENT_NETWORK.cidr}`),
  };
}

function autnumObject(n: Network, base: string): RdapObject {
  return {
    objectClassName: 'autnum',
    handle: `AS${n.asn}`,
    startAutnum: n.asn,
    endAutnum: n.asn,
    name: n.name,
    country: ORGANISATIONS[n.operator].country,
    status: ['active'],
    entities: [entity(n.operator, ['registrant'])],
    events: events('2023-06-01T00:00:00Z'),
    links: links(base, `autnum/${n.asn}`),
  };
}

const IPV4 = /^(\d{1,3}(?:\.\d{1,3}){3})(?:\/(\d{1,2}))?$/;

/** What went wrong with a query, before any object was looked for. */
export type RdapFault = 400 | 404;

const whole = (object: RdapObject): RdapObject => ({
  rdapConformance: [...CONFORMANCE, ...('cidr0_cidrs' in object ? ['cidr0'] : [])],
  ...object,
});

/**
 * Finds an object by an RDAP path (RFC 9082), without the leading slash.
 * @param base the server's base URL, with its last slash
 */
export function lookUp(path: string, base: string): RdapObject | RdapFault {
  let parts: string[];
  try {
    parts = path.split('/').map(decodeURIComponent);
  } catch {
    return 400;
  }
  const [type, name = '', ...rest] = parts;
  const query = [name, ...rest].join('/');
  switch (type) {
    case 'help':
      return whole({ notices: [{ title: 'Demonstration registry', description: ['Every object here is made up.'] }] });
    case 'domain': {
      const ascii = domainToASCII(query.replace(/\.$/, ''));
      if (ascii === '') return 400;
      const found = DOMAINS.find((d) => d.name === ascii);
      return found ? whole(domainObject(found, base)) : 404;
    }
    case 'ip': {
      const [, address, bits] = IPV4.exec(query) ?? [];
      if (address === undefined || address.split('.').some((o) => Number(o) > 255))
        return query.includes(':') ? 404 : 400;
      if (bits !== undefined && Number(bits) > 32) return 400;
      if (query === PARENT_NETWORK.cidr) return whole(parentObject(base));
      const found = bits === undefined || Number(bits) >= 24 ? networkOf(address) : undefined;
      return found ? whole(networkObject(found, base)) : 404;
    }
    case 'autnum': {
      if (!/^\d{1,10}$/.test(query)) return 400;
      const found = NETWORKS.find((n) => n.asn === Number(query));
      return found ? whole(autnumObject(found, base)) : 404;
    }
    case 'entity': {
      const id = (Object.keys(ORGANISATIONS) as OrganisationId[]).find((k) => ORGANISATIONS[k].handle === query);
      return id ? whole(entity(id, ['registrant'])) : 404;
    }
    default:
      return 400;
  }
}

/** Error body of RFC 9083 section 6. */
export function fault(status: RdapFault | 405 | 503): RdapObject {
  const [title, description] = {
    400: ['Bad Request', 'This is not a query of RFC 9082.'],
    404: ['Not Found', 'The registry holds no such object.'],
    405: ['Method Not Allowed', 'Only GET and HEAD.'],
    503: ['Service Unavailable', 'Try again later.'],
  }[status] as [string, string];
  return { rdapConformance: CONFORMANCE, errorCode: status, title, description: [description] };
}

/** The registry of registries (RFC 9224), for clients that begin there. */
export function bootstrap(file: string, base: string): RdapObject | null {
  const services: Record<string, Json[]> = {
    'dns.json': ['example', 'test'],
    'ipv4.json': NETWORKS.map(cidrOf),
    'asn.json': ['64500-64511'],
  };
  const keys = services[file];
  if (!keys) return null;
  return { version: '1.0', publication: CHANGED, services: [[keys, [base]]] };
}
