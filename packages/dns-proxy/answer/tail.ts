import type { StructuredError, Verdict } from '../policy.ts';
import { addressBytes } from '../wire/address.ts';
import { CLASS_IN, OPTION, RCODE, TYPE } from '../wire/codes.ts';

/** All of an answer behind its question but OPT; made once, sent many times. */
export interface Tail {
  readonly rcode: number;
  readonly answers: number;
  readonly authority: number;
  readonly body: Uint8Array;
  /** Seconds that the answer may be kept. */
  readonly ttl: number;
}

/** What a verdict comes to, for every question it may be given for. */
export interface Plan {
  readonly a: Tail;
  readonly aaaa: Tail;
  /** For all other types. */
  readonly other: Tail;
  /** Extended error as an option, `plain` in clear and `structured` for who asks for it and is encrypted. */
  readonly plain: Uint8Array;
  readonly structured: Uint8Array;
  /** Instead of a forged address for a client that shows structured errors itself. */
  readonly denial: Tail;
}

/** Most bytes of an extended error's text in clear: no answer may be worth asking for in another's name. */
const MOST_TEXT = 64;
const MOST_STRUCTURED = 4096;
/** The question's name, by a pointer. */
const OWNER = [0xc0, 0x0c];

const u16 = (n: number) => [(n >> 8) & 0xff, n & 0xff];
const u32 = (n: number) => [...u16(n >>> 16), ...u16(n & 0xffff)];

/** A record owned by the question's name. */
export function record(type: number, ttl: number, data: ArrayLike<number>): number[] {
  return [...OWNER, ...u16(type), ...u16(CLASS_IN), ...u32(ttl), ...u16(data.length), ...Array.from(data)];
}

/** An extended error (RFC 8914) with a text, cut at a character so that it takes at most `most` bytes. */
export function errorOption(code: number, text: string, most: number): Uint8Array {
  let bytes = Buffer.from(text, 'utf8');
  if (bytes.length > most) {
    let end = most;
    while (end > 0 && ((bytes[end] as number) & 0xc0) === 0x80) end -= 1;
    bytes = bytes.subarray(0, end);
  }
  return Uint8Array.from([...u16(OPTION.EDE), ...u16(2 + bytes.length), ...u16(code), ...bytes]);
}

const NO_OPTION = new Uint8Array(0);

function structuredOption(ede: number, error: StructuredError | undefined, otherwise: Uint8Array): Uint8Array {
  if (!error) return otherwise;
  const { c, j, s, o, l } = error;
  const text = JSON.stringify({ c, j, ...(s !== undefined && { s }), o, ...(l !== undefined && { l }) });
  // JSON that is cut is no JSON.
  if (Buffer.byteLength(text) > MOST_STRUCTURED) return otherwise;
  return errorOption(ede, text, MOST_STRUCTURED);
}

/** Makes plans of verdicts, and keeps them as long as the verdict lives. */
export class Plans {
  #made = new WeakMap<Verdict, Plan>();
  /** The same few verdicts come again and again. */
  #lastVerdict: Verdict | undefined;
  #lastPlan: Plan | undefined;
  #primary: Uint8Array;

  /** @param primary the name that stands as primary server in made-up SOA records, wire form */
  constructor(primary: Uint8Array) {
    this.#primary = primary;
  }

  of(verdict: Verdict): Plan {
    if (verdict === this.#lastVerdict) return this.#lastPlan as Plan;
    let plan = this.#made.get(verdict);
    if (!plan) {
      plan = this.#make(verdict);
      this.#made.set(verdict, plan);
    }
    this.#lastVerdict = verdict;
    this.#lastPlan = plan;
    return plan;
  }

  #make(verdict: Verdict): Plan {
    if (verdict.kind === 'local') {
      const { records } = verdict;
      const ttls = records.map((r) => new DataView(r.buffer, r.byteOffset).getUint32(4));
      const body = Uint8Array.from(records.flatMap((r) => [...OWNER, ...r]));
      const tail =
        records.length === 0
          ? this.denial(RCODE.NOERROR, 60)
          : { rcode: RCODE.NOERROR, answers: records.length, authority: 0, body, ttl: Math.min(...ttls) };
      return all(tail, NO_OPTION, NO_OPTION);
    }
    if (verdict.kind === 'block') {
      const { answer, ede, text = '', structured, ttl } = verdict;
      const plain = errorOption(ede, text, MOST_TEXT);
      const rich = structuredOption(ede, structured, plain);
      if (answer === 'refused') {
        return all({ rcode: RCODE.REFUSED, answers: 0, authority: 0, body: NO_OPTION, ttl }, plain, rich);
      }
      const nothing = this.denial(RCODE.NOERROR, ttl);
      if (answer === 'nodata') return all(nothing, plain, rich);
      const none = this.denial(RCODE.NXDOMAIN, ttl);
      if (answer === 'nxdomain') return all(none, plain, rich);
      const a = this.#address(TYPE.A, answer.a, 4, ttl) ?? nothing;
      const aaaa = this.#address(TYPE.AAAA, answer.aaaa, 16, ttl) ?? nothing;
      return { a, aaaa, other: nothing, plain, structured: rich, denial: structured ? none : nothing };
    }
    const ede = verdict.kind === 'rewrite' ? errorOption(verdict.ede, '', 0) : NO_OPTION;
    // Who shows errors itself is not told that an answer was forged (draft, section 6).
    return all(this.denial(RCODE.NOERROR, verdict.kind === 'rewrite' ? verdict.ttl : 0), ede, NO_OPTION);
  }

  /** "There is none", with an SOA record so that it may be kept for `ttl` seconds (RFC 2308). */
  denial(rcode: number, ttl: number): Tail {
    const names = [...this.#primary, ...[6, ...Buffer.from('nobody'), 7, ...Buffer.from('invalid'), 0]];
    const data = [...names, ...u32(1), ...u32(3600), ...u32(600), ...u32(86_400), ...u32(ttl)];
    return { rcode, answers: 0, authority: 1, body: Uint8Array.from(record(TYPE.SOA, ttl, data)), ttl };
  }

  #address(type: number, text: string | undefined, size: number, ttl: number): Tail | undefined {
    if (text === undefined) return undefined;
    const bytes = new Uint8Array(16);
    if (addressBytes(text, bytes) !== size) return undefined;
    const body = Uint8Array.from(record(type, ttl, bytes.subarray(0, size)));
    return { rcode: RCODE.NOERROR, answers: 1, authority: 0, body, ttl };
  }
}

function all(tail: Tail, plain: Uint8Array, structured: Uint8Array): Plan {
  return { a: tail, aaaa: tail, other: tail, plain, structured, denial: tail };
}

/** RFC 8482: who asks for everything gets one record that says no. */
export function minimalAny(): Tail {
  const cpu = [7, ...Buffer.from('RFC8482'), 0];
  return {
    rcode: RCODE.NOERROR,
    answers: 1,
    authority: 0,
    body: Uint8Array.from(record(TYPE.HINFO, 3600, cpu)),
    ttl: 3600,
  };
}

export function bare(rcode: number): Tail {
  return { rcode, answers: 0, authority: 0, body: NO_OPTION, ttl: 0 };
}
