import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Client, Question } from '../../../../packages/dns-proxy/policy.ts';
import { DnsTableBuilder, nameFromText, writeSnapshot } from '../../../../packages/dns-table/index.ts';
import { loadCatalogues } from '../../../platform/i18n/index.ts';
import { findRoot } from '../../../platform/root.ts';
import type { Listed } from '../../blocking/index.ts';
import { offsetAt } from '../../country/index.ts';
import { moroccanPack } from '../../country/testing/pack.ts';
import { CATEGORIES, type Category, type Rules } from '../profile/rules.ts';
import { WallClock } from '../profile/wall-clock.ts';
import type { Kinds } from '../profile/windows.ts';
import { helpNames, tableOfHelp } from '../resolver/help.ts';
import { SuffixMap } from '../resolver/names.ts';
import { CategoryTable, NationalList } from '../resolver/national.ts';
import { createPolicy, type Noting } from '../resolver/policy.ts';
import { type ProfileFacts, Registry } from '../resolver/registry.ts';
import { compileRewrites, type RewriteData } from '../resolver/rewrites.ts';
import { sentencesOf } from '../resolver/sentences.ts';
import { Verdicts, type Why } from '../resolver/verdicts.ts';

export const openRules: Rules = {
  band: '9-12',
  closed: [],
  allow: [],
  deny: [],
  safeSearch: false,
  youtube: 'open',
  noWaysAround: false,
  windows: [],
  keeps: 'nothing',
};

/** Names of a made-up Internet, for tests only. */
export const REWRITES: RewriteData = {
  safeSearch: new Map([['www.search.example', nameFromText('safe.search.example')]]),
  youtube: {
    moderate: new Map([['www.tube.example', nameFromText('moderate.tube.example')]]),
    strict: new Map([['www.tube.example', nameFromText('strict.tube.example')]]),
  },
  unsafeEngines: ['wild-search.example'],
  waysAround: ['vpn.example', 'resolver.example'],
};

export const facts = (over: Partial<ProfileFacts> & { rules?: Rules } = {}): ProfileFacts => ({
  id: '018f0000-0000-7000-8000-000000000001',
  revision: 1,
  lang: 'fr',
  rules: openRules,
  devices: ['aaaaaaaaaaaa'],
  networks: [],
  ...over,
});

export const from = (id: string | undefined, over: Partial<Client> = {}): Client => ({
  transport: 'doh',
  address: '127.0.0.1',
  id,
  ...over,
});

export const question = (name: string, client: Client, now: number, type = 1): Question => ({
  packet: nameFromText(name),
  name: 0,
  type,
  client,
  now,
});

/** A policy over real tables on the disk. Close it. */
export function openResolver(
  given: {
    national?: readonly Pick<Listed, 'kind' | 'target' | 'basis'>[] | null;
    categories?: readonly (readonly [name: string, category: Category, action?: 'block' | 'allow'])[];
    freed?: readonly (readonly [name: string, kinds: Kinds])[];
    noting?: Noting;
    blockAddress?: string;
  } = {},
) {
  const folder = mkdtempSync(path.join(tmpdir(), 'safe-access-'));
  const { pack } = moroccanPack();
  const national = new NationalList(folder, { write: true });
  if (given.national !== null)
    national.begin(
      given.national?.length ?? 0,
      (given.national ?? []).map((l) => ({ ...l, entry: '' })),
    );
  if (given.categories) {
    const builder = new DnsTableBuilder();
    for (const [name, category, action = 'block'] of given.categories)
      builder.add(name, { action, scope: 'subtree', category: CATEGORIES[category] });
    writeSnapshot(path.join(folder, 'categories.table'), builder.build());
  }
  const categories = new CategoryTable(folder);
  const freed = new SuffixMap<Kinds>();
  for (const [name, kinds] of given.freed ?? []) freed.add(name, kinds);
  const registry = new Registry(new WallClock((instant) => offsetAt(instant, 'Africa/Casablanca')));
  registry.ready = true;
  const verdicts = new Verdicts({
    sentences: sentencesOf(loadCatalogues(findRoot())),
    publicOrigin: 'https://salama.example',
    blockAddress: given.blockAddress,
    lang: 'ar',
  });
  const troubles: unknown[] = [];
  const policy = createPolicy({
    help: tableOfHelp(helpNames(pack, ['salama.example', 'dns.salama.example'])),
    national,
    categories,
    freed: () => freed,
    registry,
    rewrites: compileRewrites(REWRITES),
    verdicts,
    ...(given.noting ? { noting: given.noting } : {}),
    onTrouble: (error) => troubles.push(error),
  });
  return {
    folder,
    pack,
    national,
    categories,
    registry,
    verdicts,
    policy,
    troubles,
    /** Why a name is answered as it is, for the device of {@link facts}. */
    why(name: string, now: number | string = '2026-11-27T12:00:00Z', client = from('aaaaaaaaaaaa')): Why {
      const at = typeof now === 'number' ? now : Date.parse(now);
      return verdicts.why(policy.decide(question(name, client, at))) as Why;
    },
    close() {
      national.close();
      categories.close();
      rmSync(folder, { recursive: true });
    },
  };
}
