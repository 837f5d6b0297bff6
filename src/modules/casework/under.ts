import { sql } from 'kysely';
import type { Db } from '../../platform/db.ts';

/** What is known on a name and everything below it, by what was judged of it. */
export interface Under {
  /** Verified judgements in force that lead to the national list. */
  listed: number;
  /** Of those, what is not gone. */
  listedUp: number;
  /** Judged to be something else: lawful, harmful, or illegal in a way that no list is for. */
  others: number;
  /** Reported, and not judged yet, or waiting to be judged anew. */
  open: number;
}

/**
 * Counts the items whose host is `name` or lies below it (`below`), for the question whether a whole name is dedicated
 * to abuse. `name` in ASCII, lower case, without a final dot.
 */
export async function itemsUnder(tx: Db, name: string, below: boolean): Promise<Under> {
  // From behind, what lies below a name is one stretch of the index: from `name.` up to, and without, what follows the dot.
  const stem = [...name].toReversed().join('');
  const lower = sql`or (reverse(i.host) ~>=~ ${`${stem}.`} and reverse(i.host) ~<~ ${`${stem}/`})`;
  const { rows } = await sql<Under>`
    with here as (
      select i.state, i.state not in ('waiting', 'proposed') and a.id is not null as judged,
        coalesce(i.state not in ('waiting', 'proposed') and a.verified and a.outcome = 'illegal'
          and 'national-list' = any(a.routes), false) as listed
      from casework.item i
      left join lateral (
        select * from casework.assessment where item = i.id and in_force
        order by coalesce(in_force_at, at) desc, id desc limit 1
      ) a on true
      where i.kind = 'url' and (i.host = ${name} ${below ? lower : sql``})
    )
    select count(*) filter (where listed) as listed,
      count(*) filter (where listed and state <> 'gone') as "listedUp",
      count(*) filter (where judged and not listed) as others,
      count(*) filter (where not judged) as open
    from here`.execute(tx);
  return rows[0] ?? { listed: 0, listedUp: 0, others: 0, open: 0 };
}

/** Everybody who judged one of these items, first, second, or between the two. */
export async function judgesOf(tx: Db, items: readonly string[]): Promise<string[]> {
  const { rows } = await sql<{ account: string }>`
    select account from casework.assessment where item = any(${items}::uuid[])
    union select second_account from casework.verification
      where item = any(${items}::uuid[]) and second_account is not null
    union select decided_by from casework.verification where item = any(${items}::uuid[]) and decided_by is not null
    order by 1`.execute(tx);
  return rows.map((r) => r.account);
}
