import { chownSync, existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { ensureStateDir } from './postgres/index.ts';
import { systemUser } from './users.ts';

/**
 * Makes a folder of the state folder where it is missing, for the application's user.
 *
 * @returns its path
 */
export function ensureAppDir(stateDir: string, name: string): string {
  const dir = path.join(stateDir, name);
  if (existsSync(dir)) return dir;
  ensureStateDir(stateDir);
  mkdirSync(dir, { mode: 0o700 });
  const app = process.getuid?.() === 0 ? systemUser('salama-app') : undefined;
  if (app) chownSync(dir, app.uid, app.gid);
  return dir;
}

/**
 * Makes `<state>/files` where it is missing: what rows speak of, written by the application's user, copied by backups. A
 * restore gives what it puts there to the folder's owner, so the folder has to be the application's from the beginning.
 *
 * @returns its path
 */
export const ensureFilesDir = (stateDir: string): string => ensureAppDir(stateDir, 'files');
