import type { Clock } from '../../../platform/clock.ts';
import type { Egress } from '../../../platform/egress/index.ts';
import { askRdapAt, type RdapAnswer } from './rdap.ts';

export interface RdapClient {
  /** The answer, and when the server gave it: one from the cache keeps its time. */
  ask(egress: Egress, via: string): Promise<RdapAnswer & { at: Date }>;
}

export interface RdapClientOptions {
  clock: Clock;
  /** How long a word of a registry is taken for true, in milliseconds. Default 12 h. */
  keepMs?: number;
  /** Answers kept at most. */
  most?: number;
}

const HOUR = 3_600_000;

/**
 * Remembers what registries said, so that a hundred addresses of one host are one question, and leaves a server alone
 * that says so (429 or 503 with Retry-After). Between two questions to one host waits the guarded way out itself.
 * Failures are never remembered.
 */
export function createRdapClient(options: RdapClientOptions): RdapClient {
  const { clock, keepMs = 12 * HOUR, most = 5_000 } = options;
  const kept = new Map<string, RdapAnswer & { at: Date }>();
  const asked = new Map<string, Promise<RdapAnswer & { at: Date }>>();
  const resting = new Map<string, number>();

  async function really(egress: Egress, via: string): Promise<RdapAnswer & { at: Date }> {
    const at = clock.now();
    const server = new URL(via).host;
    if ((resting.get(server) ?? 0) > at.getTime()) return { outcome: 'failed', via, reason: 'asked-to-wait', at };
    const answer = { ...(await askRdapAt(egress, via, at)), at };
    if (answer.outcome === 'failed') {
      if (answer.restMs !== undefined) resting.set(server, at.getTime() + answer.restMs);
      return answer;
    }
    kept.delete(via);
    kept.set(via, answer);
    // The oldest goes first: a map keeps the order of insertion.
    const [oldest] = kept.keys();
    if (kept.size > most && oldest !== undefined) kept.delete(oldest);
    return answer;
  }

  return {
    async ask(egress, via) {
      const known = kept.get(via);
      if (known && clock.now().getTime() - known.at.getTime() < keepMs) return known;
      const running = asked.get(via);
      if (running) return running;
      const answer = really(egress, via).finally(() => asked.delete(via));
      asked.set(via, answer);
      return answer;
    },
  };
}
