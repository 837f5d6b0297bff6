import { HEADER, OPTION, RCODE, TYPE } from '../wire/codes.ts';
import { expandName, FOLD, nameEnd, sameName, skipName } from '../wire/name.ts';

/** Bits of a cache key beside name and type. */
export const DNSSEC_OK = 1;
export const CHECKING_DISABLED = 2;

export interface TtlLimits {
  /** Seconds. */
  readonly min: number;
  readonly max: number;
  /** Longest life of "there is none" (RFC 2308, section 5). */
  readonly negative: number;
  /** Of a failure (RFC 9520 asks for at least one second). */
  readonly failure: number;
}

/** Measured with 200,000 small answers: 985 bytes of heap each, of which 56 are counted apart. */
const OBJECTS = 930;
const NOTHING = new Uint8Array(0);
const NOWHERE: readonly Uint8Array[] = [];
/** A copy: `slice` of a Buffer would be a view that keeps the whole alive. */
const copy = (bytes: Uint8Array, from: number, to: number): Uint8Array =>
  Uint8Array.prototype.slice.call(bytes, from, to);

/** What is known about a question: an upstream's answer, ready to be sent behind any header and question of the same name. */
export class Entry {
  /** In lower case, wire form. */
  readonly name: Uint8Array;
  readonly type: number;
  readonly flags: number;
  readonly rcode: number;
  readonly authentic: boolean;
  readonly answers: number;
  readonly authority: number;
  readonly additional: number;
  /** All behind the question, without OPT. Pointers into the question hold, because every question of this name is as long. */
  readonly body: Uint8Array;
  /** Where in `body` each TTL stands; there is what it was at `storedAt`, within the limits. */
  readonly ttlAt: Uint16Array;
  /** Smallest TTL in seconds: how long the whole may be used. 0 = for those who wait for it only. */
  readonly life: number;
  /** Milliseconds since 1970. */
  readonly storedAt: number;
  /** Names that the answer leads to: CNAME targets, and target names of HTTPS and SVCB. */
  readonly targets: readonly Uint8Array[];
  /** Some HTTPS or SVCB record has an `ech` parameter. */
  readonly ech: boolean;
  /** Extended errors of the upstream, as options; empty mostly. */
  readonly errors: Uint8Array;
  /** Of the cache: asked for since its hand came by, asked for anew already, next with the same hash. */
  used = false;
  renewing = false;
  next: Entry | undefined = undefined;
  #addresses: Uint8Array[] | undefined = undefined;
  #withoutEch: Entry | undefined = undefined;

  constructor(
    from: Omit<
      Pick<Entry, keyof Entry>,
      'used' | 'renewing' | 'next' | 'cost' | 'addresses' | 'expires' | 'without' | 'is'
    >,
  ) {
    this.name = from.name;
    this.type = from.type;
    this.flags = from.flags;
    this.rcode = from.rcode;
    this.authentic = from.authentic;
    this.answers = from.answers;
    this.authority = from.authority;
    this.additional = from.additional;
    this.body = from.body;
    this.ttlAt = from.ttlAt;
    this.life = from.life;
    this.storedAt = from.storedAt;
    this.targets = from.targets;
    this.ech = from.ech;
    this.errors = from.errors;
  }

  /** Bytes in memory, about. */
  get cost(): number {
    let bytes = OBJECTS + this.name.length + this.body.length + 2 * this.ttlAt.length + this.errors.length;
    for (const target of this.targets) bytes += 100 + target.length;
    // A copy without `ech` may come to stand beside.
    return this.ech ? 2 * bytes : bytes;
  }

  get expires(): number {
    return this.storedAt + 1000 * this.life;
  }

  is(packet: Uint8Array, at: number, end: number, type: number, flags: number): boolean {
    return (
      this.type === type &&
      this.flags === flags &&
      this.name.length === end - at &&
      sameName(packet, at, this.name, 0, this.name.length)
    );
  }

  /** Data of the A or AAAA records of the answer, whatever name they stand at. */
  addresses(): readonly Uint8Array[] {
    if (this.#addresses) return this.#addresses;
    const out: Uint8Array[] = [];
    const size = this.type === TYPE.A ? 4 : 16;
    let at = 0;
    for (let i = 0; i < this.answers; i++) {
      const fixed = skipName(this.body, at, this.body.length);
      const data = fixed + 10;
      const length = word(this.body, fixed + 8);
      if (word(this.body, fixed) === this.type && length === size) out.push(this.body.slice(data, data + length));
      at = data + length;
    }
    this.#addresses = out;
    return out;
  }

  /** The same without `ech`, made once by `make`. */
  without(make: (entry: Entry) => Entry): Entry {
    this.#withoutEch ??= make(this);
    return this.#withoutEch;
  }
}

export function word(bytes: Uint8Array, at: number): number {
  return ((bytes[at] as number) << 8) | (bytes[at + 1] as number);
}

export function put32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 24;
  bytes[at + 1] = value >>> 16;
  bytes[at + 2] = value >>> 8;
  bytes[at + 3] = value;
}

export function long(bytes: Uint8Array, at: number): number {
  return ((word(bytes, at) << 16) | word(bytes, at + 2)) >>> 0;
}

/** Most options of extended errors that are passed on, in bytes. */
const MOST_ERRORS = 256;

/**
 * Reads an upstream's whole answer; its question must have been compared already. Undefined for what is not well formed.
 * @param now milliseconds since 1970
 */
export function entryOf(
  bytes: Uint8Array,
  key: { name: Uint8Array; type: number; flags: number },
  now: number,
  limits: TtlLimits,
): Entry | undefined {
  const length = bytes.length;
  const start = HEADER + key.name.length + 4;
  if (length < start) return undefined;
  const counts = [word(bytes, 6), word(bytes, 8), word(bytes, 10)] as [number, number, number];
  const ttlAt: number[] = [];
  const ttls: number[] = [];
  const targets: Uint8Array[] = [];
  const kept = [0, 0, 0] as [number, number, number];
  let errors: Uint8Array = NOTHING;
  let ech = false;
  let soa = -1;
  let answered = false;
  let extended = 0;
  let at = start;
  // Behind OPT nothing is kept: it is additional, and what points over the gap would point wrong.
  let end = -1;
  for (let section = 0; section < 3; section++) {
    for (let i = 0; i < (counts[section] as number); i++) {
      const owner = at;
      const fixed = skipName(bytes, at, length);
      if (fixed < 0 || fixed + 10 > length) return undefined;
      const type = word(bytes, fixed);
      const data = fixed + 10;
      at = data + word(bytes, fixed + 8);
      if (at > length) return undefined;
      if (type === TYPE.OPT) {
        if (section !== 2 || end >= 0) return undefined;
        end = owner;
        extended = bytes[fixed + 4] as number;
        errors = errorOptions(bytes, data, at);
        continue;
      }
      if (end >= 0) continue;
      kept[section] = (kept[section] as number) + 1;
      ttlAt.push(fixed + 4 - start);
      // RFC 2181, 8: with the top bit set it means 0.
      const ttl = long(bytes, fixed + 4);
      ttls.push(ttl > 0x7fffffff ? 0 : ttl);
      if (section === 1 && type === TYPE.SOA && at - data >= 22) soa = Math.min(ttl, long(bytes, at - 4));
      if (section !== 0) continue;
      if (type === key.type) answered = true;
      if (type === TYPE.CNAME) {
        const target = expandName(bytes, data, at);
        if (!target) return undefined;
        targets.push(target);
      } else if (type === TYPE.HTTPS || type === TYPE.SVCB) {
        const behind = nameEnd(bytes, data + 2, at);
        if (behind < 0) return undefined;
        if (behind > data + 3) targets.push(copy(bytes, data + 2, behind).map((b) => FOLD[b] as number));
        ech ||= hasEch(bytes, behind, at);
      }
    }
  }
  if (at !== length) return undefined;
  const rcode = (extended << 4) | ((bytes[3] as number) & 15);
  const negative = rcode === RCODE.NXDOMAIN || (rcode === RCODE.NOERROR && !answered);
  const most = negative ? Math.min(limits.max, limits.negative) : limits.max;
  const body = copy(bytes, start, end < 0 ? length : end);
  let least = 0xffffffff;
  for (let i = 0; i < ttls.length; i++) {
    const ttl = Math.min(most, Math.max(limits.min, ttls[i] as number));
    put32(body, ttlAt[i] as number, ttl);
    least = Math.min(least, ttl);
  }
  let life = ttls.length > 0 ? least : 0;
  if (negative) {
    // Without an SOA record nobody said how long "there is none" holds (RFC 2308, 5): shortly, against floods.
    const said = soa < 0 ? limits.failure : Math.max(limits.min, soa);
    life = Math.min(ttls.length > 0 ? life : said, said, limits.negative);
  } else if (rcode !== RCODE.NOERROR) life = limits.failure;
  return new Entry({
    ...key,
    rcode,
    authentic: ((bytes[3] as number) & 0x20) !== 0,
    answers: kept[0],
    authority: kept[1],
    additional: kept[2],
    body,
    ttlAt: Uint16Array.from(ttlAt),
    life,
    storedAt: now,
    targets: targets.length > 0 ? targets : NOWHERE,
    ech,
    errors,
  });
}

function hasEch(bytes: Uint8Array, at: number, end: number): boolean {
  while (at + 4 <= end) {
    if (word(bytes, at) === 5) return true;
    at += 4 + word(bytes, at + 2);
  }
  return false;
}

function errorOptions(bytes: Uint8Array, at: number, end: number): Uint8Array {
  if (at === end) return NOTHING;
  const out: number[] = [];
  while (at + 4 <= end) {
    const next = at + 4 + word(bytes, at + 2);
    if (next > end) break;
    if (word(bytes, at) === OPTION.EDE && next - at >= 6 && out.length + next - at <= MOST_ERRORS) {
      out.push(...bytes.subarray(at, next));
    }
    at = next;
  }
  return out.length > 0 ? Uint8Array.from(out) : NOTHING;
}
