import ipaddr from 'ipaddr.js';
import type { Client, Verdict } from '../../../../packages/dns-proxy/policy.ts';
import { type CategoryMask, categoryMask } from '../../../../packages/dns-table/index.ts';
import type { Lang } from '../../../platform/i18n/index.ts';
import { passingOf } from '../profile/passing.ts';
import { type Category, keepsFor, type Passing, type Rules } from '../profile/rules.ts';
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

/** A profile laid out for questions. What holds now is computed when it is first asked for after it changed. */
export class CompiledProfile {
  readonly facts: ProfileFacts;
  /** The family's own names; the longest decides. */
  readonly names = new SuffixMap<'allow' | 'deny'>();
  readonly #opened: SuffixMap<number> | undefined;
  readonly #passing: Passing;
  readonly #clock: WallClock;
  #from = 0;
  #until = 0;
  #next: Date | undefined;
  #state: State | undefined;
  #closed: CategoryMask = categoryMask([]);
  #bonus: CategoryMask = categoryMask([]);

  constructor(facts: ProfileFacts, clock: WallClock) {
    this.facts = facts;
    this.#clock = clock;
    this.#passing = passingOf(facts);
    // For a name in both, closing it is the safer mistake.
    for (const name of facts.rules.deny) this.names.add(name, 'deny');
    for (const name of facts.rules.allow) this.names.add(name, 'allow');
    if (facts.opened && facts.opened.length > 0) {
      this.#opened = new SuffixMap();
      for (const { name, until } of [...facts.opened].sort((a, b) => b.until - a.until)) this.#opened.add(name, until);
    }
  }

  get keeps(): Rules['keeps'] {
    return keepsFor(this.facts.rules.band, this.facts.rules.keeps);
  }

  /** What holds at `now`. One comparison, but for the moments in which it changes. */
  at(now: number): State {
    if (this.#state === undefined || now >= this.#until || now < this.#from) {
      const instant = new Date(now);
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
    return this.#opened;
  }
}

/** Who asks: a device of a profile, or a network of one (then without an id). Answers that name it are made once. */
export class CompiledDevice {
  readonly id: string | undefined;
  readonly profile: CompiledProfile;
  readonly verdicts = new Map<string, Verdict>();

  constructor(profile: CompiledProfile, id?: string) {
    this.profile = profile;
    this.id = id;
  }
}

interface Network {
  readonly bytes: readonly number[];
  readonly bits: number;
  readonly device: CompiledDevice;
}

/** An address and its length in bits, IPv4 inside of IPv6 as IPv4; undefined when it is none. */
function bytesOf(address: string): number[] | undefined {
  return ipaddr.isValid(address) ? ipaddr.process(address).toByteArray() : undefined;
}

function within(address: readonly number[], { bytes, bits }: Network): boolean {
  if (address.length !== bytes.length) return false;
  const whole = bits >> 3;
  for (let i = 0; i < whole; i++) if (address[i] !== bytes[i]) return false;
  const rest = bits & 7;
  return rest === 0 || ((address[whole] as number) ^ (bytes[whole] as number)) >> (8 - rest) === 0;
}

/** Every profile, by what its questions come with. */
export class Registry {
  readonly #clock: WallClock;
  readonly #profiles = new Map<string, { facts: ProfileFacts; networks: Network[] }>();
  readonly #devices = new Map<string, CompiledDevice>();
  /** By profile; few lines have a profile of their own, and those without an id are looked up among them. */
  readonly #networks = new Map<string, Network>();
  /** False until profiles were read from somewhere: then nobody is answered as if there were none. */
  ready = false;

  constructor(clock: WallClock) {
    this.#clock = clock;
  }

  get size(): number {
    return this.#profiles.size;
  }

  facts(): ReadonlyMap<string, ProfileFacts> {
    return new Map([...this.#profiles].map(([id, p]) => [id, p.facts]));
  }

  has(id: string): boolean {
    return this.#profiles.has(id);
  }

  /** Whether this is what is known already. */
  same(facts: ProfileFacts): boolean {
    const known = this.#profiles.get(facts.id);
    return known !== undefined && JSON.stringify(known.facts) === JSON.stringify(facts);
  }

  /** Counts from the next question on. */
  put(facts: ProfileFacts): void {
    this.remove(facts.id);
    const profile = new CompiledProfile(facts, this.#clock);
    for (const id of facts.devices) this.#devices.set(id, new CompiledDevice(profile, id));
    const networks: Network[] = [];
    for (const cidr of facts.networks) {
      const [address = '', length] = cidr.split('/');
      const bytes = bytesOf(address);
      if (!bytes) continue;
      const bits = Math.min(bytes.length * 8, Number(length ?? bytes.length * 8));
      const network = { bytes, bits, device: new CompiledDevice(profile) };
      networks.push(network);
      this.#networks.set(`${facts.id} ${cidr}`, network);
    }
    this.#profiles.set(facts.id, { facts, networks });
  }

  remove(id: string): void {
    const known = this.#profiles.get(id);
    if (!known) return;
    this.#profiles.delete(id);
    for (const device of known.facts.devices) {
      // A device that moved to another profile meanwhile stays there.
      if (this.#devices.get(device)?.profile.facts.id === id) this.#devices.delete(device);
    }
    for (const cidr of known.facts.networks) this.#networks.delete(`${id} ${cidr}`);
  }

  /** Whose rules hold for a question: its device's; without one, those of the smallest network it comes from. */
  find(client: Client): CompiledDevice | undefined {
    if (client.id !== undefined) return this.device(client.id);
    if (this.#networks.size === 0) return undefined;
    const address = bytesOf(client.address);
    if (!address) return undefined;
    let best: Network | undefined;
    for (const network of this.#networks.values())
      if ((best === undefined || network.bits > best.bits) && within(address, network)) best = network;
    return best?.device;
  }

  device(id: string): CompiledDevice | undefined {
    return this.#devices.get(id) ?? this.#devices.get(id.toLowerCase());
  }
}
