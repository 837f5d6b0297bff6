import { type FileHandle, mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { RpzError } from '../errors.ts';
import { type Treatment, treatmentOfKey } from '../zone/policy.ts';
import type { Entry } from '../zone/rule.ts';
import { frame, readFrames } from './frames.ts';
import type { Delta, StoredPart, ZoneStore } from './store.ts';

type Head =
  | { kind: 'snapshot'; serial: number; treatments: string[]; more: boolean }
  | { kind: 'history' | 'delta'; from: number; to: number; treatments: string[] };

/** Below that many bytes of steps nothing is gained by beginning anew. */
const SMALL = 1 << 20;

/**
 * An append-only file with a checksum for each step. A torn end, which a crash leaves, is cut at the next start; damage in
 * the middle is never skipped but reported, because a serial that goes back would leave secondaries with what was removed.
 * One process at a time may have the file open.
 */
export class FileStore implements ZoneStore {
  /** Bytes that were cut from a torn end at the start. */
  cut = 0;
  #path: string;
  #sync: boolean;
  #file: FileHandle | undefined;
  #snapshotBytes = 0;
  #stepBytes = 0;

  /** @param options.sync false leaves the moment of writing to the system: for tests and for zones one can fill anew */
  constructor(file: string, { sync = true }: { sync?: boolean } = {}) {
    this.#path = file;
    this.#sync = sync;
  }

  /** @throws {RpzError} journal-damaged */
  async *load(): AsyncIterable<StoredPart> {
    await mkdir(path.dirname(this.#path), { recursive: true });
    await rm(`${this.#path}.new`, { force: true });
    const bytes = await readFile(this.#path).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return Buffer.alloc(0);
      throw error;
    });
    const { payloads, good, damaged } = readFrames(bytes);
    if (damaged) throw new RpzError('journal-damaged', `${this.#path}: damaged at byte ${good}, and not by a torn end`);
    this.cut = bytes.length - good;
    let inSnapshot = false;
    for (const payload of payloads) {
      const { part, more } = decode(payload);
      inSnapshot = more;
      if (part.kind === 'snapshot') this.#snapshotBytes += payload.length;
      else this.#stepBytes += payload.length;
      yield part;
    }
    if (inSnapshot) throw new RpzError('journal-damaged', `${this.#path}: its snapshot is not whole`);
    this.#file = await open(this.#path, 'a', 0o600);
    if (this.cut > 0) await this.#file.truncate(good);
    await this.#flush(this.#file);
    await this.#syncDir();
  }

  async append(delta: Delta): Promise<void> {
    const file = this.#opened();
    const bytes = frame(encode('delta', delta));
    const { size } = await file.stat();
    try {
      await file.appendFile(bytes);
      await this.#flush(file);
    } catch (error) {
      // A full disk: half a frame before the next one would be damage in the middle.
      await file.truncate(size).catch(() => this.close());
      throw error;
    }
    this.#stepBytes += bytes.length;
  }

  wantsSnapshot(): boolean {
    return this.#stepBytes > Math.max(SMALL, this.#snapshotBytes);
  }

  async replace(serial: number, entries: Iterable<readonly Entry[]>, recent: readonly Delta[]): Promise<void> {
    const old = this.#opened();
    const fresh = await open(`${this.#path}.new`, 'w', 0o600);
    let snapshotBytes = 0;
    let stepBytes = 0;
    try {
      for (const part of entries) {
        const bytes = frame(encodeSnapshot(serial, part, true));
        snapshotBytes += bytes.length;
        await fresh.appendFile(bytes);
      }
      await fresh.appendFile(frame(encodeSnapshot(serial, [], false)));
      for (const delta of recent) {
        const bytes = frame(encode('history', delta));
        stepBytes += bytes.length;
        await fresh.appendFile(bytes);
      }
      await this.#flush(fresh);
    } catch (error) {
      await fresh.close();
      await rm(`${this.#path}.new`, { force: true });
      throw error;
    }
    await fresh.close();
    await rename(`${this.#path}.new`, this.#path);
    await this.#syncDir();
    this.#file = await open(this.#path, 'a', 0o600);
    await old.close();
    this.#snapshotBytes = snapshotBytes + stepBytes;
    this.#stepBytes = 0;
  }

  async close(): Promise<void> {
    await this.#file?.close();
    this.#file = undefined;
  }

  #opened(): FileHandle {
    if (!this.#file) throw new RpzError('journal-closed', `${this.#path} is not open`);
    return this.#file;
  }

  async #flush(file: FileHandle): Promise<void> {
    if (this.#sync) await file.datasync();
  }

  /** A new name in a folder is durable only with the folder. */
  async #syncDir(): Promise<void> {
    if (!this.#sync) return;
    const dir = await open(path.dirname(this.#path), 'r');
    try {
      await dir.sync();
    } finally {
      await dir.close();
    }
  }
}

/** First line: the head as JSON. Then a line for each rule: sign, number of its treatment, name with labels reversed. */
function lines(head: Omit<Head, 'treatments'>, signed: readonly (readonly [string, readonly Entry[]])[]): Buffer {
  const numbers = new Map<Treatment, number>();
  const out: string[] = [];
  for (const [sign, entries] of signed) {
    for (const { key, treatment } of entries) {
      let number = numbers.get(treatment);
      if (number === undefined) {
        number = numbers.size;
        numbers.set(treatment, number);
      }
      out.push(`${sign}${number} ${key}`);
    }
  }
  const treatments = [...numbers.keys()].map((t) => t.key);
  return Buffer.from([JSON.stringify({ ...head, treatments }), ...out].join('\n'), 'utf8');
}

function encode(kind: 'history' | 'delta', { from, to, removed, added }: Delta): Buffer {
  return lines({ kind, from, to } as Omit<Head, 'treatments'>, [
    ['-', removed],
    ['+', added],
  ]);
}

function encodeSnapshot(serial: number, entries: readonly Entry[], more: boolean): Buffer {
  return lines({ kind: 'snapshot', serial, more } as Omit<Head, 'treatments'>, [['+', entries]]);
}

function decode(payload: Buffer): { part: StoredPart; more: boolean } {
  const [first = '', ...rest] = payload.toString('utf8').split('\n');
  const head = JSON.parse(first) as Head;
  const treatments = head.treatments.map(treatmentOfKey);
  const removed: Entry[] = [];
  const added: Entry[] = [];
  for (const line of rest) {
    const space = line.indexOf(' ');
    const entry = { key: line.slice(space + 1), treatment: treatments[Number(line.slice(1, space))] as Treatment };
    (line.startsWith('-') ? removed : added).push(entry);
  }
  if (head.kind === 'snapshot') {
    return { part: { kind: 'snapshot', serial: head.serial, entries: added }, more: head.more };
  }
  const delta = { from: head.from, to: head.to, removed, added };
  return { part: { kind: head.kind, delta }, more: false };
}
