import { type Suffixes, SuffixMap } from './names.ts';

type YouTube = 'open' | 'moderate' | 'strict';
/** Names in lower case without a dot at the end, to the wire form of the name that answers instead. */
type Targets = ReadonlyMap<string, Uint8Array>;

/** Facts about search engines and ways around, as the lists' data have them. */
export interface RewriteData {
  /** Engines that answer at another name without what is for adults. A name stands for itself alone. */
  readonly safeSearch: Targets;
  readonly youtube: { readonly moderate: Targets; readonly strict: Targets };
  /** Engines that can't be made safe, each with all below it: closed where search has to be. */
  readonly unsafeEngines: Iterable<string>;
  /** Names, each with all below it, that lead around any resolver: other resolvers, relays, VPN and proxy services. */
  readonly waysAround: Iterable<string>;
}

/** What a profile's search settings make of a name. */
export interface RewriteMap {
  /** Wire form of the name to answer with; undefined when this one is none of a search engine's. */
  target(name: Suffixes, settings: { readonly safeSearch: boolean; readonly youtube: YouTube }): Uint8Array | undefined;
  unsafeEngine(name: Suffixes): boolean;
  waysAround(name: Suffixes): boolean;
}

/** Lays the data out for questions. Pure. @throws DnsTableError for what is no name */
export function compileRewrites(data: RewriteData): RewriteMap {
  const table = <T>(entries: Iterable<readonly [string, T]>, scope: 'exact' | 'subtree'): SuffixMap<T> => {
    const map = new SuffixMap<T>();
    for (const [name, value] of entries) map.add(name, value, scope);
    return map;
  };
  const all = (names: Iterable<string>) =>
    table(
      [...names].map((name) => [name, true] as const),
      'subtree',
    );
  const search = table(data.safeSearch, 'exact');
  const youtube = { moderate: table(data.youtube.moderate, 'exact'), strict: table(data.youtube.strict, 'exact') };
  const unsafe = all(data.unsafeEngines);
  const around = all(data.waysAround);
  return {
    target(name, settings) {
      const engine = settings.safeSearch ? search.longest(name) : undefined;
      if (engine || settings.youtube === 'open') return engine;
      return youtube[settings.youtube].longest(name);
    },
    unsafeEngine: (name) => unsafe.longest(name) === true,
    waysAround: (name) => around.longest(name) === true,
  };
}
