import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import { PASS, RateLimit } from '../answer/rate.ts';
import type { Stats } from '../answer/stats.ts';
import type { Clock } from '../clock.ts';
import { addressBytes, networkOf, plainAddress } from '../wire/address.ts';
import type { Proxies } from './proxied.ts';

export interface ConnectionLimits {
  /** Connections at a time, over all doors. Default 4,096. */
  readonly connections?: number;
  /** From one network (/24, /56). Default 512. */
  readonly connectionsPerNetwork?: number;
  /** New ones from one network in a second, and four times that at once: a handshake costs us more than them. Default 50. */
  readonly connectionsPerSecond?: number;
  /**
   * Questions from one network in a second over TCP, TLS and HTTPS, twice that at once; 0 = no limit, for who has a load balancer
   * before it. Beyond it connections are read more slowly, and HTTPS says 429. Default 2,000.
   */
  readonly questionsPerSecond?: number;
  /** Without a question, handshake included. Default 10 s. */
  readonly idleMs?: number;
  /** Cut off when answers are not taken, or a question is not finished, for so long. Default 5 s. */
  readonly stallMs?: number;
  /** Questions of one connection on their way; it is not read from beyond. Default 64. */
  readonly pipelined?: number;
}

export const CONNECTION_DEFAULTS: Required<ConnectionLimits> = {
  connections: 4096,
  connectionsPerNetwork: 512,
  connectionsPerSecond: 50,
  questionsPerSecond: 2000,
  idleMs: 10_000,
  stallMs: 5000,
  pipelined: 64,
};

/** One connection, whatever is spoken on it. */
export class Connection {
  /** The one that is written to: TLS puts its own in the place of the first. */
  socket: Socket;
  readonly address: string;
  /** Whose questions are counted; a load balancer's connection carries those of others. */
  network: number;
  /** Questions on their way. */
  waiting = 0;
  /** When the last whole question came, or the last answer went. */
  last: number;
  /** Bytes taken by the other side, and since when it is no more. */
  #taken = 0;
  #since = 0;
  /** Ends it in the manner of its protocol, when nothing is on its way. */
  finish: () => void;

  constructor(socket: Socket, address: string, network: number, now: number) {
    this.socket = socket;
    this.address = address;
    this.network = network;
    this.last = now;
    this.finish = () => socket.end();
  }

  /** Whether it has earned to be cut off. */
  overdue(now: number, { idleMs, stallMs }: Required<ConnectionLimits>): boolean {
    const { socket } = this;
    if (socket.writableLength > 0) {
      const taken = socket.bytesWritten - socket.writableLength;
      if (taken !== this.#taken || this.#since === 0) {
        this.#taken = taken;
        this.#since = now;
      }
      return now - this.#since > stallMs;
    }
    this.#since = 0;
    return this.waiting === 0 ? now - this.last > idleMs : now - this.last > idleMs + stallMs;
  }
}

/** All connections of all doors: how many there may be, and which have stayed too long. */
export class Connections {
  readonly limits: Required<ConnectionLimits>;
  #all = new Map<Socket, Connection>();
  #networks = new Map<number, number>();
  #stats: Stats;
  #clock: Clock;
  #seed = randomBytes(4).readUInt32LE();
  #address = new Uint8Array(16);
  #rate: RateLimit;
  #questions: RateLimit;
  #cancel = () => {};
  #closing = false;

  constructor(limits: ConnectionLimits, stats: Stats, clock: Clock) {
    this.limits = { ...CONNECTION_DEFAULTS, ...limits };
    this.#stats = stats;
    this.#clock = clock;
    const perNetwork = this.limits.connectionsPerSecond;
    this.#rate = new RateLimit({ perNetwork, burst: 4 * perNetwork });
    this.#questions = new RateLimit({ perNetwork: this.limits.questionsPerSecond });
    this.#watch();
  }

  get size(): number {
    return this.#all.size;
  }

  #networkOf(address: string): number {
    return networkOf(this.#address, addressBytes(address, this.#address), this.#seed);
  }

  /** From now on the questions of this connection count as those of another address. */
  speaksFor(connection: Connection, address: string): void {
    connection.network = this.#networkOf(address);
  }

  /** Takes a connection in, or destroys it at once. Load balancers have those of many. */
  admit(socket: Socket, proxies?: Proxies): Connection | undefined {
    const address = plainAddress(socket.remoteAddress ?? '');
    const network = this.#networkOf(address);
    const trusted = proxies?.has(address) ?? false;
    const ofNetwork = this.#networks.get(network) ?? 0;
    const { connections, connectionsPerNetwork } = this.limits;
    const full = this.#closing || address === '' || this.#all.size >= connections;
    const share =
      trusted || (ofNetwork < connectionsPerNetwork && this.#rate.take(network, this.#clock.now()) === PASS);
    if (full || !share) {
      this.#stats.connectionsRefused += 1;
      socket.on('error', () => {});
      socket.destroy();
      return undefined;
    }
    this.#stats.connections += 1;
    const connection = new Connection(socket, address, network, this.#clock.now());
    this.#all.set(socket, connection);
    this.#networks.set(network, ofNetwork + 1);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      this.#all.delete(socket);
      const left = (this.#networks.get(network) ?? 1) - 1;
      if (left > 0) this.#networks.set(network, left);
      else this.#networks.delete(network);
    });
    return connection;
  }

  /** Whether the network of a connection may ask one more question now. */
  allows(connection: Connection): boolean {
    return this.#take(connection.network);
  }

  /** The same for a question that came to another server, from this address. */
  allowsFrom(address: string): boolean {
    return this.#take(this.#networkOf(address));
  }

  #take(network: number): boolean {
    const allowed = this.#questions.take(network, this.#clock.now()) === PASS;
    if (!allowed) this.#stats.throttled += 1;
    return allowed;
  }

  #watch(): void {
    const { idleMs, stallMs } = this.limits;
    const every = Math.min(1000, Math.max(20, Math.min(idleMs, stallMs) / 4));
    this.#cancel = this.#clock.after(every, () => {
      const now = this.#clock.now();
      for (const connection of this.#all.values()) {
        if (!connection.overdue(now, this.limits)) continue;
        this.#stats.connectionsCut += 1;
        connection.socket.destroy();
      }
      this.#watch();
    });
  }

  /** Lets no one in any more, ends who has nothing on its way, and the others when they have been answered or `graceMs` are over. */
  async close(graceMs: number): Promise<void> {
    this.#closing = true;
    const until = performance.now() + graceMs;
    while (this.#all.size > 0 && performance.now() < until) {
      for (const connection of this.#all.values()) if (connection.waiting === 0) connection.finish();
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    this.#cancel();
    for (const { socket } of this.#all.values()) socket.destroy();
  }
}
