/** A case that does not go on, by what stops it. */
export interface StalledCase {
  stoppers: ReadonlySet<string>;
}

export interface Change {
  id: string;
  lifts: ReadonlySet<string>;
}

/** A case is free only when everything that stops it is lifted. */
const freed = (cases: readonly StalledCase[], lifted: ReadonlySet<string>): number =>
  cases.filter((c) => c.stoppers.size > 0 && c.stoppers.isSubsetOf(lifted)).length;

/** How many cases each change would free by itself. Pure; no case counts twice, and none that is only half free. */
export const freedAlone = (cases: readonly StalledCase[], changes: readonly Change[]): Map<string, number> =>
  new Map(changes.map((c) => [c.id, freed(cases, c.lifts)]));

export interface GreedyStep {
  change: string;
  /** Cases that come free by this one after all before it. */
  more: number;
  total: number;
}

/**
 * In which order changes free most, each after those before it. Where none frees a case by itself, the one that lifts
 * most of what still stops cases comes next, as two together may; what lifts nothing any more is left out. Pure.
 */
export function greedyOrder(cases: readonly StalledCase[], changes: readonly Change[]): GreedyStep[] {
  const steps: GreedyStep[] = [];
  let lifted: ReadonlySet<string> = new Set();
  let total = 0;
  const left = new Set(changes);
  const burden = (set: ReadonlySet<string>) =>
    cases.reduce((sum, c) => sum + [...c.stoppers].filter((s) => set.has(s)).length, 0);
  while (left.size > 0) {
    const ranked = [...left]
      .map((c) => {
        const all = lifted.union(c.lifts);
        return { c, all, total: freed(cases, all), burden: burden(all) };
      })
      .sort((a, b) => b.total - a.total || b.burden - a.burden || (a.c.id < b.c.id ? -1 : 1));
    const best = ranked[0];
    if (!best || (best.total === total && best.burden === burden(lifted))) break;
    steps.push({ change: best.c.id, more: best.total - total, total: best.total });
    lifted = best.all;
    total = best.total;
    left.delete(best.c);
  }
  // At the end those that only helped others to help nobody.
  while (steps.at(-1)?.more === 0) steps.pop();
  return steps;
}
