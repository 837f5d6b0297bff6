import { addDays, instantOf, minutesOf, weekdayOf } from './local-time.ts';
import type { Calendar, Week } from './pack-schema.ts';

/** A stretch of time, from inclusive, to exclusive. */
export interface Span {
  from: Date;
  to: Date;
}

/** The name of the holiday on a local date, or undefined on an ordinary day. */
export function holidayOn(calendar: Calendar, date: string): Calendar['fixedHolidays'][number]['name'] | undefined {
  const fixed = calendar.fixedHolidays.find((h) => h.day === date.slice(5) && h.validFrom <= date);
  if (fixed) return fixed.name;
  const religious = calendar.religiousHolidays.find((h) => h.date <= date && date < addDays(h.date, h.days));
  return religious ? calendar.religiousHolidayNames[religious.kind] : undefined;
}

export function isRamadan(calendar: Calendar, date: string): boolean {
  return calendar.ramadan.some((r) => r.first <= date && date <= r.last);
}

/** The spans that begin on a local date. An interval that ends at or before its beginning ends on the next day. */
export function spansOfDay(week: Week, date: string, zone: string): Span[] {
  const spans: Span[] = [];
  for (const [from, to] of week[weekdayOf(date)] ?? []) {
    const start = minutesOf(from);
    const end = minutesOf(to);
    const span = { from: instantOf(date, start, zone), to: instantOf(date, end <= start ? end + 1440 : end, zone) };
    if (span.to > span.from) spans.push(span);
  }
  return merge(spans);
}

/** Sorts spans and joins those that touch or overlap, so that no minute counts twice. */
export function merge(spans: readonly Span[]): Span[] {
  const sorted = [...spans].sort((a, b) => a.from.getTime() - b.from.getTime());
  const merged: Span[] = [];
  for (const span of sorted) {
    const last = merged.at(-1);
    if (!last || span.from > last.to) merged.push({ ...span });
    else if (span.to > last.to) last.to = span.to;
  }
  return merged;
}
