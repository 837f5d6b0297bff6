import { sql } from 'kysely';
import { type Db, transaction } from '../../../platform/db.ts';
import { isUuid, uuidv7 } from '../../../platform/ids.ts';
import type { Platform } from '../../../platform/platform.ts';
import { authorize } from '../../identity/index.ts';
import type { Contest, Contests } from '../api.ts';
import { CONTEST_STATE, CONTESTS_MANY, INVALID, NAME_INVALID, UNKNOWN } from '../errors.ts';
import { CATEGORY_NAMES, type Category } from '../profile/rules.ts';
import { siteName } from '../profile/site-name.ts';
import { type ContestRow, type ProfileRow, tables } from '../schema.ts';
import type { ByToken } from './children.ts';
import { CHANNEL, type Store } from './store.ts';

const PER_DAY = 20;
const LISTED = 200;

const view = (row: ContestRow): Contest => ({
  id: row.id,
  name: row.name,
  category: row.category,
  times: row.times,
  state: row.state,
  firstAt: row.first_at,
  decidedAt: row.decided_at ?? undefined,
});

/** One tap against a list's category of a site; what the desk gets of it is the name, the category and how many said so. */
export function createContests(platform: Platform, store: Store, byToken: ByToken): Contests {
  const { db, clock, random } = platform;

  async function put(tx: Db, profile: ProfileRow, given: { name: string; category: Category }): Promise<void> {
    const name = siteName(given.name);
    if (name === undefined) throw NAME_INVALID();
    if (!CATEGORY_NAMES.includes(given.category)) throw INVALID({ what: 'category' });
    const { rows } = await sql<{ used: number }>`
      insert into safe_access.contest_budget (profile, day, used) values (${profile.id}, ${store.today()}, 1)
      on conflict (profile, day) do update set used = contest_budget.used + 1 returning used`.execute(tx);
    if ((rows[0]?.used ?? 0) > PER_DAY) throw CONTESTS_MANY();
    const { rows: put } = await sql<{ id: string; times: number }>`
      insert into safe_access.contest (id, name, category, times, state, first_at)
      values (${uuidv7(clock, random)}, ${name}, ${given.category}, 1, 'open', ${clock.now()})
      on conflict (name, category) where state = 'open' do update set times = contest.times + 1
      returning id, times`.execute(tx);
    // By nobody: the audit trail must not lead from a site's name to a family.
    if (put[0]?.times === 1) await store.audit(tx, 'system', 'contest.opened', `contest:${put[0].id}`);
  }

  return {
    contest: (actor, profile, given) =>
      transaction(db, async (tx) => put(tx, await store.owned(tx, actor, profile), given)),
    contestAsChild: (token, given) => transaction(db, async (tx) => put(tx, await byToken(tx, token), given)),

    async waiting(actor) {
      authorize(actor, 'access.contest.read');
      const rows = await tables(db)
        .selectFrom('safe_access.contest')
        .selectAll()
        .where('state', '=', 'open')
        .orderBy('times', 'desc')
        .orderBy('id')
        .limit(LISTED)
        .execute();
      return rows.map(view);
    },

    decide: (actor, id, decision) =>
      transaction(db, async (tx) => {
        authorize(actor, 'access.contest.decide');
        if (!isUuid(id)) throw UNKNOWN();
        const row = await tables(tx)
          .selectFrom('safe_access.contest')
          .select('state')
          .where('id', '=', id)
          .forUpdate()
          .executeTakeFirst();
        if (!row) throw UNKNOWN();
        if (row.state !== 'open') throw CONTEST_STATE();
        await tables(tx)
          .updateTable('safe_access.contest')
          .set({
            state: decision,
            decided_at: clock.now(),
            decided_by: actor.kind === 'staff' ? actor.accountId : null,
          })
          .where('id', '=', id)
          .execute();
        await sql`select pg_notify(${CHANNEL}, 'lists')`.execute(tx);
        await store.audit(tx, actor, 'contest.decided', `contest:${id}`, { decision });
      }),
  };
}
