import { type Breath, type Change, type Page, pageOf } from './pages.ts';
import { type Treatment, treatment } from './policy.ts';
import type { Entry } from './rule.ts';

/*
 * A zone is DNS, and in DNS a wildcard ends at the next name that is there. When "parent" and "a.b.parent" are listed, "b.parent"
 * is there without a record: "*.parent" says nothing of it, nor of "x.b.parent", and a listed site would have an open door
 * (measured: BIND 9.18 and Unbound 1.17 do so, Recursor 4.8 does not). So such names between two rules get a rule of their own, with what the upper
 * one says. They belong to the zone's records and differences, not to its rules.
 */

/** A rule that somebody wanted, of those that a zone holds. */
export function isWanted(one: Treatment): boolean {
  return one.scope !== 'between';
}

const covers = (one: Treatment | undefined) =>
  one !== undefined && (one.scope === 'both' || one.scope === 'subdomains');

/** Names above a key, nearest first: "com.example.www" gives "com.example", "com". */
function above(key: string): string[] {
  const out: string[] = [];
  for (let end = key.lastIndexOf('.'); end > 0; end = key.lastIndexOf('.', end - 1)) out.push(key.slice(0, end));
  return out;
}

function* below(pages: readonly Page[], key: string): Iterable<Entry> {
  const prefix = `${key}.`;
  for (let i = pageOf(pages, prefix); i < pages.length; i++) {
    const page = pages[i] as Page;
    if (page.first > prefix && !page.first.startsWith(prefix)) return;
    if (!page.mayHold(prefix)) {
      if (page.first > prefix) return;
      continue;
    }
    for (const entry of page.entries()) if (entry.key.startsWith(prefix)) yield entry;
  }
}

/**
 * What else has to change so that no name between two rules opens what the upper one closes.
 * @param changes wanted ones, in order, each key once
 * @returns changes to be put behind those given: for one key the last counts
 */
export async function changesBetween(
  pages: readonly Page[],
  changes: readonly Change[],
  breath: Breath,
): Promise<Change[]> {
  const wanted = new Map(changes.map((change) => [change.key, change.treatment]));
  const present = (key: string) => pages[pageOf(pages, key)]?.find(key)?.treatment;
  const after = (key: string): Treatment | undefined => {
    if (wanted.has(key)) return wanted.get(key);
    const one = present(key);
    return one && isWanted(one) ? one : undefined;
  };
  const remembered = new Map<string, Treatment | undefined>();
  /** The nearest rule above that speaks for everything under it. */
  const coverOf = (key: string): Treatment | undefined => {
    if (remembered.has(key)) return remembered.get(key);
    const end = key.lastIndexOf('.');
    const parent = end > 0 ? key.slice(0, end) : undefined;
    const own = parent === undefined ? undefined : after(parent);
    const cover = covers(own) ? own : parent === undefined ? undefined : coverOf(parent);
    remembered.set(key, cover);
    return cover;
  };
  /** Names that may have to be there without anybody wanting them, and whether something wanted is under them. */
  const nodes = new Map<string, boolean>();
  const touch = (key: string, holds: boolean) => {
    for (const node of above(key)) {
      const known = nodes.get(node);
      // What is above a node that is known has been seen with it.
      if (known === true || (known === false && !holds)) return;
      nodes.set(node, holds);
    }
  };
  for (const { key, treatment: now } of changes) {
    const pause = breath();
    if (pause) await pause;
    touch(key, now !== undefined);
    if (!now) nodes.set(key, nodes.get(key) ?? false);
    for (const entry of below(pages, key)) {
      if (!isWanted(entry.treatment)) nodes.set(entry.key, nodes.get(entry.key) ?? false);
      else if (!wanted.has(entry.key)) touch(entry.key, true);
    }
  }
  const out: Change[] = [];
  for (const [key, holds] of nodes) {
    const pause = breath();
    if (pause) await pause;
    if (after(key)) continue;
    const cover = coverOf(key);
    const needed = cover !== undefined && (holds || holdsWanted(pages, key, wanted));
    const is = present(key);
    if (needed) out.push({ key, treatment: treatment(cover.policy, 'between') });
    else if (is && !isWanted(is)) out.push({ key, treatment: undefined });
  }
  return out;
}

function holdsWanted(pages: readonly Page[], key: string, wanted: ReadonlyMap<string, unknown>): boolean {
  for (const entry of below(pages, key)) if (isWanted(entry.treatment) && !wanted.has(entry.key)) return true;
  return false;
}
