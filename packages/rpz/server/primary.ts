import dgram from 'node:dgram';
import { EventEmitter } from 'node:events';
import net, { type AddressInfo } from 'node:net';
import tls from 'node:tls';
import { type Clock, systemClock } from '../clock.ts';
import { RpzError } from '../errors.ts';
import type { Zone } from '../zone/zone.ts';
import { type Asker, type Decision, decide, type Refusal, type Transport, type World } from './answer.ts';
import { Board, type BoardRow, type NotifyRecord, type TransferRecord } from './board.ts';
import { Bucket } from './bucket.ts';
import { NOTIFY_DEFAULTS, Notifier, type NotifySettings } from './notifier.ts';
import { Secondaries, type SecondarySettings } from './secondaries.ts';
import { Slots } from './slots.ts';
import { type StreamLimits, serveStream } from './stream.ts';

export interface Limits extends StreamLimits {
  transfers: number;
  transfersPerSecondary: number;
  connections: number;
  connectionsPerAddress: number;
  /** Answers that say no, over UDP, in a second: the rest stays without answer. */
  udpRefusals: number;
}

export const DEFAULT_LIMITS: Limits = {
  idleMs: 15_000,
  stallMs: 20_000,
  transferMs: 15 * 60_000,
  waitMs: 30_000,
  pipelined: 16,
  transfers: 128,
  transfersPerSecondary: 4,
  connections: 512,
  connectionsPerAddress: 32,
  udpRefusals: 200,
};

export interface Endpoint {
  address: string;
  /** 0 takes a free one, the same for UDP and TCP. */
  port: number;
}

export interface TlsSettings extends Endpoint {
  /** PEM. */
  key: string;
  cert: string;
  /** PEM; given, secondaries must show a certificate that these signed. */
  clientCa?: string;
}

export interface PrimarySettings {
  listen: Endpoint;
  /** Zone transfer over TLS, RFC 9103. */
  tls?: TlsSettings;
  zones: readonly Zone[];
  secondaries: readonly SecondarySettings[];
  clock?: Clock;
  limits?: Partial<Limits>;
  notify?: Partial<NotifySettings>;
}

export interface PrimaryEvents {
  asked: [{ secondary: string; zone: string; type: string; serial: number; transport: Transport }];
  transfer: [{ secondary: string; zone: string; keyName?: string } & TransferRecord];
  notify: [{ secondary: string; zone: string } & NotifyRecord];
  refused: [{ address: string; transport: Transport; why: Refusal; secondary?: string; zone?: string }];
  /** A socket of ours failed while it served. */
  fault: [Error];
}

/** Buffer of a connection: several messages, so that the other side is never kept waiting for the next. */
const HIGH_WATER = 256 * 1024;

/**
 * A primary for response policy zones: answers SOA, NS, AXFR and IXFR to secondaries it knows, and tells them of changes.
 * Answers nothing else to anybody; it is no resolver.
 */
export class Primary extends EventEmitter<PrimaryEvents> {
  readonly #clock: Clock;
  readonly #limits: Limits;
  readonly #zones = new Map<string, { zone: Zone; off: () => void }>();
  readonly #board = new Board();
  readonly #slots: Slots;
  readonly #refusals: Bucket;
  readonly #notifier: Notifier;
  readonly #open = new Map<net.Socket, string>();
  #secondaries: Secondaries;
  #udp: dgram.Socket | undefined;
  #tcp: net.Server | undefined;
  #tls: tls.Server | undefined;
  #closing = false;

  private constructor(settings: PrimarySettings) {
    super();
    this.#clock = settings.clock ?? systemClock;
    this.#limits = { ...DEFAULT_LIMITS, ...settings.limits };
    this.#secondaries = new Secondaries(settings.secondaries);
    this.#slots = new Slots(this.#limits.transfers, this.#limits.transfersPerSecondary, this.#clock);
    this.#refusals = new Bucket(this.#limits.udpRefusals, this.#clock);
    this.#notifier = new Notifier({
      clock: this.#clock,
      settings: { ...NOTIFY_DEFAULTS, ...settings.notify },
      send: (bytes, target) => this.#send(bytes, target.port, target.address),
      keyUsed: (name) => this.#board.keyUsed(name),
      report: (secondary, zone, record) => {
        this.#board.notified(secondary.id, zone.origin, record);
        this.emit('notify', { secondary: secondary.id, zone: zone.origin, ...record });
      },
    });
    for (const zone of settings.zones) this.addZone(zone);
  }

  /**
   * Opens the sockets, then tells every secondary of every zone: what changed while we were away reaches them at once.
   * @throws {RpzError} on settings; the system's errors when an address can't be had
   */
  static async start(settings: PrimarySettings): Promise<Primary> {
    const primary = new Primary(settings);
    try {
      await primary.#listen(settings);
    } catch (error) {
      await primary.close();
      throw error;
    }
    primary.notify();
    return primary;
  }

  /** Of UDP and TCP; 0 when closed. */
  get port(): number {
    const address = this.#tcp?.address() as AddressInfo | null | undefined;
    return address?.port ?? 0;
  }

  get tlsPort(): number | undefined {
    return (this.#tls?.address() as AddressInfo | null | undefined)?.port;
  }

  /** @throws {RpzError} zone-twice */
  addZone(zone: Zone): void {
    if (this.#zones.has(zone.origin)) throw new RpzError('zone-twice', zone.origin);
    const off = zone.onChange(() => {
      this.#board.changed(zone, this.#secondaries.all, this.#clock.now());
      this.#notifier.announce(zone, this.#secondaries.all);
    });
    this.#zones.set(zone.origin, { zone, off });
  }

  /** @throws {RpzError} zone-unknown */
  removeZone(origin: string): void {
    const entry = this.#zones.get(origin);
    if (!entry) throw new RpzError('zone-unknown', origin);
    entry.off();
    this.#zones.delete(origin);
  }

  /** Who may ask from now on: new partners, new keys, keys taken away. Transfers under way end as they began. */
  setSecondaries(settings: readonly SecondarySettings[]): void {
    this.#secondaries = new Secondaries(settings);
  }

  /** A new certificate, without an interruption. */
  setCertificate(certificate: { key: string; cert: string; clientCa?: string }): void {
    this.#tls?.setSecureContext(secureContext(certificate));
  }

  /** Tells again, of one zone or of all. */
  notify(origin?: string): void {
    for (const { zone } of this.#zones.values()) {
      if (origin === undefined || zone.origin === origin) this.#notifier.announce(zone, this.#secondaries.all);
    }
  }

  board(): BoardRow[] {
    const zones = [...this.#zones.values()].map((entry) => entry.zone);
    return this.#board.rows(this.#secondaries.all, zones, this.#clock.now());
  }

  /** Stops at once; transfers under way break off, and their readers keep the list they had. Zones stay open. */
  async close(): Promise<void> {
    this.#closing = true;
    this.#notifier.stop();
    for (const { off } of this.#zones.values()) off();
    const servers = [this.#tcp, this.#tls].filter((s) => s?.listening);
    const closed = servers.map((server) => new Promise((resolve) => server?.close(resolve)));
    for (const socket of this.#open.keys()) socket.destroy();
    const udp = this.#udp;
    this.#udp = undefined;
    if (udp) closed.push(new Promise<void>((resolve) => udp.close(resolve)));
    await Promise.all(closed);
  }

  async #listen({ listen, tls: secure }: PrimarySettings): Promise<void> {
    // A free TCP port may be taken in UDP by somebody else.
    for (let tries = 0; ; tries++) {
      const tcp = net.createServer({ highWaterMark: HIGH_WATER, allowHalfOpen: true }, (s) =>
        this.#connected(s, 'tcp'),
      );
      await listening(tcp, listen);
      this.#tcp = tcp;
      const udp = dgram.createSocket({
        type: net.isIP(listen.address) === 6 ? 'udp6' : 'udp4',
        // Addresses are numbers here; the system's resolver need not be asked for each message.
        lookup: (host, _options, call) => call(null, host, net.isIP(host)),
      });
      try {
        await bound(udp, listen.address, this.port);
        this.#udp = udp;
        break;
      } catch (error) {
        udp.close();
        await new Promise((resolve) => tcp.close(resolve));
        if (listen.port !== 0 || tries > 20) throw error;
      }
    }
    this.#udp.on('message', (bytes, from) => this.#datagram(bytes, from));
    this.#udp.on('error', (error) => this.emit('fault', error));
    this.#tcp.on('error', (error) => this.emit('fault', error));
    if (!secure) return;
    const server = tls.createServer(
      {
        ...secureContext(secure),
        // RFC 9103 7.1 and 7.3.1.
        ALPNProtocols: ['dot'],
        requestCert: secure.clientCa !== undefined,
        rejectUnauthorized: true,
        handshakeTimeout: 10_000,
        highWaterMark: HIGH_WATER,
        allowHalfOpen: true,
      },
      (socket) => {
        if (socket.alpnProtocol === 'dot') this.#connected(socket, 'tls');
        else socket.destroy();
      },
    );
    await listening(server, secure);
    server.on('error', (error) => this.emit('fault', error));
    this.#tls = server;
  }

  #world(): World {
    const zones = { get: (origin: string) => this.#zones.get(origin)?.zone };
    return { secondaries: this.#secondaries, zones, now: () => this.#clock.now() };
  }

  #decide(bytes: Buffer, asker: Asker): Decision {
    const decision = decide(bytes, asker, this.#world());
    const at = this.#clock.now();
    if (decision.kind === 'refuse') {
      const { why, secondary, zone } = decision;
      // Only what concerns both is worth a place on the board; the rest is an event.
      if (secondary && zone && secondary.zones.has(zone)) this.#board.refused(secondary.id, zone, why, at);
      this.emit('refused', { ...asker, why, ...(secondary && { secondary: secondary.id }), ...(zone && { zone }) });
    } else if (decision.kind === 'reply' || decision.kind === 'transfer') {
      this.#board.asked(decision, asker.transport, at);
      const { secondary, zone, asked: type, serial } = decision;
      this.emit('asked', { secondary: secondary.id, zone: zone.origin, type, serial, transport: asker.transport });
    }
    return decision;
  }

  #datagram(bytes: Buffer, from: dgram.RemoteInfo): void {
    const decision = this.#decide(bytes, { transport: 'udp', address: plainAddress(from.address) });
    if (decision.kind === 'response') {
      this.#notifier.answered(decision.message, bytes, { address: plainAddress(from.address), port: from.port });
    } else if (decision.kind === 'reply' || (decision.kind === 'refuse' && this.#refusals.take())) {
      this.#send(decision.bytes, from.port, from.address);
    }
  }

  #send(bytes: Buffer, port: number, address: string): void {
    // A target that is not there says so by an error on the next message: NOTIFY repeats itself, answers are the asker's.
    this.#udp?.send(bytes, port, address, () => {});
  }

  #connected(socket: net.Socket, transport: Transport): void {
    const address = plainAddress(socket.remoteAddress ?? '');
    const ofAddress = [...this.#open.values()].filter((a) => a === address).length;
    const { connections, connectionsPerAddress } = this.#limits;
    if (this.#closing || this.#open.size >= connections || ofAddress >= connectionsPerAddress) {
      socket.on('error', () => {});
      socket.destroy();
      return;
    }
    this.#open.set(socket, address);
    socket.on('close', () => this.#open.delete(socket));
    const asker: Asker = { transport, address };
    serveStream(socket, {
      clock: this.#clock,
      limits: this.#limits,
      slots: this.#slots,
      asker,
      decide: (bytes) => this.#decide(bytes, asker),
      done: ({ secondary, zone, keyName }, record) => {
        this.#board.transferred(secondary.id, zone, record);
        this.emit('transfer', { secondary: secondary.id, zone: zone.origin, ...(keyName && { keyName }), ...record });
      },
    });
  }
}

function secureContext({ key, cert, clientCa }: { key: string; cert: string; clientCa?: string }) {
  // Of the context, not of the server: a new certificate would open the door to older versions.
  return { key, cert, minVersion: 'TLSv1.3' as const, ...(clientCa !== undefined && { ca: clientCa }) };
}

/** An IPv4 address as such, whatever socket it came by. */
function plainAddress(address: string): string {
  return address.startsWith('::ffff:') && address.includes('.') ? address.slice(7) : address;
}

function listening(server: net.Server, { address, port }: Endpoint): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, address, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function bound(socket: dgram.Socket, address: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.bind(port, address, () => {
      socket.off('error', reject);
      resolve();
    });
  });
}
