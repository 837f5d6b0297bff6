import type { Clock } from '../../../platform/clock.ts';
import { createEgress, GENERIC_USER_AGENT, type Vantage } from '../../../platform/egress/index.ts';
import type { Random } from '../../../platform/random.ts';
import { classify } from './classify.ts';
import { lookAt } from './look.ts';
import { type Fingerprint, fingerprintOf } from './signals.ts';
import { type CheckState, STANDING } from './state.ts';

/** One scripted page, served on loopback by whoever has it; `world/corpus` does. */
export interface ScoredCase {
  name: string;
  url: string;
  /** State that a look from each vantage should find. */
  expect: Readonly<Record<string, string>>;
  lang: string;
  /** What the first look met is there. */
  hasBefore: boolean;
  /** Puts the page as it was first met, or as it is now. */
  show(phase: 'before' | 'now'): void;
  vantages: readonly { name: string; localAddress: string; dnsServer: string }[];
  portMap: Readonly<Record<number, number>>;
  networks: readonly string[];
  ca: readonly string[];
  asnOf(address: string): number | undefined;
}

export interface Verdict {
  name: string;
  lang: string;
  vantage: string;
  expected: string;
  found: CheckState;
  reasons: string[];
  right: boolean;
  /** The machine would count it as a denial, and it is none. */
  falseGone: boolean;
}

/** Long enough for loopback on a busy machine, short enough for a corpus with some silences. */
const TIMEOUT_MS = 4_000;

/**
 * Looks at one case as the programme looks at a reported address, over real DNS, HTTP and TLS: once while it was up, for
 * the fingerprint, then once from each vantage.
 */
export async function judgeCase(theCase: ScoredCase, deps: { clock: Clock; random: Random }): Promise<Verdict[]> {
  const vantages: Vantage[] = theCase.vantages.map(({ name, localAddress, dnsServer }) => ({
    name,
    egress: createEgress({
      allowPrivate: true,
      allowedPrivate: theCase.networks,
      dnsServers: [dnsServer],
      portMap: theCase.portMap,
      ca: theCase.ca,
      userAgent: GENERIC_USER_AGENT,
      localAddress,
      minGapMs: 0,
      timeoutMs: TIMEOUT_MS,
      ...deps,
    }),
  }));
  const asnOf = async (address: string) => theCase.asnOf(address);
  const look = (turn: number, baseline?: Fingerprint) =>
    lookAt(theCase.url, {
      vantages: [...vantages.slice(turn), ...vantages.slice(0, turn)] as [Vantage, ...Vantage[]],
      asnOf,
      ...deps,
      ...(baseline ? { baseline } : {}),
    });

  let baseline: Fingerprint | undefined;
  if (theCase.hasBefore) {
    theCase.show('before');
    const first = await look(0);
    if (first.page.kind !== 'response')
      throw new Error(`${theCase.name}: what was there before can't be read (${first.page.kind})`);
    baseline = fingerprintOf(first.page, first.asn === undefined ? {} : { asn: first.asn });
  }
  theCase.show('now');
  // Each from its own address and over its own name server: none of them waits for another's silence.
  return Promise.all(
    vantages.map(async (vantage, turn) => {
      const expected = theCase.expect[vantage.name] ?? '';
      const { state, reasons } = classify(await look(turn, baseline));
      const right = state === expected;
      return {
        name: theCase.name,
        lang: theCase.lang,
        vantage: vantage.name,
        expected,
        found: state,
        reasons,
        right,
        falseGone: !right && STANDING[state] === 'gone',
      };
    }),
  );
}

export interface Score {
  cases: number;
  /** Right from every vantage. */
  right: number;
  /** `right / cases`, 0 to 1. */
  share: number;
  falseGone: number;
  misses: Verdict[];
  /** State expected -> state found -> looks. */
  confusion: Map<string, Map<string, number>>;
}

/** What a machine that closes by itself must reach. */
export const AIM = { share: 0.98, falseGone: 0 };
export const passes = (score: Score): boolean =>
  score.cases > 0 && score.share >= AIM.share && score.falseGone <= AIM.falseGone;

/** Adds up; pure. */
export function scoreOf(verdicts: readonly Verdict[]): Score {
  const names = [...new Set(verdicts.map((v) => v.name))];
  const misses = verdicts.filter((v) => !v.right);
  const missed = new Set(misses.map((v) => v.name));
  const confusion: Score['confusion'] = new Map();
  for (const { expected, found } of verdicts) {
    const row = confusion.get(expected) ?? new Map<string, number>();
    row.set(found, (row.get(found) ?? 0) + 1);
    confusion.set(expected, row);
  }
  return {
    cases: names.length,
    right: names.length - missed.size,
    share: names.length === 0 ? 0 : (names.length - missed.size) / names.length,
    falseGone: misses.filter((v) => v.falseGone).length,
    misses,
    confusion,
  };
}

/** The score as lines of text, in English: it is a tool of operators. */
export function scoreLines(score: Score): string[] {
  const rows = [...score.confusion].toSorted(([a], [b]) => a.localeCompare(b));
  const width = Math.max(...rows.map(([state]) => state.length), 8);
  return [
    `${'expected'.padEnd(width)}  looks  right  found instead`,
    ...rows.map(([state, found]) => {
      const looks = [...found.values()].reduce((a, b) => a + b, 0);
      const others = [...found].filter(([s]) => s !== state).map(([s, n]) => `${s} ${n}`);
      return `${state.padEnd(width)}  ${String(looks).padStart(5)}  ${String(found.get(state) ?? 0).padStart(5)}  ${others.join(', ')}`.trimEnd();
    }),
    '',
    ...score.misses.map(
      (v) =>
        `MISS ${v.name} (${v.lang}, from ${v.vantage}): ${v.found}, expected ${v.expected}${v.falseGone ? ' FALSE GONE' : ''}\n     ${v.reasons.join(' ')}`,
    ),
    ...(score.misses.length > 0 ? [''] : []),
    `score ${score.share.toFixed(4)} (${score.right} of ${score.cases} cases), false "gone": ${score.falseGone}; aim: ${AIM.share}, ${AIM.falseGone}`,
  ];
}
