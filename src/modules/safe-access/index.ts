import type { Platform } from '../../platform/platform.ts';
import type { Blocking } from '../blocking/index.ts';
import { type Country, offsetAt } from '../country/index.ts';
import type { Identity } from '../identity/index.ts';
import type { Retention } from '../retention/index.ts';
import type { Children, Contests, Devices, Explanation, Families, Networks, Pacts, Profiles, Requests } from './api.ts';
import { UNKNOWN } from './errors.ts';
import { explanationOf } from './explain.ts';
import { createBlocked } from './family/blocked.ts';
import { byTokenOf, createChildren } from './family/children.ts';
import { createContests } from './family/contests.ts';
import { createDevices } from './family/devices.ts';
import { createFamilies } from './family/families.ts';
import { createNetworks } from './family/networks.ts';
import { createPacts } from './family/pacts.ts';
import { createProfiles } from './family/profiles.ts';
import { sweepRemoved } from './family/removed.ts';
import { createRequests } from './family/requests.ts';
import { createStore } from './family/store.ts';
import { isDeviceId } from './family/tokens.ts';
import { presetsOf } from './profile/presets.ts';
import type { Band, Rules } from './profile/rules.ts';
import { siteName } from './profile/site-name.ts';
import { WallClock } from './profile/wall-clock.ts';
import { createResolver, type Resolver } from './resolver/resolver.ts';
import type { RewriteData } from './resolver/rewrites.ts';
import { registerRetention } from './retention.ts';

export {
  type Answer,
  type Blocked,
  type Children,
  type ChildView,
  type ClassRow,
  type Contest,
  type Contests,
  DEVICE_KINDS,
  type Device,
  type DeviceKind,
  type Devices,
  type Explanation,
  type Families,
  type Family,
  type Holding,
  type Networks,
  type Owner,
  type Pacts,
  type PactView,
  type Profile,
  type Profiles,
  type Request,
  type Requests,
  type Revision,
  type SchoolLine,
  type SchoolNetworks,
} from './api.ts';
export { compilePact, type PactTerms, pactTerms } from './family/pact.ts';
export { REFUSAL_REASONS, REQUEST_STATES, type RefusalReason, type RequestState } from './family/request.ts';
export {
  BANDS,
  type Band,
  BONUS_KINDS,
  CATEGORIES,
  CATEGORY_NAMES,
  type Category,
  DAYS,
  keepsFor,
  type Passing,
  type Rules,
  rules,
  type Window,
} from './profile/rules.ts';

/** Safe access, as pages see it. See api.ts for what each method does, throws and asks of the actor. */
export interface SafeAccess {
  readonly families: Families;
  readonly profiles: Profiles;
  readonly devices: Devices;
  readonly requests: Requests;
  readonly pacts: Pacts;
  readonly children: Children;
  readonly contests: Contests;
  readonly networks: Networks;
  /** The country's preset of a band: where a profile begins. */
  preset(band: Band): Rules;
  /**
   * Why a name is open or not for a device (or, without one, for everybody): the resolver's own decision, asked without a
   * query. The device's id is all it takes, as on the block page.
   */
  explain(device: string | undefined, name: string): Promise<Explanation>;
  /** What people type or paste as a site, as rules have it; undefined when it is none. `https://www.x.ma/a` is `x.ma`. */
  siteName(typed: string): string | undefined;
  /** What decides about names in this process, for DoH on the web port: `start()` it, and `stop()` ends it. */
  resolver(): Resolver;
  stop(): Promise<void>;
}

export { seedFamilies } from './demonstration.ts';
export { CHANNEL as SAFE_ACCESS_CHANNEL } from './family/store.ts';
export { dohRoutes } from './http/doh.routes.ts';
export { siteName } from './profile/site-name.ts';
export { createResolver, type Resolver, resolverFolder } from './resolver/resolver.ts';
export type { RewriteData, RewriteMap } from './resolver/rewrites.ts';
export { startDnsRole } from './resolver/role.ts';
export { metricsText } from './resolver/status.ts';
export { appealPath, closedPath } from './resolver/verdicts.ts';

export interface SafeAccessDeps {
  country: Country;
  identity: Pick<Identity, 'namesOf' | 'listOrganisations'>;
  blocking: Pick<Blocking, 'feed'>;
  retention?: Retention;
  /** Search engines and ways around; the module's own data when absent. */
  rewrites?: RewriteData;
}

/** Filters that families understand, and what the resolver makes of them. Throws when the country's presets can't be rules. */
export function createSafeAccess(platform: Platform, deps: SafeAccessDeps): SafeAccess {
  const { country, identity, blocking } = deps;
  const zone = country.pack().pack.zone;
  const clock = new WallClock((instant) => offsetAt(instant, zone));
  const store = createStore(platform, { country, identity, clock });
  const preset = presetsOf(country);
  const blocked = createBlocked(platform, store);
  const networks = createNetworks(platform, store);
  const profiles = createProfiles(platform, store, { preset, blocked, networks });
  const requests = createRequests(platform, store);
  const pacts = createPacts(platform, store, blocked);
  const byToken = byTokenOf(store);
  if (deps.retention) registerRetention(deps.retention, profiles);
  platform.ticks.every('safe-access.requests', 60_000, (now) => requests.expire(now));
  platform.ticks.every('safe-access.purge', 600_000, async (now) => {
    await blocked.purge(now);
    await sweepRemoved(platform.db, now);
  });

  // Made when it is first asked: a worker never decides about names.
  let resolver: Resolver | undefined;
  const resolverNow = (): Resolver => {
    resolver ??= createResolver(platform, {
      country,
      feed: blocking.feed,
      write: false,
      ...(deps.rewrites ? { rewrites: deps.rewrites } : {}),
    });
    return resolver;
  };

  const explain = (device: string | undefined, name: string) => explanationOf(resolverNow(), device, name);

  return {
    families: createFamilies(platform, store, profiles),
    profiles,
    devices: createDevices(platform, store),
    requests: requests.service,
    pacts: pacts.service,
    children: createChildren(platform, store, { byToken, requests, pacts, blocked, explain }),
    contests: createContests(platform, store, byToken),
    networks: networks.service,
    preset,
    siteName,
    async explain(device, name) {
      if (device !== undefined && !isDeviceId(device)) throw UNKNOWN();
      return explain(device, name);
    },
    resolver: resolverNow,
    async stop() {
      await resolver?.stop();
    },
  };
}
