import { getDomain } from 'tldts';
import type { Db } from '../../../platform/db.ts';
import type { Casework } from '../../casework/index.ts';
import type { CheckState, Observation } from '../check/index.ts';

/** Looks that saw something where they were led: content, or what only a person can tell from it. */
const SAW: readonly CheckState[] = ['up-same', 'up-changed', 'moved-host', 'redirected', 'geo-blocked'];

/** The address on another site to which a look was led; undefined when there is none, or nothing was seen there. Pure. */
export function ledElsewhere(observation: Observation, state: CheckState): string | undefined {
  const pages = [observation.page, ...(observation.elsewhere ?? []).map((e) => e.page)];
  const site = (url: string) => getDomain(url, { allowPrivateDomains: true });
  for (const page of SAW.includes(state) ? pages : [])
    if (page.kind === 'response' && page.status < 300 && site(page.finalUrl) !== site(observation.url))
      return page.finalUrl;
  return undefined;
}

/**
 * Puts the address to which a look was led under the item: to be judged, not fetched. In a transaction of its own, since
 * the tree is locked before items are; the next look says it again.
 */
export function createLedElsewhere(db: Db, casework: Pick<Casework, 'tree'>) {
  return async (item: string, observation: Observation, { state }: { state: CheckState }): Promise<void> => {
    const url = ledElsewhere(observation, state);
    if (url) await casework.tree.addSeen(db, { parent: item, seen: [{ url, kind: 'redirect' }], actor: 'system' });
  };
}
