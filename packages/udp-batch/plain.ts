import dgram from 'node:dgram';
import type { AddressInfo } from 'node:net';
import { addressBytes } from './address.ts';
import {
  type Datagram,
  type Handle,
  LANE_DEFAULTS,
  type Lane,
  type LaneOptions,
  LaneStats,
  type Peer,
} from './lane.ts';

/** A datagram that came through a plain socket. */
class Plain implements Datagram {
  packet: Uint8Array = new Uint8Array(0);
  length = 0;
  port = 0;
  address = '';
  readonly out: Uint8Array;

  constructor(bytes: number) {
    this.out = new Uint8Array(bytes);
  }

  get raw(): Uint8Array {
    const bytes = addressBytes(this.address) ?? new Uint8Array(4);
    const mapped = bytes.length === 16 && this.address.startsWith('::ffff:') && this.address.includes('.');
    return mapped ? bytes.subarray(12) : bytes;
  }

  keep(): Peer {
    return { address: this.address, port: this.port };
  }
}

/** The same door over `node:dgram`: works everywhere. */
export class PlainLane implements Lane {
  readonly kind = 'plain';
  readonly port: number;
  readonly reason: string | undefined;
  readonly stats = new LaneStats();
  #socket: dgram.Socket;
  #bytes: number;
  #pending = 0;
  #idle: (() => void) | undefined;
  #closed: Promise<void> | undefined;

  private constructor(socket: dgram.Socket, options: LaneOptions, reason: string | undefined) {
    this.#socket = socket;
    this.#bytes = options.bytes ?? LANE_DEFAULTS.bytes;
    this.port = (socket.address() as AddressInfo).port;
    this.reason = reason;
  }

  /** @throws when the address cannot be had */
  static async open(options: LaneOptions, handle: Handle, reason?: string): Promise<PlainLane> {
    const { address, port, reusePort = false, ipv6Only = false } = options;
    const socket = dgram.createSocket({
      type: address.includes(':') ? 'udp6' : 'udp4',
      reusePort,
      ipv6Only,
      recvBufferSize: options.receiveBuffer ?? LANE_DEFAULTS.receiveBuffer,
      sendBufferSize: options.sendBuffer ?? LANE_DEFAULTS.sendBuffer,
      // Only addresses are sent to: nothing is to be looked up, nor waited for.
      lookup: (host, _options, done) => done(null, host, host.includes(':') ? 6 : 4),
    });
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject);
      socket.bind(port, address, () => {
        socket.off('error', reject);
        resolve();
      });
    });
    const lane = new PlainLane(socket, options, reason);
    socket.on('error', () => {});
    const datagram = new Plain(lane.#bytes);
    socket.on('message', (packet, from) => lane.#take(datagram, packet, from, handle));
    return lane;
  }

  #take(datagram: Plain, packet: Uint8Array, from: dgram.RemoteInfo, handle: Handle): void {
    const { stats } = this;
    stats.calls += 1;
    if (packet.length > this.#bytes) {
      stats.truncated += 1;
      return;
    }
    stats.received += 1;
    datagram.packet = packet;
    datagram.length = packet.length;
    datagram.address = from.address;
    datagram.port = from.port;
    let size = 0;
    try {
      size = handle(datagram);
    } catch {
      stats.failures += 1;
    }
    if (size > 0) this.#send(Buffer.from(datagram.out.subarray(0, size)), from.address, from.port);
  }

  send(bytes: Uint8Array, to: Peer): void {
    // Of nothing, and of names, the system would make an address of its own.
    if (this.#closed || bytes.length > this.#bytes || !addressBytes(to.address)) this.stats.unsent += 1;
    else this.#send(Buffer.from(bytes), to.address, to.port);
  }

  #send(bytes: Uint8Array, address: string, port: number): void {
    this.#pending += 1;
    try {
      this.#socket.send(bytes, port, address, this.#sent);
    } catch {
      // Port 0 cannot be answered, nor an address of the other family.
      this.#sent(true);
    }
  }

  #sent = (error: unknown): void => {
    if (error) this.stats.unsent += 1;
    else this.stats.sent += 1;
    this.#pending -= 1;
    if (this.#pending === 0) this.#idle?.();
  };

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    this.#socket.removeAllListeners('message');
    if (this.#pending > 0) {
      await new Promise<void>((resolve) => {
        this.#idle = resolve;
      });
    }
    await new Promise<void>((resolve) => this.#socket.close(() => resolve()));
  }
}
