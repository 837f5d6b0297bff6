import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { rm, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Egress, EgressResult } from '../../../platform/egress/index.ts';
import { CATEGORIES } from '../profile/rules.ts';
import { namesFile } from './names-file.ts';
import { Broken, TooLarge } from './read/lines.ts';
import { type ReadResult, readList } from './read/read-list.ts';
import type { Fault, ListRow } from './schema.ts';
import { MAX_FETCH, type Protects } from './source.ts';

/** So long a fetch may take: a big list over a slow line. Milliseconds. */
const FETCH_MS = 10 * 60_000;

/** A look that brought nothing, and why. */
export class LookFault extends Error {
  readonly fault: Fault;
  readonly detail: string;
  constructor(fault: Fault, detail: string) {
    super(`${fault}: ${detail}`);
    this.fault = fault;
    this.detail = detail;
  }
}

export interface Fetched {
  /** Where the file lies; the caller removes it. */
  readonly path: string;
  readonly etag: string | null;
  readonly modified: string | null;
}

function faultOf(result: Exclude<EgressResult, { kind: 'response' }>): LookFault {
  switch (result.kind) {
    case 'refused':
      return new LookFault('refused', result.reason);
    case 'dns':
      return new LookFault('dns', result.code);
    case 'tls':
      return new LookFault('tls', result.code);
    case 'too-many-redirects':
      return new LookFault('redirects', '');
    default:
      return new LookFault('network', result.code);
  }
}

/**
 * Fetches a list's file to `path`, unless it is as it was at the last look. Only through the guarded way out.
 * @throws LookFault
 */
export async function fetchList(egress: Egress, row: ListRow, to: string): Promise<Fetched | 'unchanged'> {
  const result = await egress.fetch(row.address as string, {
    into: to,
    maxBytes: MAX_FETCH,
    timeoutMs: FETCH_MS,
    headers: {
      accept: '*/*',
      ...(row.etag ? { 'if-none-match': row.etag } : {}),
      ...(row.modified && !row.etag ? { 'if-modified-since': row.modified } : {}),
    },
  });
  if (result.kind !== 'response') throw faultOf(result);
  if (result.status === 304) return 'unchanged';
  if (result.status !== 200 || result.saved === undefined) throw new LookFault('http', String(result.status));
  // Cut at the cap, or broken off on the way: half a list would open what the other half closes.
  if (result.truncated) throw new LookFault(result.saved >= MAX_FETCH ? 'too-large' : 'damaged', String(result.saved));
  const short = (text: string | undefined) => (text && text.length <= 200 ? text : null);
  return { path: to, etag: short(result.headers.etag), modified: short(result.headers['last-modified']) };
}

/** A file of the country pack, by its name there. @throws LookFault when the pack has none */
export async function repositoryFile(folder: string, name: string): Promise<string> {
  const file = path.join(folder, path.basename(name));
  const there = await stat(file).catch(() => undefined);
  if (!there?.isFile()) throw new LookFault('missing', path.basename(name));
  return file;
}

/** SHA-256 and length of a file, read through once. */
export async function digestOf(file: string): Promise<{ sha256: Buffer; bytes: number }> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>) {
    hash.update(chunk);
    bytes += chunk.length;
  }
  return { sha256: hash.digest(), bytes };
}

/**
 * Reads a list's file into a file of names at `to`.
 * @throws LookFault `damaged`, `too-large`, or `empty` when nothing in it is a name that may be taken
 */
export async function takeNames(file: string, row: ListRow, protects: Protects, to: string): Promise<ReadResult> {
  const names = await namesFile(to);
  try {
    const result = await readList(
      createReadStream(file, { highWaterMark: 64 * 1024 }),
      {
        format: row.format,
        category: row.category ?? undefined,
        categories: row.categories,
        below: row.below,
        protects,
      },
      (taken) => names.add({ ...taken, category: CATEGORIES[taken.category] }),
    );
    if (result.taken === 0) throw new LookFault('empty', JSON.stringify(result.skipped).slice(0, 300));
    await names.done();
    return result;
  } catch (error) {
    await names.drop();
    await rm(to, { force: true });
    if (error instanceof TooLarge) throw new LookFault('too-large', error.message);
    if (error instanceof Broken) throw new LookFault('damaged', error.message);
    throw error;
  }
}
