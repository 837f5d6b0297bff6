import type { Lang } from '../../platform/i18n/index.ts';
import type { Actor } from '../identity/index.ts';
import type { PactTerms } from './family/pact.ts';
import type { RefusalReason, RequestState } from './family/request.ts';
import type { Band, Category, Rules } from './profile/rules.ts';

/*
 * What pages, and nobody else, call. Whoever acts is given along and judged by identity's policy table: a parent sees the
 * own family, a teacher the own school, a child what its link opens. Times are instants; a page shows them in the
 * country's zone. Every method throws IDENTITY_FORBIDDEN (or IDENTITY_SIGN_IN) for who may not, and
 * SAFE_ACCESS_UNKNOWN where there is nothing of that id that the actor may know of.
 */

/** Who owns a profile: a family, or a school (an organisation of identity's of that kind). */
export type Owner = { readonly family: string } | { readonly school: string };

export interface Family {
  readonly id: string;
  /** Accounts of its parents, in the order in which they came. */
  readonly parents: readonly { readonly account: string; readonly name: string; readonly since: Date }[];
  readonly createdAt: Date;
}

/** What holds now, and until when nothing changes by itself. */
export interface Holding {
  /** Everything but help is closed because a parent paused it; until then. */
  readonly pausedUntil: Date | undefined;
  /** Kinds that are closed now, or everything. */
  readonly closed: 'everything' | readonly Category[];
  readonly bonus: { readonly until: Date; readonly opens: 'everything' | readonly Category[] } | undefined;
  /** Sites that a parent opened for a while. */
  readonly opened: readonly { readonly name: string; readonly until: Date }[];
  /** When it next changes by itself; undefined = not in the next 400 days. */
  readonly nextChangeAt: Date | undefined;
}

export interface Profile {
  readonly id: string;
  readonly owner: Owner;
  /** The nickname that the parent chose (or the class's name). Never in audit, never in logs. */
  readonly label: string;
  readonly band: Band;
  /** The language in which the resolver explains itself. */
  readonly lang: Lang;
  readonly rules: Rules;
  /** Goes up by one with each change of the rules. */
  readonly revision: number;
  readonly holding: Holding;
  readonly devices: readonly Device[];
  readonly createdAt: Date;
}

export interface Revision {
  readonly revision: number;
  readonly rules: Rules;
  readonly at: Date;
  readonly cause: 'set-up' | 'changed' | 'pact' | 'request';
}

export const DEVICE_KINDS = ['android', 'iphone', 'windows', 'mac', 'linux', 'router', 'other'] as const;
export type DeviceKind = (typeof DEVICE_KINDS)[number];

export interface Device {
  /** 12 characters, base32: whoever has it can ask as this device, so it is shown to its family only. */
  readonly id: string;
  readonly profile: string;
  readonly kind: DeviceKind;
  readonly label: string;
  readonly createdAt: Date;
  /** The day (YYYY-MM-DD, the country's) on which it last asked; never a time. */
  readonly lastSeen: string | undefined;
  /** `https://<PUBLIC_ORIGIN>/dns-query/<id>` */
  readonly dohUrl: string;
  /** `<id>.<DNS_NAME>`: Android's "Private DNS", and every other DNS over TLS. */
  readonly dotName: string;
}

/** What was blocked, as the parent and the child both see it: counts by kind and day, names only where they are kept. */
export interface Blocked {
  readonly keeps: Rules['keeps'];
  /** `what` is a kind of content, `deny` for the family's own list. */
  readonly counts: readonly { readonly day: string; readonly what: Category | 'deny'; readonly n: number }[];
  /** Only for bands under 13 with `keeps: 'names'`. */
  readonly names: readonly {
    readonly day: string;
    readonly name: string;
    readonly what: Category | 'deny';
    readonly n: number;
  }[];
}

export interface Request {
  readonly id: string;
  readonly profile: string;
  readonly profileLabel: string;
  readonly name: string;
  readonly state: RequestState;
  readonly reason: RefusalReason | undefined;
  /** Until when it is open, when it was granted for a time. */
  readonly until: Date | undefined;
  readonly askedAt: Date;
  readonly answeredAt: Date | undefined;
}

export type Answer =
  | { readonly kind: 'for-a-time'; readonly minutes: number }
  | { readonly kind: 'for-good' }
  | { readonly kind: 'refused'; readonly reason: RefusalReason };

export interface PactView {
  readonly id: string;
  readonly version: number;
  readonly terms: PactTerms;
  /** `agreed` is in force until a newer one is agreed. */
  readonly state: 'proposed' | 'agreed' | 'replaced';
  readonly parentAgreedAt: Date | undefined;
  readonly childAgreedAt: Date | undefined;
}

/** What the child's link opens: the child's own side, and nothing of anybody else. */
export interface ChildView {
  readonly profile: Pick<Profile, 'id' | 'label' | 'band' | 'lang' | 'rules' | 'holding'>;
  /** The same answer that the parent gets. */
  readonly blocked: Blocked;
  readonly requests: readonly Request[];
  readonly pact: { readonly proposed: PactView | undefined; readonly agreed: PactView | undefined };
}

/** Why a name is as it is for a device: for the block page and the dashboard. */
export interface Explanation {
  /** The name as DNS has it. */
  readonly name: string;
  readonly outcome: 'open' | 'help' | 'blocked' | 'rewritten';
  readonly why:
    | { readonly kind: 'national'; readonly basis: 'csam' | 'court' }
    | { readonly kind: 'paused'; readonly until: Date }
    | { readonly kind: 'window'; readonly until: Date | undefined }
    | { readonly kind: 'deny' | 'ways-around' | 'allow' }
    | { readonly kind: 'category'; readonly category: Category }
    | { readonly kind: 'safe-search' | 'none' | 'not-ready' };
  /** The address of blocking's appeal form for national entries; `contest()` for categories. */
  readonly appealPath: string | undefined;
}

/** A parent's or school's say against a list's category of a name, at the desk. Nobody knows from it who said it. */
export interface Contest {
  readonly id: string;
  readonly name: string;
  readonly category: Category;
  /** How many said so. */
  readonly times: number;
  readonly state: 'open' | 'taken-off' | 'kept';
  readonly firstAt: Date;
  readonly decidedAt: Date | undefined;
}

/** A row of a school's file: one class, one profile. */
export interface ClassRow {
  readonly label: string;
  readonly band: Band;
  readonly lang: Lang;
  /** As {@link Networks.setClass} takes them; undefined leaves a class's networks as they are. */
  readonly networks?: readonly string[] | undefined;
}

/** A line of a school, as its contract says. */
export interface SchoolLine {
  readonly network: string;
  readonly school: string;
  readonly schoolName: string;
  /** Classes that have a part of it. */
  readonly classes: number;
  readonly addedAt: Date;
}

/** What a school has to divide, and how it is divided now. */
export interface SchoolNetworks {
  readonly lines: readonly string[];
  /** Networks by class (profile). */
  readonly classes: ReadonlyMap<string, readonly string[]>;
}

export interface Families {
  /** The families of an account; usually one. */
  mine(actor: Actor): Promise<Family[]>;
  /** A family with this parent in it. */
  create(actor: Actor): Promise<Family>;
  get(actor: Actor, family: string): Promise<Family>;
  /** A link token, shown once, by which a second parent's account joins; 7 days. */
  invite(actor: Actor, family: string): Promise<{ token: string; expiresAt: Date }>;
  /** The signed-in account becomes a parent of the family that invited it. @throws SAFE_ACCESS_LINK_SPENT */
  join(actor: Actor, token: string): Promise<Family>;
  /** The own account goes; the last parent can't (close the family instead). @throws SAFE_ACCESS_LAST_PARENT */
  leave(actor: Actor, family: string): Promise<void>;
  /** Everything of the family is destroyed now. */
  close(actor: Actor, family: string): Promise<void>;
}

export interface Profiles {
  list(actor: Actor, owner: Owner): Promise<Profile[]>;
  get(actor: Actor, profile: string): Promise<Profile>;
  /**
   * A profile with the preset of its band (or the rules given), and the token of the child's link, shown once.
   * @throws SAFE_ACCESS_INVALID, SAFE_ACCESS_TOO_MANY (20 of a family, 200 of a school)
   */
  create(
    actor: Actor,
    owner: Owner,
    given: { label: string; band: Band; lang: Lang; rules?: Rules },
  ): Promise<{ profile: Profile; childToken: string }>;
  /**
   * One profile for each class, all or none. A class of the same name that is there already stays as it is, but for its
   * networks: a school's file may be sent again.
   * @throws SAFE_ACCESS_INVALID, SAFE_ACCESS_TOO_MANY, SAFE_ACCESS_NETWORK_OUTSIDE, SAFE_ACCESS_NETWORK_TAKEN
   */
  importClasses(actor: Actor, school: string, rows: readonly ClassRow[]): Promise<Profile[]>;
  rename(actor: Actor, profile: string, label: string): Promise<void>;
  setLang(actor: Actor, profile: string, lang: Lang): Promise<void>;
  /** Replaces the rules. @throws SAFE_ACCESS_INVALID, SAFE_ACCESS_STALE when `revision` is not the newest */
  setRules(actor: Actor, profile: string, rules: Rules, revision: number): Promise<Profile>;
  /** Rules over time, newest first. */
  history(actor: Actor, profile: string): Promise<Revision[]>;
  /** The profile, its devices and all that was kept are destroyed now. */
  remove(actor: Actor, profile: string): Promise<void>;
  /**
   * Bonus time that ends by itself, 1 to 1,440 minutes from now. Never opens what is dangerous: only {@link BONUS_KINDS},
   * or everything that windows close.
   */
  giveBonus(
    actor: Actor,
    profile: string,
    given: { minutes: number; opens: 'everything' | readonly Category[] },
  ): Promise<Profile>;
  endBonus(actor: Actor, profile: string): Promise<Profile>;
  /** Everything but help is closed, for 1 to 1,440 minutes; ends by itself. */
  pause(actor: Actor, profile: string, minutes: number): Promise<Profile>;
  resume(actor: Actor, profile: string): Promise<Profile>;
  /** Ends the link given before and makes a new one, shown once. */
  newChildLink(actor: Actor, profile: string): Promise<string>;
  /** What was blocked: the same function answers the child. */
  blocked(actor: Actor, profile: string): Promise<Blocked>;
}

export interface Devices {
  /** @throws SAFE_ACCESS_TOO_MANY (20 of a profile) */
  add(actor: Actor, profile: string, given: { kind: DeviceKind; label: string }): Promise<Device>;
  /** @throws SAFE_ACCESS_INVALID */
  rename(actor: Actor, device: string, label: string): Promise<void>;
  /**
   * A new id for a device whose old one may be in other hands: the old one is answered at once as one that nobody knows.
   * Its name, kind and place in the list stay.
   */
  readdress(actor: Actor, device: string): Promise<Device>;
  /** It is answered from then on as a device that nobody knows: the national list and nothing else. */
  revoke(actor: Actor, device: string): Promise<void>;
  /** Whether there is such a device, for pages that a device opens itself; nothing of its family. */
  known(device: string): Promise<boolean>;
}

export interface Requests {
  /** Of a family, the waiting ones first, at most 100. */
  list(actor: Actor, family: string): Promise<Request[]>;
  /** @throws SAFE_ACCESS_REQUEST_STATE when it was answered or ran out meanwhile */
  answer(actor: Actor, request: string, answer: Answer): Promise<Request>;
}

export interface Pacts {
  /** A new version, waiting for the other side; replaces a version that nobody agreed to yet. */
  propose(actor: Actor, profile: string, terms: PactTerms): Promise<PactView>;
  /** Versions, newest first. */
  list(actor: Actor, profile: string): Promise<PactView[]>;
}

/** A child has no account: the token of its link (or the id of its device) is what it shows. */
export interface Children {
  /** @throws SAFE_ACCESS_LINK_UNKNOWN for a link that was replaced, or never was */
  view(token: string): Promise<ChildView>;
  /** Why a name is as it is by the child's rules. @throws SAFE_ACCESS_LINK_UNKNOWN */
  explain(token: string, name: string): Promise<Explanation>;
  /** "Please open this". @throws SAFE_ACCESS_NAME_INVALID, SAFE_ACCESS_REQUESTS_MANY (10 waiting) */
  ask(token: string, name: string): Promise<Request>;
  /** The same from the block page, which knows the device and no token. Answers nothing: whoever asks may be anybody there. */
  askFromDevice(device: string, name: string): Promise<void>;
  /** The child agrees to the version waiting; both agreed: its rules hold. @throws SAFE_ACCESS_PACT_STALE */
  agree(token: string, pact: string): Promise<PactView>;
  /** The child would rather talk about it: the version is withdrawn. */
  decline(token: string, pact: string): Promise<void>;
}

export interface Contests {
  /** One tap, by whoever the category closes a site for; at most 20 a day for a profile. */
  contest(actor: Actor, profile: string, given: { name: string; category: Category }): Promise<void>;
  /** The same for a child's link. */
  contestAsChild(token: string, given: { name: string; category: Category }): Promise<void>;
  /** For the desk: what waits, most said first. */
  waiting(actor: Actor): Promise<Contest[]>;
  /** `taken-off` frees the name of the category in every profile within seconds. */
  decide(actor: Actor, contest: string, decision: 'taken-off' | 'kept'): Promise<void>;
}

/**
 * Lines of schools: whoever asks from there without an id has the rules of the class whose network is the smallest around.
 * An administrator enters a school's lines, having seen its contract; the school divides them among its classes. A home is
 * never told by its address (docs/networks.md).
 */
export interface Networks {
  /** All lines, by network. For an administrator. */
  list(actor: Actor): Promise<SchoolLine[]>;
  /** Schools that may have lines. For an administrator. */
  schools(actor: Actor): Promise<{ id: string; name: string }[]>;
  /**
   * An address or a network (CIDR) no larger than /24 or /48 (/16 where private ones are known), of one school only.
   * @throws SAFE_ACCESS_NETWORK_WRONG, SAFE_ACCESS_NETWORK_TAKEN
   */
  add(actor: Actor, school: string, network: string): Promise<void>;
  /** The line goes, and what classes have of it. */
  remove(actor: Actor, network: string): Promise<void>;
  /** For the school itself. */
  ofSchool(actor: Actor, school: string): Promise<SchoolNetworks>;
  /**
   * Replaces the networks of a class; at most 8, each within a line of the school and no other class's own. One may lie in
   * another class's: then the smaller one decides.
   * @throws SAFE_ACCESS_NETWORK_WRONG, SAFE_ACCESS_NETWORK_OUTSIDE, SAFE_ACCESS_NETWORK_TAKEN, SAFE_ACCESS_TOO_MANY
   */
  setClass(actor: Actor, profile: string, networks: readonly string[]): Promise<readonly string[]>;
}
