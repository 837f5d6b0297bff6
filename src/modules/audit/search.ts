import { sql } from 'kysely';
import { z } from 'zod';
import type { Db } from '../../platform/db.ts';
import { isUuid } from '../../platform/ids.ts';
import { AUDIT_FILTER_INVALID } from './errors.ts';
import type { AuditEntry } from './log/entry.ts';
import type { AuditTables } from './schema.ts';

/** What to look for; every member given must hold. */
export interface AuditFilter {
  /** Exactly this subject, such as 'takedown.notice:<uuid>'. */
  subject?: string;
  actor?: string;
  /** This action, or all under a prefix that ends in a dot: 'takedown.' */
  action?: string;
  /** From this instant. */
  from?: Date;
  /** Up to, not including, this instant. */
  until?: Date;
}

export interface AuditPage {
  /** Entries a page at most, 1 to 200. */
  limit?: number;
  /** The `next` of the page before. */
  after?: string;
}

export interface FoundEntry extends AuditEntry {
  /** Place in the chain; null until it is sealed. */
  seq: number | null;
}

export interface Found {
  entries: FoundEntry[];
  /** Leads to the next, older page; undefined on the last one. */
  next?: string;
}

/** Finds entries, newest first. */
export async function searchEntries(db: Db, filter: AuditFilter, page: AuditPage = {}): Promise<Found> {
  const limit = Math.min(Math.max(page.limit ?? 50, 1), 200);
  let query = db
    .withTables<AuditTables>()
    .selectFrom('audit.entry as e')
    .leftJoin('audit.chain as c', 'c.entry', 'e.id')
    .selectAll('e')
    .select('c.seq')
    .orderBy('e.at', 'desc')
    .orderBy('e.id', 'desc')
    .limit(limit + 1);
  if (filter.subject) query = query.where('e.subject', '=', filter.subject);
  if (filter.actor) query = query.where('e.actor', '=', filter.actor);
  if (filter.action?.endsWith('.'))
    // '/' is the character after '.': a range, because LIKE would take '_' for any character.
    query = query.where('e.action', '>=', filter.action).where('e.action', '<', `${filter.action.slice(0, -1)}/`);
  else if (filter.action) query = query.where('e.action', '=', filter.action);
  if (filter.from) query = query.where('e.at', '>=', filter.from);
  if (filter.until) query = query.where('e.at', '<', filter.until);
  if (page.after) {
    const { at, id } = readCursor(page.after);
    query = query.where(sql<boolean>`(e.at, e.id) < (${at}::timestamptz, ${id}::uuid)`);
  }
  const rows = await query.execute();
  const entries = rows.slice(0, limit);
  const last = entries.at(-1);
  return { entries, ...(rows.length > limit && last ? { next: writeCursor(last) } : {}) };
}

function writeCursor({ at, id }: { at: Date; id: string }): string {
  return Buffer.from(`${at.toISOString()} ${id}`).toString('base64url');
}

const cursorSchema = z.tuple([z.iso.datetime(), z.string().refine(isUuid)]);

function readCursor(cursor: string): { at: Date; id: string } {
  const parsed = cursorSchema.safeParse(Buffer.from(cursor, 'base64url').toString('utf8').split(' '));
  if (!parsed.success) throw AUDIT_FILTER_INVALID();
  return { at: new Date(parsed.data[0]), id: parsed.data[1] };
}
