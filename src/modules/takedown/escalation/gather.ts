import type { Db } from '../../../platform/db.ts';
import type { Casework } from '../../casework/index.ts';
import type { Country, RungId } from '../../country/index.ts';
import { avoidsSite, isReleased } from '../notice/notice.ts';
import type { NoticeStore } from '../notice/notice-store.ts';
import type { Police } from '../notice/police.ts';
import { addressKey, UNUSABLE } from '../providers/contact-state.ts';
import type { Contacts } from '../providers/contacts.ts';
import {
  answersOf,
  contactsOf,
  type HoldRow,
  type LadderRow,
  type NoticeRow,
  type TraceRow,
  tables,
} from '../schema.ts';
import type { WatchStore } from '../watch/watch-store.ts';
import type { LadderContact, LadderFacts, LadderNotice, LadderRules } from './ladder.ts';

export interface GatherNeeds {
  casework: Casework;
  country: Country;
  store: NoticeStore;
  watches: WatchStore;
  police: Pick<Police, 'ofItem'>;
  contacts: Pick<Contacts, 'rowsOf'>;
  /** Every wait is divided by this; 1 but in the demonstration. */
  faster: number;
}

/** A round with all that its next step depends on. */
export interface Gathered {
  row: LadderRow;
  /** Oldest first. */
  notices: NoticeRow[];
  holds: HoldRow[];
  trace: TraceRow | undefined;
  facts: LadderFacts;
  rules: LadderRules;
}

const noticeOf = (n: NoticeRow, unusableSince: Date | null): LadderNotice => ({
  id: n.id,
  kind: n.kind,
  reminderOf: n.reminder_of,
  state: n.state,
  purpose: n.purpose,
  contact: n.contact,
  reach: n.reach,
  createdAt: n.created_at,
  sentAt: n.sent_at,
  changedAt: n.changed_at,
  removedAt: n.removed_at,
  moreTimeUntil: n.more_time_until,
  decidedAt: n.decided_at,
  undeliverable: n.sent_at === null && n.last_error !== null && (n.state === 'failed' || n.state === 'cancelled'),
  unusableSince,
});

/** A referral that no longer binds us. */
const REFERRAL_OVER = ['declined', 'closed', 'withdrawn'];

export function createGather(needs: GatherNeeds) {
  const { casework, country, store, watches, police, contacts: known, faster } = needs;

  async function newestTrace(tx: Db, row: LadderRow, notices: readonly NoticeRow[]): Promise<TraceRow | undefined> {
    const ids = [row.trace, ...notices.map((n) => n.trace)].filter((id) => id !== null);
    if (ids.length === 0) return undefined;
    return tables(tx)
      .selectFrom('takedown.trace')
      .selectAll()
      .where('id', 'in', ids)
      .orderBy('at', 'desc')
      .limit(1)
      .executeTakeFirst();
  }

  /** Their request to wait is answered by their word, by its time limit, or by a hold that somebody released since. */
  async function policeAsks(tx: Db, item: string, holds: readonly HoldRow[], now: Date): Promise<boolean> {
    return (await police.ofItem(item, tx)).some(
      (r) =>
        !REFERRAL_OVER.includes(r.state) &&
        r.may_proceed_at === null &&
        (r.hold_until === null || r.hold_until > now) &&
        !holds.some((h) => h.kind === 'police' && h.decision === 'release' && h.decided_at && h.decided_at > r.sent_at),
    );
  }

  return async function gather(tx: Db, row: LadderRow, now: Date): Promise<Gathered> {
    const all = (await store.ofItem(tx, row.item)).filter((n) => n.round === row.round && n.purpose === 'removal');
    // What another judgement asked is past; whoever was asked then may be asked again on the new one.
    const judged = Math.max(...all.map((n) => n.assessed_at.getTime()));
    const notices = all.filter((n) => n.assessed_at.getTime() === judged).reverse();
    const first = notices[0];
    const holds = await store.holds(
      tx,
      notices.map((n) => n.id),
    );
    const item = await casework.item(row.item, tx);
    const assessment = await casework.latestAssessment(row.item, tx);
    const watch = await watches.find(tx, row.item);
    const trace = await newestTrace(tx, row, notices);
    const confirmed = await tables(tx)
      .selectFrom('takedown.ladder_step')
      .select('rung')
      .where('item', '=', row.item)
      .where('round', '=', row.round)
      .where('kind', '=', 'confirm')
      .execute();
    // The trace ranked addresses by what was known of them then.
    const traced = trace ? contactsOf(trace) : [];
    const standing = await known.rowsOf(
      [...traced.map((c) => c.contact), ...notices.flatMap((n) => n.contact ?? [])],
      tx,
    );
    const unusableSince = (address: string | null): Date | null => {
      const row = address === null ? undefined : standing.get(addressKey(address));
      return row && UNUSABLE.includes(row.state) ? row.changed_at : null;
    };
    const contacts = traced
      .filter((c) => !unusableSince(c.contact))
      .map(
        (c): LadderContact => ({
          contact: c.contact,
          reach: c.reach,
          channel: c.channel === 'email' ? 'mail' : 'form',
        }),
      );
    const facts: LadderFacts = {
      notices: notices.map((n) => noticeOf(n, unusableSince(n.contact))),
      watch: watch && {
        state: watch.state,
        lastState: watch.last_state,
        lastLookAt: watch.last_look_at,
        needsLeave: watch.needs_leave,
      },
      seenAt: row.seen_at,
      contacts,
      tracedAt: trace?.at ?? null,
      traceable: first?.url != null,
      avoidsSite: first ? avoidsSite(first.category) : true,
      ownerCleared: row.owner_cleared,
      confirmed: new Set(confirmed.flatMap((c): RungId[] => (c.rung ? [c.rung] : []))),
      policeAsksToWait: await policeAsks(tx, row.item, holds, now),
      originNamed: trace !== undefined && answersOf(trace).some((a) => a.source === 'origin' && a.outcome === 'found'),
      judgedAgain: item.state === 'waiting' || item.state === 'proposed',
    };
    const rules: LadderRules = {
      ladder: country.ladderFor(first?.category ?? 'other', assessment?.severity),
      traceMs: (country.escalation().traceHours * 3_600_000) / faster,
      add: (from, span) =>
        // Minutes that stand for days know no night.
        span.time === 'working' && faster === 1
          ? country.addWorkingTime(from, span.minutes * 60_000)
          : new Date(from.getTime() + (span.minutes * 60_000) / faster),
    };
    return { row, notices, holds, trace, facts, rules };
  };
}
export type Gather = ReturnType<typeof createGather>;

/** Holds that keep notices back. */
export const openHolds = (given: Gathered): HoldRow[] =>
  given.notices
    .filter((n) => n.state === 'held')
    .flatMap((n) => given.holds.filter((h) => h.notice === n.id && !isReleased([h])));
