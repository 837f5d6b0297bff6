import { FOLD } from '../wire/name.ts';
import type { Entry } from './entry.ts';

/** Bytes of a slot: four lines of the processor's cache, of which a usual answer takes two. */
const SLOT = 256;
/** Where things stand in it, in bytes; the name is last, and the body follows on it. */
const HASH = 0;
const LIFE = 4;
const STORED = 8;
const UNTIL = 16;
const NAME_LENGTH = 24;
const BODY_LENGTH = 25;
const TTLS = 26;
const FLAGS = 27;
const TYPE = 28;
const RCODE = 30;
const AUTHENTIC = 31;
const COUNTS = 32;
const ASKED = 35;
const TTL_AT = 36;
const MOST_TTLS = 8;
const NAME = TTL_AT + MOST_TTLS;
const ROOM = SLOT - NAME;

/**
 * Small answers that are asked for again and again, copied side by side into one block of memory. An `Entry` is a dozen objects
 * in a dozen places, and with ten thousand names taking turns each of them is a wait for memory; here an answer is two or three
 * lines. Only copies: what is not here, or is due to be fetched anew, is answered from the entries. What leads to other names,
 * has `ech`, or has an error to tell is never here, so that nothing more needs to be decided about it.
 */
export class SmallAnswers {
  readonly bytes: Uint8Array;
  #words: Int32Array;
  #times: Float64Array;
  #mask: number;
  #turn = 0;

  /** @param slots how many, a power of two from 2 on, 256 bytes each */
  constructor(slots: number) {
    const block = new ArrayBuffer(slots * SLOT);
    this.bytes = new Uint8Array(block);
    this.#words = new Int32Array(block);
    this.#times = new Float64Array(block);
    this.#mask = slots - 1;
  }

  /**
   * Where in `bytes` the answer stands, or -1.
   * @param hash of name, type and flags, the one that `keep` was given
   * @param now milliseconds since 1970
   */
  find(hash: number, packet: Uint8Array, at: number, end: number, type: number, flags: number, now: number): number {
    const { bytes } = this;
    const slot = this.#at(hash);
    if (slot < 0) return -1;
    const length = end - at;
    // The hash may be another's. An empty slot has a name of no length, which no question has.
    if (bytes[slot + NAME_LENGTH] !== length || bytes[slot + FLAGS] !== flags) return -1;
    if (bytes[slot + TYPE] !== type >> 8 || bytes[slot + TYPE + 1] !== (type & 0xff)) return -1;
    if (now >= (this.#times[(slot + UNTIL) >> 3] as number)) return -1;
    const name = slot + NAME;
    for (let i = 0; i < length; i++) if (bytes[name + i] !== FOLD[packet[at + i] as number]) return -1;
    bytes[slot + ASKED] = 1;
    return slot;
  }

  /** Takes a copy of what was just given, until `until` (milliseconds since 1970), if it is small and leads nowhere. */
  keep(hash: number, entry: Entry, until: number): void {
    const { name, body, ttlAt, targets, errors } = entry;
    if (name.length + body.length > ROOM || ttlAt.length > MOST_TTLS || targets.length > 0 || errors.length > 0) return;
    const { answers, authority, additional, rcode } = entry;
    if (entry.ech || rcode > 15 || answers > 255 || authority > 255 || additional > 255) return;
    const { bytes } = this;
    const words = this.#words;
    const slot = this.#place(hash);
    if (slot < 0) return;
    words[(slot + HASH) >> 2] = hash;
    words[(slot + LIFE) >> 2] = entry.life;
    this.#times[(slot + STORED) >> 3] = entry.storedAt;
    this.#times[(slot + UNTIL) >> 3] = until;
    bytes[slot + NAME_LENGTH] = name.length;
    bytes[slot + BODY_LENGTH] = body.length;
    bytes[slot + TTLS] = ttlAt.length;
    bytes[slot + FLAGS] = entry.flags;
    bytes[slot + TYPE] = entry.type >> 8;
    bytes[slot + TYPE + 1] = entry.type;
    bytes[slot + RCODE] = rcode;
    bytes[slot + AUTHENTIC] = entry.authentic ? 1 : 0;
    bytes[slot + ASKED] = 0;
    bytes[slot + COUNTS] = answers;
    bytes[slot + COUNTS + 1] = authority;
    bytes[slot + COUNTS + 2] = additional;
    for (let i = 0; i < ttlAt.length; i++) bytes[slot + TTL_AT + i] = ttlAt[i] as number;
    bytes.set(name, slot + NAME);
    bytes.set(body, slot + NAME + name.length);
  }

  /** Which of the two slots for a hash has it, or -1. */
  #at(hash: number): number {
    const slot = (hash & this.#mask) * SLOT;
    if (this.#words[(slot + HASH) >> 2] === hash) return slot;
    return this.#words[((slot ^ SLOT) + HASH) >> 2] === hash ? slot ^ SLOT : -1;
  }

  /** Where to put what has this hash: where it is, where nothing is, or now and then in the place of another. */
  #place(hash: number): number {
    const known = this.#at(hash);
    if (known >= 0) return known;
    const slot = (hash & this.#mask) * SLOT;
    if (this.bytes[slot + NAME_LENGTH] === 0) return slot;
    if (this.bytes[(slot ^ SLOT) + NAME_LENGTH] === 0) return slot ^ SLOT;
    // Those that are asked for in turns must not drive each other out each time: copying costs more than it saves.
    this.#turn += 1;
    return (this.#turn & 7) === 0 ? slot ^ (this.#turn & 8 ? SLOT : 0) : -1;
  }

  /** What has this hash is known anew, or not at all. */
  forget(hash: number): void {
    const slot = this.#at(hash);
    if (slot < 0) return;
    this.bytes[slot + NAME_LENGTH] = 0;
    this.#words[(slot + HASH) >> 2] = 0;
  }

  /** Whether what has this hash was asked for since this was last called about it. */
  asked(hash: number): boolean {
    const slot = this.#at(hash);
    if (slot < 0 || this.bytes[slot + ASKED] === 0) return false;
    this.bytes[slot + ASKED] = 0;
    return true;
  }

  clear(): void {
    this.bytes.fill(0);
  }

  /** Seconds that the answer may be kept from when it was stored. */
  life(slot: number): number {
    return this.#words[(slot + LIFE) >> 2] as number;
  }

  /** Milliseconds since 1970. */
  storedAt(slot: number): number {
    return this.#times[(slot + STORED) >> 3] as number;
  }

  rcode(slot: number): number {
    return this.bytes[slot + RCODE] as number;
  }

  authentic(slot: number): boolean {
    return this.bytes[slot + AUTHENTIC] === 1;
  }

  /** Records of a section: 0 answers, 1 authority, 2 additional. */
  count(slot: number, section: 0 | 1 | 2): number {
    return this.bytes[slot + COUNTS + section] as number;
  }

  /** Where in `bytes` all that comes behind the question begins. */
  body(slot: number): number {
    return slot + NAME + (this.bytes[slot + NAME_LENGTH] as number);
  }

  bodyLength(slot: number): number {
    return this.bytes[slot + BODY_LENGTH] as number;
  }

  ttls(slot: number): number {
    return this.bytes[slot + TTLS] as number;
  }

  /** Where in the body the TTL with this number stands. */
  ttlAt(slot: number, number: number): number {
    return this.bytes[slot + TTL_AT + number] as number;
  }
}
