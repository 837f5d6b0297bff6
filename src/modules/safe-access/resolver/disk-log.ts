import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';
import { crc32 } from 'node:zlib';

/** One line: its checksum, then JSON. */
export const lineOf = (value: unknown): string => {
  const text = JSON.stringify(value);
  return `${crc32(text).toString(16).padStart(8, '0')} ${text}\n`;
};

/** The good lines from the beginning, and how many bytes they take: what follows is torn or damaged. */
export function goodLines(bytes: Buffer): { values: unknown[]; length: number } {
  const values: unknown[] = [];
  let at = 0;
  for (;;) {
    const end = bytes.indexOf(0x0a, at);
    if (end < 0) return { values, length: at };
    const text = bytes.toString('utf8', at + 9, end);
    if (bytes.toString('latin1', at, at + 8) !== crc32(text).toString(16).padStart(8, '0'))
      return { values, length: at };
    try {
      values.push(JSON.parse(text));
    } catch {
      return { values, length: at };
    }
    at = end + 1;
  }
}

/** Puts a file in its place in one step, on the disk before it is seen. */
export function replaceFile(target: string, text: string): void {
  const temporary = `${target}.${process.pid}.new`;
  const file = openSync(temporary, 'w', 0o600);
  try {
    writeAll(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(temporary, target);
  const folder = openSync(path.dirname(target), 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

function writeAll(file: number, text: string): void {
  const bytes = Buffer.from(text);
  for (let done = 0; done < bytes.length; ) done += writeSync(file, bytes, done);
}

/** An append-only file of checked lines. Each append is on the disk when the call returns. */
export class Journal {
  readonly #file: number;

  /** Goes on behind the good lines of `target`; what is torn behind them is cut off. */
  constructor(target: string, goodLength: number) {
    if (existsSync(target)) truncateSync(target, goodLength);
    this.#file = openSync(target, 'a', 0o600);
  }

  append(values: readonly unknown[]): void {
    writeAll(this.#file, values.map(lineOf).join(''));
    fsyncSync(this.#file);
  }

  close(): void {
    closeSync(this.#file);
  }
}

/** `null` = gone. */
export type Entry = readonly [key: string, value: unknown];
interface Head {
  generation: number;
  count?: number;
}

const bytesOf = (file: string): Buffer | undefined => (existsSync(file) ? readFileSync(file) : undefined);
const isHead = (value: unknown): value is Head =>
  typeof value === 'object' && value !== null && typeof (value as Head).generation === 'number';

/** Reads a snapshot whole; undefined when it is not there, torn or damaged. */
function readSnapshot(file: string): { generation: number; entries: Map<string, unknown> } | undefined {
  const bytes = bytesOf(file);
  if (!bytes) return undefined;
  const { values, length } = goodLines(bytes);
  const [head, ...entries] = values;
  if (length !== bytes.length || !isHead(head) || head.count !== entries.length) return undefined;
  return { generation: head.generation, entries: new Map(entries as Entry[]) };
}

/**
 * Values by key that survive a restart: a snapshot, and a journal of what changed since. A process that only reads opens
 * it with `write: false` and leaves the files alone.
 */
export class DiskLog {
  readonly #path: string;
  readonly #write: boolean;
  #generation = 0;
  #journal: Journal | undefined;
  #appended = 0;
  /** What stood on the disk; undefined when there was nothing that could be read. */
  readonly found: ReadonlyMap<string, unknown> | undefined;
  /** Why the newest state was not taken; for the log. */
  readonly trouble: string | undefined;

  constructor(target: string, options: { write: boolean }) {
    this.#path = target;
    this.#write = options.write;
    const newest = readSnapshot(target);
    const snapshot = newest ?? readSnapshot(`${target}.previous`);
    if (!newest && existsSync(target)) this.trouble = `${path.basename(target)} is damaged`;
    if (!snapshot) return;
    this.#generation = snapshot.generation;
    const bytes = bytesOf(this.#journalPath);
    const { values, length } = bytes ? goodLines(bytes) : { values: [], length: 0 };
    const [head, ...changes] = values;
    const own = isHead(head) && head.generation === snapshot.generation;
    if (own) {
      for (const [key, value] of changes as Entry[])
        if (value === null) snapshot.entries.delete(key);
        else snapshot.entries.set(key, value);
      if (bytes && length < bytes.length) this.trouble ??= 'the end of the journal is torn';
      this.#appended = changes.length;
    }
    this.found = snapshot.entries;
    // Behind an older snapshot nothing is appended: the next `compact` begins anew.
    if (options.write && own && newest) this.#journal = new Journal(this.#journalPath, length);
  }

  get #journalPath(): string {
    return `${this.#path}.journal`;
  }

  /** Lines behind the snapshot; when they outgrow it, `compact` is due. */
  get appended(): number {
    return this.#appended;
  }

  append(entries: readonly Entry[]): boolean {
    if (!this.#write || !this.#journal || entries.length === 0) return false;
    this.#journal.append(entries);
    this.#appended += entries.length;
    return true;
  }

  /** Writes everything anew. Whatever breaks in the middle, the state before or the new one is read afterwards. */
  compact(entries: ReadonlyMap<string, unknown>): void {
    if (!this.#write) return;
    this.#journal?.close();
    this.#journal = undefined;
    const generation = this.#generation + 1;
    if (readSnapshot(this.#path)) {
      rmSync(`${this.#path}.previous`, { force: true });
      linkSync(this.#path, `${this.#path}.previous`);
    }
    const head = lineOf({ generation, count: entries.size });
    replaceFile(this.#path, head + [...entries].map((entry) => lineOf(entry)).join(''));
    const first = lineOf({ generation });
    replaceFile(this.#journalPath, first);
    this.#journal = new Journal(this.#journalPath, Buffer.byteLength(first));
    this.#generation = generation;
    this.#appended = 0;
  }

  close(): void {
    this.#journal?.close();
    this.#journal = undefined;
  }
}
