import type { Clock } from '../clock.ts';
import type { Random } from '../random.ts';
import type { AddressRules } from './address-policy.ts';
import type { DnsCode, DnsResolver } from './dns.ts';

export interface EgressOptions extends AddressRules {
  /** `host:port` or `host`; the system's resolvers when absent. */
  dnsServers?: readonly string[];
  /** URL port -> real port, for addresses in `allowedPrivate` only: a loopback world can't bind 80 and 443. */
  portMap?: Readonly<Record<number, number>>;
  /** Further trusted certificate authorities (PEM), next to the built-in ones. */
  ca?: readonly string[];
  userAgent: string;
  clock: Clock;
  random: Random;
  /** Decoded body bytes kept of one answer. Default 5 MiB. */
  maxBytes?: number;
  /** Whole fetch, redirects included, without the politeness wait. Default 15,000 ms. */
  timeoutMs?: number;
  /** Default 5. */
  maxRedirects?: number;
  /** Source address: a vantage. Its family decides which of a host's addresses are tried. */
  localAddress?: string;
  /** Least time between two fetches to one host; up to half of it again is added by chance. Default 1,000 ms. */
  minGapMs?: number;
}

export type RefusalReason =
  | 'bad-url'
  | 'scheme'
  | 'credentials'
  | 'port'
  | 'special-name'
  | 'private-address'
  | 'metadata'
  | 'dropped'
  /** A secret over http. */
  | 'plain-secret';

export interface Hop {
  url: string;
  at: Date;
  /** The address connected to; absent when the hop was refused or its name did not resolve. */
  address?: string;
  status?: number;
}

interface Travelled {
  hops: Hop[];
  /** Milliseconds on the wire, the politeness wait not counted. */
  ms: number;
}

/** One answer of an HTTP server. Cookies are dropped; repeated headers are joined by commas. */
export interface EgressResponse extends Travelled {
  kind: 'response';
  status: number;
  headers: Readonly<Record<string, string>>;
  /** Decoded (gzip, deflate, br); cut at `maxBytes`. */
  body: Buffer;
  truncated: boolean;
  /** Bytes that were written to `FetchOptions.into`; absent when nothing was. */
  saved?: number;
  finalUrl: string;
  remoteAddress: string;
}

export type EgressResult =
  | EgressResponse
  | ({ kind: 'refused'; reason: RefusalReason; hop: string } & Travelled)
  | ({ kind: 'dns'; code: DnsCode; host: string } & Travelled)
  | ({ kind: 'network'; code: string } & Travelled)
  | ({ kind: 'tls'; code: string; detail: string } & Travelled)
  | ({ kind: 'too-many-redirects' } & Travelled);

/** What is sent to an interface of somebody else's. */
export interface SentBody {
  contentType: string;
  body: string;
  /** A secret for this receiver alone: over https only. */
  bearer?: string;
}

export interface FetchOptions {
  method?: 'GET' | 'HEAD';
  /**
   * Makes it a POST with this body. Redirects are then answers like others: neither the body nor the secret goes to
   * anybody who was not named.
   */
  send?: SentBody;
  headers?: Readonly<Record<string, string>>;
  maxBytes?: number;
  timeoutMs?: number;
  /** Default true. */
  followRedirects?: boolean;
  /**
   * A path: the body of an answer 200 is written there, as it comes and decoded, up to `maxBytes`; `body` is then empty.
   * What was there is replaced. A file that cannot be written is a `network` outcome with the system's code.
   */
  into?: string;
}

/** The one guarded way out. Never throws for what the other side does: every outcome is a value. */
export interface Egress {
  fetch(url: string, options?: FetchOptions): Promise<EgressResult>;
  readonly dns: DnsResolver;
}
