import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  type Change,
  closeSnapshot,
  DnsTableBuilder,
  nameFromText,
  openLastGood,
  openSnapshot,
  rebased,
  type Snapshot,
  TablePublisher,
  TableReader,
  writeSnapshot,
} from '../../../../packages/dns-table/index.ts';
import type { FeedChange, Listed } from '../../blocking/index.ts';
import { goodLines, Journal, replaceFile } from './disk-log.ts';

/** Categories of the national table: the legal basis, for the answer and the way to contest. */
export const BASES = { csam: 1, court: 2 } as const;
export type NationalBasis = keyof typeof BASES;
/** Behind so many changes the table is laid out anew. */
const REBASE_AFTER = 20_000;
/** Asked about every question of everybody: some 30 bytes a rule more, and no disk in the way. */
const IN_MEMORY = { names: 'memory' } as const;

interface Step {
  serial: number;
  op: FeedChange['op'];
  kind: FeedChange['kind'];
  basis: NationalBasis;
  target: string | null;
}

/** A name and all below it for `domain`, alone for `host`; other kinds are not for a name server to block. */
function changeOf(step: Omit<Step, 'serial'>): Change | undefined {
  if (step.target === null || (step.kind !== 'domain' && step.kind !== 'host')) return undefined;
  const scope = step.kind === 'domain' ? 'subtree' : 'exact';
  const name = nameFromText(step.target);
  const category = BASES[step.basis];
  return step.op === 'add'
    ? { op: 'add', name, rule: { action: 'block', scope, category } }
    : { op: 'remove', name, scope, category };
}

/**
 * The national list in memory and on the disk: a table at a serial of the feed log, and a journal of the changes since.
 * Without either, `ready` is false and nobody is answered; a country that never released anything has an empty table at
 * serial 0, which is not the same.
 */
export class NationalList {
  readonly #table: string;
  readonly #journalPath: string;
  readonly #write: boolean;
  #publisher: TablePublisher | undefined;
  #reader: TableReader | undefined;
  #journal: Journal | undefined;
  #serial = -1;
  /** The journal may end in the middle of a step: before the next one the table is laid out anew. */
  #torn = false;
  /** Why the newest file was not taken; for the log. */
  trouble: string | undefined;

  constructor(folder: string, options: { write: boolean }) {
    this.#table = path.join(folder, 'national.table');
    this.#journalPath = path.join(folder, 'national.journal');
    this.#write = options.write;
    this.#open();
  }

  get ready(): boolean {
    return this.#publisher !== undefined;
  }

  /** The last change of the feed log that counts here; -1 before there is a table. */
  get serial(): number {
    return this.#serial;
  }

  get reader(): TableReader | undefined {
    return this.#reader;
  }

  /** For threads of their own. */
  get publisher(): TablePublisher | undefined {
    return this.#publisher;
  }

  #open(): void {
    let snapshot: Snapshot;
    try {
      const found = openLastGood(this.#table, IN_MEMORY);
      snapshot = found.snapshot;
      if (found.refused) this.trouble = found.refused.message;
    } catch (error) {
      if (existsSync(this.#table)) this.trouble = String(error);
      return;
    }
    this.#serve(snapshot);
    // An older table needs what came between it and the newest one as well.
    const files = [`${this.#journalPath}.previous`, this.#journalPath];
    for (const file of files) {
      if (!existsSync(file)) continue;
      for (const step of goodLines(readFileSync(file)).values as Step[]) this.#take(step);
    }
    if (this.#write) this.#layOut();
  }

  #serve(snapshot: Snapshot): void {
    if (this.#publisher) this.#publisher.swap(snapshot, this.#publisher.applied);
    else {
      this.#publisher = new TablePublisher(snapshot);
      this.#reader = new TableReader(this.#publisher.connect());
    }
    this.#serial = snapshot.header.serial;
  }

  /** One step in memory; false when it is not the next one. */
  #take(step: Step): boolean {
    if (step.serial <= this.#serial) return true;
    if (step.serial !== this.#serial + 1) return false;
    const change = changeOf(step);
    if (change) this.#publisher?.apply([change]);
    this.#serial = step.serial;
    return true;
  }

  /** The table with all changes in it, on the disk; the journal begins anew behind it. */
  #layOut(): void {
    const publisher = this.#publisher;
    if (!publisher) return;
    const changes = publisher.changes();
    if (changes.length > 0) {
      writeSnapshot(this.#table, rebased(publisher.snapshot, changes, { serial: this.#serial }));
      this.#beginJournal(true);
      publisher.swap(openSnapshot(this.#table, IN_MEMORY), publisher.applied);
    } else if (!this.#journal) {
      const bytes = existsSync(this.#journalPath) ? readFileSync(this.#journalPath) : Buffer.alloc(0);
      this.#journal = new Journal(this.#journalPath, goodLines(bytes).length);
    }
  }

  #beginJournal(keep: boolean): void {
    this.#journal?.close();
    if (keep && existsSync(this.#journalPath)) renameSync(this.#journalPath, `${this.#journalPath}.previous`);
    replaceFile(this.#journalPath, '');
    this.#journal = new Journal(this.#journalPath, 0);
  }

  /**
   * Takes the next changes of the feed log, on the disk before they count. False when they do not follow on what is here,
   * or name what was destroyed meanwhile: then the whole list is to be fetched ({@link begin}).
   */
  apply(changes: readonly FeedChange[]): boolean {
    if (!this.#publisher) return false;
    let next = this.#serial;
    const steps: Step[] = [];
    for (const { serial, op, kind, basis, target } of changes) {
      if (serial <= next) continue;
      if (serial !== next + 1) return false;
      // A name that is to leave the table, and that nobody knows any more.
      if (op === 'remove' && target === null && (kind === 'domain' || kind === 'host')) return false;
      steps.push({ serial, op, kind, basis, target });
      next = serial;
    }
    if (steps.length === 0) return true;
    this.#keep(steps);
    const all = steps.flatMap((step) => changeOf(step) ?? []);
    // At once: no question is answered between the first and the last.
    this.#publisher.apply(all);
    this.#serial = next;
    if (this.#write && this.#publisher.overlaid > REBASE_AFTER) this.#layOut();
    return true;
  }

  /** On the disk; a disk that takes nothing is told, and must not keep a change from counting. */
  #keep(steps: readonly Step[]): void {
    if (!this.#write) return;
    try {
      if (this.#torn) this.#layOut();
      this.#journal?.append(steps);
      this.#torn = false;
      this.trouble = undefined;
    } catch (error) {
      this.#torn = true;
      this.trouble = String(error);
    }
  }

  /** Begins with the whole list as it stands at `serial`. An empty one at 0 is a country that never released anything. */
  begin(serial: number, listed: readonly Listed[]): void {
    const builder = new DnsTableBuilder(listed.length + 1);
    for (const { kind, basis, target } of listed) {
      const change = changeOf({ op: 'add', kind, basis, target });
      if (change?.op === 'add') builder.addWire(change.name, 0, change.rule);
    }
    const built = builder.build({ serial });
    if (this.#write) {
      writeSnapshot(this.#table, built);
      this.#beginJournal(false);
      this.#serve(openSnapshot(this.#table, IN_MEMORY));
      return;
    }
    // Who does not own the files reads from one of its own, which has no name any more and ends with the process.
    const own = path.join(tmpdir(), `national-${randomUUID()}.table`);
    writeSnapshot(own, built);
    const snapshot = openSnapshot(own, IN_MEMORY);
    rmSync(own);
    this.#serve(snapshot);
  }

  close(): void {
    this.#journal?.close();
    this.#publisher?.close();
    this.#publisher = undefined;
    this.#reader = undefined;
  }
}

/** The categories' table of the lists, or none: categories fall back to what was last known. */
export class CategoryTable {
  readonly #file: string;
  #publisher: TablePublisher | undefined;
  reader: TableReader | undefined;
  trouble: string | undefined;

  constructor(folder: string) {
    this.#file = path.join(folder, 'categories.table');
    this.reload();
  }

  /** Takes the newest file in; when it is refused, what was there stays. */
  reload(): void {
    if (!existsSync(this.#file)) return;
    try {
      const { snapshot, refused } = openLastGood(this.#file);
      this.trouble = refused?.message;
      if (this.#publisher && refused) closeSnapshot(snapshot);
      else if (this.#publisher) this.#publisher.swap(snapshot, this.#publisher.applied);
      else {
        this.#publisher = new TablePublisher(snapshot);
        this.reader = new TableReader(this.#publisher.connect());
      }
    } catch (error) {
      this.trouble = String(error);
    }
  }

  get publisher(): TablePublisher | undefined {
    return this.#publisher;
  }

  close(): void {
    this.#publisher?.close();
    this.#publisher = undefined;
    this.reader = undefined;
  }
}
