import type { Db } from '../../platform/db.ts';
import { uuidv7 } from '../../platform/ids.ts';
import type { Platform } from '../../platform/platform.ts';
import { type JsonValue, recordAudit } from '../audit/index.ts';

/** See {@link createReporterDeed}. */
export type ReporterDeed = ReturnType<typeof createReporterDeed>;

/**
 * Something that a reporter does once: a button pressed twice, or on two pages, changes and records nothing more. Runs
 * `change`, which answers the rows it changed, and writes the audit entry if there are any.
 */
export function createReporterDeed({ clock, random }: Pick<Platform, 'clock' | 'random'>) {
  return async <Row>(
    tx: Db,
    report: string,
    what: string,
    detail: Record<string, JsonValue>,
    change: (at: Date) => Promise<Row[]>,
  ): Promise<Row[]> => {
    const at = clock.now();
    const changed = await change(at);
    if (changed.length === 0) return changed;
    await recordAudit(tx, {
      id: uuidv7(clock, random),
      at,
      actor: 'reporter',
      action: `reporting.${what}`,
      subject: `reporting.report:${report}`,
      detail,
    });
    return changed;
  };
}
