import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's root: catalogues, migrations and the country pack are read from there, bundled or not. */
export function findRoot(): string {
  let dir = path.dirname(fileURLToPath(import.meta.url));
  while (!existsSync(path.join(dir, 'package-lock.json'))) {
    const up = path.dirname(dir);
    if (up === dir) throw new Error('the repository root (package-lock.json) was not found');
    dir = up;
  }
  return dir;
}
