/*
 * What protects those who look: pure rules over what is counted. A rule refuses looking and nothing else.
 */

export interface WellbeingRule {
  shift: { seconds: number; items: number; hours: number };
  breakAfter: { seconds: number; items: number; minutes: number };
  night: { from: string; to: string; categories: readonly string[] };
}

/** How much somebody has looked: in this shift, and in one go since the last break. */
export interface Stand {
  shiftStartedAt: Date;
  shiftMs: number;
  shiftLooks: number;
  goMs: number;
  goLooks: number;
  lastLookAt: Date;
  breakUntil: Date | null;
}

export type Verdict = { ok: true } | { ok: false; why: 'break' | 'shift'; until: Date } | { ok: false; why: 'alone' };

const MINUTE = 60_000;
const HOUR = 3_600_000;

const shiftEnd = (rule: WellbeingRule, stand: Stand): Date =>
  new Date(stand.shiftStartedAt.getTime() + rule.shift.hours * HOUR);

/** Whether `time` ("HH:MM" on the country's clock) lies in the night; a night goes over midnight. */
export function atNight(night: WellbeingRule['night'], time: string): boolean {
  return night.from <= night.to ? time >= night.from && time < night.to : time >= night.from || time < night.to;
}

/** The stand as it is now: a shift that is over counts no more, and whoever did not look for the time of a break had one. */
export function standAt(rule: WellbeingRule, stand: Stand | undefined, now: Date): Stand {
  const fresh = {
    shiftStartedAt: now,
    shiftMs: 0,
    shiftLooks: 0,
    goMs: 0,
    goLooks: 0,
    lastLookAt: now,
    breakUntil: null,
  };
  if (!stand || now >= shiftEnd(rule, stand)) {
    // A break that is due is taken, whatever shift it falls in.
    return stand?.breakUntil && stand.breakUntil > now ? { ...fresh, breakUntil: stand.breakUntil } : fresh;
  }
  const rested = now.getTime() - stand.lastLookAt.getTime() >= rule.breakAfter.minutes * MINUTE;
  const breakUntil = stand.breakUntil && stand.breakUntil > now ? stand.breakUntil : null;
  return { ...stand, breakUntil, ...(rested ? { goMs: 0, goLooks: 0 } : {}) };
}

/** Counts a look of `ms`. When it fills what may be looked at in one go, a break begins. */
export function looked(rule: WellbeingRule, stand: Stand | undefined, ms: number, now: Date): Stand {
  const at = standAt(rule, stand, now);
  const next = {
    ...at,
    shiftMs: at.shiftMs + ms,
    shiftLooks: at.shiftLooks + 1,
    goMs: at.goMs + ms,
    goLooks: at.goLooks + 1,
    lastLookAt: now,
  };
  const { seconds, items, minutes } = rule.breakAfter;
  if (next.goMs < seconds * 1000 && next.goLooks < items) return next;
  return { ...next, goMs: 0, goLooks: 0, breakUntil: new Date(now.getTime() + minutes * MINUTE) };
}

/** Whether somebody may look now. `others`: people on duty besides them. */
export function mayLook(
  rule: WellbeingRule,
  given: { stand: Stand | undefined; now: Date; time: string; category: string; others: number },
): Verdict {
  const stand = standAt(rule, given.stand, given.now);
  if (stand.breakUntil) return { ok: false, why: 'break', until: stand.breakUntil };
  if (stand.shiftMs >= rule.shift.seconds * 1000 || stand.shiftLooks >= rule.shift.items)
    return { ok: false, why: 'shift', until: shiftEnd(rule, stand) };
  if (given.others === 0 && rule.night.categories.includes(given.category) && atNight(rule.night, given.time))
    return { ok: false, why: 'alone' };
  return { ok: true };
}

export interface Display {
  blur: 'strong' | 'strongest';
  grey: boolean;
  mute: boolean;
  /** How long content stays clear after one press, in seconds. */
  clearSeconds: number;
}

/** What the organisation asks for, and what somebody chose where that protects more. Never less. */
export function protect(least: Display, chosen: Partial<Display> = {}): Display {
  return {
    blur: least.blur === 'strongest' || chosen.blur === 'strongest' ? 'strongest' : 'strong',
    grey: least.grey || chosen.grey === true,
    mute: least.mute || chosen.mute === true,
    clearSeconds: Math.max(1, Math.min(least.clearSeconds, chosen.clearSeconds ?? least.clearSeconds)),
  };
}
