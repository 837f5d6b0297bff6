import { sql } from 'kysely';
import type { Db } from '../../platform/db.ts';
import type { SignedHead } from './log/head.ts';
import type { NodeSource } from './log/merkle.ts';
import type { AuditTables } from './schema.ts';

type HeadRow = AuditTables['audit.head'];

export function toHead({ size, root, chain_hash, at, origin, signature }: HeadRow): SignedHead {
  return { size, root, chain: chain_hash, at, origin, signature };
}

/** The newest head, or undefined before the sealer has run for the first time. */
export async function newestHead(db: Db): Promise<SignedHead | undefined> {
  const query = db.withTables<AuditTables>().selectFrom('audit.head').selectAll();
  const row = await query.orderBy('size', 'desc').limit(1).executeTakeFirst();
  return row && toHead(row);
}

/** The head that was signed at exactly this size. */
export async function headOfSize(db: Db, size: number): Promise<SignedHead | undefined> {
  const query = db.withTables<AuditTables>().selectFrom('audit.head').selectAll();
  const row = await query.where('size', '=', size).executeTakeFirst();
  return row && toHead(row);
}

/** Entries that wait for the sealer. */
export async function countPending(db: Db): Promise<number> {
  const query = db.withTables<AuditTables>().selectFrom('audit.pending');
  const { n } = await query.select((eb) => eb.fn.countAll<number>().as('n')).executeTakeFirstOrThrow();
  return n;
}

/** Reads the stored hashes of the tree: leaves from the chain, the rest from the nodes. */
export function storedNodes(db: Db): NodeSource {
  return async (runs) => {
    if (runs.length === 0) return [];
    const levels = runs.map((it) => it.level);
    const froms = runs.map((it) => it.from);
    const ends = runs.map((it) => it.from + it.count);
    const { rows } = await sql<{ run: number; hash: Buffer }>`
      with run as (
        select * from unnest(${levels}::int[], ${froms}::bigint[], ${ends}::bigint[]) with ordinality as r (level, a, z, run)
      )
      select run.run, c.seq as at, c.leaf as hash from run join audit.chain c on run.level = 0 and c.seq >= a and c.seq < z
      union all
      select run.run, n.index, n.hash from run join audit.node n on n.level = run.level and n.index >= a and n.index < z
      order by 1, 2`.execute(db);
    const found: Buffer[][] = runs.map(() => []);
    for (const { run, hash } of rows) found[run - 1]?.push(hash);
    return found;
  };
}
