import net from 'node:net';
import type { Chance, Clock } from '../clock.ts';
import { answers, OURS } from './question.ts';
import type { Outcome } from './udp.ts';

interface Waiting {
  readonly asked: Uint8Array;
  readonly done: (outcome: Outcome) => void;
}

/** Questions that may be on their way on the connection; more fail at once. */
const PIPELINED = 256;
const IDLE_MS = 5000;
const CONNECT_MS = 3000;

/** Questions to one upstream over one TCP connection, opened when needed, several at a time (RFC 7766, 6.2.1.1). */
export class TcpUpstream {
  #host: string;
  #port: number;
  #chance: Chance;
  #clock: Clock;
  #socket: net.Socket | undefined;
  #waiting = new Map<number, Waiting>();
  #pending: Buffer = Buffer.alloc(0);
  #cancelIdle = () => {};

  constructor(host: string, port: number, chance: Chance, clock: Clock) {
    this.#host = host;
    this.#port = port;
    this.#chance = chance;
    this.#clock = clock;
  }

  /** @returns forgets the question */
  ask(asked: Uint8Array, done: (outcome: Outcome) => void): () => void {
    if (this.#waiting.size >= PIPELINED) {
      done({ kind: 'failed' });
      return () => {};
    }
    const socket = this.#socket ?? this.#open();
    let id = this.#chance.u16();
    while (this.#waiting.has(id)) id = this.#chance.u16();
    // A copy: the same question may still wait for a late answer over UDP under its own number.
    const framed = new Uint8Array(2 + asked.length);
    framed[0] = asked.length >> 8;
    framed[1] = asked.length;
    framed.set(asked, 2);
    framed[2] = id >> 8;
    framed[3] = id;
    const entry = { asked: framed.subarray(2), done };
    this.#waiting.set(id, entry);
    this.#cancelIdle();
    socket.write(framed);
    return () => {
      if (this.#waiting.get(id) === entry) this.#waiting.delete(id);
      this.#idle();
    };
  }

  #open(): net.Socket {
    const socket = net.connect({ host: this.#host, port: this.#port, noDelay: true });
    this.#socket = socket;
    this.#pending = Buffer.alloc(0);
    const cancel = this.#clock.after(CONNECT_MS, () => {
      if (socket.connecting) socket.destroy();
    });
    socket.unref();
    socket.on('connect', cancel);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      cancel();
      this.#lost(socket);
    });
    socket.on('end', () => socket.destroy());
    socket.on('data', (data: Buffer) => this.#read(socket, data));
    return socket;
  }

  #read(socket: net.Socket, data: Buffer): void {
    this.#pending = this.#pending.length === 0 ? data : Buffer.concat([this.#pending, data]);
    while (this.#pending.length >= 2) {
      const length = this.#pending.readUInt16BE(0);
      if (length < 12) {
        socket.destroy();
        return;
      }
      if (this.#pending.length < 2 + length) return;
      const bytes = this.#pending.subarray(2, 2 + length);
      this.#pending = this.#pending.subarray(2 + length);
      const id = bytes.readUInt16BE(0);
      const entry = this.#waiting.get(id);
      if (!entry) continue;
      this.#waiting.delete(id);
      entry.done(
        answers(bytes, entry.asked) === OURS ? { kind: 'answer', bytes: Uint8Array.from(bytes) } : { kind: 'failed' },
      );
    }
    this.#idle();
  }

  #idle(): void {
    if (this.#waiting.size > 0) return;
    this.#cancelIdle();
    this.#cancelIdle = this.#clock.after(IDLE_MS, () => {
      if (this.#waiting.size === 0) this.#socket?.destroy();
    });
  }

  #lost(socket: net.Socket): void {
    if (this.#socket !== socket) return;
    this.#socket = undefined;
    this.#cancelIdle();
    const all = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const entry of all) entry.done({ kind: 'failed' });
  }

  close(): void {
    this.#socket?.destroy();
  }
}
