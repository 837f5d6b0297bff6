import net from 'node:net';
import type { Stats } from '../answer/stats.ts';
import type { Chance, Clock } from '../clock.ts';
import { RCODE } from '../wire/codes.ts';
import { type Key, question } from './question.ts';
import { TcpUpstream } from './tcp.ts';
import { type Outcome, UdpUpstream } from './udp.ts';

export interface UpstreamSettings {
  /** An IP address: a name would have to be asked for first. */
  readonly host: string;
  /** Default 53. */
  readonly port?: number;
}

export interface UpstreamLimits {
  /** Times that a question is sent at most, to one upstream or another. Default 4. */
  readonly attempts?: number;
  /** Longest wait before the next attempt, in ms. Default 1500. */
  readonly attemptMs?: number;
  /** All in all. Default 5000. */
  readonly totalMs?: number;
}

/** An upstream is left alone after so many failures in a row, at first for a second, then longer, at most for 30. */
const FAILURES = 4;
const REST_MS = 1000;
const MOST_REST_MS = 30_000;

class Server {
  readonly udp: UdpUpstream;
  readonly tcp: TcpUpstream;
  /** Smoothed time of an answer in ms; of a server that is not chosen it shrinks, so that each is tried again. */
  time = 1;
  failures = 0;
  restsUntil = 0;

  constructor(udp: UdpUpstream, tcp: TcpUpstream) {
    this.udp = udp;
    this.tcp = tcp;
  }

  good(ms: number): void {
    this.failures = 0;
    this.restsUntil = 0;
    this.time += (ms - this.time) / 4;
  }

  bad(now: number): void {
    this.failures += 1;
    this.time = Math.min(10_000, 2 * this.time + 50);
    if (this.failures < FAILURES) return;
    this.restsUntil = now + Math.min(MOST_REST_MS, REST_MS * 2 ** Math.min(10, this.failures - FAILURES));
  }
}

/** `host@port` (`[::1]@53`, `::1@53`, `192.0.2.1`), several with commas between. @throws RangeError */
export function upstreamsFromText(text: string): UpstreamSettings[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean)
    .map((part) => {
      const [host = '', port = '53'] = part.split('@').map((s) => s.replace(/^\[|\]$/g, ''));
      const number = Number(port);
      if (net.isIP(host) === 0 || !Number.isInteger(number) || number < 1 || number > 65_535) {
        throw new RangeError(`no upstream (address@port): ${part}`);
      }
      return { host, port: number };
    });
}

/** The real resolvers behind us: which one is asked, how often, and what counts as an answer. */
export class Upstreams {
  #servers: Server[];
  #clock: Clock;
  #chance: Chance;
  #stats: Stats;
  #attempts: number;
  #attemptMs: number;
  #totalMs: number;
  #open = new Set<() => void>();

  /** @throws RangeError a host that is no address */
  constructor(
    settings: readonly UpstreamSettings[],
    limits: UpstreamLimits,
    { clock, chance, stats }: { clock: Clock; chance: Chance; stats: Stats },
  ) {
    this.#clock = clock;
    this.#chance = chance;
    this.#stats = stats;
    this.#attempts = limits.attempts ?? 4;
    this.#attemptMs = limits.attemptMs ?? 1500;
    this.#totalMs = limits.totalMs ?? 5000;
    const stray = () => {
      stats.upstreamStrays += 1;
    };
    this.#servers = settings.map(({ host, port = 53 }) => {
      if (net.isIP(host) === 0) throw new RangeError(`no address of an upstream: ${host}`);
      return new Server(new UdpUpstream(host, port, chance, stray), new TcpUpstream(host, port, chance, clock));
    });
  }

  get count(): number {
    return this.#servers.length;
  }

  /** Upstreams that are not at rest after failures. */
  get healthy(): number {
    const now = this.#clock.now();
    return this.#servers.filter((s) => s.restsUntil <= now).length;
  }

  #choose(tried: ReadonlySet<Server>): Server | undefined {
    const now = this.#clock.now();
    const fresh = this.#servers.filter((s) => !tried.has(s));
    const from = fresh.length > 0 ? fresh : this.#servers;
    const awake = from.filter((s) => s.restsUntil <= now);
    let best: Server | undefined;
    if (awake.length === 0) {
      // All rest: better to ask one of them than nobody.
      for (const s of from) if (!best || s.restsUntil < best.restsUntil) best = s;
      return best;
    }
    for (const s of awake) if (!best || s.time < best.time) best = s;
    for (const s of awake) if (s !== best) s.time *= 0.98;
    return best;
  }

  /** A whole answer with NOERROR, NXDOMAIN or, if nobody had better, SERVFAIL; undefined when there was none in time. */
  ask(key: Key): Promise<Uint8Array | undefined> {
    return new Promise((resolve) => {
      const forget: (() => void)[] = [];
      const tried = new Set<Server>();
      let attempts = 0;
      let outstanding = 0;
      let finished = false;
      let second: Uint8Array | undefined;
      let cancelNext = () => {};

      const finish = (bytes: Uint8Array | undefined) => {
        if (finished) return;
        finished = true;
        cancelNext();
        cancelAll();
        this.#open.delete(stop);
        for (const f of forget) f();
        if (bytes) this.#stats.upstreamAnswers += 1;
        resolve(bytes);
      };
      const stop = () => finish(undefined);
      this.#open.add(stop);
      const cancelAll = this.#clock.after(this.#totalMs, () => finish(second));

      const next = () => {
        cancelNext();
        const server = attempts < this.#attempts ? this.#choose(tried) : undefined;
        if (!server) {
          if (outstanding === 0) finish(second);
          return;
        }
        attempts += 1;
        tried.add(server);
        outstanding += 1;
        this.#stats.upstreamQueries += 1;
        const asked = question(key, this.#chance);
        const began = this.#clock.now();
        let late = false;
        const wait = Math.min(this.#attemptMs, 300 + 4 * server.time);
        cancelNext = this.#clock.after(wait, () => {
          late = true;
          this.#stats.upstreamTimeouts += 1;
          server.bad(this.#clock.now());
          next();
        });
        const done = (outcome: Outcome): void => {
          if (finished) return;
          if (outcome.kind === 'again') {
            this.#stats.upstreamTcp += 1;
            forget.push(server.tcp.ask(asked, done));
            return;
          }
          outstanding -= 1;
          const rcode = outcome.kind === 'answer' ? (outcome.bytes[3] as number) & 15 : -1;
          if (rcode >= 0) server.good(this.#clock.now() - began);
          if (outcome.kind === 'answer' && (rcode === RCODE.NOERROR || rcode === RCODE.NXDOMAIN)) {
            finish(outcome.bytes);
            return;
          }
          this.#stats.upstreamErrors += 1;
          if (outcome.kind === 'answer' && rcode === RCODE.SERVFAIL) second ??= outcome.bytes;
          if (rcode < 0) server.bad(this.#clock.now());
          // What failed at once is not worth asking the same server again, unless it is the only one and said nothing.
          if (rcode >= 0 && tried.size >= this.#servers.length) attempts = this.#attempts;
          if (!late) next();
          else if (outstanding === 0 && attempts >= this.#attempts) finish(second);
        };
        forget.push(server.udp.ask(asked, began, done));
      };
      next();
    });
  }

  close(): void {
    for (const stop of this.#open) stop();
    for (const server of this.#servers) {
      server.udp.close();
      server.tcp.close();
    }
  }
}
