import { TRANSITION } from './errors.ts';

export const STATES = ['new', 'taken', 'waiting-for-reporter', 'waiting-for-us', 'closing', 'closed'] as const;
/**
 * `new`: nobody has taken it yet. `taken`: somebody has it and owes an answer. `waiting-for-us`: the reporter wrote, or it
 * was given back, and no one's answer is on the way. `closing`: the closing letter is being written.
 */
export type ConversationState = (typeof STATES)[number];

export const EVENTS = [
  'message',
  'take',
  'hand-over',
  'pass-back',
  'answer',
  'answer-partly',
  'begin-closing',
  'keep-open',
  'close',
] as const;
/** `answer-partly`: staff wrote, but there is something of the reporter's that nobody had read by then. */
export type ConversationEvent = (typeof EVENTS)[number];

/** States in which the reporter waits for us. */
export const WAITING: readonly ConversationState[] = ['new', 'taken', 'waiting-for-us'];
export const waitsForUs = (state: ConversationState): boolean => WAITING.includes(state);

/**
 * The one table of a conversation's life; missing means: not allowed there. A message of the reporter is allowed
 * everywhere and always leaves the conversation waiting for us: nothing that was taken in can be lost by a state.
 */
const TABLE: Record<ConversationState, Partial<Record<ConversationEvent, ConversationState>>> = {
  new: {
    message: 'new',
    take: 'taken',
    'hand-over': 'taken',
    answer: 'waiting-for-reporter',
    'answer-partly': 'waiting-for-us',
  },
  taken: {
    message: 'waiting-for-us',
    take: 'taken',
    'hand-over': 'taken',
    'pass-back': 'waiting-for-us',
    answer: 'waiting-for-reporter',
    'answer-partly': 'waiting-for-us',
    'begin-closing': 'closing',
  },
  'waiting-for-us': {
    message: 'waiting-for-us',
    take: 'taken',
    'hand-over': 'taken',
    'pass-back': 'waiting-for-us',
    answer: 'waiting-for-reporter',
    'answer-partly': 'waiting-for-us',
    'begin-closing': 'closing',
  },
  'waiting-for-reporter': {
    message: 'waiting-for-us',
    take: 'waiting-for-reporter',
    'hand-over': 'waiting-for-reporter',
    'pass-back': 'waiting-for-reporter',
    answer: 'waiting-for-reporter',
    'answer-partly': 'waiting-for-us',
    'begin-closing': 'closing',
  },
  closing: {
    message: 'waiting-for-us',
    answer: 'waiting-for-reporter',
    'answer-partly': 'waiting-for-us',
    'keep-open': 'taken',
    close: 'closed',
  },
  closed: { message: 'waiting-for-us', answer: 'waiting-for-reporter', 'answer-partly': 'waiting-for-us' },
};

/** The state after `event`. Pure. @throws HELPLINE_TRANSITION when it can't happen there */
export function after(state: ConversationState, event: ConversationEvent): ConversationState {
  const next = TABLE[state][event];
  if (next === undefined) throw TRANSITION({ state, event });
  return next;
}

export const possible = (state: ConversationState, event: ConversationEvent): boolean =>
  TABLE[state][event] !== undefined;
