import { WireError } from '../errors.ts';
import { TYPE } from './codes.ts';
import { readName, wireName } from './name.ts';
import { type RecordData, readData, writeData } from './records.ts';

export interface Header {
  id: number;
  response: boolean;
  opcode: number;
  authoritative: boolean;
  truncated: boolean;
  recursionDesired: boolean;
  recursionAvailable: boolean;
  rcode: number;
}

export interface Question {
  name: string;
  type: number;
  class: number;
}

export interface ResourceRecord {
  name: string;
  type: number;
  class: number;
  ttl: number;
  data: RecordData;
}

export interface Message {
  header: Header;
  questions: Question[];
  answers: ResourceRecord[];
  authority: ResourceRecord[];
  additional: ResourceRecord[];
  /** Where the TSIG record begins, which must be the last of all; absent without one. */
  tsigAt?: number;
}

export const HEADER = 12;

export function readHeader(message: Buffer): Header {
  if (message.length < HEADER) throw new WireError('shorter than a header');
  const flags = message.readUInt16BE(2);
  return {
    id: message.readUInt16BE(0),
    response: (flags & 0x8000) !== 0,
    opcode: (flags >> 11) & 15,
    authoritative: (flags & 0x0400) !== 0,
    truncated: (flags & 0x0200) !== 0,
    recursionDesired: (flags & 0x0100) !== 0,
    recursionAvailable: (flags & 0x0080) !== 0,
    rcode: flags & 15,
  };
}

/** Two bytes of flags. */
export function flagsOf(header: Header): number {
  return (
    (header.response ? 0x8000 : 0) |
    (header.opcode << 11) |
    (header.authoritative ? 0x0400 : 0) |
    (header.truncated ? 0x0200 : 0) |
    (header.recursionDesired ? 0x0100 : 0) |
    (header.recursionAvailable ? 0x0080 : 0) |
    (header.rcode & 15)
  );
}

/**
 * Reads a whole message: every count must be met, nothing may follow. The work is bounded by the length of the message.
 * @throws {WireError}
 */
export function readMessage(bytes: Buffer): Message {
  const header = readHeader(bytes);
  const counts = [4, 6, 8, 10].map((at) => bytes.readUInt16BE(at)) as [number, number, number, number];
  const message: Message = { header, questions: [], answers: [], authority: [], additional: [] };
  let at = HEADER;
  for (let i = 0; i < counts[0]; i++) {
    const { name, next } = readName(bytes, at);
    if (next + 4 > bytes.length) throw new WireError('a question runs past the end');
    message.questions.push({ name, type: bytes.readUInt16BE(next), class: bytes.readUInt16BE(next + 2) });
    at = next + 4;
  }
  for (const [section, records] of [message.answers, message.authority, message.additional].entries()) {
    const count = counts[section + 1] as number;
    for (let i = 0; i < count; i++) {
      const { record, next } = readRecord(bytes, at);
      if (record.type === TYPE.TSIG) {
        // RFC 8945 5.1: only one, and the last.
        if (section !== 2 || i !== count - 1) throw new WireError('a TSIG record that is not the last');
        message.tsigAt = at;
      }
      records.push(record);
      at = next;
    }
  }
  if (at !== bytes.length) throw new WireError('bytes behind the last record');
  return message;
}

function readRecord(bytes: Buffer, offset: number): { record: ResourceRecord; next: number } {
  const { name, next } = readName(bytes, offset);
  if (next + 10 > bytes.length) throw new WireError('a record runs past the end');
  const type = bytes.readUInt16BE(next);
  const end = next + 10 + bytes.readUInt16BE(next + 8);
  if (end > bytes.length) throw new WireError('record data runs past the end');
  const record = {
    name,
    type,
    class: bytes.readUInt16BE(next + 2),
    ttl: bytes.readUInt32BE(next + 4),
    data: readData(bytes, type, next + 10, end),
  };
  return { record, next: end };
}

/** Fixed part of a record behind its owner: type, class, TTL, length, data. */
export function recordTail(type: number, cls: number, ttl: number, data: Buffer): Buffer {
  const out = Buffer.alloc(10 + data.length);
  out.writeUInt16BE(type, 0);
  out.writeUInt16BE(cls, 2);
  out.writeUInt32BE(ttl, 4);
  out.writeUInt16BE(data.length, 8);
  data.copy(out, 10);
  return out;
}

/**
 * Writes a message. An owner equal to the first question's name becomes a pointer to it; other names are written in full
 * (zone transfers compress by their own way, see zone/encode.ts).
 * @throws {WireError} longer than 65,535
 */
export function writeMessage(message: Omit<Message, 'tsigAt'>): Buffer {
  const head = Buffer.alloc(HEADER);
  head.writeUInt16BE(message.header.id, 0);
  head.writeUInt16BE(flagsOf(message.header), 2);
  const sections = [message.questions, message.answers, message.authority, message.additional];
  for (const [i, section] of sections.entries()) head.writeUInt16BE(section.length, 4 + 2 * i);
  const parts: Buffer[] = [head];
  for (const q of message.questions) {
    const tail = Buffer.alloc(4);
    tail.writeUInt16BE(q.type, 0);
    tail.writeUInt16BE(q.class, 2);
    parts.push(wireName(q.name), tail);
  }
  const first = message.questions[0]?.name;
  for (const record of [...message.answers, ...message.authority, ...message.additional]) {
    // A root owner is one byte already, and a TSIG's must never be compressed (RFC 8945 4.2).
    const short = record.name === first && first !== '.' && record.type !== TYPE.TSIG;
    parts.push(
      short ? Buffer.from([0xc0, HEADER]) : wireName(record.name),
      recordTail(record.type, record.class, record.ttl, writeData(record.data)),
    );
  }
  const out = Buffer.concat(parts);
  if (out.length > 0xffff) throw new WireError('a message longer than 65,535');
  return out;
}
