import type { Client, Policy, Question, Verdict } from '../policy.ts';
import { addressBytes, networkOf } from '../wire/address.ts';
import { HEADER, MAX_MESSAGE, OWN_EDE, RCODE, TYPE, UDP_PAYLOAD } from '../wire/codes.ts';
import type { Cookies } from '../wire/cookie.ts';
import { Query, readQuery, UNANSWERABLE } from '../wire/query.ts';
import type { Cache } from './cache.ts';
import { withoutEch } from './ech.ts';
import { CHECKING_DISABLED, DNSSEC_OK, type Entry } from './entry.ts';
import type { OwnNames } from './own.ts';
import { PASS, type RateLimit, SLIP } from './rate.ts';
import type { Stats } from './stats.ts';
import { bare, errorOption, minimalAny, type Plan, type Plans, type Tail } from './tail.ts';
import { Writer } from './writer.ts';

/** Nothing is to be sent. */
export const DROP = 0;
/** Cannot be answered from memory: see `Engine.need`. */
export const FORWARD = -1;

/** What must be known before a question can be answered. Valid until the next call; copy what you keep. */
export interface Need {
  packet: Uint8Array;
  name: number;
  nameEnd: number;
  type: number;
  /** `DNSSEC_OK`, `CHECKING_DISABLED`. */
  flags: number;
}

/** How a need was met. `error`: an extended error code, for who gets nothing or something old. */
export interface Fetched {
  readonly entry: Entry | undefined;
  readonly stale: boolean;
  readonly error: number;
}

export interface EngineParts {
  policy: Policy;
  cache: Cache;
  cookies: Cookies;
  rate: RateLimit;
  own: OwnNames;
  plans: Plans;
  stats: Stats;
  seed: number;
  /** Told when an answer of the cache is near its end and still asked for. */
  renew(entry: Entry): void;
  /** What clients of TCP and DoT are told, in units of 100 ms; 0 = nothing. */
  keepalive: number;
}

const RECURSION_DESIRED = 0x0100;
/** TTL of what is past its time (RFC 8767, 4). */
const STALE_TTL = 30;

const ANY = minimalAny();
const REFUSED = bare(RCODE.REFUSED);
const SERVFAIL = bare(RCODE.SERVFAIL);
const REFUSALS = new Map<number, Tail>(
  [RCODE.FORMERR, RCODE.NOTIMP, RCODE.REFUSED, RCODE.NOTAUTH, RCODE.BADVERS].map((code) => [code, bare(code)]),
);
const BAD_COOKIE = bare(RCODE.BADCOOKIE);
const STALE = errorOption(OWN_EDE.stale, '', 0);

/** The packet's way: one question to one answer, synchronously, from memory. One engine serves one thread. */
export class Engine {
  readonly need: Need = { packet: new Uint8Array(0), name: 0, nameEnd: 0, type: 0, flags: 0 };
  /** Seconds that the last answer may be kept, for `cache-control`. */
  ttl = 0;
  #parts: EngineParts;
  #query = new Query();
  #writer = new Writer(this.#query);
  #question: { -readonly [K in keyof Question]: Question[K] };
  #address = new Uint8Array(16);

  constructor(parts: EngineParts) {
    this.#parts = parts;
    const client: Client = { transport: 'udp', address: '', id: undefined };
    this.#question = { packet: this.need.packet, name: HEADER, type: 0, client, now: 0 };
  }

  /**
   * Answers a message of `length` bytes into `out`, which should have `MAX_MESSAGE` bytes for streams and 1,232 for UDP, and
   * must not be `packet`. @param now milliseconds since 1970
   * @returns length of the answer, `DROP`, or `FORWARD` when `need` has to be fetched first (see `Forwarder`)
   */
  answer(packet: Uint8Array, length: number, client: Client, now: number, out: Uint8Array): number {
    const query = this.#query;
    const code = readQuery(packet, length, query);
    if (code === UNANSWERABLE) {
      this.#parts.stats.malformed += 1;
      return DROP;
    }
    return this.#admit(code, packet, client, now, out, true) ?? this.#decide(packet, client, now, undefined);
  }

  /** The same for a question whose need was met: nothing is counted against the client again. */
  answerWith(packet: Uint8Array, length: number, client: Client, now: number, out: Uint8Array, got?: Fetched): number {
    const code = readQuery(packet, length, this.#query);
    if (code === UNANSWERABLE) return DROP;
    return this.#admit(code, packet, client, now, out, false) ?? this.#decide(packet, client, now, got);
  }

  /** All that is said before anybody is asked. Undefined = go on. */
  #admit(
    code: number,
    packet: Uint8Array,
    client: Client,
    now: number,
    out: Uint8Array,
    first: boolean,
  ): number | undefined {
    const { stats, cookies, rate, seed, keepalive } = this.#parts;
    const query = this.#query;
    const writer = this.#writer;
    const { transport } = client;
    const udp = transport === 'udp';
    writer.begin(out, udp ? Math.min(query.payload, UDP_PAYLOAD) : MAX_MESSAGE, packet);
    this.ttl = 0;
    if (first) stats[transport] += 1;
    if (query.edns) {
      writer.pad = transport === 'dot' || transport === 'doh';
      if (query.keepalive && (transport === 'tcp' || transport === 'dot')) writer.keepalive = keepalive;
    }
    const limited = udp && first && !rate.off;
    if (limited || query.cookie > 0) {
      const raw = client.raw;
      const address = raw ?? this.#address;
      const size = raw ? raw.length : addressBytes(client.address, address);
      let known = false;
      if (query.cookie > 0) {
        known = cookies.check(packet, query.cookie, query.cookieLength, address, size, now, writer.cookie);
        writer.hasCookie = true;
        if (known && first) stats.cookiesValid += 1;
      }
      if (limited && !known) {
        const taken = rate.take(networkOf(address, size, seed), now);
        if (taken !== PASS) {
          if (taken !== SLIP) {
            stats.silenced += 1;
            return DROP;
          }
          stats.slipped += 1;
          // Who has our cookie now may come again over UDP at once.
          return writer.hasCookie ? writer.tail(BAD_COOKIE) : writer.cut();
        }
      }
    }
    if (code === RCODE.NOERROR) return undefined;
    if (code === RCODE.FORMERR || code === RCODE.NOTIMP) {
      stats.malformed += 1;
      // What could not be read is not sent back, nor is anything of a signed or broken OPT believed.
      query.end = HEADER;
      query.edns = false;
    } else stats.refused += 1;
    return writer.tail(REFUSALS.get(code) as Tail);
  }

  #decide(packet: Uint8Array, client: Client, now: number, got: Fetched | undefined): number {
    const { own, stats } = this.#parts;
    const { nameEnd, type } = this.#query;
    // Nobody gets a zone or a part of one here, and 0, OPT and the like are no types of data.
    if (type === 0 || type === TYPE.OPT || (type >= 128 && type < TYPE.ANY)) {
      stats.refused += 1;
      return this.#writer.tail(REFUSED);
    }
    const self = own.find(packet, HEADER, nameEnd, type);
    if (self) {
      stats.local += 1;
      this.ttl = self.ttl;
      return this.#writer.tail(self);
    }
    const question = this.#question;
    question.packet = packet;
    question.name = HEADER;
    question.type = type;
    question.client = client;
    question.now = now;
    const verdict = this.#ask();
    if (!verdict) return this.#fail(OWN_EDE.notReady);
    return this.#give(verdict, got);
  }

  #ask(): Verdict | undefined {
    try {
      return this.#parts.policy.decide(this.#question);
    } catch {
      this.#parts.stats.policyFailures += 1;
      return undefined;
    }
  }

  #give(verdict: Verdict, got: Fetched | undefined): number {
    const { plans, stats } = this.#parts;
    if (verdict.kind === 'forward') {
      if (this.#query.type !== TYPE.ANY) return this.#forward(verdict, got);
      this.ttl = ANY.ttl;
      return this.#done(this.#writer.tail(ANY), verdict);
    }
    const plan = plans.of(verdict);
    if (verdict.kind === 'rewrite') return this.#rewrite(verdict, plan, got);
    if (verdict.kind === 'block') stats.blocked += 1;
    else stats.local += 1;
    return this.#done(this.#plan(plan), verdict);
  }

  /** A planned answer, with the extended error that this client may see. */
  #plan(plan: Plan): number {
    const { type, structured } = this.#query;
    const { transport } = this.#question.client;
    const shows = structured && plan.structured.length > 0 && (transport === 'dot' || transport === 'doh');
    const tail = shows ? plan.denial : type === TYPE.A ? plan.a : type === TYPE.AAAA ? plan.aaaa : plan.other;
    this.#writer.errors = shows ? plan.structured : plan.plain;
    this.ttl = tail.ttl;
    return this.#writer.tail(tail);
  }

  #rewrite(verdict: Extract<Verdict, { kind: 'rewrite' }>, plan: Plan, got: Fetched | undefined): number {
    const { stats } = this.#parts;
    const { type } = this.#query;
    const { target, ttl } = verdict;
    if (type !== TYPE.A && type !== TYPE.AAAA) {
      stats.rewritten += 1;
      return this.#done(this.#plan(plan), verdict);
    }
    const { now } = this.#question;
    const entry = this.#known(target, 0, target.length, 0, got);
    if (!entry) return got && this.#met(got, target, 0, target.length, 0) ? this.#fail(got.error) : FORWARD;
    stats.rewritten += 1;
    const left = got?.stale ? STALE_TTL : Math.max(0, entry.life - Math.floor((now - entry.storedAt) / 1000));
    this.ttl = Math.min(ttl, left);
    this.#writer.errors = this.#query.structured ? plan.structured : plan.plain;
    return this.#done(this.#writer.alias(target, type, entry.addresses(), this.ttl), verdict);
  }

  #forward(verdict: Extract<Verdict, { kind: 'forward' }>, got: Fetched | undefined): number {
    const { stats, renew, cache } = this.#parts;
    const question = this.#question;
    const query = this.#query;
    const { packet, now } = question;
    const { nameEnd, type } = query;
    // Without recursion there is nothing to be had here: who asks so wants to know what others have asked.
    if (!(query.flags & RECURSION_DESIRED)) {
      stats.refused += 1;
      return this.#writer.tail(REFUSED);
    }
    const flags = (query.dnssecOk ? DNSSEC_OK : 0) | (query.flags & 0x10 ? CHECKING_DISABLED : 0);
    const hash = cache.hash(packet, HEADER, nameEnd, type, flags);
    if (!got) {
      const { small } = cache;
      const slot = small.find(hash, packet, HEADER, nameEnd, type, flags, now);
      if (slot >= 0) {
        stats.cacheHits += 1;
        const elapsed = Math.max(0, Math.floor((now - small.storedAt(slot)) / 1000));
        this.ttl = Math.max(0, small.life(slot) - elapsed);
        return this.#done(this.#writer.small(small, slot, elapsed), verdict);
      }
    }
    let entry = this.#known(packet, HEADER, nameEnd, flags, got, hash);
    if (!entry) return got && this.#met(got, packet, HEADER, nameEnd, flags) ? this.#fail(got.error) : FORWARD;
    if (verdict.follow && entry.targets.length > 0) {
      const other = this.#follow(entry);
      if (other) return other.kind === 'rewrite' ? this.#give(other, got) : this.#followed(other);
    }
    if (!got) {
      stats.cacheHits += 1;
      const renewFrom = cache.renewFrom(entry);
      if (now < renewFrom) cache.small.keep(hash, entry, renewFrom);
      else if (!entry.renewing) {
        entry.renewing = true;
        renew(entry);
      }
    }
    if (verdict.withoutEch && entry.ech) entry = entry.without(withoutEch);
    const stale = got?.stale ? STALE_TTL : 0;
    if (stale > 0) stats.stale += 1;
    const elapsed = Math.max(0, Math.floor((now - entry.storedAt) / 1000));
    this.ttl = stale > 0 ? 0 : Math.max(0, entry.life - elapsed);
    this.#writer.errors = stale > 0 ? STALE : entry.errors;
    return this.#done(this.#writer.entry(entry, elapsed, stale), verdict);
  }

  #followed(verdict: Verdict): number {
    this.#parts.stats.followed += 1;
    return this.#give(verdict, undefined);
  }

  /** The verdict about a name that the answer leads to, if that is not to forward. */
  #follow(entry: Entry): Verdict | undefined {
    const question = this.#question;
    const { packet } = question;
    let found: Verdict | undefined;
    for (const target of entry.targets) {
      question.packet = target;
      question.name = 0;
      const verdict = this.#ask();
      // A policy that fails here must not open what it may have wanted closed.
      if (!verdict) found = { kind: 'block', answer: 'refused', ede: OWN_EDE.notReady, ttl: 1 };
      else if (verdict.kind === 'block' || verdict.kind === 'rewrite') found = verdict;
      if (found) break;
    }
    question.packet = packet;
    question.name = HEADER;
    return found;
  }

  #met(got: Fetched, packet: Uint8Array, at: number, end: number, flags: number): boolean {
    const { need } = this;
    return got.entry === undefined || got.entry.is(packet, at, end, need.type, flags);
  }

  /** What is known about a name: what was fetched for it, or what the cache has; undefined = `need` says what to fetch. */
  #known(
    packet: Uint8Array,
    at: number,
    end: number,
    flags: number,
    got: Fetched | undefined,
    hash?: number,
  ): Entry | undefined {
    const { type } = this.#query;
    const { need } = this;
    if (got?.entry?.is(packet, at, end, type, flags)) return got.entry;
    const entry = this.#parts.cache.find(packet, at, end, type, flags, hash);
    if (entry && entry.expires > this.#question.now) {
      entry.used = true;
      return entry;
    }
    need.packet = packet;
    need.name = at;
    need.nameEnd = end;
    need.type = type;
    need.flags = flags;
    return undefined;
  }

  #fail(error: number): number {
    this.#parts.stats.servfail += 1;
    this.#writer.errors = errorOption(error, '', 0);
    return this.#writer.tail(SERVFAIL);
  }

  #done(length: number, verdict: Verdict): number {
    const { policy, stats } = this.#parts;
    if (this.#writer.truncated) stats.truncated += 1;
    // A question that comes again over TCP is counted there.
    else if (policy.noted) {
      try {
        policy.noted(this.#question, verdict);
      } catch {
        stats.policyFailures += 1;
      }
    }
    return length;
  }
}
