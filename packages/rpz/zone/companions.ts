import type { Delta } from '../journal/store.ts';
import { type Page, pageOf } from './pages.ts';
import { type Treatment, treatment } from './policy.ts';
import { checkName, type Entry, reversed } from './rule.ts';

/*
 * Rules that one secondary gets and no other, so that its copy of the zone can be told from all others. They are no rules of the
 * zone: each stands directly below a rule that is marked as accompanied and says what that one says of everything under it, so
 * they change nothing for who asks a resolver. Which they are follows from the zone's state and the secondary alone. So there
 * is nothing to remember: the difference of two states is that of the rules and that of the companions.
 */

/**
 * Labels that a secondary has below an accompanied rule's name. It must say the same for ever: servers hold what it said
 * before. What is no label of a name, would be too long or is there as a rule of the zone is left out.
 */
export type Companions = (name: string, zone: string) => readonly string[];

interface Place {
  /** As `Zone.origin`. */
  origin: string;
  originLength: number;
}

const LABEL = /^[a-z0-9_-]{1,63}$/;

/** Keys of companions below the name of a key. */
function keysBelow(key: string, companions: Companions, { origin, originLength }: Place): string[] {
  const name = reversed(key);
  return [...new Set(companions(name, origin))]
    .filter((label) => LABEL.test(label) && checkName(`${label}.${name}`, originLength).ok)
    .map((label) => `${key}.${label}`);
}

const present = (pages: readonly Page[], key: string): Treatment | undefined =>
  pages[pageOf(pages, key)]?.find(key)?.treatment;

/** Companions by the index of the page they belong on. */
export function companionsOn(
  pages: readonly Page[],
  companions: Companions,
  place: Place,
): ReadonlyMap<number, readonly Entry[]> {
  const out = new Map<number, Entry[]>();
  for (const page of pages)
    for (const { key, treatment: above } of page.accompanied())
      for (const own of keysBelow(key, companions, place)) {
        const index = pageOf(pages, own);
        if (pages[index]?.find(own)) continue;
        const entries = out.get(index) ?? [];
        entries.push({ key: own, treatment: treatment(above.policy) });
        out.set(index, entries);
      }
  return out;
}

/** A difference with what is needed to know what it does to anybody's companions. */
export interface Step {
  was(key: string): Treatment | undefined;
  is(key: string): Treatment | undefined;
  /** Keys whose companions may have come or gone with it. */
  hosts: readonly string[];
}

/** @param pages of the newer state */
export function stepOf({ removed, added }: Pick<Delta, 'removed' | 'added'>, pages: readonly Page[]): Step {
  const went = new Map(removed.map((e) => [e.key, e.treatment]));
  const came = new Map(added.map((e) => [e.key, e.treatment]));
  const all = new Set(pages.flatMap((page) => page.accompanied().map((e) => e.key)));
  for (const { key, treatment: t } of removed) if (t.accompanied) all.add(key);
  const hosts = new Set<string>();
  for (const key of [...went.keys(), ...came.keys()]) {
    if (all.has(key)) hosts.add(key);
    // A rule that stands where a companion would: it takes its place, or leaves it.
    const parent = key.slice(0, Math.max(0, key.lastIndexOf('.')));
    if (all.has(parent)) hosts.add(parent);
  }
  return {
    was: (key) => went.get(key) ?? (came.has(key) ? undefined : present(pages, key)),
    is: (key) => present(pages, key),
    hosts: [...hosts],
  };
}

/** What comes and goes of one secondary's companions with a difference. */
export function companionChanges(
  { was, is, hosts }: Step,
  companions: Companions,
  place: Place,
): { removed: Entry[]; added: Entry[] } {
  const removed: Entry[] = [];
  const added: Entry[] = [];
  for (const host of hosts) {
    const [before, after] = [was(host), is(host)];
    for (const key of keysBelow(host, companions, place)) {
      const old = before?.accompanied && !was(key) ? treatment(before.policy) : undefined;
      const now = after?.accompanied && !is(key) ? treatment(after.policy) : undefined;
      if (old?.key === now?.key) continue;
      if (old) removed.push({ key, treatment: old });
      if (now) added.push({ key, treatment: now });
    }
  }
  return { removed, added };
}
