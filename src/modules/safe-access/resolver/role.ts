import { type Policy, ProxyServer, upstreamsFromText, type Verdict } from '../../../../packages/dns-proxy/index.ts';
import type { Config } from '../../../platform/config.ts';
import type { Platform } from '../../../platform/platform.ts';
import { type CertificateFiles, certificateOf } from './certificate.ts';
import { createResolver, type ResolverDeps, resolverFolder } from './resolver.ts';

/** Where allowed names are asked; in the demonstration the small Internet's name server, unless told. */
export function upstreamsOf(config: Pick<Config, 'dns' | 'demo' | 'egress'>): string[] {
  if (config.dns.upstreams.length > 0 || !config.demo) return config.dns.upstreams;
  return (config.egress.dnsServers ?? []).map((server) => server.replace(/:(\d+)$/, '@$1'));
}

/** Until the tables are read, which is a moment, nobody is answered. */
const NOT_YET: Verdict = { kind: 'block', answer: 'refused', ede: 14, ttl: 0 };

const LOOPBACK = /^(127\.|::1$|localhost$)/;

/**
 * The role `dns`: opens its doors, gives up what only root may, opens its tables from disk and serves; then the database
 * when it comes.
 */
export async function startDnsRole(
  platform: Pick<Platform, 'config' | 'log' | 'clock' | 'db' | 'keys' | 'i18n'>,
  deps: Omit<ResolverDeps, 'write'> & { stepDown(): void },
): Promise<{ lines: string[]; server: ProxyServer; stop(): Promise<void> }> {
  const { config, log, clock } = platform;
  const { dns } = config;
  const tls: CertificateFiles = await certificateOf(resolverFolder(config.stateDir), dns.tls, dns.name, clock.now());
  let decides: Policy = { decide: () => NOT_YET };
  const upstreams = upstreamsFromText(upstreamsOf(config).join(','));
  if (upstreams.length === 0) log.warn({}, 'DNS_UPSTREAMS is not set: no name is forwarded');
  const at = (port: number) => [{ address: dns.host, port }];
  const server = await ProxyServer.start({
    policy: { decide: (q) => decides.decide(q), noted: (q, verdict) => decides.noted?.(q, verdict) },
    upstreams,
    // Both doors have one number: with 0 the system's choice for UDP need not be free for TCP.
    listen: { udp: at(dns.port), tcp: at(dns.port), dot: at(dns.dotPort), doh: at(dns.dohPort) },
    tls,
    name: dns.name,
    proxies: dns.proxies,
    discovery: {
      name: dns.name,
      doh: { port: dns.dohPort },
      dot: { port: dns.dotPort },
      infoUrl: config.publicOrigin,
      ...(LOOPBACK.test(dns.host) || dns.host.includes(':') || dns.host === '0.0.0.0' ? {} : { ipv4: [dns.host] }),
    },
  });
  deps.stepDown();
  const resolver = createResolver(platform, { ...deps, write: true });
  decides = resolver.policy;
  resolver.start();
  const { udp, dot, doh } = server.ports;
  return {
    lines: [
      `Resolver   ${dns.host} UDP and TCP ${udp[0]}, TLS ${dot[0]}, HTTPS ${doh[0]}${
        resolver.national.ready ? `, national list at ${resolver.national.serial}` : ', waits for its first list'
      }`,
      ...(upstreams.length === 0 ? ['The resolver forwards nothing: DNS_UPSTREAMS is not set'] : []),
    ],
    server,
    async stop() {
      await server.close();
      await resolver.stop();
    },
  };
}
