import { randomBytes } from 'node:crypto';
import { Chance, type Clock, type RandomBytes, systemClock } from '../clock.ts';
import type { Policy } from '../policy.ts';
import { Resolver, type ResolverLimits } from '../upstream/resolver.ts';
import { type UpstreamLimits, type UpstreamSettings, Upstreams } from '../upstream/upstreams.ts';
import { type CookieSettings, Cookies } from '../wire/cookie.ts';
import { nameFromText } from '../wire/name.ts';
import { CACHE_DEFAULTS, Cache, type CacheSettings } from './cache.ts';
import { Engine } from './engine.ts';
import { Forwarder } from './forwarder.ts';
import { type Discovery, OwnNames } from './own.ts';
import { RateLimit, type RateSettings } from './rate.ts';
import { Stats } from './stats.ts';
import { Plans } from './tail.ts';

export interface CoreSettings {
  readonly policy: Policy;
  /** Where what is allowed is asked; none = SERVFAIL with the extended error "not ready". */
  readonly upstreams: readonly UpstreamSettings[];
  readonly upstreamLimits?: UpstreamLimits;
  readonly resolverLimits?: ResolverLimits;
  readonly cache?: CacheSettings;
  readonly cookies?: CookieSettings;
  readonly rate?: RateSettings;
  /** What is told to who asks about the resolver itself; its name also stands in SOA records of what is blocked. */
  readonly discovery?: Discovery;
  /** How long a silent connection is kept, told to clients (RFC 7828). Default 10 s. */
  readonly idleMs?: number;
  readonly clock?: Clock;
  readonly random?: RandomBytes;
}

/** All that answers, without a socket to clients: what each thread has one of. */
export interface Core {
  readonly engine: Engine;
  readonly forwarder: Forwarder;
  readonly resolver: Resolver;
  readonly upstreams: Upstreams;
  readonly cache: Cache;
  readonly cookies: Cookies;
  readonly stats: Stats;
  readonly clock: Clock;
  close(): void;
}

/** @throws RangeError settings that cannot be: an upstream without address, a bad name, a secret of another length */
export function createCore(settings: CoreSettings): Core {
  const { policy, discovery, clock = systemClock, random = randomBytes } = settings;
  const chance = new Chance(random);
  const seed = () => ((chance.u16() << 16) | chance.u16()) >>> 0;
  const stats = new Stats();
  const limits = { ...CACHE_DEFAULTS, ...settings.cache };
  const cache = new Cache(limits.bytes, limits.staleSeconds, seed());
  const cookies = new Cookies(settings.cookies ?? {}, random, clock.now());
  const plans = new Plans(nameFromText(discovery?.name ?? '.'));
  const upstreams = new Upstreams(settings.upstreams, settings.upstreamLimits ?? {}, { clock, chance, stats });
  const ttl = {
    min: limits.minTtl,
    max: limits.maxTtl,
    negative: limits.negativeTtl,
    failure: Math.max(1, limits.failureTtl),
  };
  const staleMs = 1000 * limits.staleSeconds;
  const resolver = new Resolver({ cache, upstreams, stats, clock, ttl, staleMs }, settings.resolverLimits ?? {});
  const engine = new Engine({
    policy,
    cache,
    cookies,
    rate: new RateLimit(settings.rate ?? {}),
    own: new OwnNames(discovery, plans),
    plans,
    stats,
    seed: settings.rate?.shared?.seed ?? seed(),
    renew: (entry) => resolver.renew(entry),
    keepalive: Math.floor((settings.idleMs ?? 10_000) / 100),
  });
  const forwarder = new Forwarder(engine, resolver, clock, stats);
  return { engine, forwarder, resolver, upstreams, cache, cookies, stats, clock, close: () => upstreams.close() };
}
