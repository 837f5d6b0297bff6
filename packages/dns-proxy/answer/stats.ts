/** What was done, in numbers alone: no names, no addresses. Counters only go up. */
export class Stats {
  /** Questions that could be read, by how they came. */
  udp = 0;
  tcp = 0;
  dot = 0;
  doh = 0;
  blocked = 0;
  rewritten = 0;
  local = 0;
  /** Blocked for a name that the answer led to. */
  followed = 0;
  cacheHits = 0;
  cacheMisses = 0;
  stale = 0;
  prefetched = 0;
  malformed = 0;
  refused = 0;
  /** Over the limit of their network: with a truncated answer, or without any. */
  slipped = 0;
  silenced = 0;
  truncated = 0;
  servfail = 0;
  cookiesValid = 0;
  /** Decisions that threw, which a policy must not. */
  policyFailures = 0;
  /** Errors of our own: should stay 0. */
  failures = 0;
  /** Questions sent on, answers that came, and what went wrong with them. */
  upstreamQueries = 0;
  upstreamAnswers = 0;
  upstreamTimeouts = 0;
  upstreamErrors = 0;
  upstreamTcp = 0;
  /** Packets that were no answer to anything we asked: strays or somebody guessing. */
  upstreamStrays = 0;
  coalesced = 0;
  /** Not sent on because too much was on its way already. */
  overload = 0;
  connections = 0;
  connectionsRefused = 0;
  /** Times that a network had asked enough over streams and had to wait. */
  throttled = 0;
  /** Clients that were cut off: idle, stalled, or not speaking DNS. */
  connectionsCut = 0;
}
