import type { Policy, Question } from '../../../../packages/dns-proxy/policy.ts';
import { nameToText } from '../../../../packages/dns-table/index.ts';

const WORD = 16;
const CHECK = 'check';

/** The word of `<word>.check.<dnsName>`, or undefined; two bytes tell nearly every other name. Pure. */
export function checkWord(q: Pick<Question, 'packet' | 'name'>, dnsName: string): string | undefined {
  if (q.packet[q.name] !== WORD || q.packet[q.name + WORD + 1] !== CHECK.length) return undefined;
  const [word = '', label, ...rest] = nameToText(q.packet, q.name).replace(/\.$/, '').toLowerCase().split('.');
  return label === CHECK && rest.join('.') === dnsName && /^[a-z2-7]{16}$/.test(word) ? word : undefined;
}

/**
 * The same policy, which also tells for its test page that a device asked for a word of ours. Decisions are untouched:
 * it is looked at after the answer is on its way.
 */
export function notingChecks(
  policy: Policy,
  parts: { dnsName: string; known(device: string): boolean; asked(device: string, word: string): void },
): Policy {
  return {
    decide: (q) => policy.decide(q),
    noted(q, verdict) {
      policy.noted?.(q, verdict);
      const device = q.client.id;
      if (device === undefined) return;
      const word = checkWord(q, parts.dnsName);
      if (word !== undefined && parts.known(device)) parts.asked(device, word);
    },
  };
}
