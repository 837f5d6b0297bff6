import type { Cache } from '../answer/cache.ts';
import type { Fetched, Need } from '../answer/engine.ts';
import { Entry, entryOf, type TtlLimits } from '../answer/entry.ts';
import type { Stats } from '../answer/stats.ts';
import { errorOption } from '../answer/tail.ts';
import type { Clock } from '../clock.ts';
import { OWN_EDE, RCODE } from '../wire/codes.ts';
import { FOLD } from '../wire/name.ts';
import type { Key } from './question.ts';
import type { Upstreams } from './upstreams.ts';

export interface ResolverLimits {
  /** Different questions on their way at a time. Default 4,096. */
  readonly inFlight?: number;
  /** Clients that wait for them. Default 16,384. */
  readonly waiting?: number;
  /** With something old at hand nobody waits longer than that (RFC 8767, 5). Default 1,800 ms. */
  readonly staleAfterMs?: number;
  /** How long something old is given at once after upstreams failed. Default 30 s. */
  readonly recheckMs?: number;
}

interface Parts {
  cache: Cache;
  upstreams: Upstreams;
  stats: Stats;
  clock: Clock;
  ttl: TtlLimits;
  staleMs: number;
}

/** Renewals at a time: they are a kindness and must not crowd out questions. */
const RENEWALS = 256;

/** Fetches what the cache does not have, each thing once however many ask. */
export class Resolver {
  #parts: Parts;
  #limits: Required<ResolverLimits>;
  #flights = new Map<string, Promise<Entry | undefined>>();
  #waiting = 0;
  #renewals = 0;
  /** Of old answers: when upstreams may be asked again. */
  #recheck = new WeakMap<Entry, number>();

  constructor(parts: Parts, limits: ResolverLimits) {
    this.#parts = parts;
    this.#limits = { inFlight: 4096, waiting: 16_384, staleAfterMs: 1800, recheckMs: 30_000, ...limits };
  }

  get inFlight(): number {
    return this.#flights.size;
  }

  /** Never rejects. The need is read before this returns. */
  fetch(need: Need): Promise<Fetched> {
    const { cache, stats, clock, staleMs, upstreams } = this.#parts;
    const { packet, name: at, nameEnd, type, flags } = need;
    stats.cacheMisses += 1;
    const now = clock.now();
    const old = cache.find(packet, at, nameEnd, type, flags);
    const stale = old && old.rcode !== RCODE.SERVFAIL && old.expires + staleMs > now ? old : undefined;
    if (stale) {
      stale.used = true;
      if ((this.#recheck.get(stale) ?? 0) > now)
        return Promise.resolve({ entry: stale, stale: true, error: OWN_EDE.stale });
    }
    if (this.#waiting >= this.#limits.waiting) return this.#overloaded(stale);
    const name = new Uint8Array(nameEnd - at);
    for (let i = 0; i < name.length; i++) name[i] = FOLD[packet[at + i] as number] as number;
    const flight = this.#fly({ name, type, flags }, stale);
    if (!flight) return this.#overloaded(stale);
    const error = upstreams.count === 0 ? OWN_EDE.notReady : OWN_EDE.unreachable;
    this.#waiting += 1;
    return new Promise((resolve) => {
      let cancel = () => {};
      const settle = (fetched: Fetched) => {
        cancel();
        resolve(fetched);
      };
      if (stale) {
        cancel = clock.after(this.#limits.staleAfterMs, () =>
          settle({ entry: stale, stale: true, error: OWN_EDE.stale }),
        );
      }
      flight.then(
        (entry) => {
          this.#waiting -= 1;
          const good = entry && (entry.rcode !== RCODE.SERVFAIL || !stale);
          if (good) settle({ entry, stale: false, error: 0 });
          else if (stale) settle({ entry: stale, stale: true, error: OWN_EDE.stale });
          else settle({ entry: undefined, stale: false, error });
        },
        () => {
          this.#waiting -= 1;
          settle({ entry: stale, stale: stale !== undefined, error });
        },
      );
    });
  }

  #overloaded(stale: Entry | undefined): Promise<Fetched> {
    this.#parts.stats.overload += 1;
    return Promise.resolve({ entry: stale, stale: stale !== undefined, error: OWN_EDE.notReady });
  }

  /** Asks anew for what will soon be too old. */
  renew(entry: Entry): void {
    if (this.#renewals >= RENEWALS) return;
    const flight = this.#fly(entry, entry);
    if (!flight) return;
    this.#parts.stats.prefetched += 1;
    this.#renewals += 1;
    const done = () => {
      this.#renewals -= 1;
      entry.renewing = false;
    };
    flight.then(done, done);
  }

  /** The one question on its way about this key; undefined when there are too many. */
  #fly(key: Key, stale: Entry | undefined): Promise<Entry | undefined> | undefined {
    const id = `${Buffer.from(key.name.buffer, key.name.byteOffset, key.name.length).toString('latin1')} ${key.type} ${key.flags}`;
    const known = this.#flights.get(id);
    if (known) {
      this.#parts.stats.coalesced += 1;
      return known;
    }
    if (this.#flights.size >= this.#limits.inFlight) return undefined;
    const flight = this.#ask(key, stale).finally(() => this.#flights.delete(id));
    this.#flights.set(id, flight);
    return flight;
  }

  async #ask({ name, type, flags }: Key, stale: Entry | undefined): Promise<Entry | undefined> {
    const { upstreams, cache, clock, ttl, stats } = this.#parts;
    const key = { name, type, flags };
    const bytes = await upstreams.ask(key);
    const now = clock.now();
    const entry = bytes && entryOf(bytes, key, now, ttl);
    if (bytes && !entry) stats.upstreamErrors += 1;
    const failed = !entry || entry.rcode === RCODE.SERVFAIL;
    if (failed && stale) {
      // Something old is better than a failure, and for a while nobody needs to wait to learn it.
      this.#recheck.set(stale, now + this.#limits.recheckMs);
      return entry;
    }
    const found = entry ?? (upstreams.count > 0 ? failure(key, now, ttl.failure) : undefined);
    // Of what has no life at all, nothing is kept; it goes to those who wait.
    if (found && found.life > 0) cache.put(found, now);
    return found;
  }
}

/** RFC 9520: a failure is remembered too, for seconds, so that a dead upstream is not asked by everybody. */
function failure(key: Key, now: number, life: number): Entry {
  return new Entry({
    ...key,
    rcode: RCODE.SERVFAIL,
    authentic: false,
    answers: 0,
    authority: 0,
    additional: 0,
    body: new Uint8Array(0),
    ttlAt: new Uint16Array(0),
    life,
    storedAt: now,
    targets: [],
    ech: false,
    errors: errorOption(OWN_EDE.unreachable, '', 0),
  });
}
