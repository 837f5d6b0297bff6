import ipaddr from 'ipaddr.js';
import type { Client, Verdict } from '../../../../packages/dns-proxy/policy.ts';
import { addressBytes } from '../../../../packages/dns-proxy/wire/address.ts';
import { type CategoryMask, categoryMask } from '../../../../packages/dns-table/index.ts';
import type { Lang } from '../../../platform/i18n/index.ts';
import { type Category, keepsFor } from '../profile/kinds.ts';
import { passingOf } from '../profile/passing.ts';
import type { Passing, Rules } from '../profile/rules.ts';
import type { WallClock } from '../profile/wall-clock.ts';
import { type Kinds, nextChangeAt, type State, stateAt } from '../profile/windows.ts';
import { SuffixMap } from './names.ts';

/** All that a resolver needs to know of a profile, as JSON: no nickname, no family, no parent. Times are milliseconds. */
export interface ProfileFacts {
  readonly id: string;
  readonly revision: number;
  readonly lang: Lang;
  readonly rules: Rules;
  readonly pausedUntil?: number;
  readonly bonus?: { readonly until: number; readonly opens: 'everything' | readonly Category[] };
  readonly opened?: readonly { readonly name: string; readonly until: number }[];
  readonly devices: readonly string[];
  /** Source networks (CIDR) of schools and homes with a line of their own. */
  readonly networks: readonly string[];
}

const maskOf = (kinds: Kinds): CategoryMask => {
  const mask = categoryMask([]);
  mask[0] = kinds >>> 0;
  return mask;
};

const NOTHING: CategoryMask = categoryMask([]);

/**
 * A profile laid out for questions, when the first one comes: most devices sleep, and each thread has its own. What holds now is
 * computed when it is first asked for after it changed.
 */
export class CompiledProfile {
  readonly facts: ProfileFacts;
  #names: SuffixMap<'allow' | 'deny'> | undefined;
  #opened: SuffixMap<number> | undefined;
  #passing: Passing | undefined;
  readonly #clock: WallClock;
  #from = 0;
  #until = 0;
  #next: Date | undefined;
  #state: State | undefined;
  #closed = NOTHING;
  #bonus = NOTHING;

  constructor(facts: ProfileFacts, clock: WallClock) {
    this.facts = facts;
    this.#clock = clock;
  }

  /** The family's own names; the longest decides. */
  get names(): SuffixMap<'allow' | 'deny'> {
    if (this.#names) return this.#names;
    const names = new SuffixMap<'allow' | 'deny'>();
    // For a name in both, closing it is the safer mistake.
    for (const name of this.facts.rules.deny) names.add(name, 'deny');
    for (const name of this.facts.rules.allow) names.add(name, 'allow');
    this.#names = names;
    return names;
  }

  get keeps(): Rules['keeps'] {
    return keepsFor(this.facts.rules.band, this.facts.rules.keeps);
  }

  /** What holds at `now`. One comparison, but for the moments in which it changes. */
  at(now: number): State {
    if (this.#state === undefined || now >= this.#until || now < this.#from) {
      const instant = new Date(now);
      this.#passing ??= passingOf(this.facts);
      this.#state = stateAt(this.facts.rules, this.#passing, instant, this.#clock);
      this.#from = now;
      this.#next = nextChangeAt(this.facts.rules, this.#passing, instant, this.#clock);
      // Looked at again after a day in any case: only so far is a state surely right with other zone data tomorrow.
      this.#until = Math.min(this.#next?.getTime() ?? Number.POSITIVE_INFINITY, now + 86_400_000);
      this.#closed = maskOf(this.#state.closed);
      this.#bonus = maskOf(this.#state.bonus);
    }
    return this.#state;
  }

  /** When what holds changes by itself, as of the last {@link at}; undefined = it does not. */
  get until(): Date | undefined {
    return this.#next;
  }

  /** Kinds closed, as of the last {@link at}. */
  get closed(): CategoryMask {
    return this.#closed;
  }

  /** Kinds that bonus opens, as of the last {@link at}. */
  get bonus(): CategoryMask {
    return this.#bonus;
  }

  /** Names opened for a while and until when; what ran out is still in it. */
  get opened(): SuffixMap<number> | undefined {
    const { opened } = this.facts;
    if (this.#opened || !opened || opened.length === 0) return this.#opened;
    const names = new SuffixMap<number>();
    for (const { name, until } of [...opened].sort((a, b) => b.until - a.until)) names.add(name, until);
    this.#opened = names;
    return names;
  }
}

/** Who asks: a device of a profile, or a network of one (then without an id). Answers that name it are made once. */
export class CompiledDevice {
  readonly id: string | undefined;
  readonly profile: CompiledProfile;
  #verdicts: Map<string, Verdict> | undefined;

  constructor(profile: CompiledProfile, id?: string) {
    this.profile = profile;
    this.id = id;
  }

  get verdicts(): Map<string, Verdict> {
    this.#verdicts ??= new Map();
    return this.#verdicts;
  }
}

/** Networks by family and prefix length, the longest first; one look into a map for each length that is in use. */
class Networks {
  readonly #byLength = new Map<number, Map<string, CompiledDevice>>();
  #lengths: number[] = [];
  readonly #address = new Uint8Array(16);
  readonly #v4 = this.#address.subarray(0, 4);

  /** @param cidr as the database writes it: the network's first address, and its length unless it is one address */
  static parse(cidr: string): { bytes: readonly number[]; bits: number } | undefined {
    const [address = '', length] = cidr.split('/');
    const bytes = bytesOf(address);
    if (!bytes) return undefined;
    const most = bytes.length * 8;
    return { bytes, bits: length === undefined ? most : Math.min(most, Number(length)) };
  }

  set(cidr: string, device: CompiledDevice | undefined): void {
    const network = Networks.parse(cidr);
    if (!network) return;
    const { bytes, bits } = network;
    // Both families in one order: IPv4 lengths come after all of IPv6, and never meet them.
    const length = bytes.length === 4 ? bits : 1000 + bits;
    const map = this.#byLength.get(length) ?? new Map<string, CompiledDevice>();
    if (device) map.set(keyOf(bytes, bits), device);
    else map.delete(keyOf(bytes, bits));
    if (map.size > 0) this.#byLength.set(length, map);
    else this.#byLength.delete(length);
    this.#lengths = [...this.#byLength.keys()].sort((x, y) => y - x);
  }

  get(cidr: string): CompiledDevice | undefined {
    const network = Networks.parse(cidr);
    if (!network) return undefined;
    const { bytes, bits } = network;
    return this.#byLength.get(bytes.length === 4 ? bits : 1000 + bits)?.get(keyOf(bytes, bits));
  }

  /** Quickly: this is asked for every question that comes through a plain socket. */
  #read(address: string): Uint8Array | undefined {
    const size = addressBytes(address, this.#address);
    return size === 4 ? this.#v4 : size === 16 ? this.#address : undefined;
  }

  find(client: Client): CompiledDevice | undefined {
    if (this.#lengths.length === 0) return undefined;
    const raw = client.raw ?? this.#read(client.address);
    if (!raw) return undefined;
    const bytes = plain(raw);
    for (const length of this.#lengths) {
      const bits = length >= 1000 ? length - 1000 : length;
      if (length >= 1000 !== (bytes.length === 16)) continue;
      const found = this.#byLength.get(length)?.get(keyOf(bytes, bits));
      if (found) return found;
    }
    return undefined;
  }
}

/** The bytes of an address; undefined when it is none. IPv4 inside of IPv6 is IPv4. */
function bytesOf(address: string): readonly number[] | undefined {
  return ipaddr.isValid(address) ? ipaddr.process(address).toByteArray() : undefined;
}

function plain(raw: Uint8Array): ArrayLike<number> {
  const mapped = raw.length === 16 && raw[10] === 0xff && raw[11] === 0xff && raw.subarray(0, 10).every((b) => b === 0);
  return mapped ? raw.subarray(12) : raw;
}

/** The first `bits` of an address as text. */
function keyOf(bytes: ArrayLike<number>, bits: number): string {
  let key = '';
  for (let i = 0; i < bits >> 3; i++) key += String.fromCharCode(bytes[i] as number);
  const rest = bits & 7;
  return rest === 0 ? key : key + String.fromCharCode((bytes[bits >> 3] as number) >> (8 - rest));
}

/** Every profile, by what its questions come with. */
export class Registry {
  readonly #clock: WallClock;
  readonly #profiles = new Map<string, ProfileFacts>();
  readonly #devices = new Map<string, CompiledDevice>();
  readonly #networks = new Networks();
  /** False until profiles were read from somewhere: then nobody is answered as if there were none. */
  ready = false;
  /** Told of every change, after it counts; without facts the profile is gone. */
  watch: ((id: string, facts: ProfileFacts | undefined) => void) | undefined;

  constructor(clock: WallClock) {
    this.#clock = clock;
  }

  get size(): number {
    return this.#profiles.size;
  }

  facts(): ReadonlyMap<string, ProfileFacts> {
    return this.#profiles;
  }

  has(id: string): boolean {
    return this.#profiles.has(id);
  }

  /** Whether this is what is known already. */
  same(facts: ProfileFacts): boolean {
    const known = this.#profiles.get(facts.id);
    return known !== undefined && JSON.stringify(known) === JSON.stringify(facts);
  }

  /** Counts from the next question on. */
  put(facts: ProfileFacts): void {
    this.#forget(facts.id);
    const profile = new CompiledProfile(facts, this.#clock);
    for (const id of facts.devices) this.#devices.set(id, new CompiledDevice(profile, id));
    for (const cidr of facts.networks) this.#networks.set(cidr, new CompiledDevice(profile));
    this.#profiles.set(facts.id, facts);
    this.watch?.(facts.id, facts);
  }

  remove(id: string): void {
    if (this.#forget(id)) this.watch?.(id, undefined);
  }

  #forget(id: string): boolean {
    const known = this.#profiles.get(id);
    if (!known) return false;
    this.#profiles.delete(id);
    for (const device of known.devices) {
      // A device that moved to another profile meanwhile stays there.
      if (this.#devices.get(device)?.profile.facts.id === id) this.#devices.delete(device);
    }
    for (const cidr of known.networks)
      if (this.#networks.get(cidr)?.profile.facts.id === id) this.#networks.set(cidr, undefined);
    return true;
  }

  /** Whose rules hold for a question: its device's; without one, those of the smallest network it comes from. */
  find(client: Client): CompiledDevice | undefined {
    if (client.id !== undefined) return this.device(client.id);
    return this.#networks.find(client);
  }

  device(id: string): CompiledDevice | undefined {
    return this.#devices.get(id) ?? this.#devices.get(id.toLowerCase());
  }
}
