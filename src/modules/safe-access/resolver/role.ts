import { randomBytes } from 'node:crypto';
import {
  type LaneGroup,
  type Policy,
  ProxyServer,
  type SharedSettings,
  upstreamsFromText,
  type Verdict,
} from '../../../../packages/dns-proxy/index.ts';
import type { Config } from '../../../platform/config.ts';
import type { Platform } from '../../../platform/platform.ts';
import { type BlockDoor, openBlockDoor } from './block-door.ts';
import { type CertificateFiles, certificateOf } from './certificate.ts';
import { LaneFeed } from './lanes/feed.ts';
import type { LaneSettings } from './lanes/orders.ts';
import { startLanes } from './lanes/start.ts';
import { createResolver, type ResolverDeps, resolverFolder } from './resolver.ts';
import { SHIPPED_REWRITES } from './rewrite-data.ts';
import { allSentences, sentencesOf } from './sentences.ts';
import { statusOf } from './status.ts';

/** Where allowed names are asked; in the demonstration the small Internet's name server, unless told. */
export function upstreamsOf(config: Pick<Config, 'dns' | 'demo' | 'egress'>): string[] {
  if (config.dns.upstreams.length > 0 || !config.demo) return config.dns.upstreams;
  return (config.egress.dnsServers ?? []).map((server) => server.replace(/:(\d+)$/, '@$1'));
}

/** Until the tables are read, which is a moment, nobody is answered. */
const NOT_YET: Verdict = { kind: 'block', answer: 'refused', ede: 14, ttl: 0 };

const LOOPBACK = /^(127\.|::1$|localhost$)/;

const DAY = 86_400_000;

type Needs = Pick<Platform, 'config' | 'log' | 'clock' | 'db' | 'keys' | 'i18n'>;
export interface DnsRoleDeps extends Omit<ResolverDeps, 'write' | 'onStep'> {
  /** Gives up what only root may: called when the doors are open. */
  stepDown(): void;
  /** Told when nobody answers over UDP any more and only a new process will. */
  onLost?(error: unknown): void;
}

/** What a thread of the role is told once. */
function laneSettings({ config, i18n }: Needs, { country, rewrites }: DnsRoleDeps): LaneSettings {
  const { safeSearch, youtube, unsafeEngines, waysAround } = rewrites ?? SHIPPED_REWRITES;
  const { pack } = country.pack();
  return {
    zone: pack.zone,
    publicOrigin: config.publicOrigin,
    blockAddress: config.dns.blockAddress,
    lang: pack.languages[0] ?? 'ar',
    dnsName: config.dns.name,
    sentences: allSentences(sentencesOf(i18n)),
    // What a thread can be given: no iterators.
    rewrites: { safeSearch, youtube, unsafeEngines: [...unsafeEngines], waysAround: [...waysAround] },
  };
}

/** Which way UDP is answered, for people. */
const laneText = (lanes: LaneGroup | undefined): string =>
  lanes ? `${lanes.running} ${lanes.running === 1 ? 'lane' : 'lanes'}` : 'plain sockets';

/** Who has a cookie of one door is known at all others, in whichever thread. */
function shareCookies(server: ProxyServer, lanes: LaneGroup, first: Uint8Array): NodeJS.Timeout {
  let secret = first;
  return setInterval(() => {
    const secrets = [randomBytes(16), secret];
    secret = secrets[0] as Uint8Array;
    server.core.cookies.setSecrets(secrets);
    lanes.setCookieSecrets(secrets);
  }, DAY).unref();
}

/**
 * The role `dns`: opens its doors, gives up what only root may, opens its tables from disk and serves; then the database
 * when it comes. UDP is answered by lanes where they work (`DNS_LANES`), everything else by this thread.
 */
export async function startDnsRole(platform: Needs, deps: DnsRoleDeps) {
  const { config, log, clock } = platform;
  const { dns } = config;
  const tls: CertificateFiles = await certificateOf(resolverFolder(config.stateDir), dns.tls, dns.name, clock.now());
  let decides: Policy = { decide: () => NOT_YET };
  const upstreams = upstreamsFromText(upstreamsOf(config).join(','));
  if (upstreams.length === 0) log.warn({}, 'DNS_UPSTREAMS is not set: no name is forwarded');
  const at = (port: number) => [{ address: dns.host, port }];
  const secret = randomBytes(16);
  const core: SharedSettings = {
    upstreams,
    cookies: { secrets: [secret] },
    discovery: {
      name: dns.name,
      doh: { port: dns.dohPort },
      dot: { port: dns.dotPort },
      infoUrl: config.publicOrigin,
      ...(LOOPBACK.test(dns.host) || dns.host.includes(':') || dns.host === '0.0.0.0' ? {} : { ipv4: [dns.host] }),
    },
  };
  const feed = new LaneFeed(laneSettings(platform, deps), {
    devices: dns.proxies.length > 0,
    onTrouble: (err) => log.error({ err }, 'a question could not be decided and was refused'),
  });
  const lanes = await startLanes({
    wanted: dns.lanes,
    listen: at(dns.port),
    proxies: dns.proxies,
    core,
    feed,
    log,
    onLost: (error) => deps.onLost?.(error),
  });
  const server = await ProxyServer.start({
    ...core,
    // Without lanes it makes its own and changes them.
    ...(lanes ? {} : { cookies: {} }),
    policy: { decide: (q) => decides.decide(q), noted: (q, verdict) => decides.noted?.(q, verdict) },
    // Both doors have one number: with 0 the system's choice for UDP need not be free for TCP.
    listen: { udp: lanes ? [] : at(dns.port), tcp: at(dns.port), dot: at(dns.dotPort), doh: at(dns.dohPort) },
    tls,
    name: dns.name,
    proxies: dns.proxies,
  }).catch(async (error: unknown) => {
    await lanes?.close(0);
    throw error;
  });
  const rolling = lanes && shareCookies(server, lanes, secret);
  const door = await blockDoor(config, log);
  deps.stepDown();
  const resolver = createResolver(platform, { ...deps, write: true, onStep: () => feed.look() });
  decides = resolver.policy;
  if (lanes) feed.attach(resolver);
  resolver.start();
  const { tcp, dot, doh } = server.ports;
  const udp = lanes?.ports ?? server.ports.udp;
  return {
    lines: [
      `Resolver   ${dns.host} UDP and TCP ${udp[0]} (${laneText(lanes)}), TLS ${dot[0]}, HTTPS ${doh[0]}${
        resolver.national.ready ? `, national list at ${resolver.national.serial}` : ', waits for its first list'
      }`,
      ...(door ? [`Blocked names lead to http://${dns.blockAddress}:${door.port}, and on to the block page`] : []),
      ...(upstreams.length === 0 ? ['The resolver forwards nothing: DNS_UPSTREAMS is not set'] : []),
    ],
    ports: { udp, tcp, dot, doh },
    /** How all of it is doing. */
    status: () => statusOf(server, lanes, resolver),
    server,
    lanes,
    async stop() {
      clearInterval(rolling);
      await door?.close();
      // What lanes counted is home before it is written.
      await Promise.all([server.close(), lanes?.close()]);
      await resolver.stop();
    },
  };
}

/** The door that blocked names lead to, where one is wished for. Names are decided without it too, so it stops nothing. */
async function blockDoor(
  { dns, publicOrigin }: Pick<Config, 'dns' | 'publicOrigin'>,
  log: Pick<Platform['log'], 'error'>,
): Promise<BlockDoor | undefined> {
  if (dns.blockAddress === undefined || dns.blockPort === undefined) return undefined;
  try {
    return await openBlockDoor({ address: dns.blockAddress, port: dns.blockPort, publicOrigin });
  } catch (err) {
    log.error({ err }, 'DNS_BLOCK_ADDRESS, DNS_BLOCK_PORT: nobody answers there, blocked names lead to nothing');
    return undefined;
  }
}
