/** Numbers of the IANA registries that this package speaks of. */
export const TYPE = {
  A: 1,
  NS: 2,
  CNAME: 5,
  SOA: 6,
  PTR: 12,
  HINFO: 13,
  MX: 15,
  AAAA: 28,
  DNAME: 39,
  OPT: 41,
  RRSIG: 46,
  SVCB: 64,
  HTTPS: 65,
  TSIG: 250,
  IXFR: 251,
  AXFR: 252,
  ANY: 255,
  RESINFO: 261,
} as const;

export const CLASS_IN = 1;

export const RCODE = {
  NOERROR: 0,
  FORMERR: 1,
  SERVFAIL: 2,
  NXDOMAIN: 3,
  NOTIMP: 4,
  REFUSED: 5,
  NOTAUTH: 9,
  BADVERS: 16,
  BADCOOKIE: 23,
} as const;

/** EDNS options (RFC 6891, 7873, 7828, 7830, 8914). */
export const OPTION = { COOKIE: 10, KEEPALIVE: 11, PADDING: 12, EDE: 15 } as const;

/** Extended errors that the proxy itself has to tell; those of a policy are in `policy.ts`. */
export const OWN_EDE = { stale: 3, notReady: 14, unreachable: 22 } as const;

/** The largest UDP payload that we send and ask for (RFC 9715, DNS flag day 2020). */
export const UDP_PAYLOAD = 1232;
/** What a client without EDNS takes. */
export const PLAIN_PAYLOAD = 512;
export const HEADER = 12;
export const MAX_MESSAGE = 65_535;
