import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { chown, mkdir, readdir, stat } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** Passes bytes through and hashes them. */
export function hashing(): { stream: Transform; digest(): string } {
  const hash = createHash('sha256');
  const stream = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      done(null, chunk);
    },
  });
  return { stream, digest: () => hash.digest('hex') };
}

/** A stream into a new file that only we can read, on the disk when it ends. */
export function newFile(path: string) {
  return createWriteStream(path, { flags: 'wx', mode: 0o600, flush: true });
}

/** Copies a file; returns the SHA-256 of what was written, or null when there is no such file any more. */
export async function copyHashed(from: string, to: string): Promise<string | null> {
  const { stream, digest } = hashing();
  await mkdir(dirname(to), { recursive: true, mode: 0o700 });
  try {
    await pipeline(createReadStream(from), stream, newFile(to));
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
  return digest();
}

export async function sha256OfFile(path: string): Promise<string | null> {
  const hash = createHash('sha256');
  try {
    for await (const chunk of createReadStream(path)) hash.update(chunk);
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
  return hash.digest('hex');
}

/** Regular files below a folder, relative to it and sorted; none when there is no such folder. */
export async function listFiles(dir: string): Promise<string[]> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true }).catch((error: unknown) => {
    if (isMissing(error)) return [];
    throw error;
  });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(dir, join(entry.parentPath, entry.name)))
    .sort();
}

/** Gives everything below `dir` to the owner of `like` (root restores what another user will serve). */
export async function giveTo(dir: string, like: string): Promise<void> {
  if (process.getuid?.() !== 0) return;
  const owner = await stat(like).catch(() => null);
  if (!owner) return;
  await chown(dir, owner.uid, owner.gid);
  for (const path of await readdir(dir, { recursive: true })) await chown(join(dir, path), owner.uid, owner.gid);
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
