import { sql } from 'kysely';
import type { Policy, Question } from '../../../../packages/dns-proxy/policy.ts';
import { nameToText } from '../../../../packages/dns-table/index.ts';
import type { Clock } from '../../../platform/clock.ts';
import type { Db } from '../../../platform/db.ts';

/** How long a word counts, in milliseconds: a test page is looked at at once. */
const COUNTS_MS = 10 * 60_000;
/** Devices that test at the same time in one process; more is a flood, and waits. */
const AT_ONCE = 100;

const WORD = 16;
const CHECK = 'check';

/** The word of `<word>.check.<dnsName>`, or undefined; two bytes tell nearly every other name. Pure. */
export function checkWord(q: Pick<Question, 'packet' | 'name'>, dnsName: string): string | undefined {
  if (q.packet[q.name] !== WORD || q.packet[q.name + WORD + 1] !== CHECK.length) return undefined;
  const [word = '', label, ...rest] = nameToText(q.packet, q.name).replace(/\.$/, '').toLowerCase().split('.');
  return label === CHECK && rest.join('.') === dnsName && /^[a-z2-7]{16}$/.test(word) ? word : undefined;
}

/**
 * The same policy, which also writes down for its test page that a device asked for a word of ours. Decisions are untouched:
 * it is looked at after the answer is on its way.
 */
export function notingChecks(
  policy: Policy,
  parts: {
    db: Db;
    clock: Clock;
    dnsName: string;
    known(device: string): boolean;
    onTrouble(error: unknown): void;
  },
): Policy {
  let writing = 0;
  return {
    decide: (q) => policy.decide(q),
    noted(q, verdict) {
      policy.noted?.(q, verdict);
      const device = q.client.id;
      if (device === undefined || writing >= AT_ONCE) return;
      const word = checkWord(q, parts.dnsName);
      if (word === undefined || !parts.known(device)) return;
      writing++;
      sql`insert into safe_access.device_check (device, word, at) values (${device}, ${word}, ${parts.clock.now()})
        on conflict (device) do update set word = excluded.word, at = excluded.at`
        .execute(parts.db)
        .catch(parts.onTrouble)
        .finally(() => {
          writing--;
        });
    },
  };
}

/** Whether the resolver, in whatever process, was asked for this word by this device in the last minutes. */
export async function askedForWord(
  { db, clock }: { db: Db; clock: Clock },
  device: string,
  word: string,
): Promise<boolean> {
  const since = new Date(clock.now().getTime() - COUNTS_MS);
  const { rows } = await sql`select 1 from safe_access.device_check
    where device = ${device} and word = ${word} and at > ${since}`.execute(db);
  return rows.length > 0;
}
