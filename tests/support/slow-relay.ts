import dgram from 'node:dgram';
import net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

const PIECE = 8192;

/** Between a name server and its primary, on loopback: hands on both ways, as slowly as it is told, or not at all. */
export class SlowRelay {
  /** Bytes a second from the primary, over TCP. */
  rate = Number.POSITIVE_INFINITY;
  /** Bytes that came through from the primary since it was last set to 0. */
  passed = 0;
  #to: number;
  #open = true;
  #server: net.Server;
  #udp = dgram.createSocket('udp4');
  #sockets = new Set<net.Socket>();

  private constructor(to: number) {
    this.#to = to;
    this.#server = net.createServer((socket) => this.#connect(socket));
    this.#udp.on('message', (bytes, from) => this.#ask(bytes, from));
  }

  static async start(port: number, to: number): Promise<SlowRelay> {
    const relay = new SlowRelay(to);
    await new Promise<void>((resolve) => relay.#server.listen(port, '127.0.0.1', resolve));
    await new Promise<void>((resolve) => relay.#udp.bind(port, '127.0.0.1', resolve));
    return relay;
  }

  /** From now on nobody gets through, also those who are in the middle. */
  cut(): void {
    this.#open = false;
    for (const socket of this.#sockets) socket.destroy();
  }

  mend(rate = Number.POSITIVE_INFINITY): void {
    this.#open = true;
    this.rate = rate;
    this.passed = 0;
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.#server.close(resolve));
    await new Promise<void>((resolve) => this.#udp.close(() => resolve()));
  }

  #ask(bytes: Buffer, from: dgram.RemoteInfo): void {
    if (!this.#open) return;
    const way = dgram.createSocket('udp4');
    const end = setTimeout(() => way.close(), 2000);
    way.once('message', (answer) => {
      this.#udp.send(answer, from.port, from.address);
      clearTimeout(end);
      way.close();
    });
    way.send(bytes, this.#to, '127.0.0.1');
  }

  #connect(near: net.Socket): void {
    if (!this.#open) {
      near.destroy();
      return;
    }
    const far = net.connect(this.#to, '127.0.0.1');
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      this.#sockets.add(socket);
      socket.on('error', () => other.destroy());
      socket.on('close', () => {
        this.#sockets.delete(socket);
        other.destroy();
      });
    }
    near.pipe(far);
    far.on('data', (bytes: Buffer) => {
      far.pause();
      void this.#give(bytes, near).then(() => far.resume());
    });
  }

  /** In small pieces, so that "the middle" is not a whole read of the system's. */
  async #give(bytes: Buffer, near: net.Socket): Promise<void> {
    for (let at = 0; at < bytes.length && !near.destroyed; at += PIECE) {
      const piece = bytes.subarray(at, at + PIECE);
      near.write(piece);
      this.passed += piece.length;
      if (this.rate !== Number.POSITIVE_INFINITY) await sleep((piece.length / this.rate) * 1000);
    }
  }
}
