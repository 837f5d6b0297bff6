import { randomUUID } from 'node:crypto';
import {
  closeSync,
  copyFileSync,
  existsSync,
  fstatSync,
  fsyncSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { crc32 } from 'node:zlib';
import type { BuiltTable } from './builder.ts';
import { DnsTableError } from './error.ts';
import { HEADER_BYTES, type Header, type Names, readHeader, rows, tableBytes, writeHeader } from './layout.ts';

/** Bytes of names that are read and checked at a time. */
const CHUNK = 2 ** 20;

/** A table that was read from its file and checked. `file` stays open, so that the file may be replaced meanwhile. */
export interface Snapshot {
  readonly path: string;
  readonly memory: SharedArrayBuffer;
  readonly header: Header;
  /** Descriptor of the open file; threads of one process share it. Whoever opened the snapshot closes it. */
  readonly file: number;
  /** When names were asked for in memory. */
  readonly names?: Names;
}

export interface OpenOptions {
  /**
   * `memory`: names are read whole, and rules are laid out once more so that a look-up waits for memory less often, about 29 bytes a
   * rule in all: for lists whose names are asked for all the time. Default `disk`.
   */
  readonly names?: 'disk' | 'memory';
}

/** The state before the current one, kept beside it. */
export function previousOf(path: string): string {
  return `${path}.previous`;
}

/**
 * Writes a table and puts it in the place of `path` in one step: a reader finds the old file or the new one, also after a
 * power cut. The old one, if it is good, stays as `<path>.previous`.
 * @throws DnsTableError `io`: nothing was replaced
 */
export function writeSnapshot(path: string, table: BuiltTable): void {
  const temporary = join(dirname(path), `.${basename(path)}.${randomUUID()}`);
  try {
    const file = openSync(temporary, 'wx', 0o600);
    try {
      const bytes = new Uint8Array(table.memory);
      let at = bytes.length;
      let namesCrc = 0;
      for (const chunk of table.names()) {
        namesCrc = crc32(chunk, namesCrc);
        writeAll(file, chunk, at);
        at += chunk.length;
      }
      writeHeader(table.memory, { ...readHeader(table.memory, 'the table in memory'), namesCrc });
      writeAll(file, bytes, 0);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    keepPrevious(path);
    renameSync(temporary, path);
    syncFolder(dirname(path));
  } catch (cause) {
    tidy(temporary);
    throw new DnsTableError('io', `${path} could not be written; what was there stays`, { cause });
  }
}

function tidy(temporary: string): void {
  try {
    rmSync(temporary, { force: true });
  } catch {
    // Where the folder itself is the trouble there is nothing to remove; the first error is the one to tell.
  }
}

function writeAll(file: number, bytes: Uint8Array, position: number): void {
  for (let done = 0; done < bytes.length; ) {
    done += writeSync(file, bytes, done, Math.min(bytes.length - done, 2 ** 30), position + done);
  }
}

function keepPrevious(path: string): void {
  if (!existsSync(path)) return;
  try {
    closeSnapshot(openSnapshot(path));
  } catch (error) {
    // A broken file must not push a good one out.
    if (error instanceof DnsTableError) return;
    throw error;
  }
  const copy = `${previousOf(path)}.${randomUUID()}`;
  copyFileSync(path, copy);
  renameSync(copy, previousOf(path));
}

function syncFolder(folder: string): void {
  const file = openSync(folder, 'r');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/**
 * Reads a table into shared memory and checks it whole.
 * @throws DnsTableError `io`: not readable; `foreign`: not a table, or of another version; `torn`: shorter or longer than it
 *   says; `corrupt`: a checksum is wrong
 */
export function openSnapshot(path: string, options: OpenOptions = {}): Snapshot {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch (cause) {
    throw new DnsTableError('io', `${path} cannot be opened`, { cause });
  }
  try {
    return { path, file, ...read(path, file, options.names === 'memory') };
  } catch (error) {
    closeSync(file);
    if (error instanceof DnsTableError) throw error;
    throw new DnsTableError('io', `${path} cannot be read`, { cause: error });
  }
}

function read(path: string, file: number, keep: boolean): Omit<Snapshot, 'path' | 'file'> {
  const size = fstatSync(file).size;
  if (size < HEADER_BYTES) throw new DnsTableError('torn', `${path} has ${size} bytes, less than a header`);
  const head = new Uint8Array(HEADER_BYTES);
  readAll(file, head, 0);
  const header = readHeader(head.buffer, path);
  const length = tableBytes(header.rules, header.bucketBits);
  if (size !== length + header.namesBytes) {
    throw new DnsTableError('torn', `${path} has ${size} bytes and should have ${length + header.namesBytes}`);
  }
  const memory = new SharedArrayBuffer(length);
  const bytes = new Uint8Array(memory);
  readAll(file, bytes, 0);
  if (crc32(bytes.subarray(HEADER_BYTES)) !== header.tableCrc) {
    throw new DnsTableError('corrupt', `${path}: the table's checksum is wrong`);
  }
  const names = keep ? new SharedArrayBuffer(header.namesBytes) : undefined;
  const room = new Uint8Array(names ?? new ArrayBuffer(CHUNK));
  let crc = 0;
  for (let at = 0; at < header.namesBytes; at += CHUNK) {
    const from = keep ? at : 0;
    const part = room.subarray(from, from + Math.min(CHUNK, header.namesBytes - at));
    readAll(file, part, length + at);
    crc = crc32(part, crc);
  }
  if (crc !== header.namesCrc) throw new DnsTableError('corrupt', `${path}: the names' checksum is wrong`);
  return { memory, header, ...(names && { names: { bytes: names, rows: rows(memory, header, names) } }) };
}

/** Fills `bytes` from `position`. @throws DnsTableError `torn`: the file ends before */
export function readAll(file: number, bytes: Uint8Array, position: number): void {
  for (let done = 0; done < bytes.length; ) {
    const n = readSync(file, bytes, done, Math.min(bytes.length - done, 2 ** 30), position + done);
    if (n === 0) throw new DnsTableError('torn', `the file ends at byte ${position + done}`);
    done += n;
  }
}

export function closeSnapshot(snapshot: Snapshot): void {
  closeSync(snapshot.file);
}

/**
 * Opens the table at `path`, or the one before it when that is refused, and says why.
 * @throws DnsTableError of `path` when there is no good one at all
 */
export function openLastGood(path: string, options: OpenOptions = {}): { snapshot: Snapshot; refused?: DnsTableError } {
  try {
    return { snapshot: openSnapshot(path, options) };
  } catch (refused) {
    if (!(refused instanceof DnsTableError)) throw refused;
    try {
      return { snapshot: openSnapshot(previousOf(path), options), refused };
    } catch {
      throw refused;
    }
  }
}
