import { suppress, twoWayTable } from '../../../packages/disclosure-control/index.ts';
import { csvOf } from '../../platform/csv.ts';
import type { LeagueFacts } from '../takedown/index.ts';
import { roundTime, type Shown, THRESHOLD } from './figures.ts';

/** One line of the public table; `null` is hidden, because it is small or because it would give a small one away. */
export interface LeagueLine {
  /** Id of our own table or of the country pack; undefined for all others together. */
  provider?: string;
  name?: string;
  notices: Shown;
  inTime: Shown;
  late: Shown;
  notGone: Shown;
  /** Of the notices, in whole percent; only where both counts are shown. */
  shareInTime: Shown;
  reactionMs: Shown;
  withdrawalMs: Shown;
}

export interface PublishedLeague {
  /** First and last month, `YYYY-MM`. */
  from: string;
  to: string;
  /** Days after the period until which what happened counts; absent in tables of before, which counted to its end. */
  settlingDays?: number;
  /** Notices in the period from which on a provider is named. */
  minimum: number;
  providers: LeagueLine[];
  /** All who had fewer, and those nobody knows by name; undefined when there are none. */
  others: LeagueLine | undefined;
  total: LeagueLine;
  control: { threshold: number; hiddenSmall: number; hiddenToProtect: number };
}

type Counts = Pick<LeagueFacts, 'notices' | 'inTime' | 'late'>;

const OTHERS = 'others';
const COLUMNS = ['in-time', 'late', 'not-gone'] as const;

const cellOf = (row: Counts, column: string): number =>
  column === 'in-time' ? row.inTime : column === 'late' ? row.late : row.notices - row.inTime - row.late;

/**
 * Turns what was counted into what may be shown. Only who had at least `minimum` notices is named; every count passes
 * the disclosure control with all its totals; a median is shown from five values on, rounded.
 */
export async function publishLeague(
  facts: readonly LeagueFacts[],
  unnamed: Counts,
  period: Pick<PublishedLeague, 'from' | 'to' | 'settlingDays'>,
  minimum: number,
): Promise<PublishedLeague> {
  const named = facts.filter((f) => f.notices >= minimum);
  const rest = facts.filter((f) => f.notices < minimum);
  const others = [...rest, unnamed].reduce<Counts>(
    (sum, f) => ({ notices: sum.notices + f.notices, inTime: sum.inTime + f.inTime, late: sum.late + f.late }),
    { notices: 0, inTime: 0, late: 0 },
  );
  const rows = new Map<string, Counts>(named.map((f) => [f.provider, f]));
  if (others.notices > 0) rows.set(OTHERS, others);
  const table = twoWayTable([...rows.keys()], [...COLUMNS], (row, column) => {
    const counts = rows.get(row);
    return counts ? cellOf(counts, column) : 0;
  });
  const result = await suppress(table, { threshold: THRESHOLD });
  const shown = (row: string, column: string): Shown => result.published.get(`${row}\u001f${column}`) ?? null;

  function line(row: string): LeagueLine {
    const [notices, inTime] = [shown(row, '*'), shown(row, 'in-time')];
    return {
      notices,
      inTime,
      late: shown(row, 'late'),
      notGone: shown(row, 'not-gone'),
      shareInTime: notices === null || inTime === null || notices === 0 ? null : Math.round((inTime / notices) * 100),
      reactionMs: null,
      withdrawalMs: null,
    };
  }
  const median = (ms: number | null, n: number): Shown => (ms === null || n < THRESHOLD ? null : roundTime(ms));
  const lines = named.map((f) => ({
    ...line(f.provider),
    provider: f.provider,
    name: f.name,
    reactionMs: median(f.reactionMedian, f.reacted),
    withdrawalMs: median(f.withdrawalMedian, f.inTime + f.late),
  }));
  return {
    ...period,
    minimum,
    // Whoever is quickest comes first; who has no figure comes last, by name.
    providers: lines.sort(
      (a, b) =>
        (a.withdrawalMs ?? Number.POSITIVE_INFINITY) - (b.withdrawalMs ?? Number.POSITIVE_INFINITY) ||
        a.name.localeCompare(b.name, 'en'),
    ),
    others: rows.has(OTHERS) ? line(OTHERS) : undefined,
    total: line('*'),
    control: { threshold: THRESHOLD, hiddenSmall: result.primary.size, hiddenToProtect: result.complementary.size },
  };
}

export interface LeagueHeader {
  provider: string;
  notices: string;
  inTime: string;
  late: string;
  notGone: string;
  share: string;
  reaction: string;
  withdrawal: string;
  others: string;
  total: string;
}

/** The table as it is shown; hidden figures are empty cells, times are minutes. */
export function leagueCsv(league: PublishedLeague, h: LeagueHeader): string {
  const minutes = (ms: Shown) => (ms === null ? null : Math.round(ms / 60_000));
  const row = (name: string, l: LeagueLine) => [
    name,
    l.notices,
    l.inTime,
    l.late,
    l.notGone,
    l.shareInTime,
    minutes(l.reactionMs),
    minutes(l.withdrawalMs),
  ];
  return csvOf([
    [
      h.provider,
      h.notices,
      h.inTime,
      h.late,
      h.notGone,
      `${h.share} (%)`,
      `${h.reaction} (min)`,
      `${h.withdrawal} (min)`,
    ],
    ...league.providers.map((l) => row(l.name ?? '', l)),
    ...(league.others ? [row(h.others, league.others)] : []),
    row(h.total, league.total),
  ]);
}
