import { isIP } from 'node:net';
import { z } from 'zod';

const port = z.coerce.number().int().min(0).max(65535);
const name = z.string().regex(/^[a-z0-9-]+(\.[a-z0-9-]+)*$/, 'must be a name such as dns.example.ma, in lower case');
const endpoints = z.string().transform((v) =>
  v
    .split(',')
    .map((s) => s.trim())
    .filter(Boolean),
);

/** More than any machine that one process is for. */
const MOST_LANES = 32;

/** The resolver for homes and schools. Ports of 0 are given by the system. */
export const dnsEnvironment = {
  DNS_HOST: z.string().default('127.0.0.1'),
  DNS_PORT: port.default(8053),
  DOT_PORT: port.default(8853),
  DOH_PORT: port.default(8443),
  DNS_NAME: name.default('dns.localhost'),
  DNS_UPSTREAMS: endpoints.default([]),
  DNS_TLS_CERT: z.string().min(1).optional(),
  DNS_TLS_KEY: z.string().min(1).optional(),
  DNS_BLOCK_ADDRESS: z
    .string()
    .refine((v) => isIP(v) !== 0, 'must be an IP address')
    .optional(),
  DNS_BLOCK_PORT: port.optional(),
  DNS_PROXIES: endpoints.default([]),
  DNS_LANES: z
    .string()
    .regex(/^\d+$/, 'must be a number of threads, 0 for plain sockets')
    .transform(Number)
    .refine((n) => n <= MOST_LANES, `must not be more than ${MOST_LANES}`)
    .optional(),
  DNS_METRICS_PORT: port.optional(),
};
type Environment = z.output<z.ZodObject<typeof dnsEnvironment>>;

export interface DnsSettings {
  host: string;
  /** UDP and TCP. */
  port: number;
  dotPort: number;
  /** HTTP/2 of the role `dns` itself; DoH is on the web port too. */
  dohPort: number;
  /** The resolver's own name: devices ask at `<id>.<name>`. */
  name: string;
  /** `host@port` of the resolvers that allowed names are asked of. None: nothing is forwarded. */
  upstreams: string[];
  /** Files; a self-signed certificate is made in the state folder when undefined. */
  tls: { cert: string; key: string } | undefined;
  /** What blocked names lead to, instead of to nothing. */
  blockAddress: string | undefined;
  /** Where the role `dns` itself answers at that address, in plain http, by leading to the block page; undefined: it does not. */
  blockPort: number | undefined;
  /** Addresses of load balancers (dnsdist) that say with PROXY protocol v2 who asks; nobody else is believed. */
  proxies: string[];
  /** Threads that answer over UDP in batches; 0 = plain sockets. Undefined: one, where that works and there is a processor for it. */
  lanes: number | undefined;
  /** On loopback, for Prometheus; undefined = none. */
  metricsPort: number | undefined;
}

/** The settings together; what is wrong with them goes to `problems`. */
export function dnsSettings(e: Environment, problems: string[]): DnsSettings {
  for (const upstream of e.DNS_UPSTREAMS)
    if (!/^[^@\s]+@\d{1,5}$/.test(upstream) || isIP(upstream.slice(0, upstream.lastIndexOf('@'))) === 0)
      problems.push(`DNS_UPSTREAMS: "${upstream}" is not address@port, such as 127.0.0.1@53`);
  for (const proxy of e.DNS_PROXIES)
    if (isIP(proxy) === 0) problems.push(`DNS_PROXIES: "${proxy}" is not an IP address`);
  if ((e.DNS_TLS_CERT === undefined) !== (e.DNS_TLS_KEY === undefined))
    problems.push('DNS_TLS_CERT, DNS_TLS_KEY: one is no use without the other');
  if (e.DNS_BLOCK_PORT !== undefined && e.DNS_BLOCK_ADDRESS === undefined)
    problems.push('DNS_BLOCK_PORT: nothing leads there without DNS_BLOCK_ADDRESS');
  return {
    host: e.DNS_HOST,
    port: e.DNS_PORT,
    dotPort: e.DOT_PORT,
    dohPort: e.DOH_PORT,
    name: e.DNS_NAME,
    upstreams: e.DNS_UPSTREAMS,
    tls: e.DNS_TLS_CERT && e.DNS_TLS_KEY ? { cert: e.DNS_TLS_CERT, key: e.DNS_TLS_KEY } : undefined,
    blockAddress: e.DNS_BLOCK_ADDRESS,
    blockPort: e.DNS_BLOCK_PORT,
    proxies: e.DNS_PROXIES,
    lanes: e.DNS_LANES,
    metricsPort: e.DNS_METRICS_PORT,
  };
}
