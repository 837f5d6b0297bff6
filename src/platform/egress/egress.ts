import { ACCEPT_ENCODING } from './body.ts';
import { type Exchanged, exchange } from './exchange.ts';
import { createGuard, type Target } from './guard.ts';
import { createPoliteness } from './politeness.ts';
import type { Egress, EgressOptions, EgressResult, FetchOptions, Hop, SentBody } from './types.ts';

/** What most visitors send. A site that abuses children must not recognise who looks. */
export const GENERIC_USER_AGENT =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/147.0.0.0 Safari/537.36';

const REDIRECTS = new Set([301, 302, 303, 307, 308]);
/** Addresses of one name that are tried before giving up. */
const MAX_ADDRESSES = 3;
/** Never taken from a caller: they would undo pinning, or tell the site who we are. */
const OWN_HEADERS = new Set(['host', 'connection', 'cookie', 'authorization', 'accept-encoding', 'content-length']);

/** Headers of a body, the secret among them; they come after whatever a caller gave. */
const headersOf = (send: SentBody): Record<string, string> => ({
  'content-type': send.contentType,
  'content-length': String(Buffer.byteLength(send.body)),
  ...(send.bearer === undefined ? {} : { authorization: `Bearer ${send.bearer}` }),
});

/** Waits for the promise, but no longer than the signal. */
function within<T>(signal: AbortSignal, promise: Promise<T>): Promise<T | 'late'> {
  return new Promise((resolve, reject) => {
    const late = () => resolve('late');
    if (signal.aborted) late();
    signal.addEventListener('abort', late, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', late));
  });
}

/**
 * The one guarded fetcher: resolves each name once, judges every address, connects to the judged address, and does so
 * again for every redirect. Keeps no cookie, no cache and no connection.
 */
export function createEgress(options: EgressOptions): Egress {
  const guard = createGuard(options);
  const politeness = createPoliteness(options.minGapMs ?? 1_000, options.random);
  const maxRedirects = options.maxRedirects ?? 5;

  const headersFor = (init: FetchOptions): Record<string, string> => {
    const extra = Object.entries(init.headers ?? {}).filter(([name]) => !OWN_HEADERS.has(name.toLowerCase()));
    return {
      'user-agent': options.userAgent,
      accept: 'text/html,application/xhtml+xml,*/*;q=0.8',
      'accept-language': 'ar,fr;q=0.8,en;q=0.6',
      ...Object.fromEntries(extra.map(([name, value]) => [name.toLowerCase(), value])),
      ...(init.send ? headersOf(init.send) : {}),
      'accept-encoding': ACCEPT_ENCODING,
    };
  };

  async function tryAddresses(
    target: Target,
    addresses: { address: string; port: number }[],
    init: FetchOptions,
    budget: { signal: AbortSignal; timeoutMs: number },
  ): Promise<Exchanged> {
    let outcome: Exchanged = { kind: 'network', code: 'ERROR', beforeRequest: true };
    for (const { address, port } of addresses.slice(0, MAX_ADDRESSES)) {
      outcome = await exchange({
        target,
        address,
        port,
        method: init.send ? 'POST' : (init.method ?? 'GET'),
        body: init.send?.body,
        headers: headersFor(init),
        maxBytes: init.maxBytes ?? options.maxBytes ?? 5 * 1024 * 1024,
        into: init.into,
        connectTimeoutMs: Math.min(5_000, budget.timeoutMs),
        signal: budget.signal,
        ca: options.ca?.length ? options.ca : undefined,
        localAddress: options.localAddress,
      });
      if (outcome.kind !== 'network' || !outcome.beforeRequest || budget.signal.aborted) break;
    }
    return outcome;
  }

  async function travel(
    first: string,
    init: FetchOptions,
    budget: { signal: AbortSignal; timeoutMs: number },
  ): Promise<EgressResult> {
    const started = performance.now();
    const hops: Hop[] = [];
    const travelled = () => ({ hops, ms: Math.round(performance.now() - started) });
    let current = first;
    for (let redirects = 0; redirects <= maxRedirects; redirects++) {
      const hop: Hop = { url: current, at: options.clock.now() };
      hops.push(hop);
      const target = guard.target(current);
      if ('kind' in target) return { ...target, hop: current, ...travelled() };
      if (init.send?.bearer !== undefined && target.url.protocol !== 'https:')
        return { kind: 'refused', reason: 'plain-secret', hop: current, ...travelled() };
      const route = await within(budget.signal, guard.route(target));
      if (route === 'late') return { kind: 'dns', code: 'TIMEOUT', host: target.host, ...travelled() };
      if (route.kind === 'refused') return { ...route, hop: current, ...travelled() };
      if (route.kind === 'dns') return { ...route, host: target.host, ...travelled() };
      const outcome = await tryAddresses(target, route.hops, init, budget);
      if (outcome.kind === 'network') return { kind: 'network', code: outcome.code, ...travelled() };
      if (outcome.kind === 'tls') return { ...outcome, ...travelled() };
      hop.address = outcome.remoteAddress;
      hop.status = outcome.status;
      const { location } = outcome.headers;
      if (!REDIRECTS.has(outcome.status) || !location || init.send || init.followRedirects === false)
        return { ...outcome, finalUrl: target.url.href, ...travelled() };
      if (!URL.canParse(location, target.url))
        return { kind: 'refused', reason: 'bad-url', hop: location.slice(0, 2_000), ...travelled() };
      current = new URL(location, target.url).href;
    }
    return { kind: 'too-many-redirects', ...travelled() };
  }

  return {
    dns: guard.dns,
    async fetch(url, init = {}) {
      if (URL.canParse(url)) await politeness.turn(new URL(url).host);
      const timeoutMs = init.timeoutMs ?? options.timeoutMs ?? 15_000;
      const controller = new AbortController();
      const timer = setTimeout(() => controller.abort(), timeoutMs);
      try {
        return await travel(url, init, { signal: controller.signal, timeoutMs });
      } finally {
        clearTimeout(timer);
      }
    },
  };
}
