import { EDE } from '../policy.ts';
import { addressBytes } from '../wire/address.ts';
import { OWN_EDE, RCODE, TYPE } from '../wire/codes.ts';
import { FOLD, nameFromText, sameName } from '../wire/name.ts';
import { type Plans, record, type Tail } from './tail.ts';

/** What the resolver says of itself: where its encrypted doors are (RFC 9462), and what it does (RFC 9606). */
export interface Discovery {
  /** Name in the certificate, `dns.example`. */
  readonly name: string;
  readonly doh?: { readonly port: number; readonly path?: string };
  readonly dot?: { readonly port: number };
  readonly ipv4?: readonly string[];
  readonly ipv6?: readonly string[];
  /** Keys of RESINFO: `exterr` (default: all that a policy or the proxy itself gives) and `infourl`. */
  readonly exterr?: readonly number[];
  readonly infoUrl?: string;
  /** Seconds. Default 300. */
  readonly ttl?: number;
}

const ERRORS = [...Object.values(EDE), ...Object.values(OWN_EDE)].sort((a, b) => a - b);
const ARPA = nameFromText('resolver.arpa');
const DDR = nameFromText('_dns.resolver.arpa');

/** Names that are answered before anybody is asked: all of `resolver.arpa`, and RESINFO of our own name. */
export class OwnNames {
  #svcb: Tail;
  #resinfo: Tail;
  #none: Tail;
  #name: Uint8Array;

  constructor(discovery: Discovery | undefined, plans: Plans) {
    const ttl = discovery?.ttl ?? 300;
    this.#none = plans.denial(RCODE.NOERROR, ttl);
    this.#name = nameFromText(discovery?.name ?? '.');
    this.#svcb = discovery && (discovery.doh || discovery.dot) ? ddr(discovery, this.#name, ttl) : this.#none;
    this.#resinfo = discovery ? resinfo(discovery, ttl) : this.#none;
  }

  /** Undefined for every name that is not ours. Looks at one byte for almost all of them. */
  find(packet: Uint8Array, at: number, end: number, type: number): Tail | undefined {
    const size = end - at;
    if (type === TYPE.RESINFO && size === this.#name.length && size > 1 && sameName(packet, at, this.#name, 0, size)) {
      return this.#resinfo;
    }
    if (size < ARPA.length || packet[end - 6] !== 4 || FOLD[packet[end - 5] as number] !== 0x61) return undefined;
    if (!sameName(packet, end - ARPA.length, ARPA, 0, ARPA.length) || !atLabel(packet, at, end - ARPA.length))
      return undefined;
    if (type === TYPE.SVCB && size === DDR.length && sameName(packet, at, DDR, 0, size)) return this.#svcb;
    if (type === TYPE.RESINFO && size === ARPA.length) return this.#resinfo;
    return this.#none;
  }
}

function atLabel(packet: Uint8Array, at: number, border: number): boolean {
  while (at < border) at += (packet[at] as number) + 1;
  return at === border;
}

const u16 = (n: number) => [(n >> 8) & 0xff, n & 0xff];
const parameter = (key: number, value: readonly number[]) => [...u16(key), ...u16(value.length), ...value];

function hints(texts: readonly string[] | undefined, size: number): number[] {
  const out: number[] = [];
  const bytes = new Uint8Array(16);
  for (const text of texts ?? []) {
    if (addressBytes(text, bytes) !== size) throw new RangeError(`no address: ${text}`);
    out.push(...bytes.subarray(0, size));
  }
  return out;
}

/** Service parameters in the order of their keys (RFC 9460, 2.2): alpn 1, port 3, ipv4hint 4, ipv6hint 6, dohpath 7 (RFC 9461). */
function ddr(discovery: Discovery, name: Uint8Array, ttl: number): Tail {
  const body: number[] = [];
  let answers = 0;
  const v4 = hints(discovery.ipv4, 4);
  const v6 = hints(discovery.ipv6, 16);
  const add = (alpn: string[], port: number, path?: string) => {
    answers += 1;
    const protocols = alpn.flatMap((p) => [p.length, ...Buffer.from(p)]);
    body.push(
      ...record(TYPE.SVCB, ttl, [
        ...u16(answers),
        ...name,
        ...parameter(1, protocols),
        ...parameter(3, u16(port)),
        ...(v4.length ? parameter(4, v4) : []),
        ...(v6.length ? parameter(6, v6) : []),
        ...(path ? parameter(7, [...Buffer.from(path)]) : []),
      ]),
    );
  };
  if (discovery.doh) add(['h2'], discovery.doh.port, `${discovery.doh.path ?? '/dns-query'}{?dns}`);
  if (discovery.dot) add(['dot'], discovery.dot.port);
  return { rcode: RCODE.NOERROR, answers, authority: 0, body: Uint8Array.from(body), ttl };
}

function resinfo({ exterr = ERRORS, infoUrl }: Discovery, ttl: number): Tail {
  // No `qnamemin`: we send whole names on to a resolver, which may do that.
  const strings = [`exterr=${exterr.join(',')}`, ...(infoUrl ? [`infourl=${infoUrl}`] : [])];
  const data = strings.flatMap((s) => {
    const bytes = Buffer.from(s, 'utf8');
    if (bytes.length > 255) throw new RangeError('a key of RESINFO is longer than 255 bytes');
    return [bytes.length, ...bytes];
  });
  return {
    rcode: RCODE.NOERROR,
    answers: 1,
    authority: 0,
    body: Uint8Array.from(record(TYPE.RESINFO, ttl, data)),
    ttl,
  };
}
