import ipaddr from 'ipaddr.js';
import { sql } from 'kysely';
import { transaction } from '../../../platform/db.ts';
import type { Platform } from '../../../platform/platform.ts';
import { authorize } from '../../identity/index.ts';
import type { Networks } from '../api.ts';
import { INVALID, NETWORK_TAKEN, UNKNOWN } from '../errors.ts';
import { tables } from '../schema.ts';
import type { Store } from './store.ts';

/** A school's line is a few addresses; what is larger is somebody else's too. */
const SHORTEST = { ipv4: 24, ipv6: 48 } as const;

/** As the database writes it: the first address and the length. @throws SAFE_ACCESS_INVALID */
function networkOf(typed: string): string {
  const text = typed.trim();
  const [address = ''] = text.split('/');
  // "1.2" is an address for some programs and a mistake for people.
  const whole = address.includes(':') || ipaddr.IPv4.isValidFourPartDecimal(address);
  if (!whole || !ipaddr.isValid(address)) throw INVALID({ what: 'network' });
  const kind = ipaddr.parse(address).kind();
  const cidr = text.includes('/') ? text : `${text}/${kind === 'ipv4' ? 32 : 128}`;
  if (!ipaddr.isValidCIDR(cidr)) throw INVALID({ what: 'network' });
  const [ip, bits] = ipaddr.parseCIDR(cidr);
  if (bits < SHORTEST[ip.kind()]) throw INVALID({ what: 'network' });
  const first = kind === 'ipv4' ? ipaddr.IPv4.networkAddressFromCIDR(cidr) : ipaddr.IPv6.networkAddressFromCIDR(cidr);
  return `${first.toString()}/${bits}`;
}

/**
 * Lines of schools, whose devices are known by where they ask from. An administrator enters them, who has seen the school's
 * contract: a network that anybody could claim would put a stranger's home under somebody's rules.
 */
export function createNetworks(platform: Platform, store: Store): Networks {
  const { db, clock } = platform;
  return {
    add: (actor, profile, typed) =>
      transaction(db, async (tx) => {
        authorize(actor, 'access.network.manage');
        const network = networkOf(typed);
        const row = await store.row(tx, profile);
        if (!row.school) throw UNKNOWN();
        const taken = await sql`select 1 from safe_access.network where network && ${network}::cidr
          and profile <> ${profile}`.execute(tx);
        if (taken.rows.length > 0) throw NETWORK_TAKEN();
        await tables(tx)
          .insertInto('safe_access.network')
          .values({ network, profile, added_at: clock.now() })
          .onConflict((oc) => oc.doNothing())
          .execute();
        await store.touch(tx, profile);
        await store.audit(tx, actor, 'network.added', `profile:${profile}`, { network });
      }),

    remove: (actor, typed) =>
      transaction(db, async (tx) => {
        authorize(actor, 'access.network.manage');
        const network = networkOf(typed);
        const { rows } = await sql<{ profile: string }>`delete from safe_access.network
          where network = ${network}::cidr returning profile`.execute(tx);
        const profile = rows[0]?.profile;
        if (!profile) throw UNKNOWN();
        await store.touch(tx, profile);
        await store.audit(tx, actor, 'network.removed', `profile:${profile}`, { network });
      }),

    async list(actor) {
      authorize(actor, 'access.network.manage');
      const { rows } = await sql<{ network: string; profile: string; addedAt: Date }>`
        select n.network::text as network, n.profile, n.added_at as "addedAt" from safe_access.network n
        order by n.network`.execute(db);
      return rows;
    },
  };
}
