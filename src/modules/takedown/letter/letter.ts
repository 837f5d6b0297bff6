import type { CategoryId, NoticeRules, Urgency } from '../../country/index.ts';
import { LETTER_TRANSITION } from '../errors.ts';
import type { LetterRow, NoticeRow } from '../schema.ts';

export const LETTER_STATES = [
  /** Waits for more notices to the same contact. */
  'gathering',
  /** Tried at least once; its list only shrinks. */
  'trying',
  'sent',
  /** Refused for good, or not delivered in all its tries. */
  'failed',
  /** Nothing is left in it to be said. */
  'closed',
] as const;
export type LetterState = (typeof LETTER_STATES)[number];

export const LETTER_EVENTS = ['tried', 'accepted', 'refused', 'resumed', 'emptied'] as const;
export type LetterEvent = (typeof LETTER_EVENTS)[number];

/**
 * The one table of a letter's life. The only way into `sent` is through `trying`, or by proof that a try which seemed to
 * have failed arrived after all. `resumed` is for notices that left a letter nobody ever received and want to go again:
 * under its Message-ID, not under a second one.
 */
export const LETTER_TRANSITIONS: Readonly<Record<LetterState, Readonly<Partial<Record<LetterEvent, LetterState>>>>> = {
  gathering: { tried: 'trying', emptied: 'closed' },
  trying: { tried: 'trying', accepted: 'sent', refused: 'failed', emptied: 'closed' },
  sent: { accepted: 'sent' },
  failed: { accepted: 'sent', resumed: 'trying' },
  closed: { accepted: 'sent', resumed: 'trying' },
};

/** The state after `event`. Pure. @throws TAKEDOWN_LETTER_TRANSITION when it can't happen there */
export function letterAfter(state: LetterState, event: LetterEvent): LetterState {
  const next = LETTER_TRANSITIONS[state][event];
  if (next === undefined) throw LETTER_TRANSITION({ state, event });
  return next;
}

/** `request` asks for something; `taken-back` says that it no longer stands. */
export type LetterKind = 'request' | 'taken-back';

/** When letters go; see `country/<id>/notices.json`. */
export type LetterRule = Pick<NoticeRules, 'urgent' | 'grouping' | 'window'>;

/** What notices must have in common to be in one letter. */
export type LetterKey = Pick<
  LetterRow,
  'kind' | 'contact' | 'channel' | 'language' | 'purpose' | 'again' | 'urgent' | 'provider' | 'provider_name'
>;

/** Danger, and what the police kept back and released, waits for nothing. Pure. */
export const isUrgent = (category: { urgency: Urgency; policeHold: boolean }, rule: LetterRule): boolean =>
  category.policeHold || rule.urgent.includes(category.urgency);

/** Whether a letter can carry this notice as it is addressed now. Pure. */
export const fits = (letter: LetterRow, notice: NoticeRow): boolean =>
  letter.contact === notice.contact &&
  letter.channel === notice.channel &&
  letter.language === notice.language &&
  letter.purpose === notice.purpose;

/** Seconds that a letter waits for more notices, from its first one on. Pure. */
export function waitSeconds(letter: Pick<LetterKey, 'kind' | 'channel' | 'urgent'>, known: boolean, rule: LetterRule) {
  const { grouping } = rule;
  if (letter.kind === 'taken-back') return grouping.takenBack;
  if (letter.urgent) return grouping.urgent;
  if (letter.channel === 'api') return grouping.api;
  return known ? grouping.knownContact : grouping.newContact;
}

/** Machines and dangers know no office hours. Pure. */
export const knowsHours = (letter: Pick<LetterKey, 'channel' | 'urgent'>, rule: LetterRule): boolean =>
  rule.window === 'working-time' && !letter.urgent && letter.channel === 'mail';

/** Categories for which the sender need not be named are told apart by data; the type is only for the reader. */
export const namesSender = (category: CategoryId, unnamedFor: readonly string[]): boolean =>
  !unnamedFor.includes(category);
