import { type Db, transaction } from '../../../platform/db.ts';
import type { Platform } from '../../../platform/platform.ts';
import type { Country } from '../../country/index.ts';
import { DISPUTE_OPEN, INVOLVED, ROLLBACK_EMPTY } from '../errors.ts';
import type { Feed } from '../feed/feed.ts';
import type { LoggedDecision, PublicLog } from '../log/public-log.ts';
import { type EntryRow, tables } from '../schema.ts';
import {
  after,
  type EndReason,
  type EntryEvent,
  type PERSONS_REASONS,
  requireUninvolved,
  type SuspendReason,
} from './entry.ts';
import type { EvidenceOf } from './evidence.ts';
import { refusedBy, words } from './proposals.ts';
import { type Grounds, type Refusal, refusalsOf } from './refusal.ts';
import type { EntryStore } from './store.ts';

const DAY = 86_400_000;
/** How the history and the audit log call what happened. */
const PAST: Record<EntryEvent, string> = {
  approve: 'approved',
  'withdraw-approval': 'approval-withdrawn',
  reject: 'rejected',
  release: 'released',
  review: 'reviewed',
  suspend: 'suspended',
  remove: 'removed',
};

export interface RollbackScope {
  /** Entries chosen one by one. */
  entries?: readonly string[];
  /** Everything that this account released or approved, such as one that was taken over. */
  account?: string;
  /** Releases from this moment on (and until that one). */
  from?: Date;
  until?: Date;
}

export interface DecisionNeeds {
  country: Country;
  store: EntryStore;
  evidence: EvidenceOf;
  feed: Feed;
  log: PublicLog;
}

/** Every change of an entry's state goes through here: state machine, people, rules, feed, public log and audit at once. */
export function createDecisions(platform: Platform, needs: DecisionNeeds) {
  const { db, clock } = platform;
  const { country, store, evidence, feed, log } = needs;

  /**
   * Moves a locked entry. The feed follows by itself: whatever becomes `released` is added, whatever was and no longer is
   * comes off, in the same transaction. Where that may happen the caller holds the feed's head, from before the entry.
   */
  async function move(
    tx: Db,
    row: EntryRow,
    event: EntryEvent,
    actor: string,
    over: {
      patch?: Partial<EntryRow>;
      why?: EndReason | SuspendReason;
      reason?: string;
      logged?: LoggedDecision;
    } = {},
  ): Promise<void> {
    const state = after(row.state, event);
    await store.update(tx, row.id, { ...over.patch, state });
    if ((row.state === 'released') !== (state === 'released')) await feed.follow(tx, row, state === 'released');
    await log.append(tx, row, over.logged ?? event, over.why ?? null);
    await store.note(tx, row, actor, PAST[event], {
      detail: over.why ?? null,
      ...(over.reason ? { reason: over.reason } : {}),
    });
  }

  const end = (tx: Db, row: EntryRow, event: 'reject' | 'remove', actor: string, why: EndReason, reason?: string) =>
    move(tx, row, event, actor, {
      patch: { ended_at: clock.now(), end_reason: why },
      why,
      ...(reason ? { reason } : {}),
    });

  /** What speaks against an entry by what is known now; empty when nothing does. */
  async function against(tx: Db, row: EntryRow, items: readonly string[]): Promise<Refusal[]> {
    const target = { kind: row.kind, target: row.target ?? '', name: row.name ?? '' };
    const grounds: Grounds =
      row.basis === 'csam'
        ? { basis: 'csam', evidence: await evidence.of(tx, target, items, row.dedicated) }
        : { basis: 'court', order: store.opened(row)?.court, expiresAt: row.expires_at ?? undefined };
    return refusalsOf(target, grounds, evidence.rules(), clock.now());
  }

  /** @throws BLOCKING_REFUSED when what is known now speaks against it */
  async function requireAllowed(tx: Db, row: EntryRow, items: readonly string[]): Promise<void> {
    const refusals = await against(tx, row, items);
    if (refusals.length > 0) throw refusedBy(refusals);
  }

  const decide = (id: string, run: (tx: Db, row: EntryRow, items: string[]) => Promise<void>): Promise<void> =>
    transaction(db, async (tx) => {
      await feed.lock(tx);
      const row = await store.lockedOne(tx, id);
      await run(tx, row, await store.itemsOf(tx, id));
    });

  const reviewAt = (row: Pick<EntryRow, 'expires_at'>): Date => {
    const at = new Date(clock.now().getTime() + country.blocking().reviewDays * DAY);
    return row.expires_at && row.expires_at < at ? row.expires_at : at;
  };

  return {
    /** For whoever moves entries beside these: see {@link Feed.lock}. */
    holdList: feed.lock,
    move,
    end,
    against,
    reviewAt,

    /** The first person. @throws BLOCKING_INVOLVED, BLOCKING_TRANSITION, BLOCKING_REFUSED */
    approve: (id: string, account: string, reason: string): Promise<void> =>
      decide(id, async (tx, row, items) => {
        after(row.state, 'approve');
        requireUninvolved(await evidence.people(tx, row, items), 'approve', account);
        await requireAllowed(tx, row, items);
        await move(tx, row, 'approve', `account:${account}`, {
          // What was suspended begins anew: an earlier release is history, not one half of the next.
          patch: { approved_by: account, approved_at: clock.now(), released_by: null, suspend_reason: null },
          reason: words(reason),
        });
      }),

    /** The second person. @throws as {@link approve}, and BLOCKING_DISPUTE_OPEN */
    release: (id: string, account: string, reason: string): Promise<void> =>
      decide(id, async (tx, row, items) => {
        after(row.state, 'release');
        requireUninvolved(await evidence.people(tx, row, items), 'release', account);
        await requireAllowed(tx, row, items);
        if (await evidence.disputed(tx, items)) throw DISPUTE_OPEN();
        const now = clock.now();
        await move(tx, row, 'release', `account:${account}`, {
          patch: { released_by: account, released_at: now, review_at: reviewAt(row), review_alarmed_at: null },
          reason: words(reason),
        });
      }),

    /** Whoever approved takes it back before the second person looked. */
    withdrawApproval: (id: string, account: string, reason: string): Promise<void> =>
      decide(id, async (tx, row) => {
        after(row.state, 'withdraw-approval');
        if (row.approved_by !== account) throw INVOLVED();
        await move(tx, row, 'withdraw-approval', `account:${account}`, {
          patch: { approved_by: null, approved_at: null },
          reason: words(reason),
        });
      }),

    reject: (id: string, account: string, reason: string): Promise<void> =>
      decide(id, (tx, row) => end(tx, row, 'reject', `account:${account}`, 'rejected', words(reason))),

    /** Off the list at once, by one person. */
    remove: (id: string, account: string, why: (typeof PERSONS_REASONS)[number], reason: string): Promise<void> =>
      decide(id, (tx, row) => end(tx, row, 'remove', `account:${account}`, why, words(reason))),

    /** Off the list while somebody looks into a doubt. */
    suspend: (id: string, account: string, reason: string): Promise<void> =>
      decide(id, (tx, row) =>
        move(tx, row, 'suspend', `account:${account}`, {
          patch: { suspend_reason: 'doubt' },
          why: 'doubt',
          reason: words(reason),
        }),
      ),

    /** Somebody who did not release it looked again and says that it is still needed. */
    review: (id: string, account: string, reason: string): Promise<void> =>
      decide(id, async (tx, row, items) => {
        after(row.state, 'review');
        requireUninvolved(await evidence.people(tx, row, items), 'review', account);
        await requireAllowed(tx, row, items);
        await move(tx, row, 'review', `account:${account}`, {
          patch: { review_at: reviewAt(row), review_alarmed_at: null },
          reason: words(reason),
        });
      }),

    /**
     * Takes back a mistake everywhere, in one transaction: chosen entries, what an account did, or what was released in a
     * time. Releases end as a mistake; approvals of that account that nobody followed yet are taken back.
     *
     * @returns how many entries came off the list
     * @throws BLOCKING_ROLLBACK_EMPTY when the scope says nothing
     */
    rollback: (scope: RollbackScope, account: string, reason: string): Promise<number> =>
      transaction(db, async (tx) => {
        const text = words(reason);
        const { entries = [], account: of, from, until } = scope;
        if (entries.length === 0 && !of && !from) throw ROLLBACK_EMPTY();
        // Before anything is read: a release that is being written is in what is read, or comes after and meets no approval.
        await feed.lock(tx);
        let released = tables(tx).selectFrom('blocking.entry').select('id').where('state', '=', 'released');
        if (entries.length > 0) released = released.where('id', 'in', [...entries]);
        // An approval by the wrong hand makes the release that followed as wrong.
        if (of) released = released.where((eb) => eb.or([eb('released_by', '=', of), eb('approved_by', '=', of)]));
        if (from) released = released.where('released_at', '>=', from);
        if (until) released = released.where('released_at', '<=', until);
        const approved = of
          ? await tables(tx)
              .selectFrom('blocking.entry')
              .select('id')
              .where('state', '=', 'approved')
              .where('approved_by', '=', of)
              .execute()
          : [];
        const ids = [...(await released.execute()), ...approved].map((r) => r.id);
        const actor = `account:${account}`;
        let off = 0;
        for (const row of await store.locked(tx, ids)) {
          if (row.state === 'released') {
            await end(tx, row, 'remove', actor, 'mistake', text);
            off++;
          } else if (row.state === 'approved' && row.approved_by === of)
            await move(tx, row, 'withdraw-approval', actor, {
              patch: { approved_by: null, approved_at: null },
              reason: text,
            });
        }
        return off;
      }),

    /** The key to the public log's lines about an entry: for its owner, or a court. Audited, for it tells a name. */
    opening: (id: string, account: string): Promise<{ kind: string; target: string; nonce: string } | undefined> =>
      transaction(db, async (tx) => {
        const row = await store.lockedOne(tx, id);
        const opened = store.opened(row);
        if (!opened || row.target === null) return undefined;
        await store.note(tx, row, `account:${account}`, 'opening-given');
        return { kind: row.kind, target: row.target, nonce: opened.nonce.toString('hex') };
      }),
  };
}
export type Decisions = ReturnType<typeof createDecisions>;
