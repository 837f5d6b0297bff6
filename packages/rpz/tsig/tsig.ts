import { createHmac, timingSafeEqual } from 'node:crypto';
import { CLASS, TSIG_ERROR, TYPE } from '../wire/codes.ts';
import { HEADER, recordTail } from '../wire/message.ts';
import { type TsigData, writeData } from '../wire/records.ts';
import { ALGORITHMS, MAC_LENGTH, type TsigKey } from './key.ts';

/** Seconds that clocks may differ (RFC 8945 section 10 recommends it). */
export const FUDGE = 300;

interface Variables {
  timeSigned: number;
  fudge: number;
  error: number;
  other: Buffer;
}

const NOTHING = Buffer.alloc(0);

/**
 * MAC of RFC 8945 4.3: what was signed before (the request's MAC, or the last one of a stream), the message without its
 * TSIG record, then all variables, or the timers alone for the messages of a stream behind the first.
 */
export function computeMac(
  key: TsigKey,
  prior: Buffer | undefined,
  message: readonly Uint8Array[],
  variables: Variables,
  timersOnly = false,
): Buffer {
  const hmac = createHmac(ALGORITHMS[key.algorithm], key.secret);
  if (prior) {
    const length = Buffer.alloc(2);
    length.writeUInt16BE(prior.length);
    hmac.update(length).update(prior);
  }
  for (const part of message) hmac.update(part);
  const timers = Buffer.alloc(8);
  timers.writeUIntBE(variables.timeSigned, 0, 6);
  timers.writeUInt16BE(variables.fudge, 6);
  if (timersOnly) return hmac.update(timers).digest();
  const classAndTtl = Buffer.from([0, CLASS.ANY, 0, 0, 0, 0]);
  const tail = Buffer.alloc(4);
  tail.writeUInt16BE(variables.error, 0);
  tail.writeUInt16BE(variables.other.length, 2);
  for (const part of [key.wire.name, classAndTtl, key.wire.algorithm, timers, tail, variables.other]) hmac.update(part);
  return hmac.digest();
}

/** The record itself, as it stands at the end of a message. */
function tsigRecord(owner: Buffer, data: TsigData): Buffer {
  return Buffer.concat([owner, recordTail(TYPE.TSIG, CLASS.ANY, 0, writeData({ type: 'TSIG', tsig: data }))]);
}

export type Verdict =
  | { ok: true; key: TsigKey; mac: Buffer }
  /** The record itself is out of order: FORMERR. */
  | { ok: false; error: 'malformed' }
  /** `key` where an answer can be signed in spite of the error. */
  | { ok: false; error: number; key?: TsigKey; mac?: Buffer };

export interface Received {
  /** Offset of the TSIG record in the message. */
  at: number;
  keyName: string;
  class: number;
  ttl: number;
  data: TsigData;
}

/**
 * Checks in the order of RFC 8945 5.2: key, MAC, time, truncation. We accept full MACs only: a shorter one that is right
 * as far as it goes is answered BADTRUNC.
 * @param now seconds since 1970
 * @param prior MAC of the request, when the message is an answer; of the message before, further on in a stream
 * @param timersOnly for the messages of a stream behind the first
 */
export function verify(
  message: Buffer,
  received: Received,
  keys: (name: string) => TsigKey | undefined,
  now: number,
  prior?: Buffer,
  timersOnly = false,
): Verdict {
  const { data } = received;
  if (received.class !== CLASS.ANY || received.ttl !== 0) return { ok: false, error: 'malformed' };
  const key = keys(received.keyName);
  if (!key || data.algorithm !== `${key.algorithm}.`) return { ok: false, error: TSIG_ERROR.BADKEY };
  const full = MAC_LENGTH[key.algorithm];
  if (data.mac.length > full || data.mac.length < Math.max(10, full / 2)) {
    // An error answer comes without a MAC, which proves nothing.
    return { ok: false, error: data.mac.length === 0 ? TSIG_ERROR.BADSIG : 'malformed' };
  }
  const header = Buffer.from(message.subarray(0, HEADER));
  header.writeUInt16BE(data.originalId, 0);
  header.writeUInt16BE(header.readUInt16BE(10) - 1, 10);
  const expected = computeMac(key, prior, [header, message.subarray(HEADER, received.at)], data, timersOnly);
  if (!timingSafeEqual(expected.subarray(0, data.mac.length), data.mac)) {
    return { ok: false, error: TSIG_ERROR.BADSIG };
  }
  if (Math.abs(now - data.timeSigned) > data.fudge) {
    return { ok: false, error: TSIG_ERROR.BADTIME, key, mac: data.mac };
  }
  if (data.mac.length < full) return { ok: false, error: TSIG_ERROR.BADTRUNC, key, mac: data.mac };
  return { ok: true, key, mac: data.mac };
}

/**
 * Signs the messages of one exchange in order: every one of them, as RFC 8945 5.3.1 asks of servers. The first is bound to
 * the request, each further one to the one before.
 */
export class Signer {
  readonly key: TsigKey;
  #prior: Buffer | undefined;
  #first = true;
  #seconds: () => number;

  /** @param seconds the time, since 1970 */
  constructor(key: TsigKey, requestMac: Buffer | undefined, seconds: () => number) {
    this.key = key;
    this.#prior = requestMac;
    this.#seconds = seconds;
  }

  get lastMac(): Buffer | undefined {
    return this.#prior;
  }

  /**
   * @param message parts of the message without TSIG, its record count as if there were none
   * @returns the record to put behind it; the caller adds 1 to the count
   */
  sign(message: readonly Uint8Array[], id: number): Buffer {
    const variables = { timeSigned: this.#seconds(), fudge: FUDGE, error: 0, other: NOTHING };
    const mac = computeMac(this.key, this.#prior, message, variables, !this.#first);
    this.#prior = mac;
    this.#first = false;
    const algorithm = this.key.algorithm;
    return tsigRecord(this.key.wire.name, { ...variables, algorithm, mac, originalId: id });
  }
}

/**
 * The record of an answer that reports an error. BADKEY and BADSIG go unsigned; BADTIME and BADTRUNC are signed, and
 * BADTIME says our time and repeats the sender's (RFC 8945 5.2.3).
 */
export function errorRecord(
  message: readonly Uint8Array[],
  received: Received,
  owner: Buffer,
  verdict: { error: number; key?: TsigKey; mac?: Buffer },
  now: number,
): Buffer {
  const { error, key, mac: requestMac } = verdict;
  const { originalId, algorithm, fudge } = received.data;
  if (!key) {
    const unsigned = { algorithm, timeSigned: now, fudge: FUDGE, mac: NOTHING, originalId, error, other: NOTHING };
    return tsigRecord(owner, unsigned);
  }
  let other: Buffer = NOTHING;
  if (error === TSIG_ERROR.BADTIME) {
    other = Buffer.alloc(6);
    other.writeUIntBE(now, 0, 6);
  }
  const timeSigned = error === TSIG_ERROR.BADTIME ? received.data.timeSigned : now;
  const variables = { timeSigned, fudge, error, other };
  const mac = computeMac(key, requestMac, message, variables);
  return tsigRecord(key.wire.name, { ...variables, algorithm: key.algorithm, mac, originalId });
}
