import { once } from 'node:events';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { createGunzip, createGzip } from 'node:zlib';

/*
 * The names that were taken from one version of a list, as the builder's thread reads them: gzip of ASCII lines, a letter
 * for scope and action, the category's number, a space, the name. Erasable syntax only and nothing but Node: the thread
 * runs this file unbuilt.
 */

export interface StoredName {
  readonly name: string;
  readonly scope: 'exact' | 'subtree';
  readonly action: 'block' | 'allow';
  /** Its number in the table. */
  readonly category: number;
}

const LETTERS = { block: { subtree: 's', exact: 'e' }, allow: { subtree: 'S', exact: 'E' } } as const;
const BATCH = 64 * 1024;

/** Writes a file of names as they come; it is there whole, and on the disk, once `done` resolves. */
export async function namesFile(path: string): Promise<{
  add(stored: StoredName): void | Promise<void>;
  done(): Promise<void>;
  drop(): Promise<void>;
}> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const draft = `${path}.${process.pid}.part`;
  const gzip = createGzip({ level: 1 });
  const out = createWriteStream(draft, { mode: 0o600 });
  gzip.pipe(out);
  let failed: Error | undefined;
  const note = (error: Error) => {
    failed = error;
  };
  gzip.on('error', note);
  out.on('error', note);
  let batch = '';
  async function flush(): Promise<void> {
    const text = batch;
    batch = '';
    if (failed) throw failed;
    // Its callback comes once this piece is through, or has failed.
    await new Promise<void>((resolve) => gzip.write(text, () => resolve()));
  }
  return {
    add({ name, scope, action, category }) {
      batch += `${LETTERS[action][scope]}${category} ${name}\n`;
      return batch.length > BATCH ? flush() : undefined;
    },
    async done() {
      await flush();
      gzip.end();
      if (!out.closed) await once(out, 'close');
      if (failed) throw failed;
      const file = await open(draft, 'r+');
      await file.sync();
      await file.close();
      await rename(draft, path);
    },
    async drop() {
      gzip.destroy();
      out.destroy();
      await rm(draft, { force: true });
    },
  };
}

/** The names of a file, chunk by chunk. @throws when it is missing or damaged: a table is never built from half a list */
export async function* storedNames(path: string): AsyncGenerator<StoredName[]> {
  let rest = '';
  const file = createReadStream(path, { highWaterMark: 256 * 1024 });
  const gunzip = createGunzip();
  file.on('error', (error) => gunzip.destroy(error));
  for await (const chunk of file.pipe(gunzip) as AsyncIterable<Buffer>) {
    const lines = (rest + chunk.toString('latin1')).split('\n');
    rest = lines.pop() as string;
    yield lines.map(parsed);
  }
  if (rest !== '') throw new Error(`${path} ends in the middle of a line`);
}

function parsed(line: string): StoredName {
  const space = line.indexOf(' ');
  const letter = line[0] as string;
  const category = Number(line.slice(1, space));
  if (space < 2 || !/[sSeE]/.test(letter) || !Number.isInteger(category)) throw new Error('a line of names is damaged');
  return {
    name: line.slice(space + 1),
    scope: letter.toLowerCase() === 's' ? 'subtree' : 'exact',
    action: letter === letter.toLowerCase() ? 'block' : 'allow',
    category,
  };
}
