import { sql } from 'kysely';
import { transaction } from '../../../platform/db.ts';
import type { StaffActor } from '../../identity/index.ts';
import { MAX_NARRATIVE } from '../../reporting/index.ts';
import type { DeskDeps } from './context.ts';
import { length } from './forms.ts';

/** A second press of "send" within this time, in milliseconds, with the same words is the same message. */
const SAME_MESSAGE_MS = 60_000;

/** What is wrong with a reply, as a message key; its parameter is `max`. */
export function replyFault(text: string): 'casework.message.error.empty' | 'casework.message.error.long' | undefined {
  if (!text) return 'casework.message.error.empty';
  return length(text) > MAX_NARRATIVE ? 'casework.message.error.long' : undefined;
}

/** Writes to the reporter, once however often the button was pressed. The caller has asked the policy. */
export async function writeReply(deps: DeskDeps, actor: StaffActor, report: string, text: string): Promise<void> {
  const { platform, casework, reporting } = deps;
  await transaction(platform.db, async (tx) => {
    // Two presses at once: the second waits here and then sees the message of the first.
    await sql`select pg_advisory_xact_lock(hashtextextended(${report}, 0))`.execute(tx);
    const last = (await reporting.details.messages(tx, report)).at(-1);
    const age = last ? platform.clock.now().getTime() - last.at.getTime() : Number.POSITIVE_INFINITY;
    if (last?.account === actor.accountId && last.body === text && age < SAME_MESSAGE_MS) return;
    for (const item of await casework.itemsOfReport(report, tx)) await casework.markRead(tx, item.id, report);
    await reporting.mailbox.write(tx, report, text, actor.accountId);
  });
}
