import { HOLD_TRANSITION } from './errors.ts';

/** Why a record may not be deleted: an authority asked to preserve it, or proceedings need it. */
export const HOLD_KINDS = ['preservation', 'legal'] as const;
export type HoldKind = (typeof HOLD_KINDS)[number];

export const HOLD_STATES = [
  'open',
  /** A person ended it, with a reason. */
  'released',
  /** A preservation request ran out without being renewed. */
  'expired',
] as const;
export type HoldState = (typeof HOLD_STATES)[number];

export const HOLD_EVENTS = ['extended', 'released', 'ran-out'] as const;
export type HoldEvent = (typeof HOLD_EVENTS)[number];

/** The one table of a hold's life. Missing means: not allowed there. Who needs the record again asks again. */
export const TRANSITIONS: Readonly<Record<HoldState, Readonly<Partial<Record<HoldEvent, HoldState>>>>> = {
  open: { extended: 'open', released: 'released', 'ran-out': 'expired' },
  released: {},
  expired: {},
};

/** The state after `event`. Pure. @throws RETENTION_HOLD_TRANSITION when it can't happen there */
export function after(state: HoldState, event: HoldEvent): HoldState {
  const next = TRANSITIONS[state][event];
  if (next === undefined) throw HOLD_TRANSITION({ state });
  return next;
}

/** Whether a hold stops the retention clock at `now`: a request that has run out stops nothing, swept or not. */
export const stops = (hold: { state: HoldState; until: Date | null }, now: Date): boolean =>
  hold.state === 'open' && (hold.until === null || hold.until > now);

/**
 * The instant before which a record must have come to its end to be due now: `months` calendar months back. The 31st of
 * a month that is shorter counts as its last day, so that nothing is due early.
 */
export function dueBefore(now: Date, months: number): Date {
  const first = new Date(
    Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - months, 1, now.getUTCHours(), now.getUTCMinutes()),
  );
  const last = new Date(Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + 1, 0)).getUTCDate();
  first.setUTCDate(Math.min(now.getUTCDate(), last));
  first.setUTCSeconds(now.getUTCSeconds(), now.getUTCMilliseconds());
  return first;
}
