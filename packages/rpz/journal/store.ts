import type { Entry } from '../zone/rule.ts';

/** One step of a zone, as the difference of two states. */
export interface Delta {
  readonly from: number;
  readonly to: number;
  readonly removed: readonly Entry[];
  readonly added: readonly Entry[];
}

/** What a store gives back at the start: a snapshot in parts, in order of keys, then what happened since. */
export type StoredPart =
  | { kind: 'snapshot'; serial: number; entries: readonly Entry[] }
  /** A step that the snapshot contains already; IXFR may still answer from it. */
  | { kind: 'history'; delta: Delta }
  | { kind: 'delta'; delta: Delta };

/**
 * Where a zone is kept so that its serial goes on after a restart. `append` must not answer before what it was given will be
 * there again after a crash.
 */
export interface ZoneStore {
  /** Once, before anything else. */
  load(): AsyncIterable<StoredPart>;
  append(delta: Delta): Promise<void>;
  /** Whether it would be better to begin anew from a snapshot. */
  wantsSnapshot(): boolean;
  /** Replaces everything by this state and the last steps that led to it (which IXFR still answers from). */
  replace(serial: number, entries: Iterable<readonly Entry[]>, recent: readonly Delta[]): Promise<void>;
  close(): Promise<void>;
}

/** Keeps a zone as long as the process lives: for zones that their owner fills anew at every start, and for tests. */
export class MemoryStore implements ZoneStore {
  #parts: StoredPart[] = [];

  async *load(): AsyncIterable<StoredPart> {
    yield* this.#parts;
  }

  async append(delta: Delta): Promise<void> {
    this.#parts.push({ kind: 'delta', delta });
  }

  wantsSnapshot(): boolean {
    return this.#parts.length > 10_000;
  }

  async replace(serial: number, entries: Iterable<readonly Entry[]>, recent: readonly Delta[]): Promise<void> {
    const history = recent.map((delta) => ({ kind: 'history' as const, delta }));
    this.#parts = [{ kind: 'snapshot', serial, entries: [...entries].flat() }, ...history];
  }

  async close(): Promise<void> {}
}
