import { chownSync, existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { ensureStateDir } from './postgres/index.ts';
import { systemUser } from './users.ts';

/**
 * Makes `<state>/files` where it is missing: what rows speak of, written by the application's user, copied by backups. A
 * restore gives what it puts there to the folder's owner, so the folder has to be the application's from the beginning.
 *
 * @returns its path
 */
export function ensureFilesDir(stateDir: string): string {
  const files = path.join(stateDir, 'files');
  if (existsSync(files)) return files;
  ensureStateDir(stateDir);
  mkdirSync(files, { mode: 0o700 });
  const app = process.getuid?.() === 0 ? systemUser('salama-app') : undefined;
  if (app) chownSync(files, app.uid, app.gid);
  return files;
}
