import { sql } from 'kysely';
import { type Db, transaction } from '../../../platform/db.ts';
import { isUuid } from '../../../platform/ids.ts';
import type { Platform } from '../../../platform/platform.ts';
import { type Actor, authorize } from '../../identity/index.ts';
import type { Networks, SchoolNetworks } from '../api.ts';
import { NETWORK_OUTSIDE, NETWORK_TAKEN, NETWORK_WRONG, TOO_MANY, UNKNOWN } from '../errors.ts';
import { type ProfileRow, tables } from '../schema.ts';
import { contains, type Reach, reachOf, readNetwork } from './network.ts';
import type { Store } from './store.ts';

export const MAX_NETWORKS = 8;

/** In one form. @throws SAFE_ACCESS_NETWORK_WRONG */
function networkOf(typed: string, reach: Reach): string {
  const read = readNetwork(typed, reach);
  if ('fault' in read) throw NETWORK_WRONG({ network: typed.trim().slice(0, 60), fault: read.fault });
  return read.network;
}

/**
 * Lines of schools, whose devices are known by where they ask from. An administrator enters them, who has seen the school's
 * contract: a network that anybody could claim would put a stranger's home under somebody's rules.
 */
export function createNetworks(platform: Platform, store: Store) {
  const { db, clock, config } = platform;
  const reach = reachOf(config);

  /** Two who enter at once come one after the other: neither sees the other's line otherwise. */
  const oneByOne = (tx: Db) =>
    sql`select pg_advisory_xact_lock(hashtextextended('safe_access.networks', 0))`.execute(tx);

  async function ofSchool(tx: Db, school: string): Promise<SchoolNetworks> {
    const lines = await sql<{ network: string }>`select network::text as network from safe_access.school_network
      where school = ${school} order by network`.execute(tx);
    const parts = await sql<{ network: string; profile: string }>`
      select n.network::text as network, n.profile from safe_access.network n
      join safe_access.profile p on p.id = n.profile where p.school = ${school} order by n.network`.execute(tx);
    const classes = new Map<string, string[]>();
    for (const { network, profile } of parts.rows) classes.set(profile, [...(classes.get(profile) ?? []), network]);
    return { lines: lines.rows.map((l) => l.network), classes };
  }

  /** Networks of some classes of one school, replaced together: they may change hands among them. */
  async function divide(
    tx: Db,
    actor: Actor,
    school: string,
    wanted: ReadonlyMap<string, readonly string[]>,
  ): Promise<void> {
    await oneByOne(tx);
    const before = await ofSchool(tx, school);
    const owner = new Map<string, string>();
    for (const [profile, networks] of before.classes)
      if (!wanted.has(profile)) for (const network of networks) owner.set(network, profile);
    const after = new Map<string, string[]>();
    for (const [profile, typed] of wanted) {
      const networks = [...new Set(typed.map((t) => networkOf(t, reach)))].sort();
      if (networks.length > MAX_NETWORKS) throw TOO_MANY({ max: MAX_NETWORKS });
      for (const network of networks) {
        if (!before.lines.some((line) => contains(line, network))) throw NETWORK_OUTSIDE({ network });
        if (owner.has(network)) throw NETWORK_TAKEN({ network });
        owner.set(network, profile);
      }
      after.set(profile, networks);
    }
    const changed = [...after].filter(
      ([profile, networks]) => (before.classes.get(profile) ?? []).toSorted().join() !== networks.join(),
    );
    for (const [profile] of changed)
      await tables(tx).deleteFrom('safe_access.network').where('profile', '=', profile).execute();
    for (const [profile, networks] of changed) {
      for (const network of networks)
        await tables(tx)
          .insertInto('safe_access.network')
          .values({ network, profile, added_at: clock.now() })
          .execute();
      await store.touch(tx, profile);
      await store.audit(tx, actor, 'network.divided', `profile:${profile}`, { networks: networks.join(' ') });
    }
  }

  const classOf = (row: ProfileRow): string => {
    // A home is not told by its address.
    if (!row.school) throw UNKNOWN();
    return row.school;
  };

  const service: Networks = {
    async list(actor) {
      authorize(actor, 'access.network.manage');
      const names = new Map((await store.schools()).map((s) => [s.id, s.name]));
      const { rows } = await sql<{ network: string; school: string; classes: number; addedAt: Date }>`
        select s.network::text as network, s.school, s.added_at as "addedAt", (select count(distinct n.profile)::int
          from safe_access.network n where n.network <<= s.network) as classes
        from safe_access.school_network s order by s.network`.execute(db);
      return rows.map((row) => ({ ...row, schoolName: names.get(row.school) ?? '' }));
    },

    async schools(actor) {
      authorize(actor, 'access.network.manage');
      return store.schools();
    },

    add: (actor, school, typed) =>
      transaction(db, async (tx) => {
        authorize(actor, 'access.network.manage');
        const network = networkOf(typed, reach);
        if (!isUuid(school) || !(await store.schools()).some((s) => s.id === school)) throw UNKNOWN();
        await oneByOne(tx);
        const taken = await sql`select 1 from safe_access.school_network
          where network && ${network}::cidr and school <> ${school}`.execute(tx);
        if (taken.rows.length > 0) throw NETWORK_TAKEN({ network });
        const added = await tables(tx)
          .insertInto('safe_access.school_network')
          .values({ network, school, added_at: clock.now() })
          .onConflict((oc) => oc.doNothing())
          .returning('network')
          .execute();
        if (added.length > 0) await store.audit(tx, actor, 'network.added', `school:${school}`, { network });
      }),

    remove: (actor, typed) =>
      transaction(db, async (tx) => {
        authorize(actor, 'access.network.manage');
        const network = networkOf(typed, { private: true, loopback: true });
        await oneByOne(tx);
        const { rows } = await sql<{ school: string }>`delete from safe_access.school_network
          where network = ${network}::cidr returning school`.execute(tx);
        const school = rows[0]?.school;
        if (!school) throw UNKNOWN();
        // A part that lies in another line of the school stays.
        const gone = await sql<{ profile: string }>`delete from safe_access.network n
          where n.network <<= ${network}::cidr
            and not exists (select from safe_access.school_network s where n.network <<= s.network)
          returning n.profile`.execute(tx);
        for (const profile of new Set(gone.rows.map((r) => r.profile))) await store.touch(tx, profile);
        await store.audit(tx, actor, 'network.removed', `school:${school}`, { network });
      }),

    ofSchool: (actor, school) =>
      transaction(db, async (tx) => {
        await store.asTeacher(actor, school);
        return ofSchool(tx, school);
      }),

    setClass: (actor, profile, networks) =>
      transaction(db, async (tx) => {
        const school = classOf(await store.owned(tx, actor, profile));
        await divide(tx, actor, school, new Map([[profile, networks]]));
        return (await ofSchool(tx, school)).classes.get(profile) ?? [];
      }),
  };
  return { service, divide };
}
export type NetworksPart = ReturnType<typeof createNetworks>;
