import { getDomain } from 'tldts';
import type { Clock } from '../../../platform/clock.ts';
import type { DnsResolver, EgressResult, Vantage } from '../../../platform/egress/index.ts';
import type { Random } from '../../../platform/random.ts';
import type { Observation } from './classify.ts';
import { compare } from './compare.ts';
import { type Fingerprint, readSignals } from './signals.ts';

export interface LookDeps {
  /** The first looks; the others are asked only if it did not get a page. At least one. */
  vantages: readonly [Vantage, ...Vantage[]];
  /** Further witnesses for NXDOMAIN beside the vantages' own resolvers. Two different ones are needed for `gone-dns`. */
  resolvers?: readonly DnsResolver[];
  clock: Clock;
  random: Random;
  baseline?: Fingerprint;
  /** Network of an address, from the packaged data. */
  asnOf?: (address: string) => Promise<number | undefined>;
  /** Perceptual hash (hex) of an image; undefined for what it can't read. */
  imageHash?: (body: Buffer, contentType: string) => Promise<string | undefined>;
}

/** A path that can't exist beside the asked one. Random letters only: it carries no mark of ours. */
export function probeUrl(url: string, random: Random): string {
  const probe = new URL(url);
  const letters = 'abcdefghijklmnopqrstuvwxyz';
  const name = Array.from({ length: 10 + random.int(6) }, () => letters[random.int(letters.length)]).join('');
  const asked = probe.pathname.replace(/\/+$/, '');
  probe.pathname = `${asked.slice(0, asked.lastIndexOf('/') + 1) || '/'}${name}`;
  probe.search = '';
  probe.hash = '';
  return probe.href;
}

async function witnesses(host: string, deps: LookDeps): Promise<Observation['resolvers']> {
  const all = [...deps.vantages.map((v) => v.egress.dns), ...(deps.resolvers ?? [])];
  const distinct = [...new Map(all.map((dns) => [dns.name, dns])).values()];
  return Promise.all(
    distinct.map(async (dns) => {
      const answer = await dns.addresses(host);
      return { name: dns.name, code: answer.kind === 'dns' ? answer.code : ('OK' as const) };
    }),
  );
}

const gotPage = (page: EgressResult) => page.kind === 'response' && page.status >= 200 && page.status < 300;

/**
 * One look at a reported address from the first vantage, with only as many further requests as the answer calls for:
 * a random path when there is a page that is not the known one, other resolvers for NXDOMAIN, other vantages when there
 * is no page. Sends no cookie, no referrer and nothing that came with the report.
 */
export async function lookAt(url: string, deps: LookDeps): Promise<Observation> {
  const [vantage, ...others] = deps.vantages;
  const at = deps.clock.now();
  const page = await vantage.egress.fetch(url);
  const observation: Observation = {
    url,
    at,
    vantage: vantage.name,
    page,
    ...(deps.baseline ? { baseline: deps.baseline } : {}),
  };
  if (page.kind === 'dns') {
    const resolvers = await witnesses(page.host, deps);
    if (resolvers) observation.resolvers = resolvers;
  }
  if (page.kind === 'response') {
    const asn = await deps.asnOf?.(page.remoteAddress);
    if (asn !== undefined) observation.asn = asn;
    const contentType = page.headers['content-type'] ?? '';
    if (deps.imageHash && contentType.startsWith('image/')) {
      const hash = await deps.imageHash(page.body, contentType);
      if (hash) observation.imageHash = hash;
    }
  }
  if (page.kind === 'response' && gotPage(page)) {
    const { fingerprint } = readSignals(page);
    if (!(deps.baseline && compare(deps.baseline, fingerprint).same)) {
      const { hostname } = new URL(page.finalUrl);
      // Delegation stands at the registered name.
      const host = getDomain(hostname, { allowPrivateDomains: true }) ?? hostname;
      const [probe, nameservers] = await Promise.all([
        vantage.egress.fetch(probeUrl(page.finalUrl, deps.random)),
        vantage.egress.dns.records(host, 'NS'),
      ]);
      observation.probe = probe;
      if (nameservers.kind === 'records') observation.nameservers = nameservers.records;
    }
  } else if (others.length > 0) {
    observation.elsewhere = await Promise.all(
      others.map(async (other) => ({ vantage: other.name, page: await other.egress.fetch(url) })),
    );
  }
  return observation;
}
