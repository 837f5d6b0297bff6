import type { Client, Policy, Question, Verdict } from '../../../../packages/dns-proxy/policy.ts';
import { type CategoryMask, nameFromText, nameToText, type TableReader } from '../../../../packages/dns-table/index.ts';
import { CATEGORIES, type Category } from '../profile/kinds.ts';
import type { Kinds } from '../profile/windows.ts';
import { Suffixes, SuffixMap } from './names.ts';
import { BASES, type NationalBasis } from './national.ts';
import type { CompiledDevice, Registry } from './registry.ts';
import type { RewriteMap } from './rewrites.ts';
import type { Verdicts, Why } from './verdicts.ts';

const CATEGORY_OF = new Map<number, Category>(
  (Object.entries(CATEGORIES) as [Category, number][]).map(([name, number]) => [number, name]),
);
const BASIS_OF = new Map<number, NationalBasis>(
  (Object.entries(BASES) as [NationalBasis, number][]).map(([name, number]) => [number, name]),
);
/** Query type A: a device asks for A, AAAA and HTTPS of each name; it is counted once. */
const A = 1;

/** What a family asked to keep of what was blocked, and on which day a device was last there. */
export interface Noting {
  blocked(profile: string, what: Category | 'deny', name: string | undefined, now: number): void;
  seen(device: string, now: number): void;
}

export interface PolicyParts {
  /** Asked first: never blocked, never counted. */
  readonly help: SuffixMap<true>;
  readonly national: { readonly reader: TableReader | undefined };
  readonly categories: { readonly reader: TableReader | undefined };
  /** Names freed of categories by the desk. */
  readonly freed: () => SuffixMap<Kinds>;
  readonly registry: Registry;
  readonly rewrites: RewriteMap;
  readonly verdicts: Verdicts;
  readonly noting?: Noting;
  /** Told of what must not happen: an error inside of a decision. */
  readonly onTrouble?: (error: unknown) => void;
}

/** Firefox asks for it before it takes a resolver of its own; without an answer it stays with this one. */
const CANARY = 'use-application-dns.net';

/**
 * The order of a decision. Each step is a table that is asked with the packet's own bytes; nothing is copied, nobody is
 * called, and nothing is thrown: what can't be decided is refused.
 *
 * 1. own names; 2. help; 3. nothing is loaded: refused; 4. the national list; 5. paused; 6. a site opened for a while;
 * 7. a window that closes everything, but for what bonus opens; 8. the family's own names; 9. ways around;
 * 10. search engines that can't be made safe, and categories; 11. SafeSearch; 12. forward.
 */
export function createPolicy(parts: PolicyParts): Policy & { explain(client: Client, name: string, now: number): Why } {
  const { registry, rewrites, verdicts } = parts;
  const own = new SuffixMap<true>();
  own.add(CANARY, true);
  const name = new Suffixes();
  const free = new Uint32Array(8);

  /** The category that closes the name, without those it was freed of. */
  function closing(q: Question, mask: CategoryMask): Category | undefined {
    const reader = parts.categories.reader;
    if (!reader) return undefined;
    let asked = mask;
    for (;;) {
      const match = reader.lookup(q.packet, q.name, asked);
      if (match === undefined || match.action === 'allow') return undefined;
      const category = CATEGORY_OF.get(match.category);
      const freed = parts.freed().longest(name) ?? 0;
      if (category !== undefined && (freed & (1 << match.category)) === 0) return category;
      // Another list may still say something else about it.
      free.set(asked);
      free[match.category >> 5] = (free[match.category >> 5] as number) & ~(1 << (match.category & 31));
      asked = free;
    }
  }

  function filtered(q: Question, device: CompiledDevice): Verdict {
    const { profile } = device;
    const { rules } = profile.facts;
    const state = profile.at(q.now);
    if (state.paused) return verdicts.closed(device, 'paused');
    const opened = state.opened > 0 && (profile.opened?.longest(name) ?? 0) > q.now;
    const forward = (open: Verdict, withoutEch: Verdict) => {
      const target = rewrites.target(name, rules);
      if (target) return verdicts.rewrite(device, target);
      return rules.noWaysAround ? withoutEch : open;
    };
    if (opened) return forward(verdicts.openedForNow, verdicts.openedWithoutEch);
    if (state.everything && (state.bonus === 0 || closing(q, profile.bonus) === undefined))
      return verdicts.closed(device, 'window');
    const said = profile.names.longest(name);
    if (said === 'deny') return verdicts.closed(device, 'deny');
    if (said === 'allow') return forward(verdicts.allowed, verdicts.allowedWithoutEch);
    if (rules.noWaysAround && rewrites.waysAround(name)) return verdicts.closed(device, 'ways-around');
    if (rules.safeSearch && rewrites.unsafeEngine(name)) return verdicts.category(device, 'unsafe-search');
    const category = state.closed === 0 ? undefined : closing(q, profile.closed);
    if (category) return verdicts.category(device, category);
    return forward(verdicts.open, verdicts.openWithoutEch);
  }

  function judged(q: Question): Verdict {
    if (!name.read(q.packet, q.name)) return verdicts.notReady;
    if (own.longest(name)) return verdicts.own;
    if (parts.help.longest(name)) return verdicts.help;
    const { reader } = parts.national;
    if (!reader || !registry.ready) return verdicts.notReady;
    const listed = reader.lookup(q.packet, q.name);
    const device = registry.find(q.client);
    if (listed?.action === 'block') {
      const basis = BASIS_OF.get(listed.category) ?? 'court';
      return verdicts.national(basis, device?.profile.facts.lang);
    }
    // Nobody's device, and the parents' own: the national list and nothing else.
    return device ? filtered(q, device) : verdicts.open;
  }

  return {
    decide(q) {
      try {
        return judged(q);
      } catch (error) {
        parts.onTrouble?.(error);
        return verdicts.notReady;
      }
    },

    noted(q, verdict) {
      if (!parts.noting) return;
      try {
        if (q.client.id !== undefined) {
          const device = registry.device(q.client.id);
          if (device?.id !== undefined) parts.noting.seen(device.id, q.now);
        }
        const why = verdicts.why(verdict);
        // What a pause or a window closes is everything a device does: keeping that would be a list of all visits.
        if (q.type !== A || (why?.kind !== 'category' && why?.kind !== 'deny' && why?.kind !== 'ways-around')) return;
        const { profile } = why.device;
        const { keeps } = profile;
        if (keeps === 'nothing') return;
        const what = why.kind === 'category' ? why.category : why.kind;
        const text = keeps === 'names' ? nameToText(q.packet, q.name).replace(/\.$/, '').toLowerCase() : undefined;
        parts.noting.blocked(profile.facts.id, what, text, q.now);
      } catch (error) {
        parts.onTrouble?.(error);
      }
    },

    /** Why a name would be answered as it would be. @throws DnsTableError for what is no name */
    explain(client, text, now) {
      const question: Question = { packet: nameFromText(text), name: 0, type: A, client, now };
      return verdicts.why(judged(question)) ?? { kind: 'none' };
    },
  };
}
