import { csvOf } from '../../../platform/csv.ts';
import type { FeedChange, Listed } from '../feed/feed.ts';
import { inOrder, type Mac, markOf } from './mark.ts';

/** Files of entries that may circulate: a court's. What shows the abuse of children leaves as hashes only. */
export const FEED_FORMATS = ['hosts', 'adblock', 'dnsmasq', 'csv', 'json'] as const;
export type FeedFormat = (typeof FEED_FORMATS)[number];
export const FEED_TYPES: Record<FeedFormat, string> = {
  hosts: 'text/plain; charset=utf-8',
  adblock: 'text/plain; charset=utf-8',
  dnsmasq: 'text/plain; charset=utf-8',
  csv: 'text/csv; charset=utf-8',
  json: 'application/json; charset=utf-8',
};

type Line = Pick<Listed, 'kind' | 'target'>;

/** What a partner's file has in it: the list, its marks, in the partner's own order. */
export function linesFor(mac: Mac, partner: string, listed: readonly Line[]): Line[] {
  const known = new Set(listed.map((l) => l.target));
  const marks = listed
    .filter((l) => l.kind === 'domain')
    .map((l): Line => ({ kind: 'host', target: markOf(mac, partner, l.target) }))
    .filter((m) => !known.has(m.target));
  return inOrder(mac, partner, [...listed.map(({ kind, target }) => ({ kind, target })), ...marks]);
}

const ABOUT = 'e-Salama national list: court orders. Not to be passed on.';

/** A file of the whole list at a serial. Text formats leave out what they cannot say, and say how much. Pure. */
export function fileOf(format: FeedFormat, serial: number, lines: readonly Line[]): string {
  const names = lines.filter((l) => l.kind === 'domain' || l.kind === 'host');
  const text = (mark: string, rows: readonly string[], leftOut: number) =>
    [
      `${mark} ${ABOUT}`,
      `${mark} serial ${serial}`,
      ...(leftOut ? [`${mark} left out: ${leftOut}`] : []),
      ...rows,
      '',
    ].join('\n');
  const below = lines.length - names.length;
  switch (format) {
    case 'hosts':
      // The format names hosts only: of a domain it can close the two names that most sites answer at.
      return text(
        '#',
        names.flatMap((l) => [`0.0.0.0 ${l.target}`, ...(l.kind === 'domain' ? [`0.0.0.0 www.${l.target}`] : [])]),
        below,
      );
    case 'adblock':
      return text(
        '!',
        names.map((l) => `${l.kind === 'domain' ? '||' : '|'}${l.target}^`),
        below,
      );
    case 'dnsmasq': {
      // It cannot close a name alone without what is below it; but what marks a file is below a closed domain anyway.
      const domains = names.filter((l) => l.kind === 'domain').map((l) => l.target);
      const covered = (n: string) => domains.some((d) => n.endsWith(`.${d}`));
      const said = names.filter((l) => l.kind === 'domain' || covered(l.target));
      return text(
        '#',
        said.map((l) => `local=/${l.target}/`),
        lines.length - said.length,
      );
    }
    case 'csv':
      return csvOf([['op', 'kind', 'target'], ...lines.map((l) => ['add', l.kind, l.target])]);
    case 'json':
      return `${JSON.stringify({ about: ABOUT, serial, full: true, add: lines, remove: [] })}\n`;
  }
}

/**
 * What changed between a reader's serial and now; undefined when the reader has to begin anew, because something that was
 * taken off meanwhile has no name any more. Marks come and go with their domains. Pure.
 */
export function changesFor(
  mac: Mac,
  partner: string,
  changes: readonly FeedChange[],
  listed: readonly Line[],
): { add: Line[]; remove: Line[] } | undefined {
  const last = new Map<string, { op: FeedChange['op']; line: Line }>();
  for (const { op, kind, target } of changes) {
    if (target === null) return undefined;
    last.set(`${kind} ${target}`, { op, line: { kind, target } });
  }
  const now = new Set(listed.map((l) => `${l.kind} ${l.target}`));
  const ofOp = (op: FeedChange['op']) => [...last.values()].filter((c) => c.op === op).map((c) => c.line);
  return {
    add: linesFor(mac, partner, ofOp('add')),
    // Another entry may still list it.
    remove: linesFor(
      mac,
      partner,
      ofOp('remove').filter((l) => !now.has(`${l.kind} ${l.target}`)),
    ),
  };
}

/** Changes as a file; only the formats that can say "no longer". */
export function changesFile(
  format: 'csv' | 'json',
  serial: number,
  since: number,
  changes: { add: readonly Line[]; remove: readonly Line[] },
): string {
  if (format === 'json') return `${JSON.stringify({ about: ABOUT, serial, since, full: false, ...changes })}\n`;
  return csvOf([
    ['op', 'kind', 'target'],
    ...changes.remove.map((l) => ['remove', l.kind, l.target]),
    ...changes.add.map((l) => ['add', l.kind, l.target]),
  ]);
}
