import { getDomain } from 'tldts';
import type { CountryPack, HelpKind } from '../../country/index.ts';

/** Why a name always answers; `own` is e-Salama itself. */
export type HelpNameKind = HelpKind | 'own';

type Pack = Pick<CountryPack, 'helpNames' | 'neverBlock' | 'helpLines' | 'platforms'>;

const bare = (name: string) => name.toLowerCase().replace(/\.$/, '');

/**
 * The names of help: never blocked, never counted, not even while the Internet is paused. By lower-case name without a dot
 * at the end; each stands for all that is below it. Pure.
 *
 * @param own e-Salama's own names (its public host, the resolver's name): as they are, for a programme may share its domain
 */
export function helpNames(pack: Pack, own: readonly string[]): ReadonlyMap<string, HelpNameKind> {
  const map = new Map<string, HelpNameKind>();
  for (const id of pack.helpNames.fromNeverBlock) {
    const entry = pack.neverBlock.names.find((n) => n.id === id);
    for (const name of entry?.names ?? []) map.set(name, entry?.category === 'health' ? 'health' : 'help');
  }
  const platforms = pack.platforms.platforms.flatMap((p) => p.domains);
  const onPlatform = (host: string) => platforms.some((p) => host === p || host.endsWith(`.${p}`));
  // A line that is shown to people in danger must open, whoever runs its site; but its page on a social network does not
  // make that network help.
  for (const line of pack.helpLines.helpLines) {
    const host = line.url ? new URL(line.url).hostname : undefined;
    if (host && !onPlatform(host)) map.set(getDomain(host, { allowPrivateDomains: true }) ?? host, 'help');
  }
  for (const { kind, names } of pack.helpNames.names) for (const name of names) map.set(name, kind);
  for (const name of own) map.set(bare(name), 'own');
  return map;
}
