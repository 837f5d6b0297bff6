import { nameFromText } from '../../../../packages/dns-table/index.ts';
import { type Suffixes, SuffixMap } from './names.ts';

/** How strictly YouTube is to answer; `open` = as it comes. */
export type YouTube = 'open' | 'moderate' | 'strict';

/** Facts about search engines and ways around, as the lists' data files have them. */
export interface RewriteData {
  /** Names (alone, not what is below) answered by another of the same service, which leaves out adults' results. */
  readonly safeSearch: readonly { readonly names: readonly string[]; readonly target: string }[];
  readonly youtube: { readonly names: readonly string[]; readonly moderate: string; readonly strict: string };
  /** Names, each with all below it, that lead around any resolver: other resolvers, relays, VPN and proxy services. */
  readonly waysAround: readonly string[];
}

/** What a profile's search settings make of a name. */
export interface RewriteMap {
  /** Wire form of the name to answer with; undefined when this one is none of a search engine's. */
  target(name: Suffixes, settings: { readonly safeSearch: boolean; readonly youtube: YouTube }): Uint8Array | undefined;
  waysAround(name: Suffixes): boolean;
}

export const NO_REWRITES: RewriteData = {
  safeSearch: [],
  youtube: { names: [], moderate: 'restrictmoderate.youtube.com', strict: 'restrict.youtube.com' },
  waysAround: [],
};

/** Lays the data out for questions. Pure. @throws DnsTableError for what is no name */
export function compileRewrites(data: RewriteData): RewriteMap {
  const search = new SuffixMap<Uint8Array>();
  const youtube = new SuffixMap<true>();
  const around = new SuffixMap<true>();
  for (const { names, target } of data.safeSearch)
    for (const name of names) search.add(name, nameFromText(target), 'exact');
  for (const name of data.youtube.names) youtube.add(name, true, 'exact');
  for (const name of data.waysAround) around.add(name, true);
  const moderate = nameFromText(data.youtube.moderate);
  const strict = nameFromText(data.youtube.strict);
  return {
    target(name, settings) {
      const engine = settings.safeSearch ? search.longest(name) : undefined;
      if (engine || settings.youtube === 'open') return engine;
      if (!youtube.longest(name)) return undefined;
      return settings.youtube === 'strict' ? strict : moderate;
    },
    waysAround: (name) => around.longest(name) === true,
  };
}
