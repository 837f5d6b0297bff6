import { isIP } from 'node:net';
import { domainToASCII } from 'node:url';
import { describe, expect, it } from 'vitest';
import { nameToText } from '../../../../packages/dns-table/index.ts';
import { safeSearchRewrites, unsafeEngines, youtubeRewrites } from './search-safety.ts';
import { echRule, resolverAddresses, waysAround } from './ways-around.ts';

const target = (map: ReadonlyMap<string, Uint8Array>, name: string) => {
  const wire = map.get(name);
  return wire && nameToText(wire);
};

describe('safe search', () => {
  it('sends every engine’s names to its safe side', () => {
    const map = safeSearchRewrites();
    expect(target(map, 'www.google.co.ma')).toBe('forcesafesearch.google.com.');
    expect([...map.keys()].filter((n) => n.startsWith('www.google.')).length).toBeGreaterThanOrEqual(190);
    expect(target(map, 'www.bing.com')).toBe('strict.bing.com.');
    expect(target(map, 'duckduckgo.com')).toBe('safe.duckduckgo.com.');
    expect(target(map, 'search.brave.com')).toBe('safesearch.brave.com.');
    expect(target(map, 'www.ecosia.org')).toBe('strict-safe-search.ecosia.org.');
    expect(target(map, 'api.qwant.com')).toBe('safeapi.qwant.com.');
    expect(target(map, 'www.startpage.com')).toBe('safe.startpage.com.');
    expect(target(map, 'xn--d1acpjx3f.xn--p1ai')).toBe('familysearch.yandex.ru.');
  });

  it('leaves Google’s other services, and the targets themselves, where they are', () => {
    const all = [safeSearchRewrites(), youtubeRewrites('strict'), youtubeRewrites('moderate')];
    for (const map of all)
      for (const name of ['google.com', 'mail.google.com', 'accounts.google.com', 'youtube.com'])
        expect(map.has(name), name).toBe(false);
    // A rewrite to a name that is rewritten in turn would go round in a circle.
    for (const map of all)
      for (const wire of map.values()) expect(all.some((m) => m.has(nameToText(wire).slice(0, -1)))).toBe(false);
  });

  it('has both modes of YouTube', () => {
    expect(target(youtubeRewrites('moderate'), 'www.youtube.com')).toBe('restrictmoderate.youtube.com.');
    expect(target(youtubeRewrites('strict'), 'youtubei.googleapis.com')).toBe('restrict.youtube.com.');
    expect([...youtubeRewrites('strict').keys()]).toEqual([...youtubeRewrites('moderate').keys()]);
  });

  it('never closes an engine that it makes safe', () => {
    for (const name of safeSearchRewrites().keys())
      for (let at = name; at !== ''; at = at.split('.').slice(1).join('.'))
        expect(unsafeEngines().has(at), name).toBe(false);
  });
});

it('everything is written as it is looked up: names in lower case and ASCII, addresses once', () => {
  const names = [...safeSearchRewrites().keys(), ...unsafeEngines(), ...waysAround().keys()];
  for (const name of names) expect(domainToASCII(name), name).toBe(name);
  for (const address of resolverAddresses()) expect(isIP(address), address).not.toBe(0);
  expect(new Set(resolverAddresses()).size).toBe(resolverAddresses().length);
  expect(waysAround().get('use-application-dns.net')).toBe('canary');
  expect(waysAround().get('mask.icloud.com')).toBe('relay');
  expect(waysAround().get('dns.google')).toBe('resolver');
  // Family-safe resolvers are ways around as well: they know nothing of this family.
  expect(waysAround().has('doh.cleanbrowsing.org')).toBe(true);
  expect(echRule()).toMatchObject({ strip: true });
});
