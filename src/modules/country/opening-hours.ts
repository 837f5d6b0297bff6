import { holidayOn, isRamadan, merge, type Span, spansOfDay } from './intervals.ts';
import { addDays, localTime } from './local-time.ts';
import type { Calendar, OpeningHours } from './pack-schema.ts';

/** Longest stretch looked through for the next opening; a week with holidays around it fits easily. */
const HORIZON_DAYS = 21;

/** When the hours say "open", around `now`: from the day before (a night shift) to the horizon. */
function spansAround(
  hours: Extract<OpeningHours, { kind: 'weekly' }>,
  calendar: Calendar,
  now: Date,
  days: number,
): Span[] {
  const today = localTime(now, calendar.zone).date;
  const spans: Span[] = [];
  for (let i = -1; i <= days; i += 1) {
    const date = addDays(today, i);
    if (hours.holidays === 'closed' && holidayOn(calendar, date)) continue;
    const week = hours.ramadanWeek && isRamadan(calendar, date) ? hours.ramadanWeek : hours.week;
    spans.push(...spansOfDay(week, date, calendar.zone));
  }
  return merge(spans);
}

const contains = (span: Span, at: Date): boolean => span.from <= at && at < span.to;

/** Whether the line answers now; null when nobody has told us its hours. */
export function openNow(hours: OpeningHours | null, calendar: Calendar, now: Date): boolean | null {
  if (hours === null) return null;
  if (hours.kind === 'always') return true;
  return spansAround(hours, calendar, now, 0).some((s) => contains(s, now));
}

/** The next instant at which a closed line opens; null when it is open, never closes, or its hours are unknown. */
export function nextOpening(hours: OpeningHours | null, calendar: Calendar, now: Date): Date | null {
  if (hours === null || hours.kind === 'always') return null;
  const spans = spansAround(hours, calendar, now, HORIZON_DAYS);
  if (spans.some((s) => contains(s, now))) return null;
  return spans.find((s) => s.from > now)?.from ?? null;
}

/** The instant at which an open line closes; null when it is closed, never closes, or its hours are unknown. */
export function closesAt(hours: OpeningHours | null, calendar: Calendar, now: Date): Date | null {
  if (hours === null || hours.kind === 'always') return null;
  const open = spansAround(hours, calendar, now, HORIZON_DAYS).find((s) => contains(s, now));
  const end = open?.to ?? null;
  // Open round the clock by a weekly table: the last span ends only where we stopped looking.
  return end && end.getTime() - now.getTime() > (HORIZON_DAYS - 2) * 86_400_000 ? null : end;
}
