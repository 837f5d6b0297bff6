import { existsSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { EDE, type Policy, type PolicyFactory, type Verdict } from '../../packages/dns-proxy/policy.ts';
import { categoryMask, nameFromText, type ReaderLink, sameName, TableReader } from '../../packages/dns-table/index.ts';

/** What the bench's threads are given. */
export interface BenchLink {
  readonly national: ReaderLink;
  readonly categories: ReaderLink;
  /** Folder of the safe-access module; its own policy decides when it is there. */
  readonly module: string | undefined;
  /** Names kept in memory by each reader. */
  readonly names: number;
}

const CLOSED = ['adult', 'self-harm', 'violence', 'hate', 'drugs', 'gambling', 'dating', 'social', 'games'];
const ALLOW = ['school.example', 'library.example', 'l.example'];
const DENY = ['never.example', 'x.never2.example'];
const HELP = ['esalama.ma', 'police.ma', '141.ma', 'ok.help.example'];

/** The whole decision for a school's or a family's line on loopback, with all its steps. */
const factory: PolicyFactory = async (given) => {
  const link = given as BenchLink;
  const national = new TableReader(link.national, { names: link.names });
  const categories = new TableReader(link.categories);
  if (link.module && existsSync(path.join(link.module, 'resolver/policy.ts'))) {
    return real(link.module, national, categories);
  }
  return own(national, categories);
};
export default factory;

/** The module's own, by its files: the bench must not decide what it measures. */
async function real(folder: string, national: TableReader, categories: TableReader): Promise<Policy> {
  // biome-ignore lint/suspicious/noExplicitAny: loaded by path, so that the bench runs without it too
  const load = (file: string): Promise<any> => import(pathToFileURL(path.join(folder, file)).href);
  const [policy, registry, verdicts, names, rewrites, clock] = await Promise.all(
    ['policy', 'registry', 'verdicts', 'names', 'rewrites']
      .map((file) => load(`resolver/${file}.ts`))
      .concat(load('profile/wall-clock.ts')),
  );
  const help = new names.SuffixMap();
  for (const name of HELP) help.add(name, true);
  const known = new registry.Registry(new clock.WallClock(() => 3_600_000));
  known.put({
    id: '018f0000-0000-7000-8000-000000000001',
    revision: 1,
    lang: 'fr',
    rules: {
      band: '9-12',
      closed: CLOSED,
      allow: ALLOW,
      deny: DENY,
      safeSearch: true,
      youtube: 'strict',
      noWaysAround: true,
      windows: [{ days: ['mon'], from: '03:00', to: '03:01', closes: ['video'] }],
      keeps: 'counts',
    },
    devices: ['aaaaaaaaaaaa'],
    networks: ['127.0.0.0/8'],
  });
  known.ready = true;
  const freed = new names.SuffixMap();
  const tube = (how: string) => new Map([['www.tube.example', nameFromText(`${how}.tube.example`)]]);
  const keyed = (_lang: string, key: string) => key;
  let counted = 0;
  return policy.createPolicy({
    help,
    national: { reader: national },
    categories: { reader: categories },
    freed: () => freed,
    registry: known,
    rewrites: rewrites.compileRewrites({
      safeSearch: new Map([['www.search.example', nameFromText('safe.search.example')]]),
      youtube: { moderate: tube('moderate'), strict: tube('strict') },
      unsafeEngines: ['wild-search.example'],
      waysAround: ['vpn.example', 'resolver.example'],
    }),
    verdicts: new verdicts.Verdicts({
      sentences: { national: keyed, closed: keyed, category: keyed, who: keyed },
      publicOrigin: 'https://esalama.example',
      blockAddress: undefined,
      lang: 'fr',
    }),
    noting: { blocked: () => counted++, seen: () => counted++ },
  }) as Policy;
}

/** The same steps, for a checkout without the module. */
function own(national: TableReader, categories: TableReader): Policy {
  const forward: Verdict = { kind: 'forward', follow: true, withoutEch: true };
  const block = (ede: number, text: string): Verdict => ({ kind: 'block', answer: 'nxdomain', ede, text, ttl: 10 });
  const court = block(EDE.censored, 'national list');
  const family = block(EDE.filtered, 'closed by the rules of this device');
  const mask = categoryMask([1, 2, 3, 4, 5, 6, 7, 20, 22]);
  const help = suffixes(HELP);
  const allow = suffixes(ALLOW);
  const deny = suffixes(DENY);
  const around = suffixes(['vpn.example', 'resolver.example', 'use-application-dns.net']);
  const search = suffixes(['www.search.example', 'www.tube.example']);
  let until = 0;
  return {
    decide(q) {
      const { packet, name } = q;
      if (help(packet, name)) return forward;
      if (national.lookup(packet, name)?.action === 'block') return court;
      // Windows: what holds changes at a time that is known.
      if (q.now >= until) until = q.now + 60_000;
      if (q.client.raw?.[0] !== 127 && q.client.address === '') return forward;
      if (deny(packet, name)) return family;
      if (allow(packet, name)) return forward;
      if (around(packet, name)) return family;
      if (categories.lookup(packet, name, mask)?.action === 'block') return family;
      search(packet, name);
      return forward;
    },
  };
}

/** Whether a small set has the name or one above it. */
function suffixes(texts: readonly string[]) {
  const names = texts.map((text) => nameFromText(text));
  return (packet: Uint8Array, at: number): boolean => {
    for (let from = at; packet[from] !== 0; from += (packet[from] as number) + 1) {
      for (const name of names) if (sameName(name, 0, packet, from)) return true;
    }
    return false;
  };
}
