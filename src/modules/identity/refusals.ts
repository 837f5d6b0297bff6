import { transaction } from '../../platform/db.ts';
import type { Platform } from '../../platform/platform.ts';
import { audit } from './audit-trail.ts';
import { Buckets } from './throttle.ts';

/** Refusals a minute that get an entry of their own. */
const OWN_ENTRIES = 60;
const FLUSH_EVERY_MS = 60_000;

/**
 * Refused sign-ins in the log, so that nobody can fill it from outside: beyond {@link OWN_ENTRIES} a minute they are
 * counted, for known accounts and unknown ones alike (the time of an answer must not tell which), and written down each
 * minute with their number.
 */
export function createRefusals(platform: Platform) {
  const { db, clock, ticks } = platform;
  const own = new Buckets();
  const counted = new Map<string, number>();

  ticks.every('identity.refusals', FLUSH_EVERY_MS, async () => {
    const entries = [...counted];
    counted.clear();
    try {
      if (entries.length > 0)
        await transaction(db, async (tx) => {
          for (const [subject, times] of entries)
            await audit(platform, tx, 'system', 'sign-in.refused', subject, { times });
        });
    } catch (error) {
      for (const [subject, times] of entries) counted.set(subject, (counted.get(subject) ?? 0) + times);
      throw error;
    }
  });

  /** @param accountId undefined when there is no such account */
  return async function refused(accountId: string | undefined): Promise<void> {
    const subject = `account:${accountId ?? 'unknown'}`;
    if (own.take('all', OWN_ENTRIES, clock.now()) === 0)
      await audit(platform, db, 'system', 'sign-in.refused', subject);
    else counted.set(subject, (counted.get(subject) ?? 0) + 1);
  };
}
