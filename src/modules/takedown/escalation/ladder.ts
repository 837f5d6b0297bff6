import type { Ladder, Rung, RungId, Span } from '../../country/index.ts';
import { type CheckState, STANDING } from '../check/index.ts';
import { LIVE, type NoticeState } from '../notice/notice.ts';
import type { NoticeChannel, NoticePurpose, Reach, WatchState } from '../schema.ts';

/** What the ladder knows of a notice of the round. */
export interface LadderNotice {
  id: string;
  kind: 'ask' | 'reminder' | 'contradiction';
  reminderOf: string | null;
  state: NoticeState;
  purpose: NoticePurpose;
  contact: string | null;
  reach: Reach | null;
  createdAt: Date;
  sentAt: Date | null;
  changedAt: Date;
  removedAt: Date | null;
  moreTimeUntil: Date | null;
  /** The last decision of a dispute about it. */
  decidedAt: Date | null;
  /** It was tried and mail did not get through. */
  undeliverable: boolean;
  /** Since when its address is known to be wrong, or dead. */
  unusableSince: Date | null;
}

export interface LadderContact {
  contact: string;
  reach: Reach;
  channel: NoticeChannel;
}

export interface LadderFacts {
  /** Oldest first; of this round and this judgement. */
  notices: readonly LadderNotice[];
  /** undefined: an account, or an address that nobody watches. */
  watch: { state: WatchState; lastState: CheckState | null; lastLookAt: Date | null; needsLeave: boolean } | undefined;
  /** A person looked and saw it. */
  seenAt: Date | null;
  /** In the order in which tracing ranked them. */
  contacts: readonly LadderContact[];
  tracedAt: Date | null;
  /** Only people can trace anew: an account has nothing to resolve. */
  traceable: boolean;
  /** The owner may be the one who did it: never told without somebody's word. */
  avoidsSite: boolean;
  ownerCleared: boolean | null;
  /** Rungs that a person said yes to. */
  confirmed: ReadonlySet<RungId>;
  /** The security forces asked to wait, and nobody has said since that a notice may go. */
  policeAsksToWait: boolean;
  /** A reverse proxy has named the host behind it, and that was traced. */
  originNamed: boolean;
  /** The judgement itself is open again. */
  judgedAgain: boolean;
}

/** The country's data, and how it counts time. */
export interface LadderRules {
  ladder: Ladder;
  traceMs: number;
  add(from: Date, span: Span): Date;
}

/** How a rung ended. */
export type RungEnd = { rung: RungId; how: 'asked' | 'no-contact' | 'not-cleared' };

export type WaitReason =
  | 'police'
  | 'held'
  | 'dispute'
  | 'judgement'
  | 'on-its-way'
  | 'more-time'
  | 'dead-contact'
  | 'deadline'
  | 'reminded'
  | 'removal-said'
  | 'contradicted'
  | 'look-first'
  | 'perhaps-gone';
export type PersonReason = 'no-contact' | 'by-hand' | 'wall' | 'doubt' | 'no-look' | 'clearance' | 'confirm';
/** Why the next one is asked. */
export type AskReason = 'silent' | 'dead-contact' | 'contradicted' | 'taken-back' | 'origin-named';

export type Step =
  | { kind: 'stop'; reason: 'gone' | 'not-asked' }
  | { kind: 'wait'; reason: WaitReason; until: Date | undefined }
  | { kind: 'person'; reason: PersonReason; rung?: RungId }
  | { kind: 'retrace'; reason: 'stale' | 'moved' }
  | { kind: 'remind'; reason: 'silent'; notice: string; count: number; rung: RungId; seenAt: Date }
  | { kind: 'contradict'; reason: 'contradicted'; notice: string; rung: RungId; seenAt: Date }
  | { kind: 'ask'; reason: AskReason; rung: RungId; contact: LadderContact; after: string }
  | { kind: 'exhausted'; reason: AskReason; ends: RungEnd[] };

export type StepKind = 'new' | Step['kind'];
export type LadderReason = 'new' | Step['reason'];

/** A look that saw the reported content itself. "Another page" and "hidden by country" are not that: a person looks. */
const SAW: ReadonlySet<CheckState> = new Set(['up-same', 'moved-host']);

/** A host that moved, seen after the trace, makes the trace old. */
const latest = (...times: (Date | null | undefined)[]): Date =>
  times.reduce<Date>((a, b) => (b && b > a ? b : a), new Date(0));

/** The rung that a notice belongs to: whom a person chose without saying what they can do counts as host. */
export const rungOf = (ladder: Ladder, reach: Reach | null): Rung => {
  const found = ladder.rungs.find((r) => (r.reaches as readonly string[]).includes(reach ?? 'host'));
  return found ?? (ladder.rungs[0] as Rung);
};

const TRIED: readonly NoticeState[] = ['sent', 'received', 'removed', 'disputed', 'closed', 'taken-back', 'failed'];
const OUT: readonly NoticeState[] = ['sent', 'received', 'removed'];
const tried = (n: LadderNotice) => TRIED.includes(n.state) || n.sentAt !== null || n.undeliverable;

/** Was it seen after `since`, by the newest look or by a person whom no later look contradicts? */
type Sight = { seen: true; at: Date } | { seen: false; step: Step };

function sightSince(facts: LadderFacts, since: Date): Sight {
  const { watch, seenAt } = facts;
  const looked = watch && !watch.needsLeave ? watch.lastLookAt : null;
  const state = watch?.lastState ?? null;
  if (seenAt && seenAt > since && (!looked || seenAt > looked || (state && SAW.has(state))))
    return { seen: true, at: seenAt };
  if (!watch || watch.needsLeave) return { seen: false, step: { kind: 'person', reason: 'no-look' } };
  if (!looked || !state || looked <= since)
    return { seen: false, step: { kind: 'wait', reason: 'look-first', until: undefined } };
  if (SAW.has(state)) return { seen: true, at: looked };
  if (STANDING[state] === 'gone')
    return { seen: false, step: { kind: 'wait', reason: 'perhaps-gone', until: undefined } };
  return { seen: false, step: { kind: 'person', reason: STANDING[state] === 'silent' ? 'wall' : 'doubt' } };
}

/** Whoever any notice was for, also one that never went out: nobody gets a second one. */
const usedOf = (facts: LadderFacts) => new Set(facts.notices.flatMap((n) => n.contact?.toLowerCase() ?? []));

/** The next contact to ask, or why there is none. Content was seen, and whoever was asked last had their time. */
function next(
  facts: LadderFacts,
  { ladder, traceMs }: LadderRules,
  now: Date,
  reason: AskReason,
  last: LadderNotice,
  seenAt: Date,
): Step {
  if (facts.traceable) {
    const traced = facts.tracedAt;
    if (!traced || now.getTime() - traced.getTime() > traceMs) return { kind: 'retrace', reason: 'stale' };
    if (facts.watch?.lastState === 'moved-host' && traced < seenAt) return { kind: 'retrace', reason: 'moved' };
  }
  const asks = facts.notices.filter((n) => n.purpose === 'removal' && n.kind === 'ask' && tried(n));
  const used = usedOf(facts);
  const ends: RungEnd[] = [];
  let undecided = false;
  for (const rung of ladder.rungs) {
    const asked = asks.filter((n) => rungOf(ladder, n.reach).id === rung.id).length;
    const free = facts.contacts.filter(
      (c) => (rung.reaches as readonly string[]).includes(c.reach) && !used.has(c.contact.toLowerCase()),
    );
    const owner = rung.reaches.includes('site') && facts.avoidsSite;
    if (owner && facts.ownerCleared !== true) {
      // Who else can act is asked meanwhile; only at the end somebody has to say yes or no.
      if (facts.ownerCleared === null) undecided = true;
      ends.push({ rung: rung.id, how: 'not-cleared' });
      continue;
    }
    const [contact] = free;
    if (!contact || asked >= rung.contacts) {
      ends.push({ rung: rung.id, how: asked > 0 ? 'asked' : 'no-contact' });
      continue;
    }
    if (rung.confirm === 'person' && !owner && !facts.confirmed.has(rung.id))
      return { kind: 'person', reason: 'confirm', rung: rung.id };
    return { kind: 'ask', reason, rung: rung.id, contact, after: last.id };
  }
  if (undecided) return { kind: 'person', reason: 'clearance', rung: 'site' };
  // Nobody was ever reached: that is not "everybody refused", and a person looks for somebody.
  if (!asks.some((n) => n.sentAt)) return { kind: 'person', reason: 'no-contact' };
  return { kind: 'exhausted', reason, ends };
}

/**
 * What is to be done now about a round that asks for removal. Pure: the same facts at the same time give the same step.
 * Nothing goes out while anything is held, disputed, on its way or under a time that was granted, and nothing that no
 * look has seen since the last word.
 */
export function nextStep(facts: LadderFacts, rules: LadderRules, now: Date): Step {
  const { ladder, add } = rules;
  // A hint at a site's own terms asks nobody else: nothing obliges anybody.
  const notices = facts.notices.filter((n) => n.purpose === 'removal');
  const live = notices.filter((n) => LIVE.includes(n.state));
  const asks = notices.filter((n) => n.kind === 'ask');
  if (facts.watch?.state === 'gone' || (live.length === 0 && notices.some((n) => n.state === 'closed')))
    return { kind: 'stop', reason: 'gone' };
  if (notices.length === 0 || facts.watch?.state === 'stopped') return { kind: 'stop', reason: 'not-asked' };
  if (facts.judgedAgain) return wait('judgement');
  if (notices.some((n) => n.state === 'disputed')) return wait('dispute');
  if (facts.policeAsksToWait) return wait('police');
  if (notices.some((n) => n.state === 'held')) return wait('held');
  if (notices.some((n) => n.state === 'tracing' || n.state === 'queued')) return wait('on-its-way');
  if (notices.some((n) => n.state === 'by-hand')) return { kind: 'person', reason: 'by-hand' };
  if (notices.some((n) => n.state === 'no-contact')) return { kind: 'person', reason: 'no-contact' };

  const last = asks.filter(tried).at(-1);
  if (!last) return { kind: 'stop', reason: 'not-asked' };
  const rung = rungOf(ladder, last.reach);
  const after = notices.filter((n) => n.reminderOf === last.id && n.sentAt);
  const reminders = after.filter((n) => n.kind === 'reminder');
  const told = after.find((n) => n.kind === 'contradiction');
  const failedReminder = notices.some((n) => n.reminderOf === last.id && n.state === 'failed');

  if (last.moreTimeUntil && last.moreTimeUntil > now && last.state !== 'taken-back' && last.state !== 'removed')
    return wait('more-time', last.moreTimeUntil);

  function advance(reason: AskReason, since: Date): Step {
    const sight = sightSince(facts, since);
    return sight.seen ? next(facts, rules, now, reason, last as LadderNotice, sight.at) : sight.step;
  }

  if (last.state === 'failed' || (last.undeliverable && !last.sentAt) || failedReminder) {
    const due = add(
      last.state === 'failed' ? last.changedAt : latest(last.changedAt, ...notices.map((n) => n.changedAt)),
      ladder.deadAfter,
    );
    return now < due ? wait('dead-contact', due) : advance('dead-contact', last.createdAt);
  }
  // Somebody said, or a server did, that nobody reads there: what went out asks nobody.
  if (last.unusableSince && OUT.includes(last.state)) {
    const due = add(last.unusableSince, ladder.deadAfter);
    const since = latest(last.createdAt, last.removedAt);
    return now < due ? wait('dead-contact', due) : advance('dead-contact', since);
  }
  // A proxy hosts nothing: once the host behind it is known, it is asked without waiting.
  if (last.reach === 'proxy' && facts.originNamed && last.state !== 'removed' && OUT.includes(last.state)) {
    const used = usedOf(facts);
    if (facts.contacts.some((c) => c.reach === 'host' && !used.has(c.contact.toLowerCase())))
      return advance('origin-named', latest(last.sentAt));
  }
  if (last.state === 'taken-back') return advance('taken-back', last.changedAt);
  if (last.state === 'cancelled') return { kind: 'stop', reason: 'not-asked' };

  if (last.state === 'removed') {
    const said = latest(last.removedAt, last.decidedAt);
    if (told?.sentAt) {
      const due = add(told.sentAt, ladder.contradiction.nextAfter);
      return now < due ? wait('contradicted', due) : advance('contradicted', told.sentAt);
    }
    const due = add(said, ladder.contradiction.after);
    if (now < due) return wait('removal-said', due);
    const sight = sightSince(facts, due);
    if (!sight.seen) return sight.step;
    return { kind: 'contradict', reason: 'contradicted', notice: last.id, rung: rung.id, seenAt: sight.at };
  }

  // `sent` or `received`: a first time runs from the letter, and anew from what was decided or granted.
  const base = latest(last.sentAt, last.decidedAt, last.moreTimeUntil, ...reminders.map((n) => n.sentAt));
  if (reminders.length < rung.reminders) {
    const due = add(base, rung.remindAfter);
    if (now < due) return wait(reminders.length === 0 ? 'deadline' : 'reminded', due);
    const sight = sightSince(facts, base);
    if (!sight.seen) return sight.step;
    const count = reminders.length + 1;
    return { kind: 'remind', reason: 'silent', notice: last.id, count, rung: rung.id, seenAt: sight.at };
  }
  const due = add(base, rung.nextAfter);
  return now < due ? wait('reminded', due) : advance('silent', base);
}

const wait = (reason: WaitReason, until?: Date): Step => ({ kind: 'wait', reason, until });
