import { CLASS, TYPE } from '../wire/codes.ts';
import { HEADER, recordTail } from '../wire/message.ts';
import { wireName } from '../wire/name.ts';
import type { Treatment } from './policy.ts';

/**
 * Answer records of one message of a transfer, without header, question and TSIG: the part that all secondaries share.
 * Its compression pointers count on the question being there, whose name is the zone's origin, at offset 12.
 */
export interface Chunk {
  readonly body: Buffer;
  readonly records: number;
}

/** A pointer reaches 16,383 (RFC 1035 4.1.4): so that every owner can be pointed to, no message begins a record beyond. */
const REACH = 0x4000;

const STAR = 0x2a;

/** Bytes before the body: header, origin, type and class. */
export function bodyStart(origin: string): number {
  return HEADER + wireName(origin).length + 4;
}

/** How many bytes of body fit a message. */
export function bodyRoom(start: number): number {
  return REACH - start;
}

/** Whether it has an exact owner and a wildcard. */
function pairs({ scope }: Treatment): boolean {
  return scope === 'both' || scope === 'between';
}

/** Bytes that a rule takes at most. */
export function entryBound(keyLength: number, treatment: Treatment): number {
  let records = 0;
  for (const record of treatment.records) records += 14 + record.data.length;
  return keyLength + 6 + (pairs(treatment) ? 2 * records : records);
}

const scratch = Buffer.allocUnsafe(REACH);

/**
 * Writes records one behind the other into as many bodies as they need. Owners are compressed against the origin and against
 * the owner written before, so keys in order compress best. One at a time: the scratch space is shared.
 */
export class ChunkWriter {
  readonly chunks: Chunk[] = [];
  #ttl: number;
  #start: number;
  #room: number;
  #at = 0;
  #records = 0;
  #last = '';
  /** Of the last key: where each of its labels ends in the text, and where the name up to there stands in the message. */
  #ends: number[] = [];
  #offsets: number[] = [];
  #tails = new Map<Treatment, Buffer[]>();

  constructor(ttl: number, start: number) {
    this.#ttl = ttl;
    this.#start = start;
    this.#room = bodyRoom(start);
  }

  /** One rule: its exact owner, its wildcard, or both. @param key labels reversed */
  entry(key: string, treatment: Treatment): void {
    if (this.#at + entryBound(key.length, treatment) > this.#room) this.#flush();
    const tails = this.#tailsOf(treatment);
    const { scope } = treatment;
    let owner = 0;
    if (scope === 'subdomains') {
      scratch[this.#at++] = 1;
      scratch[this.#at++] = STAR;
    }
    for (const [i, tail] of tails.entries()) {
      if (i === 0) owner = this.#owner(key);
      else if (scope === 'subdomains') this.#wildcard(owner);
      else this.#pointer(owner);
      this.#tail(tail);
    }
    if (!pairs(treatment)) return;
    for (const tail of tails) {
      this.#wildcard(owner);
      this.#tail(tail);
    }
  }

  /** A record at the zone's apex. @param tail type, class, TTL, length and data */
  apex(tail: Buffer): void {
    if (this.#at + 2 + tail.length > this.#room) this.#flush();
    this.#pointer(HEADER);
    this.#tail(tail);
  }

  finish(): Chunk[] {
    this.#flush();
    return this.chunks;
  }

  #flush(): void {
    if (this.#records > 0) {
      this.chunks.push({ body: Buffer.from(scratch.subarray(0, this.#at)), records: this.#records });
    }
    this.#at = 0;
    this.#records = 0;
    this.#last = '';
    this.#ends = [];
    this.#offsets = [];
  }

  #tailsOf(treatment: Treatment): Buffer[] {
    let tails = this.#tails.get(treatment);
    if (!tails) {
      tails = treatment.records.map((record) => recordTail(record.type, CLASS.IN, this.#ttl, record.data));
      this.#tails.set(treatment, tails);
    }
    return tails;
  }

  #tail(tail: Buffer): void {
    scratch.set(tail, this.#at);
    this.#at += tail.length;
    this.#records += 1;
  }

  #pointer(offset: number): void {
    scratch[this.#at++] = 0xc0 | (offset >> 8);
    scratch[this.#at++] = offset & 0xff;
  }

  #wildcard(owner: number): void {
    scratch[this.#at++] = 1;
    scratch[this.#at++] = STAR;
    this.#pointer(owner);
  }

  /** Writes the owner; answers with its offset in the message. */
  #owner(key: string): number {
    // How many whole labels it shares with the last key.
    const last = this.#last;
    let same = 0;
    const most = Math.min(key.length, last.length);
    while (same < most && key.charCodeAt(same) === last.charCodeAt(same)) same++;
    let shared = 0;
    while (shared < this.#ends.length) {
      const end = this.#ends[shared] as number;
      if (end > same || (end < key.length && key.charCodeAt(end) !== 0x2e)) break;
      shared++;
    }
    const from = shared === 0 ? 0 : (this.#ends[shared - 1] as number);
    const sharedAt = shared === 0 ? HEADER : (this.#offsets[shared - 1] as number);
    this.#ends.length = shared;
    this.#offsets.length = shared;
    const ends: number[] = [];
    for (let i = from + 1; i <= key.length; i++) if (i === key.length || key.charCodeAt(i) === 0x2e) ends.push(i);
    const first = this.#start + this.#at;
    // The same name again, whole.
    if (ends.length === 0) {
      this.#pointer(sharedAt);
      return sharedAt;
    }
    const offsets: number[] = [];
    for (let l = ends.length - 1; l >= 0; l--) {
      const end = ends[l] as number;
      const begin = l > 0 ? (ends[l - 1] as number) + 1 : from === 0 ? 0 : from + 1;
      offsets.unshift(this.#start + this.#at);
      scratch[this.#at++] = end - begin;
      for (let i = begin; i < end; i++) scratch[this.#at++] = key.charCodeAt(i);
    }
    this.#pointer(sharedAt);
    this.#ends.push(...ends);
    this.#offsets.push(...offsets);
    this.#last = key;
    return first;
  }
}

export interface ApexSettings {
  ttl: number;
  /** Primary's name and mailbox as SOA says them. */
  mname: string;
  rname: string;
  refresh: number;
  retry: number;
  expire: number;
  minimum: number;
  nameservers: readonly string[];
}

export function soaTail(apex: ApexSettings, serial: number): Buffer {
  const numbers = Buffer.alloc(20);
  for (const [i, n] of [serial, apex.refresh, apex.retry, apex.expire, apex.minimum].entries()) {
    numbers.writeUInt32BE(n, 4 * i);
  }
  const data = Buffer.concat([wireName(apex.mname), wireName(apex.rname), numbers]);
  return recordTail(TYPE.SOA, CLASS.IN, apex.ttl, data);
}

export function nsTails(apex: ApexSettings): Buffer[] {
  return apex.nameservers.map((name) => recordTail(TYPE.NS, CLASS.IN, apex.ttl, wireName(name)));
}
