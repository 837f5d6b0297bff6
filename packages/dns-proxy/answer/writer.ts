import { HEADER, OPTION, TYPE, UDP_PAYLOAD } from '../wire/codes.ts';
import { COOKIE_SIZE } from '../wire/cookie.ts';
import type { Query } from '../wire/query.ts';
import { type Entry, long, put32 } from './entry.ts';
import type { SmallAnswers } from './small.ts';
import type { Tail } from './tail.ts';

/** Encrypted answers are filled up to a multiple of this (RFC 8467, 4.1). */
const BLOCK = 468;
const OPT = 11;
const NOTHING = new Uint8Array(0);

/** Bits of flags. */
const RESPONSE = 0x8000;
const TRUNCATED = 0x0200;
const RECURSION_DESIRED = 0x0100;
const RECURSION_AVAILABLE = 0x0080;
const AUTHENTIC = 0x0020;
const CHECKING_DISABLED = 0x0010;

/** Writes one answer at a time into a buffer that it is given. What belongs to one answer is set before and stays for its length. */
export class Writer {
  /** Where the answer goes, and how long it may get. */
  out: Uint8Array = NOTHING;
  limit = 0;
  packet: Uint8Array = NOTHING;
  readonly query: Query;
  /** Options for this answer: a cookie (24 bytes when `hasCookie`), an extended error, padding, and how long we hold connections. */
  readonly cookie = new Uint8Array(COOKIE_SIZE);
  hasCookie = false;
  errors: Uint8Array = NOTHING;
  pad = false;
  /** In units of 100 ms (RFC 7828); 0 = not said. */
  keepalive = 0;
  /** Whether the last answer had to be cut. */
  truncated = false;

  constructor(query: Query) {
    this.query = query;
  }

  /** Before each answer. */
  begin(out: Uint8Array, limit: number, packet: Uint8Array): void {
    this.out = out;
    this.limit = Math.min(limit, out.length);
    this.packet = packet;
    this.hasCookie = false;
    this.errors = NOTHING;
    this.pad = false;
    this.keepalive = 0;
    this.truncated = false;
  }

  #optSize(): number {
    if (!this.query.edns) return 0;
    return OPT + (this.hasCookie ? 4 + COOKIE_SIZE : 0) + (this.keepalive > 0 ? 6 : 0) + this.errors.length;
  }

  /** Header and question. @returns where the rest goes */
  #head(rcode: number, flags: number, answers: number, authority: number, additional: number): number {
    const { out, packet, query } = this;
    const { end } = query;
    out[0] = packet[0] as number;
    out[1] = packet[1] as number;
    const all =
      RESPONSE |
      (query.opcode << 11) |
      (query.flags & (RECURSION_DESIRED | CHECKING_DISABLED)) |
      RECURSION_AVAILABLE |
      flags |
      (rcode & 15);
    out[2] = all >> 8;
    out[3] = all;
    out[4] = 0;
    out[5] = end > HEADER ? 1 : 0;
    out[6] = answers >> 8;
    out[7] = answers;
    out[8] = authority >> 8;
    out[9] = authority;
    if (query.edns) additional += 1;
    out[10] = additional >> 8;
    out[11] = additional;
    for (let i = HEADER; i < end; i++) out[i] = packet[i] as number;
    return end;
  }

  /** OPT, last of all, with its options. @returns the length of the whole */
  #opt(at: number, rcode: number): number {
    if (!this.query.edns) return at;
    const { out, errors } = this;
    out[at] = 0;
    out[at + 1] = 0;
    out[at + 2] = TYPE.OPT;
    out[at + 3] = UDP_PAYLOAD >> 8;
    out[at + 4] = UDP_PAYLOAD & 0xff;
    out[at + 5] = rcode >> 4;
    out[at + 6] = 0;
    out[at + 7] = this.query.dnssecOk ? 0x80 : 0;
    out[at + 8] = 0;
    const start = at + OPT;
    let end = start;
    for (let i = 0; i < errors.length; i++) out[end++] = errors[i] as number;
    if (this.hasCookie) {
      out[end] = 0;
      out[end + 1] = OPTION.COOKIE;
      out[end + 2] = 0;
      out[end + 3] = COOKIE_SIZE;
      for (let i = 0; i < COOKIE_SIZE; i++) out[end + 4 + i] = this.cookie[i] as number;
      end += 4 + COOKIE_SIZE;
    }
    if (this.keepalive > 0) {
      out[end] = 0;
      out[end + 1] = OPTION.KEEPALIVE;
      out[end + 2] = 0;
      out[end + 3] = 2;
      out[end + 4] = this.keepalive >> 8;
      out[end + 5] = this.keepalive;
      end += 6;
    }
    if (this.pad && end + 4 <= this.limit) {
      const whole = Math.min(this.limit, Math.ceil((end + 4) / BLOCK) * BLOCK);
      const size = whole - end - 4;
      out[end] = 0;
      out[end + 1] = OPTION.PADDING;
      out[end + 2] = size >> 8;
      out[end + 3] = size;
      out.fill(0, end + 4, whole);
      end = whole;
    }
    out[at + 9] = (end - start) >> 8;
    out[at + 10] = end - start;
    return end;
  }

  /** Whether so many bytes of records fit; without its explanations if that helps. */
  #fits(size: number): boolean {
    if (this.query.end + size + this.#optSize() <= this.limit) return true;
    this.errors = NOTHING;
    return this.query.end + size + this.#optSize() <= this.limit;
  }

  /** Says that the answer does not fit: come again over TCP. */
  cut(rcode = 0): number {
    this.truncated = true;
    this.errors = NOTHING;
    return this.#opt(this.#head(rcode, TRUNCATED, 0, 0, 0), rcode);
  }

  tail(tail: Tail): number {
    const { body } = tail;
    if (!this.#fits(body.length)) return this.cut(tail.rcode);
    let at = this.#head(tail.rcode, 0, tail.answers, tail.authority, 0);
    const { out } = this;
    for (let i = 0; i < body.length; i++) out[at++] = body[i] as number;
    return this.#opt(at, tail.rcode);
  }

  /** @param elapsed seconds by which TTLs are counted down  @param stale what they all are instead; 0 = not */
  entry(entry: Entry, elapsed: number, stale: number): number {
    const { body, ttlAt } = entry;
    if (!this.#fits(body.length)) return this.cut(entry.rcode);
    // RFC 6840, 5.8: only who asks is told that data are authentic.
    const authentic = entry.authentic && (this.query.dnssecOk || (this.query.flags & AUTHENTIC) !== 0) ? AUTHENTIC : 0;
    const at = this.#head(entry.rcode, authentic, entry.answers, entry.authority, entry.additional);
    const { out } = this;
    out.set(body, at);
    for (let i = 0; i < ttlAt.length; i++) {
      const here = at + (ttlAt[i] as number);
      put32(out, here, stale > 0 ? stale : Math.max(0, long(out, here) - elapsed));
    }
    return this.#opt(at + body.length, entry.rcode);
  }

  /** The same of a copy. */
  small(from: SmallAnswers, slot: number, elapsed: number): number {
    const length = from.bodyLength(slot);
    const rcode = from.rcode(slot);
    if (!this.#fits(length)) return this.cut(rcode);
    const { query, out } = this;
    const authentic = from.authentic(slot) && (query.dnssecOk || (query.flags & AUTHENTIC) !== 0) ? AUTHENTIC : 0;
    const at = this.#head(rcode, authentic, from.count(slot, 0), from.count(slot, 1), from.count(slot, 2));
    const { bytes } = from;
    const body = from.body(slot);
    for (let i = 0; i < length; i++) out[at + i] = bytes[body + i] as number;
    const ttls = from.ttls(slot);
    for (let i = 0; i < ttls; i++) {
      const here = at + from.ttlAt(slot, i);
      put32(out, here, Math.max(0, long(out, here) - elapsed));
    }
    return this.#opt(at + length, rcode);
  }

  /** An alias to `target`, and the addresses of that. */
  alias(target: Uint8Array, type: number, addresses: readonly Uint8Array[], ttl: number): number {
    const each = 12 + (type === TYPE.A ? 4 : 16);
    if (!this.#fits(12 + target.length + addresses.length * each)) return this.cut();
    let at = this.#head(0, 0, 1 + addresses.length, 0, 0);
    const name = at + 12;
    at = this.#record(at, HEADER, TYPE.CNAME, ttl, target);
    for (const address of addresses) at = this.#record(at, name, type, ttl, address);
    return this.#opt(at, 0);
  }

  #record(at: number, owner: number, type: number, ttl: number, data: Uint8Array): number {
    const { out } = this;
    out[at] = 0xc0 | (owner >> 8);
    out[at + 1] = owner;
    out[at + 2] = type >> 8;
    out[at + 3] = type;
    out[at + 4] = 0;
    out[at + 5] = 1;
    out[at + 6] = ttl >>> 24;
    out[at + 7] = ttl >>> 16;
    out[at + 8] = ttl >>> 8;
    out[at + 9] = ttl;
    out[at + 10] = data.length >> 8;
    out[at + 11] = data.length;
    out.set(data, at + 12);
    return at + 12 + data.length;
  }
}
