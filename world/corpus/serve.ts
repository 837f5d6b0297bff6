import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Authority } from '../certificates.ts';
import { type NameServer, startNameServer } from '../dns.ts';
import { close, listenOnAll } from '../listen.ts';
import { type Zone, type ZoneRecord, zone } from '../zones.ts';
import { CORPUS_VANTAGES, type CorpusCase, type CorpusVantage, type ServedAnswer, type View } from './format.ts';

/** Where each vantage comes from: the servers tell them apart by it. */
export const VANTAGE_ADDRESS: Readonly<Record<CorpusVantage, string>> = { rabat: '127.0.0.2', paris: '127.0.0.3' };
export const CORPUS_NETWORKS = ['127.77.0.0/16'];
/** The network of a host that says nothing of one. */
const USUAL_NETWORK = 64_500;
/** Nothing listens there. */
const DARK = '127.77.255.250';

export type Phase = 'before' | 'now';

/** One case on loopback: its name servers (one a vantage) and its web, at one of its two times. */
export interface StagedCase {
  phase: Phase;
  /** `127.0.0.1:port` of the vantage's name server. */
  dnsServer(vantage: CorpusVantage): string;
  portMap: Record<number, number>;
  /** Autonomous system of an address, as the case has it. */
  asnOf(address: string): number | undefined;
  stop(): Promise<void>;
}

const hostsOf = (theCase: CorpusCase): string[] => {
  const asked = new URL(theCase.url).hostname;
  const views = [theCase.before, theCase.now].flatMap((s) => (s ? [s, ...Object.values(s.from ?? {})] : []));
  const keys = views.flatMap((v) => Object.keys(v.at ?? {})).filter((key) => URL.canParse(key));
  return [...new Set([asked, ...keys.map((key) => new URL(key).hostname)])];
};

/** The last label: everything below it that is not named does not exist. */
const topOf = (host: string) => host.slice(host.lastIndexOf('.') + 1);

/** Starts what one case needs. */
export async function stageCase(theCase: CorpusCase, authority: Authority): Promise<StagedCase> {
  const asked = new URL(theCase.url);
  const hosts = hostsOf(theCase);
  const networks = [
    ...new Set([USUAL_NETWORK, ...[theCase.before, theCase.now].flatMap((s) => (s?.network ? [s.network] : []))]),
  ];
  const addressOf = (network: number) => `127.77.0.${networks.indexOf(network) + 1}`;
  let phase: Phase = 'before';
  const scene = () => (phase === 'before' ? theCase.before : theCase.now) ?? {};
  const viewFrom = (vantage: CorpusVantage): View => {
    const { from, ...usual } = scene();
    const own = from?.[vantage];
    if (!own) return usual;
    // Whoever gets an answer of its own gets nothing of the usual one.
    const { status: _s, headers: _h, file: _f, body: _b, redirect: _r, fault: _x, ...besides } = usual;
    const answers = own.status ?? own.file ?? own.body ?? own.redirect ?? own.fault;
    return answers === undefined ? { ...usual, ...own } : { ...besides, ...own };
  };

  function answerTo(vantage: CorpusVantage, scheme: string, host: string, target: string): ServedAnswer {
    const view = viewFrom(vantage);
    const { at, others, dns: _dns, nameservers: _ns, tls: _tls, network: _network, ...own } = view;
    const [path = '/'] = target.split('?');
    const placed = (t: string) => {
      const found = Object.entries(at ?? {}).find(([key]) =>
        URL.canParse(key)
          ? new URL(key).href === new URL(`${scheme}://${host}${t}`).href
          : host === asked.hostname && encodeURI(decodeURI(key)) === t,
      );
      return found && theCase.served(found[1]);
    };
    const isAsked = host === asked.hostname && target === `${asked.pathname}${asked.search}`;
    const there = placed(target) ?? (isAsked ? undefined : placed(path));
    if (there) return there;
    if (isAsked || others === 'same') return theCase.served(own);
    if (others) return theCase.served(others);
    return { status: 404, content: Buffer.from('<h1>Not Found</h1>'), type: 'text/html' };
  }

  function serve(scheme: 'http' | 'https', req: IncomingMessage, res: ServerResponse): void {
    const from = CORPUS_VANTAGES.find((v) => VANTAGE_ADDRESS[v] === req.socket.remoteAddress) ?? 'rabat';
    const host = URL.canParse(`http://${req.headers.host}`) ? new URL(`http://${req.headers.host}`).hostname : '';
    const answer = answerTo(from, scheme, host, req.url ?? '/');
    req.resume();
    // A TLS socket can't be reset, only cut off.
    if (answer.fault === 'reset')
      return void (scheme === 'https' ? req.socket.destroy() : req.socket.resetAndDestroy());
    if (answer.fault === 'hang') return;
    let body = answer.content ?? Buffer.alloc(0);
    if (answer.echo)
      body = Buffer.from(
        body
          .toString()
          .replaceAll('{{path}}', req.url ?? '/')
          .replaceAll('{{host}}', host),
      );
    res.writeHead(answer.status ?? (answer.redirect ? 302 : 200), {
      'content-type': answer.type ?? 'text/html; charset=utf-8',
      ...(answer.redirect ? { location: answer.redirect } : {}),
      ...Object.fromEntries(Object.entries(answer.headers ?? {}).map(([k, v]) => [k.toLowerCase(), v])),
    });
    res.end(body);
  }

  const limits = { requestTimeout: 10_000, headersTimeout: 5_000, keepAliveTimeout: 1_000 };
  const stops: (() => Promise<void>)[] = [];
  const stop = async () => {
    for (const each of stops.splice(0)) await each();
  };
  const listening = async (make: () => Server) => {
    const all = await listenOnAll(make, networks.map(addressOf), 0);
    stops.push(async () => {
      for (const server of all.servers) server.closeAllConnections();
      await Promise.all(all.servers.map(close));
    });
    return all.port;
  };

  /** The zones as one vantage's name server has them now. */
  function fill(vantage: CorpusVantage, zones: Zone[], server: NameServer): void {
    const view = viewFrom(vantage);
    zones.length = 0;
    for (const top of new Set(hosts.map(topOf))) zones.push(zone(top, 1));
    const put = (name: string, record: ZoneRecord) => {
      const home = zones.find((z) => z.apex === topOf(name)) as Zone;
      home.names.set(name, [...(home.names.get(name) ?? []), record]);
    };
    for (const host of hosts) {
      server.fault(host, null);
      const dns = host === asked.hostname ? (view.dns ?? 'ok') : 'ok';
      const address = view.fault === 'refused' && host === asked.hostname ? DARK : undefined;
      const network = host === asked.hostname ? (view.network ?? USUAL_NETWORK) : USUAL_NETWORK;
      if (dns === 'SERVFAIL') server.fault(host, 'servfail');
      if (dns === 'TIMEOUT') server.fault(host, 'drop');
      if (dns === 'NXDOMAIN') continue;
      if (dns === 'NODATA') put(host, { type: 'TXT', name: host, ttl: 5, data: ['nothing here'] });
      else put(host, { type: 'A', name: host, ttl: 5, data: address ?? addressOf(network) });
      for (const data of view.nameservers ?? [])
        for (const name of new Set([host, host.split('.').slice(-2).join('.')]))
          put(name, { type: 'NS', name, ttl: 5, data });
    }
  }

  try {
    const http = await listening(() => createServer(limits, (req, res) => serve('http', req, res)));
    const https = await listening(() =>
      createTlsServer(
        {
          ...limits,
          SNICallback: (name, done) => {
            const manner = name === asked.hostname ? (scene().tls ?? 'ok') : 'ok';
            authority.contextFor(name, manner).then(
              (context) => done(null, context),
              (error: unknown) => done(error instanceof Error ? error : new Error(String(error))),
            );
          },
        },
        (req, res) => serve('https', req, res),
      ).on('tlsClientError', (_error, socket) => socket.destroy()),
    );
    const named = new Map<CorpusVantage, { server: NameServer; zones: Zone[] }>();
    for (const vantage of CORPUS_VANTAGES) {
      const zones: Zone[] = [];
      const server = await startNameServer({ zones, port: 0, now: () => new Date() });
      stops.push(() => server.stop());
      named.set(vantage, { server, zones });
    }
    const staged: StagedCase = {
      get phase() {
        return phase;
      },
      set phase(to: Phase) {
        phase = to;
        for (const [vantage, { server, zones }] of named) fill(vantage, zones, server);
      },
      dnsServer: (vantage) => `127.0.0.1:${named.get(vantage)?.server.port}`,
      portMap: { 80: http, 443: https },
      asnOf: (address) => networks[Number(address.split('.')[3]) - 1],
      stop,
    };
    staged.phase = 'before';
    return staged;
  } catch (error) {
    await stop();
    throw error;
  }
}
