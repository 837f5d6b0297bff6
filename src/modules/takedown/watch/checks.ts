import { createHash } from 'node:crypto';
import { type Db, transaction } from '../../../platform/db.ts';
import {
  createDnsResolver,
  type DnsResolver,
  type EgressResult,
  type Vantage,
} from '../../../platform/egress/index.ts';
import type { Platform } from '../../../platform/platform.ts';
import {
  afterClosing,
  type CheckRecord,
  type CheckRule,
  type CheckState,
  type Classification,
  classify,
  decideClosing,
  type Fingerprint,
  fingerprintOf,
  lookAt,
  nextCheckDelay,
  type Observation,
} from '../check/index.ts';
import { baselineOf, type LookFacts, type WatchRow } from '../schema.ts';
import type { NetworkTable } from '../tracing/index.ts';
import { traceMoved } from './moved.job.ts';
import { type Outcomes, questionable, reopened } from './outcomes.ts';
import { meaningAfterClosing, nextAfterClosing, type Rules } from './rule.ts';
import type { WatchStore } from './watch-store.ts';

/**
 * Looks at the same time in one process. Most of a look is waiting (for the site, for the politeness between two requests to
 * it), so many go side by side; not more, because each may hold a few bodies of 5 MiB in memory.
 */
const PARALLEL = 32;
/** Claimed with one statement when that many more can be looked at. */
const BATCH = 8;
/** A tick begins no look after this long, in milliseconds: a stop waits for those under way only. */
const TICK_MS = 15_000;

export interface CheckNeeds {
  watches: WatchStore;
  outcomes: Outcomes;
  rules: Rules;
  networks: NetworkTable;
  vantages: readonly [Vantage, ...Vantage[]];
  /** Told of every look that counted, after it was written: where the address led is casework's. */
  looked(item: string, observation: Observation, verdict: Classification): Promise<void>;
}

type Claimed = WatchRow & { lease: string };

/** Somebody else has taken over, or the watch was stopped: this look no longer counts. */
class LeaseLost extends Error {}

/** The vantage whose turn it is, then the others. */
export function turned<T>(all: readonly [T, ...T[]], turn: number): [T, ...T[]] {
  const start = turn % all.length;
  return [...all.slice(start), ...all.slice(0, start)] as [T, ...T[]];
}

function outcomeOf(page: EgressResult): Record<string, string | number> {
  switch (page.kind) {
    case 'response':
      return { kind: page.kind, status: page.status, finalUrl: page.finalUrl, bytes: page.body.length, ms: page.ms };
    case 'refused':
      return { kind: page.kind, code: page.reason, ms: page.ms };
    case 'too-many-redirects':
      return { kind: page.kind, ms: page.ms };
    default:
      return { kind: page.kind, code: page.code, ms: page.ms };
  }
}

/** Media addresses kept of a look that a person has to judge. */
const MEDIA_KEPT = 8;

/** What a person judges by: kept where the answer is a question, in the measure of the fingerprint. */
function factsOf(observation: Observation, now: Fingerprint | undefined): LookFacts | undefined {
  if (!now) return undefined;
  return {
    title: now.title,
    words: now.wordCount,
    media: now.media.slice(0, MEDIA_KEPT),
    mediaCount: now.media.length,
    contentType: now.contentType,
    ...(now.size ? { size: now.size } : {}),
    ...(observation.page.kind === 'response' ? { address: observation.page.remoteAddress } : {}),
    ...(observation.asn === undefined ? {} : { asn: observation.asn }),
  };
}

/** Counters and comments do not change it; another title, other media, another place or another state do. */
function signatureOf(state: CheckState, observation: Observation, now: Fingerprint | undefined): string {
  const place = now && URL.canParse(now.finalUrl) ? new URL(now.finalUrl) : undefined;
  const seen = [state, observation.page.kind, place?.host, place?.pathname, now?.title.replace(/\d+/g, ''), now?.media];
  return createHash('sha256').update(JSON.stringify(seen)).digest('hex').slice(0, 32);
}

/** What is kept of a look besides its verdict: no content. */
const detailOf = (observation: Observation) => ({
  ...outcomeOf(observation.page),
  ...(observation.elsewhere
    ? { elsewhere: observation.elsewhere.map((e) => ({ vantage: e.vantage, ...outcomeOf(e.page) })) }
    : {}),
});

/** Scheduled looks at reported addresses until they are really gone, and for some time after. */
export function createChecks(platform: Platform, needs: CheckNeeds) {
  const { db, clock, random, log, config, jobs } = platform;
  const { watches, outcomes, rules, networks, vantages } = needs;
  // "This name does not exist" needs two witnesses: each configured server is one.
  const resolvers: DnsResolver[] = (config.egress.dnsServers ?? []).map((server) => createDnsResolver([server]));
  const asnOf = async (address: string) => (await networks.lookUp(address)).asn;

  async function write(
    tx: Db,
    watch: Claimed,
    observation: Observation,
    verdict: Classification,
    rule: CheckRule,
  ): Promise<void> {
    const record: CheckRecord = { at: observation.at, state: verdict.state, vantage: observation.vantage };
    const now = clock.now();
    const baseline = baselineOf(watch);
    const print = observation.page.kind === 'response' ? fingerprintOf(observation.page) : undefined;
    const signature = signatureOf(record.state, observation, print);
    const asks = questionable(record.state);
    const since = asks ? (watch.last_signature === signature ? (watch.doubt_since ?? now) : now) : null;
    const change: Partial<WatchRow> = {
      looks: watch.looks + 1,
      last_state: verdict.state,
      last_look_at: record.at,
      last_signature: signature,
      doubt_since: since,
    };
    if (!baseline && verdict.state === 'up-same' && observation.page.kind === 'response')
      change.baseline = JSON.stringify(
        fingerprintOf(observation.page, observation.asn === undefined ? {} : { asn: observation.asn }),
      );

    if (watch.state === 'open') {
      const history = [...(await watches.history(tx, watch.item, watch.round)), record];
      if (decideClosing(history, rule) === 'gone') {
        await outcomes.gone(tx, watch.item, watch.round, 'machine', 'system');
        Object.assign(change, {
          state: 'gone',
          closed_at: now,
          closed_by: 'system',
          looks_since_closing: 0,
          next_check_at: nextAfterClosing(now, 0, rule, now),
        } satisfies Partial<WatchRow>);
      } else
        change.next_check_at = new Date(now.getTime() + (nextCheckDelay(history, rule, random) ?? rule.intervalMs));
    } else {
      const meaning = meaningAfterClosing(afterClosing(record.state), record, baseline !== undefined);
      if (meaning === 'reappeared') {
        await outcomes.back(tx, watch.item, watch.round + 1, 'system');
        Object.assign(change, reopened(watch.round + 1, now), {
          next_check_at: new Date(now.getTime() + rule.intervalMs),
        });
      } else {
        const done = watch.looks_since_closing + 1;
        change.looks_since_closing = done;
        change.next_check_at = nextAfterClosing(watch.closed_at ?? now, done, rule, now);
      }
    }
    await watches.addCheck(tx, {
      item: watch.item,
      round: change.round ?? watch.round,
      at: record.at,
      vantage: record.vantage,
      state: record.state,
      reasons: verdict.reasons,
      detail: { ...detailOf(observation), ...(asks ? { facts: factsOf(observation, print) } : {}) },
    });
    const moved = verdict.state === 'moved-host' && observation.asn !== undefined && observation.asn !== watch.moved_to;
    if (moved && (change.state ?? watch.state) === 'open') {
      change.moved_to = observation.asn ?? null;
      await jobs.enqueue(tx, traceMoved, { item: watch.item }, { key: `takedown.moved:${watch.item}` });
    }
    if (!(await watches.finish(tx, watch, change))) throw new LeaseLost();
  }

  async function look(watch: Claimed, rule: CheckRule): Promise<void> {
    const baseline = baselineOf(watch);
    const observation = await lookAt(watch.url, {
      vantages: turned(vantages, watch.looks),
      resolvers,
      clock,
      random,
      asnOf,
      ...(baseline ? { baseline } : {}),
    });
    const verdict = classify(observation);
    try {
      await transaction(db, (tx) => write(tx, watch, observation, verdict, rule));
      await needs.looked(watch.item, observation, verdict);
    } catch (error) {
      if (!(error instanceof LeaseLost)) throw error;
      log.info({ item: watch.item }, 'a look was overtaken and is not counted');
    }
  }

  return async (): Promise<void> => {
    const running = new Set<Promise<void>>();
    const until = performance.now() + TICK_MS;
    const rule = await rules.current();
    for (let more = true; more || running.size > 0; ) {
      if (more && running.size <= PARALLEL - BATCH) {
        const due = await watches.claim(db, clock.now(), PARALLEL - running.size);
        for (const watch of due) {
          // One address that can't be looked at must not stop the others; its lease runs out and it is tried again.
          const looking = look(watch, rule)
            .catch((err: unknown) => log.error({ err, item: watch.item }, 'look failed'))
            .finally(() => running.delete(looking));
          running.add(looking);
        }
        more = due.length > 0 && performance.now() < until;
      } else if (running.size > 0) await Promise.race(running);
    }
  };
}
