import { sql } from 'kysely';
import { type Db, transaction } from '../../../platform/db.ts';
import { isUuid, uuidv7 } from '../../../platform/ids.ts';
import type { Platform } from '../../../platform/platform.ts';
import type * as api from '../api.ts';
import { INVALID, NAME_INVALID, REQUESTS_MANY, UNKNOWN } from '../errors.ts';
import { siteName } from '../profile/site-name.ts';
import { type ProfileRow, type RequestRow, tables } from '../schema.ts';
import { checkedRules } from './profiles.ts';
import { after, REFUSAL_REASONS } from './request.ts';
import type { Store } from './store.ts';

const MAX_WAITING = 10;
/** After so long nobody remembers why it was asked. */
const WAITS_MS = 7 * 24 * 3_600_000;
const LISTED = 100;

/** "Please open this": asked by the child, answered by a parent on the phone. */
export function createRequests(platform: Platform, store: Store) {
  const { db, clock, random } = platform;

  function view(row: RequestRow, profile: ProfileRow): api.Request {
    const key = store.keyOf(profile);
    return {
      id: row.id,
      profile: row.profile,
      profileLabel: key.openText(profile.label as Buffer, 'label'),
      name: key.openText(row.name, `request:${row.id}`),
      state: row.state,
      reason: row.reason ?? undefined,
      until: row.until ?? undefined,
      askedAt: row.asked_at,
      answeredAt: row.answered_at ?? undefined,
    };
  }

  /** What waited too long has run out. */
  async function expire(now: Date): Promise<void> {
    const due = await tables(db)
      .selectFrom('safe_access.request')
      .select('id')
      .where('state', '=', 'asked')
      .where('expires_at', '<=', now)
      .limit(500)
      .execute();
    for (const { id } of due)
      await transaction(db, async (tx) => {
        const row = await tables(tx)
          .selectFrom('safe_access.request')
          .selectAll()
          .where('id', '=', id)
          .forUpdate()
          .executeTakeFirst();
        if (row?.state !== 'asked') return;
        const state = after(row.state, 'expire');
        await tables(tx)
          .updateTable('safe_access.request')
          .set({ state, ended_at: now })
          .where('id', '=', id)
          .execute();
        await store.audit(tx, 'system', 'request.expired', `request:${id}`);
      });
    // What was open for a while and no longer is.
    await sql`delete from safe_access.profile_opened where until <= ${now}`.execute(db);
  }

  const ofProfile = (tx: Db, profile: string) =>
    tables(tx)
      .selectFrom('safe_access.request')
      .selectAll()
      .where('profile', '=', profile)
      .orderBy(sql`state <> 'asked'`)
      .orderBy('asked_at', 'desc')
      .orderBy('id', 'desc')
      .limit(LISTED);

  return {
    /** Ends what nobody answered in seven days, and forgets what was open for a while. */
    expire,

    async ofProfile(tx: Db, profile: ProfileRow): Promise<api.Request[]> {
      return (await ofProfile(tx, profile.id).execute()).map((row) => view(row, profile));
    },

    /** The same site asked for twice waits once. @throws SAFE_ACCESS_NAME_INVALID, SAFE_ACCESS_REQUESTS_MANY */
    async ask(tx: Db, profile: ProfileRow, typed: string): Promise<api.Request> {
      const name = siteName(typed);
      if (name === undefined) throw NAME_INVALID();
      const index = store.nameIndex(profile.id, name);
      const waiting = await tables(tx)
        .selectFrom('safe_access.request')
        .selectAll()
        .where('profile', '=', profile.id)
        .where('state', '=', 'asked')
        .execute();
      const known = waiting.find((r) => r.name_index.equals(index));
      if (known) return view(known, profile);
      if (waiting.length >= MAX_WAITING) throw REQUESTS_MANY({ max: MAX_WAITING });
      const id = uuidv7(clock, random);
      const now = clock.now();
      const row: RequestRow = {
        id,
        profile: profile.id,
        name: store.keyOf(profile).seal(name, `request:${id}`),
        name_index: index,
        state: 'asked',
        reason: null,
        until: null,
        asked_at: now,
        expires_at: new Date(now.getTime() + WAITS_MS),
        answered_at: null,
        answered_by: null,
        ended_at: null,
      };
      await tables(tx).insertInto('safe_access.request').values(row).execute();
      await store.audit(tx, 'child', 'request.asked', `request:${id}`, { profile: profile.id });
      return view(row, profile);
    },

    service: {
      list: (actor, family) =>
        transaction(db, async (tx) => {
          await store.asParent(tx, actor, family);
          const profiles = await tables(tx)
            .selectFrom('safe_access.profile')
            .selectAll()
            .where('family', '=', family)
            .where('removed_at', 'is', null)
            .where('data_key', 'is not', null)
            .execute();
          const all: api.Request[] = [];
          for (const profile of profiles)
            for (const row of await ofProfile(tx, profile.id).execute()) all.push(view(row, profile));
          const waits = (r: api.Request) => (r.state === 'asked' ? 0 : 1);
          return all.sort((a, b) => waits(a) - waits(b) || b.askedAt.getTime() - a.askedAt.getTime()).slice(0, LISTED);
        }),

      answer: (actor, id, answer) =>
        transaction(db, async (tx) => {
          if (!isUuid(id)) throw UNKNOWN();
          const found = await tables(tx)
            .selectFrom('safe_access.request')
            .select('profile')
            .where('id', '=', id)
            .executeTakeFirst();
          if (!found) throw UNKNOWN();
          // The profile's row is locked first: whoever answers and whoever changes the rules come one after the other.
          const profile = await store.owned(tx, actor, found.profile);
          const row = await tables(tx)
            .selectFrom('safe_access.request')
            .selectAll()
            .where('id', '=', id)
            .executeTakeFirstOrThrow();
          const now = clock.now();
          const name = store.keyOf(profile).openText(row.name, `request:${id}`);
          const patch: Partial<RequestRow> = { reason: null, until: null };
          if (answer.kind === 'refused') {
            if (!REFUSAL_REASONS.includes(answer.reason)) throw INVALID({ what: 'reason' });
            patch.state = after(row.state, 'refuse');
            patch.reason = answer.reason;
          } else if (answer.kind === 'for-a-time') {
            if (!Number.isInteger(answer.minutes) || answer.minutes < 1 || answer.minutes > 1440)
              throw INVALID({ what: 'minutes' });
            patch.state = after(row.state, 'grant-for-a-time');
            patch.until = new Date(now.getTime() + answer.minutes * 60_000);
            const opened = uuidv7(clock, random);
            await tables(tx)
              .insertInto('safe_access.profile_opened')
              .values({
                id: opened,
                profile: profile.id,
                name: store.keyOf(profile).seal(name, `opened:${opened}`),
                until: patch.until,
              })
              .execute();
            await store.touch(tx, profile.id);
          } else {
            patch.state = after(row.state, 'grant-for-good');
            const { rules } = profile;
            const opened = {
              ...rules,
              allow: rules.allow.includes(name) ? rules.allow : [...rules.allow, name],
              deny: rules.deny.filter((n) => n !== name),
            };
            await store.saveRules(tx, profile, checkedRules(opened), 'request');
          }
          const by = actor.kind === 'staff' ? actor.accountId : null;
          const answered = { ...patch, answered_at: now, answered_by: by, ended_at: now };
          await tables(tx).updateTable('safe_access.request').set(answered).where('id', '=', id).execute();
          await store.audit(tx, actor, 'request.answered', `request:${id}`, { state: patch.state });
          return view({ ...row, ...answered }, profile);
        }),
    } satisfies api.Requests,
  };
}
export type RequestsPart = ReturnType<typeof createRequests>;
