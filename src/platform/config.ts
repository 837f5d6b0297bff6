import path from 'node:path';
import ipaddr from 'ipaddr.js';
import { z } from 'zod';
import { type DnsSettings, dnsEnvironment, dnsSettings } from './dns-config.ts';
import { vantagesOfLetters } from './egress/letters-way.ts';
import { type ImapSettings, imapEnvironment, imapSettings } from './imap-config.ts';
import { type ZonesSettings, zonesEnvironment, zonesSettings } from './zones-config.ts';

export const ROLES = ['web', 'worker', 'capture', 'dns', 'zones'] as const;
export type Role = (typeof ROLES)[number];

const flag = z.enum(['0', '1', 'true', 'false']).transform((v) => v === '1' || v === 'true');
const list = z.string().transform((v) =>
  v
    .split(',')
    .map((s) => s.trim())
    .filter(Boolean),
);
/** Names that stand for ranges, as proxy-addr knows them. */
const PROXY_RANGES = ['loopback', 'linklocal', 'uniquelocal'];
const proxies = list.superRefine((entries, ctx) => {
  for (const entry of entries)
    if (!PROXY_RANGES.includes(entry) && !ipaddr.isValid(entry) && !ipaddr.isValidCIDR(entry))
      ctx.addIssue({
        code: 'custom',
        message: `"${entry}" is no address, no range such as 10.0.0.0/8, and none of ${PROXY_RANGES.join(', ')}`,
      });
});
const origin = z.string().refine((v) => {
  try {
    const u = new URL(v);
    return (u.protocol === 'http:' || u.protocol === 'https:') && u.origin === v.replace(/\/$/, '');
  } catch {
    return false;
  }
}, 'must be an origin such as https://report.example.ma, without a path');

const ageRecipient = z.string().regex(/^age1[02-9ac-hj-np-z]{58}$/, 'must be an age public key (age1…)');

/** Step 1: the environment as it is, checked variable by variable; every problem is listed at once. */
const environment = z.object({
  SALAMA_STATE: z.string().min(1).optional(),
  DATABASE_URL: z
    .string()
    .regex(/^postgres(ql)?:\/\//, 'must begin with postgres://')
    .optional(),
  PORT: z.coerce.number().int().min(0).max(65535).default(8080),
  HOST: z.string().default('127.0.0.1'),
  PUBLIC_ORIGIN: origin.optional(),
  TRUSTED_PROXIES: proxies.default([]),
  METRICS_PORT: z.coerce.number().int().min(0).max(65535).default(9464),
  CAPTURE_PORT: z.coerce.number().int().min(0).max(65535).default(9465),
  SMTP_URL: z
    .string()
    .regex(/^smtps?:\/\//, 'must begin with smtp:// or smtps://')
    .optional(),
  MAIL_FROM: z.string().min(3).default('e-Salama <no-reply@localhost>'),
  ...imapEnvironment,
  ...dnsEnvironment,
  ONCALL_WEBHOOK: z.url().optional(),
  ONCALL_BURST_PAGES: z.coerce.number().int().min(1).max(1000).default(10),
  ONCALL_BURST_MINUTES: z.coerce.number().int().min(1).max(1440).default(10),
  ONCALL_DIGEST_SECONDS: z.coerce.number().int().min(1).max(600).default(120),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).default('info'),
  SALAMA_COUNTRY: z
    .string()
    .regex(/^[a-z]{2}$/, 'must be a two-letter country pack')
    .default('ma'),
  SALAMA_ALLOW_PRIVATE: flag.default(false),
  SALAMA_DEMO: flag.default(false),
  SALAMA_DEV: flag.default(false),
  SALAMA_EGRESS: z.string().optional(),
  SALAMA_TSA_URL: z
    .string()
    .regex(/^https?:\/\//, 'must be the address of a time-stamping authority')
    .optional(),
  SALAMA_EVIDENCE_RECOVERY: ageRecipient.optional(),
  SALAMA_EVIDENCE_DEPOSIT: z.string().optional(),
  SALAMA_ROLES: list.default([...ROLES]),
  ...zonesEnvironment,
});

/** What `world` hands over in the demonstration; in production only `vantages`, `letters` and `dnsServers` are used. */
const egressSettings = z
  .object({
    dnsServers: z.array(z.string()).optional(),
    allowedPrivate: z.array(z.string()).default([]),
    portMap: z.record(z.string(), z.number()).default({}),
    ca: z.array(z.string()).default([]),
    rdapUrl: z.string().optional(),
    /** Zone that answers with abuse mailboxes, TXT below the reversed address; nobody is asked when absent. */
    abuseZone: z.hostname().optional(),
    vantages: z
      .array(z.object({ name: z.string(), localAddress: z.string().optional(), userAgent: z.string().optional() }))
      .min(1)
      .default([{ name: 'default' }]),
    /** Letters to providers' interfaces leave from here, and no look at content does; the default route when absent. */
    letters: z.strictObject({ localAddress: z.union([z.ipv4(), z.ipv6()]) }).optional(),
  })
  .strict();
/** Withheld bodies are sealed to the police only where a law says so: without its name there is no deposit. */
const depositSettings = z.strictObject({ recipient: ageRecipient, legalBasis: z.string().trim().min(10).max(500) });

export type EgressSettings = z.infer<typeof egressSettings>;

export interface Config {
  stateDir: string;
  databaseUrl: string | undefined;
  host: string;
  port: number;
  publicOrigin: string;
  trustedProxies: string[];
  metricsPort: number;
  /** Port of the capture role on loopback. */
  capturePort: number;
  smtpUrl: string | undefined;
  mailFrom: string;
  /** The mailbox that reports are taken from; undefined = none. */
  imap: ImapSettings | undefined;
  /** The resolver for homes and schools. */
  dns: DnsSettings;
  /** The primary of the national list's zones. */
  zones: ZonesSettings;
  oncallWebhook: string | undefined;
  /** Beyond `pages` messages about danger within `windowMs`, further ones for the same person come together each `digestMs`. */
  oncallBurst: { pages: number; windowMs: number; digestMs: number };
  logLevel: string;
  country: string;
  demo: boolean;
  dev: boolean;
  roles: Role[];
  egress: EgressSettings & { allowPrivate: boolean };
  evidence: {
    /** Time-stamping authority (RFC 3161); without one, packages say that they have no time-stamp. */
    tsaUrl: string | undefined;
    /** Offline key that can open every package, whose private half never comes near this server. */
    recovery: string | undefined;
    /** Sealed deposit of withheld bodies to the police; off unless set. */
    deposit: z.infer<typeof depositSettings> | undefined;
  };
}

export class ConfigError extends Error {
  readonly problems: string[];
  constructor(problems: string[]) {
    super(`The configuration has ${problems.length} problem(s):\n${problems.map((p) => `  - ${p}`).join('\n')}`);
    this.name = 'ConfigError';
    this.problems = problems;
  }
}

/**
 * Environment -> configuration, in typed steps: (1) each variable on its own, (2) the values together, (3) the frozen
 * {@link Config}. Secrets are not read here: `openKeyring` does that, after the process has the right user.
 * Throws {@link ConfigError} with all problems.
 */
export function loadConfig(env: NodeJS.ProcessEnv): Config {
  const present = Object.fromEntries(Object.entries(env).filter(([, v]) => v !== undefined && v !== ''));
  const parsed = environment.safeParse(present);
  const problems = (parsed.error?.issues ?? []).map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  // Faulty ones are left out, so that what the others say together is checked as well and told in the same go.
  const faulty = new Set(parsed.error?.issues.map((issue) => String(issue.path[0])));
  const e =
    parsed.data ?? environment.parse(Object.fromEntries(Object.entries(present).filter(([name]) => !faulty.has(name))));
  let egress: EgressSettings = egressSettings.parse({});
  if (e.SALAMA_EGRESS) {
    try {
      egress = egressSettings.parse(JSON.parse(e.SALAMA_EGRESS));
    } catch (error) {
      problems.push(`SALAMA_EGRESS: ${error instanceof z.ZodError ? z.prettifyError(error) : 'is not JSON'}`);
    }
  }
  // One that is only the default route for both is warned of at the start: it may be the only one there is.
  if (egress.letters && !e.SALAMA_DEMO && !e.SALAMA_DEV && vantagesOfLetters(egress).length > 0)
    problems.push(
      'SALAMA_EGRESS: letters leave from the address of a vantage; whoever gets one would recognise our looks at content',
    );
  let deposit: Config['evidence']['deposit'];
  if (e.SALAMA_EVIDENCE_DEPOSIT) {
    try {
      deposit = depositSettings.parse(JSON.parse(e.SALAMA_EVIDENCE_DEPOSIT));
    } catch (error) {
      problems.push(`SALAMA_EVIDENCE_DEPOSIT: ${error instanceof z.ZodError ? z.prettifyError(error) : 'is not JSON'}`);
    }
  }
  const imap = imapSettings(e, problems, e.SALAMA_ROLES.includes('worker'));
  const dns = dnsSettings(e, problems);
  const zones = zonesSettings(e, problems);
  const unknown = e.SALAMA_ROLES.filter((r) => !(ROLES as readonly string[]).includes(r));
  if (unknown.length > 0)
    problems.push(`SALAMA_ROLES: unknown role(s) ${unknown.join(', ')}; there are ${ROLES.join(', ')}`);
  const publicOrigin = (e.PUBLIC_ORIGIN ?? `http://localhost:${e.PORT}`).replace(/\/$/, '');
  if (e.SALAMA_ALLOW_PRIVATE && !e.SALAMA_DEMO && !e.SALAMA_DEV)
    problems.push('SALAMA_ALLOW_PRIVATE: private networks are opened only in the demonstration and in tests');
  if (/^https?:\/\/(\d+\.\d+\.\d+\.\d+|\[)/.test(publicOrigin))
    problems.push('PUBLIC_ORIGIN: passkeys refuse IP addresses; use a name, for example http://localhost:8080');
  if (
    !e.SALAMA_DEMO &&
    !e.SALAMA_DEV &&
    publicOrigin.startsWith('http:') &&
    !/^http:\/\/localhost(:|$)/.test(publicOrigin)
  )
    problems.push('PUBLIC_ORIGIN: outside localhost it must be https://');
  if (problems.length > 0) throw new ConfigError(problems);
  return Object.freeze({
    stateDir: path.resolve(e.SALAMA_STATE ?? '.state'),
    databaseUrl: e.DATABASE_URL,
    host: e.HOST,
    port: e.PORT,
    publicOrigin,
    trustedProxies: e.TRUSTED_PROXIES,
    metricsPort: e.METRICS_PORT,
    capturePort: e.CAPTURE_PORT,
    smtpUrl: e.SMTP_URL,
    mailFrom: e.MAIL_FROM,
    imap,
    dns,
    zones,
    oncallWebhook: e.ONCALL_WEBHOOK,
    oncallBurst: {
      pages: e.ONCALL_BURST_PAGES,
      windowMs: e.ONCALL_BURST_MINUTES * 60_000,
      digestMs: e.ONCALL_DIGEST_SECONDS * 1000,
    },
    logLevel: e.LOG_LEVEL,
    country: e.SALAMA_COUNTRY,
    demo: e.SALAMA_DEMO,
    dev: e.SALAMA_DEV,
    roles: e.SALAMA_ROLES as Role[],
    egress: { ...egress, allowPrivate: e.SALAMA_ALLOW_PRIVATE },
    evidence: { tsaUrl: e.SALAMA_TSA_URL, recovery: e.SALAMA_EVIDENCE_RECOVERY, deposit },
  });
}
