import ipaddr from 'ipaddr.js';
import { BASES, type Basis } from '../entry/refusal.ts';

/** What a person says of a partner. */
export interface PartnerInput {
  organisation: string;
  name: string;
  contract: string;
  from: Date | undefined;
  until: Date | undefined;
  bases: readonly string[];
  /** One address or network a line. */
  addresses: string;
  /** One server a line: an address, or address and port with a space between them. */
  notify: string;
  tlsOnly: boolean;
}

export interface PartnerTerms {
  name: string;
  contract: string;
  from_at: Date;
  until_at: Date | null;
  bases: Basis[];
  addresses: string[];
  notify: string[];
  tls_only: boolean;
}

export const PARTNER_FIELDS = ['name', 'contract', 'from', 'until', 'bases', 'addresses', 'notify', 'tls'] as const;
export type PartnerField = (typeof PARTNER_FIELDS)[number];

/** No network is so wide: a whole provider is not a name server. */
const WIDEST = { ipv4: 24, ipv6: 56 } as const;
const MOST_LINES = 32;

const lines = (text: string) =>
  text
    .split(/[\n,;]/)
    .map((line) => line.trim())
    .filter(Boolean);

function network(text: string): string | undefined {
  const [address = '', bits, ...rest] = text.split('/');
  if (rest.length > 0 || !ipaddr.isValid(address)) return undefined;
  if (!address.includes(':') && !ipaddr.IPv4.isValidFourPartDecimal(address)) return undefined;
  const ip = ipaddr.process(address);
  if (bits === undefined) return ip.toString();
  const length = Number(bits);
  if (!/^\d{1,3}$/.test(bits) || length < WIDEST[ip.kind()] || length > (ip.kind() === 'ipv4' ? 32 : 128))
    return undefined;
  return `${ip.toString()}/${length}`;
}

function server(text: string): string | undefined {
  const [address = '', port, ...rest] = text.split(/[\s@]+/);
  const ip = network(address);
  if (!ip || ip.includes('/') || rest.length > 0) return undefined;
  if (port === undefined) return ip;
  return /^\d{1,5}$/.test(port) && Number(port) > 0 && Number(port) < 65_536 ? `${ip} ${Number(port)}` : undefined;
}

/** All of them in their one spelling, or undefined when one is wrong or there are too many. */
function every(text: string, read: (line: string) => string | undefined): string[] | undefined {
  const found = lines(text).map(read);
  if (found.length > MOST_LINES || found.some((f) => f === undefined)) return undefined;
  return [...new Set(found as string[])];
}

const within = (text: string, most: number) => {
  const clean = text.trim().replace(/\s+/g, ' ');
  return clean.length > 0 && clean.length <= most ? clean : undefined;
};

/**
 * What was typed as terms, or the fields that are wrong. Pure.
 * @param tls whether the primary offers transfers over TLS
 */
export function termsOf(
  input: Omit<PartnerInput, 'organisation'>,
  tls: boolean,
): { ok: true; terms: PartnerTerms } | { ok: false; wrong: PartnerField[] } {
  const name = within(input.name, 100);
  const contract = within(input.contract, 200);
  const bases = BASES.filter((b) => input.bases.includes(b));
  const addresses = every(input.addresses, network);
  const notify = every(input.notify, server);
  const wrong: PartnerField[] = [];
  if (!name) wrong.push('name');
  if (!contract) wrong.push('contract');
  if (!input.from) wrong.push('from');
  if (input.from && input.until && input.until <= input.from) wrong.push('until');
  if (bases.length === 0) wrong.push('bases');
  if (!addresses) wrong.push('addresses');
  if (!notify) wrong.push('notify');
  if (input.tlsOnly && !tls) wrong.push('tls');
  if (wrong.length > 0 || !name || !contract || !input.from || !addresses || !notify) return { ok: false, wrong };
  return {
    ok: true,
    terms: {
      name,
      contract,
      from_at: input.from,
      until_at: input.until ?? null,
      bases,
      addresses,
      notify,
      tls_only: input.tlsOnly,
    },
  };
}

/** Why a partner gets less than its contract says; empty when it gets all. */
export type AccessGap =
  /** Abusive pictures of children: only with a key, or over TLS from an address that is named. */
  | 'csam-needs-key'
  /** Neither a key nor an address: nobody could be told from anybody else. */
  | 'unknown'
  | 'not-begun'
  | 'ended';

export function gapsOf(
  terms: Pick<PartnerTerms, 'from_at' | 'until_at' | 'bases' | 'addresses' | 'tls_only'>,
  liveKeys: number,
  now: Date,
): AccessGap[] {
  const gaps: AccessGap[] = [];
  if (terms.from_at > now) gaps.push('not-begun');
  if (terms.until_at && terms.until_at <= now) gaps.push('ended');
  if (liveKeys > 0) return gaps;
  if (terms.addresses.length === 0) gaps.push('unknown');
  else if (terms.bases.includes('csam') && !terms.tls_only) gaps.push('csam-needs-key');
  return gaps;
}
