import net, { type AddressInfo } from 'node:net';
import type tls from 'node:tls';
import { type Core, type CoreSettings, createCore } from './answer/core.ts';
import type { Stats } from './answer/stats.ts';
import { type ConnectionLimits, Connections } from './listen/connections.ts';
import { Doh, type DohReply, type DohRequest } from './listen/doh.ts';
import { Proxies } from './listen/proxied.ts';
import { serveStream } from './listen/stream.ts';
import { type Certificate, dohServer, idOfServerName, tlsServer } from './listen/tls.ts';
import { type Endpoint, UdpListener } from './listen/udp.ts';
import type { Client } from './policy.ts';

export interface ServerSettings extends CoreSettings {
  /** Doors to open; those of `dot` and `doh` need `tls`. */
  readonly listen: {
    readonly udp?: readonly Endpoint[];
    readonly tcp?: readonly Endpoint[];
    readonly dot?: readonly Endpoint[];
    readonly doh?: readonly Endpoint[];
  };
  readonly tls?: Certificate;
  /** The name whose first label below it is a device's id (`<id>.dns.example`). Default `discovery.name`. */
  readonly name?: string;
  /** Default `/dns-query`; `<path>/<id>` is the door of one device. */
  readonly dohPath?: string;
  readonly limits?: ConnectionLimits;
  /**
   * Addresses of load balancers (dnsdist) that say over UDP and TCP for whom a question is, by the PROXY protocol, version 2. A value
   * 0xE0 is the device's id, 0xE1 how the question came to them (`udp`, `tcp`, `dot`, `doh`).
   */
  readonly proxies?: readonly string[];
  /** How long questions on their way may take when it stops. Default 2,000 ms. */
  readonly graceMs?: number;
}

type Door = keyof ServerSettings['listen'];

/** The resolver with all its doors. */
export class ProxyServer {
  readonly core: Core;
  /** Ports in the order of `listen`, with the ones the system chose. */
  readonly ports: Readonly<Record<Door, readonly number[]>>;
  #udp: UdpListener[];
  #servers: net.Server[];
  #secure: tls.Server[];
  #connections: Connections;
  #doh: Doh;
  #dohElsewhere: Doh;
  #graceMs: number;
  #closed: Promise<void> | undefined;
  #proxies: Proxies;

  private constructor(core: Core, connections: Connections, dohPath: string, proxies: Proxies, graceMs: number) {
    this.core = core;
    this.#connections = connections;
    this.#doh = new Doh(core.forwarder, dohPath);
    this.#dohElsewhere = new Doh(core.forwarder, dohPath, ({ address }) => connections.allowsFrom(address));
    this.#graceMs = graceMs;
    this.#proxies = proxies;
    this.#udp = [];
    this.#servers = [];
    this.#secure = [];
    this.ports = { udp: [], tcp: [], dot: [], doh: [] };
  }

  /** @throws when an address cannot be had, the certificate is none, or settings cannot be (`createCore`); nothing stays open then */
  static async start(settings: ServerSettings): Promise<ProxyServer> {
    const { listen, limits = {}, dohPath = '/dns-query', graceMs = 2000 } = settings;
    const idle = limits.idleMs === undefined ? {} : { idleMs: limits.idleMs };
    const proxies = new Proxies(settings.proxies);
    const core = createCore({ ...idle, ...settings });
    const connections = new Connections(limits, core.stats, core.clock);
    const server = new ProxyServer(core, connections, dohPath, proxies, graceMs);
    try {
      for (const at of listen.udp ?? []) {
        const listener = await UdpListener.open(at, core.forwarder, proxies);
        server.#udp.push(listener);
        server.#note('udp', listener.port);
      }
      for (const door of ['tcp', 'dot', 'doh'] as const) {
        for (const at of listen[door] ?? []) server.#note(door, await server.#open(door, at, settings));
      }
    } catch (error) {
      await server.close();
      throw error;
    }
    return server;
  }

  #note(door: Door, port: number): void {
    (this.ports[door] as number[]).push(port);
  }

  async #open(door: 'tcp' | 'dot' | 'doh', at: Endpoint, settings: ServerSettings): Promise<number> {
    const server = door === 'tcp' ? this.#plain() : this.#encrypted(door, settings);
    this.#servers.push(server);
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen({ port: at.port, host: at.address, reusePort: at.reusePort ?? false }, () => {
        server.off('error', reject);
        resolve();
      });
    });
    // Too many files open and the like: those who came are lost, the door stays open.
    server.on('error', () => {});
    return (server.address() as AddressInfo).port;
  }

  #streamParts() {
    const { forwarder, stats, clock } = this.core;
    return { forwarder, stats, clock, connections: this.#connections };
  }

  #plain(): net.Server {
    return net.createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
      const connection = this.#connections.admit(socket, this.#proxies);
      if (!connection) return;
      const client: Client = { transport: 'tcp', address: connection.address, id: undefined };
      serveStream(socket, connection, client, { ...this.#streamParts(), proxies: this.#proxies });
    });
  }

  #encrypted(door: 'dot' | 'doh', settings: ServerSettings): tls.Server {
    const { tls: certificate, name = settings.discovery?.name } = settings;
    if (!certificate) throw new RangeError(`a certificate is needed for ${door}`);
    const { idleMs } = this.#connections.limits;
    const http = dohServer({ doh: this.#doh, name, connections: this.#connections, now: () => this.core.clock.now() });
    const server = tlsServer(
      certificate,
      door === 'dot' ? ['dot'] : ['h2', 'http/1.1'],
      Math.min(idleMs, 10_000),
      (socket) => this.#connections.admit(socket.setNoDelay(true)),
      (socket, connection) => {
        connection.last = this.core.clock.now();
        connection.finish = () => socket.end();
        if (door === 'doh') http(socket, connection);
        else {
          const id = idOfServerName(socket.servername, name);
          serveStream(socket, connection, { transport: 'dot', address: connection.address, id }, this.#streamParts());
        }
      },
    );
    this.#secure.push(server);
    return server;
  }

  /**
   * Answers a request of DoH that came to another web server. Its address counts for `questionsPerSecond` as at our own doors; a
   * server that does not know it counts all its requests together.
   */
  answerDoh(request: DohRequest): DohReply | Promise<DohReply> {
    return this.#dohElsewhere.answer(request);
  }

  /** Another certificate for connections from now on. @throws when it is none; the old one stays then */
  setCertificate(certificate: Certificate): void {
    for (const server of this.#secure) server.setSecureContext({ ...certificate, minVersion: 'TLSv1.2' });
  }

  get stats(): Readonly<Stats> {
    return this.core.stats;
  }

  /** Lengths and sizes at this moment, for metrics. */
  get gauges(): Readonly<
    Record<'cacheBytes' | 'cacheEntries' | 'inFlight' | 'connections' | 'upstreams' | 'healthyUpstreams', number>
  > {
    const { cache, resolver, upstreams } = this.core;
    return {
      cacheBytes: cache.bytes,
      cacheEntries: cache.size,
      inFlight: resolver.inFlight,
      connections: this.#connections.size,
      upstreams: upstreams.count,
      healthyUpstreams: upstreams.healthy,
    };
  }

  /** Stops listening, answers what is on its way for a while, and closes. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    const closed = this.#servers.map(
      (s) => new Promise<void>((resolve) => (s.listening ? s.close(() => resolve()) : resolve())),
    );
    await Promise.all([...this.#udp.map((l) => l.close(this.#graceMs)), this.#connections.close(this.#graceMs)]);
    await Promise.all(closed);
    this.core.close();
  }
}
