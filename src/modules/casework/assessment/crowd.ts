export interface CrowdRule {
  reports: number;
  minutes: number;
}

/** Many reports of one thing in a short time. It is said to the analyst; it moves nothing. */
export interface Crowd {
  /** Reports in the busiest window. */
  reports: number;
  from: Date;
  to: Date;
}

/** The busiest window of `rule.minutes`, if it holds `rule.reports` or more. Pure; `times` in any order. */
export function crowdIn(times: readonly Date[], rule: CrowdRule): Crowd | undefined {
  const sorted = times.map((t) => t.getTime()).sort((a, b) => a - b);
  const span = rule.minutes * 60_000;
  let best: Crowd | undefined;
  let start = 0;
  for (const [end, at] of sorted.entries()) {
    while (at - (sorted[start] as number) > span) start += 1;
    const reports = end - start + 1;
    if (reports >= rule.reports && reports > (best?.reports ?? 0))
      best = { reports, from: new Date(sorted[start] as number), to: new Date(at) };
  }
  return best;
}
