import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { APP_ROLE, databasePassword } from './cluster.ts';
import { workingDirectory } from './process-table.ts';
import { databaseUser, ensureSocketDir } from './state-dir.ts';

/**
 * Connection string of the server that runs on this state folder right now, for commands beside it; undefined when none
 * does. Such a command must not own the server: it only visits.
 */
export function runningUrl(stateDir: string): string | undefined {
  const dataDir = join(stateDir, 'pgdata');
  let pid = 0;
  try {
    pid = Number(readFileSync(join(dataDir, 'postmaster.pid'), 'utf8').split('\n')[0]);
  } catch {
    return undefined;
  }
  if (!(pid > 0) || workingDirectory(pid) !== dataDir) return undefined;
  const host = encodeURIComponent(ensureSocketDir(stateDir, databaseUser('salama-db')));
  return `postgres://${APP_ROLE}:${databasePassword(stateDir)}@localhost/${APP_ROLE}?host=${host}`;
}
