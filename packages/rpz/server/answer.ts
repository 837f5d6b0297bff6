import { errorRecord, Signer, verify } from '../tsig/tsig.ts';
import { RCODE, TYPE } from '../wire/codes.ts';
import { HEADER, type Header, type Message } from '../wire/message.ts';
import { wireName } from '../wire/name.ts';
import { parseRequest, type Query } from '../wire/query.ts';
import type { Chunk } from '../zone/encode.ts';
import type { TransferBody, Zone } from '../zone/zone.ts';
import type { Secondaries, Secondary } from './secondaries.ts';

export type Transport = 'udp' | 'tcp' | 'tls';

export interface Asker {
  transport: Transport;
  address: string;
}

/** Why somebody got no data. */
export type Refusal =
  | 'malformed'
  | 'no-such-key'
  | 'bad-signature'
  | 'bad-time'
  | 'truncated-signature'
  | 'unsigned'
  | 'not-over-tls'
  | 'zone-not-allowed'
  | 'not-served'
  | 'edns-version';

export type Decision =
  | { kind: 'drop' }
  | { kind: 'response'; message: Message; bytes: Buffer }
  | { kind: 'refuse'; bytes: Buffer; why: Refusal; secondary?: Secondary; zone?: string; keyName?: string }
  | ({ kind: 'reply'; bytes: Buffer } & Known)
  | ({ kind: 'transfer'; body: TransferBody; query: Query; signer: Signer | undefined } & Known);

export interface Known {
  secondary: Secondary;
  zone: Zone;
  /** 'SOA', 'NS', 'AXFR' or 'IXFR'. */
  asked: 'SOA' | 'NS' | 'AXFR' | 'IXFR';
  /** Serial that the answer says. */
  serial: number;
  /** Serial that the secondary said it has. */
  has?: number;
  keyName?: string;
}

export interface World {
  secondaries: Secondaries;
  /** By origin, canonical. */
  zones: { get(origin: string): Zone | undefined };
  /** Milliseconds since 1970. */
  now(): number;
}

const ASKED = new Map<number, Known['asked']>([
  [TYPE.SOA, 'SOA'],
  [TYPE.NS, 'NS'],
  [TYPE.AXFR, 'AXFR'],
  [TYPE.IXFR, 'IXFR'],
]);

const REFUSAL_OF_TSIG: Readonly<Record<number, Refusal>> = {
  16: 'bad-signature',
  17: 'no-such-key',
  18: 'bad-time',
  22: 'truncated-signature',
};

/** What to do with a message that came. Never throws on what strangers send. */
export function decide(bytes: Buffer, asker: Asker, world: World): Decision {
  const parsed = parseRequest(bytes);
  if (parsed.kind === 'drop') return parsed;
  if (parsed.kind === 'response') return { ...parsed, bytes };
  if (parsed.kind === 'error') {
    return { kind: 'refuse', why: 'malformed', bytes: bare(parsed.header, parsed.rcode, parsed.question) };
  }
  const { query } = parsed;
  const seconds = () => Math.floor(world.now() / 1000);
  if (query.edns && query.edns.version > 0) {
    return { kind: 'refuse', why: 'edns-version', bytes: reply(query, { rcode: RCODE.BADVERS }) };
  }
  let secondary: Secondary | undefined;
  let signer: Signer | undefined;
  if (query.tsig) {
    const verdict = verify(bytes, query.tsig, (name) => world.secondaries.byKey(name)?.key, seconds());
    if (!verdict.ok) {
      if (verdict.error === 'malformed') {
        return { kind: 'refuse', why: 'malformed', bytes: reply(query, { rcode: RCODE.FORMERR }) };
      }
      const owner = world.secondaries.byKey(query.tsig.keyName);
      return {
        kind: 'refuse',
        why: REFUSAL_OF_TSIG[verdict.error] ?? 'bad-signature',
        bytes: refuseSignature(query, verdict as { error: number }, seconds()),
        ...(owner && { secondary: owner.secondary }),
        zone: query.name,
        keyName: query.tsig.keyName,
      };
    }
    secondary = world.secondaries.byKey(query.tsig.keyName)?.secondary;
    signer = new Signer(verdict.key, verdict.mac, seconds);
  } else secondary = world.secondaries.byAddress(asker.address, query.name);
  const keyName = query.tsig?.keyName;
  const refuse = (why: Refusal): Decision => ({
    kind: 'refuse',
    why,
    bytes: reply(query, { rcode: why === 'malformed' ? RCODE.FORMERR : RCODE.REFUSED, signer }),
    ...(secondary && { secondary }),
    zone: query.name,
    ...(keyName && { keyName }),
  });
  if (!secondary) return refuse('unsigned');
  if (secondary.tlsOnly && asker.transport !== 'tls') return refuse('not-over-tls');
  const zone = secondary.zones.has(query.name) ? world.zones.get(query.name) : undefined;
  if (!zone) return refuse('zone-not-allowed');
  const asked = ASKED.get(query.type);
  if (!asked) return refuse('not-served');
  const has = query.ixfrSerial;
  const known: Known = {
    secondary,
    zone,
    asked,
    serial: zone.serial,
    ...(has !== undefined && { has }),
    ...(keyName && { keyName }),
  };
  if (asker.transport !== 'udp' && (asked === 'AXFR' || has !== undefined)) {
    const { companions } = secondary;
    const body = has === undefined ? zone.axfr(companions) : zone.ixfr(has, companions);
    return { kind: 'transfer', body, query, signer, ...known };
  }
  // RFC 5936 4.2: there is no AXFR over UDP.
  if (asked === 'AXFR') return refuse('malformed');
  // IXFR over UDP gets our SOA, whatever changed: who is behind comes again over TCP (RFC 1995 section 2), and nobody can
  // make us send much to an address that is not theirs.
  const records = asked === 'NS' ? zone.nameservers() : [zone.soa()];
  return { kind: 'reply', bytes: reply(query, { rcode: RCODE.NOERROR, records, signer }), ...known };
}

/** Answer without anything but what is needed to say no. */
function bare(header: Header, rcode: number, question?: Buffer): Buffer {
  return Buffer.concat([headerOf(header, rcode, question ? 1 : 0, 0, 0), question ?? Buffer.alloc(0)]);
}

function headerOf(request: Header, rcode: number, questions: number, answers: number, additional: number): Buffer {
  const head = Buffer.alloc(HEADER);
  head.writeUInt16BE(request.id, 0);
  const authoritative = rcode === RCODE.NOERROR ? 0x0400 : 0;
  head.writeUInt16BE(
    0x8000 | (request.opcode << 11) | authoritative | (request.recursionDesired ? 0x0100 : 0) | (rcode & 15),
    2,
  );
  head.writeUInt16BE(questions, 4);
  head.writeUInt16BE(answers, 6);
  head.writeUInt16BE(additional, 10);
  return head;
}

/** What we take over UDP, RFC 9715 and the flag day's figure. */
const UDP_PAYLOAD = 1232;
const OPT_LENGTH = 11;

function opt(rcode: number): Buffer {
  const out = Buffer.alloc(OPT_LENGTH);
  out.writeUInt16BE(TYPE.OPT, 1);
  out.writeUInt16BE(UDP_PAYLOAD, 3);
  out[5] = rcode >> 4;
  return out;
}

/** @param options.records tails of records at the question's name */
function reply(
  query: Query,
  { rcode, records = [], signer }: { rcode: number; records?: Buffer[]; signer?: Signer | undefined },
): Buffer {
  const head = headerOf(query.header, rcode, 1, records.length, query.edns ? 1 : 0);
  const parts = [head, query.question];
  for (const tail of records) parts.push(Buffer.from([0xc0, HEADER]), tail);
  if (query.edns) parts.push(opt(rcode));
  if (signer) {
    parts.push(signer.sign(parts, query.tsig?.data.originalId ?? query.header.id));
    head.writeUInt16BE(head.readUInt16BE(10) + 1, 10);
  }
  return Buffer.concat(parts);
}

function refuseSignature(query: Query, verdict: { error: number }, seconds: number): Buffer {
  const tsig = query.tsig as NonNullable<Query['tsig']>;
  const head = headerOf(query.header, RCODE.NOTAUTH, 1, 0, query.edns ? 1 : 0);
  const parts = [head, query.question, ...(query.edns ? [opt(0)] : [])];
  parts.push(errorRecord(parts, tsig, wireName(tsig.keyName), verdict, seconds));
  head.writeUInt16BE(head.readUInt16BE(10) + 1, 10);
  return Buffer.concat(parts);
}

/** SERVFAIL to who has proved who it is: too busy for now. */
export function busy(query: Query, signer: Signer | undefined): Buffer {
  return reply(query, { rcode: RCODE.SERVFAIL, signer });
}

/**
 * The messages of a transfer as parts to write one behind the other, each with its two bytes of length. The body of each is
 * the zone's own, shared by all who ask; what belongs to this exchange (id, question, signature) stands around it.
 */
export function* transferMessages(
  chunks: Iterable<Chunk>,
  query: Query,
  signer: Signer | undefined,
): Iterable<{ parts: Buffer[]; bytes: number }> {
  let first = true;
  for (const { body, records } of chunks) {
    // RFC 5936 2.2.5: an answer to EDNS carries it, in the first message.
    const edns = first && query.edns !== undefined;
    const head = headerOf(query.header, RCODE.NOERROR, 1, records, edns ? 1 : 0);
    const parts = [head, query.question, body, ...(edns ? [opt(0)] : [])];
    if (signer) {
      parts.push(signer.sign(parts, query.tsig?.data.originalId ?? query.header.id));
      head.writeUInt16BE(head.readUInt16BE(10) + 1, 10);
    }
    const bytes = parts.reduce((sum, part) => sum + part.length, 0);
    const length = Buffer.alloc(2);
    length.writeUInt16BE(bytes);
    yield { parts: [length, ...parts], bytes: bytes + 2 };
    first = false;
  }
}
