import {
  addToSerial,
  type BoardRow,
  changesTo,
  isNewer,
  type Rule,
  type Zone,
} from '../../../../packages/rpz/index.ts';
import { breather } from '../../../platform/breath.ts';
import type { Clock } from '../../../platform/clock.ts';
import type { Logger } from '../../../platform/log.ts';
import { BASES, type Basis } from '../entry/refusal.ts';
import { isNetwork, Listed, passes } from './listed.ts';
import { canCarry, MARKED, marked } from './marks.ts';
import { TEST_ADDRESS, testNameOf } from './names.ts';
import { astray, type Edit, networksFor, settled, stepFor, tangled } from './overlay.ts';
import { perBasis, type Source } from './source.ts';

export interface ZonePair {
  hot: Zone;
  base: Zone;
}

export interface CoordinatorSettings {
  pairs: Record<Basis, ZonePair>;
  source: Source;
  clock: Clock;
  log: Logger;
  testName: string;
  /** Minutes after local midnight at which base is brought up to date, and what the clock on the wall shows. */
  rebaseMinute: number;
  localMinute(at: Date): number;
  /** What nobody else knows: it chooses the names that carry partners' marks. Without it none do. */
  markSecret?: string;
  /** Domains of the programme's own that stand in base as if they were listed, to carry marks where the list has few. */
  markDomains?: readonly string[];
  /** Whether every server that follows a zone shows its serial. */
  everybodyHas(zone: Zone): boolean;
  /** A hot zone that has grown beyond so many rules is not hot any more. */
  hotLimit?: number;
}

/** The quiet time is so long, in minutes; a role that was away all through it waits for the next night. */
const QUIET_MINUTES = 90;
/** Between two re-bases at least, in milliseconds. */
const REBASE_APART_MS = 12 * 3_600_000;
const HOT_LIMIT = 20_000;

/** How one basis stands. */
export interface BasisStanding {
  basis: Basis;
  /** Names of the list that zones hold. */
  listed: number;
  networks: number;
  refused: { name: string; fault: string }[];
  rebasedAt: string | null;
}

/**
 * Brings the list into the zones: every change to hot at once, all of it to base at a quiet hour. It knows the list by reading it
 * whole when it starts, and then by the feed log; whatever the zones say otherwise, after a crash at any point or a restore, is
 * put right by comparing, so nothing has to be remembered but the zones themselves. One thing at a time.
 */
export class Coordinator {
  readonly #s: CoordinatorSettings;
  #lists: Record<Basis, Listed> | undefined;
  /** The serial of the feed log that the lists stand at. */
  #feed = -1;
  #rebasedAt: Partial<Record<Basis, Date>> = {};
  /** Bases whose hot zone may hold what base has made superfluous. */
  readonly #unsettled = new Set<Basis>(BASES);
  #queue: Promise<unknown> = Promise.resolve();

  constructor(settings: CoordinatorSettings) {
    this.#s = settings;
  }

  /** Serial of the feed log that is in the zones; -1 before the list was read. */
  get feed(): number {
    return this.#feed;
  }

  standing(): BasisStanding[] {
    return BASES.map((basis) => {
      const list = this.#lists?.[basis];
      return {
        basis,
        listed: list?.size ?? 0,
        networks: list?.networks.size ?? 0,
        refused: [...(list?.refused ?? [])].map(([name, fault]) => ({ name, fault })),
        rebasedAt: this.#rebasedAt[basis]?.toISOString() ?? null,
      };
    });
  }

  /** Takes what an earlier run said of itself. */
  remember(standing: readonly Pick<BasisStanding, 'basis' | 'rebasedAt'>[]): void {
    for (const { basis, rebasedAt } of standing) if (rebasedAt) this.#rebasedAt[basis] ??= new Date(rebasedAt);
  }

  /** Reads what is new and brings it into the zones. Throws when the database is away: the zones go on as they are. */
  follow(): Promise<void> {
    return this.#exclusively(async () => {
      if (!this.#lists) return this.#readWhole();
      for (;;) {
        const changes = await this.#s.source.since(this.#feed);
        const last = changes.at(-1);
        if (!last) return;
        // A name destroyed meanwhile: which it was, only the whole list tells.
        if (changes.some((c) => c.target === null)) return this.#readWhole();
        const changed = perBasis(() => new Set<string>());
        for (const { op, kind, basis, target } of changes) {
          const name = this.#lists[basis].change({ op, kind, target: target as string });
          if (name) changed[basis].add(name);
        }
        // Lists ahead of the zones must not look like zones that are up to date, should the disk be full now.
        try {
          for (const basis of BASES) await this.#step(basis, changed[basis]);
          await this.#untangle(changed);
        } catch (error) {
          this.#lists = undefined;
          throw error;
        }
        this.#feed = last.serial;
      }
    });
  }

  /** The database is not the one that was read: what was read of it counts no more. */
  forget(): void {
    this.#lists = undefined;
  }

  /** What is to be done by the clock and by what servers have: once a second. */
  tend(): Promise<void> {
    return this.#exclusively(async () => {
      if (!this.#lists) return;
      const now = this.#s.clock.now();
      for (const basis of BASES) {
        if (this.#isRebaseDue(basis, now)) {
          // Once a night everything is compared with the truth.
          await this.#readWhole();
          await this.#rebase(basis, now);
        }
        if (this.#unsettled.has(basis)) await this.#settle(basis);
      }
    });
  }

  /** Brings base up to date now, after a look at the whole list. Throws when the database is away. */
  rebase(): Promise<void> {
    return this.#exclusively(async () => {
      await this.#readWhole();
      for (const basis of BASES) await this.#rebase(basis, this.#s.clock.now());
    });
  }

  async #readWhole(): Promise<void> {
    const { source, pairs, log } = this.#s;
    const lists = perBasis((basis) => new Listed(wireLength(pairs[basis].base.origin)));
    const serial = await source.whole(({ kind, basis, target }) => lists[basis].change({ op: 'add', kind, target }));
    this.#lists = lists;
    this.#feed = serial;
    try {
      const all = perBasis(() => new Set<string>());
      for (const basis of BASES) {
        const { hot, base } = pairs[basis];
        // Nobody has it yet, so there is nothing to lay over it.
        if (base.serial === 0) await this.#rebase(basis, this.#s.clock.now());
        const own = this.#own(basis);
        const names = await astray(lists[basis], { hot, base }, own, breather());
        const networks = networksFor(lists[basis], hot);
        for (const name of [...networks.add.map((r) => r.name), ...networks.remove]) names.add(name);
        if (names.size > 0) log.info({ basis, names: names.size }, 'zones: names that were not as the list has them');
        const test = this.#test('hot', basis);
        if (!hot.get(test.name)) await this.#apply(hot, { add: [test], remove: [] });
        await this.#step(basis, names);
        for (const rule of hot.rules()) all[basis].add(rule.name);
      }
      await this.#untangle(all);
    } catch (error) {
      this.#lists = undefined;
      throw error;
    }
  }

  async #step(basis: Basis, changed: ReadonlySet<string>): Promise<void> {
    if (changed.size === 0) return;
    const pair = this.#s.pairs[basis];
    const list = this.#list(basis);
    const names = [...changed].filter((name) => !isNetwork(name));
    const edits = stepFor(list, pair, names);
    const networks = names.length < changed.size ? networksFor(list, pair.hot) : { add: [], remove: [] };
    const add = [...edits.hot.add, ...networks.add];
    // While hot is small each domain in it carries marks: what leaks may be hot alone.
    const marks = this.#s.markSecret !== undefined && pair.hot.size < MARKED;
    await this.#apply(pair.hot, {
      add: marks ? add.map((rule) => (canCarry(rule) ? { ...rule, accompanied: true } : rule)) : add,
      remove: [...edits.hot.remove, ...networks.remove],
    });
    if (await this.#apply(pair.base, edits.base)) this.#unsettled.add(basis);
  }

  /** What passes in one basis must not open what the next one lists. */
  async #untangle(changed: Record<Basis, ReadonlySet<string>>): Promise<void> {
    // What a name that passes leads to, nobody knows; it must not be a network of the list.
    if (BASES.some((basis) => this.#list(basis).networks.size > 0)) {
      for (const basis of BASES) {
        const { hot } = this.#s.pairs[basis];
        await this.#openAtOnce(
          basis,
          [...hot.rules()].filter(passes).map((rule) => rule.name),
        );
      }
      return;
    }
    for (const [i, basis] of BASES.entries()) {
      const { hot } = this.#s.pairs[basis];
      for (const later of BASES.slice(i + 1)) {
        const other = { list: this.#list(later), pair: this.#s.pairs[later] };
        // What is above or below a name that was touched may have been touched with it.
        const touched = [...changed[basis]].flatMap((name) => [name, ...[...hot.rules(name)].map((r) => r.name)]);
        const names = tangled(hot, other, { earlier: touched, later: changed[later] });
        await this.#openAtOnce(basis, names);
      }
    }
  }

  /** Names leave hot and base together, instead of passing until base is re-based. */
  async #openAtOnce(basis: Basis, names: readonly string[]): Promise<void> {
    if (names.length === 0) return;
    const { hot, base } = this.#s.pairs[basis];
    await this.#apply(base, { add: [], remove: names.filter((name) => base.get(name)) });
    await this.#apply(hot, { add: [], remove: [...names] });
    this.#unsettled.add(basis);
  }

  async #rebase(basis: Basis, now: Date): Promise<void> {
    const { base } = this.#s.pairs[basis];
    const { markSecret } = this.#s;
    const listed = [...this.#list(basis).rules()];
    const rules = markSecret === undefined ? listed : await marked(listed, markSecret, MARKED, breather());
    rules.push(this.#test('base', basis), ...this.#markRules());
    await this.#apply(base, changesTo(base, rules));
    this.#rebasedAt[basis] = now;
    this.#unsettled.add(basis);
    this.#s.log.info({ basis, rules: base.size, serial: base.serial }, 'zones: base is up to date');
  }

  async #settle(basis: Basis): Promise<void> {
    const pair = this.#s.pairs[basis];
    if (!this.#s.everybodyHas(pair.base)) return;
    await this.#apply(pair.hot, settled(this.#list(basis), pair, this.#own(basis)));
    this.#unsettled.delete(basis);
  }

  #isRebaseDue(basis: Basis, now: Date): boolean {
    const last = this.#rebasedAt[basis];
    // Networks stay in it for good.
    const inHot = this.#s.pairs[basis].hot.size - this.#list(basis).networks.size;
    if (inHot > (this.#s.hotLimit ?? HOT_LIMIT) && !this.#unsettled.has(basis)) return true;
    // Only the name for tests is in it.
    if (inHot <= 1) return false;
    if (last && now.getTime() - last.getTime() < REBASE_APART_MS) return false;
    const after = (this.#s.localMinute(now) - this.#s.rebaseMinute + 1440) % 1440;
    return after < QUIET_MINUTES;
  }

  /**
   * Numbers of zones are seconds since 1970, or the next one: so they go forwards for whoever fetches them also when the state
   * folder was lost or the database put back, and with it what was counted before.
   * @returns whether there was something to apply
   */
  async #apply(zone: Zone, edit: Edit): Promise<boolean> {
    if (edit.add.length + edit.remove.length === 0) return false;
    const seconds = Math.floor(this.#s.clock.now().getTime() / 1000);
    await zone.apply(edit, isNewer(seconds, zone.serial) ? seconds : addToSerial(zone.serial, 1));
    return true;
  }

  #list(basis: Basis): Listed {
    return (this.#lists as Record<Basis, Listed>)[basis];
  }

  #test(tier: 'hot' | 'base', basis: Basis): Rule {
    const policy = { kind: 'local' as const, a: [TEST_ADDRESS] };
    return { name: testNameOf(tier, basis, this.#s.testName), policy, scope: 'exact' };
  }

  #markRules(): Rule[] {
    return (this.#s.markDomains ?? []).map((name) => ({ name, policy: { kind: 'nxdomain' }, accompanied: true }));
  }

  #own(basis: Basis): ReadonlySet<string> {
    const test = [this.#test('hot', basis).name, this.#test('base', basis).name];
    return new Set([...test, ...(this.#s.markDomains ?? [])]);
  }

  #exclusively<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#queue.then(work, work);
    this.#queue = result.catch(() => {});
    return result;
  }
}

/** Bytes of a name with a last dot. */
const wireLength = (origin: string): number => origin.length + 1;

/** So long, in milliseconds, resolvers keep a zone without hearing from us; whoever was away longer begins anew. */
export const EXPIRE_MS = 30 * 86_400_000;

/**
 * Whether every server that follows the zone shows its serial. Whoever never had it has no older one either, and begins with all
 * of it; so does whoever is silent for longer than zones are kept.
 */
export function allHave(rows: readonly BoardRow[], zone: Zone, now: number): boolean {
  return rows
    .filter((r) => r.zone === zone.origin && r.has !== undefined)
    .every((r) => r.has === zone.serial || (r.lateSince !== undefined && now - r.lateSince > EXPIRE_MS));
}
