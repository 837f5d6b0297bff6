import { sql } from 'kysely';
import { NIL } from '../../platform/ids.ts';
import type { Retention } from '../retention/index.ts';
import type { Profiles } from './family/profiles.ts';

/** Families that nobody uses any more, answered requests, and contests that changed nothing go by the country's rules. */
export function registerRetention(retention: Retention, profiles: Pick<Profiles, 'destroyFamily'>): void {
  retention.register({
    rule: 'family',
    recordType: 'safe_access.family',
    async due(tx, before, limit, cursor) {
      const { rows } = await sql<{ id: string }>`select id from safe_access.family
        where active_on < ${before} and id > ${cursor ?? NIL} order by id limit ${limit}`.execute(tx);
      return rows.map((r) => ({ id: r.id, related: [] }));
    },
    async purge(tx, id, before) {
      const { rows } = await sql`select id from safe_access.family
        where id = ${id} and active_on < ${before} for update`.execute(tx);
      return rows[0] ? profiles.destroyFamily(tx, id) : undefined;
    },
  });
  retention.register({
    rule: 'access-request',
    recordType: 'safe_access.request',
    async due(tx, before, limit, cursor) {
      const { rows } = await sql<{ id: string }>`select id from safe_access.request
        where ended_at < ${before} and id > ${cursor ?? NIL} order by id limit ${limit}`.execute(tx);
      return rows.map((r) => ({ id: r.id, related: [] }));
    },
    async purge(tx, id, before) {
      const { rows } = await sql`delete from safe_access.request
        where id = ${id} and ended_at < ${before} returning id`.execute(tx);
      return rows[0] ? [] : undefined;
    },
  });
  retention.register({
    rule: 'list-contest',
    recordType: 'safe_access.contest',
    // A name that was freed stays free: it is no longer what somebody said, but what the desk decided.
    async due(tx, before, limit, cursor) {
      const { rows } = await sql<{ id: string }>`select id from safe_access.contest
        where state = 'kept' and decided_at < ${before} and id > ${cursor ?? NIL} order by id limit ${limit}`.execute(
        tx,
      );
      return rows.map((r) => ({ id: r.id, related: [] }));
    },
    async purge(tx, id, before) {
      const { rows } = await sql`delete from safe_access.contest
        where id = ${id} and state = 'kept' and decided_at < ${before} returning id`.execute(tx);
      return rows[0] ? [] : undefined;
    },
  });
}
