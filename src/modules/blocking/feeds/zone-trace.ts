import { candidatesOf, chosenFor } from '../zones/marks.ts';
import { LABELS, type Mac } from './mark.ts';

/** What a copy of a zone says of one partner. */
export interface ZoneEvidence {
  partner: string;
  /** Marks in the text that are this partner's, of all places where one is; somebody else's fit once in four. */
  marks: number;
  marksOf: number;
  /** Beyond doubt: chance would do it to one of all partners less than once in 30,000 times. */
  named: boolean;
}

const DOUBT = 1 / 30_000;
const FIRST_LABELS = new Set(LABELS);

/**
 * The names in a text, whoever printed it: `dig`, `kdig`, `named-compilezone`, Unbound, Knot, the Recursor, or a list of names.
 * In master files owners may stand relative to the last $ORIGIN. Lower case, without a last dot and without "*."; pure.
 */
export function* namesIn(text: string): Iterable<string> {
  let origin = '';
  for (let from = 0; from < text.length; ) {
    const end = text.indexOf('\n', from);
    const line = text.slice(from, end < 0 ? text.length : end).toLowerCase();
    from = end < 0 ? text.length : end + 1;
    const told = /^\s*\$origin\s+(\S+)/.exec(line)?.[1];
    if (told !== undefined) {
      origin = told.endsWith('.') ? told.slice(0, -1) : `${told}.${origin}`;
      continue;
    }
    for (const [word] of line.replaceAll('\\052', '*').matchAll(/[a-z0-9_-]+(?:\.[a-z0-9_-]+)*/g)) {
      if (word.includes('.')) yield word;
    }
    const owner = origin && /^(?:\*\.|\\052\.)?([a-z0-9_-]+(?:\.[a-z0-9_-]+)*)\s/.exec(line)?.[1];
    if (owner) yield `${owner}.${origin}`;
  }
}

/**
 * Whose zone a text came from, in whole or in part; the strongest first. Names may have any origin behind them, or none. Pure.
 *
 * @param listed what is or was on the list, and the programme's own names that carry marks
 */
export function traceZone(
  text: string,
  listed: readonly { kind: string; target: string }[],
  partners: readonly string[],
  mac: Mac,
): ZoneEvidence[] {
  const known = new Set(listed.map((l) => l.target));
  const domains = new Set(listed.filter((l) => l.kind === 'domain').map((l) => l.target));
  const shown = new Map<string, Set<string>>();
  for (const name of namesIn(text)) {
    const labels = name.split('.');
    const [first = ''] = labels;
    if (!FIRST_LABELS.has(first)) continue;
    for (let n = labels.length; n > 2; n--) {
      const domain = labels.slice(1, n).join('.');
      if (!domains.has(domain) || known.has(`${first}.${domain}`) || !candidatesOf(mac, domain).includes(first))
        continue;
      shown.set(domain, (shown.get(domain) ?? new Set()).add(first));
    }
  }
  const places = [...shown];
  const byChance = places.reduce((sum, [domain, labels]) => sum + labels.size / candidatesOf(mac, domain).length, 0);
  return partners
    .map((partner): ZoneEvidence => {
      const marks = places.filter(([domain, labels]) => labels.has(chosenFor(mac, partner, domain))).length;
      const doubt = chanceOf(marks, places.length, byChance / places.length) * partners.length;
      return { partner, marks, marksOf: places.length, named: doubt < DOUBT };
    })
    .sort((a, b) => Number(b.named) - Number(a.named) || b.marks - a.marks);
}

/** Chance of at least `k` of `n` when each comes with a chance that is `p` on average, from above (Hoeffding 1963, theorem 1). */
function chanceOf(k: number, n: number, p: number): number {
  const q = k / n;
  if (n === 0 || q <= p) return 1;
  const part = (x: number, y: number) => (x === 0 ? 0 : x * Math.log(x / y));
  return Math.exp(-n * (part(q, p) + part(1 - q, 1 - p)));
}
