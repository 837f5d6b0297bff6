import type { Children, Contests, Devices, Explanation, Families, Pacts, Profiles, Requests } from './api.ts';
import type { Band, Rules } from './profile/rules.ts';

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
  type Owner,
  type Pacts,
  type PactView,
  type Profile,
  type Profiles,
  type Request,
  type Requests,
  type Revision,
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
  /** The country's preset of a band: where a profile begins. */
  preset(band: Band): Rules;
  /**
   * Why a name is open or not for a device (or, without one, for everybody): the resolver's own decision, asked without a
   * query. The device's id is all it takes, as on the block page.
   */
  explain(device: string | undefined, name: string): Promise<Explanation>;
  /** What people type or paste as a site, as rules have it; undefined when it is none. `https://www.x.ma/a` is `x.ma`. */
  siteName(typed: string): string | undefined;
}
