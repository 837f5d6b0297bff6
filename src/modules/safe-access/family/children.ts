import { type Db, transaction } from '../../../platform/db.ts';
import type { Platform } from '../../../platform/platform.ts';
import type { Children, Explanation } from '../api.ts';
import { LINK_UNKNOWN, UNKNOWN } from '../errors.ts';
import { type ProfileRow, tables } from '../schema.ts';
import type { BlockedReader } from './blocked.ts';
import type { PactsPart } from './pacts.ts';
import type { RequestsPart } from './requests.ts';
import type { Store } from './store.ts';
import { isDeviceId, isToken, tokenHash } from './tokens.ts';

export type ByToken = (tx: Db, token: string) => Promise<ProfileRow>;

/** The profile that a child's link opens. @throws SAFE_ACCESS_LINK_UNKNOWN */
export function byTokenOf(store: Store): ByToken {
  return async (tx, token) => {
    if (!isToken(token)) throw LINK_UNKNOWN();
    const link = await tables(tx)
      .selectFrom('safe_access.child_link')
      .select('profile')
      .where('token_hash', '=', tokenHash(token))
      .executeTakeFirst();
    if (!link) throw LINK_UNKNOWN();
    return store.row(tx, link.profile);
  };
}

/** The child's side. */
export function createChildren(
  { db }: Pick<Platform, 'db'>,
  store: Store,
  parts: {
    byToken: ByToken;
    requests: RequestsPart;
    pacts: PactsPart;
    blocked: BlockedReader;
    explain(device: string | undefined, name: string): Promise<Explanation>;
  },
): Children {
  const { byToken, requests, pacts, blocked } = parts;
  return {
    view: (token) =>
      transaction(db, async (tx) => {
        const row = await byToken(tx, token);
        const { id, label, band, lang, rules, holding } = await store.view(tx, row);
        const versions = await pacts.all(tx, row);
        return {
          profile: { id, label, band, lang, rules, holding },
          blocked: await blocked.of(tx, row),
          requests: await requests.ofProfile(tx, row),
          pact: {
            proposed: versions.find((p) => p.state === 'proposed'),
            agreed: versions.find((p) => p.state === 'agreed'),
          },
        };
      }),

    async explain(token, name) {
      const devices = await transaction(db, async (tx) => store.devices(tx, await byToken(tx, token)));
      return parts.explain(devices[0]?.id, name);
    },

    ask: (token, name) => transaction(db, async (tx) => requests.ask(tx, await byToken(tx, token), name)),

    askFromDevice: (device, name) =>
      transaction(db, async (tx) => {
        if (!isDeviceId(device)) throw UNKNOWN();
        const found = await tables(tx)
          .selectFrom('safe_access.device')
          .select('profile')
          .where('id', '=', device)
          .executeTakeFirst();
        if (!found) throw UNKNOWN();
        await requests.ask(tx, await store.row(tx, found.profile), name);
      }),

    agree: (token, pact) => transaction(db, async (tx) => pacts.agree(tx, await byToken(tx, token), pact)),
    decline: (token, pact) => transaction(db, async (tx) => pacts.decline(tx, await byToken(tx, token), pact)),
  };
}
