import { ABUSE_API_HOST, type AbuseApi, createAbuseApi } from './abuse-api.ts';
import { type AbuseDesk, type DeskLogEntry, type DeskMode, startAbuseDesk } from './abuse-desk.ts';
import { cidrOf, NETWORKS, ORGANISATIONS } from './actors.ts';
import { createAuthority } from './certificates.ts';
import { type NameServer, startNameServer } from './dns.ts';
import { type Mailbox, startMailbox } from './mailbox.ts';
import { type Registry, startRegistry } from './rdap.ts';
import { Sites } from './sites.ts';
import { startViewer, type Viewer } from './viewer.ts';
import { type LoggedRequest, startWeb, type Web } from './web.ts';
import type { WebhookSink } from './webhook.ts';
import { buildZones } from './zones.ts';

export { ABUSE_API_TOKEN } from './abuse-api.ts';
export type { AbuseDesk, DeskLogEntry, DeskMode } from './abuse-desk.ts';
export { html } from './html.ts';
export type { Mailbox, Refusal, StoredMail } from './mailbox.ts';
export type { PageState, Sites, StateName } from './sites.ts';
export type { LoggedRequest } from './web.ts';

export interface WorldPorts {
  dns: number;
  http: number;
  https: number;
  rdap: number;
  smtp: number;
  mailbox: number;
}

export interface WorldOptions {
  /** Only loopback: the sites use addresses all over 127/8. */
  host?: '127.0.0.1';
  /** 0, the default, takes any free port. */
  ports?: Partial<WorldPorts>;
  /** How long the abuse desk leaves a mail unread, in milliseconds of real time. */
  abuseDeskDelayMs: number;
  deskMode?: DeskMode;
  /** When given, the abuse desk follows links to this origin only. */
  publicOrigin?: string;
  /** Stamps logs and mail, and dates zones and certificates. Waiting is always in real time. */
  clock?: { now(): Date };
  /** Draws the pictures. Default 1. */
  seed?: number;
}

/** How a guarded fetcher reaches the world, in the form the application's egress settings take. */
export interface WorldEgress {
  dnsServers: string[];
  allowedPrivate: string[];
  portMap: Record<number, number>;
  ca: string[];
  rdapUrl: string;
}

export interface World {
  ports: WorldPorts;
  httpPort: number;
  httpsPort: number;
  /** `127.0.0.1:port` of the name server. */
  dnsServer: string;
  /** Port of a URL -> port that really listens. */
  portMap: Record<number, number>;
  /** The networks that hold the sites and the registry; 127.0.0.1 itself is not among them. */
  networks: string[];
  egress: WorldEgress;
  caPem: string;
  rdapUrl: string;
  smtpUrl: string;
  mailboxUrl: string;
  webhookUrl: string;
  sites: Sites;
  dns: NameServer;
  rdap: Registry;
  mail: Mailbox;
  webhook: WebhookSink;
  /** A hosting company's interface for abuse reports, and its address. */
  api: AbuseApi;
  apiUrl: string;
  desk: AbuseDesk;
  requests: LoggedRequest[];
  deskLog: DeskLogEntry[];
  /** Everything above that is an address, as JSON for other processes. */
  describe(): WorldDescription;
  stop(): Promise<void>;
}

export interface WorldDescription {
  ports: WorldPorts;
  egress: WorldEgress;
  smtpUrl: string;
  mailboxUrl: string;
  webhookUrl: string;
  abuseAddress: string;
  /** Pages to report: one of each kind, all harmless. */
  samples: Record<string, string>;
}

const SAMPLES = {
  albumFrench: 'http://photos.sample-host.example/album/chats',
  albumArabic: 'http://photos.sample-host.example/album/qitat',
  albumEnglish: 'http://photos.sample-host.example/album/cats',
  photo: 'http://photos.sample-host.example/p/7',
  forum: 'http://forum.sample-host.example/t/31-classe',
  arabicName: 'http://صور-قطط.example/album/qitat',
  profile: 'http://chat.sample-app.example/u/demo_member',
  game: 'http://kids-game.example/',
  moved: 'http://moved.example/album/cats',
  abroad: 'http://photos.elsewhere-host.example/p/7',
} as const;

/**
 * Starts a small Internet on loopback: name server, sites over http and https, registry (RDAP), a hosting company with
 * a mailbox and an abuse desk, a viewer for the mailbox and a webhook sink. Linux only: elsewhere 127/8 is not all there.
 * Rejects, with everything closed again, if a port is taken.
 */
export async function startWorld(options: WorldOptions): Promise<World> {
  const now = () => (options.clock ? options.clock.now() : new Date());
  const sites = new Sites(options.seed ?? 1, now());
  const stops: (() => Promise<void>)[] = [];
  const stop = async () => {
    for (const each of stops.splice(0).toReversed()) await each();
  };
  const started = <T extends { stop(): Promise<void> }>(part: T): T => {
    stops.push(() => part.stop());
    return part;
  };
  const port = (name: keyof WorldPorts) => options.ports?.[name] ?? 0;

  const api = createAbuseApi(now);
  let dns: NameServer, web: Web, rdap: Registry, mail: Mailbox, viewer: Viewer;
  // Real clients judge certificates by the real time, whatever the world's clock says.
  const authority = await createAuthority(new Date());
  try {
    dns = started(await startNameServer({ zones: buildZones(sites.list(), now()), port: port('dns'), now }));
    web = started(await startWeb({ sites, authority, api, now, httpPort: port('http'), httpsPort: port('https') }));
    rdap = started(await startRegistry({ port: port('rdap') }));
    mail = started(await startMailbox({ port: port('smtp'), now }));
    viewer = started(await startViewer({ mailbox: mail, port: port('mailbox'), now }));
  } catch (error) {
    await stop();
    throw error;
  }
  const desk = started(
    startAbuseDesk({
      mailbox: mail,
      sites,
      now,
      delayMs: options.abuseDeskDelayMs,
      publicOrigin: options.publicOrigin,
      mode: options.deskMode,
    }),
  );

  const networks = NETWORKS.map(cidrOf);
  const portMap = { 80: web.httpPort, 443: web.httpsPort, [rdap.port]: rdap.port };
  const dnsServer = `127.0.0.1:${dns.port}`;
  const world: World = {
    ports: {
      dns: dns.port,
      http: web.httpPort,
      https: web.httpsPort,
      rdap: rdap.port,
      smtp: mail.port,
      mailbox: viewer.port,
    },
    httpPort: web.httpPort,
    httpsPort: web.httpsPort,
    dnsServer,
    portMap,
    networks,
    egress: { dnsServers: [dnsServer], allowedPrivate: networks, portMap, ca: [authority.pem], rdapUrl: rdap.url },
    caPem: authority.pem,
    rdapUrl: rdap.url,
    smtpUrl: `smtp://127.0.0.1:${mail.port}`,
    mailboxUrl: viewer.url,
    webhookUrl: viewer.webhookUrl,
    sites,
    dns,
    rdap,
    mail,
    webhook: viewer.webhook,
    api,
    apiUrl: `https://${ABUSE_API_HOST}/v1/reports`,
    desk,
    requests: web.requests,
    deskLog: desk.log,
    describe: () => ({
      ports: world.ports,
      egress: world.egress,
      smtpUrl: world.smtpUrl,
      mailboxUrl: world.mailboxUrl,
      webhookUrl: world.webhookUrl,
      abuseAddress: ORGANISATIONS.sampleHosting.abuse,
      samples: SAMPLES,
    }),
    stop,
  };
  return world;
}
