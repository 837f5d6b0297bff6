import { bodyRoom, type Chunk, ChunkWriter, entryBound } from './encode.ts';
import type { Treatment } from './policy.ts';
import type { Entry } from './rule.ts';

/**
 * A run of rules in order that fills about one message of a transfer. It never changes: a change makes another page, and
 * whoever is in the middle of a transfer goes on with those of its moment. Names stand in one string: a million of them cost
 * no object each.
 */
export class Page {
  readonly first: string;
  readonly count: number;
  /** Bytes that it takes at most when encoded. */
  readonly bound: number;
  readonly #keys: string;
  readonly #treatments: Treatment | readonly Treatment[];
  #wire: readonly Chunk[] | undefined;
  #accompanied: readonly Entry[] | undefined;

  constructor(entries: readonly Entry[], bound: number) {
    const head = entries[0] as Entry;
    this.first = head.key;
    this.count = entries.length;
    this.bound = bound;
    this.#keys = entries.map((e) => e.key).join('\n');
    const uniform = entries.every((e) => e.treatment === head.treatment);
    this.#treatments = uniform ? head.treatment : entries.map((e) => e.treatment);
  }

  entries(): Entry[] {
    const treatments = this.#treatments;
    return this.#keys.split('\n').map((key, i) => ({
      key,
      treatment: Array.isArray(treatments) ? (treatments[i] as Treatment) : (treatments as Treatment),
    }));
  }

  find(key: string): Entry | undefined {
    // Most questions are about names that are not there; no need to take the page apart for them.
    if (!this.#keys.includes(key)) return undefined;
    return this.entries().find((e) => e.key === key);
  }

  /** False when no name on it begins so (or has it inside: true is a reason to look). */
  mayHold(prefix: string): boolean {
    return this.#keys.includes(prefix);
  }

  /** Its rules that have companions; most pages have none. */
  accompanied(): readonly Entry[] {
    const treatments = this.#treatments;
    this.#accompanied ??= (Array.isArray(treatments) ? treatments : [treatments]).some((t) => t.accompanied)
      ? this.entries().filter((e) => e.treatment.accompanied)
      : [];
    return this.#accompanied;
  }

  /** Encoded for one who has names of its own here, each in its place. */
  wireWith(own: readonly Entry[], ttl: number, start: number): readonly Chunk[] {
    const writer = new ChunkWriter(ttl, start);
    for (const { key, treatment } of inOrder([...this.entries(), ...own])) writer.entry(key, treatment);
    return writer.finish();
  }

  /** Encoded at the first call, once for all who ask. */
  wire(ttl: number, start: number): readonly Chunk[] {
    if (!this.#wire) {
      const writer = new ChunkWriter(ttl, start);
      for (const { key, treatment } of this.entries()) writer.entry(key, treatment);
      this.#wire = writer.finish();
    }
    return this.#wire;
  }
}

/** Sorts them by their keys. */
export function inOrder(entries: Entry[]): Entry[] {
  return entries.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
}

/** Puts entries, in order and without repetitions, on pages. */
export class PageBuilder {
  readonly pages: Page[] = [];
  #entries: Entry[] = [];
  #bound = 0;
  #most: number;

  constructor(start: number) {
    this.#most = bodyRoom(start);
  }

  add(entry: Entry): void {
    const bound = entryBound(entry.key.length, entry.treatment);
    if (this.#bound + bound > this.#most) this.#close();
    this.#entries.push(entry);
    this.#bound += bound;
  }

  finish(): Page[] {
    this.#close();
    return this.pages;
  }

  #close(): void {
    if (this.#entries.length > 0) this.pages.push(new Page(this.#entries, this.#bound));
    this.#entries = [];
    this.#bound = 0;
  }
}

async function paginate(entries: readonly Entry[], start: number, breath: Breath): Promise<Page[]> {
  const builder = new PageBuilder(start);
  for (const entry of entries) {
    builder.add(entry);
    const pause = breath();
    if (pause) await pause;
  }
  return builder.finish();
}

/** Index of the page that has `key` if any has; 0 for keys before the first. */
export function pageOf(pages: readonly Page[], key: string): number {
  let low = 0;
  let high = pages.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((pages[middle] as Page).first <= key) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** A rule to be there from now on, or none under that name. */
export interface Change {
  key: string;
  treatment: Treatment | undefined;
}

export interface Merged {
  pages: Page[];
  /** What went and what came, in order: the difference of the two states, nothing else. */
  removed: Entry[];
  added: Entry[];
}

/** Gives the processor back when it is time. @param long whether what was just done took milliseconds */
export type Breath = (long?: boolean) => Promise<void> | undefined;

/**
 * The pages with changes applied. Pages without a change are taken over as they are, encoded or not.
 * @param changes in order of their keys, each key once
 */
export async function mergeChanges(
  pages: readonly Page[],
  changes: readonly Change[],
  start: number,
  breath: Breath,
): Promise<Merged> {
  const out: Page[] = [];
  const removed: Entry[] = [];
  const added: Entry[] = [];
  const most = bodyRoom(start);
  let at = 0;
  for (let index = 0; index < Math.max(1, pages.length); index++) {
    const page = pages[index];
    const until = pages[index + 1]?.first;
    const from = at;
    while (at < changes.length && (until === undefined || (changes[at] as Change).key < until)) at++;
    if (page && at === from) {
      out.push(page);
      continue;
    }
    let merged = mergePage(page?.entries() ?? [], changes.slice(from, at), removed, added);
    // What has become small joins the page before, so that many removals don't leave many small messages.
    const before = out.at(-1);
    if (before && merged.length > 0 && before.bound + boundOf(merged) < 0.75 * most) {
      out.pop();
      merged = [...before.entries(), ...merged];
    }
    // A page that overflows by one splits in the middle, not into a full one and a nearly empty one.
    const bound = boundOf(merged);
    const half = bound > most && bound < 1.5 * most ? merged.length >> 1 : merged.length;
    for (const part of [merged.slice(0, half), merged.slice(half)]) {
      for (const made of await paginate(part, start, breath)) out.push(made);
    }
    await breath();
  }
  return { pages: out, removed, added };
}

function boundOf(entries: readonly Entry[]): number {
  let sum = 0;
  for (const e of entries) sum += entryBound(e.key.length, e.treatment);
  return sum;
}

function mergePage(old: readonly Entry[], changes: readonly Change[], removed: Entry[], added: Entry[]): Entry[] {
  const out: Entry[] = [];
  let o = 0;
  for (const { key, treatment } of changes) {
    while (o < old.length && (old[o] as Entry).key < key) out.push(old[o++] as Entry);
    const present = old[o]?.key === key ? (old[o++] as Entry) : undefined;
    if (present && present.treatment.key === treatment?.key) {
      out.push(present);
      continue;
    }
    if (present) removed.push(present);
    if (!treatment) continue;
    const entry = { key, treatment };
    out.push(entry);
    added.push(entry);
  }
  while (o < old.length) out.push(old[o++] as Entry);
  return out;
}
