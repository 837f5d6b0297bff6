import { WireError } from '../errors.ts';
import { TYPE } from './codes.ts';
import { readName, wireName } from './name.ts';

export interface Soa {
  mname: string;
  rname: string;
  serial: number;
  /** Seconds, as the four that follow. */
  refresh: number;
  retry: number;
  expire: number;
  minimum: number;
}

export interface TsigData {
  algorithm: string;
  /** Seconds since 1970, 48 bits. */
  timeSigned: number;
  fudge: number;
  mac: Buffer;
  originalId: number;
  error: number;
  other: Buffer;
}

/** What a record says, for the types of this library; others keep their bytes. */
export type RecordData =
  | { type: 'SOA'; soa: Soa }
  | { type: 'NS' | 'CNAME'; target: string }
  | { type: 'A' | 'AAAA'; address: string }
  | { type: 'TXT'; texts: Buffer[] }
  | { type: 'OPT'; options: { code: number; data: Buffer }[] }
  | { type: 'TSIG'; tsig: TsigData }
  | { type: 'other'; bytes: Buffer };

/**
 * Reads the data of one record. It must fill its declared length exactly.
 * @throws {WireError}
 */
export function readData(message: Buffer, type: number, start: number, end: number): RecordData {
  const data = decode(message, type, start, end);
  if (data.next !== end) throw new WireError('record data of a wrong length');
  return data.data;
}

function decode(message: Buffer, type: number, start: number, end: number): { data: RecordData; next: number } {
  const need = (at: number, bytes: number) => {
    if (at + bytes > end) throw new WireError('record data too short');
  };
  switch (type) {
    case TYPE.SOA: {
      const mname = readName(message, start);
      const rname = readName(message, mname.next);
      const at = rname.next;
      need(at, 20);
      const [serial, refresh, retry, expire, minimum] = [0, 4, 8, 12, 16].map((o) => message.readUInt32BE(at + o)) as [
        number,
        number,
        number,
        number,
        number,
      ];
      const soa = { mname: mname.name, rname: rname.name, serial, refresh, retry, expire, minimum };
      return { data: { type: 'SOA', soa }, next: at + 20 };
    }
    case TYPE.NS:
    case TYPE.CNAME: {
      const { name, next } = readName(message, start);
      return { data: { type: type === TYPE.NS ? 'NS' : 'CNAME', target: name }, next };
    }
    case TYPE.A:
      need(start, 4);
      return { data: { type: 'A', address: message.subarray(start, start + 4).join('.') }, next: start + 4 };
    case TYPE.AAAA: {
      need(start, 16);
      const groups = Array.from({ length: 8 }, (_, i) => message.readUInt16BE(start + 2 * i).toString(16));
      return { data: { type: 'AAAA', address: groups.join(':') }, next: start + 16 };
    }
    case TYPE.TXT: {
      const texts: Buffer[] = [];
      let at = start;
      while (at < end) {
        const length = message[at] as number;
        need(at, 1 + length);
        texts.push(message.subarray(at + 1, at + 1 + length));
        at += 1 + length;
      }
      if (texts.length === 0) throw new WireError('an empty text record');
      return { data: { type: 'TXT', texts }, next: at };
    }
    case TYPE.OPT: {
      const options: { code: number; data: Buffer }[] = [];
      let at = start;
      while (at < end) {
        need(at, 4);
        const length = message.readUInt16BE(at + 2);
        need(at + 4, length);
        options.push({ code: message.readUInt16BE(at), data: message.subarray(at + 4, at + 4 + length) });
        at += 4 + length;
      }
      return { data: { type: 'OPT', options }, next: at };
    }
    case TYPE.TSIG:
      return decodeTsig(message, start, need);
    default:
      return { data: { type: 'other', bytes: message.subarray(start, end) }, next: end };
  }
}

function decodeTsig(message: Buffer, start: number, need: (at: number, bytes: number) => void) {
  const algorithm = readName(message, start);
  // RFC 8945 4.2: never compressed.
  if (algorithm.compressed) throw new WireError('a compressed algorithm name');
  let at = algorithm.next;
  need(at, 10);
  const timeSigned = message.readUIntBE(at, 6);
  const fudge = message.readUInt16BE(at + 6);
  const macLength = message.readUInt16BE(at + 8);
  at += 10;
  need(at, macLength + 6);
  const mac = message.subarray(at, at + macLength);
  at += macLength;
  const originalId = message.readUInt16BE(at);
  const error = message.readUInt16BE(at + 2);
  const otherLength = message.readUInt16BE(at + 4);
  at += 6;
  need(at, otherLength);
  const other = message.subarray(at, at + otherLength);
  const tsig: TsigData = { algorithm: algorithm.name, timeSigned, fudge, mac, originalId, error, other };
  return { data: { type: 'TSIG' as const, tsig }, next: at + otherLength };
}

/** Bytes of record data, uncompressed. @throws {WireError} a name or an address that is none */
export function writeData(data: RecordData): Buffer {
  switch (data.type) {
    case 'SOA': {
      const { mname, rname, serial, refresh, retry, expire, minimum } = data.soa;
      const numbers = Buffer.alloc(20);
      for (const [i, n] of [serial, refresh, retry, expire, minimum].entries()) numbers.writeUInt32BE(n, 4 * i);
      return Buffer.concat([wireName(mname), wireName(rname), numbers]);
    }
    case 'NS':
    case 'CNAME':
      return wireName(data.target);
    case 'A':
      return addressV4(data.address);
    case 'AAAA':
      return addressV6(data.address);
    case 'TXT':
      return Buffer.concat(
        data.texts.flatMap((text) => {
          if (text.length > 255) throw new WireError('a text longer than 255 bytes');
          return [Buffer.from([text.length]), text];
        }),
      );
    case 'OPT':
      return Buffer.concat(
        data.options.flatMap(({ code, data: bytes }) => {
          const head = Buffer.alloc(4);
          head.writeUInt16BE(code, 0);
          head.writeUInt16BE(bytes.length, 2);
          return [head, bytes];
        }),
      );
    case 'TSIG':
      return writeTsig(data.tsig);
    case 'other':
      return data.bytes;
  }
}

function writeTsig({ algorithm, timeSigned, fudge, mac, originalId, error, other }: TsigData): Buffer {
  const head = Buffer.alloc(10);
  head.writeUIntBE(timeSigned, 0, 6);
  head.writeUInt16BE(fudge, 6);
  head.writeUInt16BE(mac.length, 8);
  const rest = Buffer.alloc(6);
  rest.writeUInt16BE(originalId, 0);
  rest.writeUInt16BE(error, 2);
  rest.writeUInt16BE(other.length, 4);
  return Buffer.concat([wireName(algorithm), head, mac, rest, other]);
}

function addressV4(text: string): Buffer {
  const parts = text.split('.');
  const bytes = parts.map(Number);
  if (parts.length !== 4 || parts.some((p, i) => !/^\d{1,3}$/.test(p) || (bytes[i] as number) > 255))
    throw new WireError(`not an IPv4 address: ${text}`);
  return Buffer.from(bytes);
}

function addressV6(text: string): Buffer {
  const halves = text.split('::');
  const groups = (half: string | undefined) => (half ? half.split(':') : []);
  const [head, tail] = [groups(halves[0]), groups(halves[1])];
  const missing = 8 - head.length - tail.length;
  const wrong = halves.length > 2 || (halves.length === 2 ? missing < 1 : missing !== 0);
  const all = wrong ? [] : [...head, ...Array.from({ length: missing }, () => '0'), ...tail];
  if (wrong || all.some((g) => !/^[0-9a-f]{1,4}$/i.test(g))) throw new WireError(`not an IPv6 address: ${text}`);
  const out = Buffer.alloc(16);
  for (const [i, group] of all.entries()) out.writeUInt16BE(Number.parseInt(group, 16), 2 * i);
  return out;
}
