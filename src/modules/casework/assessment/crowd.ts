export interface CrowdRule {
  /** So many reports within so many minutes. */
  reports: number;
  minutes: number;
  /** So many of them in nearly the same words, within so many minutes: people who tell alike were told what to write. */
  alike: { reports: number; minutes: number };
}

/** Reports of one thing that came in a short time. */
interface Window {
  reports: number;
  from: Date;
  to: Date;
}

/** What looks like a campaign, with why. It is said to the analyst; it moves nothing. */
export interface Crowd {
  /** The busiest window, when so many came in it. */
  many: Window | undefined;
  /** The largest group that tells the same in nearly the same words, when it is large enough. */
  alike: Window | undefined;
}

/** A report of the item as far as a crowd shows: never its words, only by what they can be recognised. */
export interface CrowdReport {
  report: string;
  at: Date;
}

/** The busiest window of `minutes`, if it holds `reports` or more. Pure; `times` in any order. */
export function busiest(times: readonly Date[], rule: { reports: number; minutes: number }): Window | undefined {
  const sorted = times.map((t) => t.getTime()).sort((a, b) => a - b);
  const span = rule.minutes * 60_000;
  let best: Window | undefined;
  let start = 0;
  for (const [end, at] of sorted.entries()) {
    while (at - (sorted[start] as number) > span) start += 1;
    const reports = end - start + 1;
    if (reports >= rule.reports && reports > (best?.reports ?? 0))
      best = { reports, from: new Date(sorted[start] as number), to: new Date(at) };
  }
  return best;
}

/**
 * Groups of reports of which each shares a mark of its words with another one of the group. Pure; a report without marks
 * (too short to say where it comes from) is in none.
 */
export function groupsOf(marks: readonly { report: string; mark: string }[]): string[][] {
  const leader = new Map<string, string>();
  const find = (of: string): string => {
    let at = of;
    for (let up = leader.get(at); up !== undefined && up !== at; up = leader.get(at)) at = up;
    leader.set(of, at);
    return at;
  };
  for (const { report, mark } of marks) {
    const [a, b] = [find(`report ${report}`), find(`mark ${mark}`)];
    if (a !== b) leader.set(a, b);
  }
  const reports = [...new Set(marks.map((m) => m.report))];
  return [...Map.groupBy(reports, (r) => find(`report ${r}`)).values()];
}

/** Whether reports of one item look like a campaign, and why; undefined when nothing does. Pure. */
export function crowdIn(
  reports: readonly CrowdReport[],
  marks: readonly { report: string; mark: string }[],
  rule: CrowdRule,
): Crowd | undefined {
  const many = busiest(
    reports.map((r) => r.at),
    rule,
  );
  const at = new Map(reports.map((r) => [r.report, r.at]));
  let alike: Window | undefined;
  for (const group of groupsOf(marks)) {
    const found = busiest(
      group.flatMap((r) => at.get(r) ?? []),
      rule.alike,
    );
    if ((found?.reports ?? 0) > (alike?.reports ?? 0)) alike = found;
  }
  return many || alike ? { many, alike } : undefined;
}
