import type { Clock } from '../clock.ts';
import type { Client } from '../policy.ts';
import type { Resolver } from '../upstream/resolver.ts';
import { MAX_MESSAGE, OWN_EDE, UDP_PAYLOAD } from '../wire/codes.ts';
import { DROP, type Engine, type Fetched, FORWARD } from './engine.ts';
import type { Stats } from './stats.ts';

/** The alias of a rewrite, or a name behind a name, asks for more than one thing; nothing honest asks for more than these. */
const MOST_FETCHES = 4;

const NOTHING: Fetched = { entry: undefined, stale: false, error: OWN_EDE.unreachable };

/** Answer bytes, and how many seconds they may be kept. */
export interface Answered {
  readonly bytes: Buffer;
  readonly ttl: number;
}

/** Both ways of a question: from memory at once, or fetched, decided again and answered. */
export class Forwarder {
  #engine: Engine;
  #resolver: Resolver;
  #clock: Clock;
  #stats: Stats;
  #out = Buffer.alloc(MAX_MESSAGE);
  #small = Buffer.alloc(UDP_PAYLOAD);

  constructor(engine: Engine, resolver: Resolver, clock: Clock, stats: Stats) {
    this.#engine = engine;
    this.#resolver = resolver;
    this.#clock = clock;
    this.#stats = stats;
  }

  /**
   * Answers a question for which `Engine.answer` said `FORWARD`. The packet is copied before this returns. It is decided again
   * with what was fetched, so that what a family changed meanwhile counts. `datagram` keeps it short enough for one, however
   * the client's question came to whoever sent it on. Undefined = nothing is to be sent. Never rejects.
   */
  async forward(packet: Uint8Array, length: number, client: Client, datagram = false): Promise<Answered | undefined> {
    const copy = Uint8Array.prototype.slice.call(packet, 0, length);
    const out = datagram ? this.#small : this.#out;
    let got: Fetched | undefined;
    try {
      for (let i = 0; ; i++) {
        const size = this.#engine.answerWith(copy, length, client, this.#clock.now(), out, got);
        if (size > 0) return this.#take(out, size);
        if (size === DROP) return undefined;
        // The last time with empty hands: that is a failure, and said.
        got = i < MOST_FETCHES ? await this.#resolver.fetch(this.#engine.need) : NOTHING;
      }
    } catch {
      this.#stats.failures += 1;
      return undefined;
    }
  }

  /** Answers a whole message whichever way: at once, or when fetched. Undefined = nothing is to be sent. Never throws. */
  answer(packet: Uint8Array, client: Client, datagram = false): Answered | undefined | Promise<Answered | undefined> {
    try {
      const { length } = packet;
      const out = datagram ? this.#small : this.#out;
      const size = this.#engine.answer(packet, length, client, this.#clock.now(), out);
      if (size === DROP) return undefined;
      if (size === FORWARD) return this.forward(packet, length, client, datagram);
      return this.#take(out, size);
    } catch {
      this.#stats.failures += 1;
      return undefined;
    }
  }

  #take(out: Buffer, size: number): Answered {
    return { bytes: Buffer.from(out.subarray(0, size)), ttl: this.#engine.ttl };
  }
}
