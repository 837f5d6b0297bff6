import { sql } from 'kysely';
import { uuids } from '../../platform/columns.ts';
import type { Platform } from '../../platform/platform.ts';
import { workOff } from '../../platform/work-off.ts';
import { dangerRaised, linksAdded, reportsReceived } from '../reporting/index.ts';
import type { createLinker } from './linker.ts';
import type { createPriority } from './priority/priority.ts';

/** Writes down what came in, in the transaction in which it came; a tick makes items of it. */
export function fillInbox(
  { events, ticks }: Platform,
  parts: {
    linker: ReturnType<typeof createLinker>;
    priority: ReturnType<typeof createPriority>;
    /** See {@link workOff}. */
    pressed(): boolean;
  },
) {
  const { linker, priority } = parts;
  events.on(reportsReceived, async (tx, { reports, at }) => {
    await sql`/* prepared */
      insert into casework.inbox (report, at) select report, ${at} from unnest(${uuids(reports, (r) => r.id)}::uuid[]) as report`.execute(
      tx,
    );
  });
  events.on(linksAdded, async (tx, { report, at }) => {
    // An update, not "do nothing": it waits for a drain under way, which may have read the report before this link.
    await sql`insert into casework.inbox (report, at) values (${report}, ${at}) on conflict (report) do update set at = excluded.at`.execute(
      tx,
    );
  });
  events.on(dangerRaised, async (tx, { report, kinds, at }) => {
    // Waits for a drain that has read the report as it was before; what it links is then seen by the update below.
    await sql`select 1 from casework.inbox where report = ${report} for update`.execute(tx);
    await priority.dangerRaised(tx, report, kinds, at);
  });
  ticks.every('casework.link', 200, () => workOff(linker.drain, parts.pressed));
}
