import type { CountryPack, NeverCategory } from '../../country/index.ts';
import { helpNames as namesOfHelp } from '../lists/help-names.ts';
import { SuffixMap } from './names.ts';

type Pack = Pick<CountryPack, 'helpNames' | 'neverBlock' | 'helpLines' | 'bodies' | 'platforms'>;

/** Of what the country never blocks, what a person in need must reach; a bank or a platform is not help. */
const HELP: readonly NeverCategory[] = ['help', 'government', 'health'];

function hostOf(url: string): string | undefined {
  return URL.canParse(url) ? new URL(url).hostname.replace(/^www\./, '') : undefined;
}

/**
 * Names, each with all below it, that are never blocked, paused, counted or shown: the names of help, help lines and what
 * receives reports, the State and its police, health, and e-Salama itself (`own`: its public address and the resolver's
 * name). Pure.
 */
export function helpNames(pack: Pack, own: readonly string[]): string[] {
  const names = new Set([...own, ...namesOfHelp(pack, own).keys()]);
  for (const entry of pack.neverBlock.names)
    if (HELP.includes(entry.category)) for (const name of entry.names) names.add(name);
  const addresses = [
    ...pack.helpLines.helpLines.flatMap((line) => line.url ?? []),
    ...pack.bodies.bodies.flatMap((body) => (body.channel.kind === 'portal' ? [body.channel.url] : [])),
  ];
  // A help line with a page on a social network does not make that network help.
  const platforms = pack.platforms.platforms.flatMap((p) => p.domains);
  const onPlatform = (host: string) => platforms.some((p) => host === p || host.endsWith(`.${p}`));
  for (const address of addresses) {
    const host = hostOf(address);
    if (host && !onPlatform(host)) names.add(host);
  }
  return [...names].filter((name) => name !== '');
}

export function tableOfHelp(names: Iterable<string>): SuffixMap<true> {
  const table = new SuffixMap<true>();
  for (const name of names) table.add(name, true);
  return table;
}
