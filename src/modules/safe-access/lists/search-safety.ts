import { nameFromText } from '../../../../packages/dns-table/index.ts';
import data from './data/safe-search.json' with { type: 'json' };

/*
 * What makes search safe from outside: engines answer at another name without what is for adults. For whoever decides
 * about names: maps by lower-case name without a dot at the end, targets in wire form, made once.
 */

export type YoutubeMode = 'moderate' | 'strict';

const lower = (name: string) => name.toLowerCase();

/** Names and where they are sent instead. A name stands for itself alone. */
function rewritesOf(pairs: readonly { names: readonly string[]; target: string }[]): ReadonlyMap<string, Uint8Array> {
  const map = new Map<string, Uint8Array>();
  for (const { names, target } of pairs) {
    const wire = nameFromText(target);
    for (const name of names) map.set(lower(name), wire);
  }
  return map;
}

const engines = rewritesOf(data.engines);
const youtube: Record<YoutubeMode, ReadonlyMap<string, Uint8Array>> = {
  moderate: rewritesOf([{ names: data.youtube.names, target: data.youtube.moderate }]),
  strict: rewritesOf([{ names: data.youtube.names, target: data.youtube.strict }]),
};
const without: ReadonlySet<string> = new Set(data.without.names.map(lower));

/** Search engines that can be made safe: name to target. YouTube is not among them: it has modes of its own. */
export const safeSearchRewrites = (): ReadonlyMap<string, Uint8Array> => engines;

/** Names of YouTube's sites and of what its apps ask, to the target of a mode. */
export const youtubeRewrites = (mode: YoutubeMode): ReadonlyMap<string, Uint8Array> => youtube[mode];

/** Engines that cannot be made safe: closed where search has to be. Each name stands for all that is below it. */
export const unsafeEngines = (): ReadonlySet<string> => without;
