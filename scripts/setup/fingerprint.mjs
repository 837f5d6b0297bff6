import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Hash over names, sizes and times of change of files and of all files below folders: cheap enough for every start.
 * @param {string} rootDir
 * @param {string[]} paths relative to rootDir; missing ones count as missing
 * @param {(path: string) => boolean} [counts] which files count
 */
export function fingerprint(rootDir, paths, counts = () => true) {
  const hash = createHash('sha256');
  /** @param {string} path */
  const visit = (path) => {
    const stat = statSync(join(rootDir, path), { throwIfNoEntry: false });
    if (!stat) hash.update(`${path} missing\n`);
    else if (stat.isDirectory()) for (const name of readdirSync(join(rootDir, path)).sort()) visit(`${path}/${name}`);
    else if (counts(path)) hash.update(`${path} ${stat.size} ${stat.mtimeMs}\n`);
  };
  for (const path of paths) visit(path);
  return hash.digest('hex');
}

/**
 * What a stamp file says, or null.
 * @param {string} file
 */
export function readStamp(file) {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return null;
  }
}
