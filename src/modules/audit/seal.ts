import { sql } from 'kysely';
import { byteas, uuids } from '../../platform/columns.ts';
import { type Db, transaction } from '../../platform/db.ts';
import { AUDIT_TREE_DAMAGED } from './errors.ts';
import { CHAIN_START, chainHash, entryJson, leafHash } from './log/entry.ts';
import { type SignedHead, signHead } from './log/head.ts';
import { EMPTY_ROOT, Frontier, type StoredNode, subtreeRoots, subtreesOf } from './log/merkle.ts';
import type { AuditTables } from './schema.ts';
import { newestHead, storedNodes } from './store.ts';

/** Any constant will do; it only has to be the same in every process. */
const SEALER_LOCK = 7_202_611_242;
/** Entries sealed in one transaction. */
export const SEAL_LIMIT = 5000;

export interface Sealer {
  now: Date;
  origin: string;
  sign(data: Buffer): Buffer;
}

/**
 * Chains what is pending, at most {@link SEAL_LIMIT} entries, and signs a new head: all in one transaction, so a crash
 * at any moment leaves either the state before or the state after. Returns how many entries it chained; 0 also when
 * another process is at it.
 *
 * Order: an entry comes after every entry that was sealed before it; within a batch by id (UUID v7, so by time of
 * making). A transaction that commits late is chained late, whatever its entries' times say.
 *
 * @throws AUDIT_TREE_DAMAGED when what is stored does not have the root that was signed last
 */
export async function sealOnce(db: Db, sealer: Sealer): Promise<number> {
  return transaction(db, async (tx) => {
    const lock = await sql<{ taken: boolean }>`select pg_try_advisory_xact_lock(${SEALER_LOCK}) as taken`.execute(tx);
    if (!lock.rows[0]?.taken) return 0;
    // A new statement, so a new snapshot: it sees what the sealer before us committed.
    const batch = await pendingEntries(tx);
    const before = await newestHead(tx);
    if (batch.length === 0 && before) return 0;
    await extend(tx, sealer, before, batch);
    return batch.length;
  });
}

async function pendingEntries(tx: Db): Promise<AuditTables['audit.entry'][]> {
  const query = tx.withTables<AuditTables>().selectFrom('audit.pending');
  return query
    .innerJoin('audit.entry', 'audit.entry.id', 'audit.pending.entry')
    .selectAll('audit.entry')
    .orderBy('audit.pending.entry')
    .limit(SEAL_LIMIT)
    .execute();
}

async function extend(
  tx: Db,
  sealer: Sealer,
  before: SignedHead | undefined,
  batch: readonly AuditTables['audit.entry'][],
): Promise<void> {
  const frontier = await resume(tx, before);
  const first = frontier.size;
  const nodes: StoredNode[] = [];
  let chain = before?.chain ?? CHAIN_START;
  const links = batch.map((entry) => {
    const leaf = leafHash(entryJson(entry));
    const previous = chain;
    chain = chainHash(previous, leaf);
    nodes.push(...frontier.append(leaf));
    return { entry: entry.id, leaf, previous, hash: chain };
  });
  const { now, origin } = sealer;
  const head = { origin, size: frontier.size, root: frontier.root(), chain, at: now };
  await writeLinks(tx, first, links);
  await writeNodes(tx, nodes);
  await writeHead(tx, signHead(head, sealer.sign));
}

/** The tree's right edge, checked against the head: nobody shall get our signature under a tree that was changed. */
async function resume(tx: Db, head: SignedHead | undefined): Promise<Frontier> {
  const size = head?.size ?? 0;
  const roots = await subtreeRoots(storedNodes(tx), subtreesOf({ start: 0, end: size })).catch((cause: unknown) => {
    throw AUDIT_TREE_DAMAGED({ size }, { cause });
  });
  const frontier = Frontier.resume(size, roots);
  const last = await tx
    .withTables<AuditTables>()
    .selectFrom('audit.chain')
    .select(['seq', 'hash'])
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirst();
  const whole =
    frontier.root().equals(head?.root ?? EMPTY_ROOT) &&
    (last?.seq ?? -1) === size - 1 &&
    (last?.hash ?? CHAIN_START).equals(head?.chain ?? CHAIN_START);
  if (!whole) throw AUDIT_TREE_DAMAGED({ size });
  return frontier;
}

interface Link {
  entry: string;
  leaf: Buffer;
  previous: Buffer;
  hash: Buffer;
}

async function writeLinks(tx: Db, first: number, links: readonly Link[]): Promise<void> {
  if (links.length === 0) return;
  const entries = uuids(links, (it) => it.entry);
  await sql`/* prepared */
    with done as (delete from audit.pending where entry = any(${entries}::uuid[]))
    insert into audit.chain (entry, leaf, previous, hash, seq)
    select entry, leaf, previous, hash, ${first}::bigint + at - 1 from unnest(
      ${entries}::uuid[], ${byteas(links, (it) => it.leaf)}::bytea[], ${byteas(links, (it) => it.previous)}::bytea[],
      ${byteas(links, (it) => it.hash)}::bytea[]
    ) with ordinality as link (entry, leaf, previous, hash, at)`.execute(tx);
}

async function writeNodes(tx: Db, nodes: readonly StoredNode[]): Promise<void> {
  if (nodes.length === 0) return;
  await tx
    .withTables<AuditTables>()
    .insertInto('audit.node')
    .values(nodes.map(({ level, index, hash }) => ({ level, index, hash })))
    .execute();
}

async function writeHead(tx: Db, { size, root, chain, at, origin, signature }: SignedHead): Promise<void> {
  await tx
    .withTables<AuditTables>()
    .insertInto('audit.head')
    .values({ size, root, chain_hash: chain, at, origin, signature })
    .execute();
}
