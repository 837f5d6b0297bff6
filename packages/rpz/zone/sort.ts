import type { Breath, Change } from './pages.ts';

const RUN = 20_000;

const before = (a: Change, b: Change) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0);

/**
 * Sorts by key, in pieces, so that a million names don't keep a server from answering for seconds. Of several with one key
 * the last given stays.
 */
export async function sortChanges(changes: readonly Change[], breath: Breath): Promise<Change[]> {
  let runs: Change[][] = [];
  for (let i = 0; i < changes.length; i += RUN) {
    // Stable, so the last given stays last.
    runs.push(changes.slice(i, i + RUN).sort(before));
    await breath(true);
  }
  while (runs.length > 1) {
    const next: Change[][] = [];
    for (let i = 0; i < runs.length; i += 2) next.push(await merge(runs[i] as Change[], runs[i + 1] ?? [], breath));
    runs = next;
  }
  const sorted = runs[0] ?? [];
  return sorted.filter((change, i) => change.key !== sorted[i + 1]?.key);
}

async function merge(left: Change[], right: Change[], breath: Breath): Promise<Change[]> {
  const out: Change[] = [];
  let l = 0;
  let r = 0;
  while (l < left.length || r < right.length) {
    const a = left[l];
    const b = right[r];
    if (a && (!b || a.key <= b.key)) {
      out.push(a);
      l++;
    } else {
      out.push(b as Change);
      r++;
    }
    if (out.length % RUN === 0) await breath(true);
  }
  return out;
}
