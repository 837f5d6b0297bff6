import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, chownSync, lstatSync, mkdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { PostgresError } from './errors.ts';

/** Where state goes when the wanted place cannot be reached by the database's user. */
const FALLBACK = '/var/lib/e-salama';

export interface SystemUser {
  name: string;
  uid: number;
  gid: number;
}

export interface StateDir {
  dir: string;
  moved: boolean;
  /** One sentence for the operator, when `moved`. */
  reason?: string;
}

/** True when this process may act as other users. */
export function isRoot(): boolean {
  return process.getuid?.() === 0;
}

/** Looks a user up in /etc/passwd; initdb refuses to run for a uid that is not there. */
export function findUser(name: string): SystemUser | null {
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((entry) => entry.startsWith(`${name}:`));
  const [, , uid, gid] = line?.split(':') ?? [];
  return uid && gid ? { name, uid: Number(uid), gid: Number(gid) } : null;
}

/**
 * The user PostgreSQL runs as: `name` when we are root (made here if set-up did not), else null, meaning ourselves.
 *
 * @throws PostgresError PLATFORM_DB_USER when it is missing and cannot be made
 */
export function databaseUser(name: string): SystemUser | null {
  if (!isRoot()) return null;
  const known = findUser(name);
  if (known) return known;
  let cause: unknown;
  try {
    const shell = '/usr/sbin/nologin';
    execFileSync('useradd', ['--system', '--user-group', '--no-create-home', '--shell', shell, name], {
      stdio: 'pipe',
    });
  } catch (error) {
    cause = error; // Another process may have made it at the same moment: look again before complaining.
  }
  const made = findUser(name);
  if (made) return made;
  const command = `useradd --system --user-group --no-create-home ${name}`;
  throw new PostgresError(
    'PLATFORM_DB_USER',
    `PostgreSQL does not run as root and the user ${name} could not be created: run "${command}".`,
    { cause },
  );
}

/**
 * Decides where state lives. PostgreSQL runs as another user when we are root and must be able to walk to the folder: a
 * checkout under a 0700 home is out of its reach, and the state then goes under /var/lib/e-salama, in a folder named after
 * the wanted path so that two checkouts stay apart.
 */
export function resolveStateDir(wanted: string, dbUser = 'salama-db'): StateDir {
  const dir = realPathOf(resolve(wanted));
  const closed = isRoot() ? closedAncestor(dir, findUser(dbUser)) : null;
  if (!closed) return { dir, moved: false };
  const name = createHash('sha256').update(dir).digest('hex').slice(0, 8);
  return {
    dir: join(FALLBACK, name),
    moved: true,
    reason: `${closed} is closed to the database's user ${dbUser}, so the state is kept in ${join(FALLBACK, name)}.`,
  };
}

/** Makes a directory with exactly this mode and owner, whatever the umask says and whatever was there. */
export function ensureDir(dir: string, mode: number, owner?: SystemUser | null): void {
  mkdirSync(dir, { recursive: true });
  if ((statSync(dir).mode & 0o7777) !== mode) chmodSync(dir, mode);
  if (owner && statSync(dir).uid !== owner.uid) chownSync(dir, owner.uid, owner.gid);
}

/** Makes the state folder: its name may be looked up by other users (the database's files are inside), not listed. */
export function ensureStateDir(dir: string): void {
  const missing: string[] = [];
  for (let at = dir; !exists(at); at = dirname(at)) missing.unshift(at);
  for (const part of missing) ensureDir(part, 0o755);
  const mode = statSync(dir).mode & 0o7777;
  const wanted = isRoot() ? (mode & 0o700) | 0o711 : 0o700;
  if (missing.length > 0 || (isRoot() && (mode & 0o011) !== 0o011)) chmodSync(dir, wanted);
}

/**
 * The folder of the server's Unix socket. Its path has to be short (sockaddr_un holds 108 bytes with the socket's name),
 * so it can't be in the state folder. Others may pass through to the socket, where scram asks for the password.
 */
export function ensureSocketDir(stateDir: string, owner: SystemUser | null): string {
  const name = `salama-${createHash('sha256').update(stateDir).digest('hex').slice(0, 8)}`;
  // systemd's RuntimeDirectory= (systemd.exec(5)), where the rest of /run is read-only.
  const given = process.env.RUNTIME_DIRECTORY?.split(':')[0];
  const base = given || (isRoot() ? '/run' : '/tmp');
  const dir = join(base, base === '/tmp' ? `.${name}` : name);
  ensureDirOfOurs(dir, owner?.uid ?? process.getuid?.() ?? 0, owner);
  return dir;
}

/** /tmp is everybody's: a folder or link that somebody else put there first is refused. */
function ensureDirOfOurs(dir: string, uid: number, owner: SystemUser | null): void {
  if (!exists(dir)) ensureDir(dir, 0o711, owner);
  const found = lstatSync(dir);
  if (!found.isDirectory() || found.uid !== uid) {
    throw new PostgresError('PLATFORM_DB_START', `${dir} exists and is not a folder of ours: remove it.`);
  }
  ensureDir(dir, 0o711, owner);
}

function realPathOf(path: string): string {
  if (exists(path)) return realpathSync(path);
  const parent = dirname(path);
  return parent === path ? path : join(realPathOf(parent), basename(path));
}

/** The first existing folder above `dir` that `user` cannot pass (access control lists are not looked at). */
function closedAncestor(dir: string, user: SystemUser | null): string | null {
  const ancestors: string[] = [];
  for (let at = dirname(dir); at !== dirname(at); at = dirname(at)) ancestors.unshift(at);
  return (
    ancestors.find((path) => {
      if (!exists(path)) return false;
      const { mode, uid, gid } = statSync(path);
      if (user && uid === user.uid) return (mode & 0o100) === 0;
      if (user && gid === user.gid) return (mode & 0o010) === 0;
      return (mode & 0o001) === 0;
    }) ?? null
  );
}

function exists(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}
