import ipaddr from 'ipaddr.js';
import type { DnsResolver } from '../../../platform/egress/index.ts';
import { mailAddress } from './mail-address.ts';

/** The name below `zone` that speaks of an address: octets or nibbles backwards, as in the reverse DNS. */
export function abuseZoneName(address: string, zone: string): string {
  const parsed = ipaddr.process(address);
  const parts =
    parsed.kind() === 'ipv4'
      ? parsed.toByteArray().map(String)
      : parsed.toByteArray().flatMap((b) => [...b.toString(16).padStart(2, '0')]);
  return `${parts.toReversed().join('.')}.${zone}`;
}

export type ZoneAnswer =
  | { outcome: 'found'; data: { emails: string[] } }
  | { outcome: 'none' | 'failed'; reason: string };

/** Asks a zone of abuse contacts: TXT records with one mailbox or several, with commas or spaces between. */
export async function askAbuseZone(dns: DnsResolver, zone: string, address: string): Promise<ZoneAnswer> {
  if (!ipaddr.isValid(address)) return { outcome: 'none', reason: 'no-address' };
  const answer = await dns.records(abuseZoneName(address, zone), 'TXT');
  if (answer.kind !== 'records')
    return { outcome: ['NXDOMAIN', 'NODATA'].includes(answer.code) ? 'none' : 'failed', reason: answer.code };
  const emails = [...new Set(answer.records.flatMap((r) => r.split(/[\s,;]+/)).flatMap((t) => mailAddress(t) ?? []))];
  return emails.length > 0
    ? { outcome: 'found', data: { emails: emails.slice(0, 5) } }
    : { outcome: 'none', reason: 'no-mailbox' };
}
