import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import { transaction } from '../../../platform/db.ts';
import { uuidv7 } from '../../../platform/ids.ts';
import type { Platform } from '../../../platform/platform.ts';
import type { Feed, Listed } from '../../blocking/index.ts';

/** Puts a target on the national list, or takes it off: the feed log's part of a release. */
export function nationalLister(
  { clock, random, db }: Pick<Platform, 'clock' | 'random' | 'db'>,
  feed: Pick<Feed, 'follow'>,
) {
  return async (
    op: 'add' | 'remove',
    kind: Listed['kind'],
    target: string,
    basis: Listed['basis'] = 'csam',
  ): Promise<void> => {
    const commitment = createHash('sha256').update(target).digest();
    const people = [1, 2, 3].map(() => uuidv7(clock, random));
    await transaction(db, async (tx) => {
      const { rows } = await sql<{ id: string }>`
        select id from blocking.entry where target = ${target} and state = 'released'`.execute(tx);
      const id = rows[0]?.id ?? uuidv7(clock, random);
      const now = clock.now();
      if (op === 'remove')
        await sql`update blocking.entry set state = 'removed', ended_at = ${now}, end_reason = 'gone'
          where id = ${id}`.execute(tx);
      else
        await sql`insert into blocking.entry (id, kind, target, name, basis, state, source, commitment, proposed_by,
            proposed_at, approved_by, approved_at, released_by, released_at, review_at, expires_at, changed_at)
          values (${id}, ${kind}, ${target}, ${target}, ${basis}, 'released', 'item', ${commitment}, ${people[0]},
            ${now}, ${people[1]}, ${now}, ${people[2]}, ${now}, ${now}, ${now}, ${now})`.execute(tx);
      await feed.follow(tx, { id, kind, basis } as Parameters<typeof feed.follow>[1], op === 'add');
    });
  };
}
