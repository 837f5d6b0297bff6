import type { CategoryId } from '../../country/index.ts';
import type { Visibility } from '../../reporting/index.ts';
import { NOTICE_TRANSITION } from '../errors.ts';

export const NOTICE_STATES = [
  /** Waits for the police, the reporter, or both. */
  'held',
  /** Being traced: who can act? */
  'tracing',
  /** Nobody found; a person looks for a contact. */
  'no-contact',
  /** The provider takes forms only: a person copies the prepared text. */
  'by-hand',
  /** To go with the next letter to its contact. */
  'queued',
  'sent',
  /** Refused for good, or not delivered within a day. */
  'failed',
  'received',
  /** The provider says that it removed the content; our own checks decide. */
  'removed',
  'disputed',
  /** The content is gone. */
  'closed',
  /** Was not sent and will not be. */
  'cancelled',
  /** Was sent and no longer stands. */
  'taken-back',
] as const;
export type NoticeState = (typeof NOTICE_STATES)[number];

export const NOTICE_EVENTS = [
  'released',
  /** Somebody new says that few can see it, before anything went out. */
  'held-again',
  'mail-chosen',
  'form-chosen',
  'api-chosen',
  'nobody-found',
  'accepted',
  'refused',
  'retry',
  'sent-by-hand',
  'says-received',
  'says-removed',
  'disagrees',
  /** Asked for time, and got it. */
  'granted-time',
  'upheld',
  'withdrawn',
  'gone',
  'not-illegal',
  /** Judged anew, otherwise: another notice takes its place. */
  'replaced',
] as const;
export type NoticeEvent = (typeof NOTICE_EVENTS)[number];

/** What ends a notice before it went out, and after. */
const UNWANTED = { gone: 'closed', 'not-illegal': 'cancelled', replaced: 'cancelled' } as const;
/** What changes a notice that is ready, or nearly, and has not gone out. */
const UNSENT_YET = { ...UNWANTED, 'held-again': 'held' } as const;
const OUT = { gone: 'closed', 'not-illegal': 'taken-back' } as const;

/**
 * The one table of a notice's life. Missing means: not allowed there.
 * The only ways into `sent` are through `queued`, `failed` (it arrived after all) and `by-hand`, and the only way on from
 * `held` is `released`; only what was under way in the moment in which it was held again may prove to have been sent.
 */
export const TRANSITIONS: Readonly<Record<NoticeState, Readonly<Partial<Record<NoticeEvent, NoticeState>>>>> = {
  held: { released: 'tracing', accepted: 'sent', 'sent-by-hand': 'sent', ...UNSENT_YET },
  tracing: {
    'mail-chosen': 'queued',
    'api-chosen': 'queued',
    'form-chosen': 'by-hand',
    'nobody-found': 'no-contact',
    ...UNSENT_YET,
  },
  'no-contact': { 'mail-chosen': 'queued', 'api-chosen': 'queued', 'form-chosen': 'by-hand', ...UNSENT_YET },
  'by-hand': {
    'mail-chosen': 'queued',
    'api-chosen': 'queued',
    'form-chosen': 'by-hand',
    'sent-by-hand': 'sent',
    ...UNSENT_YET,
  },
  queued: { accepted: 'sent', refused: 'failed', ...UNSENT_YET },
  failed: {
    accepted: 'sent',
    retry: 'queued',
    'mail-chosen': 'queued',
    'api-chosen': 'queued',
    'form-chosen': 'by-hand',
    ...UNSENT_YET,
  },
  sent: {
    accepted: 'sent',
    'says-received': 'received',
    'says-removed': 'removed',
    disagrees: 'disputed',
    'granted-time': 'received',
    ...OUT,
  },
  received: {
    accepted: 'received',
    'says-received': 'received',
    'says-removed': 'removed',
    disagrees: 'disputed',
    'granted-time': 'received',
    ...OUT,
  },
  removed: { accepted: 'removed', 'says-removed': 'removed', disagrees: 'disputed', ...OUT },
  disputed: {
    accepted: 'disputed',
    'says-removed': 'removed',
    upheld: 'received',
    withdrawn: 'taken-back',
    ...OUT,
  },
  // A mail may be under way in the moment in which it stops being wanted: the truth is then that it was sent.
  closed: { accepted: 'closed' },
  cancelled: { accepted: 'taken-back' },
  'taken-back': {},
};

/** The state after `event`. Pure. @throws TAKEDOWN_NOTICE_TRANSITION when it can't happen there */
export function after(state: NoticeState, event: NoticeEvent): NoticeState {
  const next = TRANSITIONS[state][event];
  if (next === undefined) throw NOTICE_TRANSITION({ state, event });
  return next;
}

export const possible = (state: NoticeState, event: NoticeEvent): boolean => TRANSITIONS[state][event] !== undefined;

/** Not out yet: what is asked may still be changed. */
export const UNSENT: readonly NoticeState[] = ['held', 'tracing', 'no-contact', 'by-hand', 'queued', 'failed'];
/** Perhaps out: whoever answers by the signed link proves that it is. Held, when it was held again on its way. */
export const MAY_BE_OUT: readonly NoticeState[] = ['queued', 'failed', 'by-hand', 'held'];
/** Out, and stands. */
export const STANDING_OUT: readonly NoticeState[] = ['sent', 'received', 'removed', 'disputed'];
export const LIVE: readonly NoticeState[] = [...UNSENT, ...STANDING_OUT];
/** A person has to do something. */
export const NEEDS_PERSON: readonly NoticeState[] = ['failed', 'no-contact', 'disputed', 'by-hand', 'held'];

export type HoldKind = 'police' | 'reporter';
export type HoldDecision = 'release' | 'keep';

/** Who may see it is so rare that a notice could give the reporter away. */
export const fewCanSee = (visibility: Visibility): boolean => visibility === 'reporter-only' || visibility === 'few';

/** What must be settled before anybody outside is told. */
export function holdsFor(category: { policeHold: boolean }, visibility: Visibility): HoldKind[] {
  const holds: HoldKind[] = [];
  if (category.policeHold) holds.push('police');
  if (fewCanSee(visibility)) holds.push('reporter');
  return holds;
}

export interface Hold {
  kind: HoldKind;
  preservation_at: Date | null;
  decision: HoldDecision | null;
}

/** Evidence first: the police's word alone lets nothing out before preservation is recorded. */
export const mayRelease = (hold: Hold): boolean => hold.kind === 'reporter' || hold.preservation_at !== null;

export const isReleased = (holds: readonly Hold[]): boolean =>
  holds.every((hold) => hold.decision === 'release' && mayRelease(hold));

/** Where the site's owner may be the one who does it: writing to them would be a warning. */
const AVOID_SITE: ReadonlySet<CategoryId> = new Set([
  'sextortion',
  'image-abuse',
  'grooming',
  'trafficking',
  'csam',
  'pornography',
]);
export const avoidsSite = (category: CategoryId): boolean => AVOID_SITE.has(category);

const FIRST_DELAY_MS = 5_000;
const LONGEST_DELAY_MS = 30 * 60_000;
/** About a day with these delays. */
export const MAX_ATTEMPTS = 56;

/** Wait after the `attempts`-th failure, in milliseconds: 5 s, doubled each time, half an hour at most. */
export const retryDelay = (attempts: number): number =>
  Math.min(FIRST_DELAY_MS * 2 ** Math.min(attempts - 1, 20), LONGEST_DELAY_MS);

/**
 * What a failed hand-over means. 5xx is the receiver's last word (RFC 5321 §4.2.1), except where it is about our own
 * sign-in; anything else may pass.
 */
export function mailFailure(error: unknown): 'later' | 'never' {
  const { responseCode, code } = (error ?? {}) as { responseCode?: unknown; code?: unknown };
  if (code === 'EAUTH') return 'later';
  return typeof responseCode === 'number' && responseCode >= 500 ? 'never' : 'later';
}
