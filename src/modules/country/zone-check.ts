import { offsetAt } from './local-time.ts';
import type { Calendar } from './pack-schema.ts';

const MINUTE = 60_000;
const YEAR = 365 * 24 * 60 * MINUTE;

/**
 * Where the zone data of this machine and the country's own clock rows disagree. Zone data lags behind decrees, and a
 * clock that is an hour wrong would say that a closed line is open. Each sentence names the instant and both offsets.
 */
export function zoneDisagreements(calendar: Calendar): string[] {
  const problems: string[] = [];
  const known = calendar.clockKnownFrom.getTime();
  calendar.clock.forEach((row, i) => {
    const next = calendar.clock[i + 1]?.from.getTime();
    const start = Math.max(row.from.getTime(), known);
    const end = next === undefined ? start + 3 * YEAR : next - MINUTE;
    if (end < start) return;
    const probes = [start, end];
    // Between the ends too: zone data that still expects an old yearly change is wrong only for some weeks.
    for (let t = start; t < end; t += 7 * 24 * 60 * MINUTE) probes.push(t);
    const wrong = probes
      .sort((a, b) => a - b)
      .find((t) => offsetAt(new Date(t), calendar.zone) !== row.offsetMinutes * MINUTE);
    if (wrong === undefined) return;
    const offset = offsetAt(new Date(wrong), calendar.zone) / MINUTE;
    problems.push(
      `${calendar.zone} at ${new Date(wrong).toISOString()}: the zone data say UTC${signed(offset)}, the calendar says UTC${signed(row.offsetMinutes)} (${row.reason})`,
    );
  });
  return problems;
}

function signed(minutes: number): string {
  const abs = Math.abs(minutes);
  return `${minutes < 0 ? '-' : '+'}${String(Math.floor(abs / 60)).padStart(2, '0')}:${String(abs % 60).padStart(2, '0')}`;
}
