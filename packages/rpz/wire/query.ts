import { WireError } from '../errors.ts';
import { CLASS, OPCODE, RCODE, TYPE } from './codes.ts';
import { HEADER, type Header, type Message, readHeader, readMessage } from './message.ts';
import { readName } from './name.ts';
import type { TsigData } from './records.ts';

/** A request that is in order, as far as its form goes. Who sent it is not known yet. */
export interface Query {
  header: Header;
  name: string;
  type: number;
  /** The question as it came, to be sent back letter by letter. */
  question: Buffer;
  edns?: { payload: number; version: number };
  /** Serial that the sender has, of an IXFR request. */
  ixfrSerial?: number;
  tsig?: { at: number; keyName: string; class: number; ttl: number; data: TsigData };
}

export type ParsedRequest =
  | { kind: 'query'; query: Query }
  /** An answer to something we sent (NOTIFY). */
  | { kind: 'response'; message: Message }
  /** To be refused with this code; `question` only where it could be read. */
  | { kind: 'error'; rcode: number; header: Header; question?: Buffer }
  /** Nothing to answer to. */
  | { kind: 'drop' };

/** Requests are small: a question, at most one SOA, an OPT and a TSIG record. Anything longer is somebody trying. */
export const MAX_REQUEST = 2048;

/** Reads what a stranger sent. Never throws. */
export function parseRequest(bytes: Buffer): ParsedRequest {
  if (bytes.length < HEADER) return { kind: 'drop' };
  const header = readHeader(bytes);
  const fault = (rcode: number, question?: Buffer): ParsedRequest =>
    header.response ? { kind: 'drop' } : { kind: 'error', rcode, header, ...(question && { question }) };
  if (bytes.length > MAX_REQUEST) return fault(RCODE.FORMERR);
  if (!header.response && header.opcode !== OPCODE.QUERY) return fault(RCODE.NOTIMP);
  let message: Message;
  try {
    message = readMessage(bytes);
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    return fault(RCODE.FORMERR);
  }
  if (header.response) return { kind: 'response', message };
  const question = message.questions[0];
  if (message.questions.length !== 1 || !question) return fault(RCODE.FORMERR);
  const { next, compressed } = readName(bytes, HEADER);
  // There is nothing before the first name that it could point to but the header.
  if (compressed) return fault(RCODE.FORMERR);
  const raw = bytes.subarray(HEADER, next + 4);
  if (header.truncated || message.answers.length > 0) return fault(RCODE.FORMERR, raw);
  if (question.class !== CLASS.IN) return fault(RCODE.REFUSED, raw);
  const query: Query = { header, name: question.name, type: question.type, question: raw };
  if (!takeAuthority(message, query) || !takeAdditional(message, query)) return fault(RCODE.FORMERR, raw);
  return { kind: 'query', query };
}

/** IXFR carries the sender's SOA (RFC 1995 section 3); nothing else may stand there. */
function takeAuthority({ authority }: Message, query: Query): boolean {
  if (query.type !== TYPE.IXFR) return authority.length === 0;
  const soa = authority[0];
  if (authority.length !== 1 || soa?.data.type !== 'SOA' || soa.name !== query.name) return false;
  query.ixfrSerial = soa.data.soa.serial;
  return true;
}

function takeAdditional({ additional, tsigAt }: Message, query: Query): boolean {
  for (const record of additional) {
    if (record.data.type === 'OPT') {
      if (query.edns || record.name !== '.') return false;
      query.edns = { payload: Math.max(512, record.class), version: (record.ttl >> 16) & 0xff };
    } else if (record.data.type === 'TSIG' && tsigAt !== undefined) {
      const { name: keyName, class: cls, ttl } = record;
      query.tsig = { at: tsigAt, keyName, class: cls, ttl, data: record.data.tsig };
    } else return false;
  }
  return true;
}
