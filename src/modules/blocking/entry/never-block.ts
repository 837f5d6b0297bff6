import { domainToUnicode } from 'node:url';
import ipaddr from 'ipaddr.js';
import { getDomain, parse } from 'tldts';
import type { CountryPack, NeverCategory } from '../../country/index.ts';
import { asciiName, upwards } from './target.ts';

/** Why a name is protected; `own` is e-Salama itself. */
export type Protection = NeverCategory | 'own';

export interface Protected {
  name: string;
  protection: Protection;
}

export interface NeverBlock {
  /** What would be hurt if `name` (and, `below`, everything under it) were taken away; undefined when nothing is. */
  hurt(name: string, below: boolean): Protected | undefined;
  /** A protected address inside of a network. */
  addressIn(network: [ipaddr.IPv4 | ipaddr.IPv6, number]): string | undefined;
  /** A protected name that `name` can be mistaken for by the eye; undefined for itself and for all others. */
  lookalike(name: string): string | undefined;
}

type Pack = Pick<CountryPack, 'neverBlock' | 'helpLines' | 'bodies' | 'platforms' | 'providers'>;

const registrable = (name: string) =>
  getDomain(name, { allowPrivateDomains: true, extractHostname: false, validateHostname: false }) ?? name;

/** Whether people can have names of their own directly below it, by the Public Suffix List. */
const isSuffix = (name: string) => {
  const { isPrivate, domain } = parse(name, { allowPrivateDomains: true, validateHostname: false });
  return isPrivate === true && domain === null;
};

function nameOfUrl(url: string): string | undefined {
  return URL.canParse(url) ? asciiName(new URL(url).hostname) : undefined;
}

/** Everything that the country pack calls help, body or platform is protected without being written down twice. */
function* derived(pack: Pack): Generator<Protected> {
  for (const line of pack.helpLines.helpLines) {
    const name = line.url ? nameOfUrl(line.url) : undefined;
    if (name) yield { name: registrable(name), protection: 'help' };
  }
  for (const body of pack.bodies.bodies) {
    const { channel } = body;
    const name =
      channel.kind === 'portal'
        ? nameOfUrl(channel.url)
        : channel.kind === 'mail' && channel.address
          ? asciiName(channel.address.slice(channel.address.lastIndexOf('@') + 1))
          : undefined;
    if (name) yield { name: registrable(name), protection: 'government' };
  }
  const hosts = [
    ...pack.platforms.platforms.flatMap((p) => p.domains),
    ...pack.providers.providers.flatMap((p) => p.domains),
  ];
  for (const host of hosts) {
    const name = asciiName(host);
    if (name) yield { name, protection: isSuffix(name) ? 'hosting' : 'platform' };
  }
}

/** Letters of other alphabets that look like Latin ones; enough to warn a person, not meant to be complete. */
const LOOKS: Record<string, string> = Object.fromEntries(
  [
    ['аαɑ', 'a'],
    ['сϲ', 'c'],
    ['ԁ', 'd'],
    ['еєε', 'e'],
    ['ցɡ', 'g'],
    ['һհ', 'h'],
    ['іıιí', 'i'],
    ['ј', 'j'],
    ['кκ', 'k'],
    ['ӏl1|', 'l'],
    ['мｍ', 'm'],
    ['пո', 'n'],
    ['оοօ0', 'o'],
    ['рρ', 'p'],
    ['ѕ', 's'],
    ['тτ', 't'],
    ['υս', 'u'],
    ['νѵ', 'v'],
    ['ԝω', 'w'],
    ['хχ', 'x'],
    ['уγ', 'y'],
  ].flatMap(([from, to]) => [...(from as string)].map((letter) => [letter, to as string])),
);

/** What the eye sees: accents off, foreign look-alikes as the Latin letter. */
function skeleton(name: string): string {
  const shown = domainToUnicode(name).normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
  return [...shown].map((letter) => LOOKS[letter] ?? letter).join('');
}

/** Labels from the end: does `name` lie at or below `pattern`? */
function fits(pattern: readonly string[], name: readonly string[]): boolean {
  if (name.length < pattern.length) return false;
  const tail = name.slice(name.length - pattern.length);
  return pattern.every((p, i) => (p === '??' ? /^[a-z]{2}$/.test(tail[i] ?? '') : p === tail[i]));
}

/** Compiles what must never be blocked; `origin` is the platform's own public address. Pure. */
export function compileNeverBlock(pack: Pack, origin: string): NeverBlock {
  const names = new Map<string, Protection>();
  for (const { name, protection } of derived(pack)) names.set(name, protection);
  // Written down beats derived: a builder of sites that is also a provider of ours is known for its tenants.
  for (const entry of pack.neverBlock.names) for (const name of entry.names) names.set(name, entry.category);
  const own = nameOfUrl(origin) ?? 'localhost';
  names.set(registrable(own), 'own');

  const above = new Map<string, string>();
  for (const name of names.keys()) for (const up of upwards(name).slice(1)) if (!above.has(up)) above.set(up, name);
  const patterns = pack.neverBlock.patterns.map((p) => p.split('.'));
  const addresses = pack.neverBlock.addresses.map((a) => ipaddr.process(a));
  const looks = new Map([...names.keys()].map((name) => [skeleton(name), name]));

  return {
    hurt(name, below) {
      for (const at of upwards(name)) {
        const protection = names.get(at);
        // A tenant of a builder of sites answers for the own name; the builder itself does not.
        if (protection && (protection !== 'hosting' || at === name)) return { name: at, protection };
      }
      const under = below ? above.get(name) : undefined;
      if (under) return { name: under, protection: names.get(under) as Protection };
      const labels = name.split('.');
      const pattern = patterns.find((p) => fits(p, labels));
      return pattern ? { name: pattern.join('.'), protection: 'government' } : undefined;
    },
    addressIn([network, bits]) {
      const found = addresses.find((a) => a.kind() === network.kind() && a.match(network as never, bits));
      return found?.toString();
    },
    lookalike(name) {
      for (const at of upwards(name)) {
        const like = looks.get(skeleton(at));
        if (like !== undefined && like !== at && !names.has(at)) return like;
      }
      return undefined;
    },
  };
}
