import { defineError } from '../../platform/errors.ts';
import type { ItemState, Outcome } from './schema.ts';

export const ITEM_UNKNOWN = defineError('casework', 'ITEM_UNKNOWN', 404);
export const ITEM_TRANSITION = defineError('casework', 'ITEM_TRANSITION', 409);
export const ITEM_LOCKED = defineError('casework', 'ITEM_LOCKED', 409);
export const ASSESSMENT_INVALID = defineError('casework', 'ASSESSMENT_INVALID', 400);
export const ASSESSMENT_STALE = defineError('casework', 'ASSESSMENT_STALE', 409);
export const REPORT_NOT_HERE = defineError('casework', 'REPORT_NOT_HERE', 404);

/** What can happen to an item. */
export type ItemEvent =
  | { type: 'assessed'; outcome: Outcome }
  /** One person judged; a second one is needed before it counts. */
  | { type: 'proposed' }
  /** An accusation that nothing bore out has grown too old. */
  | { type: 'expired' }
  | { type: 'notice-sent' }
  /** A provider's objection to the judgement was found right: somebody judges anew. */
  | { type: 'judge-again' }
  | { type: 'gone' }
  | { type: 'back' }
  | { type: 'reported-again' };

/** `as-judged`: where the judgement in force left it, or, when there is none, back to the queue. */
type Target = ItemState | 'stay' | 'as-judged';

const OUTCOME_STATE: Record<Outcome, ItemState> = {
  illegal: 'illegal',
  harmful: 'harmful',
  'not-actionable': 'not-actionable',
};

/**
 * The one table of an item's life. Missing means: not allowed there.
 * A new report of content that is gone brings the item back to the queue; of content judged harmful or not actionable it
 * only counts, or a crowd could make the desk judge the same thing for ever. A proposal moves only what nobody has judged:
 * until a second person agrees, an earlier judgement stands.
 */
const TRANSITIONS: Record<
  ItemState,
  Partial<Record<Exclude<ItemEvent['type'], 'assessed'>, Target>> & { assessed: boolean }
> = {
  waiting: { assessed: true, proposed: 'proposed', expired: 'not-actionable', gone: 'gone', 'reported-again': 'stay' },
  proposed: { assessed: true, proposed: 'stay', gone: 'gone', 'reported-again': 'stay' },
  illegal: {
    assessed: true,
    proposed: 'stay',
    'notice-sent': 'asked',
    'judge-again': 'waiting',
    gone: 'gone',
    'reported-again': 'stay',
  },
  asked: {
    assessed: true,
    proposed: 'stay',
    'notice-sent': 'stay',
    'judge-again': 'waiting',
    gone: 'gone',
    'reported-again': 'stay',
  },
  gone: { assessed: false, back: 'as-judged', gone: 'stay', 'reported-again': 'waiting' },
  // A site was pointed to its own terms. Whether it acted is the notice's matter: what is lawful is not "withdrawn".
  harmful: {
    assessed: true,
    proposed: 'stay',
    'notice-sent': 'stay',
    'judge-again': 'waiting',
    gone: 'stay',
    back: 'stay',
    'reported-again': 'stay',
  },
  'not-actionable': { assessed: true, proposed: 'stay', 'reported-again': 'stay' },
};

/**
 * The state after `event`. Pure. `judged`: somebody has assessed the item before, and for `back`: a judgement that it is
 * illegal is in force. What is not held illegal can't become something that a notice is sent for by disappearing and coming
 * back. @throws CASEWORK_ITEM_TRANSITION when it can't happen there
 */
export function after(state: ItemState, event: ItemEvent, judged = false): ItemState {
  const row = TRANSITIONS[state];
  if (event.type === 'assessed') {
    if (!row.assessed) throw ITEM_TRANSITION({ state, event: event.type });
    return OUTCOME_STATE[event.outcome];
  }
  // What ended because nothing bore it out was never judged: a new report is something new, and somebody looks.
  if (event.type === 'reported-again' && state === 'not-actionable' && !judged) return 'waiting';
  const target = row[event.type];
  if (target === undefined) throw ITEM_TRANSITION({ state, event: event.type });
  if (target === 'as-judged') return judged ? 'illegal' : 'waiting';
  return target === 'stay' ? state : target;
}

export function possible(state: ItemState, event: ItemEvent): boolean {
  return event.type === 'assessed' ? TRANSITIONS[state].assessed : TRANSITIONS[state][event.type] !== undefined;
}
