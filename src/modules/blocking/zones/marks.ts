import { hash } from 'node:crypto';
import type { Companions, Rule } from '../../../../packages/rpz/index.ts';
import { LABELS, type Mac } from '../feeds/mark.ts';
import { noPause, type Pause } from './overlay.ts';

/*
 * Each partner's zones carry marks that only this server's keys can make, so that a copy that turns up elsewhere names whom it
 * was made for: below some listed domains stands one more name, which looks like any other and is closed anyway. Each of those
 * domains has four names that it could be, the same for all partners, and the partner's secret chooses: two partners who compare
 * their lists find the differences, but not the fourth part where the same was chosen for both, and that names them both.
 *
 * Servers hold what was chosen before: nothing here may ever choose differently for the same partner and domain, or differences
 * would no longer fit what they have.
 */

/** Names that a mark below one domain can have. */
const CANDIDATES = 4;

/** The labels that a mark below this domain can have: the same for all partners. */
export function candidatesOf(mac: Mac, domain: string): string[] {
  const bytes = mac('', `candidates ${domain}`);
  const [from, step] = [bytes[0] as number, 2 * (bytes[1] as number) + 1];
  // The number of labels is a power of two and the step odd: no label comes twice.
  return Array.from({ length: CANDIDATES }, (_, i) => LABELS[(from + i * step) % LABELS.length] as string);
}

/** The one that a partner has. */
export const chosenFor = (mac: Mac, partner: string, domain: string): string =>
  candidatesOf(mac, domain)[(mac(partner, `mark ${domain}`)[0] as number) % CANDIDATES] as string;

/** What a partner's zones have besides the list. */
export const companionsFor =
  (mac: Mac, partner: string): Companions =>
  (name) => [chosenFor(mac, partner, name)];

/** So many domains of a large zone carry marks: a tenth of it, leaked, still has 50 bits in it. */
export const MARKED = 256;

/**
 * Chooses the rules that carry marks, those with the smallest hashes: spread over the list evenly, and hardly another choice when
 * the list changes. Nobody without the secret can tell which they are.
 */
export async function marked(
  rules: readonly Rule[],
  secret: string,
  most = MARKED,
  pause: Pause = noPause,
): Promise<Rule[]> {
  let best: { rank: string; name: string }[] = [];
  let limit = '~';
  const cut = () => {
    best = best.sort((a, b) => (a.rank < b.rank ? -1 : 1)).slice(0, most);
    limit = best.length < most ? limit : (best.at(-1)?.rank ?? limit);
  };
  for (const rule of rules) {
    const breath = pause();
    if (breath) await breath;
    if (!canCarry(rule)) continue;
    const rank = hash('sha256', `${secret} ${rule.name}`, 'hex');
    if (rank >= limit) continue;
    best.push({ rank, name: rule.name });
    if (best.length >= 4 * most) cut();
  }
  cut();
  const names = new Set(best.map((b) => b.name));
  return rules.map((rule) => (names.has(rule.name) ? { ...rule, accompanied: true } : rule));
}

/** What is below such a rule's name is closed anyway. */
export const canCarry = ({ name, policy, scope }: Rule): boolean =>
  policy.kind === 'nxdomain' && (scope ?? 'both') === 'both' && !name.includes('/');
