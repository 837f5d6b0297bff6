import type { Explanation } from './api.ts';
import { NAME_INVALID } from './errors.ts';
import { siteName } from './profile/site-name.ts';
import type { Resolver } from './resolver/resolver.ts';
import { appealPath } from './resolver/verdicts.ts';

/** The resolver's own decision in the words of pages. @throws SAFE_ACCESS_NAME_INVALID */
export async function explanationOf(
  resolver: Pick<Resolver, 'explain' | 'registry'>,
  device: string | undefined,
  typed: string,
): Promise<Explanation> {
  const name = siteName(typed);
  if (name === undefined) throw NAME_INVALID();
  const client = { transport: 'doh', address: '', id: device } as const;
  // People mean the site, and browsers ask for its www name: what is closed of the two is what they met.
  const bare = await resolver.explain(client, name);
  const why = bare.kind === 'none' ? await resolver.explain(client, `www.${name}`) : bare;
  const facts = device === undefined ? undefined : resolver.registry.device(device)?.profile.facts;
  const lang = facts?.lang ?? 'ar';
  const made = (outcome: Explanation['outcome'], reason: Explanation['why']): Explanation => ({
    name,
    outcome,
    why: reason,
    appealPath: reason.kind === 'national' ? appealPath(lang) : undefined,
  });
  switch (why.kind) {
    case 'own':
    case 'help':
      return made('help', { kind: 'none' });
    case 'national':
      return made('blocked', { kind: 'national', basis: why.basis });
    case 'paused':
      return made('blocked', { kind: 'paused', until: new Date(facts?.pausedUntil ?? 0) });
    case 'window':
      return made('blocked', { kind: 'window', until: why.device.profile.until });
    case 'category':
      return made('blocked', { kind: 'category', category: why.category });
    case 'deny':
    case 'ways-around':
      return made('blocked', { kind: why.kind });
    case 'not-ready':
      return made('blocked', { kind: 'not-ready' });
    case 'safe-search':
      return made('rewritten', { kind: 'safe-search' });
    case 'allow':
    case 'opened':
      return made('open', { kind: 'allow' });
    default:
      return made('open', { kind: 'none' });
  }
}
