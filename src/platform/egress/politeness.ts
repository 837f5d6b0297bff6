import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from '../random.ts';

export interface Politeness {
  /** Waits until the host may be asked again and takes that turn. */
  turn(host: string): Promise<void>;
}

const REMEMBERED = 10_000;

/**
 * Spaces out fetches to one host, with chance in the gaps so that looks do not come in a rhythm. Uses the monotonic
 * clock: it is about load on a stranger's server, not about domain time.
 * @param minGapMs least gap; up to half of it again is added
 */
export function createPoliteness(minGapMs: number, random: Random): Politeness {
  const free = new Map<string, number>();
  return {
    async turn(host) {
      if (minGapMs <= 0) return;
      const now = performance.now();
      if (free.size > REMEMBERED) for (const [known, at] of free) if (at <= now) free.delete(known);
      const start = Math.max(now, free.get(host) ?? 0);
      free.set(host, start + minGapMs + random.int(Math.ceil(minGapMs / 2) + 1));
      if (start > now) await sleep(start - now);
    },
  };
}
