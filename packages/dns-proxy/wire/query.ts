import { CLASS_IN, HEADER, OPTION, PLAIN_PAYLOAD, RCODE, TYPE } from './codes.ts';
import { nameEnd } from './name.ts';

/** Nobody needs more records behind a question than OPT and perhaps a signature. */
const MOST_ADDITIONAL = 4;

/** What is read of a question. One object is filled again and again: the packet's way allocates nothing. */
export class Query {
  /** The two bytes of flags as they came. */
  flags = 0;
  opcode = 0;
  /** First byte behind the question section; `HEADER` when there is none that could be sent back. */
  end = HEADER;
  /** First byte behind the name. */
  nameEnd = HEADER;
  type = 0;
  class = 0;
  edns = false;
  version = 0;
  /** What the client takes over UDP, at least 512. */
  payload = PLAIN_PAYLOAD;
  dnssecOk = false;
  /** Where the cookie's data begin, 0 without one. */
  cookie = 0;
  cookieLength = 0;
  /** An empty extended error in a question asks for structured ones (draft-ietf-dnsop-structured-dns-error). */
  structured = false;
  padding = false;
  keepalive = false;
}

/** Nothing is to be sent back. */
export const UNANSWERABLE = -1;

/**
 * Reads a question of `length` bytes into `query`. The answer is `UNANSWERABLE` for what is no question at all, NOERROR, or
 * the code to refuse with: FORMERR, NOTIMP (other opcodes), BADVERS, REFUSED (other classes), NOTAUTH (signed by a key
 * we cannot know). Reads each byte at most once.
 */
export function readQuery(packet: Uint8Array, length: number, query: Query): number {
  if (length < HEADER) return UNANSWERABLE;
  const high = packet[2] as number;
  if (high & 0x80) return UNANSWERABLE;
  query.flags = (high << 8) | (packet[3] as number);
  query.opcode = (high >> 3) & 15;
  query.end = HEADER;
  query.nameEnd = HEADER;
  query.edns = false;
  query.version = 0;
  query.payload = PLAIN_PAYLOAD;
  query.dnssecOk = false;
  query.cookie = 0;
  query.structured = false;
  query.padding = false;
  query.keepalive = false;
  if (query.opcode !== 0) return RCODE.NOTIMP;
  // One question, no answers, no authority; the number of additional records fits into a byte.
  if ((((packet[4] as number) << 8) | (packet[5] as number)) !== 1) return RCODE.FORMERR;
  if ((packet[6] as number) | (packet[7] as number) | (packet[8] as number) | (packet[9] as number))
    return RCODE.FORMERR;
  const additional = ((packet[10] as number) << 8) | (packet[11] as number);
  if (additional > MOST_ADDITIONAL) return RCODE.FORMERR;
  const after = nameEnd(packet, HEADER, length);
  if (after < 0 || after + 4 > length) return RCODE.FORMERR;
  query.nameEnd = after;
  query.end = after + 4;
  query.type = ((packet[after] as number) << 8) | (packet[after + 1] as number);
  query.class = ((packet[after + 2] as number) << 8) | (packet[after + 3] as number);
  let at = query.end;
  let signed = false;
  for (let i = 0; i < additional; i++) {
    // Owners of records behind a question are the root (OPT) or a key's name; a pointer has nothing to point to but the question.
    const owner = at;
    at = nameEnd(packet, at, length);
    if (at < 0 || at + 10 > length) return RCODE.FORMERR;
    const type = ((packet[at] as number) << 8) | (packet[at + 1] as number);
    const data = at + 10;
    const next = data + (((packet[at + 8] as number) << 8) | (packet[at + 9] as number));
    if (next > length) return RCODE.FORMERR;
    if (type === TYPE.OPT) {
      // RFC 6891, 6.1.1: one, owned by the root.
      if (query.edns || at !== owner + 1) return RCODE.FORMERR;
      query.edns = true;
      query.payload = Math.max(PLAIN_PAYLOAD, ((packet[at + 2] as number) << 8) | (packet[at + 3] as number));
      query.version = packet[at + 5] as number;
      query.dnssecOk = ((packet[at + 6] as number) & 0x80) !== 0;
      if (!readOptions(packet, data, next, query)) return RCODE.FORMERR;
    } else if (type === TYPE.TSIG) signed = true;
    at = next;
  }
  if (at !== length) return RCODE.FORMERR;
  if (query.edns && query.version !== 0) return RCODE.BADVERS;
  if (signed) return RCODE.NOTAUTH;
  return query.class === CLASS_IN ? RCODE.NOERROR : RCODE.REFUSED;
}

function readOptions(packet: Uint8Array, at: number, end: number, query: Query): boolean {
  while (at < end) {
    if (at + 4 > end) return false;
    const code = ((packet[at] as number) << 8) | (packet[at + 1] as number);
    const size = ((packet[at + 2] as number) << 8) | (packet[at + 3] as number);
    at += 4;
    if (at + size > end) return false;
    if (code === OPTION.COOKIE) {
      // RFC 7873, 5.2.2: eight bytes of the client, and eight to 32 of a server or none.
      if (size !== 8 && (size < 16 || size > 40)) return false;
      if (query.cookie === 0) {
        query.cookie = at;
        query.cookieLength = size;
      }
    } else if (code === OPTION.EDE) {
      if (size === 0 || (size === 2 && packet[at] === 0 && packet[at + 1] === 0)) query.structured = true;
    } else if (code === OPTION.PADDING) query.padding = true;
    else if (code === OPTION.KEEPALIVE) query.keepalive = true;
    at += size;
  }
  return true;
}
