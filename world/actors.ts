import { domainToASCII } from 'node:url';

/**
 * Who is who in the world: organisations, the networks they run and the domains they hold. Name server, registry (RDAP),
 * web and mail all read this one table, so they can't contradict each other.
 * AS numbers are reserved for documentation (RFC 5398), telephone numbers are made up.
 */
export interface Organisation {
  handle: string;
  name: string;
  country: string;
  abuse: string;
  telephone: string;
}

export interface Network {
  handle: string;
  name: string;
  /** First three octets of a /24 within 127/8. */
  prefix: string;
  asn: number;
  operator: OrganisationId;
}

export interface Domain {
  name: string;
  registrar: OrganisationId;
  holder: OrganisationId;
  registered: string;
  status: readonly string[];
  /** Whether mail for the domain is delivered to the world's mailbox. */
  mail: boolean;
}

export const ORGANISATIONS = {
  sampleHosting: {
    handle: 'SAMPLE-HOSTING',
    name: 'Sample Hosting SARL',
    country: 'MA',
    abuse: 'abuse@sample-host.example',
    telephone: '+212-500-000001',
  },
  sampleApp: {
    handle: 'SAMPLE-APP',
    name: 'Sample App Ltd',
    country: 'IE',
    abuse: 'trust@sample-app.example',
    telephone: '+353-1-000-0001',
  },
  elsewhereHosting: {
    handle: 'ELSEWHERE-HOSTING',
    name: 'Elsewhere Hosting BV',
    country: 'NL',
    abuse: 'abuse@elsewhere-host.example',
    telephone: '+31-20-000-0001',
  },
  sampleParking: {
    handle: 'SAMPLE-PARKING',
    name: 'Sample Parking Inc.',
    country: 'US',
    abuse: 'abuse@parking.example',
    telephone: '+1-555-0100',
  },
  sampleRegistrar: {
    handle: 'SAMPLE-REGISTRAR',
    name: 'Sample Registrar SA',
    country: 'MA',
    abuse: 'abuse@registrar.example',
    telephone: '+212-500-000002',
  },
  sampleCarrier: {
    handle: 'SAMPLE-CARRIER',
    name: 'Sample Carrier SA',
    country: 'MA',
    abuse: 'abuse@carrier.example',
    telephone: '+212-500-000004',
  },
  programme: {
    handle: 'E-SALAMA',
    name: 'e-Salama (demonstration)',
    country: 'MA',
    abuse: 'abuse@e-salama.example',
    telephone: '+212-500-000003',
  },
} as const satisfies Record<string, Organisation>;

export type OrganisationId = keyof typeof ORGANISATIONS;

export const NETWORKS: readonly Network[] = [
  { handle: 'NET-SAMPLE-1', name: 'SAMPLE-HOSTING-1', prefix: '127.0.10', asn: 64500, operator: 'sampleHosting' },
  { handle: 'NET-APP-1', name: 'SAMPLE-APP-1', prefix: '127.0.20', asn: 64501, operator: 'sampleApp' },
  { handle: 'NET-ELSEWHERE-1', name: 'ELSEWHERE-1', prefix: '127.0.30', asn: 64502, operator: 'elsewhereHosting' },
  { handle: 'NET-PARKING-1', name: 'PARKING-1', prefix: '127.0.40', asn: 64503, operator: 'sampleParking' },
  { handle: 'NET-REGISTRY-1', name: 'REGISTRY-1', prefix: '127.0.50', asn: 64504, operator: 'sampleRegistrar' },
];

/** What all networks above were assigned from (RFC 9083 calls it the parent). */
export const PARENT_NETWORK = {
  handle: 'NET-CARRIER',
  name: 'SAMPLE-CARRIER',
  cidr: '127.0.0.0/16',
  operator: 'sampleCarrier',
} as const satisfies { handle: string; name: string; cidr: string; operator: OrganisationId };

/** Where the registry answers (RDAP). */
export const REGISTRY_ADDRESS = '127.0.50.2';

const domain = (name: string, holder: OrganisationId, more: Partial<Domain> = {}): Domain => ({
  name,
  holder,
  registrar: 'sampleRegistrar',
  registered: '2024-03-01T00:00:00Z',
  status: ['active'],
  mail: false,
  ...more,
});

/** `صور-قطط.example`: an internationalised name, as the name server and the registry write it. */
export const ARABIC_DOMAIN = domainToASCII('صور-قطط.example');

export const DOMAINS: readonly Domain[] = [
  domain('sample-host.example', 'sampleHosting', { mail: true }),
  domain('sample-app.example', 'sampleApp', { mail: true }),
  domain('elsewhere-host.example', 'elsewhereHosting', { mail: true }),
  domain('parking.example', 'sampleParking', { mail: true }),
  domain('registrar.example', 'sampleRegistrar', { mail: true }),
  domain('carrier.example', 'sampleCarrier', { mail: true }),
  domain('registry.example', 'sampleRegistrar'),
  domain('e-salama.example', 'programme', { mail: true }),
  domain('e-salama.test', 'programme', { mail: true }),
  domain('kids-game.example', 'sampleHosting'),
  domain(ARABIC_DOMAIN, 'sampleHosting'),
  domain('moved.example', 'sampleHosting'),
  domain('soft404.example', 'elsewhereHosting'),
  domain('parked.example', 'sampleParking', { status: ['client hold'] }),
  domain('walled.example', 'elsewhereHosting'),
  domain('blocked.example', 'elsewhereHosting'),
  domain('slow.example', 'elsewhereHosting'),
  domain('reset.example', 'elsewhereHosting'),
  domain('down.example', 'elsewhereHosting'),
  domain('expired-tls.example', 'elsewhereHosting'),
  domain('wrong-tls.example', 'elsewhereHosting'),
  domain('self-signed.example', 'elsewhereHosting'),
];

export function networkOf(address: string): Network | undefined {
  return NETWORKS.find((n) => address.startsWith(`${n.prefix}.`));
}

export function cidrOf(network: Network): string {
  return `${network.prefix}.0/24`;
}

/** Further names of a site: aliases (CNAME) in the name server, the same pages on the web. */
export const ALIASES: Readonly<Record<string, string>> = {
  'www.sample-host.example': 'sample-host.example',
  'pictures.sample-app.example': 'photos.sample-host.example',
};
