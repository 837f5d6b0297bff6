import type { FiguresRules } from '../country/index.ts';

/** First and last month, both included; `YYYY-MM`. */
export interface MonthSpan {
  from: string;
  to: string;
}

const MONTHS = { quarter: 3, year: 12 } as const;
const DAY_MS = 86_400_000;

const month = (index: number) => `${Math.floor(index / 12)}-${String((index % 12) + 1).padStart(2, '0')}`;
const indexOf = (day: string) => Number(day.slice(0, 4)) * 12 + Number(day.slice(5, 7)) - 1;

function spanAt(index: number, length: number): MonthSpan {
  const first = index - (index % length);
  return { from: month(first), to: month(first + length - 1) };
}

/** The last day of a month; `YYYY-MM-DD`. */
export const lastDayOf = (ofMonth: string): string =>
  new Date(Date.UTC(Number(ofMonth.slice(0, 4)), Number(ofMonth.slice(5, 7)), 0)).toISOString().slice(0, 10);

/** The day so many days after another; `YYYY-MM-DD`. */
export const daysAfter = (day: string, days: number): string =>
  new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);

/** The calendar period that runs on this day. Pure. */
export const runningPeriod = (today: string, rule: FiguresRules['providers']): MonthSpan =>
  spanAt(indexOf(today), MONTHS[rule.period]);

/**
 * The newest calendar period that was over for the whole margin before `today` began. Calendar periods do not overlap: no
 * subtraction of two tables says what happened in a shorter time. Pure.
 */
export function settledPeriod(today: string, rule: FiguresRules['providers']): MonthSpan {
  const length = MONTHS[rule.period];
  let index = indexOf(today) - length;
  while (daysAfter(lastDayOf(spanAt(index, length).to), rule.settlingDays) >= today) index -= length;
  return spanAt(index, length);
}
