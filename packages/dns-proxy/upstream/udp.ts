import dgram from 'node:dgram';
import type { Chance } from '../clock.ts';
import { answers, CASE_LOST, OURS } from './question.ts';

/** What came of a question. `again`: must be asked over TCP. */
export type Outcome =
  | { readonly kind: 'answer'; readonly bytes: Uint8Array }
  | { readonly kind: 'again' }
  | { readonly kind: 'failed' };

interface Waiting {
  readonly asked: Uint8Array;
  readonly done: (outcome: Outcome) => void;
}

/** Sockets at a time to one upstream, questions that one may carry, and how long it lives. */
const SOCKETS = 64;
const USES = 64;
const LIFE_MS = 20_000;

/** One socket, at a port that the system draws at random, connected: the kernel throws away what comes from elsewhere. */
class Port {
  readonly waiting = new Map<number, Waiting>();
  uses = 0;
  readonly opened: number;
  closed = false;
  #socket: dgram.Socket;
  #queue: Uint8Array[] | undefined = [];
  #stray: () => void;
  #last = false;

  constructor(host: string, port: number, now: number, stray: () => void) {
    this.opened = now;
    this.#stray = stray;
    const six = host.includes(':');
    this.#socket = dgram.createSocket({
      type: six ? 'udp6' : 'udp4',
      recvBufferSize: 1 << 20,
      // An address is not looked up.
      lookup: (name, _options, done) => done(null, name, six ? 6 : 4),
    });
    this.#socket.on('message', (bytes) => this.#read(bytes));
    this.#socket.on('error', () => this.fail());
    // An address that cannot be reached from here is told to this call, not as an event.
    this.#socket.connect(port, host, ((error?: Error) => {
      if (error || this.closed) {
        this.fail();
        return;
      }
      const queue = this.#queue ?? [];
      this.#queue = undefined;
      for (const bytes of queue) this.#send(bytes);
    }) as () => void);
    this.#socket.unref();
  }

  ask(asked: Uint8Array, chance: Chance, done: (outcome: Outcome) => void): () => void {
    let id = chance.u16();
    while (this.waiting.has(id)) id = chance.u16();
    asked[0] = id >> 8;
    asked[1] = id;
    const entry = { asked, done };
    this.waiting.set(id, entry);
    this.uses += 1;
    if (this.#queue) this.#queue.push(asked);
    else this.#send(asked);
    return () => {
      if (this.waiting.get(id) === entry) this.waiting.delete(id);
      this.#closeIfLast();
    };
  }

  #send(bytes: Uint8Array): void {
    if (this.closed) return;
    this.#socket.send(bytes, (error) => {
      if (error) this.fail();
    });
  }

  #read(bytes: Uint8Array): void {
    const id = bytes.length < 12 ? -1 : ((bytes[0] as number) << 8) | (bytes[1] as number);
    const entry = this.waiting.get(id);
    const match = entry ? answers(bytes, entry.asked) : 0;
    if (!entry || (match !== OURS && match !== CASE_LOST)) {
      this.#stray();
      return;
    }
    this.waiting.delete(id);
    if (match === CASE_LOST) this.#stray();
    // Without its letters' case or cut: over TCP nobody can speak in between.
    const again = match === CASE_LOST || ((bytes[2] as number) & 0x02) !== 0;
    entry.done(again ? { kind: 'again' } : { kind: 'answer', bytes });
    this.#closeIfLast();
  }

  /** No more questions; closes when the last one is answered or given up. */
  retire(): void {
    this.#last = true;
    this.#closeIfLast();
  }

  #closeIfLast(): void {
    if (this.#last && this.waiting.size === 0) this.fail();
  }

  fail(): void {
    if (this.closed) return;
    this.closed = true;
    this.#socket.close();
    const all = [...this.waiting.values()];
    this.waiting.clear();
    for (const entry of all) entry.done({ kind: 'failed' });
  }
}

/** Questions to one upstream over UDP. */
export class UdpUpstream {
  #host: string;
  #port: number;
  #chance: Chance;
  #stray: () => void;
  #ports: (Port | undefined)[] = new Array(SOCKETS).fill(undefined);
  #retired = new Set<Port>();

  constructor(host: string, port: number, chance: Chance, stray: () => void) {
    this.#host = host;
    this.#port = port;
    this.#chance = chance;
    this.#stray = stray;
  }

  /** @returns forgets the question */
  ask(asked: Uint8Array, now: number, done: (outcome: Outcome) => void): () => void {
    const slot = this.#chance.below(SOCKETS);
    let port = this.#ports[slot];
    if (!port || port.closed || port.uses >= USES || now - port.opened > LIFE_MS) {
      if (port && !port.closed) {
        this.#retired.add(port);
        port.retire();
      }
      for (const old of this.#retired) if (old.closed) this.#retired.delete(old);
      port = new Port(this.#host, this.#port, now, this.#stray);
      this.#ports[slot] = port;
    }
    return port.ask(asked, this.#chance, done);
  }

  close(): void {
    for (const port of this.#ports) port?.fail();
    for (const port of this.#retired) port.fail();
    this.#retired.clear();
  }
}
