import type { Db } from '../../platform/db.ts';
import { uuidv7 } from '../../platform/ids.ts';
import type { Platform } from '../../platform/platform.ts';
import { recordAudit } from '../audit/index.ts';
import { type Actor, auditName } from './actor.ts';

type Detail = Parameters<typeof recordAudit>[1]['detail'];

/** Writes who did what, in the transaction of the change. `action` goes without the module's name. */
export function audit(
  { clock, random }: Pick<Platform, 'clock' | 'random'>,
  tx: Db,
  actor: Actor | 'system' | `account:${string}`,
  action: string,
  subject: string,
  detail: Detail = {},
): Promise<void> {
  return recordAudit(tx, {
    id: uuidv7(clock, random),
    at: clock.now(),
    actor: typeof actor === 'string' ? actor : auditName(actor),
    action: `identity.${action}`,
    subject: `identity.${subject}`,
    detail,
  });
}
