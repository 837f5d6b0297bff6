import { FOLD } from '../wire/name.ts';
import type { Entry } from './entry.ts';
import { SmallAnswers } from './small.ts';

/** Slots for copies of small answers: 4 MB, or a sixteenth of a smaller cache. */
const SLOTS = 16_384;
/** An answer is renewed in the last tenth of its life, if that life was worth it (seconds). */
const RENEW_FROM = 10;

export interface CacheSettings {
  /** Memory in bytes. Default 64 MB. */
  readonly bytes?: number;
  /** Seconds; what an upstream says is brought between them. Default 0 and a day. */
  readonly minTtl?: number;
  readonly maxTtl?: number;
  /** Longest life of "there is none". Default an hour. */
  readonly negativeTtl?: number;
  /** Life of a failure. Default 5 s. */
  readonly failureTtl?: number;
  /** How long past its end an answer may serve when no upstream answers (RFC 8767). Default a day; 0 = never. */
  readonly staleSeconds?: number;
}

export const CACHE_DEFAULTS: Required<CacheSettings> = {
  bytes: 64 << 20,
  minTtl: 0,
  maxTtl: 86_400,
  negativeTtl: 3600,
  failureTtl: 5,
  staleSeconds: 86_400,
};

/**
 * Answers of upstreams, for everybody: what a profile says about them is never in it. Bounded by bytes; a clock hand takes
 * away what nobody asked for since it last came by.
 */
export class Cache {
  /** Copies of what is asked for often, to be looked at first. */
  readonly small: SmallAnswers;
  #entries = new Map<number, Entry>();
  #limit: number;
  #staleMs: number;
  #seed: number;
  #bytes = 0;
  #count = 0;
  #hand: MapIterator<[number, Entry]>;

  /** @param seed any number nobody outside knows, so that no one can make names share a hash */
  constructor(limit: number, staleSeconds: number, seed: number) {
    this.#limit = limit;
    this.#staleMs = 1000 * staleSeconds;
    this.#seed = seed | 0;
    this.#hand = this.#entries.entries();
    let slots = SLOTS;
    while (slots > 2 && slots * 256 * 16 > limit) slots >>= 1;
    this.small = new SmallAnswers(slots);
  }

  get bytes(): number {
    return this.#bytes;
  }

  get size(): number {
    return this.#count;
  }

  /** Of a question, for `find` and `small`. */
  hash(packet: Uint8Array, at: number, end: number, type: number, flags: number): number {
    let h = this.#seed ^ Math.imul(type, 0x9e3779b1) ^ (flags << 29);
    for (let i = at; i < end; i++) {
      h = Math.imul(h ^ (FOLD[packet[i] as number] as number), 0x01000193);
      h ^= h >>> 15;
    }
    h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
    return (h ^ (h >>> 13)) | 0;
  }

  /**
   * Whatever is known, also when its time is over: the caller compares `expires`.
   * @param hash of just that question
   */
  find(
    packet: Uint8Array,
    at: number,
    end: number,
    type: number,
    flags: number,
    hash: number = this.hash(packet, at, end, type, flags),
  ): Entry | undefined {
    let entry = this.#entries.get(hash);
    while (entry && !entry.is(packet, at, end, type, flags)) entry = entry.next;
    return entry;
  }

  /** From when on an answer that is asked for is fetched anew, in milliseconds since 1970: in the last tenth of its life. */
  renewFrom(entry: Entry): number {
    return entry.life >= RENEW_FROM ? entry.expires - 100 * entry.life : entry.expires;
  }

  put(entry: Entry, now: number): void {
    const { cost } = entry;
    // One answer may not drive out everything.
    if (cost > this.#limit / 4) return;
    const hash = this.hash(entry.name, 0, entry.name.length, entry.type, entry.flags);
    this.small.forget(hash);
    const head = this.#entries.get(hash);
    let rest: Entry | undefined;
    for (let old = head; old; old = old.next) {
      if (!old.is(entry.name, 0, entry.name.length, entry.type, entry.flags)) continue;
      this.#bytes -= old.cost;
      this.#count -= 1;
      if (old === head) rest = old.next;
      else {
        let before = head as Entry;
        while (before.next !== old) before = before.next as Entry;
        before.next = old.next;
        rest = head;
      }
      old.next = undefined;
      entry.next = rest;
      this.#set(hash, entry, cost, now);
      return;
    }
    entry.next = head;
    this.#set(hash, entry, cost, now);
  }

  #set(hash: number, entry: Entry, cost: number, now: number): void {
    this.#entries.set(hash, entry);
    this.#bytes += cost;
    this.#count += 1;
    while (this.#bytes > this.#limit) this.#sweep(now, entry);
  }

  #sweep(now: number, keep: Entry): void {
    const step = this.#hand.next();
    if (step.done) {
      this.#hand = this.#entries.entries();
      return;
    }
    const [hash, head] = step.value;
    const asked = this.small.asked(hash);
    let used = false;
    for (let e: Entry | undefined = head; e; e = e.next) {
      used ||= ((e.used || asked) && e.expires + this.#staleMs > now) || e === keep;
      e.used = false;
    }
    if (used) return;
    this.#entries.delete(hash);
    for (let e: Entry | undefined = head; e; e = e.next) {
      this.#bytes -= e.cost;
      this.#count -= 1;
    }
  }

  clear(): void {
    this.#entries.clear();
    this.small.clear();
    this.#hand = this.#entries.entries();
    this.#bytes = 0;
    this.#count = 0;
  }
}
