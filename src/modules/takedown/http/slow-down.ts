import type { Clock } from '../../../platform/clock.ts';
import { TOO_OFTEN } from '../errors.ts';

const HOUR_MS = 3_600_000;
const REMEMBERED = 10_000;

/**
 * So many answers by one link within an hour, then a pause: pages are answered by people. Counted by link in this process;
 * no address is kept. The function throws TAKEDOWN_TOO_OFTEN.
 */
export function createSlowDown(clock: Clock, perHour: number): (link: string) => void {
  const recent = new Map<string, number[]>();
  return (link) => {
    const now = clock.now().getTime();
    const times = (recent.get(link) ?? []).filter((at) => now - at < HOUR_MS);
    if (times.length >= perHour) throw TOO_OFTEN();
    recent.delete(link);
    recent.set(link, [...times, now]);
    if (recent.size > REMEMBERED) recent.delete(recent.keys().next().value as string);
  };
}
