import type { DecodedPacket, Packet, Question } from 'dns-packet';
import { AUTHORITATIVE_ANSWER, RECURSION_DESIRED } from 'dns-packet';
import { type Zone, type ZoneRecord, zoneOf } from './zones.ts';

/** RFC 1035 section 4.1.1 and RFC 6891. dns-packet names codes when it reads, but wants them inside `flags` when it writes. */
export const RCODE = { NOERROR: 0, FORMERR: 1, SERVFAIL: 2, NXDOMAIN: 3, NOTIMP: 4, REFUSED: 5 } as const;
export type Rcode = keyof typeof RCODE;

export const UDP_PLAIN_LIMIT = 512;
/** What the server itself takes and sends over UDP (DNS flag day 2020). */
export const UDP_EDNS_LIMIT = 1232;
const CHAIN_LIMIT = 8;

/** A packet as dns-packet reads it; its type declarations leave these two out. */
export interface ReadPacket extends DecodedPacket {
  opcode: string;
  rcode: string;
}

export interface Verdict {
  rcode: Rcode;
  authoritative: boolean;
  answers: ZoneRecord[];
  authorities: ZoneRecord[];
}

const refuse = (rcode: Rcode): Verdict => ({ rcode, authoritative: false, answers: [], authorities: [] });

function soaOf(zone: Zone): ZoneRecord[] {
  return [{ type: 'SOA', name: zone.apex, ttl: zone.soa.minimum ?? 0, data: zone.soa }];
}

/** Answers one question from the zones: RFC 1034 section 4.3.2 without referrals, since every zone is at home here. */
export function answerQuestion(zones: readonly Zone[], question: Question): Verdict {
  const answers: ZoneRecord[] = [];
  let name = question.name.toLowerCase();
  for (let hops = 0; hops < CHAIN_LIMIT; hops++) {
    const zone = zoneOf(zones, name);
    if (!zone)
      return hops === 0 ? refuse('REFUSED') : { rcode: 'NOERROR', authoritative: true, answers, authorities: [] };
    const records = zone.names.get(name);
    if (!records) {
      // A name that only has names below it exists, but holds nothing (RFC 8020).
      const hollow = [...zone.names.keys()].some((n) => n.endsWith(`.${name}`));
      return { rcode: hollow ? 'NOERROR' : 'NXDOMAIN', authoritative: true, answers, authorities: soaOf(zone) };
    }
    const exact = records.filter((r) => r.type === question.type);
    if (exact.length > 0) {
      return { rcode: 'NOERROR', authoritative: true, answers: [...answers, ...exact], authorities: [] };
    }
    const alias = records.find((r) => r.type === 'CNAME');
    if (alias?.type !== 'CNAME') return { rcode: 'NOERROR', authoritative: true, answers, authorities: soaOf(zone) };
    answers.push(alias);
    name = alias.data.toLowerCase();
  }
  return { ...refuse('SERVFAIL'), answers };
}

/** What a query deserves before any zone is looked at; `null` when it is a question we answer. */
export function objection(query: ReadPacket): Rcode | null {
  if (query.opcode !== 'QUERY') return 'NOTIMP';
  if (query.questions?.length !== 1) return 'FORMERR';
  if (query.questions[0]?.class !== 'IN') return 'REFUSED';
  return null;
}

/** The largest UDP answer this client takes, in octets. */
export function udpLimit(query: ReadPacket): number {
  const opt = query.additionals?.find((a) => a.type === 'OPT');
  if (opt?.type !== 'OPT') return UDP_PLAIN_LIMIT;
  return Math.min(Math.max(opt.udpPayloadSize, UDP_PLAIN_LIMIT), UDP_EDNS_LIMIT);
}

export function reply(query: ReadPacket, verdict: Verdict): Packet {
  const edns = query.additionals?.some((a) => a.type === 'OPT');
  return {
    id: query.id ?? 0,
    type: 'response',
    flags:
      RCODE[verdict.rcode] |
      (verdict.authoritative ? AUTHORITATIVE_ANSWER : 0) |
      (query.flag_rd ? RECURSION_DESIRED : 0) |
      (query.opcode === 'QUERY' ? 0 : (query.flags ?? 0) & 0x7800),
    questions: query.questions ?? [],
    answers: verdict.answers,
    authorities: verdict.authorities,
    additionals: edns
      ? [
          {
            type: 'OPT',
            name: '.',
            udpPayloadSize: UDP_EDNS_LIMIT,
            flags: 0,
            options: [],
            extendedRcode: 0,
            ednsVersion: 0,
            flag_do: false,
          },
        ]
      : [],
  };
}
