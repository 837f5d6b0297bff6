import { sql } from 'kysely';
import type { Db } from '../../../platform/db.ts';

/** So long the empty row of a removed profile tells resolvers that it is gone; whoever was away longer reads all anew. */
const TOLD_MS = 2 * 24 * 3_600_000;

export async function sweepRemoved(db: Db, now: Date): Promise<void> {
  const before = new Date(now.getTime() - TOLD_MS);
  await sql`delete from safe_access.profile where removed_at < ${before}`.execute(db);
}
