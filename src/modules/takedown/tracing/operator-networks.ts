import { transaction } from '../../../platform/db.ts';
import { uuidv7 } from '../../../platform/ids.ts';
import type { Platform } from '../../../platform/platform.ts';
import { recordAudit } from '../../audit/index.ts';
import { NETWORK_INVALID } from '../errors.ts';
import { networkNumber } from '../providers/provider-input.ts';
import { tables } from '../schema.ts';
import type { KnownProvider, OwnNetworkFacts } from './contact.ts';

/** A network as operators describe it; numbers as typed, `AS64500` or `64500`. */
export interface NetworkInput {
  asn: string;
  name: string;
  upstreams: readonly string[];
  proxy: boolean;
  note: string;
}

export interface OperatorNetwork {
  asn: number;
  name: string;
  upstreams: number[];
  proxy: boolean;
  note: string;
}

const MOST = 500;

/** Who carries whom, by our own people: packaged network data does not say, and asking routers is not our business. */
export function createOperatorNetworks(
  platform: Platform,
  needs: { findProvider(asn: number): Promise<KnownProvider | undefined> },
) {
  const { db, clock, random } = platform;

  async function list(): Promise<OperatorNetwork[]> {
    const rows = await tables(db).selectFrom('takedown.network').selectAll().orderBy('asn').limit(MOST).execute();
    return rows.map((r) => ({ ...r, asn: Number(r.asn), upstreams: r.upstreams.map(Number) }));
  }

  return {
    list,

    async find(asn: number): Promise<OwnNetworkFacts | undefined> {
      const row = await tables(db).selectFrom('takedown.network').selectAll().where('asn', '=', asn).executeTakeFirst();
      const provider = await needs.findProvider(asn);
      if (!row && !provider) return undefined;
      const upstreams = await Promise.all(
        (row?.upstreams ?? []).map(Number).map(async (above) => {
          const who = await needs.findProvider(above);
          return { asn: above, ...(who ? { provider: who } : {}) };
        }),
      );
      return {
        asn,
        name: row?.name ?? provider?.name ?? `AS${asn}`,
        ...(row?.proxy ? { proxy: row.name } : {}),
        ...(provider ? { provider } : {}),
        upstreams,
      };
    },

    /** Adds or replaces what is known of one network. @throws TAKEDOWN_NETWORK_INVALID */
    async save(account: string, given: NetworkInput): Promise<number> {
      const asn = networkNumber.safeParse(given.asn);
      const above = given.upstreams.map((u) => networkNumber.safeParse(u));
      const name = given.name.trim();
      if (!asn.success || above.some((u) => !u.success) || above.length > 50) throw NETWORK_INVALID();
      if (name.length < 2 || name.length > 200 || given.note.length > 1000) throw NETWORK_INVALID();
      const row = {
        asn: asn.data,
        name,
        upstreams: above.flatMap((u) => (u.success ? [String(u.data)] : [])),
        proxy: given.proxy,
        note: given.note.trim(),
        changed_at: clock.now(),
        changed_by: account,
      };
      await transaction(db, async (tx) => {
        await tables(tx)
          .insertInto('takedown.network')
          .values(row)
          .onConflict((c) => c.column('asn').doUpdateSet(row))
          .execute();
        await recordAudit(tx, {
          id: uuidv7(clock, random),
          at: clock.now(),
          actor: `account:${account}`,
          action: 'takedown.network.saved',
          subject: `takedown.network:AS${row.asn}`,
          detail: { upstreams: row.upstreams.join(' '), proxy: row.proxy },
        });
      });
      return asn.data;
    },
  };
}
