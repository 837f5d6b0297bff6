import type { FastifyRequest } from 'fastify';
import type { VNode } from 'preact';
import type { Platform } from '../../platform/platform.ts';
import type { Audit } from '../audit/index.ts';
import type { Casework } from '../casework/index.ts';
import type { Country } from '../country/index.ts';
import type { Identity } from '../identity/index.ts';
import type { Retention } from '../retention/index.ts';
import type { Takedown } from '../takedown/index.ts';
import { createAlerts } from './alert.handler.ts';
import { createAppeals } from './appeal/appeals.ts';
import { createDecisions } from './entry/decisions.ts';
import { createEvidence } from './entry/evidence.ts';
import { createProposals } from './entry/proposals.ts';
import { createEntryStore } from './entry/store.ts';
import type { TargetKind } from './entry/target.ts';
import { watchEntries } from './entry/watch.ts';
import { createFeed } from './feed/feed.ts';
import { createFeedFiles } from './feeds/service.ts';
import { deskPanel } from './http/desk.routes.tsx';
import { createPublicLog } from './log/public-log.ts';
import { createPartners } from './partners/partners.ts';
import { registerRetention } from './retention.ts';
import { tables } from './schema.ts';
import { ZONE_KINDS } from './zones/names.ts';
import { createRebase } from './zones/rebase.ts';

export { compileNeverBlock, type NeverBlock } from './entry/never-block.ts';
export type { Basis } from './entry/refusal.ts';
export { covers, defanged, type TargetKind } from './entry/target.ts';
export { feedChanged } from './events.ts';
export { createFeed, type Feed, type FeedChange, type Listed, replay } from './feed/feed.ts';
export { feedRoutes } from './feeds/api.routes.ts';
export { deskRoutes } from './http/desk.routes.tsx';
export { publicRoutes } from './http/public.routes.tsx';

export interface BlockingDeps {
  audit: Audit;
  casework: Casework;
  country: Country;
  identity: Identity;
  takedown: Pick<Takedown, 'store'>;
  retention?: Retention;
}

/** Counting stops here: "100 and more" says enough. */
const COUNT_LIMIT = 100;

/** What the country blocks while it cannot be withdrawn: who decided it, in public, and how it comes off again. */
export function createBlocking(platform: Platform, deps: BlockingDeps) {
  const { audit, country, identity } = deps;
  const store = createEntryStore(platform);
  const evidence = createEvidence(platform.config, deps);
  const feed = createFeed(platform);
  const log = createPublicLog(platform);
  const proposals = createProposals(platform, { store, evidence });
  const decisions = createDecisions(platform, { country, store, evidence, feed, log });
  const alert = createAlerts(platform, { identity, zone: country.pack().pack.zone });
  const appeals = createAppeals(platform, { country, store, evidence, decisions, log, alert });
  watchEntries(platform, { country, store, evidence, proposals, decisions, alert });
  if (deps.retention) registerRetention(deps.retention);

  const service = {
    platform,
    audit,
    country,
    identity,
    casework: deps.casework,
    takedown: deps.takedown,
    store,
    evidence,
    /** What resolvers, zones and every other feed read. */
    feed,
    /** The list as files and hashes, for organisations whose systems take no zones. */
    feedFiles: createFeedFiles(platform, feed),
    log,
    proposals,
    decisions,
    appeals,
    /** Internet providers that fetch the zones. */
    partners: createPartners(platform, { identity }),
    /** Bringing the large zones up to date by day. */
    rebase: createRebase(platform),

    /** Entries in force of kinds that no zone can say, counted. */
    async zoneless(): Promise<{ kind: TargetKind; entries: number }[]> {
      return tables(platform.db)
        .selectFrom('blocking.entry')
        .select((eb) => ['kind', eb.fn.countAll<number>().as('entries')])
        .where('state', '=', 'released')
        .where('kind', 'not in', [...ZONE_KINDS])
        .groupBy('kind')
        .orderBy('kind')
        .execute();
    },

    /** What waits for a person: proposals, approvals, what is suspended, appeals; at most 100. */
    async waitingCount(): Promise<number> {
      const entries = await tables(platform.db)
        .selectFrom('blocking.entry')
        .select('id')
        .where('state', 'in', ['proposed', 'approved', 'suspended'])
        .limit(COUNT_LIMIT)
        .execute();
      const waiting = await tables(platform.db)
        .selectFrom('blocking.appeal')
        .select('id')
        .where('state', '=', 'waiting')
        .limit(COUNT_LIMIT)
        .execute();
      return Math.min(COUNT_LIMIT, entries.length + waiting.length);
    },

    /** What is blocked of an item and the way to a proposal, for casework's page; undefined for who may not see it. */
    blockingPanel: (item: string, req: FastifyRequest): Promise<VNode | undefined> => deskPanel(service, item, req),
  };
  return service;
}
export type Blocking = ReturnType<typeof createBlocking>;
