import { isIP } from 'node:net';
import { z } from 'zod';

/** Where the zones of the national list are served, and under which names. */
export interface ZonesSettings {
  host: string;
  /** UDP and TCP; 0 takes a free one. */
  port: number;
  /** Transfers over TLS (RFC 9103); undefined = none. Files in PEM, read before the process steps down. */
  tls:
    | {
        port: number;
        certFile: string;
        keyFile: string;
        clientCaFile: string | undefined;
        /** In the certificate; what partners' software checks. */
        name: string;
      }
    | undefined;
  /** What partners' servers connect to, where that is not where we listen. */
  publicAddress: string;
  publicPort: number;
  /** Zones are called `hot.<basis>.<origin>` and `base.<basis>.<origin>`. */
  origin: string;
  /** Names below it are answered by each zone, so that a provider can see that its server follows. Not under a name that resolvers keep for themselves, such as localhost. */
  testName: string;
  /** Domains that belong to the programme and are nobody else's: they carry partners' marks where the list has few domains. */
  markDomains: string[];
  /** When the large zones are brought up to date: minutes after midnight on the country's clock. */
  rebaseMinute: number;
}

const port = z.coerce.number().int().min(0).max(65535);
const address = z.string().refine((v) => isIP(v) !== 0, 'must be an IP address');
// An origin of at most 30 characters leaves room for every name that may be blocked (200) within DNS's 255.
const dnsName = z
  .string()
  .max(30)
  .regex(/^[a-z0-9-]+(\.[a-z0-9-]+)*$/, 'must be a name in lower case, without a last dot');

/** Each variable on its own. */
export const zonesEnvironment = {
  ZONES_HOST: address.default('127.0.0.1'),
  ZONES_PORT: port.default(8054),
  ZONES_TLS_PORT: port.optional(),
  ZONES_TLS_CERT: z.string().optional(),
  ZONES_TLS_KEY: z.string().optional(),
  ZONES_TLS_CLIENT_CA: z.string().optional(),
  ZONES_TLS_NAME: z.hostname().optional(),
  ZONES_PUBLIC_ADDRESS: address.optional(),
  ZONES_PUBLIC_PORT: port.optional(),
  ZONES_ORIGIN: dnsName.default('rpz.localhost'),
  ZONES_TEST_NAME: dnsName.default('blocked-test.e-salama.internal'),
  ZONES_MARK_DOMAINS: z
    .string()
    .default('')
    .transform((v) => v.split(/[\s,]+/).filter(Boolean))
    .refine(
      (names) => names.length <= 64 && names.every((n) => n.length <= 190 && /^[a-z0-9-]+(\.[a-z0-9-]+)+$/.test(n)),
      'must be at most 64 names in lower case, with commas between them',
    ),
  ZONES_REBASE_AT: z
    .string()
    .regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time such as 03:30')
    .default('03:30'),
};
type ZonesEnvironment = z.output<z.ZodObject<typeof zonesEnvironment>>;

/** The values together; what does not fit is added to `problems`. */
export function zonesSettings(e: ZonesEnvironment, problems: string[]): ZonesSettings {
  let tls: ZonesSettings['tls'];
  if (e.ZONES_TLS_PORT !== undefined) {
    if (!e.ZONES_TLS_CERT || !e.ZONES_TLS_KEY)
      problems.push('ZONES_TLS_PORT: transfers over TLS need ZONES_TLS_CERT and ZONES_TLS_KEY (PEM files)');
    else
      tls = {
        port: e.ZONES_TLS_PORT,
        certFile: e.ZONES_TLS_CERT,
        keyFile: e.ZONES_TLS_KEY,
        clientCaFile: e.ZONES_TLS_CLIENT_CA,
        name: e.ZONES_TLS_NAME ?? e.ZONES_ORIGIN,
      };
  }
  const [hours = 0, minutes = 0] = e.ZONES_REBASE_AT.split(':').map(Number);
  return {
    host: e.ZONES_HOST,
    port: e.ZONES_PORT,
    tls,
    publicAddress: e.ZONES_PUBLIC_ADDRESS ?? e.ZONES_HOST,
    publicPort: e.ZONES_PUBLIC_PORT ?? e.ZONES_PORT,
    origin: e.ZONES_ORIGIN,
    testName: e.ZONES_TEST_NAME,
    markDomains: e.ZONES_MARK_DOMAINS,
    rebaseMinute: hours * 60 + minutes,
  };
}
