import { type Db, transaction } from '../../../platform/db.ts';
import { isUuid, uuidv7 } from '../../../platform/ids.ts';
import type { Platform } from '../../../platform/platform.ts';
import type * as api from '../api.ts';
import { INVALID, PACT_STALE } from '../errors.ts';
import { type PactRow, type ProfileRow, tables } from '../schema.ts';
import type { BlockedReader } from './blocked.ts';
import { compilePact, type PactTerms, pactTerms } from './pact.ts';
import { checkedRules } from './profiles.ts';
import type { Store } from './store.ts';

/** What both sides agree on. It holds from the moment in which the second one agrees. */
export function createPacts(platform: Platform, store: Store, blocked: BlockedReader) {
  const { db, clock, random } = platform;

  function view(row: PactRow, profile: ProfileRow): api.PactView {
    return {
      id: row.id,
      version: row.version,
      terms: pactTerms.parse(JSON.parse(store.keyOf(profile).openText(row.terms, `pact:${row.id}`))),
      state: row.state,
      parentAgreedAt: row.parent_agreed_at ?? undefined,
      childAgreedAt: row.child_agreed_at ?? undefined,
    };
  }

  async function all(tx: Db, profile: ProfileRow): Promise<api.PactView[]> {
    const rows = await tables(tx)
      .selectFrom('safe_access.pact')
      .selectAll()
      .where('profile', '=', profile.id)
      .orderBy('version', 'desc')
      .execute();
    return rows.map((row) => view(row, profile));
  }

  const waiting = async (tx: Db, profile: string, id: string): Promise<PactRow> => {
    const row = isUuid(id)
      ? await tables(tx)
          .selectFrom('safe_access.pact')
          .selectAll()
          .where('id', '=', id)
          .where('profile', '=', profile)
          .where('state', '=', 'proposed')
          .executeTakeFirst()
      : undefined;
    if (!row) throw PACT_STALE();
    return row;
  };

  const replace = (tx: Db, profile: string, state: 'proposed' | 'agreed') =>
    tables(tx)
      .updateTable('safe_access.pact')
      .set({ state: 'replaced' })
      .where('profile', '=', profile)
      .where('state', '=', state)
      .execute();

  return {
    all,

    /** The child's yes; the profile's row is locked by the caller. @throws SAFE_ACCESS_PACT_STALE */
    async agree(tx: Db, profile: ProfileRow, id: string): Promise<api.PactView> {
      const row = await waiting(tx, profile.id, id);
      await replace(tx, profile.id, 'agreed');
      const agreed = { state: 'agreed' as const, child_agreed_at: clock.now() };
      await tables(tx).updateTable('safe_access.pact').set(agreed).where('id', '=', id).execute();
      const made = view({ ...row, ...agreed }, profile);
      const rules = checkedRules(compilePact(made.terms, profile.rules));
      await store.saveRules(tx, profile, rules, 'pact');
      await blocked.trim(tx, profile.id, rules);
      await store.audit(tx, 'child', 'pact.agreed', `pact:${id}`, { profile: profile.id, version: row.version });
      return made;
    },

    async decline(tx: Db, profile: ProfileRow, id: string): Promise<void> {
      const row = await waiting(tx, profile.id, id);
      await replace(tx, profile.id, 'proposed');
      await store.audit(tx, 'child', 'pact.declined', `pact:${id}`, { profile: profile.id, version: row.version });
    },

    service: {
      propose: (actor, id, terms) =>
        transaction(db, async (tx) => {
          const profile = await store.owned(tx, actor, id);
          const parsed = pactTerms.safeParse(terms satisfies PactTerms);
          if (!parsed.success) throw INVALID({ what: parsed.error.issues.map((i) => i.path.join('.')).join(', ') });
          // What could not hold is refused now, not when the child says yes.
          checkedRules(compilePact(parsed.data, profile.rules));
          await replace(tx, id, 'proposed');
          const newest = (await all(tx, profile))[0]?.version ?? 0;
          const pact = uuidv7(clock, random);
          const row: PactRow = {
            id: pact,
            profile: id,
            version: newest + 1,
            terms: store.keyOf(profile).seal(JSON.stringify(parsed.data), `pact:${pact}`),
            state: 'proposed',
            parent_agreed_at: clock.now(),
            child_agreed_at: null,
            created_at: clock.now(),
          };
          await tables(tx).insertInto('safe_access.pact').values(row).execute();
          await store.audit(tx, actor, 'pact.proposed', `pact:${pact}`, { profile: id, version: row.version });
          return view(row, profile);
        }),
      list: (actor, id) => transaction(db, async (tx) => all(tx, await store.owned(tx, actor, id))),
    } satisfies api.Pacts,
  };
}
export type PactsPart = ReturnType<typeof createPacts>;
