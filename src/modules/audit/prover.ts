import type { Db } from '../../platform/db.ts';
import { AUDIT_HEAD_UNKNOWN } from './errors.ts';
import { entryJson } from './log/entry.ts';
import { toHeadJson } from './log/head.ts';
import { consistencyPath, inclusionPath, rangeHashes } from './log/merkle.ts';
import type { ConsistencyProof, InclusionProof } from './proof.ts';
import type { AuditTables } from './schema.ts';
import { headOfSize, newestHead, storedNodes } from './store.ts';

/** Proves that an entry is in the log of the newest head; 'pending' until it is sealed, undefined if there is none. */
export async function proveInclusion(
  db: Db,
  publicKey: string,
  entryId: string,
): Promise<InclusionProof | 'pending' | undefined> {
  const row = await db
    .withTables<AuditTables>()
    .selectFrom('audit.entry')
    .leftJoin('audit.chain', 'audit.chain.entry', 'audit.entry.id')
    .selectAll('audit.entry')
    .select('audit.chain.seq')
    .where('audit.entry.id', '=', entryId)
    .executeTakeFirst();
  if (!row) return undefined;
  // Read after the entry: what was sealed then is in this head, too.
  const head = row.seq === null ? undefined : await newestHead(db);
  if (row.seq === null || !head) return 'pending';
  const path = await rangeHashes(storedNodes(db), inclusionPath(row.seq, head.size));
  return {
    kind: 'inclusion',
    entry: entryJson(row),
    index: row.seq,
    path: path.map((it) => it.toString('base64')),
    head: toHeadJson(head),
    publicKey,
  };
}

/**
 * Proves that the log of one published head is the beginning of another's.
 *
 * @throws AUDIT_HEAD_UNKNOWN when no head of that size was ever signed
 */
export async function proveConsistency(
  db: Db,
  publicKey: string,
  first: number,
  second: number,
): Promise<ConsistencyProof> {
  const [older, newer] = [await headOfSize(db, first), await headOfSize(db, second)];
  if (!older || first > second) throw AUDIT_HEAD_UNKNOWN({ size: first });
  if (!newer) throw AUDIT_HEAD_UNKNOWN({ size: second });
  const path = await rangeHashes(storedNodes(db), consistencyPath(first, second));
  return {
    kind: 'consistency',
    first: toHeadJson(older),
    second: toHeadJson(newer),
    path: path.map((it) => it.toString('base64')),
    publicKey,
  };
}
