import dgram from 'node:dgram';
import type { AddressInfo } from 'node:net';
import type { Forwarder } from '../answer/forwarder.ts';
import type { Client } from '../policy.ts';
import { plainAddress } from '../wire/address.ts';
import { type Proxies, readProxied } from './proxied.ts';

export interface Endpoint {
  readonly address: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** Lets others that say so stand at the same port; the system divides what comes among all. */
  readonly reusePort?: boolean;
}

/** Plain UDP sockets: what works everywhere. Who can receive in batches uses `Engine.answer` itself. */
export class UdpListener {
  readonly port: number;
  #socket: dgram.Socket;
  #pending = new Set<Promise<unknown>>();

  private constructor(socket: dgram.Socket) {
    this.#socket = socket;
    this.port = (socket.address() as AddressInfo).port;
  }

  /** @throws when the address cannot be had */
  static async open(at: Endpoint, forwarder: Forwarder, proxies: Proxies): Promise<UdpListener> {
    const socket = dgram.createSocket({
      type: at.address.includes(':') ? 'udp6' : 'udp4',
      reusePort: at.reusePort ?? false,
      recvBufferSize: 4 << 20,
      sendBufferSize: 1 << 20,
      // Only addresses are sent to: nothing is to be looked up, nor waited for.
      lookup: (host, _options, done) => done(null, host, host.includes(':') ? 6 : 4),
    });
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject);
      socket.bind(at.port, at.address, () => {
        socket.off('error', reject);
        resolve();
      });
    });
    const listener = new UdpListener(socket);
    // An answer that could not be sent is the client's loss, and it asks again.
    socket.on('error', () => {});
    // Who passes no callback costs no turn of the queue for each answer.
    const send = (bytes: Uint8Array, from: dgram.RemoteInfo, sent?: () => void) => {
      try {
        socket.send(bytes, from.port, from.address, sent);
      } catch {
        // Closed meanwhile, or a source port of 0 that cannot be answered.
        sent?.();
      }
    };
    socket.on('message', (packet, from) => {
      let client: Client = { transport: 'udp', address: plainAddress(from.address), id: undefined };
      let question = packet;
      if (proxies.has(client.address)) {
        const said = readProxied(packet, packet.length, 'udp');
        if (said === 'more' || said === 'bad') return;
        if (said !== 'none') {
          client = said.client ?? client;
          question = packet.subarray(said.size);
        }
      }
      const answered = forwarder.answer(question, client, true);
      if (!answered) return;
      if ('bytes' in answered) {
        send(answered.bytes, from);
        return;
      }
      const later = answered
        .then((late) => late && new Promise<void>((resolve) => send(late.bytes, from, () => resolve())))
        .finally(() => listener.#pending.delete(later));
      listener.#pending.add(later);
    });
    return listener;
  }

  /** Answers what is on its way, then closes. */
  async close(graceMs: number): Promise<void> {
    this.#socket.removeAllListeners('message');
    if (this.#pending.size > 0) {
      let timer: NodeJS.Timeout | undefined;
      const grace = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, graceMs);
      });
      await Promise.race([Promise.allSettled(this.#pending), grace]);
      clearTimeout(timer);
    }
    await new Promise<void>((resolve) => this.#socket.close(() => resolve()));
  }
}
