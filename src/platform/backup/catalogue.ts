import type { ClientBase } from 'pg';

export interface Table {
  schema: string;
  name: string;
  /** In order, without generated ones: those can't be written. */
  columns: string[];
}

/** Neither PostgreSQL's own schemas nor what an extension brought. */
const OURS = (oid: string, namespace: string) => `
  ${namespace}.nspname !~ '^pg_' and ${namespace}.nspname <> 'information_schema'
  and not exists (select from pg_depend d where d.objid = ${oid} and d.deptype = 'e')`;

/** All tables that hold rows: ordinary ones and the leaves of partitioned ones. */
export async function listTables(client: ClientBase): Promise<Table[]> {
  const { rows } = await client.query<Table>(`
    select n.nspname as schema, c.relname as name,
           array(select a.attname::text from pg_attribute a
                 where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
                 order by a.attnum) as columns
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind = 'r' and c.relpersistence <> 't' and ${OURS('c.oid', 'n')}
    order by 1, 2`);
  return rows;
}

export interface Sequence {
  schema: string;
  name: string;
  /** As text: 64 bits. */
  value: string;
  called: boolean;
}

export async function listSequences(client: ClientBase): Promise<Sequence[]> {
  const { rows } = await client.query<{ schema: string; name: string }>(`
    select n.nspname as schema, c.relname as name
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind = 'S' and c.relpersistence <> 't' and ${OURS('c.oid', 'n')}
    order by 1, 2`);
  const sequences: Sequence[] = [];
  for (const { schema, name } of rows) {
    const state = await client.query<{ value: string; called: boolean }>(
      `select last_value::text as value, is_called as called from ${quote(schema, name)}`,
    );
    for (const row of state.rows) sequences.push({ schema, name, ...row });
  }
  return sequences;
}

/** A name made safe for SQL: quote('a', 'b') is "a"."b". */
export function quote(...parts: string[]): string {
  return parts.map((part) => `"${part.replaceAll('"', '""')}"`).join('.');
}
