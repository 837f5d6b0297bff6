/** Numbers of the protocol that this library speaks (IANA, Domain Name System Parameters). */
export const TYPE = {
  A: 1,
  NS: 2,
  CNAME: 5,
  SOA: 6,
  TXT: 16,
  AAAA: 28,
  OPT: 41,
  TSIG: 250,
  IXFR: 251,
  AXFR: 252,
  ANY: 255,
} as const;

export const CLASS = { IN: 1, NONE: 254, ANY: 255 } as const;

export const OPCODE = { QUERY: 0, NOTIFY: 4 } as const;

export const RCODE = {
  NOERROR: 0,
  FORMERR: 1,
  SERVFAIL: 2,
  NXDOMAIN: 3,
  NOTIMP: 4,
  REFUSED: 5,
  NOTAUTH: 9,
  /** Only with EDNS: its upper bits stand in the OPT record. */
  BADVERS: 16,
} as const;

/** TSIG's own error field, RFC 8945 section 3. */
export const TSIG_ERROR = { NONE: 0, BADSIG: 16, BADKEY: 17, BADTIME: 18, BADTRUNC: 22 } as const;

const NAMES = new Map<number, string>(Object.entries(RCODE).map(([name, code]) => [code, name]));

/** "REFUSED" for 5; "RCODE11" for one without a name here. */
export function rcodeName(code: number): string {
  return NAMES.get(code) ?? `RCODE${code}`;
}
