import { sql } from 'kysely';
import type { Clock } from '../../../platform/clock.ts';
import type { Db } from '../../../platform/db.ts';

/** How long a word counts, in milliseconds: a test page is looked at at once. */
const COUNTS_MS = 10 * 60_000;
/** Devices that test at the same time in one process; more is a flood, and waits. */
const AT_ONCE = 100;

/** Writes down for its test page that a device asked for a word of ours. Never waits, never throws. */
export function checkWriter(
  { db, clock }: { db: Db; clock: Clock },
  onTrouble: (error: unknown) => void,
): (device: string, word: string) => void {
  let writing = 0;
  return (device, word) => {
    if (writing >= AT_ONCE) return;
    writing++;
    sql`insert into safe_access.device_check (device, word, at) values (${device}, ${word}, ${clock.now()})
      on conflict (device) do update set word = excluded.word, at = excluded.at`
      .execute(db)
      .catch(onTrouble)
      .finally(() => {
        writing--;
      });
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
