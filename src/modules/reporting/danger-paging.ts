import { sql } from 'kysely';
import { type Db, transaction } from '../../platform/db.ts';
import { uuidv7 } from '../../platform/ids.ts';
import type { Platform } from '../../platform/platform.ts';
import { type AuditEntry, recordAudit } from '../audit/index.ts';
import type { CategoryId } from '../country/index.ts';
import { PAGE_UNKNOWN } from './errors.ts';
import type { ReportingTables } from './schema.ts';

type PageRow = ReportingTables['reporting.danger_page'];
type Tools = Pick<Platform, 'clock' | 'random'>;

/** Nobody answered: the next person is asked after this many milliseconds (issue: escalation after 5 minutes). */
export const ESCALATE_AFTER_MS = 5 * 60_000;

export interface DangerCause {
  subjectKind: PageRow['subject_kind'];
  subject: string;
  report: string | null;
  kinds: string[];
  category: CategoryId | null;
  declared: boolean;
}

/** Rows of a new page. Step 0 is due at once; the tick sends it. */
export function newDangerPage(tools: Tools, cause: DangerCause): { row: PageRow; audit: AuditEntry } {
  const at = tools.clock.now();
  const id = uuidv7(tools.clock, tools.random);
  return {
    row: {
      id,
      subject_kind: cause.subjectKind,
      subject: cause.subject,
      report: cause.report,
      kinds: cause.kinds,
      category: cause.category,
      declared: cause.declared,
      state: 'waiting',
      step: 0,
      next_step_at: at,
      raised_at: at,
      acknowledged_at: null,
      acknowledged_by: null,
    },
    audit: {
      id: uuidv7(tools.clock, tools.random),
      at,
      actor: 'system',
      action: 'reporting.danger.raised',
      subject: `reporting.danger_page:${id}`,
      detail: { cause: `${cause.subjectKind}:${cause.subject}`, kinds: cause.kinds, declared: cause.declared },
    },
  };
}

/**
 * Raises a page unless one already waits for the same subject; then only its kinds grow, so that words typed on three
 * pages of one draft ring once and escalate once.
 */
export async function raiseDanger(tx: Db, tools: Tools, cause: DangerCause): Promise<void> {
  const db = tx.withTables<ReportingTables>();
  const waiting = await db
    .selectFrom('reporting.danger_page')
    .select(['id', 'kinds'])
    .where('subject', '=', cause.subject)
    .where('state', '=', 'waiting')
    .forUpdate()
    .executeTakeFirst();
  if (waiting) {
    const kinds = [...new Set([...waiting.kinds, ...cause.kinds])].sort();
    await db
      .updateTable('reporting.danger_page')
      .set((eb) => ({ kinds, declared: cause.declared ? true : eb.ref('declared') }))
      .where('id', '=', waiting.id)
      .execute();
    return;
  }
  const { row, audit } = newDangerPage(tools, cause);
  await db.insertInto('reporting.danger_page').values(row).execute();
  await recordAudit(tx, audit);
}

/** Somebody takes it: repeats stop. Acknowledging twice is harmless and keeps the first name. */
export async function acknowledgeDanger(db: Db, tools: Tools, page: string, account: string): Promise<void> {
  await transaction(db, async (tx) => {
    const at = tools.clock.now();
    const changed = await tx
      .withTables<ReportingTables>()
      .updateTable('reporting.danger_page')
      .set({ state: 'acknowledged', acknowledged_at: at, acknowledged_by: account })
      .where('id', '=', page)
      .where('state', '=', 'waiting')
      .executeTakeFirst();
    if (changed.numUpdatedRows > 0n) {
      await recordAudit(tx, {
        id: uuidv7(tools.clock, tools.random),
        at,
        actor: `account:${account}`,
        action: 'reporting.danger.acknowledged',
        subject: `reporting.danger_page:${page}`,
        detail: {},
      });
      return;
    }
    const known = await sql`select 1 from reporting.danger_page where id = ${page}`.execute(tx);
    if (known.rows.length === 0) throw PAGE_UNKNOWN();
  });
}

/**
 * Hands the pages of drafts to the reports they became: whoever is on duty follows one thing, not two. Answers the
 * reports that have a page by that, taken or still waiting.
 */
export async function takeDraftPages(
  tx: Db,
  sent: readonly { draft: string; report: Pick<ReportingTables['reporting.report'], 'id' | 'category'> }[],
): Promise<Set<string>> {
  const db = tx.withTables<ReportingTables>();
  const reports = new Set<string>();
  for (const { draft, report } of sent) {
    const moved = await db
      .updateTable('reporting.danger_page')
      .set({ report: report.id, category: report.category })
      .where('subject', '=', draft)
      .returning('id')
      .execute();
    if (moved.length > 0) reports.add(report.id);
  }
  return reports;
}
