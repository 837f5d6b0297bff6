import { DnsTableError } from './error.ts';
import { hashSuffixes, suffixHashes } from './hash.ts';
import { nameLength, sameName } from './name.ts';
import { ALLOW, EXACT, flagsOf, type Rule, type Scope } from './rule.ts';

/** A change in front of the base table: a rule that counts from now on, or one that no longer does. */
export type Change =
  | { readonly op: 'add'; readonly name: Uint8Array; readonly rule: Rule }
  | { readonly op: 'remove'; readonly name: Uint8Array; readonly scope: Scope; readonly category: number };

/** Third flag of a record: the rule with this scope and category is gone. */
export const REMOVED = 4;

/** Memory: committed bytes (a word that readers watch), then records of flags, category, name; only ever appended to. */
const HEAD = 4;

function flags(change: Change): number {
  if (change.op === 'add') return flagsOf(change.rule);
  return flagsOf({ action: 'block', scope: change.scope, category: change.category }) | REMOVED;
}

function categoryOf(change: Change): number {
  return change.op === 'add' ? change.rule.category : change.category;
}

/** What a later change must share with this one to replace it. */
export function identity(change: Change): string {
  return `${flags(change) & EXACT} ${categoryOf(change)} ${Buffer.from(change.name).toString('latin1')}`;
}

/** Bytes that a change takes. */
export function recordBytes(change: Change): number {
  return 2 + change.name.length;
}

/** Checks a change and gives its name in lower case and without what may follow it. @throws DnsTableError */
export function checked(change: Change, fold: Uint8Array): Change {
  flags(change);
  const name = change.name.slice(0, nameLength(change.name)).map((b) => fold[b] as number);
  return { ...change, name };
}

/** The one writer of a log of changes in shared memory. */
export class OverlayLog {
  readonly memory: SharedArrayBuffer;
  private readonly bytes: Uint8Array;
  private readonly committed: Int32Array;
  private end = HEAD;

  constructor(capacity: number) {
    this.memory = new SharedArrayBuffer(HEAD + Math.ceil(capacity / 4) * 4);
    this.bytes = new Uint8Array(this.memory);
    this.committed = new Int32Array(this.memory, 0, 1);
    this.committed[0] = HEAD;
  }

  /** Appends all changes or, when they do not fit, none. Readers see all of them or none. */
  append(changes: readonly Change[]): boolean {
    if (this.end + changes.reduce((n, c) => n + recordBytes(c), 0) > this.bytes.length) return false;
    for (const change of changes) {
      this.bytes[this.end++] = flags(change);
      this.bytes[this.end++] = categoryOf(change);
      this.bytes.set(change.name, this.end);
      this.end += change.name.length;
    }
    Atomics.store(this.committed, 0, this.end);
    return true;
  }
}

/** One name of the overlay, its rules by `flags & EXACT` and category; the value is the record's flags. */
export interface OverlayName {
  readonly name: Uint8Array;
  readonly rules: Map<number, number>;
}

export function ruleSlot(ruleFlags: number, category: number): number {
  return ((ruleFlags & EXACT) << 8) | category;
}

/** A thread's own index of the log: follows it by one atomic load a look-up. */
export class OverlayIndex {
  private readonly bytes: Uint8Array;
  private readonly committed: Int32Array;
  private readonly key: readonly [number, number];
  private readonly hashes = suffixHashes();
  private readonly byLane = new Map<number, OverlayName[]>();
  /** Most names are not here; a bit by the lane's upper half says so without asking the map. */
  private readonly filter = new Uint32Array(2048);
  private seen = HEAD;
  /** Names in the overlay. */
  size = 0;

  constructor(memory: SharedArrayBuffer, key: readonly [number, number]) {
    this.bytes = new Uint8Array(memory);
    this.committed = new Int32Array(memory, 0, 1);
    this.key = key;
    this.follow();
  }

  /** How far the log was followed: another number after every change. */
  get end(): number {
    return this.seen;
  }

  /** Takes in what was committed since the last call. */
  follow(): void {
    const end = Atomics.load(this.committed, 0);
    if (end === this.seen) return;
    while (this.seen < end) {
      const ruleFlags = this.bytes[this.seen] as number;
      const category = this.bytes[this.seen + 1] as number;
      const at = this.seen + 2;
      const length = nameLength(this.bytes, at);
      if (at + length > end) throw new DnsTableError('corrupt', 'the overlay ends within a record');
      this.take(this.bytes.slice(at, at + length), ruleFlags & (EXACT | ALLOW | REMOVED), category);
      this.seen = at + length;
    }
  }

  private take(name: Uint8Array, ruleFlags: number, category: number): void {
    const depth = hashSuffixes(name, 0, this.key[0], this.key[1], this.hashes, -1);
    const lane = this.hashes.lanes[2 * depth] as number;
    let entry = this.find(lane, name, 0);
    if (!entry) {
      entry = { name, rules: new Map() };
      const others = this.byLane.get(lane | 0);
      if (others) others.push(entry);
      else this.byLane.set(lane | 0, [entry]);
      const bit = lane >>> 16;
      (this.filter[bit >> 5] as number) |= 1 << (bit & 31);
      this.size++;
    }
    entry.rules.set(ruleSlot(ruleFlags, category), ruleFlags);
  }

  /** The entry of the wire name at `offset`, whose first lane is `lane`. Compares the name itself. */
  find(lane: number, wire: Uint8Array, offset: number): OverlayName | undefined {
    const bit = lane >>> 16;
    if ((((this.filter[bit >> 5] as number) >>> (bit & 31)) & 1) === 0) return undefined;
    const entries = this.byLane.get(lane | 0);
    if (entries === undefined) return undefined;
    for (const entry of entries) if (sameName(entry.name, 0, wire, offset)) return entry;
    return undefined;
  }
}
