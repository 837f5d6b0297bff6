import { URGENCIES, type Urgency } from '../../country/index.ts';
import {
  AGE_BANDS,
  type AgeBand,
  DANGER_KINDS,
  type DangerKind,
  type ReportDetails,
  VISIBILITIES,
  type Visibility,
} from '../../reporting/index.ts';
import { URGENCY_RANK } from '../schema.ts';

/** How long before it was reported it happened; nearer comes first. */
export const RECENCIES = ['now', 'today', 'earlier'] as const;
export type Recency = (typeof RECENCIES)[number];

/**
 * What makes an item urgent, named. How many people reported it is not among the facts, on purpose: a crowd must not be
 * able to push something to the front, nor a child whom nobody else reports to the end.
 */
export interface UrgencyFacts {
  /** Somebody said that a child is in danger now. */
  declared: boolean;
  /** What the words point to; see reporting's detection. */
  kinds: DangerKind[];
  /** The most urgent category that was named, by the country pack. */
  category: Urgency;
  /** The youngest that was named. */
  ageBand: AgeBand;
  /** The widest audience that was named. */
  audience: Visibility;
  recency: Recency;
  /** It had been gone. */
  back: boolean;
}

export type Reason =
  | 'declared'
  | `kind-${DangerKind}`
  | `category-${Urgency}`
  | 'young'
  | 'now'
  | 'today'
  | 'public'
  | 'many'
  | 'back';

const HOUR_MS = 3_600_000;

/** How near the event was when the report came. Pure. */
export function recencyOf(report: Pick<ReportDetails, 'occurred' | 'occurredAt' | 'receivedAt'>): Recency {
  if (report.occurredAt) {
    const age = report.receivedAt.getTime() - report.occurredAt.getTime();
    return age < HOUR_MS ? 'now' : age < 24 * HOUR_MS ? 'today' : 'earlier';
  }
  return report.occurred === 'now' || report.occurred === 'today' ? report.occurred : 'earlier';
}

/** The facts of one report. Pure. */
export function factsOfReport(
  report: Pick<
    ReportDetails,
    'dangerDeclared' | 'dangerKinds' | 'ageBand' | 'visibility' | 'occurred' | 'occurredAt' | 'receivedAt'
  >,
  category: Urgency,
): UrgencyFacts {
  return {
    declared: report.dangerDeclared,
    kinds: DANGER_KINDS.filter((k) => report.dangerKinds.includes(k)),
    category,
    ageBand: report.ageBand,
    audience: report.visibility,
    recency: recencyOf(report),
    back: false,
  };
}

/** What is known of an item from before facts were kept: its rank and whether danger was said. */
export function factsOfOld(item: { urgency: number; danger: boolean }): UrgencyFacts {
  return {
    declared: item.danger,
    kinds: [],
    category: item.danger ? 'low' : (URGENCIES.find((u) => URGENCY_RANK[u] === item.urgency) ?? 'low'),
    ageBand: 'unknown',
    audience: 'unknown',
    recency: 'earlier',
    back: false,
  };
}

const AGE_ORDER: readonly AgeBand[] = AGE_BANDS;
const AUDIENCE_ORDER: readonly Visibility[] = ['public', 'many', 'few', 'reporter-only', 'unknown'];
const earlier = <T>(order: readonly T[], a: T, b: T): T => (order.indexOf(a) <= order.indexOf(b) ? a : b);

/** Both together. Pure; the same fact twice says no more than once, in whatever order. */
export function joinFacts(a: UrgencyFacts, b: UrgencyFacts): UrgencyFacts {
  return {
    declared: a.declared || b.declared,
    kinds: DANGER_KINDS.filter((k) => a.kinds.includes(k) || b.kinds.includes(k)),
    category: earlier(URGENCIES, a.category, b.category),
    ageBand: earlier(AGE_ORDER, a.ageBand, b.ageBand),
    audience: earlier(AUDIENCE_ORDER, a.audience, b.audience),
    recency: earlier(RECENCIES, a.recency, b.recency),
    back: a.back || b.back,
  };
}

/** What a fact besides danger and category weighs. So much together lifts an item by one step, never into danger. */
const WEIGHT = { young: 2, now: 2, back: 2, today: 1, public: 1, many: 1 } as const;
const LIFT = 2;
const YOUNG: readonly AgeBand[] = ['0-5', '6-8', '9-11'];

/**
 * The urgency that follows from the facts, with every reason, strongest first. Danger comes from danger said or detected
 * and from categories that are danger by themselves; everything else lifts by one step at most, up to urgent.
 */
export function judgeUrgency(facts: UrgencyFacts): { urgency: Urgency; reasons: Reason[] } {
  const danger: Reason[] = [
    ...(facts.declared ? (['declared'] as const) : []),
    ...facts.kinds.map((k) => `kind-${k}` as const),
  ];
  const lifts: (keyof typeof WEIGHT)[] = [
    ...(YOUNG.includes(facts.ageBand) ? (['young'] as const) : []),
    ...(facts.recency === 'earlier' ? [] : [facts.recency]),
    ...(facts.back ? (['back'] as const) : []),
    ...(facts.audience === 'public' || facts.audience === 'many' ? [facts.audience] : []),
  ];
  const reasons: Reason[] = [...danger, `category-${facts.category}`, ...lifts];
  if (danger.length > 0) return { urgency: 'danger', reasons };
  const weight = lifts.reduce((sum, lift) => sum + WEIGHT[lift], 0);
  const lifted = weight >= LIFT && (facts.category === 'normal' || facts.category === 'low');
  if (!lifted) return { urgency: facts.category, reasons };
  return { urgency: facts.category === 'normal' ? 'urgent' : 'normal', reasons };
}

/** What of an item's row its priority is. */
export interface Priority {
  urgency: number;
  danger: boolean;
  facts: UrgencyFacts | null;
  reasons: Reason[];
  /** What a person set; it holds until new facts say more than those that the person knew. */
  set_urgency: number | null;
}

/** The item's priority with more facts. Pure. */
export function withFacts(item: Priority, more: readonly UrgencyFacts[]): Priority {
  const old = item.facts ?? factsOfOld(item);
  const facts = more.reduce(joinFacts, old);
  const { urgency, reasons } = judgeUrgency(facts);
  const rank = URGENCY_RANK[urgency];
  // Whoever lowered it did not know this: what is new is looked at as if nobody had.
  const risen = rank < URGENCY_RANK[judgeUrgency(old).urgency] || facts.kinds.length > old.kinds.length;
  const set = risen ? null : item.set_urgency;
  return {
    urgency: set ?? rank,
    danger: item.danger || facts.declared || facts.kinds.length > 0,
    facts,
    reasons,
    set_urgency: set,
  };
}

/** The priority that one report begins with. Pure. */
export function firstPriority(facts: UrgencyFacts): Priority {
  const { urgency, reasons } = judgeUrgency(facts);
  return {
    urgency: URGENCY_RANK[urgency],
    danger: facts.declared || facts.kinds.length > 0,
    facts,
    reasons,
    set_urgency: null,
  };
}

/** Every reason there can be, for words and tests. */
export const REASONS: readonly Reason[] = [
  'declared',
  ...DANGER_KINDS.map((k) => `kind-${k}` as const),
  ...URGENCIES.map((u) => `category-${u}` as const),
  'young',
  'now',
  'today',
  'public',
  'many',
  'back',
];

/** For tests: all values of the facts that are chosen from lists. */
export const FACT_VALUES = { ageBand: AGE_BANDS, audience: VISIBILITIES, recency: RECENCIES } as const;
