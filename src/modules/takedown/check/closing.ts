import type { Random } from '../../../platform/random.ts';
import { type CheckState, STANDING, type Standing } from './state.ts';

export interface CheckRecord {
  at: Date;
  state: CheckState;
  vantage: string;
}

/** When a machine may say that content is gone. Data, not code: an operator sets it. */
export interface ClosingRule {
  /** Denials needed, in a row. */
  minChecks: number;
  /** Milliseconds from the first of them to the last. */
  minSpanMs: number;
  /** Different vantages among them. */
  minVantages: number;
}

/** watch.md: three denials over a day, from two vantages. */
export const DEFAULT_CLOSING_RULE: ClosingRule = { minChecks: 3, minSpanMs: 24 * 3_600_000, minVantages: 2 };

const inOrder = (checks: readonly CheckRecord[]) => checks.toSorted((a, b) => a.at.getTime() - b.at.getTime());

/** The denials at the end of the history, oldest first; looks that learnt nothing are passed over. */
function lastDenials(ordered: readonly CheckRecord[]): CheckRecord[] {
  const run: CheckRecord[] = [];
  for (const check of ordered.toReversed()) {
    const standing = STANDING[check.state];
    if (standing === 'gone') run.unshift(check);
    else if (standing !== 'silent') break;
  }
  return run;
}

/**
 * Says `gone` only if the history ends in enough denials (`gone-http`, `gone-dns`), over enough time, from enough
 * vantages. Anything that answers (`up` or `doubt`) starts the count anew. Walls, time-outs and TLS faults neither
 * count nor start it anew: they are no sign of absence, and a site must not keep an item open by failing now and then.
 * The order of the records does not matter.
 */
export function decideClosing(checks: readonly CheckRecord[], rule: ClosingRule): 'open' | 'gone' {
  const run = lastDenials(inOrder(checks));
  const [first, last] = [run.at(0), run.at(-1)];
  if (!first || !last || run.length < Math.max(1, rule.minChecks)) return 'open';
  if (last.at.getTime() - first.at.getTime() < rule.minSpanMs) return 'open';
  return new Set(run.map((c) => c.vantage)).size >= rule.minVantages ? 'gone' : 'open';
}

/** What a look after closing means: `reappeared` opens the item again, `unclear` wants a person. */
export function afterClosing(state: CheckState): 'reappeared' | 'still-gone' | 'unclear' {
  const meaning: Record<Standing, 'reappeared' | 'still-gone' | 'unclear'> = {
    up: 'reappeared',
    doubt: 'unclear',
    gone: 'still-gone',
    silent: 'still-gone',
  };
  return meaning[STANDING[state]];
}

export interface CheckRule extends ClosingRule {
  /** Between looks while the item is open. */
  intervalMs: number;
  /** Longest wait when nothing is learnt; each silent look in a row doubles the interval up to it. */
  maxIntervalMs: number;
  /** Looks after closing, counted from the closing: 1, 7, 30 and 90 days. */
  afterClosingMs: readonly number[];
  /** Fraction of the delay added at most by chance, 0 to 1, so that looks never come in a rhythm. */
  jitter: number;
}

const DAY = 86_400_000;

export const DEFAULT_CHECK_RULE: CheckRule = {
  ...DEFAULT_CLOSING_RULE,
  intervalMs: 90 * 60_000,
  maxIntervalMs: 12 * 3_600_000,
  afterClosingMs: [1 * DAY, 7 * DAY, 30 * DAY, 90 * DAY],
  jitter: 0.25,
};

/** Index of the check that closed the item as it stands now, or -1 while it is open. */
function closedBy(ordered: readonly CheckRecord[], rule: ClosingRule): number {
  let closed = -1;
  for (let i = 0; i < ordered.length; i++) {
    const state = ordered[i]?.state;
    if (closed >= 0 && state && afterClosing(state) === 'reappeared') closed = -1;
    else if (closed < 0 && decideClosing(ordered.slice(0, i + 1), rule) === 'gone') closed = i;
  }
  return closed;
}

/**
 * How long to wait after the last look, in milliseconds, or `null` when the item was closed and all looks after the
 * closing are done. Chance only lengthens a delay.
 */
export function nextCheckDelay(history: readonly CheckRecord[], rule: CheckRule, random: Random): number | null {
  const ordered = inOrder(history);
  const withChance = (ms: number) => ms + (ms > 0 ? random.int(Math.floor(ms * rule.jitter) + 1) : 0);
  const closed = closedBy(ordered, rule);
  const closing = ordered[closed];
  const last = ordered.at(-1);
  if (closing && last) {
    const due = rule.afterClosingMs[ordered.length - 1 - closed];
    if (due === undefined) return null;
    return withChance(Math.max(0, closing.at.getTime() + due - last.at.getTime()));
  }
  const heard = ordered.findLastIndex((c) => STANDING[c.state] !== 'silent');
  const silent = ordered.length - 1 - heard;
  return withChance(
    Math.min(rule.intervalMs * 2 ** Math.min(silent, 20), Math.max(rule.maxIntervalMs, rule.intervalMs)),
  );
}
