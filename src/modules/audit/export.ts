import type { Db } from '../../platform/db.ts';
import { entryJson } from './log/entry.ts';
import { toHeadJson } from './log/head.ts';
import type { AuditTables } from './schema.ts';
import { newestHead, toHead } from './store.ts';
import type { ExportLine } from './verify.ts';

const PAGE = 2000;

/**
 * Writes the whole log as JSON lines, from one snapshot of the database, a page at a time. What each line means stands
 * in verify.ts, which reads them.
 *
 * @returns how many entries are sealed and how many wait
 */
export async function exportLog(
  db: Db,
  publicKey: string,
  write: (text: string) => Promise<void>,
): Promise<{ entries: number; unsealed: number }> {
  const snapshot = db.transaction().setIsolationLevel('repeatable read').setAccessMode('read only');
  return snapshot.execute(async (tx) => {
    const newest = await newestHead(tx);
    const head = newest ? toHeadJson(newest) : null;
    await write(lines([{ format: 'e-salama-audit', version: 1, publicKey, head }]));
    const entries = await writeSealed(tx, write);
    const unsealed = await writeUnsealed(tx, write);
    await write(lines([{ end: { entries, unsealed } }]));
    return { entries, unsealed };
  });
}

const lines = (values: readonly ExportLine[]) => values.map((it) => `${JSON.stringify(it)}\n`).join('');

async function writeSealed(tx: Db, write: (text: string) => Promise<void>): Promise<number> {
  const tables = tx.withTables<AuditTables>();
  let next = 0;
  for (let full = true; full; ) {
    const rows = await tables
      .selectFrom('audit.chain as c')
      .innerJoin('audit.entry as e', 'e.id', 'c.entry')
      .selectAll('e')
      .select(['c.seq', 'c.hash'])
      .where('c.seq', '>=', next)
      .orderBy('c.seq')
      .limit(PAGE)
      .execute();
    const last = rows.at(-1);
    const end = last ? last.seq + 1 : next;
    const heads = await tables
      .selectFrom('audit.head')
      .selectAll()
      .where('size', next === 0 ? '>=' : '>', next)
      .where('size', '<=', end)
      .orderBy('size')
      .execute();
    const bySize = new Map(heads.map((it) => [it.size, toHeadJson(toHead(it))]));
    const page: ExportLine[] = [];
    const addHead = (size: number) => {
      const found = bySize.get(size);
      if (found) page.push({ head: found });
    };
    if (next === 0) addHead(0);
    for (const row of rows) {
      page.push({ seq: row.seq, hash: row.hash.toString('base64'), entry: entryJson(row) });
      addHead(row.seq + 1);
    }
    if (page.length > 0) await write(lines(page));
    next = end;
    full = rows.length === PAGE;
  }
  return next;
}

/** What no head covers: entries that wait, entries that nothing waits for, and waiting ids whose entry is gone. */
async function writeUnsealed(tx: Db, write: (text: string) => Promise<void>): Promise<number> {
  const tables = tx.withTables<AuditTables>();
  const rows = await tables
    .selectFrom('audit.entry as e')
    .leftJoin('audit.chain as c', 'c.entry', 'e.id')
    .leftJoin('audit.pending as p', 'p.entry', 'e.id')
    .selectAll('e')
    .select('p.entry as queued')
    .where('c.seq', 'is', null)
    .orderBy('e.id')
    .execute();
  const gone = await tables
    .selectFrom('audit.pending as p')
    .leftJoin('audit.entry as e', 'e.id', 'p.entry')
    .select('p.entry')
    .where('e.id', 'is', null)
    .execute();
  await write(lines(rows.map((row) => ({ unsealed: entryJson(row), queued: row.queued !== null }))));
  await write(lines(gone.map((row) => ({ gone: row.entry }))));
  return rows.length;
}
