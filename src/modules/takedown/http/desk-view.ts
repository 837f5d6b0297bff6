import type { LocalText } from '../../../platform/i18n/index.ts';
import type { Platform } from '../../../platform/platform.ts';
import type { Country, StopperId } from '../../country/index.ts';
import { type Actor, can, type Identity } from '../../identity/index.ts';
import { type CheckRule, STANDING } from '../check/index.ts';
import type { LadderDesk, LadderView } from '../escalation/desk.ts';
import type { Disputes, DisputeView } from '../escalation/disputes.ts';
import type { Answers } from '../notice/answers.ts';
import type { Facts, NoticeFacts } from '../notice/facts.ts';
import { LIVE } from '../notice/notice.ts';
import type { NoticeStore } from '../notice/notice-store.ts';
import type { Police } from '../notice/police.ts';
import {
  answersOf,
  type CheckRow,
  contactsOf,
  type HoldRow,
  type Moved,
  movedOf,
  type NoticeRow,
  type OriginRequestRow,
  type PoliceReferralRow,
  type StoredAnswer,
  tables,
  type WatchRow,
} from '../schema.ts';
import type { Contact } from '../tracing/index.ts';
import type { Origins } from '../tracing/origin.ts';
import { deniable } from '../watch/outcomes.ts';
import { type Rules, unreachableRule } from '../watch/rule.ts';
import type { WatchStore } from '../watch/watch-store.ts';

const CHECKS_SHOWN = 20;

export interface TraceView {
  at: Date;
  durationMs: number;
  answers: StoredAnswer[];
  contacts: Contact[];
  attribution: string;
  moved: Moved[];
}

export interface NoticeView {
  row: NoticeRow;
  facts: NoticeFacts;
  holds: HoldRow[];
  trace: TraceView | undefined;
  providerWords: string | undefined;
  ourReason: string | undefined;
  /** Newest first. */
  disputes: DisputeView[];
  /** What its proxy was asked about the host behind it. */
  origin: OriginRequestRow | undefined;
  /** Whether this person may decide its dispute: nobody who judged or prepared it. */
  mayDecide: boolean;
}

export interface WatchView {
  row: WatchRow;
  checks: CheckRow[];
  /** A person may say that it is gone, or back. */
  mayBeGone: boolean;
  /** The provider says that it removed it: all there is where nothing may be fetched. */
  saidRemoved: boolean;
  mayBeBack: boolean;
}

export interface PanelData {
  item: string;
  /** Newest first. */
  notices: NoticeView[];
  /** Referrals that asked for a hold, newest first, with the body's name in four languages. */
  police: { row: PoliceReferralRow; body: LocalText | undefined }[];
  now: Date;
  watch: WatchView | undefined;
  ladder: LadderView | undefined;
  /** Reasons that the country's data names for a case that does not go on. */
  stoppers: readonly { id: StopperId; name: LocalText }[];
  bodyName: (id: string) => LocalText | undefined;
  rule: CheckRule;
  /** No machine can close anything: too few vantages. */
  peopleOnly: boolean;
  /** An account has no address to look at: its provider's word, or a reporter's, is the evidence. */
  byWord: boolean;
  /** It can't be looked at (an account, a wall): who reported it may be asked. */
  unseen: boolean;
  /** What reporters answered who were asked whether it is still there. */
  words: { asked: number; gone: number; there: number };
  may: { prepare: boolean; send: boolean; decideHold: boolean; clearOwner: boolean; decideOrigin: boolean };
  names: ReadonlyMap<string, string>;
}

export interface DeskViewNeeds {
  identity: Identity;
  country: Country;
  police: Police;
  store: NoticeStore;
  watches: WatchStore;
  rules: Rules;
  facts: Facts;
  answers: Answers;
  disputes: Disputes;
  ladderDesk: LadderDesk;
  origins: Origins;
}

/** What the desk shows; reads only. */
export function createDeskView(platform: Platform, needs: DeskViewNeeds) {
  const { db } = platform;
  const { identity, country, police, store, watches, rules, facts, answers, disputes, ladderDesk, origins } = needs;

  async function traces(ids: readonly string[]): Promise<Map<string, TraceView>> {
    if (ids.length === 0) return new Map();
    const rows = await tables(db)
      .selectFrom('takedown.trace')
      .selectAll()
      .where('id', 'in', [...ids])
      .execute();
    return new Map(
      rows.map((row) => [
        row.id,
        {
          at: row.at,
          durationMs: row.duration_ms,
          answers: answersOf(row),
          contacts: contactsOf(row),
          attribution: row.attribution,
          moved: movedOf(row),
        },
      ]),
    );
  }

  async function watchOf(item: string): Promise<WatchView | undefined> {
    const row = await watches.find(db, item);
    if (!row) return undefined;
    const last = row.last_state;
    return {
      row,
      checks: await watches.checks(db, item, CHECKS_SHOWN),
      saidRemoved: row.state === 'open' && (await store.ofItem(db, item)).some((n) => n.state === 'removed'),
      mayBeGone: row.state === 'open' && last !== null && deniable(last) && STANDING[last] !== 'silent',
      mayBeBack: row.state === 'gone' && last !== null && ['up', 'doubt'].includes(STANDING[last]),
    };
  }

  return {
    async panel(item: string, actor: Actor): Promise<PanelData> {
      const rows = await store.ofItem(db, item);
      const holds = await store.holds(
        db,
        rows.map((r) => r.id),
      );
      const known = await traces([...new Set(rows.flatMap((r) => r.trace ?? []))]);
      const rule = await rules.current();
      const asked = await origins.ofItem(item);
      const referred = await police.ofItem(item);
      const people = [
        ...referred.flatMap((r) => r.may_proceed_by ?? []),
        ...rows.flatMap((r) => r.decided_by ?? []),
        ...holds.flatMap((h) => [h.preservation_by, h.decided_by].filter((id) => id !== null)),
      ];
      const watch = await watchOf(item);
      const words = await watches.words(db, item);
      const ladder = await ladderDesk.view(item);
      const views: NoticeView[] = [];
      for (const row of rows)
        views.push({
          row,
          facts: facts.factsOf(row),
          holds: holds.filter((h) => h.notice === row.id),
          trace: row.trace ? known.get(row.trace) : undefined,
          providerWords: answers.providerWords(row),
          ourReason: answers.ourReason(row),
          origin: asked.find((o) => o.notice === row.id),
          disputes: await disputes.ofNotice(row),
          mayDecide:
            row.state === 'disputed' && can(actor, 'dispute.decide', { doneBy: await disputes.doneBy(db, row) }),
        });
      people.push(...views.flatMap((v) => v.disputes.flatMap((d) => d.decided_by ?? [])));
      people.push(
        ...[ladder?.row.cleared_by, ladder?.row.seen_by, ...(ladder?.stoppers ?? []).map((s) => s.by)].filter(
          (id) => id != null,
        ),
      );
      return {
        item,
        notices: views,
        police: referred.map((row) => ({ row, body: country.bodies().find((b) => b.id === row.body)?.name })),
        now: platform.clock.now(),
        watch,
        ladder,
        stoppers: country.lawLab().stoppers,
        bodyName: (id) => country.bodies().find((b) => b.id === id)?.name,
        rule,
        peopleOnly: unreachableRule(rule, rules.vantages),
        byWord: !watch && rows.some((r) => r.state === 'removed'),
        unseen:
          rows.some((r) => LIVE.includes(r.state)) &&
          (!watch ||
            (watch.row.state === 'open' &&
              watch.row.last_state !== null &&
              STANDING[watch.row.last_state] === 'silent')),
        words: {
          asked: words.length,
          gone: words.filter((w) => w.answer === 'gone').length,
          there: words.filter((w) => w.answer === 'there').length,
        },
        may: {
          prepare: can(actor, 'notice.prepare'),
          send: can(actor, 'notice.send'),
          decideOrigin: can(actor, 'notice.origin.decide'),
          decideHold: can(actor, 'notice.hold.decide'),
          clearOwner: can(actor, 'notice.owner.clear'),
        },
        names: await identity.namesOf([...new Set(people)]),
      };
    },
  };
}
